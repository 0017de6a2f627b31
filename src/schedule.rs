//! When an edition is due.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeZone as _, Utc, Weekday};
use chrono_tz::Tz;

/// A weekly moment on a wall clock, written `Fri 07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub weekday: Weekday,
    pub time: NaiveTime,
}

/// A text that is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a schedule")]
pub struct NotASchedule(pub String);

impl FromStr for Schedule {
    type Err = NotASchedule;

    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        let bad = || NotASchedule(text.to_owned());
        let (day, time) = text.trim().split_once(' ').ok_or_else(bad)?;
        Ok(Self {
            weekday: day.parse().map_err(|_| bad())?,
            time: NaiveTime::parse_from_str(time.trim(), "%H:%M").map_err(|_| bad())?,
        })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.weekday, self.time.format("%H:%M"))
    }
}

impl Schedule {
    /// The last moment of this schedule at or before `instant`, by the wall clock of `zone`.
    ///
    /// In a spring-forward gap the moment is the first one after it; in a fold the earlier of the two.
    #[must_use]
    pub fn last_at_or_before(&self, instant: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let today = instant.with_timezone(&zone).date_naive();
        let back = (7 + today.weekday().num_days_from_monday() - self.weekday.num_days_from_monday()) % 7;
        let this_week = today - Days::new(u64::from(back));
        let at = self.on(this_week, zone);
        if at <= instant { at } else { self.on(this_week - Days::new(7), zone) }
    }

    /// The first moment of this schedule after `instant`.
    #[must_use]
    pub fn next_after(&self, instant: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let last = self.last_at_or_before(instant, zone).with_timezone(&zone).date_naive();
        let next = self.on(last + Days::new(7), zone);
        // A gap can shift a moment to later on its day; it never leaves it.
        if next > instant { next } else { self.on(last + Days::new(14), zone) }
    }

    fn on(&self, day: chrono::NaiveDate, zone: Tz) -> DateTime<Utc> {
        let mut local = day.and_time(self.time);
        for _ in 0..8 {
            if let Some(found) = zone.from_local_datetime(&local).earliest() {
                return found.with_timezone(&Utc);
            }
            local += chrono::Duration::minutes(30);
        }
        local.and_utc()
    }
}

/// When there is something to do next: at the first of `moments` that is still to come, or after `tick`.
#[must_use]
pub fn next_run(
    now: DateTime<Utc>,
    tick: chrono::Duration,
    moments: impl IntoIterator<Item = DateTime<Utc>>,
) -> DateTime<Utc> {
    // What was due already was done, or waits for something else than time.
    moments.into_iter().filter(|moment| *moment > now).min().map_or(now + tick, |moment| moment.min(now + tick))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_is_at_the_first_moment_to_come_and_never_later_than_a_tick() {
        let (now, tick) = (utc("2026-11-20T06:55:00Z"), chrono::Duration::minutes(10));
        let run = |moments: &[&str]| next_run(now, tick, moments.iter().map(|text| utc(text)));
        assert_eq!(run(&[]), utc("2026-11-20T07:05:00Z"));
        assert_eq!(run(&["2026-11-20T07:00:00Z", "2026-11-20T06:50:00Z"]), utc("2026-11-20T07:00:00Z"));
        assert_eq!(run(&["2026-11-27T07:00:00Z", "2026-11-20T06:55:00Z"]), utc("2026-11-20T07:05:00Z"));
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reads_a_weekday_and_a_time_and_nothing_else() {
        assert_eq!("Fri 07:00".parse::<Schedule>().unwrap().to_string(), "Fri 07:00");
        for bad in ["", "Fri", "07:00", "Fri 25:00", "Freitag 07:00", "Fri 7"] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_wall_clock_decides_through_a_change_of_offset() {
        let friday: Schedule = "Fri 07:00".parse().unwrap();
        let berlin = Tz::Europe__Berlin;
        assert_eq!(friday.next_after(utc("2026-10-20T00:00:00Z"), berlin), utc("2026-10-23T05:00:00Z"));
        assert_eq!(friday.next_after(utc("2026-10-23T05:00:00Z"), berlin), utc("2026-10-30T06:00:00Z"));
        assert_eq!(friday.last_at_or_before(utc("2026-10-30T06:00:00Z"), berlin), utc("2026-10-30T06:00:00Z"));
        assert_eq!(friday.last_at_or_before(utc("2026-10-30T05:59:59Z"), berlin), utc("2026-10-23T05:00:00Z"));
    }

    #[test]
    fn a_moment_in_a_gap_comes_after_it() {
        let sunday: Schedule = "Sun 02:30".parse().unwrap();
        assert_eq!(sunday.next_after(utc("2026-03-28T12:00:00Z"), Tz::Europe__Berlin), utc("2026-03-29T01:00:00Z"));
    }
}
