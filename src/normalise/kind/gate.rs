//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where they do not, the pattern need not
//! be tried.

mod edges;
#[cfg(test)]
pub(super) mod needs;

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use edges::Edges;

/// What a pattern needs: of each of these lists one word, written as in `words.txt`. It may have two such needs, and
/// opens when both are met.
pub(super) type Needs<'w> = Vec<Vec<&'w str>>;

/// Of many patterns, by their numbers, those that are worth trying.
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
    /// For patterns with these needs. Where there are none, nothing opens.
    #[allow(clippy::expect_used, reason = "the table is constant and every test builds its gates")]
    pub(super) fn new<'n>(all: impl IntoIterator<Item = Option<&'n Needs<'n>>>) -> Self {
        let mut numbers = HashMap::<&str, usize>::new();
        let mut words = Vec::<(&str, Vec<Asked>)>::new();
        let mut met = Vec::new();
        for (number, needs) in (0_u32..).zip(all) {
            met.resize(number as usize / 64 + 1, [0; 2]);
            let Some(needs) = needs else { continue };
            for nth in 0..2 {
                let Some(enough) = needs.get(usize::from(nth)) else {
                    meet(&mut met, number, nth);
                    continue;
                };
                for (edges, word) in enough.iter().filter_map(|written| Edges::before(written)) {
                    let at = *numbers.entry(word).or_insert(words.len());
                    if at == words.len() {
                        words.push((word, Vec::new()));
                    }
                    if let Some((_, of_word)) = words.get_mut(at) {
                        of_word.push(Asked { edges, nth, number });
                    }
                }
            }
        }
        let (mut begins, mut asked) = (vec![0], Vec::new());
        for (_, of_word) in &words {
            asked.extend_from_slice(of_word);
            begins.push(asked.len());
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words.iter().map(|(word, _)| word))
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
        let written = |pattern| -> Vec<Vec<String>> {
            let words = needs::needed(pattern).words.into_iter();
            words.map(|words| words.iter().map(needs::Word::written).collect()).collect()
        };
        let written = patterns.map(|pattern| pattern.map(written));
        let needs = written.each_ref().map(|needs| {
            needs.as_ref().map(|needs| needs.iter().map(|words| words.iter().map(String::as_str).collect()).collect())
        });
        let gate = Gate::new(needs.iter().map(Option::as_ref));
        let open = |text| gate.open(text).collect::<Vec<_>>();
        assert_eq!(open("an outage"), [0, 3]);
        assert_eq!(open("out of an office"), [2, 3]);
        assert_eq!(open("an effect of an outage"), [0, 3, 4]);
        assert_eq!(open("all is well"), [3]);
    }
}
