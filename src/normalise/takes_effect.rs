//! The day that a deprecation or an end of life names.

mod day;

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta};
use regex::Regex;

use self::day::{Named, days};
use crate::text::sentences;

/// Words that say what ends: a day beside them is the one sought.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\bend[-\ ]of[-\ ](?:life|(?:\w+\ )?support|sales?|service|maintenance|availability|the\ line) | \beo[ls]\b
          | \bsunset | \bremov | \bretir | \bshut | \bdiscontinu | \bexpir | \bdecommission | \bterminat | \bwithdraw
          | \b(?:turn|switch|power)(?:ed|s|ing)?\ (?:\w+\ ){0,3}off | \bdisabl | \bno\ longer | \bunsupported
          | \bending\b | \bends\b | \bended\b | \b(?:will|to|shall|may|must)\ end\b | \bend\ (?:on|by)\b
          | \bgo(?:es|ing|ne)?\ (?:away|dark|offline) | \bphas(?:e|es|ed|ing)\ out | \bw(?:ind|inds|inding|ound)\ down
          | \bceas(?:e|es|ed|ing)\b | \bclos(?:es|ing)\b | \b(?:be|is|are)\ closed | \bclosed\ down
          | \btaken\ (?:down|offline) | \bpull(?:s|ed|ing)?\ the\ plug | \b(?:last|final)\ day\b | \bdeadline | \bcut-?off\b
          | \bdrop(?:s|ped|ping)?\ (?:\w+\ ){0,3}support | \bsupport\ (?:\w+\ ){0,4}(?:is|be)\ dropped
          | \bstop(?:s|ped|ping)?\ (?:on\b|being\b|work|function|support|accept|receiv|provid|offer|sell|serv|issu|ship
            |publish|maintain|respond|answer|updat) | \bstops\ (?:in|at|by|after)\b",
    )
    .expect("a valid pattern")
});

/// Words that speak of an ending without saying that it is on this day.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static FADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\bdeprecat | \bobsolete | \bfail | \breject | \bblock | \bunavailable | \barchiv | \bread-only\b
          | \b(?:return|answer)s?\ (?:\w+\ ){0,2}(?:[45]\d\d|errors?)\b | \bmigrat | \btak(?:e|es|ing)\ effect\b",
    )
    .expect("a valid pattern")
});

/// Right before a day: as good as a word that says what ends; "by" and "before", where somebody has to act.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static UNTIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:(until|till|through|after)|(by|before|no later than))\s+(?:the\s+)?(?:end\s+of\s+)?(?:the\s+)?$",
    )
    .expect("a valid pattern")
});

#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static ACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:migrat\w*|upgrad\w*|mov(?:e|ed|ing)|switch|replac\w*|rotat\w*|transition|updat(?:e|ed|ing))\b",
    )
    .expect("a valid pattern")
});

/// Words that say of a day that something was said or began on it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:announc\w* | publish\w* | posted | updated | introduc\w* | launch\w* | beg[iau]ns? | start(?:s|ed)?
          | open(?:s|ed|ing) | since | met | meets? | came | held | available\ (?:on|from|since|in) | wrote | reported | discovered)\b",
    )
    .expect("a valid pattern")
});

/// As [`BEGINNING`] where the day has come: what will be released may well end what was before it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BEGUN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:releas|ship|arriv|land|deprecat)\w*").expect("a valid pattern"));

#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static TO_COME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:will|to be|shall|going to|plan\w*)\b").expect("a valid pattern"));

/// What else ends on named days.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:regist(?:er|ration) | early[-\ ]bird | tickets? | webinar | conference | cfp | call\ for\ papers | vot(?:e|es|ing)
          | discount | coupon | survey | rsvp | meetup | keynote | sign[-\ ]?up)\b",
    )
    .expect("a valid pattern")
});

/// A day further back than this is told as history.
const PAST: TimeDelta = TimeDelta::days(92);

/// Bytes of a text that are read, and bytes between a day and the word that it belongs to.
const READ: usize = 6_000;
const FAR: usize = 160;

/// Bytes before a day in which a word says what the day is.
const LEAD: usize = 40;

/// What stands between a word and its day, in bytes of distance: a day before its word, and a new clause.
const BEFORE: usize = 20;
const CLAUSE: usize = 60;

