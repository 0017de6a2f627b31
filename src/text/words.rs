//! Texts as words, for counting and comparing.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation as _;

const WORDS_A_MINUTE: u32 = 230;

/// Shorter texts are teasers, and say nothing about how long the whole takes to read.
const TELLING_WORDS: u32 = 150;

/// The number of words in `text` (UAX #29).
#[must_use]
pub fn words(text: &str) -> u32 {
    // A space always parts words, and most of what stands between two is ASCII, which needs no tables.
    let (mut words, mut rest) = (0, text);
    while !rest.is_empty() {
        let foreign = rest.as_bytes().iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let start = if foreign == rest.len() { foreign } else { space_before(rest, foreign) };
        let (plain, tail) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let end = tail.bytes().skip(1).position(|byte| byte == b' ').map_or(tail.len(), |at| at + 1);
        let (piece, behind) = tail.split_at_checked(end).unwrap_or((tail, ""));
        words += ascii_words(plain.as_bytes()) + piece.unicode_words().count();
        rest = behind;
    }
    u32::try_from(words).unwrap_or(u32::MAX)
}

/// Where the last space before `at` stands; 0 where there is none.
fn space_before(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).rposition(|byte| *byte == b' ').unwrap_or(0)
}

/// What the word boundaries of UAX #29 come to in ASCII: letters, digits and `_` hold together, and so do letters
/// around `:`, `.` or `'`, and digits around `,`, `;`, `.` or `'`.
fn ascii_words(text: &[u8]) -> usize {
    let (mut words, mut counted, mut before) = (0, false, b' ');
    for (at, &byte) in text.iter().enumerate() {
        if byte < 128 && WORDY >> byte & 1 == 1 {
            let counts = byte != b'_';
            words += usize::from(counts && !counted);
            counted |= counts;
        } else if matches!(byte, b'.' | b'\'' | b':' | b',' | b';') {
            let after = text.get(at + 1).copied().unwrap_or(b' ');
            let letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
            let digits = before.is_ascii_digit() && after.is_ascii_digit();
            if (letters && !matches!(byte, b',' | b';')) || (digits && byte != b':') {
                continue;
            }
            counted = false;
        } else {
            counted = false;
        }
        before = byte;
    }
    words
}

/// Letters, digits and `_`: a bit for each byte of ASCII.
const WORDY: u128 = {
    let (mut wordy, mut byte) = (0, 0_u8);
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            wordy |= 1 << byte;
        }
        byte += 1;
    }
    wordy
};

/// Minutes that `words` words take at 230 a minute, rounded, at least one; `None` below 150 words.
#[must_use]
pub fn reading_minutes(words: u32) -> Option<u16> {
    if words < TELLING_WORDS {
        return None;
    }
    let minutes = words.saturating_add(WORDS_A_MINUTE / 2) / WORDS_A_MINUTE;
    Some(u16::try_from(minutes.max(1)).unwrap_or(u16::MAX))
}

/// `text` for comparing: lower case, NFKC, punctuation as spaces, spaces collapsed. Idempotent.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in level(text).chars() {
        if part_of_word(c) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else if c != '\'' && c != '’' {
            gap = true;
        }
    }
    out
}

/// The words of `text`, folded, with the signs that belong to a name: `c++`, `c#`, `.net`, `node.js`,
/// `post-quantum`, `at&t`, `0.3`. A possessive `'s` is dropped; ideographs stand alone.
#[must_use]
pub fn words_of(text: &str) -> Vec<String> {
    let level = level(text);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = level.chars().peekable();
    let mut previous = None;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        if ideograph(c) {
            finish(&mut word, &mut words);
            words.push(c.to_string());
        } else if part_of_word(c) || belongs(c, previous, &word, next) {
            word.push(if c == '’' { '\'' } else { c });
        } else if !(c == ',' && between_digits(previous, next)) {
            finish(&mut word, &mut words);
        }
        previous = Some(c);
    }
    finish(&mut word, &mut words);
    words
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if word.ends_with("'s") {
        word.truncate(word.len() - 2);
    }
    if word.contains('\'') {
        *word = word.replace('\'', "");
    }
    if word.contains(char::is_alphanumeric) {
        words.push(std::mem::take(word));
    }
    word.clear();
}

/// Whether a sign is part of the word around it.
fn belongs(c: char, previous: Option<char>, word: &str, next: Option<char>) -> bool {
    let after = next.is_some_and(part_of_word);
    match c {
        '.' if word.is_empty() => previous.is_none_or(char::is_whitespace) && next.is_some_and(char::is_alphabetic),
        '.' | '-' | '_' | '&' | '\'' | '’' => previous.is_some_and(part_of_word) && after,
        '+' | '#' => !word.is_empty() && !after,
        _ => false,
    }
}

fn between_digits(previous: Option<char>, next: Option<char>) -> bool {
    previous.is_some_and(|c| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit())
}

fn part_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// A text with its compatibility forms resolved (Unicode Standard Annex #15, NFKC).
pub(crate) fn nfkc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => text.into(),
        IsNormalized::No | IsNormalized::Maybe => text.nfkc().collect::<String>().into(),
    }
}

fn level(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|b| b.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
    } else {
        // Once more afterwards: lower case may take letters apart, and compatibility forms may be capitals.
        let lower: String = nfkc(text).chars().flat_map(char::to_lowercase).collect();
        nfkc(&lower).into_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_keep_their_signs() {
        for (text, expected) in [
            ("WASI 0.3", "wasi|0.3"),
            ("C++ and C#, on .NET with Node.js.", "c++|and|c#|on|.net|with|node.js"),
            ("Post-quantum TLS/SSL at AT&T", "post-quantum|tls|ssl|at|at&t"),
            ("Rust's “async” isn’t 10,000× — faster", "rust|async|isnt|10000|faster"),
            ("v1.2.3-rc.1 + x", "v1.2.3-rc.1|x"),
            ("Go语言 2", "go|语|言|2"),
            ("ＦＵＬＬ -- ... #", "full"),
        ] {
            assert_eq!(words_of(text).join("|"), expected, "{text}");
        }
    }

    #[test]
    fn folding_makes_equal_what_reads_equal() {
        assert_eq!(fold("  The “Ferrow” PROJECT’s e\u{301}lan: 4.0!"), "the ferrow projects élan 4 0");
        assert_eq!(fold("—"), "");
    }

    #[test]
    fn short_texts_have_no_reading_time() {
        assert_eq!(reading_minutes(149), None);
        assert_eq!(reading_minutes(150), Some(1));
        assert_eq!(reading_minutes(2300), Some(10));
        assert_eq!(reading_minutes(u32::MAX), Some(u16::MAX));
        assert_eq!(words("One, two – three."), 3);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn words_are_counted_as_by_the_standard(text in "([a-z]{1,2}|[0-9]{1,2}|[ _.:,;'\"\n-]|\\PC){0,12}") {
            prop_assert_eq!(words(&text) as usize, text.unicode_words().count());
        }

        #[test]
        fn a_word_is_one_word(text in "([a-z]{1,4}|[.+#&'_-]|[0-9]| ){0,30}") {
            for word in words_of(&text) {
                prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
            }
        }
    }
}
