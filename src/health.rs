//! How each source is, and what a curator can do about it.

mod advice;
pub mod patch;
pub mod reading;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use url::Url;

use crate::config;
use crate::fetch::plan::{SourceState, is_being_asked, unkept_until};
use crate::model::id::SourceKey;
use crate::model::source::Source;

/// What editions showed is counted over this time.
pub const YIELD_OVER: TimeDelta = TimeDelta::weeks(26);
/// A source without anything new for this long may be over.
const QUIET_AFTER: TimeDelta = TimeDelta::days(200);

/// What one source has brought; see [`crate::store::Store::yields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Yield {
    /// Items or events that were first seen in that time.
    pub stored: u32,
    /// The date of the newest one of all that are kept.
    pub newest: Option<DateTime<Utc>>,
    /// Stories and events that editions showed.
    pub shown: u32,
    /// Editions that showed any.
    pub editions: u32,
}

/// What every source has brought, by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Yields {
    /// Editions of that time in all.
    pub editions: u32,
    pub sources: BTreeMap<String, Yield>,
}

/// How a source is, in a word; those that need somebody come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// The server said that it is gone for good.
    Gone,
    Failing,
    /// It is asked at another address than the catalogue's.
    Moved,
    /// It answers, and has had nothing new for long.
    Quiet,
    /// The server asked us to wait.
    Waiting,
    /// It was never read, and nothing is wrong with it.
    New,
    Well,
    Paused,
}

impl Word {
    pub const ALL: [Self; 8] =
        [Self::Gone, Self::Failing, Self::Moved, Self::Quiet, Self::Waiting, Self::New, Self::Well, Self::Paused];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
            Self::Moved => "moved",
            Self::Quiet => "quiet",
            Self::Waiting => "waiting",
            Self::New => "new",
            Self::Well => "well",
            Self::Paused => "paused",
        }
    }
}

/// How one source is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    pub key: SourceKey,
    pub title: String,
    pub url: Url,
    pub state: Word,
    /// Since when it is so, where that is known.
    pub since: Option<DateTime<Utc>>,
    pub last_success: Option<DateTime<Utc>>,
    /// In a row.
    pub failures: u32,
    /// Of the last answer.
    pub error: Option<String>,
    /// Since when a process that may be alive is about to ask it.
    pub being_asked: Option<DateTime<Utc>>,
    pub next_try: Option<DateTime<Utc>>,
    /// Why it is not asked earlier.
    pub next_try_because: Option<String>,
    /// What is asked in place of the catalogue's address.
    pub asked_at: Option<Url>,
    /// Which other source is listed with that address.
    pub same_as: Option<SourceKey>,
    pub fetches: u64,
    /// How many of them were answered by 304, which costs next to nothing.
    pub not_modified: u64,
    pub bytes: u64,
    #[serde(rename = "yield")]
    pub yields: Yield,
    /// What a person can do, most important first; empty: nothing.
    pub advice: Vec<String>,
}

impl Health {
    /// The share of fetches that were answered by 304, from 0 to 1; `None` before the second fetch.
    #[must_use]
    pub fn unchanged(&self) -> Option<f64> {
        (self.fetches > 1).then(|| self.not_modified as f64 / self.fetches as f64)
    }
}

/// How these sources are, which are all of the catalogue: those that need somebody first, within that those that have
/// been so for longest.
#[must_use]
pub fn examine(
    sources: &[Source],
    states: &BTreeMap<SourceKey, SourceState>,
    yields: &Yields,
    settings: &config::Fetch,
    now: DateTime<Utc>,
) -> Vec<Health> {
    let listed: BTreeMap<&Url, &SourceKey> = sources.iter().map(|source| (&source.url, &source.key)).collect();
    let mut all: Vec<Health> = sources
        .iter()
        .map(|source| {
            let state = states.get(&source.key).map(|state| state.for_address(&source.url));
            let state = state.unwrap_or_else(|| SourceState::new(source.key.clone(), &source.url));
            let mut health = one(source, &state, yields, settings, now);
            let other = health.asked_at.as_ref().and_then(|url| listed.get(url)).filter(|key| **key != &source.key);
            health.same_as = other.copied().cloned();
            health.advice = advice::advice(&health, source, &state, yields.editions, now);
            health
        })
        .collect();
    all.sort_by_cached_key(|health| {
        let since = health.since.unwrap_or(DateTime::<Utc>::MAX_UTC);
        (health.advice.is_empty(), health.state, since, health.key.clone())
    });
    all
}

fn one(source: &Source, state: &SourceState, yields: &Yields, settings: &config::Fetch, now: DateTime<Utc>) -> Health {
    let brought = yields.sources.get(source.key.as_str()).copied().unwrap_or_default();
    let last_new = brought.newest.or(state.first_success);
    let quiet = state.last_success.is_some() && last_new.is_some_and(|newest| now - newest >= QUIET_AFTER);
    let asked_at = state.instead(settings.adopt_after).filter(|url| url != &source.url);
    let word = match state {
        _ if source.paused => Word::Paused,
        SourceState { gone: true, .. } => Word::Gone,
        SourceState { throttled_until: Some(_), .. } => Word::Waiting,
        SourceState { failures: 1.., .. } => Word::Failing,
        SourceState { last_success: None, .. } => Word::New,
        _ if asked_at.is_some() => Word::Moved,
        _ if quiet => Word::Quiet,
        _ => Word::Well,
    };
    let since = match word {
        Word::Gone | Word::Failing | Word::Waiting | Word::Well => state.since,
        Word::Quiet => last_new,
        Word::Moved => state.rediscovery.searched_at.filter(|_| state.found().is_some()),
        Word::New | Word::Paused => None,
    };
    let asked = !matches!(word, Word::Paused | Word::Gone);
    let unkept = unkept_until(state, settings, now).filter(|until| state.next_due.is_none_or(|due| due < *until));
    let why = match unkept {
        Some(_) => Some("a fetch that was stopped had asked it (min_interval)".to_owned()),
        None => state.why.filter(|_| state.next_due.is_some()).map(|why| why.to_string()),
    };
    Health {
        key: source.key.clone(),
        title: source.title.clone(),
        url: source.url.clone(),
        state: word,
        since,
        last_success: state.last_success,
        failures: state.failures,
        error: state.last_error.clone(),
        being_asked: state.claimed_at.filter(|_| is_being_asked(state, now)),
        next_try: asked.then(|| unkept.or(state.next_due).unwrap_or(now)),
        next_try_because: why.filter(|_| asked),
        asked_at,
        same_as: None,
        fetches: state.fetches,
        not_modified: state.not_modified,
        bytes: state.bytes_total,
        yields: brought,
        advice: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
