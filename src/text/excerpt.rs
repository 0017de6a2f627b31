//! The first sentences of a text, within a limit.

use unicode_segmentation::UnicodeSegmentation as _;

/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "e.g.", "i.e.", "cf.", "etc.", "no.", "vol.", "fig.", "inc.",
    "ltd.", "corp.", "jr.", "sr.", "approx.", "u.s.", "u.k.", "z.b.", "bzw.", "ca.", "nr.", "jan.", "feb.", "mar.",
    "apr.", "jun.", "jul.", "aug.", "sep.", "sept.", "oct.", "nov.", "dec.", "al.", "a.m.", "p.m.", "gen.", "sen.",
    "rep.", "gov.", "lt.", "col.", "ph.d.", "d.h.", "u.a.", "resp.",
];

/// Behind the number of a day in German, whose full stop makes it an ordinal.
const MONTHS: &[&str] = &[
    "Januar",
    "Jänner",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// In characters, with room for a bracket.
const LONGEST_ABBREVIATION: usize = 10;

/// Below this many characters one or two sentences say too little to stand alone.
const MEAGRE: usize = 60;

/// Signs, longest first, that something was left out.
const ELLIPSES: [&str; 6] = ["[...]", "[…]", "(...)", "(…)", "...", "…"];

/// Words that end no sentence: a text that ends with one was cut off, though it does not say so.
const DANGLING: &[&str] = &[
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "from", "and", "or", "but", "as", "which",
    "who", "is", "are", "was", "were", "has", "have", "will", "can", "may", "its", "their", "his", "her", "our",
    "your", "than", "into", "about", "between", "der", "die", "das", "und", "oder", "mit", "von", "zu", "ein", "eine",
    "le", "la", "les", "des", "et", "ou", "un", "une",
];

/// The first two whole sentences of `text` where they fit into `max_chars` characters, else one, else as many
/// words as fit with an ellipsis behind them. `None` when the text is blank or nothing fits.
///
/// A last sentence that was cut off, or that only leads to what comes next ("Here is how:"), is not whole.
#[must_use]
pub fn excerpt(text: &str, max_chars: usize) -> Option<String> {
    let given = text.trim();
    let text = without_ellipsis(given);
    if text.is_empty() || max_chars == 0 {
        return None;
    }
    // Nothing beyond this can matter, and sentences need not be sought in a whole book.
    let window = prefix(text, max_chars.saturating_add(1));
    let cut_off = window.len() < text.len();
    let mut taken = 0;
    for (count, end) in sentence_ends(window).enumerate() {
        let sentence = window.get(..end).unwrap_or_default().trim_end();
        let whole = if end < window.len() { !sentence.ends_with(':') } else { !cut_off && ends_sentence(sentence) };
        if (!whole && taken > 0) || sentence.chars().count() > max_chars || (count >= 2 && taken >= MEAGRE) {
            break;
        }
        if whole {
            taken = sentence.len();
        }
    }
    let sentences = window.get(..taken).unwrap_or_default();
    let enough = taken == text.len() || sentences.chars().count() >= MEAGRE.min(max_chars / 2);
    if taken > 0 && enough {
        return Some(sentences.to_owned());
    }
    let left_out = text.len() < given.len() || dangles(text);
    if left_out && !ends_sentence(text) { shortened(text, max_chars) } else { cut(text, max_chars) }
}

/// `text` without signs at its end that something was left out.
pub(crate) fn without_ellipsis(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(before) = ELLIPSES.iter().find_map(|sign| text.strip_suffix(sign)) {
        text = before.trim_end();
    }
    text
}

/// Whether the last sentence of `text` has its full stop, or another sign that ends one.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let last = text
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | '’' | '\'' | '»' | '“' | ')' | ']'));
    last.ends_with(['.', '!', '?', '…', '。', '！', '？', '।'])
}

