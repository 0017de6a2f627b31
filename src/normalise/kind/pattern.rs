//! Patterns of the table: spelt out, and compiled for as often as they are asked.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;

use super::rules::NAMED;

/// What makes a search fast takes as long to build as so many slow ones.
const OFTEN: u32 = 64;

/// Several patterns as one. Most are never asked, and most of the others a few times in the life of a process: those are
/// compiled to what is built soonest.
pub(super) struct Pattern {
    any_of: Vec<&'static str>,
    asked: AtomicU32,
    slow: OnceLock<Regex>,
    fast: OnceLock<Regex>,
}

impl Pattern {
    pub(super) fn any_of(patterns: Vec<&'static str>) -> Self {
        Self { any_of: patterns, asked: AtomicU32::new(0), slow: OnceLock::new(), fast: OnceLock::new() }
    }

    /// Whether it is anywhere in `text`, which is as [`super::straight`] leaves it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let (regex, fast) = match self.asked.fetch_add(1, Ordering::Relaxed) {
            ..OFTEN => (&self.slow, false),
            OFTEN.. => (&self.fast, true),
        };
        regex.get_or_init(|| compiled(&self.any_of, fast)).is_match(text)
    }
}

/// Where one of `patterns` is found. They are ASCII in lower case, and so is what they are asked about: bytes without
/// Unicode classes keep the automata small.
#[allow(clippy::expect_used, reason = "the table is constant and every test compiles it")]
fn compiled(patterns: &[&str], fast: bool) -> Regex {
    let all: Vec<String> = patterns.iter().map(|pattern| spelt_out(pattern)).collect();
    let built =
        Regex::config().hybrid(fast).dfa(fast).onepass(fast).auto_prefilter(fast).which_captures(WhichCaptures::None);
    let bytes = syntax::Config::new().unicode(false).utf8(false);
    Regex::builder().configure(built).syntax(bytes).build_many(&all).expect("a valid pattern in the table of kinds")
}

/// A pattern with the words for what it names.
pub(super) fn spelt_out(pattern: &str) -> String {
    NAMED.iter().fold(
        pattern.to_owned(),
        |all, (name, words)| {
            if all.contains(name) { all.replace(name, words) } else { all }
        },
    )
}
