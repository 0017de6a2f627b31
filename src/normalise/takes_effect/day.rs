//! Days as people write them, found in running text.

use std::sync::LazyLock;

use chrono::{Datelike as _, Months, NaiveDate};
use regex::{Captures, Regex};

/// A day that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) day: NaiveDate,
    /// Byte offsets of its words; "the end of" before them is left out.
    pub(super) start: usize,
    pub(super) end: usize,
    /// It has its year, or its weekday: "Ferrow 3 March notes" only seems to name a day.
    pub(super) sure: bool,
}

/// Years around that of the report in which a day is believed: what is told of earlier or later ones is history or a
/// number.
const YEARS: std::ops::RangeInclusive<i32> = -2..=15;

/// A 29 February comes again after eight years at the latest.
const YEARS_AHEAD: i32 = 8;

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

/// A year has any four digits here, so that "31 March 1999" is read whole, and refused.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)\b
        (?P<last>(?:the\s+)?end\s+of\s+(?:the\s+)?|end-|through\s+)?
        (?P<words>
            (?P<iy>20\d\d)(?:[-‐‑–/](?P<im>\d{{1,2}})[-‐‑–/](?P<id>\d{{1,2}})|\.(?P<pm>\d\d)\.(?P<pd>\d\d))
            (?:T\d\d:?\d\d(?::?\d\d)?Z?)?
          | (?P<nd>\d{{1,2}})\.\ ?(?P<nm>\d{{1,2}})\.\ ?(?P<ny>20\d\d)
          | (?P<sa>\d{{1,2}})(?:/(?P<sb>\d{{1,2}})/|[-‐‑–](?P<hb>\d{{1,2}})[-‐‑–])(?P<sy>20\d\d)
          | (?P<dw>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+(?:the\s+)?)?
            (?P<dd>\d{{1,2}})(?:st|nd|rd|th)?\.?[\s‐‑-]+(?:of\s+)?(?P<dm>{MONTHS})\b\.?(?:,?[\s‐‑-]+(?P<dy>\d{{4}})\b)?
          | (?P<mw>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?
            (?P<md>{MONTHS})\.?\s+(?:the\s+)?(?P<mdd>\d{{1,2}})(?:st|nd|rd|th)?(?:[-–]\d{{1,2}})?\b(?:,?\s+(?P<mdy>\d{{4}})\b)?
          | (?P<mm>{MONTHS})\.?,?\s+(?:of\s+)?(?P<my>\d{{4}})
          | q(?P<qa>[1-4])(?:(?:\s+of)?[\s,/-]*(?P<qay>20\d\d))?
          | (?P<qby>20\d\d)[\s,/-]*q(?P<qb>[1-4])
          | (?P<qw>first|second|third|fourth|last)\s+quarter\s+(?:of\s+)?(?P<qwy>20\d\d)
          | h(?P<ha>[12])(?:\s+of)?[\s,/-]*(?P<hay>20\d\d)
          | (?P<hw>first|second)\s+half\s+(?:of\s+)?(?P<hwy>20\d\d)
          | (?:year\s+)?(?P<ty>20\d\d|(?:this\s+|next\s+)?year)
          | (?P<bm>{MONTHS})
        )\b"
    ))
    .expect("a valid pattern")
});

/// The days named in `text`, in its order.
///
/// A month, a quarter or a half alone means its first day, the earliest that it can mean: who prepares for that day is
/// never late. "The end of" it, and "through" it, means its last. A year alone names no day, only its end does. Where
/// no year is written, it is the next such day from `told_on`, the day of the report. `03/04/2027` is read by half the
/// world as April and by the other half as March, and is left out. Days that no calendar has are as well.
pub(super) fn days(text: &str, told_on: NaiveDate) -> impl Iterator<Item = Named> {
    DAY.captures_iter(text).filter_map(move |found| {
        let words = found.name("words")?;
        let named = Named {
            day: read(&found, text, told_on)?,
            start: words.start(),
            end: words.end(),
            sure: found.name("dw").or_else(|| found.name("mw")).is_some() || year(&found).is_some(),
        };
        let alone = !part_of_more(text, &named);
        (alone && YEARS.contains(&(named.day.year() - told_on.year()))).then_some(named)
    })
}

/// Whether the digits go on before or behind, as in addresses (`/2027/03/31/a`), or number a version
/// (`2027-03-31-preview`).
fn part_of_more(text: &str, named: &Named) -> bool {
    let before = text.get(..named.start).unwrap_or_default();
    let mut behind = text.get(named.end..).unwrap_or_default().chars();
    let goes_on = match behind.next() {
        Some('-' | '/' | '_') => behind.next().is_some_and(char::is_alphanumeric),
        Some('.') => behind.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    };
    let glued = before.ends_with(['/', '.', '_', '-']) && !before.ends_with("end-");
    let words = text.get(named.start..named.end).unwrap_or_default();
    let numbers_a_version = words.starts_with("20") && last_word_is(before, &["version", "versions", "v", "release"]);
    glued || goes_on || numbers_a_version
}

