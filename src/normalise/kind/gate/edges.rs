//! What stands before and behind a word that a pattern cannot do without.

use std::ops::Range;

/// Before it, and behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Edges(pub(in super::super) Edge, pub(in super::super) Edge);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Edge {
    #[default]
    Any,
    OfWord,
    StartOfText,
    EndOfText,
}

/// How each is written.
const LETTERS: [(u8, Edge); 4] =
    [(b'.', Edge::Any), (b'b', Edge::OfWord), (b'^', Edge::StartOfText), (b'$', Edge::EndOfText)];

impl Edges {
    /// Of a word written with a letter for each edge in front of it: `b.cve-` is "cve-" at the edge of a word.
    pub(in super::super) fn before(written: &str) -> Option<(Self, &str)> {
        let (letters, word) = written.split_at_checked(2)?;
        let edge = |byte: u8| LETTERS.iter().find(|(letter, _)| *letter == byte).map(|(_, edge)| *edge);
        let [before, behind] = *letters.as_bytes() else { return None };
        Some((Self(edge(before)?, edge(behind)?), word))
    }

    /// Whether they are there, where the bytes of their word were found.
    pub(in super::super) fn stand(self, text: &[u8], at: Range<usize>) -> bool {
        let byte = |at: usize| text.get(at).copied();
        let before = |at: usize| at.checked_sub(1).and_then(byte);
        self.0.is_between(before(at.start), byte(at.start)) && self.1.is_between(before(at.end), byte(at.end))
    }

    #[cfg(test)]
    pub(in super::super) fn letters(self) -> String {
        let letter =
            |edge: Edge| LETTERS.iter().find(|(_, other)| *other == edge).map(|(letter, _)| char::from(*letter));
        [self.0, self.1].into_iter().filter_map(letter).collect()
    }
}

impl Edge {
    /// Whether there is such an edge between these bytes.
    pub(in super::super) fn is_between(self, before: Option<u8>, behind: Option<u8>) -> bool {
        match self {
            Self::Any => true,
            Self::OfWord => before.is_some_and(in_word) != behind.is_some_and(in_word),
            Self::StartOfText => before.is_none(),
            Self::EndOfText => behind.is_none(),
        }
    }
}

/// As `\w` without Unicode has it.
pub(in super::super) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
