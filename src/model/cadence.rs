//! How often a feed says that it changes, and when it says that nobody need look.

use chrono::{DateTime, Datelike as _, DurationRound as _, TimeDelta, Timelike as _, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// What a feed asks of those who poll it: `<ttl>` or `sy:updatePeriod`, `<skipHours>` and `<skipDays>` (RSS 2.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cadence {
    /// Minutes between two polls; zero: it does not say.
    pub ttl_minutes: u32,
    /// Hours of the day in GMT: bit 0 is the hour after midnight.
    skipped_hours: u32,
    /// Days of the week in GMT: bit 0 is Monday.
    skipped_days: u8,
}

const EVERY_HOUR: u32 = (1 << 24) - 1;
const EVERY_DAY: u8 = (1 << 7) - 1;

impl Cadence {
    /// A feed that names its time to live alone.
    #[must_use]
    pub fn of_minutes(ttl_minutes: u32) -> Self {
        Self { ttl_minutes, ..Self::default() }
    }

    /// Leaves an hour of the day out: 0 to 23, and 24 for midnight, as some write it. Others mean nothing.
    pub fn skip_hour(&mut self, hour: u32) {
        if hour <= 24 {
            self.skipped_hours |= 1 << (hour % 24);
        }
    }

    pub fn skip_day(&mut self, day: Weekday) {
        self.skipped_days |= 1 << day.num_days_from_monday();
    }

    /// The first moment from `at` on that is in no skipped hour and on no skipped day: `at` itself, or the start of
    /// an hour. A list that leaves nothing open was not meant, and does not count.
    #[must_use]
    pub fn opens(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let hours = if self.skipped_hours & EVERY_HOUR == EVERY_HOUR { 0 } else { self.skipped_hours };
        let days = if self.skipped_days & EVERY_DAY == EVERY_DAY { 0 } else { self.skipped_days };
        let is_open = |at: &DateTime<Utc>| {
            hours & (1 << at.hour()) == 0 && days & (1 << at.weekday().num_days_from_monday()) == 0
        };
        let hour = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
        let starts = (1..=7 * 24).filter_map(|ahead| hour.checked_add_signed(TimeDelta::hours(ahead)));
        std::iter::once(at).chain(starts).find(is_open).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn skipping(hours: &[u32], days: &[Weekday]) -> Cadence {
        let mut cadence = Cadence::default();
        for hour in hours {
            cadence.skip_hour(*hour);
        }
        for day in days {
            cadence.skip_day(*day);
        }
        cadence
    }

    #[test]
    fn a_skipped_hour_moves_to_the_next_open_one() {
        let night = skipping(&[22, 23, 24, 1], &[]);
        assert_eq!(night.opens(at("2026-11-07T21:59:59Z")), at("2026-11-07T21:59:59Z"));
        assert_eq!(night.opens(at("2026-11-07T22:10:00Z")), at("2026-11-08T02:00:00Z"));
    }

    #[test]
    fn a_skipped_day_moves_to_the_first_open_hour_of_an_open_day() {
        let weekend = skipping(&[0], &[Weekday::Sat, Weekday::Sun]);
        // A Saturday.
        assert_eq!(weekend.opens(at("2026-11-07T10:00:00Z")), at("2026-11-09T01:00:00Z"));
    }

    #[test]
    fn what_leaves_nothing_open_does_not_count() {
        let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let hours: Vec<u32> = (0..24).collect();
        let now = at("2026-11-07T10:20:00Z");
        assert_eq!(skipping(&hours, &days).opens(now), now);
        assert_eq!(skipping(&[25, u32::MAX], &[]), Cadence::default());
    }

    proptest! {
        #[test]
        fn there_always_is_an_open_hour_within_a_week(hours: u32, days: u8, minute in 0_i64..20_000) {
            let cadence = Cadence { ttl_minutes: 0, skipped_hours: hours, skipped_days: days };
            let now = at("2026-11-07T10:00:00Z") + TimeDelta::minutes(minute);
            let open = cadence.opens(now);
            prop_assert!(open >= now && open <= now + TimeDelta::days(7));
            prop_assert_eq!(cadence.opens(open), open);
        }
    }
}
