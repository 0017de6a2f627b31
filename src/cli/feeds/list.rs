//! `bellwether feeds list`: every source with its state.

use crate::app::App;
use crate::cli::{Exit, Global};
use crate::fetch::plan::SourceState;
use crate::model::source::Source;

/// In a word or two, how a source is.
fn health(source: &Source, state: Option<&SourceState>) -> String {
    match state {
        _ if source.paused => "paused".to_owned(),
        None | Some(SourceState { last_attempt: None, .. }) => "not fetched yet".to_owned(),
        Some(state) if state.gone => "gone (410): remove it".to_owned(),
        Some(state) if state.failures > 0 => {
            let error = state.last_error.as_deref().unwrap_or("an unknown error");
            format!("failed {} times: {error}", state.failures)
        }
        Some(state) => match &state.moved_to {
            Some(to) => format!("ok, moved to {to}"),
            None => "ok".to_owned(),
        },
    }
}

pub(super) async fn list(app: &App, global: &Global) -> anyhow::Result<Exit> {
    let states = app.store.source_states().await?;
    let rows: Vec<serde_json::Value> = app
        .catalogue
        .sources
        .iter()
        .map(|source| {
            let state = states.get(&source.key);
            serde_json::json!({
                "key": source.key, "title": source.title, "url": source.url, "topics": source.topics,
                "role": source.role, "owner": source.owner, "weight": source.weight, "format": source.format,
                "health": health(source, state),
                "last_success": state.and_then(|state| state.last_success),
                "next_due": state.and_then(|state| state.next_due),
                "failures": state.map_or(0, |state| state.failures),
            })
        })
        .collect();
    global.print(&serde_json::json!({ "sources": rows }), || {
        let width = app.catalogue.sources.iter().map(|source| source.key.as_str().len()).max().unwrap_or(0);
        let line = |source: &Source| {
            let topics: Vec<&str> = source.topics.iter().map(crate::model::id::TopicKey::as_str).collect();
            let health = health(source, states.get(&source.key));
            format!("{:<width$}  {:<34}  {health}", source.key.as_str(), topics.join(", "))
        };
        app.catalogue.sources.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}
