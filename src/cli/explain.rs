//! `bellwether explain`: why a story stands where it stands.

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::{Exit, Global};
use crate::model::story::Signal;

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
    source: String,
    title: String,
    link: Option<String>,
    first_seen: chrono::DateTime<chrono::Utc>,
    lead: bool,
}

impl Explain {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        let id = self.story.to_lowercase();
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            bail!("`{}` is not a story's id: `bellwether digest --why` shows them", self.story);
        }
        let placed = app.store.story(&id).await?;
        let mut ids: Vec<&str> = placed.iter().map(|placed| placed.ranked.story.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > 1 {
            bail!("several stories' ids begin with {id}: {}", ids.join(", "));
        }
        let Some(placed) = placed.into_iter().next() else {
            bail!(
                "no stored edition has ranked a story {id}: `bellwether digest --why` shows the ids; those of a draft are \
                 explained once `bellwether run` has composed it"
            );
        };
        let items = app.store.items(&placed.ranked.story.items).await?;
        let mut reports: Vec<Report> = items
            .iter()
            .map(|item| Report {
                source: super::digest::title_of(&app.catalogue.sources, &item.source).to_owned(),
                title: item.title.clone(),
                link: item.link.clone(),
                first_seen: item.first_seen,
                lead: item.id == placed.ranked.story.lead,
            })
            .collect();
        reports.sort_by(|a, b| (!a.lead, a.first_seen, &a.source).cmp(&(!b.lead, b.first_seen, &b.source)));
        let explanation = Explanation {
            story: placed.ranked.story.id.to_string(),
            edition: format!("{}/{}", placed.digest, placed.edition),
            place: placed.place,
            shown: placed.shown,
            title: placed.title,
            score: placed.ranked.score,
            why: placed.ranked.why,
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
        out.push_str(&format!("  {}: {}{lead}\n", report.source, report.title));
        if let Some(link) = &report.link {
            out.push_str(&format!("    {link}\n"));
        }
    }
    out.truncate(out.trim_end().len());
    out
}
