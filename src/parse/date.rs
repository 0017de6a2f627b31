//! Dates as feeds write them: RFC 822 and 2822, ISO 8601 and RFC 3339, `asctime`, epoch seconds, zone names,
//! month names of many languages, and the mistakes that people make in all of them.

use std::sync::LazyLock;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use regex::{Captures, Regex};

use names::{month_of, zone_of};

mod names;

/// Reads one moment. A text without a zone is taken as UTC, one without a time as midnight; what is
/// beyond its range (31 June, 24:10, second 60) runs over into what follows. `None` when there is no date in it.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    usual(text.trim()).or_else(|| unusual(text))
}

/// What most feeds write, to the letter: `2004-01-01T19:48:21Z`, `Thu, 01 Jan 2004 19:48:21 +0100`. A property test
/// holds that [`unusual`] reads the same.
fn usual(text: &str) -> Option<DateTime<Utc>> {
    let moment = match (text.len(), text.as_bytes()) {
        (20 | 25, [b'0'..=b'9', ..]) => DateTime::parse_from_rfc3339(text),
        (28..=31, [_, _, _, b',', b' ', ..]) if has_year(text.get(11..)?) || has_year(text.get(12..)?) => {
            DateTime::parse_from_rfc2822(text)
        }
        _ => return None,
    };
    // A leap second is a fraction to the library.
    moment.ok().filter(|moment| moment.timestamp_subsec_nanos() == 0).map(|moment| moment.to_utc())
}

/// Whether a text begins with four digits and a space: fewer mean a year that is told otherwise.
fn has_year(text: &str) -> bool {
    text.as_bytes()
        .split_first_chunk::<4>()
        .is_some_and(|(year, behind)| year.iter().all(u8::is_ascii_digit) && behind.first() == Some(&b' '))
}

fn unusual(text: &str) -> Option<DateTime<Utc>> {
    let text: String = text.chars().take(200).collect();
    let text = without_comments(&east_asian(&text));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    if let Some((local, zone)) = text.rsplit_once(' ')
        && zone.contains('/')
        && let Ok(zone) = zone.parse::<Tz>()
    {
        let moment = unusual(local)?;
        // What has a zone already needs no other, and in the hour that a clock leaves out none helps.
        let told = local.rsplit(' ').next().is_some_and(|word| word.starts_with(['+', '-']) || zone_of(word).is_some());
        let there = zone.from_local_datetime(&moment.naive_utc()).earliest().filter(|_| !told);
        return Some(there.map_or(moment, |there| there.to_utc()));
    }
    if text.bytes().all(|b| b.is_ascii_digit())
        && let Some(moment) = digits(&text)
    {
        return Some(moment);
    }
    iso(&text).or_else(|| spelled(&text))
}

#[allow(clippy::expect_used, reason = "the pattern is a constant and a test reads dates with it")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

const ZONE: &str = r"(?:\s*(?P<sign>[+-])\s*(?P<zh>\d{1,2}):?(?P<zm>\d{1,2})?|\s*(?P<zone>[A-Za-z]{1,5}))";

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?x)^(?P<y>\d{{4}})(?:
            (?: -? (?P<ordinal>\d{{3}}) \b
              | [-/.] (?P<m>\d{{1,2}}) (?: [-/.] (?P<d>\d{{1,2}}) )?
              | (?P<m2>\d{{2}}) (?P<d2>\d{{2}}) )
          )?
          (?: (?: \s*[Tt,]\s*-? | \s+ ) (?P<H>\d{{1,2}}) :? (?P<M>\d{{2}}) (?: :? (?P<S>\d{{2}}) (?: [.,]\d+ )? )?
              (?: \s* (?P<half>[AaPp])\.?[Mm]\.? \b )? {ZONE}? )? \s*$"
    ))
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?P<H>\d{{1,2}}):(?P<M>\d{{1,2}})(?::(?P<S>\d{{1,2}})(?:[.,]\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?(?:\s*(?:GMT|UTC?|gmt|utc?|Z|z)?{ZONE})?"
    ))
});

fn digits(text: &str) -> Option<DateTime<Utc>> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        12 | 13 => DateTime::from_timestamp_millis(number),
        14 => {
            let moment = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?.and_utc();
            // Of second 60, chrono makes nanoseconds beyond a second.
            DateTime::from_timestamp(moment.timestamp() + i64::from(moment.timestamp_subsec_nanos() / 1_000_000_000), 0)
        }
        _ => None,
    }
}

