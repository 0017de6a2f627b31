//! Fetch, parse, normalise, store: each source as it answers, written in batches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use serde::Serialize;
use url::Url;

use crate::app::App;
use crate::events;
use crate::fetch::client::Fetcher;
use crate::fetch::outcome::{Answer, Document, FetchOutcome};
use crate::fetch::plan::{SourceState, plan};
use crate::model::event::Event;
use crate::model::id::SourceKey;
use crate::model::item::Item;
use crate::model::source::{Format, Source};
use crate::normalise::{Sighting, Vocabulary, normalise};
use crate::parse;
use crate::progress::Progress;
use crate::store::sources::{Fetched, Listing};

/// Which sources to fetch.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// One source only.
    pub only: Option<SourceKey>,
    /// Also what is not due yet; still conditional, and still honouring a server that asked to wait.
    pub force: bool,
}

/// What a fetch of the catalogue brought. Seconds are of the wall clock; parsing runs beside fetching.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FetchReport {
    pub feeds: usize,
    pub ok: usize,
    pub not_modified: usize,
    pub failed: usize,
    pub skipped: usize,
    pub gone: usize,
    pub moved: usize,
    pub items_seen: usize,
    pub items_new: usize,
    pub items_updated: usize,
    pub items_rejected: usize,
    pub events_new: usize,
    pub requests: u64,
    pub bytes_wire: u64,
    pub bytes_decoded: u64,
    pub wall_s: f64,
    pub fetch_s: f64,
    pub parse_s: f64,
    pub store_s: f64,
    /// How often each kind of failure occurred.
    pub failures: BTreeMap<String, usize>,
}

impl FetchReport {
    /// Sources that answered, with news or without.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.ok + self.not_modified
    }
}

/// Sources written in one transaction.
const BATCH: usize = 64;
/// A batch is written when it is this old, so that a kill loses little.
const BATCH_AGE: Duration = Duration::from_millis(500);

/// Fetches every source that is due and keeps what it brought.
///
/// # Errors
/// When the store refuses or the client cannot be made; a source's failure only counts.
pub async fn fetch(app: &App, request: &Request, progress: &Progress) -> anyhow::Result<FetchReport> {
    let began = Instant::now();
    let now = app.clock.now();
    let states = app.store.source_states().await?;
    let sources: Vec<Source> = match &request.only {
        None => app.catalogue.sources.clone(),
        Some(key) => vec![
            app.catalogue
                .source(key)
                .with_context(|| format!("no source has the key `{key}`: `bellwether feeds list` shows them"))?
                .clone(),
        ],
    };
    let plan = plan(&sources, &states, &app.config.fetch, now, request.force);
    let mut report = FetchReport { feeds: sources.len(), skipped: plan.skipped, ..FetchReport::default() };
    if plan.due.is_empty() {
        report.wall_s = began.elapsed().as_secs_f64();
        return Ok(report);
    }
    let reader = Arc::new(Reader { vocabulary: Vocabulary::new(&app.catalogue.topics), now });
    let bar = progress.bar(plan.due.len() as u64, "fetching");
    let fetcher = Fetcher::new(&app.config.fetch).context("the HTTP client cannot be made")?;
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let read = fetcher
        .fetch_all(plan.due, now)
        .map(|(planned, answer)| {
            let source = app.catalogue.source(&planned.key).cloned();
            // Of an address that was edited nothing is known: its archive is not news.
            let state = states.get(&planned.key).map(|state| state.for_address(&planned.address));
            let state = state.unwrap_or_else(|| SourceState::new(planned.key.clone(), &planned.address));
            let reader = Arc::clone(&reader);
            // Reading is work for the processor: off the threads that wait for the network.
            tokio::task::spawn_blocking(move || source.map(|source| reader.read(&source, &state, &answer)))
        })
        .buffer_unordered(jobs);
    let mut read = std::pin::pin!(read);
    let mut batch: Vec<Read> = Vec::new();
    let mut opened = Instant::now();
    loop {
        let next = tokio::time::timeout(BATCH_AGE, read.next()).await;
        let over = matches!(next, Ok(None));
        if let Ok(Some(done)) = next
            && let Some(done) = done.context("reading a source broke down")?
        {
            bar.inc(1);
            report.count(&done);
            if batch.is_empty() {
                opened = Instant::now();
            }
            batch.push(done);
        }
        if over || batch.len() >= BATCH || (!batch.is_empty() && opened.elapsed() >= BATCH_AGE) {
            keep(app, &reader, std::mem::take(&mut batch), &mut report, now).await?;
        }
        if over {
            break;
        }
    }
    bar.finish();
    report.wall_s = began.elapsed().as_secs_f64();
    report.fetch_s = report.wall_s - report.store_s;
    Ok(report)
}

