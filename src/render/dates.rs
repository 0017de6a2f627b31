//! Days and times as a reader says them.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, NaiveDate, Offset as _, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::model::event::EventTime;

/// "20 November 2026".
pub(crate) fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// "Thu 3 Dec", with the year when it is not `year`.
pub(crate) fn short_day(date: NaiveDate, year: i32) -> String {
    let format = if date.year() == year { "%a %-d %b" } else { "%a %-d %b %Y" };
    date.format(format).to_string()
}

/// "13–20 November 2026", saying month and year once where they are the same.
pub(crate) fn span(from: NaiveDate, until: NaiveDate) -> String {
    if from >= until {
        return day(until);
    }
    if from.year() != until.year() {
        return format!("{} – {}", day(from), day(until));
    }
    if from.month() != until.month() {
        return format!("{} – {}", from.format("%-d %B"), day(until));
    }
    format!("{}–{}", from.day(), day(until))
}

/// "late August": the third of the month, and the year when it is not `year`.
pub(crate) fn part_of_month(date: NaiveDate, year: i32) -> String {
    let third = match date.day() {
        1..=10 => "early",
        11..=20 => "mid",
        _ => "late",
    };
    let joint = if third == "mid" { "-" } else { " " };
    let month = date.format(if date.year() == year { "%B" } else { "%B %Y" });
    format!("{third}{joint}{month}")
}

