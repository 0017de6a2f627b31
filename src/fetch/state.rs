//! What is remembered of a source between fetches, and how one answer changes it.

mod next;
pub mod rediscovery;
mod standing;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::next::Why;
pub(super) use self::next::later;
use self::rediscovery::Rediscovery;
pub use self::standing::Standing;
use super::outcome::{Answer, FetchOutcome};
use crate::config;
use crate::model::cadence::Cadence;
use crate::model::id::SourceKey;

/// What the store keeps of a source between fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    pub key: SourceKey,
    /// The curator's address that all the rest belongs to.
    pub url: String,
    /// The origin that gave the validators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validators_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Of the last body that was read, see [`SourceState::has_read`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<String>,
    /// `None`: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due: Option<DateTime<Utc>>,
    /// Why it is due then and not earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Of the last body that was read: a 304 brings none, and what it said still holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cadence: Cadence,
    /// Undated entries that came with it are not news.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_success: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<DateTime<Utc>>,
    /// When it came to be as [`SourceState::standing`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Consecutive ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u32,
    /// In a person's words; `None` after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The server answered 410: it is not asked again until the curator changes the address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gone: bool,
    /// Where permanent redirects lead, and how many polls in a row they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub moved_polls: u32,
    /// No request before this, not even a forced one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled_until: Option<DateTime<Utc>>,
    /// Of bodies as they were sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bytes_total: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub fetches: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_modified: u64,
    /// When a body was last read in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<DateTime<Utc>>,
    /// When a process last said that it is about to ask; over once an answer is kept. A column of its own in the store.
    #[serde(skip)]
    pub claimed_at: Option<DateTime<Utc>>,
    /// Where it was looked for when its address led nowhere.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rediscovery: Rediscovery,
}

/// What is as it is of a source that was never asked need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A calendar is read in full at least this often.
const READ_AGAIN: TimeDelta = TimeDelta::days(30);

impl SourceState {
    /// A source that was never asked.
    #[must_use]
    pub fn new(key: SourceKey, url: &Url) -> Self {
        Self {
            key,
            url: url.to_string(),
            validators_of: None,
            etag: None,
            last_modified: None,
            body_hash: None,
            next_due: None,
            why: None,
            cadence: Cadence::default(),
            first_success: None,
            last_success: None,
            last_attempt: None,
            since: None,
            failures: 0,
            last_error: None,
            gone: false,
            moved_to: None,
            moved_polls: 0,
            throttled_until: None,
            bytes_total: 0,
            fetches: 0,
            not_modified: 0,
            read_at: None,
            claimed_at: None,
            rediscovery: Rediscovery::default(),
        }
    }

    /// Whether the last full reading is so old that a calendar must be read again even if it has not changed:
    /// what recurs was written out for half a year from then.
    #[must_use]
    pub fn needs_reading(&self, now: DateTime<Utc>) -> bool {
        self.read_at.is_none_or(|read| now - read > READ_AGAIN)
    }

    /// The state as far as it holds for this address of the curator's: all of it, also when the curator took over
    /// the address that the source moved to or was found at; when the address was edited otherwise, the totals and
    /// the claim alone.
    #[must_use]
    pub fn for_address(&self, url: &Url) -> Self {
        if self.url == url.as_str() {
            return self.clone();
        }
        if [&self.moved_to, &self.rediscovery.found].iter().any(|asked| asked.as_deref() == Some(url.as_str())) {
            let (moved_to, moved_polls, rediscovery) = (None, 0, Rediscovery::default());
            return Self { url: url.to_string(), moved_to, moved_polls, rediscovery, ..self.clone() };
        }
        let (bytes_total, fetches, not_modified) = (self.bytes_total, self.fetches, self.not_modified);
        let claimed_at = self.claimed_at;
        Self { bytes_total, fetches, not_modified, claimed_at, ..Self::new(self.key.clone(), url) }
    }

    /// Where a permanent redirect led on so many polls (`[fetch] adopt_after`) that it is asked directly, and
    /// proposed to the curator.
    #[must_use]
    pub fn adopted(&self, adopt_after: u32) -> Option<Url> {
        let target = self.moved_to.as_deref().filter(|_| self.moved_polls >= adopt_after)?;
        Url::parse(target).ok()
    }

    /// What is asked in place of the curator's address, if anything: where permanent redirects led for long enough,
    /// or what a search of the site found.
    #[must_use]
    pub fn instead(&self, adopt_after: u32) -> Option<Url> {
        self.adopted(adopt_after).or_else(|| self.found())
    }

    /// Whether this answer brings a body that was read before, so that parsing it again is needless.
    #[must_use]
    pub fn has_read(&self, answer: &Answer) -> bool {
        answer.body_hash.is_some() && self.body_hash == answer.body_hash && self.url == answer.address.as_str()
    }

