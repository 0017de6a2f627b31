//! One source's answer: read, normalised, and made into what is to be kept.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use url::Url;

use crate::app::App;
use crate::events;
use crate::fetch::outcome::{Answer, Document, FetchOutcome};
use crate::fetch::plan::SourceState;
use crate::model::cadence::Cadence;
use crate::model::event::Event;
use crate::model::item::Item;
use crate::model::source::{Format, Source, Topic};
use crate::normalise::{Sighting, Vocabulary, may_be_news, normalise_all};
use crate::parse;
use crate::parse::feed::{Depth, Glance};
use crate::store::sources::{Fetched, Listing};

/// One source's answer, read.
pub(super) struct Read {
    pub(super) state: SourceState,
    pub(super) answer: Answer,
    pub(super) content: Content,
    /// When it came: waits count from here.
    pub(super) at: DateTime<Utc>,
    /// Of the body, decompressed.
    pub(super) bytes_decoded: u64,
    pub(super) parse_time: Duration,
    /// Whether nobody at all could be reached, so that its silence is no failure of its own.
    pub(super) outage: bool,
}

/// What a body held.
pub(super) enum Content {
    /// There was no body.
    None,
    /// The same body under a new validator: nothing to read.
    Known,
    Feed {
        /// What is new or was edited.
        items: Vec<Item>,
        /// A hash for each entry of the document.
        prints: Vec<u64>,
        rejected: usize,
        cadence: Cadence,
    },
    Events {
        events: Vec<Event>,
        problems: Vec<String>,
    },
    Unreadable(String),
}

/// Everything that reading a document needs besides the document.
pub(super) struct Reader {
    vocabulary: Vocabulary,
    /// Of all that decides what is made of an entry, besides its source.
    rules: u64,
    now: DateTime<Utc>,
}

impl Reader {
    /// Prepares to read what comes at `now`, with these topics.
    pub(super) fn new(topics: &[Topic], now: DateTime<Utc>) -> Self {
        Self {
            vocabulary: Vocabulary::new(topics),
            rules: print(&(env!("CARGO_PKG_VERSION"), format!("{topics:?}"))),
            now,
        }
    }

    /// Reads what a source answered; the work of a processor, not of the network. `known` are the prints of the
    /// document that was kept last: what was the same then is stored.
    pub(super) fn read(
        &self,
        source: &Source,
        state: &SourceState,
        mut answer: Answer,
        at: DateTime<Utc>,
        known: &HashSet<u64>,
    ) -> Read {
        let began = Instant::now();
        let again = source.events.is_some() && state.needs_reading(self.now);
        // The libraries below read what strangers wrote: whatever they do, it is this source's failure alone.
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &answer.outcome {
            FetchOutcome::Fresh(_) if state.has_read(&answer) && !again => Content::Known,
            FetchOutcome::Fresh(document) => match source.format {
                Format::Feed => self.feed(source, state, document, known),
                _ => self.events(source, document),
            },
            _ => Content::None,
        }));
        let content = read.unwrap_or_else(|_| Content::Unreadable("reading it broke down".to_owned()));
        let bytes_decoded = answer.drop_body();
        Read { state: state.clone(), answer, content, at, bytes_decoded, parse_time: began.elapsed(), outage: false }
    }

    fn feed(&self, source: &Source, state: &SourceState, document: &Document, known: &HashSet<u64>) -> Content {
        let base = base_of(source, &document.final_url);
        let sighting = Sighting { now: self.now, source_known: state.first_success.is_some() };
        // Other rules make other items of the same words.
        let rules = print(&(self.rules, format!("{source:?}")));
        let mut prints = Vec::new();
        let mut choose = |glance: &Glance| {
            let print = print(&(rules, glance.print));
            prints.push(print);
            match glance {
                _ if known.contains(&print) => Depth::Nothing,
                Glance { has_title: true, published, updated, .. } if !may_be_news(*published, *updated, sighting) => {
                    Depth::Headline
                }
                _ => Depth::Words,
            }
        };
        let (body, content_type) = (&document.body, document.content_type.as_deref());
        let read = parse::feed::read_chosen(body, content_type, Some(base), &mut choose);
        let feed = match read {
            Ok(feed) => feed,
            Err(error) => return Content::Unreadable(error.to_string()),
        };
        let items = normalise_all(&feed, source, &self.vocabulary, sighting);
        Content::Feed { rejected: feed.entries.len() - items.len(), prints, items, cadence: feed.cadence }
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
    pub(super) fn settle(app: &App, read: Read) -> Fetched {
        let Read { state, answer, content, at, outage, .. } = read;
        let settings = &app.config.fetch;
        if outage {
            let (state, outcome) = (state.after_outage(&answer.address, settings, at), "outage".to_owned());
            return Fetched {
                state,
                outcome,
                bytes: answer.bytes_wire,
                items: Vec::new(),
                prints: None,
                events: Listing::None,
            };
        }
        let mut prints = None;
        let next = |readable, cadence| state.after(&answer, readable, cadence, settings, at);
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
            Content::Feed { items, cadence, prints: read, .. } => {
                prints = Some(read);
                (next(true, Some(cadence)), "ok".to_owned(), items, Listing::None)
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
        Fetched { state: next, outcome, bytes: answer.bytes_wire, items, prints, events }
    }
}

fn print(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
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
