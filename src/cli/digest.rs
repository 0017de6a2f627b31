//! `bellwether digest`: show an edition, or what would be composed now.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::{Exit, Global, say};
use crate::app::App;
use crate::config;
use crate::files::{Form, rendered};
use crate::model::edition::Edition;
use crate::model::id::{DigestKey, StoryId};
use crate::pipeline::compose::{self, Draft};

/// Show an edition, or what would be composed now; stores and sends nothing
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether digest --why\n  bellwether digest --week 2026-W47 --format html --output edition.html"
)]
pub struct Digest {
    /// An edition that was composed, by its name; without it, what would be composed now
    #[arg(long, value_name = "NAME")]
    week: Option<String>,
    /// Which digest [default: the first of the settings]
    #[arg(long = "digest", value_name = "KEY", value_parser = DigestKey::parse)]
    key: Option<DigestKey>,
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Show for each story what its score is made of, below the text (JSON has it anyway)
    #[arg(long)]
    why: bool,
}

impl Digest {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let format = if global.json { Form::Json } else { self.format };
        if self.why && format != Form::Text {
            bail!("--why goes with --format text; JSON holds the same under `why`");
        }
        global.must_exist()?;
        let mut app = global.open().await?;
        app.clock = app.clock.frozen();
        let digest = choose(&app, self.key.as_ref())?;
        let mut unshown = Vec::new();
        let edition = if let Some(name) = &self.week {
            stored(&app, digest, name).await?
        } else {
            let last = app.store.latest_edition(&digest.key).await?;
            let now = app.clock.now();
            let draft = compose::draft(&app, digest, last.as_ref(), now, now).await?;
            unshown = self::unshown(&draft);
            draft.composed.edition
        };
        if global.json && self.output.is_none() {
            say(&serde_json::to_string(&edition)?)?;
            return Ok(Exit::Done);
        }
        let mut bytes = rendered(&app, &edition, format)?;
        if self.why {
            bytes.extend_from_slice(why(&edition, &unshown).as_bytes());
        }
        if let Some(path) = &self.output {
            std::fs::write(path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        } else {
            use std::io::Write as _;
            std::io::stdout().lock().write_all(&bytes)?;
        }
        Ok(Exit::Done)
    }
}

/// The digest of that key, or the first one.
pub(super) fn choose<'a>(app: &'a App, key: Option<&DigestKey>) -> anyhow::Result<&'a config::Digest> {
    match key {
        Some(key) => app.config.digest(key).with_context(|| {
            let known: Vec<&str> = app.config.digests.iter().map(|digest| digest.key.as_str()).collect();
            format!("no digest has the key `{key}`; the settings have {}", known.join(", "))
        }),
        None => app.config.digests.first().context("the settings have no digest"),
    }
}

/// An edition that was composed.
pub(super) async fn stored(app: &App, digest: &config::Digest, name: &str) -> anyhow::Result<Edition> {
    if let Some(stored) = app.store.edition(&digest.key, name).await? {
        Ok(stored.edition)
    } else {
        let last = app.store.latest_edition(&digest.key).await?;
        let hint = match last {
            Some(last) => format!("the last one is {}", last.edition.name),
            None => "there is none yet: `bellwether run` composes one when its time has come".to_owned(),
        };
        bail!("no edition of {} is named {name}; {hint}", digest.key)
    }
}

/// A story that found no place in a draft, for a curator to look at.
struct Unshown {
    score: f64,
    id: String,
    title: String,
}

/// The best first.
fn unshown(draft: &Draft) -> Vec<Unshown> {
    let shown: BTreeSet<&StoryId> = draft.composed.edition.stories().map(|card| &card.id).collect();
    let titles = draft.titles();
    let ranked = draft.composed.ranked.iter().filter(|ranked| !shown.contains(&ranked.story.id));
    ranked
        .map(|ranked| Unshown {
            score: ranked.score,
            id: ranked.story.id.to_string(),
            title: titles.get(&ranked.story.lead).cloned().unwrap_or_default(),
        })
        .collect()
}

fn why(edition: &Edition, unshown: &[Unshown]) -> String {
    let mut out = String::from("\n\nWhy these stories\n");
    for card in edition.stories() {
        out.push_str(&format!("\n{:6.2}  {}  {}\n", card.score, card.id, card.headline));
        for signal in &card.why {
            out.push_str(&format!("  {:+6.2}  {:<11} {}\n", signal.value, signal.name, signal.words));
        }
    }
    if !unshown.is_empty() {
        out.push_str("\nNot shown\n");
        for story in unshown {
            out.push_str(&format!("{:6.2}  {}  {}\n", story.score, story.id, story.title));
        }
    }
    if !edition.removed.is_empty() {
        out.push_str("\nLeft out by rules\n");
        for removed in &edition.removed {
            out.push_str(&format!("  {} — {} ({})\n", removed.title, removed.source, removed.reason));
        }
    }
    out
}
