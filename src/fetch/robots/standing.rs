//! What is remembered of an origin's robots.txt, and what follows from it: RFC 9309 §2.3 and §2.4.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Robots;
use crate::fetch::outcome::{FetchError, FetchOutcome};

/// A copy is used for this long (§2.4).
const FRESH: TimeDelta = TimeDelta::hours(24);
/// A file that could not be reached is asked for again after this.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// A file that was never seen and could not be reached for this long is taken for one that does not exist (§2.3.1.4).
const GIVEN_UP: TimeDelta = TimeDelta::days(30);

/// What is known of one origin's robots.txt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When it was last asked for.
    pub asked_at: DateTime<Utc>,
    /// As it was last read; a missing file allows everything.
    pub robots: Option<Robots>,
    /// Since when it cannot be reached.
    pub unreachable_since: Option<DateTime<Utc>>,
    /// Why, in a person's words.
    pub error: Option<String>,
}

/// What an origin's robots.txt means now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// These rules hold; they may be an old copy.
    Rules(&'a Robots),
    /// Nothing may be asked for.
    Nothing,
    /// Everything may.
    Everything,
}

impl Standing {
    /// What is known after asking at `now`, given what was known before; `token` is what we call ourselves.
    ///
    /// A file that does not exist (4xx) allows everything; so does one behind more redirects than are followed. One
    /// that cannot be had (5xx, 429, no connection, a refused address) leaves what was known.
    #[must_use]
    pub fn after(before: Option<Self>, outcome: &FetchOutcome, token: &str, now: DateTime<Utc>) -> Self {
        let read = |robots| Self { asked_at: now, robots: Some(robots), unreachable_since: None, error: None };
        let error = match outcome {
            FetchOutcome::Fresh(document) => return read(Robots::parse(&document.body, token)),
            FetchOutcome::Gone
            | FetchOutcome::Failed(
                FetchError::Status(400..=499) | FetchError::Empty | FetchError::TooManyRedirects(_),
            ) => return read(Robots::default()),
            FetchOutcome::Throttled { .. } => "the server asks to wait".to_owned(),
            FetchOutcome::NotModified => FetchError::Unasked(304).to_string(),
            FetchOutcome::Failed(error) => error.to_string(),
        };
        let (robots, since) = before.map_or((None, None), |before| (before.robots, before.unreachable_since));
        Self { asked_at: now, robots, unreachable_since: Some(since.unwrap_or(now)), error: Some(error) }
    }

    /// Whether it need not be asked for again. A moment that lies far ahead (a clock was wrong once) does not count.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let lasts = if self.unreachable_since.is_some() { AGAIN } else { FRESH };
        (now - self.asked_at).abs() < lasts
    }

    #[must_use]
    pub fn verdict(&self, now: DateTime<Utc>) -> Verdict<'_> {
        match (&self.robots, self.unreachable_since) {
            (Some(robots), _) => Verdict::Rules(robots),
            (None, Some(since)) if now - since < GIVEN_UP => Verdict::Nothing,
            (None, _) => Verdict::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::outcome::Document;

    fn at(day: i64) -> DateTime<Utc> {
        "2026-11-07T03:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day)
    }

    fn file(text: &str) -> FetchOutcome {
        let final_url = "https://a.org/robots.txt".parse().unwrap();
        FetchOutcome::Fresh(Document { body: text.as_bytes().to_vec().into(), content_type: None, final_url })
    }

    fn after(before: Option<Standing>, outcome: &FetchOutcome, now: DateTime<Utc>) -> Standing {
        Standing::after(before, outcome, "bellwether", now)
    }

    fn failed(status: u16) -> FetchOutcome {
        FetchOutcome::Failed(FetchError::Status(status))
    }

    fn allows(standing: &Standing, now: DateTime<Utc>) -> bool {
        match standing.verdict(now) {
            Verdict::Rules(robots) => robots.allows(&"https://a.org/x".parse().unwrap()),
            Verdict::Nothing => false,
            Verdict::Everything => true,
        }
    }

    #[test]
    fn a_missing_file_allows_and_a_broken_server_forbids() {
        let missing = [failed(404), failed(403), FetchOutcome::Gone, FetchOutcome::Failed(FetchError::Empty)];
        for outcome in missing.into_iter().chain([FetchOutcome::Failed(FetchError::TooManyRedirects(5))]) {
            assert!(allows(&after(None, &outcome, at(0)), at(0)), "{outcome:?}");
        }
        let broken = [failed(500), failed(503), FetchOutcome::Failed(FetchError::Timeout)];
        for outcome in broken.into_iter().chain([FetchOutcome::Throttled { until: None }]) {
            assert!(!allows(&after(None, &outcome, at(0)), at(0)), "{outcome:?}");
        }
    }

    #[test]
    fn out_of_reach_forbids_for_thirty_days_from_the_first_failure_on() {
        let first = after(None, &failed(500), at(0));
        let later = after(Some(first), &failed(502), at(29));
        assert!(!allows(&later, at(29)) && allows(&later, at(30)));
        let back = after(Some(later), &failed(404), at(31));
        assert_eq!(back.unreachable_since, None);
    }

    #[test]
    fn a_copy_is_used_while_the_file_is_out_of_reach() {
        let read = after(None, &file("User-agent: *\nDisallow: /x"), at(0));
        let lost = after(Some(read.clone()), &failed(500), at(1));
        assert!(!allows(&lost, at(1)) && !allows(&lost, at(90)));
        assert_eq!(lost.robots, read.robots);
    }

    #[test]
    fn a_copy_lasts_a_day_and_a_failure_an_hour() {
        let read = after(None, &file(""), at(0));
        assert!(
            read.is_fresh(at(0))
                && !read.is_fresh(at(1))
                && !read.is_fresh(at(-1))
                && read.is_fresh(at(0) - TimeDelta::minutes(1))
        );
        let lost = after(None, &failed(500), at(0));
        assert!(lost.is_fresh(at(0) + TimeDelta::minutes(59)) && !lost.is_fresh(at(0) + TimeDelta::hours(1)));
    }
}
