//! `bellwether feeds check`: feeds.toml, or what would be read of one source.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use chrono::{DateTime, Utc};
use serde::Serialize;
use url::Url;

use crate::catalogue::Catalogue;
use crate::cli::{Exit, Global};
use crate::config;
use crate::events;
use crate::fetch::client::Fetcher;
use crate::fetch::discover::{Discoverer, Found, Limits};
use crate::fetch::outcome::{Answer, Document, FetchError, FetchOutcome, Hop};
use crate::fetch::page::Pages;
use crate::fetch::plan::{FetchPlan, Request, SourceState, plan};
use crate::health::reading::{self, Reading};
use crate::model::entry::ParsedFeed;
use crate::model::event::Event;
use crate::model::id::SourceKey;
use crate::model::item::Item;
use crate::model::source::{Format, Source};
use crate::normalise::Vocabulary;
use crate::parse;
use crate::pipeline::fetch::ahead;
use crate::render::words::counted;
use crate::store::Store;

/// Requests for what a page offers, where a feed was expected.
const LIMITS: Limits = Limits { probes: 4, first: false };

/// Tells every problem of the catalogue, or that there is none.
pub(super) fn catalogue(global: &Global) -> anyhow::Result<Exit> {
    let (_, catalogue) = global.places().read()?;
    let (feeds, events) = catalogue.counts();
    let topics = catalogue.topics.len();
    global.print(&serde_json::json!({ "feeds": feeds, "events": events, "topics": topics }), || {
        let many = |count: usize, one, many| counted(u32::try_from(count).unwrap_or(u32::MAX), one, many);
        format!(
            "{} and {} in {}, no problem found",
            many(feeds, "feed", "feeds"),
            many(events, "event source", "event sources"),
            many(topics, "topic", "topics")
        )
    })?;
    Ok(Exit::Done)
}

/// All that a look at one source shows.
#[derive(Debug, Serialize)]
struct Checked {
    url: Url,
    redirects: Vec<Hop>,
    /// Where permanent redirects alone lead.
    moved_to: Option<Url>,
    /// Of the last response, where there was one that was read.
    status: Option<u16>,
    /// Why nothing can be read, in a person's words.
    error: Option<String>,
    content_type: Option<String>,
    /// Decoded.
    bytes: Option<usize>,
    etag: Option<String>,
    last_modified: Option<String>,
    /// Seconds for which no request is wanted.
    fresh_for: Option<u64>,
    ttl_minutes: Option<u32>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Feed {
        reading: Reading,
        /// What would be stored, in the document's order.
        items: Vec<Item>,
        document: Box<ParsedFeed>,
    },
    Events {
        title: String,
        listed: Vec<Event>,
        problems: Vec<String>,
    },
    /// A web page, and what a search of it found.
    Page {
        feeds: Vec<Found>,
    },
    Nothing {},
}

/// Fetches one source, unless its server asked us to wait, and shows what would be read of it; stores nothing.
pub(super) async fn source(global: &Global, name: &str) -> anyhow::Result<Exit> {
    let (config, catalogue) = global.places().read()?;
    let source = named(&catalogue, name)?;
    let now = crate::app::Clock::start(global.places().now).now();
    let states = if Store::exists(&config.database_url) {
        global.open().await?.store.source_states().await?
    } else {
        BTreeMap::new()
    };
    let planned = planned(&catalogue, &source, &states, &config.fetch, now)?;
    let fetcher = Fetcher::new(&config.fetch)?;
    let answer = fetcher.fetch_one(&planned, now).await;
    let page = match &answer.outcome {
        FetchOutcome::Failed(FetchError::WebPage(at)) if source.format == Format::Feed => Url::parse(at).ok(),
        _ => None,
    };
    let mut checked = look(answer, &source, &Vocabulary::new(&catalogue.topics), now);
    if let Some(page) = page {
        let pages = Pages::new(fetcher.clone(), BTreeMap::new());
        let search = Discoverer::new(&fetcher, &pages, LIMITS, BTreeSet::from([source.url.clone()]), now).search(&page);
        checked.content = Content::Page { feeds: search.await.found };
    }
    global.answer(&checked, || told::told(&checked, now))?;
    match &checked.error {
        None => Ok(Exit::Done),
        Some(error) => {
            global.warn(&format!("bellwether: {}: {error}", source.url));
            Ok(Exit::Failed)
        }
    }
}

/// How to ask for the whole of it, if it may be asked for.
fn planned(
    catalogue: &Catalogue,
    source: &Source,
    states: &BTreeMap<SourceKey, SourceState>,
    settings: &config::Fetch,
    now: DateTime<Utc>,
) -> anyhow::Result<FetchPlan> {
    // First, so that what is listed twice is asked for all the same.
    let others = catalogue.sources.iter().filter(|other| other.key != source.key).cloned();
    let sources: Vec<Source> = std::iter::once(Source { paused: false, ..source.clone() }).chain(others).collect();
    let insisting = Request { force: true, only: Some(source.key.clone()) };
    let Some(planned) = plan(&sources, states, settings, now, &insisting).due.into_iter().next() else {
        let until = states.get(&source.key).and_then(|state| state.throttled_until).filter(|until| *until > now);
        match until {
            Some(until) => bail!(
                "{}: its server asked us to wait until {}, so nothing was asked; try again then",
                source.url,
                until.format("%Y-%m-%d %H:%M UTC")
            ),
            None => bail!(
                "{}: its host asked us to wait, or another process is asking there just now, so nothing was asked; \
                 `bellwether feeds health` says until when",
                source.url
            ),
        }
    };
    // The catalogue's own address, and all of what is there.
    Ok(FetchPlan { url: source.url.clone(), validators_of: None, etag: None, last_modified: None, ..planned })
}

