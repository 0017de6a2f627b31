//! `bellwether feeds`: what is listened to.

use anyhow::bail;
use clap::Subcommand;
use url::Url;

use super::{Exit, Global};
use crate::app::App;
use crate::events;
use crate::fetch::client::Fetcher;
use crate::fetch::outcome::FetchOutcome;
use crate::fetch::plan::{SourceState, plan};
use crate::model::id::SourceKey;
use crate::model::source::{Format, Source};
use crate::parse;
use crate::pipeline::fetch::ahead;

/// List and check the feeds and event sources
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether feeds list")]
pub enum Feeds {
    /// List every source with its state
    #[command(after_help = "Example:\n  bellwether feeds list --json")]
    List,
    /// Check feeds.toml, or fetch one source and show what would be read; stores nothing
    #[command(
        after_help = "Examples:\n  bellwether feeds check\n  bellwether feeds check rust-blog\n  bellwether feeds check https://example.org/feed.xml"
    )]
    Check {
        /// A source's key, or an address that is not in the catalogue
        source: Option<String>,
    },
}

impl Feeds {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::List => {
                let app = global.open().await?;
                list(&app, global).await
            }
            Self::Check { source: None } => {
                let (_, catalogue) = global.places().read()?;
                let (feeds, events) = catalogue.counts();
                let topics = catalogue.topics.len();
                global.print(&serde_json::json!({ "feeds": feeds, "events": events, "topics": topics }), || {
                    format!("{feeds} feeds and {events} event sources in {topics} topics, no problem found")
                })?;
                Ok(Exit::Done)
            }
            Self::Check { source: Some(name) } => check(global, &name).await,
        }
    }
}

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

async fn list(app: &App, global: &Global) -> anyhow::Result<Exit> {
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

/// Fetches one source without touching the store, and shows what would be read of it.
async fn check(global: &Global, name: &str) -> anyhow::Result<Exit> {
    let (config, catalogue) = global.places().read()?;
    let listed = SourceKey::parse(name).ok().and_then(|key| catalogue.source(&key).cloned());
    let source = match (listed, Url::parse(name)) {
        (Some(source), _) => source,
        (None, Ok(url)) => {
            let text = format!("[[feed]]\nurl = {}\n", serde_json::to_string(url.as_str())?);
            let (catalogue, problems) = crate::catalogue::Catalogue::parse(&text);
            match catalogue.sources.into_iter().next() {
                Some(source) if problems.is_empty() => source,
                _ => bail!("{}", problems.iter().map(|problem| problem.what.as_str()).collect::<Vec<_>>().join("; ")),
            }
        }
        (None, Err(_)) => bail!("`{name}` is neither the key of a source nor an address"),
    };
    let now = crate::app::Clock::start(global.places().now).now();
    let none = std::collections::BTreeMap::new();
    let sources = [Source { paused: false, ..source.clone() }];
    let Some(planned) = plan(&sources, &none, &config.fetch, now, true).due.into_iter().next() else {
        bail!("{} cannot be fetched: a fetch of it cannot be planned", source.url);
    };
    let answer = Fetcher::new(&config.fetch)?.fetch_one(&planned, now).await;
    let document = match answer.outcome {
        FetchOutcome::Fresh(document) => document,
        FetchOutcome::Failed(error) => bail!("{}: {error}", source.url),
        FetchOutcome::Gone => bail!("{}: gone for good (410) — remove it from feeds.toml", source.url),
        FetchOutcome::Throttled { .. } => bail!("{}: the server asks to come back later", source.url),
        FetchOutcome::NotModified => bail!("{}: the server answered 304 to a first request", source.url),
    };
    if source.format == Format::Feed {
        let feed = parse::feed::read(&document.body, document.content_type.as_deref(), Some(&document.final_url))?;
        global.print(&feed, || {
            let mut lines = vec![format!("{} — {} entries ({})", feed.title, feed.entries.len(), feed.encoding)];
            lines.extend(feed.recovered.iter().map(|repair| format!("repaired: {repair}")));
            lines.extend(feed.entries.iter().take(10).map(|entry| {
                let date = entry.date.map_or_else(|| "undated".to_owned(), |date| date.date_naive().to_string());
                format!("{date:>10}  {}", entry.title)
            }));
            lines.join("\n")
        })?;
    } else {
        let until = now + ahead(source.format);
        let parsed = events::read::read(&document.body, &source, now, until)?;
        let json = serde_json::json!({ "events": parsed.events, "problems": parsed.problems });
        global.print(&json, || {
            let mut lines = vec![format!("{} — {} events ahead", source.title, parsed.events.len())];
            lines.extend(parsed.problems.iter().map(|problem| format!("problem: {problem}")));
            let start = |event: &crate::model::event::Event| event.start.local.format("%Y-%m-%d %H:%M").to_string();
            lines.extend(parsed.events.iter().take(10).map(|event| format!("{}  {}", start(event), event.title)));
            lines.join("\n")
        })?;
    }
    Ok(Exit::Done)
}