async fn keep(
    app: &App,
    reader: &Reader,
    batch: Vec<Read>,
    report: &mut FetchReport,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let began = Instant::now();
    let fetched: Vec<Fetched> = batch.into_iter().map(|read| reader.settle(app, read)).collect();
    let kept = app.store.keep(&fetched, now).await?;
    report.items_new += kept.items_new;
    report.items_updated += kept.items_updated;
    report.events_new += kept.events_new;
    report.store_s += began.elapsed().as_secs_f64();
    Ok(())
}

/// One source's answer, read.
struct Read {
    state: SourceState,
    answer: Answer,
    content: Content,
    parse_time: Duration,
}

/// What a body held.
enum Content {
    /// There was no body.
    None,
    /// The same body under a new validator: nothing to read.
    Known,
    Feed {
        items: Vec<Item>,
        seen: usize,
        rejected: usize,
        ttl_minutes: Option<u32>,
    },
    Events {
        events: Vec<Event>,
        problems: Vec<String>,
    },
    Unreadable(String),
}

/// Everything that reading a document needs besides the document.
struct Reader {
    vocabulary: Vocabulary,
    now: DateTime<Utc>,
}

impl Reader {
    fn read(&self, source: &Source, state: &SourceState, answer: &Answer) -> Read {
        let began = Instant::now();
        let again = source.events.is_some() && state.needs_reading(self.now);
        // The libraries below read what strangers wrote: whatever they do, it is this source's failure alone.
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &answer.outcome {
            FetchOutcome::Fresh(_) if state.has_read(answer) && !again => Content::Known,
            FetchOutcome::Fresh(document) => match source.format {
                Format::Feed => self.feed(source, state, document),
                _ => self.events(source, document),
            },
            _ => Content::None,
        }));
        let content = read.unwrap_or_else(|_| Content::Unreadable("reading it broke down".to_owned()));
        Read { state: state.clone(), answer: answer.clone(), content, parse_time: began.elapsed() }
    }

    fn feed(&self, source: &Source, state: &SourceState, document: &Document) -> Content {
        let base = base_of(source, &document.final_url);
        let read = parse::feed::read(&document.body, document.content_type.as_deref(), Some(base));
        let feed = match read {
            Ok(feed) => feed,
            Err(error) => return Content::Unreadable(error.to_string()),
        };
        let sighting = Sighting { now: self.now, source_known: state.first_success.is_some() };
        let seen = feed.entries.len();
        let items: Vec<Item> =
            feed.entries.iter().filter_map(|entry| normalise(entry, source, &self.vocabulary, sighting).ok()).collect();
        Content::Feed { rejected: seen - items.len(), seen, items, ttl_minutes: feed.ttl_minutes }
    }

    fn events(&self, source: &Source, document: &Document) -> Content {
        let from = self.now - chrono::Duration::days(1);
        match events::read::read(&document.body, source, from, self.now + ahead(source.format)) {
            Ok(parsed) => {
                let least = source.events.as_ref().map_or(0, |settings| settings.expect_min);
                if parsed.events.len() < usize::try_from(least).unwrap_or(usize::MAX) {
                    let listed = parsed.events.len();
                    return Content::Unreadable(format!("it lists {listed} events ahead, and expect_min is {least}"));
                }
                Content::Events { events: parsed.events, problems: parsed.problems }
            }
            Err(error) => Content::Unreadable(error.to_string()),
        }
    }

    /// The source's next state, with what is to be written beside it.
    fn settle(&self, app: &App, read: Read) -> Fetched {
        let Read { state, answer, content, .. } = read;
        let settings = &app.config.fetch;
        let next = |readable, ttl| state.after(&answer, readable, ttl, settings, self.now);
        let (next, outcome, items, events) = match content {
            Content::None => {
                let outcome = match &answer.outcome {
                    FetchOutcome::NotModified => "not_modified",
                    FetchOutcome::Throttled { .. } => "throttled",
                    FetchOutcome::Gone => "gone",
                    FetchOutcome::Failed(error) => error.class(),
                    FetchOutcome::Fresh(_) => "ok",
                };
                (next(true, None), outcome.to_owned(), Vec::new(), Listing::of_unchanged(&answer.outcome))
            }
            Content::Known => (next(true, None), "ok".to_owned(), Vec::new(), Listing::Unchanged),
            Content::Feed { items, ttl_minutes, .. } => {
                (next(true, ttl_minutes), "ok".to_owned(), items, Listing::None)
            }
            Content::Events { events, problems } => {
                for problem in problems {
                    tracing::info!(source = %state.key, problem, "an event was left out");
                }
                (next(true, None), "ok".to_owned(), Vec::new(), Listing::Complete(events))
            }
            Content::Unreadable(error) => {
                let mut failed = next(false, None);
                failed.last_error = Some(error);
                (failed, "unreadable".to_owned(), Vec::new(), Listing::None)
            }
        };
        if let Some(error) = next.last_error.as_deref().filter(|_| next.failures > 0) {
            tracing::info!(source = %next.key, error, failures = next.failures, "a source failed");
        }
        let bytes = match &answer.outcome {
            FetchOutcome::Fresh(document) => document.bytes_wire.unwrap_or(document.body.len() as u64),
            _ => 0,
        };
        Fetched { state: next, outcome, bytes, items, events }
    }
}