/// The day on which ends what a title, a summary and the beginning of a body speak of, reported on `told_on`.
///
/// In a sentence it is the day nearest behind (else before) a word that says what ends, not one on which something was
/// announced. The title is asked first, then the summary; a day of theirs that only might be the one comes next, and
/// the body, where it is certain, last. In a title, whose kind is known, any day to come will do.
pub(super) fn named_in(title: &str, summary: &str, body: &str, told_on: NaiveDate) -> Option<NaiveDate> {
    let [summary, body] = [summary, body].map(|text| text.get(..text.floor_char_boundary(READ)).unwrap_or_default());
    let likely = |text: &str| {
        let mut found = days(text, told_on).filter(|named| named.sure && !begins(text, named, 0, told_on));
        found.find(|named| named.day > told_on).map(|named| named.day)
    };
    let to_come = |day: &NaiveDate| *day > told_on;
    nearest(title, &ENDING, told_on)
        .or_else(|| of_sentences(summary, &ENDING, told_on))
        .or_else(|| nearest(title, &FADING, told_on).filter(to_come))
        .or_else(|| likely(title))
        .or_else(|| of_sentences(summary, &FADING, told_on).filter(to_come))
        .or_else(|| of_sentences(body, &ENDING, told_on))
}

/// The first day to come that a sentence names as the end, else the first that has come.
fn of_sentences(text: &str, words: &Regex, told_on: NaiveDate) -> Option<NaiveDate> {
    let mut past = None;
    for day in sentences(text).filter_map(|sentence| nearest(sentence, words, told_on)) {
        if day >= told_on {
            return Some(day);
        }
        past = past.or(Some(day));
    }
    past
}

/// The day of a sentence that stands nearest to one of `words`.
fn nearest(sentence: &str, words: &Regex, told_on: NaiveDate) -> Option<NaiveDate> {
    if OTHER.is_match(sentence) {
        return None;
    }
    let ends: Vec<Range<usize>> = words.find_iter(sentence).map(|found| found.range()).collect();
    let mut best: Option<(usize, NaiveDate)> = None;
    let mut said = 0;
    for named in days(sentence, told_on) {
        let clause = ends.iter().map(|word| word.end).filter(|end| *end <= named.start).max().unwrap_or(0).max(said);
        said = named.end;
        let until = until(sentence, &named);
        if named.day < told_on - PAST || (!until && begins(sentence, &named, clause, told_on)) {
            continue;
        }
        let near = if until {
            Some(0)
        } else {
            ends.iter().filter_map(|word| distance(sentence, &named, word, told_on)).min()
        };
        if let Some(near) = near.filter(|near| best.is_none_or(|(nearest, _)| *near < nearest)) {
            best = Some((near, named.day));
        }
    }
    best.map(|(_, day)| day)
}

/// Whether a word right before the day says that something ends with it.
fn until(sentence: &str, named: &Named) -> bool {
    let before = sentence.get(..named.start).unwrap_or_default();
    UNTIL.captures(before).is_some_and(|found| found.get(1).is_some() || ACT.is_match(sentence))
}

/// Whether something was said or began on the day, by the words before it, none of which stands before `clause`.
fn begins(sentence: &str, named: &Named, clause: usize, told_on: NaiveDate) -> bool {
    let from = sentence.floor_char_boundary(named.start.saturating_sub(LEAD)).max(clause);
    let lead = sentence.get(from..named.start).unwrap_or_default();
    // "The shutdown begins on": the word behind the one that ends something belongs to it.
    let lead = if from == clause { lead.trim_start_matches(char::is_alphabetic).trim_start() } else { lead };
    let began = named.day <= told_on && BEGUN.is_match(lead);
    began || BEGINNING.find(lead).is_some_and(|found| found.start() > 0 || clause == 0)
}

/// How far a day stands from a word that says what ends; `None`: too far, or it is the day of something else.
fn distance(sentence: &str, named: &Named, word: &Range<usize>, told_on: NaiveDate) -> Option<usize> {
    let behind = named.start >= word.end;
    let between = if behind { word.end..named.start } else { named.end..word.start };
    let between = sentence.get(between).filter(|between| between.len() <= FAR)?;
    let other_day = !behind && BEGINNING.is_match(between);
    let passed = named.day < told_on || (!behind && named.day == told_on);
    if other_day || (passed && TO_COME.is_match(sentence)) {
        return None;
    }
    let new_clause = between.contains(';') || [" and ", " but ", " while "].iter().any(|and| between.contains(and));
    Some(between.len() + if behind { 0 } else { BEFORE } + if new_clause { CLAUSE } else { 0 })
}

#[cfg(test)]
mod tests;
