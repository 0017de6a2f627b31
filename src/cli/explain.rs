//! `bellwether explain`: what makes a story one, and why it stands where it stands.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::stories::{Named, named};
use super::{Exit, Global};
use crate::cluster::bonds::{Ground, bonds};
use crate::model::edition::FollowUp;
use crate::model::id::ItemId;
use crate::model::source::Sources;
use crate::model::story::Signal;
use crate::pipeline::compose;

/// Digits of an id that are shown: enough to tell a story's reports apart.
const SHORT: usize = 8;

/// Tell what a story is made of, why that is one story, and why it is where it is
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether digest --why       shows the ids\n  bellwether explain 3f0c9a     the beginning of an id is enough, and that of a report will do"
)]
pub struct Explain {
    /// A story's id, or its beginning
    story: String,
}

#[derive(Debug, Serialize)]
struct Explanation {
    story: String,
    edition: String,
    place: i64,
    shown: bool,
    title: String,
    /// What an earlier edition told of it.
    follow_up: Option<FollowUp>,
    score: f64,
    why: Vec<Signal>,
    /// The one shown first, each behind the one that it belongs with.
    reports: Vec<Report>,
}

#[derive(Debug, Serialize)]
struct Report {
    /// As `curate split` takes it.
    id: String,
    source: String,
    title: String,
    link: Option<String>,
    discussion: Option<String>,
    date: Option<DateTime<Utc>>,
    first_seen: DateTime<Utc>,
    lead: bool,
    /// Why it is in this story.
    because: Option<Because>,
}

#[derive(Debug, Serialize)]
struct Because {
    /// The id of the report that it belongs with.
    with: String,
    ground: Ground,
    words: String,
    /// Steps from there to the one shown.
    #[serde(skip)]
    depth: usize,
}

impl Explain {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        global.must_exist()?;
        let app = global.open().await?;
        let Named { ranked, title, edition, place, shown, items, follow_up, .. } = named(&app, &self.story).await?;
        let sources = Sources::new(&app.catalogue.sources);
        let lead = items.iter().position(|item| item.id == ranked.story.lead).unwrap_or_default();
        let background = compose::background(&app, app.clock.now()).await?;
        let told = match &follow_up {
            Some(before) => app.store.story(before.story.as_str()).await?,
            None => Vec::new(),
        };
        let told: Vec<ItemId> = told.into_iter().flat_map(|placed| placed.ranked.story.items).collect();
        let before = app.store.items(&told).await?.into_iter().filter_map(|item| item.url_key).collect();
        let bonds = bonds(&items, lead, &sources, &background, &app.store.judgements().await?, &before);
        // The reports that belong with each, the earliest first; the one shown belongs with none.
        let mut with: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (position, bond) in bonds.iter().enumerate() {
            with.entry(bond.as_ref().map(|bond| bond.to)).or_default().push(position);
        }
        let when = |position: &usize| items.get(*position).map(|item| (item.when(), &item.id));
        for positions in with.values_mut() {
            positions.sort_by_key(when);
        }
        let mut reports = Vec::new();
        let mut stack: Vec<(usize, usize)> = with.remove(&None).into_iter().flatten().map(|at| (at, 0)).collect();
        while let Some((position, depth)) = stack.pop() {
            let behind = with.remove(&Some(position)).into_iter().flatten();
            stack.extend(behind.rev().map(|position| (position, depth + 1)));
            let Some(item) = items.get(position) else { continue };
            let because = bonds.get(position).and_then(Option::as_ref).and_then(|bond| {
                let with = items.get(bond.to)?.id.to_string();
                Some(Because { with, ground: bond.ground, words: bond.words.clone(), depth })
            });
            reports.push(Report {
                id: item.id.to_string(),
                source: sources.title(&item.source).to_owned(),
                title: item.title.clone(),
                link: item.link.clone(),
                discussion: item.discussion.clone(),
                date: item.date,
                first_seen: item.first_seen,
                lead: position == lead,
                because,
            });
        }
        let explanation = Explanation {
            story: ranked.story.id.to_string(),
            edition,
            place,
            shown,
            title,
            follow_up,
            score: ranked.score,
            why: ranked.why,
            reports,
        };
        global.answer(&explanation, || words(&explanation))?;
        Ok(Exit::Done)
    }
}

fn words(explanation: &Explanation) -> String {
    let shown = if explanation.shown { "shown" } else { "not shown" };
    let mut out = format!(
        "{}\n{} in {}, number {} by score ({shown})\n",
        explanation.title, explanation.story, explanation.edition, explanation.place
    );
    if let Some(before) = &explanation.follow_up {
        out.push_str(&format!("a follow-up to “{}” ({}): {}\n", before.headline, before.edition, before.news));
    }
    out.push_str(&format!("\n{}\n", made_of(&explanation.reports)));
    for report in &explanation.reports {
        let depth = report.because.as_ref().map_or(0, |because| because.depth);
        let indent = "  ".repeat(depth);
        let id = report.id.get(..SHORT).unwrap_or(&report.id);
        let date = report.date.unwrap_or(report.first_seen).format("%-d %b");
        let date = if report.date.is_some() { date.to_string() } else { format!("found {date}") };
        out.push_str(&format!("  {id}  {indent}{}, {date}: {}\n", report.source, report.title));
        let mut put = |text: &str| out.push_str(&format!("  {:SHORT$}  {indent}{text}\n", ""));
        // Who leads to a page leads to the address above.
        let link = report.link.as_ref().filter(|_| ground(report) != Some(Ground::Page));
        if let Some(address) = link.or(report.discussion.as_ref()) {
            put(address);
        }
        match &report.because {
            Some(because) => put(&format!("→ {}", because.words)),
            None => put("→ the one shown"),
        }
    }
    out.push_str(&format!("\nIts score, {:.2}, is the sum of\n", explanation.score));
    for signal in &explanation.why {
        out.push_str(&format!("  {:+6.2}  {:<11} {}\n", signal.value, signal.name, signal.words));
    }
    out.truncate(out.trim_end().len());
    out
}

fn ground(report: &Report) -> Option<Ground> {
    report.because.as_ref().map(|because| because.ground)
}

/// "8 reports of one story: the one shown, 1 that leads to a page that is here already, 6 joined by links".
fn made_of(reports: &[Report]) -> String {
    if reports.len() < 2 {
        return "One report is this story".to_owned();
    }
    let told = [
        (Ground::Page, "leading to the same page as another"),
        (Ground::Title, "under the same headline as another"),
        (Ground::Link, "joined by links"),
        (Ground::Curator, "joined by a curator"),
        (Ground::Words, "joined by words alone"),
    ];
    let count = |wanted: Ground| reports.iter().filter(|report| ground(report) == Some(wanted)).count();
    let parts = told.into_iter().map(|(ground, words)| (count(ground), words)).filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, words)| format!("{count} {words}")).collect();
    format!("{} reports of one story: the one shown, {}", reports.len(), parts.join(", "))
}
