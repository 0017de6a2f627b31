//! Schedules, moments and durations as a person says them.

use std::time::Duration;

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;

use super::dates;
use super::words::in_words;
use crate::schedule::Schedule;

/// "every Friday at 07:00, Berlin time".
pub(crate) fn schedule(schedule: Schedule, zone: Tz) -> String {
    format!("every {} at {}, {}", weekday(schedule.weekday), schedule.time.format("%H:%M"), place(zone))
}

/// "Friday, 27 November 2026 at 07:00, Berlin time".
pub(crate) fn moment(instant: DateTime<Utc>, zone: Tz) -> String {
    let local = instant.with_timezone(&zone);
    format!("{}, {} at {}, {}", local.format("%A"), dates::day(local.date_naive()), local.format("%H:%M"), place(zone))
}

/// "three days", "36 hours", "90 minutes": in the largest unit that says it whole, and never longer than it is.
pub(crate) fn duration(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    let (count, unit) = match minutes {
        _ if minutes >= 1_440 && minutes.is_multiple_of(1_440) => (minutes / 1_440, "day"),
        _ if minutes >= 120 || minutes == 60 => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    format!("{} {unit}{}", in_words(count), if count == 1 { "" } else { "s" })
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// "Berlin time" for a zone that is named for a place, else the zone's name.
fn place(zone: Tz) -> String {
    match zone.name().rsplit_once('/') {
        // POSIX turns the signs around: `Etc/GMT+3` is UTC−3.
        Some(("Etc", offset)) => match offset.strip_prefix("GMT") {
            Some(behind) if behind.starts_with('+') => behind.replace('+', "UTC−"),
            Some(ahead) if ahead.starts_with('-') => ahead.replace('-', "UTC+"),
            _ => "UTC".to_owned(),
        },
        Some((_, city)) => format!("{} time", city.replace('_', " ")),
        None => zone.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_names_its_place() {
        let friday: Schedule = "Fri 07:00".parse().unwrap();
        assert_eq!(schedule(friday, Tz::Europe__Berlin), "every Friday at 07:00, Berlin time");
        assert_eq!(schedule(friday, Tz::America__New_York), "every Friday at 07:00, New York time");
        let sunday: Schedule = "Sun 18:30".parse().unwrap();
        assert_eq!(schedule(sunday, Tz::America__Argentina__Buenos_Aires), "every Sunday at 18:30, Buenos Aires time");
        assert_eq!(schedule(sunday, Tz::UTC), "every Sunday at 18:30, UTC");
        assert_eq!(schedule(sunday, Tz::Etc__GMTPlus3), "every Sunday at 18:30, UTC−3");
    }

    #[test]
    fn a_moment_is_told_by_the_wall_clock() {
        let instant = "2026-11-27T06:00:00Z".parse().unwrap();
        assert_eq!(moment(instant, Tz::Europe__Berlin), "Friday, 27 November 2026 at 07:00, Berlin time");
    }

    #[test]
    fn a_duration_is_told_in_its_largest_unit_and_never_too_long() {
        for (seconds, words) in [
            (3 * 86_400, "three days"),
            (86_400, "one day"),
            (36 * 3_600, "36 hours"),
            (36 * 3_600 + 1_800, "36 hours"),
            (3_600, "one hour"),
            (90 * 60 + 59, "90 minutes"),
            (30 * 86_400, "30 days"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), words);
        }
    }
}
