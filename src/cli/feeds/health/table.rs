//! Health as a table that fits a terminal of 80 columns.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{day, size};
use crate::health::{Health, Word};
use crate::render::words::counted;

const WIDTH: usize = 80;
/// Of the longest key that stands in the line of its source.
const KEY: usize = 21;

/// Colours, where they are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    pub(super) fn new(wanted: bool) -> Self {
        Self(wanted)
    }

    fn word(self, word: Word, text: &str) -> String {
        let code = match word {
            Word::Gone | Word::Failing => "31",
            Word::Moved | Word::Quiet => "33",
            Word::Well => "32",
            Word::Waiting | Word::New | Word::Paused => "2",
        };
        self.code(code, text)
    }

    fn code(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Every source on a line, with what is wrong and what to do below it.
pub(super) fn all(all: &[Health], now: DateTime<Utc>, paint: Paint) -> String {
    let width = all.iter().map(|health| health.key.as_str().len()).max().unwrap_or_default().clamp(6, KEY);
    let head = format!(
        "{:<width$}  {:<7}  {:>5}  {:>5}  {:>5}  {:>6}  {:>4}  {:>5}  {:>5}",
        "SOURCE", "STATE", "SINCE", "READ", "NEXT", "BYTES", "304", "ITEMS", "SHOWN"
    );
    let mut lines = vec![paint.code("1", &head)];
    for health in all {
        let passed = |at: Option<DateTime<Utc>>| at.map_or_else(|| "-".to_owned(), |at| length(now - at));
        let word = paint.word(health.state, &format!("{:<7}", health.state.as_str()));
        let key = health.key.as_str();
        if key.len() > width {
            lines.push(key.to_owned());
        }
        lines.push(format!(
            "{:<width$}  {word}  {:>5}  {:>5}  {:>5}  {:>6}  {:>4}  {:>5}  {:>5}",
            if key.len() > width { "" } else { key },
            passed(health.since),
            passed(health.last_success),
            health.next_try.map_or_else(|| "-".to_owned(), |next| away(next - now)),
            size(health.bytes),
            percent(health),
            health.yields.stored,
            health.yields.shown,
        ));
        if matches!(health.state, Word::Gone | Word::Failing | Word::Waiting) {
            lines.extend(health.error.iter().map(|error| wrapped(error, "    ", "    ")));
        }
        lines.extend(health.advice.iter().map(|advice| wrapped(advice, "  → ", "    ")));
    }
    lines.join("\n")
}

/// All that is known of one source.
pub(super) fn one(health: &Health, now: DateTime<Utc>, paint: Paint) -> String {
    let moment = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let mut lines = vec![format!("{} ({})", health.title, health.key)];
    let mut add = |what: &str, words: String| lines.push(format!("  {what:<12} {words}"));
    let since = health.since.map(|since| format!(" since {}", moment(since))).unwrap_or_default();
    add("state", format!("{}{since}", paint.word(health.state, health.state.as_str())));
    add("address", health.url.to_string());
    if let Some(asked_at) = &health.asked_at {
        add("asked at", asked_at.to_string());
    }
    if let Some(error) = &health.error {
        let failures = match health.failures {
            0 => String::new(),
            1 => " (once)".to_owned(),
            times => format!(" ({times} times in a row)"),
        };
        add("last error", format!("{error}{failures}"));
    }
    add("last read", health.last_success.map_or_else(|| "never".to_owned(), moment));
    if let Some(at) = health.being_asked {
        add("being asked", format!("claimed by a fetch at {}", moment(at)));
    }
    let because = health.next_try_because.as_ref().map(|why| format!(", because {why}")).unwrap_or_default();
    add(
        "next try",
        health.next_try.map_or_else(
            || "none".to_owned(),
            |next| {
                format!(
                    "{} ({}){because}",
                    moment(next),
                    if next <= now { "due".to_owned() } else { format!("in {}", away(next - now)) }
                )
            },
        ),
    );
    let (fetches, bytes) = (health.fetches, size(health.bytes));
    add("fetches", format!("{fetches}, of which {} answered 304; {bytes} in all", health.not_modified));
    let brought = health.yields;
    let newest = brought.newest.map(|at| format!("; the newest of {}", day(at))).unwrap_or_default();
    add("brought", format!("{} in 26 weeks{newest}", counted(brought.stored, "item", "items")));
    add(
        "shown",
        format!(
            "{}, in {}",
            counted(brought.shown, "story or event", "stories and events"),
            counted(brought.editions, "edition", "editions")
        ),
    );
    lines.extend(health.advice.iter().map(|advice| wrapped(advice, "  → ", "    ")));
    lines.join("\n")
}

fn percent(health: &Health) -> String {
    health.unchanged().map_or_else(|| "-".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

/// How far off a moment is.
fn away(span: TimeDelta) -> String {
    if span.num_minutes() <= 0 { "due".to_owned() } else { length(span) }
}

/// A span in the largest unit that says enough: at most five characters.
fn length(span: TimeDelta) -> String {
    match span.num_minutes() {
        ..=0 => "now".to_owned(),
        minutes @ 1..120 => format!("{minutes}m"),
        minutes @ 120..2_880 => format!("{}h", minutes / 60),
        minutes => format!("{}d", minutes / 1_440),
    }
}

/// Broken between words, so that nothing but a longer word reaches beyond the terminal.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let fresh = line.trim_end() == first.trim_end() || line == rest;
        if !fresh && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{rest}{word}"));
        } else {
            if !fresh {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
