//! ISO weeks: the name of an edition, never its content.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

/// An ISO 8601 week, written `2026-W47`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    year: i32,
    number: u32,
}

/// A text that is not an ISO week.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ISO week: write it like 2026-W47")]
pub struct NotAWeek(pub String);

impl Week {
    /// The week that `instant` lies in, on the calendar of `zone`.
    #[must_use]
    pub fn of(instant: DateTime<Utc>, zone: Tz) -> Self {
        let week = instant.with_timezone(&zone).date_naive().iso_week();
        Self { year: week.year(), number: week.week() }
    }

    /// Its Monday.
    #[must_use]
    pub fn monday(self) -> Option<NaiveDate> {
        NaiveDate::from_isoywd_opt(self.year, self.number, Weekday::Mon)
    }

    /// Its number in the year, 1 to 53.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.number)
    }
}

impl FromStr for Week {
    type Err = NotAWeek;

    fn from_str(text: &str) -> Result<Self, NotAWeek> {
        let bad = || NotAWeek(text.to_owned());
        let (year, number) = text.split_once("-W").ok_or_else(bad)?;
        if year.len() != 4 || number.len() != 2 {
            return Err(bad());
        }
        let week = Self { year: year.parse().map_err(|_| bad())?, number: number.parse().map_err(|_| bad())? };
        week.monday().map(|_| week).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_decides_the_week() {
        let sunday_evening: DateTime<Utc> = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(Week::of(sunday_evening, Tz::UTC).to_string(), "2026-W47");
        assert_eq!(Week::of(sunday_evening, Tz::Europe__Berlin).to_string(), "2026-W48");
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        assert_eq!("2026-W53".parse::<Week>().unwrap().to_string(), "2026-W53");
        for bad in ["2025-W53", "2026-W00", "2026-47", "26-W47", "2026-W7", "x"] {
            assert!(bad.parse::<Week>().is_err(), "{bad}");
        }
    }
}
