//! Which dates to believe, and from when an item may stand in an edition.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::Sighting;

/// Clocks and zones are wrong by this much without anybody meaning it.
const AHEAD: TimeDelta = TimeDelta::hours(2);

/// A date further ahead is no mistake of a clock but says when something will be, or nothing.
const FAR_AHEAD: TimeDelta = TimeDelta::days(2);

/// What is older when first stored is no news.
const FRESH: TimeDelta = TimeDelta::days(14);

/// No feed is older; smaller years are defaults and typing errors.
const FIRST_YEAR: i32 = 1995;

/// The entry's date, when it can be believed; one that lies more than two hours ahead of `now` becomes `now`, and more
/// than two days ahead none.
pub(super) fn plausible(
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let date = [published, updated]
        .into_iter()
        .flatten()
        .find(|date| date.year() >= FIRST_YEAR && *date <= now + FAR_AHEAD)?;
    Some(if date > now + AHEAD { now } else { date })
}

/// Eligible on arrival when its date is at most 14 days back. Without a date it is new only if the source was
/// known before: else it may be anything from its archive.
pub(super) fn eligible(date: Option<DateTime<Utc>>, sighting: Sighting) -> Option<DateTime<Utc>> {
    let fresh = date.map_or(sighting.source_known, |date| date >= sighting.now - FRESH);
    fresh.then_some(sighting.now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_wrong_and_a_date_of_next_year_says_nothing() {
        let now: DateTime<Utc> = "2026-11-20T06:00:00Z".parse().unwrap();
        let of = |ahead: TimeDelta| plausible(Some(now + ahead), None, now);
        assert_eq!(of(TimeDelta::hours(1)), Some(now + TimeDelta::hours(1)));
        assert_eq!(of(TimeDelta::hours(9)), Some(now));
        assert_eq!(of(TimeDelta::days(400)), None);
        let yesterday = now - TimeDelta::days(1);
        assert_eq!(plausible(Some(now + TimeDelta::days(400)), Some(yesterday), now), Some(yesterday));
    }
}