/// The source of that key, or one of that address with every default.
fn named(catalogue: &Catalogue, name: &str) -> anyhow::Result<Source> {
    let listed = SourceKey::parse(name).ok().and_then(|key| catalogue.source(&key).cloned());
    let url = Url::parse(name);
    let same = |source: &&Source| url.as_ref().is_ok_and(|url| *url == source.url);
    match (listed.or_else(|| catalogue.sources.iter().find(same).cloned()), url) {
        (Some(source), _) => Ok(source),
        (None, Ok(url)) => {
            let text = format!("[[feed]]\nurl = {}\n", serde_json::to_string(url.as_str())?);
            let (catalogue, problems) = Catalogue::parse(&text);
            match catalogue.sources.into_iter().next() {
                Some(source) if problems.is_empty() => Ok(source),
                _ => bail!("{}", problems.iter().map(|problem| problem.what.as_str()).collect::<Vec<_>>().join("; ")),
            }
        }
        (None, Err(_)) => bail!("`{name}` is neither the key of a source nor an address"),
    }
}

fn look(answer: Answer, source: &Source, vocabulary: &Vocabulary, now: DateTime<Utc>) -> Checked {
    let Answer { outcome, hops, permanent, validators, fresh_for, .. } = answer;
    let mut checked = Checked {
        url: source.url.clone(),
        redirects: hops,
        moved_to: permanent,
        status: None,
        error: None,
        content_type: None,
        bytes: None,
        etag: validators.etag,
        last_modified: validators.last_modified,
        fresh_for: fresh_for.map(|fresh_for| fresh_for.as_secs()),
        ttl_minutes: None,
        content: Content::Nothing {},
    };
    match outcome {
        FetchOutcome::Fresh(document) => {
            checked.status = Some(200);
            checked.content_type.clone_from(&document.content_type);
            checked.bytes = Some(document.body.len());
            (checked.content, checked.error) = read(&document, source, vocabulary, now);
            if let Content::Feed { document, .. } = &checked.content {
                checked.ttl_minutes = Some(document.cadence.ttl_minutes).filter(|minutes| *minutes > 0);
            }
        }
        FetchOutcome::Failed(error) => {
            if let FetchError::Status(status) | FetchError::Unasked(status) = error {
                checked.status = Some(status);
            }
            checked.error = Some(error.to_string());
        }
        FetchOutcome::Gone => {
            (checked.status, checked.error) =
                (Some(410), Some("gone for good (410): remove it from feeds.toml".to_owned()));
        }
        FetchOutcome::Throttled { until } => {
            let until = until.map(|until| format!(" until {}", until.format("%Y-%m-%d %H:%M UTC"))).unwrap_or_default();
            checked.error = Some(format!("the server asks us to wait{until}"));
        }
        FetchOutcome::NotModified => {
            checked.error = Some("the server answered 304 to a first request".to_owned());
        }
    }
    checked
}

/// What a document holds, and why it cannot be read as what the source should be, if it cannot.
fn read(
    document: &Document,
    source: &Source,
    vocabulary: &Vocabulary,
    now: DateTime<Utc>,
) -> (Content, Option<String>) {
    let (body, content_type) = (&document.body, document.content_type.as_deref());
    if source.format != Format::Feed {
        return match events::read::read(body, source, now, now + ahead(source.format)) {
            Ok(parsed) => {
                let (title, listed, problems) = (source.title.clone(), parsed.events, parsed.problems);
                (Content::Events { title, listed, problems }, None)
            }
            Err(error) => (Content::Nothing {}, Some(error.to_string())),
        };
    }
    match parse::feed::read(body, content_type, Some(&document.final_url)) {
        Ok(document) => {
            let (reading, items) = reading::examine(&document, source, vocabulary, now);
            (Content::Feed { reading, items, document: Box::new(document) }, None)
        }
        Err(error) => {
            let calendar = Source { format: Format::Ics, ..source.clone() };
            match events::read::read(body, &calendar, now, now + ahead(Format::Ics)) {
                Ok(parsed) => {
                    let (title, listed, problems) = (source.title.clone(), parsed.events, parsed.problems);
                    let words = "it is a calendar, not a feed: list it as [[events]] with kind = \"ics\"";
                    (Content::Events { title, listed, problems }, Some(words.to_owned()))
                }
                Err(_) => (Content::Nothing {}, Some(error.to_string())),
            }
        }
    }
}