/// How far ahead events are written out: what recurs, half a year; conferences are announced much earlier.
#[must_use]
pub fn ahead(format: Format) -> chrono::Duration {
    chrono::Duration::days(if format == Format::Ics { 180 } else { 550 })
}

/// What relative links of a feed are relative to: its own address, unless somebody else serves it for the site
/// (a feed service, a mirror).
fn base_of<'a>(source: &'a Source, address: &'a Url) -> &'a Url {
    match &source.site {
        Some(site) if domain_of(site) != domain_of(address) => site,
        _ => address,
    }
}

fn domain_of(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(psl::domain_str(host).unwrap_or(host))
}

impl Listing {
    fn of_unchanged(outcome: &FetchOutcome) -> Self {
        if matches!(outcome, FetchOutcome::NotModified) { Self::Unchanged } else { Self::None }
    }
}

impl FetchReport {
    fn count(&mut self, read: &Read) {
        self.requests += u64::from(read.answer.requests);
        self.parse_s += read.parse_time.as_secs_f64();
        if read.answer.permanent.is_some() {
            self.moved += 1;
        }
        match &read.answer.outcome {
            FetchOutcome::Fresh(document) => {
                self.bytes_decoded += document.body.len() as u64;
                self.bytes_wire += document.bytes_wire.unwrap_or(document.body.len() as u64);
            }
            FetchOutcome::NotModified => self.not_modified += 1,
            // Held back by what another feed of its host was told: nothing was asked.
            FetchOutcome::Throttled { .. } if read.answer.requests == 0 => self.skipped += 1,
            FetchOutcome::Throttled { .. } => self.fail("throttled"),
            FetchOutcome::Gone => self.gone += 1,
            FetchOutcome::Failed(error) => self.fail(error.class()),
        }
        match &read.content {
            Content::None => {}
            Content::Known | Content::Events { .. } => self.ok += 1,
            Content::Feed { seen, rejected, .. } => {
                self.ok += 1;
                self.items_seen += seen;
                self.items_rejected += rejected;
            }
            Content::Unreadable(_) => self.fail("unreadable"),
        }
    }

    fn fail(&mut self, class: &str) {
        self.failed += 1;
        *self.failures.entry(class.to_owned()).or_default() += 1;
    }
}
