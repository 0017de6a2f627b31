//! `bellwether feeds health`: how each source is, and what to do about it.

mod table;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use clap::Args;

use self::table::Paint;
use super::write::{name, replace};
use crate::catalogue::edit::{Edited, edit};
use crate::cli::{Exit, Global, say};
use crate::health::{self, Health, Word, YIELD_OVER, patch};
use crate::model::id::SourceKey;
use crate::render::words::counted;

/// Show how each source is, and what to do about it
///
/// Those that need somebody come first. What was brought is of the last 26 weeks. A source that fails is no failure of
/// this command.
#[derive(Debug, Args)]
#[command(
    name = "health",
    after_help = "Examples:\n  bellwether feeds health\n  bellwether feeds health rust-blog\n  bellwether feeds health --patch | git apply"
)]
pub struct HealthOf {
    /// One source, with all that is known of it
    #[arg(value_parser = SourceKey::parse)]
    key: Option<SourceKey>,
    /// Print the changes of feeds.toml that sources which moved or are gone call for, as a unified diff
    #[arg(long)]
    patch: bool,
    /// Make these changes
    #[arg(long, conflicts_with = "patch")]
    apply: bool,
}

impl HealthOf {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        let now = app.clock.frozen().now();
        let settings = &app.config.fetch;
        let sources = &app.catalogue.sources;
        if let Some(key) = self.key.as_ref().filter(|key| app.catalogue.source(key).is_none()) {
            bail!("no source has the key `{key}`: `bellwether feeds list` shows them");
        }
        let shown = |key: &SourceKey| self.key.as_ref().is_none_or(|only| only == key);
        let states = app.store.source_states().await?;
        // Every source may be in the way of another's new address.
        let mut wanted = patch::wanted(sources, &states, settings);
        wanted.changes.retain(|change| shown(&change.key));
        if self.patch || self.apply {
            return self.edit(global, &wanted);
        }
        let yields = app.store.yields(now - YIELD_OVER).await?;
        let mut all = health::examine(sources, &states, &yields, settings, now);
        all.retain(|health| shown(&health.key));
        let counts: BTreeMap<&str, usize> = Word::ALL
            .iter()
            .map(|word| (word.as_str(), all.iter().filter(|health| health.state == *word).count()))
            .collect();
        let json = serde_json::json!({
            "sources": all, "counts": counts, "changes": wanted.changes.len(), "by_hand": wanted.by_hand,
        });
        let paint = Paint::new(global.paints_results());
        let alone = all.first().filter(|_| self.key.is_some());
        let outage = app
            .store
            .outage_before(now)
            .await?
            .map(|(since, _)| format!("\n{}: is this machine's network up?", crate::cli::fetch::outage(since)));
        let outage = outage.unwrap_or_default();
        global.answer(&json, || match alone {
            Some(health) => table::one(health, now, paint) + &outage,
            None => format!("{}\n{}{outage}", table::all(&all, now, paint), summary(&all, &wanted)),
        })?;
        Ok(Exit::Done)
    }

    fn edit(&self, global: &Global, wanted: &patch::Wanted) -> anyhow::Result<Exit> {
        for words in &wanted.by_hand {
            global.warn(&format!("by hand: {words}"));
        }
        let path = global.places().catalogue_path();
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = name(&path);
        let Edited { text: edited, diff } = edit(&text, &name, &wanted.changes)?;
        let done = self.apply && edited != text;
        if done {
            replace(&path, Some(&text), &edited)?;
        }
        let json = serde_json::json!({ "changes": wanted.changes.len(), "applied": done, "diff": diff, "by_hand": wanted.by_hand });
        if global.json {
            global.answer(&json, String::new)?;
        } else if !diff.is_empty() {
            say(diff.trim_end_matches('\n'))?;
        }
        let count = wanted.changes.len();
        match (count, done) {
            (0, _) => global.tell(&format!("{} needs no change", path.display())),
            (_, true) => global.tell(&format!(
                "{} changed in {}",
                counted(u32::try_from(count).unwrap_or(u32::MAX), "source", "sources"),
                path.display()
            )),
            (_, false) => {
                global.tell("take it over with --apply, or pipe it into `patch -p0` or `git apply` beside the file");
            }
        }
        Ok(Exit::Done)
    }
}

/// How many are how, and what is ready to be done.
fn summary(all: &[Health], wanted: &patch::Wanted) -> String {
    let counted = |word: &Word| {
        let count = all.iter().filter(|health| health.state == *word).count();
        (count > 0).then(|| format!("{count} {}", word.as_str()))
    };
    let counts: Vec<String> = Word::ALL.iter().filter_map(counted).collect();
    let noun = if all.len() == 1 { "source" } else { "sources" };
    let mut words = format!("{} {noun}: {}", all.len(), counts.join(", "));
    match wanted.changes.len() {
        0 => {}
        1 => words.push_str("\n1 change of feeds.toml is ready: `bellwether feeds health --patch` shows it"),
        n => words
            .push_str(&format!("\n{n} changes of feeds.toml are ready: `bellwether feeds health --patch` shows them")),
    }
    for by_hand in &wanted.by_hand {
        words.push_str(&format!("\nby hand: {by_hand}"));
    }
    words
}
