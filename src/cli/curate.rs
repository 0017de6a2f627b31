//! `bellwether curate`: what a curator says of stories, and is obeyed for good.

use std::collections::BTreeSet;

use anyhow::bail;
use clap::Subcommand;
use serde::Serialize;

use super::stories::{Named, named};
use super::{Exit, Global};
use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::judgement::Judgements;
use crate::url_key::url_key;

/// Digits of a report's id by which it can be named.
pub(super) const LEAST_DIGITS: usize = 6;

/// Say which reports are one story
///
/// What was said holds for the draft and for every edition that is composed from now on; editions that are out stay as
/// they are. The later word counts.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether curate merge 3f0c9a 77ab01")]
pub enum Curate {
    /// Make one story of several
    #[command(
        after_help = "Example:\n  bellwether digest --why                    shows the ids\n  bellwether curate merge 3f0c9a 77ab01      the beginnings of ids are enough"
    )]
    Merge {
        /// The stories' ids, or their beginnings
        #[arg(required = true, num_args = 2.., value_name = "STORY")]
        stories: Vec<String>,
    },
    /// Take reports out of a story; together they are another one
    #[command(
        after_help = "Example:\n  bellwether explain 3f0c9a      shows a story's reports\n  bellwether curate split 3f0c9a 5d21b7c0"
    )]
    Split {
        /// The story's id, or its beginning
        #[arg(value_name = "STORY")]
        story: String,
        /// The ids of the reports that tell something else, as `explain` shows them, or their addresses
        #[arg(required = true, value_name = "REPORT")]
        reports: Vec<String>,
    },
}

#[derive(Debug, Serialize)]
struct Judged {
    /// Titles of the reports on either side; all of them on the first where stories were merged.
    one: Vec<String>,
    other: Vec<String>,
    together: bool,
    /// The editions that are out and stay as they are.
    out: BTreeSet<String>,
}

impl Curate {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        global.must_exist()?;
        let app = global.open().await?;
        let mut judgements = Judgements::default();
        let judged = match self {
            Self::Merge { stories } => {
                let mut items = Vec::new();
                let (mut ids, mut out) = (BTreeSet::new(), BTreeSet::new());
                for story in &stories {
                    let found = named(&app, story).await?;
                    if !ids.insert(found.ranked.story.id.clone()) {
                        bail!("{story} was named twice: a story cannot be merged with itself");
                    }
                    out.extend(found.composed());
                    items.extend(found.items);
                }
                judgements.merge(&ids_of(items.iter()));
                Judged { one: titles(items.iter()), other: Vec::new(), together: true, out }
            }
            Self::Split { story, reports } => {
                let found = named(&app, &story).await?;
                let chosen = chosen(&found, &reports)?;
                let (away, stay): (Vec<&Item>, Vec<&Item>) =
                    found.items.iter().partition(|item| chosen.contains(&item.id));
                if stay.is_empty() {
                    bail!("these are all the reports of {story}: name those that tell something else");
                }
                judgements.split(&ids_of(away.iter().copied()), &ids_of(stay.iter().copied()));
                let out = found.composed().into_iter().collect();
                Judged { one: titles(away.into_iter()), other: titles(stay.into_iter()), together: false, out }
            }
        };
        app.store.judge(&judgements, app.clock.now()).await?;
        global.print(&judged, || words(&judged))?;
        Ok(Exit::Done)
    }
}

/// The items of the story that are named by address or id.
fn chosen(story: &Named, reports: &[String]) -> anyhow::Result<BTreeSet<ItemId>> {
    let mut chosen = BTreeSet::new();
    for report in reports {
        let key = url_key(report);
        let names = |item: &&Item| {
            is_beginning(report, &item.id)
                || item.link.as_ref() == Some(report)
                || (key.is_some() && item.url_key == key)
        };
        let before = chosen.len();
        chosen.extend(story.items.iter().filter(names).map(|item| item.id.clone()));
        if chosen.len() == before {
            let id = story.ranked.story.id.as_str();
            if story.items.iter().any(|item| item.id.as_str().starts_with(&report.to_lowercase())) {
                bail!("{report} is too short for a report's id: write {LEAST_DIGITS} digits of it or more");
            }
            bail!("{report} is no report of {id}, or was named twice: `bellwether explain {id}` shows its reports");
        }
    }
    Ok(chosen)
}

/// Whether `text` is a report's id, or the beginning of it that `explain` shows.
fn is_beginning(text: &str, id: &ItemId) -> bool {
    text.len() >= LEAST_DIGITS && id.as_str().starts_with(&text.to_lowercase())
}

fn ids_of<'i>(items: impl Iterator<Item = &'i Item>) -> BTreeSet<ItemId> {
    items.map(|item| item.id.clone()).collect()
}

fn titles<'i>(items: impl Iterator<Item = &'i Item>) -> Vec<String> {
    items.map(|item| item.title.clone()).collect()
}

fn words(judged: &Judged) -> String {
    let listed = |titles: &[String]| titles.iter().map(|title| format!("  {title}\n")).collect::<String>();
    let mut said = if judged.together {
        format!("One story from now on:\n{}", listed(&judged.one))
    } else {
        format!("From now on one story:\n{}and another:\n{}", listed(&judged.other), listed(&judged.one))
    };
    for edition in &judged.out {
        said.push_str(&format!("{edition} is composed and stays as it is: this holds for what comes.\n"));
    }
    said.push_str("`bellwether digest --why` shows the draft, and the stories' ids.");
    said
}
