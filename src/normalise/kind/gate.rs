//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where they do not, the pattern need not
//! be tried. The words are read off the pattern itself (see [`needed`]), so that the two cannot differ.

mod needs;

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use needs::Edges;
pub(super) use needs::{Needed, needed};

/// Of many patterns, by their numbers, those that are worth trying.
///
/// A pattern may have two such needs; it opens when both are met.
pub(super) struct Gate {
    finder: AhoCorasick,
    /// Where in `asked` that of each of the finder's words begins, and where the last ends.
    begins: Vec<usize>,
    /// In one piece: looking into many small ones takes longer than finding the words.
    asked: Vec<Asked>,
    /// A bit for each pattern without a first need, and one for each without a second.
    met: Vec<[u64; 2]>,
}

/// A word between such edges is enough for a pattern: which, and whether for its first or its second need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    edges: Edges,
    nth: u8,
    number: u32,
}

impl Gate {
    /// For what patterns need, each told by [`needed`]. Where there is none, nothing opens.
    #[allow(clippy::expect_used, reason = "the table is constant and every test builds its gates")]
    pub(super) fn new<'n>(all: impl IntoIterator<Item = Option<&'n Needed>>) -> Self {
        let mut words = BTreeMap::<&[u8], Vec<Asked>>::new();
        let mut met = Vec::new();
        for (number, needed) in (0_u32..).zip(all) {
            met.resize(number as usize / 64 + 1, [0; 2]);
            let Some(needed) = needed else { continue };
            for nth in 0..2 {
                let Some(enough) = needed.words.get(usize::from(nth)) else {
                    meet(&mut met, number, nth);
                    continue;
                };
                for word in enough {
                    words.entry(&word.bytes).or_default().push(Asked { edges: word.edges, nth, number });
                }
            }
        }
        let (mut begins, mut asked) = (vec![0], Vec::new());
        for of_word in words.values() {
            asked.extend_from_slice(of_word);
            begins.push(asked.len());
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words.keys())
            .expect("the words of the table are few");
        Self { finder, begins, asked, met }
    }

    /// The numbers of those that `text` may match, the least first. The others do not.
    pub(super) fn open(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let mut met = self.met.clone();
        let text = text.as_bytes();
        for found in self.finder.find_overlapping_iter(text) {
            let of_word = self.begins.get(found.pattern().as_usize()..).unwrap_or_default();
            let [begins, ends, ..] = of_word else { continue };
            for asked in self.asked.get(*begins..*ends).unwrap_or_default() {
                if asked.edges.stand(text, found.span()) {
                    meet(&mut met, asked.number, asked.nth);
                }
            }
        }
        met.into_iter().enumerate().flat_map(|(at, [first, second])| numbers(at, first & second))
    }
}

fn meet(met: &mut [[u64; 2]], number: u32, nth: u8) {
    if let Some(bits) = met.get_mut(number as usize / 64).and_then(|both| both.get_mut(usize::from(nth))) {
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
mod tests {
    use super::*;

    #[test]
    fn a_gate_opens_for_the_patterns_of_its_words() {
        let patterns = [Some(r"\boutages?\b"), None, Some(r"\bout\b"), Some(r"^\w+$"), Some(r"^an\b.*\beffect\b")];
        let needs = patterns.map(|pattern| pattern.map(needed));
        let gate = Gate::new(needs.iter().map(Option::as_ref));
        let open = |text| gate.open(text).collect::<Vec<_>>();
        assert_eq!(open("an outage"), [0, 3]);
        assert_eq!(open("out of an office"), [2, 3]);
        assert_eq!(open("an effect of an outage"), [0, 3, 4]);
        assert_eq!(open("all is well"), [3]);
    }
}
