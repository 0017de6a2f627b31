//! The rules of time zones as a calendar must carry them: a VTIMEZONE for each zone it names (RFC 5545, 3.6.5).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Offset as _, TimeZone as _, Utc};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz};

use super::super::world::{Event, Wall};
use super::lines::Lines;

/// How many years after its first start a recurring event is still told right.
const YEARS_AHEAD: i32 = 2;

/// Writes the zones of all timed events, sorted by name, for the years that they lie in.
pub(super) fn write_all(events: &[Event], lines: &mut Lines) {
    let mut zones: BTreeMap<&str, (Tz, i32, i32)> = BTreeMap::new();
    for event in events {
        if let Wall::Time(start) = event.start {
            let (_, first, last) = zones.entry(event.tz.name()).or_insert((event.tz, start.year(), start.year()));
            *first = start.year().min(*first);
            *last = start.year().max(*last);
        }
    }
    for (tz, first, last) in zones.into_values() {
        write(tz, first, last + YEARS_AHEAD, lines);
    }
}

fn write(tz: Tz, first: i32, last: i32, lines: &mut Lines) {
    let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1)?.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    let (Some(from), Some(until)) = (new_year(first), new_year(last + 1)) else { return };
    lines.property("BEGIN", "VTIMEZONE");
    lines.property("TZID", tz.name());
    observance(tz, from, from, lines);
    for day in every(from, until, Duration::days(1)) {
        let tomorrow = day + Duration::days(1);
        if seconds(tz, day) == seconds(tz, tomorrow) {
            continue;
        }
        // Zones have changed on the hour for as long as calendars have been exchanged.
        for hour in every(day, tomorrow, Duration::hours(1)) {
            let next = hour + Duration::hours(1);
            if seconds(tz, hour) != seconds(tz, next) {
                observance(tz, hour, next, lines);
            }
        }
    }
    lines.property("END", "VTIMEZONE");
}

/// From `from` until before `until`.
fn every(from: DateTime<Utc>, until: DateTime<Utc>, step: Duration) -> impl Iterator<Item = DateTime<Utc>> {
    std::iter::successors(Some(from), move |moment| Some(*moment + step)).take_while(move |moment| *moment < until)
}

/// What holds from `onset` on; `before` is an instant at which the previous offset held.
fn observance(tz: Tz, before: DateTime<Utc>, onset: DateTime<Utc>, lines: &mut Lines) {
    let offset = tz.offset_from_utc_datetime(&onset.naive_utc());
    let kind = if offset.dst_offset().is_zero() { "STANDARD" } else { "DAYLIGHT" };
    // The onset is told in the local time that it ends.
    let local = onset.naive_utc() + Duration::seconds(seconds(tz, before).into());
    lines.property("BEGIN", kind);
    lines.property("DTSTART", &local.format("%Y%m%dT%H%M%S").to_string());
    lines.property("TZOFFSETFROM", &written(seconds(tz, before)));
    lines.property("TZOFFSETTO", &written(seconds(tz, onset)));
    if let Some(name) = offset.abbreviation() {
        lines.property("TZNAME", name);
    }
    lines.property("END", kind);
}

/// East of Greenwich, in seconds.
fn seconds(tz: Tz, instant: DateTime<Utc>) -> i32 {
    tz.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

fn written(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berlin_changes_twice_a_year() {
        let mut lines = Lines::default();
        write(Tz::Europe__Berlin, 2026, 2026, &mut lines);
        let text = String::from_utf8(lines.finish()).unwrap();
        let onsets: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("DTSTART:")).collect();
        assert_eq!(onsets, ["20260101T010000", "20260329T020000", "20261025T030000"]);
        assert!(text.contains(
            "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST"
        ));
    }
}
