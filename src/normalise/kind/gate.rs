//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where they do not, the pattern need not
//! be tried.

pub(super) mod edges;

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use edges::Edges;

/// What a pattern needs: of each of these lists one word, written as in `words.txt`. It may have two such needs, and
/// opens when both are met.
pub(super) type Needs<'w> = Vec<Vec<&'w str>>;

/// Of a word so many bytes are looked for in the text, and the rest is compared where they are: an automaton of whole
/// words is seven times as large, and does not stay in a processor's cache.
const LOOKED_FOR: usize = 6;

/// Of many patterns, by their numbers, those that are worth trying.
pub(super) struct Gate {
    finder: AhoCorasick,
    /// The words that each of the finder's beginnings begins.
    begun: Vec<Range<usize>>,
    words: Vec<Word>,
    /// In one piece: looking into many small ones takes longer than finding the words.
    asked: Vec<Asked>,
    /// What follows the beginnings.
    rests: Vec<u8>,
    /// A bit for each pattern without a first need, and one for each without a second.
    met: Vec<[u64; 2]>,
}

/// What follows its beginning, and who asks for it.
struct Word {
    rest: Range<usize>,
    asked: Range<usize>,
}

/// A word between such edges is enough for a pattern: which, and whether for its first or its second need.
#[derive(Clone, Copy)]
struct Asked {
    edges: Edges,
    nth: u8,
    number: u32,
}

impl Gate {
    /// For patterns with these needs. Where there are none, nothing opens.
    #[allow(clippy::expect_used, reason = "the table is constant and every test builds its gates")]
    pub(super) fn new<'n>(all: impl IntoIterator<Item = Option<&'n Needs<'n>>>) -> Self {
        let mut needed = Vec::<(&str, Edges, u8, u32)>::new();
        let mut met = Vec::new();
        for (number, needs) in (0_u32..).zip(all) {
            met.resize(number as usize / 64 + 1, [0; 2]);
            let Some(needs) = needs else { continue };
            for nth in 0..2 {
                let Some(enough) = needs.get(usize::from(nth)) else {
                    meet(&mut met, number, nth);
                    continue;
                };
                let edged = enough.iter().filter_map(|written| Edges::before(written));
                needed.extend(edged.map(|(edges, word)| (word, edges, nth, number)));
            }
        }
        needed.sort_unstable();
        let (mut beginnings, mut begun): (Vec<&str>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        let (mut words, mut asked, mut rests) = (Vec::new(), Vec::with_capacity(needed.len()), Vec::new());
        for of_word in needed.chunk_by(|(one, ..), (other, ..)| one == other) {
            let word = of_word.first().map_or("", |(word, ..)| word);
            let (beginning, rest) = word.split_at_checked(LOOKED_FOR).unwrap_or((word, ""));
            if beginnings.last() != Some(&beginning) {
                beginnings.push(beginning);
                begun.push(words.len()..words.len());
            }
            let (rest_at, asked_at) = (rests.len(), asked.len());
            rests.extend_from_slice(rest.as_bytes());
            asked.extend(of_word.iter().map(|(_, edges, nth, number)| Asked {
                edges: *edges,
                nth: *nth,
                number: *number,
            }));
            words.push(Word { rest: rest_at..rests.len(), asked: asked_at..asked.len() });
            if let Some(range) = begun.last_mut() {
                range.end = words.len();
            }
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(beginnings)
            .expect("the words of the table are few");
        Self { finder, begun, words, asked, rests, met }
    }

    /// The numbers of those that `text` may match, the least first. The others do not.
    pub(super) fn open(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let mut met = self.met.clone();
        let text = text.as_bytes();
        for found in self.finder.find_overlapping_iter(text) {
            let begun = self.begun.get(found.pattern().as_usize()).and_then(|range| self.words.get(range.clone()));
            let follows = text.get(found.end()..).unwrap_or_default();
            for Word { rest, asked } in begun.unwrap_or_default() {
                let rest = self.rests.get(rest.clone()).unwrap_or_default();
                if !follows.starts_with(rest) {
                    continue;
                }
                let at = found.start()..found.end() + rest.len();
                for asked in self.asked.get(asked.clone()).unwrap_or_default() {
                    if asked.edges.stand(text, at.clone()) {
                        meet(&mut met, asked.number, asked.nth);
                    }
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
    use super::super::table::tests::needs;
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
