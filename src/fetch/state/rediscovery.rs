//! What is remembered of a source whose address leads nowhere any more, and of the search for its new one.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{SourceState, Why, later};
use crate::config;
use crate::fetch::outcome::{FetchError, FetchOutcome};

/// An address has to lead nowhere for this long before its site is searched: a mistake is mended sooner.
pub const MISSING_FOR: TimeDelta = TimeDelta::days(3);
/// A site is searched once in this time.
pub const BETWEEN_SEARCHES: TimeDelta = TimeDelta::days(7);
/// A found address that fails this often in a row is dropped, for whatever reason it fails.
const PATIENCE: u32 = 3;

/// The search for a source's new address, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rediscovery {
    /// Since when the address leads nowhere, without a success in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<DateTime<Utc>>,
    /// When the site was last searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searched_at: Option<DateTime<Utc>>,
    /// What was found there, read as a feed, and is asked from then on in place of the curator's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Whether the source is not where it was: its file is not there (404), its host's name is not (DNS), or a web
/// page is in its place. A 410 is no riddle, and everything else can pass.
#[must_use]
pub fn is_missing(outcome: &FetchOutcome) -> bool {
    matches!(outcome, FetchOutcome::Failed(FetchError::Status(404) | FetchError::Dns(_) | FetchError::WebPage(_)))
}

impl SourceState {
    /// The address that a search found, and that is asked until it fails.
    #[must_use]
    pub fn found(&self) -> Option<Url> {
        Url::parse(self.rediscovery.found.as_deref()?).ok()
    }

    /// Whether the source's site is to be searched after an answer that misses it ([`is_missing`]): at least
    /// [`MISSING_FOR`] after the first such answer, and at most once in [`BETWEEN_SEARCHES`]. A search that lies ahead
    /// (a clock was wrong once) does not count.
    #[must_use]
    pub fn is_to_be_searched(&self, now: DateTime<Utc>) -> bool {
        let Rediscovery { missing_since, searched_at, found } = &self.rediscovery;
        found.is_none()
            && missing_since.is_some_and(|since| now - since >= MISSING_FOR)
            && searched_at.is_none_or(|last| last > now || now - last >= BETWEEN_SEARCHES)
    }

    /// The state after a search of the source's site. What was found was asked just now, so it is not asked again
    /// before the least interval has passed, and it gets no validators of the old address.
    #[must_use]
    pub fn after_search(&self, found: Option<&Url>, settings: &config::Fetch, now: DateTime<Utc>) -> Self {
        let mut next = self.clone();
        next.rediscovery.searched_at = Some(now);
        if let Some(found) = found {
            next.rediscovery.found = Some(found.to_string());
            next.forget_body();
            // It was read, so it has failed at nothing yet.
            next.failures = 0;
            next.last_error = None;
            next.since = Some(now);
            (next.next_due, next.why) = (Some(later(now, settings.min_interval)), Some(Why::MinInterval));
        }
        next
    }

    /// Notes what an answer means for the search; the rest of the state is already that after the answer.
    pub(super) fn note_search(&mut self, outcome: &FetchOutcome, now: DateTime<Utc>) {
        match outcome {
            FetchOutcome::Throttled { .. } => return,
            _ if self.failures == 0 => {
                self.rediscovery.missing_since = None;
                return;
            }
            _ => {}
        }
        let missing = is_missing(outcome);
        if missing {
            self.rediscovery.missing_since = self.rediscovery.missing_since.or(Some(now));
        }
        let unreadable = matches!(outcome, FetchOutcome::Fresh(_) | FetchOutcome::Gone);
        let lost = missing || unreadable || self.failures >= PATIENCE;
        if lost && self.rediscovery.found.take().is_some() {
            self.forget_body();
        }
    }
}

#[cfg(test)]
mod tests;
