//! `bellwether feeds list`: every source with its state.

use crate::app::App;
use crate::cli::{Exit, Global};
use crate::health::{self, Health, Word, YIELD_OVER};
use crate::model::id::TopicKey;
use crate::model::source::Source;

/// In a word, how a source is, and what is behind it.
fn words(health: &Health) -> String {
    let state = health.state.as_str();
    match (health.state, &health.error, &health.asked_at) {
        (Word::Gone | Word::Failing | Word::Waiting, Some(error), _) => match health.failures {
            2.. => format!("{state}: {error} ({} times in a row)", health.failures),
            _ => format!("{state}: {error}"),
        },
        (Word::Moved, _, Some(to)) => format!("{state} to {to}"),
        _ => state.to_owned(),
    }
}

pub(super) async fn list(app: &App, global: &Global) -> anyhow::Result<Exit> {
    let now = app.clock.frozen().now();
    let sources = &app.catalogue.sources;
    let (states, yields) = (app.store.source_states().await?, app.store.yields(now - YIELD_OVER).await?);
    let all = health::examine(sources, &states, &yields, &app.config.fetch, now);
    // In the order of the catalogue.
    let rows: Vec<(&Source, &Health)> = sources
        .iter()
        .filter_map(|source| Some((source, all.iter().find(|health| health.key == source.key)?)))
        .collect();
    let json = |(source, health): &(&Source, &Health)| {
        serde_json::json!({
            "key": source.key, "title": source.title, "url": source.url, "topics": source.topics,
            "role": source.role, "owner": source.owner, "weight": source.weight, "format": source.format,
            "state": health.state, "health": words(health), "last_success": health.last_success,
            "next_due": states.get(&source.key).and_then(|state| state.for_address(&source.url).next_due),
            "failures": health.failures,
        })
    };
    global.answer(&serde_json::json!({ "sources": rows.iter().map(json).collect::<Vec<_>>() }), || {
        let width = sources.iter().map(|source| source.key.as_str().len()).max().unwrap_or(0);
        let line = |(source, health): &(&Source, &Health)| {
            let topics: Vec<&str> = source.topics.iter().map(TopicKey::as_str).collect();
            format!("{:<width$}  {:<34}  {}", source.key.as_str(), topics.join(", "), words(health))
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}
