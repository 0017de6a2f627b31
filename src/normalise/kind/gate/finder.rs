//! Finds the words of a long list in short texts.
//!
//! An automaton of the whole list does not stay in a processor's cache between two texts, and then waits for memory at
//! every letter. Here most letters are passed over by a look at a few kilobytes of bits.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

/// Words are looked up by so many bytes of their beginning, or by all that they have.
const LONGEST_BEGINNING: usize = 4;

/// Bits of a filter, as a power of two; 4 KiB.
const FILTER_BITS: u32 = 15;

pub(super) struct Finder {
    /// By the length of the beginning, the shortest first.
    beginnings: [Beginnings; LONGEST_BEGINNING],
    /// Where in `letters` each word is.
    words: Vec<Range<usize>>,
    letters: Vec<u8>,
}

#[derive(Default)]
struct Beginnings {
    /// A bit for each that there may be; empty where there is none.
    filter: Vec<u64>,
    /// The words with a beginning.
    words: HashMap<u32, Range<usize>, FixedState>,
}

impl Finder {
    /// For words in their order, each once, none of them empty; they go by their places.
    pub(super) fn new(words: &[&str]) -> Self {
        let mut finder = Self { beginnings: Default::default(), words: Vec::new(), letters: Vec::new() };
        for (number, word) in words.iter().enumerate() {
            let from = finder.letters.len();
            finder.letters.extend_from_slice(word.as_bytes());
            finder.words.push(from..finder.letters.len());
            let length = word.len().min(LONGEST_BEGINNING);
            let at = length.checked_sub(1).and_then(|at| finder.beginnings.get_mut(at));
            if let (Some(beginnings), Some(key)) = (at, key(word.as_bytes(), length)) {
                beginnings.add(key, number);
            }
        }
        finder
    }

    /// Calls `found` with each word that stands in `text`, by its place in the list, and where it stands.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, Range<usize>)) {
        // The next bytes, the first of them the highest; zeros behind the text.
        let mut next =
            (0..LONGEST_BEGINNING).fold(0, |next, at| next << 8 | u32::from(text.get(at).copied().unwrap_or(0)));
        for from in 0..text.len() {
            for (beginnings, length) in self.beginnings.iter().zip(1..) {
                let key = next >> (8 * (LONGEST_BEGINNING - length));
                if !beginnings.may_have(key) {
                    continue;
                }
                let rest = text.get(from..).unwrap_or_default();
                for number in beginnings.words.get(&key).cloned().unwrap_or_default() {
                    let word = self.words.get(number).and_then(|word| self.letters.get(word.clone()));
                    // Many words have the same beginning, and most differ right behind it.
                    let differs = |word: &&[u8]| {
                        word.get(LONGEST_BEGINNING).is_some_and(|byte| rest.get(LONGEST_BEGINNING) != Some(byte))
                    };
                    if let Some(word) = word.filter(|word| !differs(word) && rest.starts_with(word)) {
                        found(number, from..from + word.len());
                    }
                }
            }
            next = next << 8 | u32::from(text.get(from + LONGEST_BEGINNING).copied().unwrap_or(0));
        }
    }
}

impl Beginnings {
    fn add(&mut self, key: u32, number: usize) {
        self.filter.resize(1 << (FILTER_BITS - 6), 0);
        let (word, bit) = place(key);
        if let Some(bits) = self.filter.get_mut(word) {
            *bits |= bit;
        }
        self.words.entry(key).or_insert(number..number).end = number + 1;
    }

    fn may_have(&self, key: u32) -> bool {
        let (word, bit) = place(key);
        self.filter.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// The first bytes as a number; none where there are fewer.
fn key(text: &[u8], length: usize) -> Option<u32> {
    let bytes = text.get(..length)?;
    Some(bytes.iter().fold(0, |key, byte| key << 8 | u32::from(*byte)))
}

/// The word of a filter, and the bit in it.
fn place(key: u32) -> (usize, u64) {
    // Fibonacci hashing: Knuth, The Art of Computer Programming, volume 3, 6.4.
    let hash = key.wrapping_mul(0x9E37_79B9) >> (32 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_word_is_found_wherever_it_stands(
            words in prop::collection::btree_set("[ab ]{1,6}", 0..12),
            text in "[abc ]{0,24}",
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut found = Vec::new();
            Finder::new(&words).find(text.as_bytes(), |number, at| found.push((at.start, number)));
            let mut expected = Vec::new();
            for (number, word) in words.iter().enumerate() {
                let stands = |at: &usize| text.get(*at..).is_some_and(|rest| rest.starts_with(word));
                expected.extend((0..text.len()).filter(stands).map(|at| (at, number)));
            }
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