fn last_word_is(text: &str, words: &[&str]) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    words.iter().any(|word| last.eq_ignore_ascii_case(word))
}

fn number(found: &Captures<'_>, names: &[&str]) -> Option<u32> {
    names.iter().find_map(|name| found.name(name)?.as_str().parse().ok())
}

fn year(found: &Captures<'_>) -> Option<i32> {
    let names = ["iy", "ny", "sy", "dy", "mdy", "my", "qay", "qby", "qwy", "hay", "hwy", "ty"];
    number(found, &names).and_then(|year| i32::try_from(year).ok())
}

fn read(found: &Captures<'_>, text: &str, told_on: NaiveDate) -> Option<NaiveDate> {
    let to_its_end = found.name("last").is_some();
    if let Some(year_end) = found.name("ty") {
        let next = year_end.as_str().to_ascii_lowercase().starts_with("next");
        let year = year(found).unwrap_or_else(|| told_on.year() + i32::from(next));
        return NaiveDate::from_ymd_opt(year, 12, 31).filter(|_| to_its_end);
    }
    if let Some((first, months)) = part_of_year(found) {
        return period(year(found), first, months, to_its_end, told_on);
    }
    let written = ["dm", "md", "mm", "bm"].into_iter().find_map(|name| found.name(name));
    let day = number(found, &["id", "pd", "nd", "dd", "mdd"]);
    let (month, day) = match (written, number(found, &["im", "pm", "nm"])) {
        (Some(name), _) => {
            // "It may 20 times": a verb, unless a day and a year stand around it.
            let verb = name.as_str() == "may" && (day.is_none() || year(found).is_none());
            (month(name.as_str()).filter(|_| !verb)?, day)
        }
        (None, Some(month)) => (month, day),
        (None, None) => day_and_month(number(found, &["sa"])?, number(found, &["sb", "hb"])?)?,
    };
    match (day, year(found)) {
        (Some(day), Some(year)) => NaiveDate::from_ymd_opt(year, month, day),
        (Some(day), None) => (0..=YEARS_AHEAD)
            .filter_map(|ahead| NaiveDate::from_ymd_opt(told_on.year() + ahead, month, day))
            .find(|day| *day >= told_on),
        (None, Some(year)) => period(Some(year), month, 1, to_its_end, told_on),
        (None, None) => {
            let name = written?;
            let before = text.get(..name.start())?;
            let capital = name.as_str().starts_with(|c: char| c.is_ascii_uppercase());
            let meant = to_its_end || last_word_is(before, &["in", "by", "until", "from", "after", "before"]);
            if capital && meant { period(None, month, 1, to_its_end, told_on) } else { None }
        }
    }
}

/// The first month, and how many, of a quarter or a half of a year.
fn part_of_year(found: &Captures<'_>) -> Option<(u32, u32)> {
    let ordinal = |name: &str| {
        let word = found.name(name)?.as_str().to_ascii_lowercase();
        let place = ["first", "second", "third"].iter().position(|known| *known == word).unwrap_or(3);
        u32::try_from(place + 1).ok()
    };
    let quarter = number(found, &["qa", "qb"]).or_else(|| ordinal("qw")).map(|quarter| (3 * quarter - 2, 3));
    quarter.or_else(|| number(found, &["ha"]).or_else(|| ordinal("hw")).map(|half| (6 * half - 5, 6)))
}

/// The first or the last day of so many months from `month` on. Without a year it is the next such time, and its first
/// day is that of the report where the time has begun.
fn period(year: Option<i32>, month: u32, months: u32, to_its_end: bool, told_on: NaiveDate) -> Option<NaiveDate> {
    let days = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some((first, first.checked_add_months(Months::new(months))?.pred_opt()?))
    };
    let (first, last) = if let Some(year) = year {
        days(year)?
    } else {
        let next = (0..=1).filter_map(|ahead| days(told_on.year() + ahead)).find(|(_, last)| *last >= told_on);
        next.map(|(first, last)| (first.max(told_on), last))?
    };
    Some(if to_its_end { last } else { first })
}

/// Of two numbers that may be either.
fn day_and_month(one: u32, other: u32) -> Option<(u32, Option<u32>)> {
    match (one, other) {
        (day, month) if day > 12 || day == month => Some((month, Some(day))),
        (month, day) if day > 12 => Some((month, Some(day))),
        _ => None,
    }
}

fn month(name: &str) -> Option<u32> {
    let head: String = name.chars().take(3).collect::<String>().to_ascii_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    names.iter().position(|name| *name == head).and_then(|place| u32::try_from(place + 1).ok())
}
