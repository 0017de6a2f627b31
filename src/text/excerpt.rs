//! The first sentences of a text, within a limit.

use unicode_segmentation::UnicodeSegmentation as _;

/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "e.g.", "i.e.", "cf.", "etc.", "no.", "vol.", "fig.", "inc.",
    "ltd.", "corp.", "jr.", "sr.", "approx.", "u.s.", "u.k.", "z.b.", "bzw.", "ca.", "nr.", "jan.", "feb.", "mar.",
    "apr.", "jun.", "jul.", "aug.", "sep.", "sept.", "oct.", "nov.", "dec.",
];

/// In characters, with room for a bracket.
const LONGEST_ABBREVIATION: usize = 10;

/// Below this many characters one or two sentences say too little to stand alone.
const MEAGRE: usize = 60;

/// The first two whole sentences of `text` where they fit into `max_chars` characters, else one, else as many
/// words as fit with an ellipsis behind them. `None` when the text is blank or nothing fits.
#[must_use]
pub fn excerpt(text: &str, max_chars: usize) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || max_chars == 0 {
        return None;
    }
    // Nothing beyond this can matter, and sentences need not be sought in a whole book.
    let window = prefix(text, max_chars.saturating_add(1));
    let cut_off = window.len() < text.len();
    let mut taken = 0;
    for (count, end) in sentence_ends(window).enumerate() {
        let sentence = window.get(..end).unwrap_or_default().trim_end();
        let whole = end < window.len() || !cut_off;
        if !whole || sentence.chars().count() > max_chars || (count >= 2 && taken >= MEAGRE) {
            break;
        }
        taken = sentence.len();
    }
    let sentences = window.get(..taken).unwrap_or_default();
    let enough = taken == text.len() || sentences.chars().count() >= MEAGRE.min(max_chars / 2);
    if taken > 0 && enough { Some(sentences.to_owned()) } else { cut(text, max_chars) }
}

/// The sentences of `text` in order, each with the white space behind it (UAX #29, with abbreviations minded).
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    sentence_ends(text).filter_map(move |end| {
        let sentence = text.get(start..end);
        start = end;
        sentence
    })
}

/// Byte offsets at which sentences end.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.split_sentence_bound_indices().map(|(at, piece)| at + piece.len()).filter(move |&end| {
        let before = text.get(..end).unwrap_or_default().trim_end();
        let start = before.char_indices().rev().nth(LONGEST_ABBREVIATION).map_or(0, |(at, _)| at);
        let last = before.get(start..).unwrap_or_default().rsplit(char::is_whitespace).next().unwrap_or_default();
        let last = last.trim_start_matches(['(', '"', '“']).to_lowercase();
        let initial = last.chars().count() == 2 && last.starts_with(char::is_alphabetic) && last.ends_with('.');
        end == text.len() || !(initial || ABBREVIATIONS.contains(&last.as_str()))
    })
}

/// As much of `text` as fits with "…", up to the end of a word, or of a character where there are no words.
fn cut(text: &str, max_chars: usize) -> Option<String> {
    if text.chars().nth(max_chars).is_none() {
        return Some(text.to_owned());
    }
    let room = prefix(text, max_chars - 1);
    let at_word = text.get(room.len()..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let words = if at_word { room } else { room.rsplit_once(char::is_whitespace).map_or("", |(head, _)| head) };
    // A text without spaces (Chinese, Thai) is cut between characters as readers see them.
    let kept =
        if words.chars().count() >= room.chars().count() / 2 { words } else { whole_graphemes(text, room.len()) };
    let kept =
        kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '…'));
    (!kept.is_empty()).then(|| format!("{kept}…"))
}

fn whole_graphemes(text: &str, bytes: usize) -> &str {
    let end = text
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(|&end| end <= bytes)
        .last()
        .unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

fn prefix(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_whole_sentences_where_they_fit() {
        let text = "Ferrow 4.0 brings a new planner and drops the old one. It also reads Parquet, e.g. Dr. Lind's set. \
                    The third sentence is not needed.";
        assert_eq!(
            excerpt(text, 280).unwrap(),
            "Ferrow 4.0 brings a new planner and drops the old one. It also reads Parquet, e.g. Dr. Lind's set."
        );
        assert_eq!(excerpt(text, 70).unwrap(), "Ferrow 4.0 brings a new planner and drops the old one.");
    }

    #[test]
    fn else_whole_words_with_an_ellipsis() {
        assert_eq!(excerpt("One sentence that is far too long for it.", 20).unwrap(), "One sentence that…");
        assert_eq!(
            excerpt("Oh! Then a sentence that is far too long to fit in here", 30).unwrap(),
            "Oh! Then a sentence that is…"
        );
        assert_eq!(excerpt("数据库的新版本今天发布了并且带来了许多改进", 8).unwrap(), "数据库的新版本…");
        assert_eq!(excerpt("short", 20).unwrap(), "short");
        assert_eq!(excerpt("  \n", 20), None);
        assert_eq!(excerpt("word", 0), None);
    }

    proptest! {
        #[test]
        fn never_longer_than_asked(text in "([a-zé]{1,9}|[.!?,]| |日|👩‍👩‍👧|\\PC){0,80}", max in 0_usize..60) {
            if let Some(excerpt) = excerpt(&text, max) {
                prop_assert!(excerpt.chars().count() <= max);
                prop_assert!(!excerpt.trim().is_empty());
            }
        }
    }
}
