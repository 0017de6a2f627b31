//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where none of them does, the pattern
//! need not be tried. The words are read off the pattern itself, so that the two cannot differ.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// Alternatives beyond this many say little, and make the gate large.
const MOST_WORDS: usize = 400;
/// Words of fewer bytes stand nearly everywhere.
const LEAST_BYTES: usize = 2;

/// Of many patterns, by their numbers, those that are worth trying.
pub(super) struct Gate {
    words: AhoCorasick,
    /// For each word the pattern that it belongs to.
    pattern: Vec<usize>,
    /// Patterns that can match without any one word.
    always: Vec<usize>,
    patterns: usize,
}

impl Gate {
    /// Reads the words off `patterns`, which are of `regex` without Unicode classes.
    pub(super) fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Option<Self> {
        let (mut words, mut pattern, mut always) = (Vec::new(), Vec::new(), Vec::new());
        let mut patterns_seen = 0;
        for (number, text) in patterns.into_iter().enumerate() {
            patterns_seen += 1;
            match required(text) {
                Some(required) => {
                    pattern.extend(std::iter::repeat_n(number, required.len()));
                    words.extend(required);
                }
                None => always.push(number),
            }
        }
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words)
            .ok()?;
        Some(Self { words, pattern, always, patterns: patterns_seen })
    }

    /// For each pattern whether `text` may match it. False is certain.
    pub(super) fn open(&self, text: &str) -> Vec<bool> {
        let mut open = vec![false; self.patterns];
        let found =
            self.words.find_overlapping_iter(text).filter_map(|found| self.pattern.get(found.pattern().as_usize()));
        for number in found.chain(&self.always) {
            if let Some(open) = open.get_mut(*number) {
                *open = true;
            }
        }
        open
    }
}

#[cfg(test)]
impl Gate {
    /// What it knows its patterns by.
    pub(super) fn words_of<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Vec<String> {
        let words = patterns.into_iter().filter_map(required).flatten();
        words.map(|word| String::from_utf8_lossy(&word).into_owned()).collect()
    }
}

/// Words of which one at least stands in all that `pattern` matches; `None` where nothing can be said.
fn required(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    words(&parsed).filter(|words| shortest(words) >= LEAST_BYTES)
}

fn words(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => words(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => words(&repetition.sub),
        // Any of the parts would do: the one with the longest words is the rarest.
        HirKind::Concat(parts) => {
            parts.iter().filter_map(words).max_by_key(|words| (shortest(words), std::cmp::Reverse(words.len())))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(words(branch)?);
            }
            Some(all).filter(|all| all.len() <= MOST_WORDS)
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

fn shortest(words: &[Vec<u8>]) -> usize {
    words.iter().map(Vec::len).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(pattern: &str) -> String {
        let words = required(pattern).unwrap_or_default();
        words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn the_rarest_part_of_a_pattern_tells() {
        assert_eq!(words_of(r"\bcve-\d{4}-\d{4,}"), "cve-");
        assert_eq!(words_of(r"\bdeprecat(ed|es)\b"), "deprecat");
        assert_eq!(words_of(r"\b(an?|the) (\w+ ){0,2}outage (at|hits)\b"), "outage ");
        assert_eq!(words_of(r"\b(postmortem|root cause)\b"), "postmortem|root cause");
        assert_eq!(words_of(r"(post)?mortem|x\d"), "", "one branch says too little");
        assert_eq!(words_of(r"\d+|(outage)?"), "");
    }

    #[test]
    fn a_gate_opens_for_the_patterns_of_its_words() {
        let gate = Gate::new([r"\boutages?\b", r"\bout\b", r"^\d+$"]).unwrap();
        assert_eq!(gate.open("an outage"), [true, true, true]);
        assert_eq!(gate.open("all is well"), [false, false, true]);
    }
}