fn dangles(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.len() < text.len() && DANGLING.contains(&last.to_lowercase().as_str())
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
        let mut words = before.get(start..).unwrap_or_default().rsplit(char::is_whitespace);
        let last = words.next().unwrap_or_default();
        // "300 ms." has nothing of "Ms. Lind".
        let unit = last == "ms." && words.next().is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()));
        let last = last.trim_start_matches(['(', '"', '“']).to_lowercase();
        let initial = last.chars().count() == 2 && last.starts_with(char::is_alphabetic) && last.ends_with('.');
        let behind = text.get(end..).unwrap_or_default();
        let day = last.strip_suffix('.').is_some_and(|day| {
            matches!(day.len(), 1 | 2)
                && day.bytes().all(|byte| byte.is_ascii_digit())
                && MONTHS.iter().any(|month| behind.starts_with(month))
        });
        end == text.len() || unit || !(initial || day || ABBREVIATIONS.contains(&last.as_str()))
    })
}

/// The whole text where it fits, else as much as does.
fn cut(text: &str, max_chars: usize) -> Option<String> {
    if text.chars().nth(max_chars).is_none() { Some(text.to_owned()) } else { shortened(text, max_chars) }
}

/// As much of `text` as fits with "…", up to the end of a word, or of a character where there are no words.
fn shortened(text: &str, max_chars: usize) -> Option<String> {
    let room = prefix(text, max_chars - 1);
    let at_word = text.get(room.len()..).is_none_or(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
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

    #[test]
    fn a_unit_is_no_title_of_a_person() {
        let all = |text| sentences(text).count();
        assert_eq!(all("The lag fell from 40 seconds to 300 ms. Nobody saw it."), 2);
        assert_eq!(all("It fell since Ms. Lind saw it."), 1);
    }

    #[test]
    fn the_number_of_a_german_day_ends_no_sentence() {
        let all = |text| sentences(text).count();
        assert_eq!(all("Die Anmeldung endet am 15. Dezember um 12 Uhr."), 1);
        assert_eq!(all("Es waren 15. Danach keine."), 2);
    }

    #[test]
    fn a_sentence_that_was_cut_off_is_none() {
        let whole = "The planner now learns from the queries that it has seen before.";
        for (rest, expected) in [
            ("And then it [...]", ""),
            ("And then it […]", ""),
            ("And then it…", ""),
            ("And then it", ""),
            ("Here is how it does that:", ""),
            ("And then it forgets them. […]", " And then it forgets them."),
            ("“And then it forgets them.”", " “And then it forgets them.”"),
        ] {
            assert_eq!(excerpt(&format!("{whole} {rest}"), 280).unwrap(), format!("{whole}{expected}"), "{rest}");
        }
        for (alone, expected) in [
            ("The planner now learns from [...]", "The planner now learns from…"),
            ("The planner now learns from […] …", "The planner now learns from…"),
            ("The planner now learns from the", "The planner now learns from the…"),
            ("The planner now learns", "The planner now learns"),
            ("The planner learns. […]", "The planner learns."),
            ("Oh! It learns and […]", "Oh! It learns and…"),
            ("Here is how:", "Here is how:"),
            ("…", ""),
        ] {
            assert_eq!(excerpt(alone, 280).unwrap_or_default(), expected, "{alone}");
        }
    }

    proptest! {
        #[test]
        fn the_words_are_those_of_the_text(text in "([a-zé]{1,9}|[.!?,:]| |\\[…\\]|\\.\\.\\.|日|\\PC){0,80}", max in 1_usize..60) {
            if let Some(excerpt) = excerpt(&text, max) {
                let words = excerpt.strip_suffix('…').unwrap_or(&excerpt);
                prop_assert!(text.contains(words), "{words}");
            }
        }

        #[test]
        fn never_longer_than_asked(text in "([a-zé]{1,9}|[.!?,]| |日|👩‍👩‍👧|\\PC){0,80}", max in 0_usize..60) {
            if let Some(excerpt) = excerpt(&text, max) {
                prop_assert!(excerpt.chars().count() <= max);
                prop_assert!(!excerpt.trim().is_empty());
            }
        }
    }
}