fn iso(text: &str) -> Option<DateTime<Utc>> {
    let found = ISO.captures(text)?;
    let year = number(&found, "y")?;
    let month = number(&found, "m").or_else(|| number(&found, "m2")).unwrap_or(1);
    let day = number(&found, "d").or_else(|| number(&found, "d2")).unwrap_or(1);
    let date = match number(&found, "ordinal") {
        Some(ordinal) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)? + Duration::days(ordinal - 1),
        None => rolled(year, month, day)?,
    };
    at(date, &found)
}

/// The forms with a month in letters, in whatever order.
fn spelled(text: &str) -> Option<DateTime<Utc>> {
    let time = TIME.captures(text);
    let around = match time.as_ref().and_then(|t| t.get(0)) {
        Some(span) => format!("{} {}", text.get(..span.start())?, text.get(span.end()..)?),
        None => text.to_owned(),
    };
    let mut month = None;
    let mut numbers = Vec::new();
    for word in around.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if let Ok(number) = word.trim_end_matches(char::is_alphabetic).parse::<i64>() {
            numbers.push((word, number));
        } else if let Some(number) = month_of(word) {
            // "Mar" may be mardi or March; the word nearest the numbers, hence the last, is the month.
            month = Some(number);
        }
    }
    let is_year =
        |&(word, number): &(&str, i64)| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) && number > 31;
    let year_at = numbers.iter().position(is_year);
    let (year, rest) = if let Some(index) = year_at {
        (numbers.remove(index).1, numbers)
    } else {
        // Two digits: the last number, as in "9 Feb 06" (RFC 2822, 4.3).
        let (_, short) = numbers.pop().filter(|(word, _)| word.len() == 2)?;
        (if short < 70 { 2000 + short } else { 1900 + short }, numbers)
    };
    let (month, day) = match (month, rest.as_slice()) {
        (Some(month), [(_, day), ..]) => (month, *day),
        (Some(month), []) => (month, 1),
        // Numbers alone: "12/31/2002" can only be read one way, "31.12.2002" likewise.
        (None, [(_, first), (_, second), ..]) if year_at == Some(0) || *second > 12 => (*first, *second),
        (None, [(_, first), (_, second), ..]) => (*second, *first),
        (None, _) => return None,
    };
    if !(1..=12).contains(&month) {
        return None;
    }
    let date = rolled(year, month, day)?;
    match time {
        Some(time) => at(date, &time),
        None => Some(date.and_hms_opt(0, 0, 0)?.and_utc()),
    }
}

fn rolled(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    if !(1..=40).contains(&day) || !(1..=13).contains(&month) {
        return None;
    }
    let (year, month) = if month == 13 { (year + 1, 1) } else { (year, month) };
    let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, u32::try_from(month).ok()?, 1)?;
    first.checked_add_signed(Duration::days(day - 1))
}

fn at(date: NaiveDate, found: &Captures<'_>) -> Option<DateTime<Utc>> {
    let mut hour = number(found, "H").unwrap_or(0);
    match found.name("half").map(|half| half.as_str().to_ascii_lowercase()) {
        Some(half) if half == "p" && hour < 12 => hour += 12,
        Some(half) if half == "a" && hour == 12 => hour = 0,
        _ => {}
    }
    let (minute, second) = (number(found, "M").unwrap_or(0), number(found, "S").unwrap_or(0));
    let offset = match (found.name("sign"), found.name("zone")) {
        (Some(sign), _) => {
            let minutes = number(found, "zh").unwrap_or(0) * 60 + number(found, "zm").unwrap_or(0);
            if sign.as_str() == "-" { -minutes } else { minutes }
        }
        (None, Some(zone)) => zone_of(zone.as_str()).unwrap_or(0),
        (None, None) => 0,
    };
    let local = date.and_hms_opt(0, 0, 0)?;
    let seconds = (hour * 60 + minute - offset) * 60 + second;
    Some(local.checked_add_signed(Duration::seconds(seconds))?.and_utc())
}

fn number(found: &Captures<'_>, name: &str) -> Option<i64> {
    found.name(name)?.as_str().parse().ok()
}