    /// The state after an answer.
    ///
    /// `parsed_ok` says whether a fresh body could be read (true for every other outcome, and for a body that
    /// [`SourceState::has_read`] knows); `cadence` is what a feed that was read asks for. The next request is never
    /// earlier than `min_interval` or a server's demand, and never later than `max_interval` unless the server
    /// asked for a pause, which is believed up to [`LONGEST`](super::freshness::LONGEST).
    #[must_use]
    pub fn after(
        &self,
        answer: &Answer,
        parsed_ok: bool,
        cadence: Option<Cadence>,
        settings: &config::Fetch,
        now: DateTime<Utc>,
    ) -> Self {
        let mut next = Self { claimed_at: None, ..self.for_address(&answer.address) };
        if let (FetchOutcome::Throttled { until }, 0) = (&answer.outcome, answer.requests) {
            // Nothing was asked: the pause is another source's of this host, and the plan knows it from there.
            if *until > next.next_due {
                (next.next_due, next.why) = (*until, Some(Why::HostThrottled));
            }
            return next;
        }
        let stood = next.standing();
        let last_pause = next.throttled_until.zip(next.last_attempt).map(|(until, since)| until - since);
        next.last_attempt = Some(now);
        next.fetches += 1;
        next.bytes_total = next.bytes_total.saturating_add(answer.bytes_wire);
        match &answer.outcome {
            FetchOutcome::Fresh(document) if parsed_ok => {
                next.validators_of = Some(document.final_url.origin().ascii_serialization());
                next.etag.clone_from(&answer.validators.etag);
                next.last_modified.clone_from(&answer.validators.last_modified);
                next.body_hash.clone_from(&answer.body_hash);
                next.read_at = Some(now);
                next.cadence = cadence.unwrap_or(next.cadence);
                next.succeed(answer, settings, now);
            }
            FetchOutcome::Fresh(_) => {
                next.forget_body();
                next.fail("the body could not be read as what the source should be", answer, settings, now);
            }
            FetchOutcome::NotModified => {
                next.not_modified += 1;
                let given = &answer.validators;
                next.etag = given.etag.clone().or(next.etag);
                next.last_modified = given.last_modified.clone().or(next.last_modified);
                next.succeed(answer, settings, now);
            }
            FetchOutcome::Throttled { until } => next.pause(*until, last_pause, settings, now),
            // Only the curator's own address speaks for the source.
            FetchOutcome::Gone if next.instead(settings.adopt_after).is_some() => {
                next.fail("the address that is asked in its place is gone for good (410)", answer, settings, now);
            }
            FetchOutcome::Gone => {
                next.gone = true;
                (next.next_due, next.why) = (None, None);
                next.throttled_until = None;
                next.last_error = Some("the server says this source is gone for good (410)".to_owned());
            }
            FetchOutcome::Failed(error) => {
                if error.spoils_validators() {
                    next.forget_body();
                }
                next.fail(&error.to_string(), answer, settings, now);
            }
        }
        next.note_search(&answer.outcome, now);
        next.since = next.since.filter(|_| next.standing() == stood).or(Some(now));
        next
    }

    /// The state after nobody at all could be reached: that says nothing of this source, so it counts as no failure.
    #[must_use]
    pub fn after_outage(&self, address: &Url, settings: &config::Fetch, now: DateTime<Utc>) -> Self {
        let mut next = Self { claimed_at: None, last_attempt: Some(now), ..self.for_address(address) };
        let least = later(now, settings.min_interval);
        if next.next_due.is_none_or(|due| due < least) {
            (next.next_due, next.why) = (Some(least), Some(Why::Outage));
        }
        next
    }

    fn succeed(&mut self, answer: &Answer, settings: &config::Fetch, now: DateTime<Utc>) {
        self.first_success = self.first_success.or(Some(now));
        self.last_success = Some(now);
        self.gone = false;
        self.failures = 0;
        self.last_error = None;
        self.throttled_until = None;
        self.note_move(answer, settings.adopt_after);
        self.wait_for_news(answer, settings, now);
    }

    /// Counts the polls in which permanent redirects led to the same place.
    fn note_move(&mut self, answer: &Answer, adopt_after: u32) {
        match &answer.permanent {
            Some(target) if self.moved_to.as_deref() == Some(target.as_str()) => {
                self.moved_polls = self.moved_polls.saturating_add(1);
            }
            Some(target) => {
                self.moved_to = Some(target.to_string());
                self.moved_polls = 1;
            }
            // The adopted address was asked itself, and redirects no further.
            None if self.adopted(adopt_after).is_some() => {}
            None => {
                self.moved_to = None;
                self.moved_polls = 0;
            }
        }
    }

    /// An adopted address that fails is dropped: the curator's own is asked again, and leads there or elsewhere.
    fn fail(&mut self, error: &str, answer: &Answer, settings: &config::Fetch, now: DateTime<Utc>) {
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(error.to_owned());
        self.throttled_until = None;
        self.moved_polls = 0;
        self.back_off(answer, settings, now);
    }

    fn forget_body(&mut self) {
        self.etag = None;
        self.last_modified = None;
        self.body_hash = None;
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
