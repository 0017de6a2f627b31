//! When a source is asked again, and why not earlier.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::SourceState;
use crate::config;
use crate::fetch::freshness::LONGEST;
use crate::fetch::outcome::Answer;
use crate::model::id::{SourceKey, content_hash};

/// The first pause after a 429 that names none; each further one is twice as long.
const THROTTLE_PAUSE: Duration = Duration::from_hours(4);
/// A source that gives nothing to ask conditionally with is asked once in this time.
const WITHOUT_VALIDATORS: Duration = Duration::from_hours(24);
/// Where a skipped window ends, all who waited for it are spread over this time.
const AFTER_WINDOW: Duration = Duration::from_mins(10);

/// What decided when a source is asked next. `Display` gives it in words that follow "because".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// `[fetch] min_interval`: nobody asked for more.
    MinInterval,
    /// `[fetch] max_interval`: somebody asked for more.
    MaxInterval,
    /// `max-age` or `Expires`.
    MaxAge,
    /// `<ttl>` or `sy:updatePeriod`.
    Ttl,
    /// `<skipHours>` or `<skipDays>`.
    SkipWindow,
    NoValidators,
    RetryAfter,
    /// A 429 that names no time.
    Throttled,
    /// What another source of the same host was told.
    HostThrottled,
    BackOff,
    /// Nobody could be reached, so that it is not the source that failed.
    Outage,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MinInterval => "no source is asked more often (min_interval)",
            Self::MaxInterval => "no source is left alone for longer (max_interval)",
            Self::MaxAge => "the server says that it stays fresh until then (max-age or Expires)",
            Self::Ttl => "the feed says how often it changes (ttl or sy:updatePeriod)",
            Self::SkipWindow => "the feed asks to be left alone before (skipHours or skipDays)",
            Self::NoValidators => "the server gives no ETag and no Last-Modified, so it is asked once a day",
            Self::RetryAfter => "the server asked us to wait (Retry-After)",
            Self::Throttled => "the server asked us to slow down (429)",
            Self::HostThrottled => "the server asked us to wait, for another source of its host",
            Self::BackOff => "it failed, and each failure doubles the pause",
            Self::Outage => "no source at all could be reached, so all are asked again at the usual pace",
        })
    }
}

impl SourceState {
    pub(super) fn wait_for_news(&mut self, answer: &Answer, settings: &config::Fetch, now: DateTime<Utc>) {
        let blind = self.etag.is_none() && self.last_modified.is_none();
        let (wait, why) = longest([
            (settings.min_interval, Why::MinInterval),
            (if blind { WITHOUT_VALIDATORS } else { Duration::ZERO }, Why::NoValidators),
            (Duration::from_mins(self.cadence.ttl_minutes.into()), Why::Ttl),
            (answer.fresh_for.unwrap_or_default(), Why::MaxAge),
        ]);
        // Small, so that it only spreads; a fleet that starts on the hour does not strike on the hour.
        let spread = (within(wait, settings) / 64).min(Duration::from_mins(10)).mul_f64(jitter(&self.key));
        self.ask_in(wait, spread, why, settings, now);
    }

    pub(super) fn back_off(&mut self, answer: &Answer, settings: &config::Fetch, now: DateTime<Utc>) {
        let doublings = 2_u32.saturating_pow(self.failures.saturating_sub(1));
        let pause = settings.min_interval.max(Duration::from_mins(1)).saturating_mul(doublings).min(LONGEST);
        let pause = pause + (pause / 4).mul_f64(jitter(&self.key));
        // Of a failure the server's demand is its Retry-After.
        let (wait, why) = longest([(pause, Why::BackOff), (answer.fresh_for.unwrap_or_default(), Why::RetryAfter)]);
        self.ask_in(wait, Duration::ZERO, why, settings, now);
    }

    /// Waits as a 429 or 503 asks: until then, or twice as long as the last time.
    pub(super) fn pause(
        &mut self,
        until: Option<DateTime<Utc>>,
        last_pause: Option<TimeDelta>,
        settings: &config::Fetch,
        now: DateTime<Utc>,
    ) {
        let last_pause = last_pause.and_then(|pause| pause.to_std().ok()).unwrap_or_default();
        let unnamed = last_pause.saturating_mul(2).max(THROTTLE_PAUSE).min(settings.max_interval.max(THROTTLE_PAUSE));
        let why = if until.is_some() { Why::RetryAfter } else { Why::Throttled };
        let until = until.unwrap_or_else(|| later(now, unnamed)).clamp(now, later(now, LONGEST));
        self.throttled_until = Some(until);
        self.last_error = Some(format!("the server asked us to wait until {}", until.format("%Y-%m-%d %H:%M UTC")));
        let then = later(until, Duration::from_mins(1).mul_f64(jitter(&self.key)));
        let least = later(now, within(Duration::ZERO, settings));
        let (due, why) = if then >= least { (then, why) } else { (least, Why::MinInterval) };
        self.ask_at(due, why, settings, now);
    }

    fn ask_in(&mut self, wait: Duration, spread: Duration, why: Why, settings: &config::Fetch, now: DateTime<Utc>) {
        let why = if wait > within(wait, settings) { Why::MaxInterval } else { why };
        self.ask_at(later(now, within(within(wait, settings) + spread, settings)), why, settings, now);
    }

    /// Asks at `due`, or when the window that the feed wants to be left alone in has ended; the longest interval
    /// is kept even then.
    fn ask_at(&mut self, due: DateTime<Utc>, why: Why, settings: &config::Fetch, now: DateTime<Utc>) {
        let latest = later(now, within(Duration::MAX, settings)).max(due);
        let open = self.cadence.opens(due);
        (self.next_due, self.why) = if open > due {
            (Some(later(open, AFTER_WINDOW.mul_f64(jitter(&self.key))).min(latest)), Some(Why::SkipWindow))
        } else {
            (Some(due), Some(why))
        };
    }
}

/// The longest wait; of equals the last.
fn longest<const N: usize>(waits: [(Duration, Why); N]) -> (Duration, Why) {
    waits.into_iter().max_by_key(|(wait, _)| *wait).unwrap_or((Duration::ZERO, Why::MinInterval))
}

/// Between the two intervals of the settings; the least one wins where they contradict each other.
fn within(interval: Duration, settings: &config::Fetch) -> Duration {
    interval.min(settings.max_interval).max(settings.min_interval).min(LONGEST)
}

/// A number in [0, 1) that belongs to a source for ever.
fn jitter(key: &SourceKey) -> f64 {
    let hash = content_hash(&["jitter", key.as_str()]);
    let bits = hash.get(..8).and_then(|head| u32::from_str_radix(head, 16).ok()).unwrap_or_default();
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

pub(in crate::fetch) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let wait = TimeDelta::from_std(wait.min(LONGEST)).unwrap_or_default();
    now.checked_add_signed(wait).unwrap_or(now)
}