/// Drops RFC 2822 comments, nested ones too.
fn without_comments(text: &str) -> String {
    let (mut depth, mut escaped) = (0_u32, false);
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if depth > 0 => escaped = true,
            '(' => {
                depth += 1;
                kept.push(' ');
            }
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// Turns 2004년 5월 28일 and 2004年5月28日 into dashes, and puts 오후 (afternoon) where English has it.
fn east_asian(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let half = if text.contains("오후") {
        " PM"
    } else if text.contains("오전") {
        " AM"
    } else {
        ""
    };
    let mut dashed = String::new();
    for c in text.chars() {
        match c {
            '년' | '월' | '年' | '月' => {
                dashed.truncate(dashed.trim_end().len());
                dashed.push('-');
            }
            '일' | '日' | '오' | '전' | '후' => dashed.push(' '),
            c if c.is_whitespace() && dashed.ends_with('-') => {}
            c => dashed.push(c),
        }
    }
    dashed + half
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_means_its_moment() {
        for (text, meant) in [
            ("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"),
            ("Thu, 6 Feb 2020 00:00 PST", "2020-02-06T08:00:00Z"),
            ("09 Feb 06 23:59:45 +0400", "2006-02-09T19:59:45Z"),
            ("Thu, 09 Feb 2006 16:59:45 G", "2006-02-09T16:59:45Z"),
            ("Thu(oh), 9(th) Feb(ruary (II)) 2006 23:59:45 +0000(GMT)", "2006-02-09T23:59:45Z"),
            ("Sat, Dec 16 2023 02:02:33 PM", "2023-12-16T14:02:33Z"),
            ("Thu Jan  1 00:00:00 EST 2004", "2004-01-01T05:00:00Z"),
            ("Mon, 21 Oct 2002 14:04:23 GMT+0200", "2002-10-21T12:04:23Z"),
            ("5 Jan. 2020 10:00 CEST", "2020-01-05T08:00:00Z"),
            ("mar., 03 déc. 2019 08:00:00 +0100", "2019-12-03T07:00:00Z"),
            ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"),
            ("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"),
            ("2004년 05월 28일 01:31:15", "2004-05-28T01:31:15Z"),
            ("2004-05-25 오후 11:23:17", "2004-05-25T23:23:17Z"),
            ("2019-07-31T13:07:31.364Z", "2019-07-31T13:07:31Z"),
            ("2003-07-01 T 01:55:07 -05:00", "2003-07-01T06:55:07Z"),
            ("20021231T19:20:30.45+0100", "2002-12-31T18:20:30Z"),
            ("2002-12-31T192030Z", "2002-12-31T19:20:30Z"),
            ("2003-12-13t18:30:02", "2003-12-13T18:30:02Z"),
            ("2006-01-11 16:43:22 -0800", "2006-01-12T00:43:22Z"),
            ("Fri, 2006/09/15 08:19:53 EDT", "2006-09-15T12:19:53Z"),
            ("2002-12", "2002-12-01T00:00:00Z"),
            ("2003-335", "2003-12-01T00:00:00Z"),
            ("20030705", "2003-07-05T00:00:00Z"),
            ("2003-02-30T00:00:60Z", "2003-03-02T00:01:00Z"),
            ("31 Jun 2006 24:00:00 +0000", "2006-07-02T00:00:00Z"),
            ("Fri, 31 Mar 2023 20:19:00 America/Los_Angeles", "2023-04-01T03:19:00Z"),
            ("Thu, 01 Jan 2004 10:00:00 +0100 Europe/Berlin", "2004-01-01T09:00:00Z"),
            ("Sun, 31 Mar 2024 02:30:00 Europe/Berlin", "2024-03-31T02:30:00Z"),
            ("13 Eylül 2024 Cuma 10:30", "2024-09-13T10:30:00Z"),
            ("20051231235960", "2006-01-01T00:00:00Z"),
            ("1072929600", "2004-01-01T04:00:00Z"),
            ("1072929600000", "2004-01-01T04:00:00Z"),
            ("12/31/2002 10:00", "2002-12-31T10:00:00Z"),
        ] {
            let read = parse(text).map(|d| d.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            assert_eq!(read.as_deref(), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "insert published date here", "soon", "07-01T01:55:07-05:00", "12:00", "99 Feb 2003"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_chrono_writes_is_read_back(seconds in 0_i64..4_000_000_000, zone in -720_i32..720) {
            let moment = DateTime::from_timestamp(seconds, 0).unwrap();
            let local = moment.with_timezone(&chrono::FixedOffset::east_opt(zone * 60).unwrap());
            for text in [moment.to_rfc3339(), moment.to_rfc2822(), local.to_rfc3339(), local.to_rfc2822()] {
                prop_assert_eq!((parse(&text), unusual(&text)), (Some(moment), Some(moment)), "{}", text);
            }
        }

        #[test]
        fn the_short_way_leads_where_the_long_one_does(
            text in "(Sun|Mon|Tue|Wed|Thu|Fri|Sat), [0-3 ]?[0-9] (Jan|Feb|Sep|Dec|May) [0-9]{4} [0-2][0-9]:[0-6][0-9]:[0-6][0-9] \
                     (GMT|EST|[A-Z]{1,5}|[+-][0-9]{4})|[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([zZ]|[+-][0-2][0-9]:[0-6][0-9])",
        ) {
            if let Some(moment) = usual(&text) {
                prop_assert_eq!(Some(moment), unusual(&text), "{}", text);
            }
        }
    }
}
