//! Which of many patterns a text can match at all, told by one look at its words.
//!
//! Whatever a pattern matches, some words of it stand there as they are written: where they do not, the pattern need not
//! be tried.

pub(super) mod edges;
mod finder;

use std::ops::Range;

use edges::Edges;
use finder::Finder;

/// What a pattern needs: of each of these lists one word, written as in `words.txt`. It may have two such needs, and
/// opens when both are met.
pub(super) type Needs<'w> = Vec<Vec<&'w str>>;

/// Of many patterns, by their numbers, those that are worth trying.
pub(super) struct Gate {
    finder: Finder,
    /// Who asks for each of the finder's words.
    asked_by: Vec<Range<usize>>,
    /// In one piece: looking into many small ones takes longer than finding the words.
    asked: Vec<Asked>,
    /// A bit for each pattern without a first need, and one for each without a second.
    met: Vec<[u64; 2]>,
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
        let (mut words, mut asked_by, mut asked) = (Vec::new(), Vec::new(), Vec::with_capacity(needed.len()));
        for of_word in needed.chunk_by(|(one, ..), (other, ..)| one == other) {
            let first = asked.len();
            words.extend(of_word.first().map(|(word, ..)| *word));
            asked.extend(of_word.iter().map(|(_, edges, nth, number)| Asked {
                edges: *edges,
                nth: *nth,
                number: *number,
            }));
            asked_by.push(first..asked.len());
        }
        Self { finder: Finder::new(&words), asked_by, asked, met }
    }

    /// The numbers of those that `text` may match, the least first. The others do not.
    pub(super) fn open(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let mut met = self.met.clone();
        let text = text.as_bytes();
        self.finder.find(text, |word, at| {
            let asked = self.asked_by.get(word).and_then(|range| self.asked.get(range.clone()));
            for asked in asked.unwrap_or_default() {
                if asked.edges.stand(text, at.clone()) {
                    meet(&mut met, asked.number, asked.nth);
                }
            }
        });
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
