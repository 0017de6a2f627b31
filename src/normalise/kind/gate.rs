//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where they do not, the pattern need not
//! be tried. The words are read off the pattern itself (see [`needs`]), so that the two cannot differ.

mod needs;

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use needs::{Word, needed};

/// Of many patterns, by their numbers, those that are worth trying.
///
/// A pattern may have two such needs; it opens when both are met.
pub(super) struct Gate {
    finder: AhoCorasick,
    /// In the finder's order.
    words: Vec<Asked>,
    /// A bit for each pattern without a first need, and one for each without a second.
    met: Vec<[u64; 2]>,
    /// The patterns that are nothing but words: what is open matches.
    whole: Vec<u64>,
}

/// A word, and the patterns that need it or another: which, and whether as their first or their second need.
struct Asked {
    word: Word,
    by: Vec<(usize, usize)>,
}

impl Gate {
    /// Reads the words off `patterns`, which are of `regex` without Unicode classes. Where there is none, nothing opens.
    #[allow(clippy::expect_used, reason = "the table is constant and every test builds its gates")]
    pub(super) fn new(patterns: impl IntoIterator<Item = Option<String>>) -> Self {
        let mut words = BTreeMap::<Word, Vec<(usize, usize)>>::new();
        let (mut met, mut whole) = (Vec::new(), Vec::new());
        for (number, pattern) in patterns.into_iter().enumerate() {
            met.resize(number / 64 + 1, [0; 2]);
            whole.resize(number / 64 + 1, 0);
            let Some(needed) = pattern.as_deref().map(needed) else { continue };
            for nth in 0..2 {
                let Some(enough) = needed.words.get(nth) else {
                    meet(&mut met, number, nth);
                    continue;
                };
                for word in enough {
                    words.entry(word.clone()).or_default().push((number, nth));
                }
            }
            if let Some(whole) = whole.last_mut() {
                *whole |= u64::from(needed.whole) << (number % 64);
            }
        }
        let words: Vec<Asked> = words.into_iter().map(|(word, by)| Asked { word, by }).collect();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words.iter().map(|asked| &asked.word.bytes))
            .expect("the words of the table are few");
        Self { finder, words, met, whole }
    }

    /// Whether a text for which this pattern opens is sure to match it.
    pub(super) fn is_sure_of(&self, number: usize) -> bool {
        self.whole.get(number / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }

    /// The numbers of those that `text` may match, the least first. The others do not.
    pub(super) fn open(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let mut met = self.met.clone();
        let text = text.as_bytes();
        for found in self.finder.find_overlapping_iter(text) {
            let asked = self.words.get(found.pattern().as_usize());
            let stands = asked.filter(|asked| asked.word.stands(text, found.span()));
            for (number, nth) in stands.into_iter().flat_map(|asked| &asked.by) {
                meet(&mut met, *number, *nth);
            }
        }
        met.into_iter().enumerate().flat_map(|(at, [first, second])| numbers(at, first & second))
    }
}

fn meet(met: &mut [[u64; 2]], number: usize, nth: usize) {
    if let Some(bits) = met.get_mut(number / 64).and_then(|both| both.get_mut(nth)) {
        *bits |= 1 << (number % 64);
    }
}

/// Those that the bits of the word `at` stand for.
fn numbers(at: usize, bits: u64) -> impl Iterator<Item = usize> {
    let without_least = |bits: &u64| Some(bits & bits.wrapping_sub(1));
    let rest = std::iter::successors(Some(bits), without_least).take_while(|bits| *bits != 0);
    rest.map(move |bits| at * 64 + bits.trailing_zeros() as usize)
}

#[cfg(test)]
impl Gate {
    /// What it knows its patterns by.
    pub(super) fn words(&self) -> Vec<String> {
        self.words.iter().map(|asked| String::from_utf8_lossy(&asked.word.bytes).into_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_opens_for_the_patterns_of_its_words() {
        let patterns = [Some(r"\boutages?\b"), None, Some(r"\bout\b"), Some(r"^\w+$"), Some(r"^an\b.*\beffect\b")];
        let gate = Gate::new(patterns.map(|pattern| pattern.map(str::to_owned)));
        let open = |text| gate.open(text).collect::<Vec<_>>();
        assert_eq!(open("an outage"), [0, 3]);
        assert_eq!(open("out of an office"), [2, 3]);
        assert_eq!(open("an effect of an outage"), [0, 3, 4]);
        assert_eq!(open("all is well"), [3]);
    }
}
