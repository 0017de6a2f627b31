//! The day that a deprecation or an end of life names.

use std::sync::LazyLock;

use chrono::{Datelike as _, NaiveDate};
use regex::{Captures, Regex};

use crate::text::sentences;

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

/// `2027-03-01`, `1 March 2027`, `March 1st, 2027`, `March 1`, `March 2027`; the longest reading wins.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)\b(?:
            (?P<iy>20\d\d)-(?P<im>\d\d)-(?P<id>\d\d)
          | (?P<dd>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<dm>{MONTHS})\.?,?\s+(?P<dy>20\d\d)
          | (?P<md>{MONTHS})\.?\s+(?P<mdd>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<mdy>20\d\d)
          | (?P<mm>{MONTHS})\.?,?\s+(?P<my>20\d\d)
          | (?:on|by|after|until|from)\s+(?:(?P<bd>\d{{1,2}})\s+(?P<bm>{MONTHS})|(?P<cm>{MONTHS})\s+(?P<cd>\d{{1,2}}))
        )\b"
    ))
    .expect("a valid pattern")
});

/// Words that say of a sentence that its date is the one sought.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)end[-\ ]of[-\ ](?:life|support|sale|service|maintenance) | \beol\b | deprecat | sunset | remov | retir | shut
          | discontinu | \bexpire | (?:turn|switch)(?:ed|ing)?\ off | \bdisabled\b | no\ longer | \bending\b | \bends\b
          | \b(?:will|to|shall|may|must)\ end\b | \bend\ (?:on|by)\b
          | support\b.*\b(?:ends?|until|stops?|expires?) | \b(?:ends?|drops?|dropping)\ support
          | supported\ (?:\w+\ )?(?:until|through|till)\b
          | \bstop(?:s|ped|ping)?\ (?:on\b|being\b|work|function|support|accept|receiv|provid|offer|sell|serv|issu|ship
            |publish|maintain|respond|answer|updat)",
    )
    .expect("a valid pattern")
});

/// Years around the day of the report in which such a day is believed.
const YEARS: std::ops::RangeInclusive<i32> = -2..=15;

/// Sentences of a summary that are read.
const SENTENCES: usize = 12;

/// The first day named in `title`; else in a sentence of `summary` that speaks of an ending. A month alone means
/// its first day; a day without a year is the next such day from `told_on`, the day of the report.
pub(super) fn named_in(title: &str, summary: &str, told_on: NaiveDate) -> Option<NaiveDate> {
    first(title, told_on).or_else(|| {
        sentences(summary)
            .take(SENTENCES)
            .filter(|sentence| ENDING.is_match(sentence))
            .find_map(|sentence| first(sentence, told_on))
    })
}

fn first(text: &str, told_on: NaiveDate) -> Option<NaiveDate> {
    DATE.captures_iter(text)
        .filter_map(|found| read(&found, told_on))
        .find(|day| YEARS.contains(&(day.year() - told_on.year())))
}

fn read(found: &Captures<'_>, told_on: NaiveDate) -> Option<NaiveDate> {
    let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<u32>().ok());
    let month_of = |name: &str| found.name(name).and_then(|part| month(part.as_str()));
    let year = ["iy", "dy", "mdy", "my"].into_iter().find_map(number).and_then(|year| i32::try_from(year).ok());
    let month = number("im").or_else(|| ["dm", "md", "mm", "bm", "cm"].into_iter().find_map(month_of))?;
    let day = ["id", "dd", "mdd", "bd", "cd"].into_iter().find_map(number).unwrap_or(1);
    match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => (0..2)
            .filter_map(|ahead| NaiveDate::from_ymd_opt(told_on.year() + ahead, month, day))
            .find(|day| *day >= told_on),
    }
}

fn month(name: &str) -> Option<u32> {
    let head: String = name.chars().take(3).collect::<String>().to_ascii_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    names.iter().position(|name| *name == head).and_then(|place| u32::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_people_write_them() {
        let told_on = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        for (title, summary, expected) in [
            ("Ferrow 3 reaches end of life on 1 March 2027", "", "2027-03-01"),
            ("Ferrow 3 support ends March 1st, 2027", "", "2027-03-01"),
            ("API v1: EOL 2027-03-01", "", "2027-03-01"),
            ("Ferrow 3 will be removed in March 2027", "", "2027-03-01"),
            ("Ferrow 3 shuts down on June 30", "", "2027-06-30"),
            ("Ferrow 3 is shutting down by 1 Dec", "", "2026-12-01"),
            ("Deprecating v1", "Released on 2 May 2026. Support for v1 ends on Sept. 5, 2027.", "2027-09-05"),
            ("Deprecating v1", "We met on 2 May 2026.", ""),
            ("Deprecating v1", "Support for Lumen 2.4 came on 2 May 2027.", ""),
            ("Deprecating v1", "The support team met on 2 May 2027.", ""),
            ("Deprecating v1", "Stop by our stand on 2 May 2027.", ""),
            ("Deprecating v1", "A non-stop talk begins on 2 May 2027.", ""),
            ("Deprecating v1", "An end-to-end test ran on 2 May 2027.", ""),
            ("Deprecating v1", "Version 2.4 is supported until 2 May 2027.", "2027-05-02"),
            ("Deprecating v1", "Support for v1 stops on 2 May 2027.", "2027-05-02"),
            ("Deprecating v1", "We drop support for it on 2 May 2027.", "2027-05-02"),
            ("Deprecating v1", "It will stop accepting requests on 2 May 2027.", "2027-05-02"),
            ("Deprecating v1", "Old keys will be disabled on 1 June.", "2027-06-01"),
            ("Deprecating v1 on 2027-02-30", "", ""),
            ("Ferrow may 2050 be sunset", "", ""),
        ] {
            let day = named_in(title, summary, told_on).map(|day| day.to_string()).unwrap_or_default();
            assert_eq!(day, expected, "{title} {summary}");
        }
    }
}
