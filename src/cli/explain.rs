//! `bellwether explain`: why a story stands where it stands.

use clap::Args;
use serde::Serialize;

use super::stories::{Named, named};
use super::{Exit, Global};
use crate::cluster::bonds::{Bond, bonds};
use crate::model::source::Sources;
use crate::model::story::Signal;
use crate::pipeline::compose;

/// Digits of an id that are shown: enough to tell a story's reports apart.
const SHORT: usize = 8;

/// Tell why a story is where it is, and what it is made of
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether digest --why       shows the ids\n  bellwether explain 3f0c9a     the beginning of an id is enough"
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
    score: f64,
    why: Vec<Signal>,
    reports: Vec<Report>,
}

#[derive(Debug, Serialize)]
struct Report {
    /// As `curate split` takes it.
    id: String,
    source: String,
    title: String,
    link: Option<String>,
    first_seen: chrono::DateTime<chrono::Utc>,
    lead: bool,
    /// Why it is in this story.
    because: Option<Because>,
}

#[derive(Debug, Serialize)]
struct Because {
    /// The title of the report that it belongs with.
    like: String,
    words: String,
}

impl Explain {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        let Named { ranked, title, edition, place, shown, items, .. } = named(&app, &self.story).await?;
        let sources = Sources::new(&app.catalogue.sources);
        let lead = items.iter().position(|item| item.id == ranked.story.lead).unwrap_or_default();
        let background = compose::background(&app, app.clock.now()).await?;
        let bonds = bonds(&items, lead, &sources, &background, &app.store.judgements().await?);
        let because =
            |bond: &Bond| Some(Because { like: items.get(bond.to)?.title.clone(), words: bond.words.clone() });
        let mut reports: Vec<Report> = items
            .iter()
            .zip(&bonds)
            .map(|(item, bond)| Report {
                id: item.id.to_string(),
                source: super::digest::title_of(&app.catalogue.sources, &item.source).to_owned(),
                title: item.title.clone(),
                link: item.link.clone(),
                first_seen: item.first_seen,
                lead: item.id == ranked.story.lead,
                because: bond.as_ref().and_then(because),
            })
            .collect();
        reports.sort_by(|a, b| (!a.lead, a.first_seen, &a.source).cmp(&(!b.lead, b.first_seen, &b.source)));
        let explanation = Explanation {
            story: ranked.story.id.to_string(),
            edition,
            place,
            shown,
            title,
            score: ranked.score,
            why: ranked.why,
            reports,
        };
        global.print(&explanation, || words(&explanation))?;
        Ok(Exit::Done)
    }
}

fn words(explanation: &Explanation) -> String {
    let shown = if explanation.shown { "shown" } else { "not shown" };
    let mut out = format!(
        "{}\n{} in {}, place {} ({shown}), score {:.2}\n\nThe score is the sum of\n",
        explanation.title, explanation.story, explanation.edition, explanation.place, explanation.score
    );
    for signal in &explanation.why {
        out.push_str(&format!("  {:+6.2}  {:<11} {}\n", signal.value, signal.name, signal.words));
    }
    out.push_str("\nReported by\n");
    for report in &explanation.reports {
        let lead = if report.lead { " (the one shown)" } else { "" };
        let id = report.id.get(..SHORT).unwrap_or(&report.id);
        out.push_str(&format!("  {id}  {}: {}{lead}\n", report.source, report.title));
        if let Some(link) = &report.link {
            out.push_str(&format!("  {:SHORT$}  {link}\n", ""));
        }
        if let Some(because) = &report.because {
            out.push_str(&format!("  {:SHORT$}  belongs with “{}”: {}\n", "", because.like, because.words));
        }
    }
    out.truncate(out.trim_end().len());
    out
}