/// The calendar day of an instant in a zone.
pub(crate) fn local_day(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// "18:30–21:00 CET (UTC+1)"; with `utc` also "17:30 UTC". Empty for a date without a time.
pub(crate) fn hours(start: &EventTime, end: Option<&EventTime>, utc: bool) -> String {
    if start.all_day {
        return String::new();
    }
    let instant = start.instant();
    let local = instant.with_timezone(&start.tz);
    let mut out = local.format("%H:%M").to_string();
    if let Some(end) = end.filter(|end| !end.all_day) {
        let end = end.instant();
        let same_day = end.with_timezone(&start.tz).date_naive() == local.date_naive();
        // An end on another day stands in the date column; a party past midnight is still one evening.
        if end > instant && (same_day || (end - instant).num_hours() < 12) {
            out.push('–');
            out.push_str(&end.with_timezone(&start.tz).format("%H:%M").to_string());
        }
    }
    let offset = offset(instant, start.tz);
    let zone = local.format("%Z").to_string();
    // A zone without letters names itself by its offset; saying it twice helps nobody.
    if zone.starts_with(|c: char| c.is_ascii_alphabetic()) && zone != "UTC" {
        let _ = write!(out, " {zone} ({offset})");
    } else {
        let _ = write!(out, " {offset}");
    }
    if utc && offset != "UTC" {
        let _ = write!(out, ", {} UTC", instant.format("%H:%M"));
        if instant.date_naive() != local.date_naive() {
            out.push_str(&instant.format(" on %a %-d %b").to_string());
        }
    }
    out
}

fn offset(instant: DateTime<Utc>, zone: Tz) -> String {
    let minutes = zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '−' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// The days an event covers, first and last. An all-day end is the day after the last one (RFC 5545 §3.6.1).
pub(crate) fn days(start: &EventTime, end: Option<&EventTime>) -> (NaiveDate, NaiveDate) {
    let first = if start.all_day { start.local.date() } else { local_day(start.instant(), start.tz) };
    let last = end.map_or(first, |end| {
        if end.all_day {
            end.local.date().pred_opt().unwrap_or(first)
        } else {
            let until = end.instant();
            let night = until - start.instant() < chrono::Duration::hours(12)
                || until.with_timezone(&start.tz).num_seconds_from_midnight() == 0;
            if night { first } else { local_day(until, start.tz) }
        }
    });
    (first, last.max(first))
}

/// The date column: "Thu 3 Dec", "4–5 Mar 2027", "30 Mar – 2 Apr".
pub(crate) fn column((first, last): (NaiveDate, NaiveDate), year: i32) -> String {
    if first == last {
        return short_day(first, year);
    }
    let tail = last.format(if last.year() == year { "%-d %b" } else { "%-d %b %Y" });
    if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{}–{tail}", first.day())
    } else {
        format!("{} – {tail}", first.format("%-d %b"))
    }
}

/// "Mon 7 Dec, 19:00": a moment in a sentence, the time left out where there is none.
pub(crate) fn moment(time: &EventTime, year: i32) -> String {
    if time.all_day {
        return short_day(time.local.date(), year);
    }
    let local = time.instant().with_timezone(&time.tz);
    format!("{}, {}", short_day(local.date_naive(), year), local.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(local: &str, tz: Tz) -> EventTime {
        EventTime { local: local.parse().unwrap(), tz, all_day: false }
    }

    fn whole(day: &str) -> EventTime {
        EventTime { local: date(day).and_hms_opt(0, 0, 0).unwrap(), tz: Tz::UTC, all_day: true }
    }

    #[test]
    fn a_span_says_month_and_year_once() {
        assert_eq!(span(date("2026-11-13"), date("2026-11-20")), "13–20 November 2026");
        assert_eq!(span(date("2026-11-27"), date("2026-12-04")), "27 November – 4 December 2026");
        assert_eq!(span(date("2026-12-28"), date("2027-01-04")), "28 December 2026 – 4 January 2027");
        assert_eq!(span(date("2026-11-20"), date("2026-11-20")), "20 November 2026");
    }

    #[test]
    fn the_part_of_a_month_is_exact_enough_to_agree_with_the_bars() {
        assert_eq!(part_of_month(date("2026-08-30"), 2026), "late August");
        assert_eq!(part_of_month(date("2026-08-12"), 2026), "mid-August");
        assert_eq!(part_of_month(date("2025-08-02"), 2026), "early August 2025");
    }

    #[test]
    fn a_time_carries_its_zone_and_offset() {
        let berlin = Tz::Europe__Berlin;
        let start = at("2026-12-03T18:30:00", berlin);
        assert_eq!(hours(&start, Some(&at("2026-12-03T21:00:00", berlin)), false), "18:30–21:00 CET (UTC+1)");
        assert_eq!(hours(&start, None, true), "18:30 CET (UTC+1), 17:30 UTC");
        assert_eq!(hours(&at("2026-12-03T18:30:00", Tz::Asia__Kolkata), None, false), "18:30 IST (UTC+5:30)");
        assert_eq!(hours(&at("2026-12-03T18:30:00", Tz::America__Sao_Paulo), None, false), "18:30 UTC−3");
        let evening = at("2026-12-03T18:00:00", Tz::America__Los_Angeles);
        assert_eq!(hours(&evening, None, true), "18:00 PST (UTC−8), 02:00 UTC on Fri 4 Dec");
        assert_eq!(hours(&at("2026-12-03T18:30:00", Tz::UTC), None, true), "18:30 UTC");
        assert_eq!(hours(&whole("2026-12-03"), None, true), "");
    }

    #[test]
    fn the_column_covers_every_day_and_no_more() {
        let spring = days(&whole("2027-03-04"), Some(&whole("2027-03-06")));
        assert_eq!(column(spring, 2026), "4–5 Mar 2027");
        assert_eq!(column(spring, 2027), "4–5 Mar");
        assert_eq!(column(days(&whole("2026-03-30"), Some(&whole("2026-04-03"))), 2026), "30 Mar – 2 Apr");
        assert_eq!(column(days(&whole("2026-12-03"), Some(&whole("2026-12-04"))), 2026), "Thu 3 Dec");
        let late = at("2026-12-03T20:00:00", Tz::Europe__Berlin);
        let night = at("2026-12-04T01:00:00", Tz::Europe__Berlin);
        assert_eq!(column(days(&late, Some(&night)), 2026), "Thu 3 Dec");
        assert_eq!(hours(&late, Some(&night), false), "20:00–01:00 CET (UTC+1)");
        let backwards = days(&whole("2026-12-03"), Some(&whole("2026-12-01")));
        assert_eq!(column(backwards, 2026), "Thu 3 Dec");
    }
}
