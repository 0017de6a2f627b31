//! The words of a report, as far as they can match those of another: names, versions, numbers with units, the rest.

use std::borrow::Cow;

use super::number::{number, roman};
use super::stem::stem;
use super::title::is_function_word;
use crate::text::nfkc;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Word,
    Number,
    /// Holds the sentence together and says nothing alone.
    Function,
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is compared by: a stem, or a number behind `#`.
    pub(crate) key: String,
    pub(crate) sort: Sort,
    /// Begins with a capital.
    pub(crate) upper: bool,
    /// Has a capital further in: `iPhone`, `NASA`.
    pub(crate) inner: bool,
    /// Begins a sentence or a quotation, where a capital says nothing.
    pub(crate) opens: bool,
    /// Longer than three characters: the words by which a headline in title case is told.
    pub(crate) long: bool,
}

/// A word before anybody asked what it means.
struct Piece<'a> {
    text: Cow<'a, str>,
    opens: bool,
}

/// The words of a text, in its order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let text = nfkc(text);
    let pieces = pieces(&text);
    let mut tokens: Vec<Token> = Vec::with_capacity(pieces.len());
    let lower = |at: usize| pieces.get(at).map(|piece| piece.text.to_lowercase());
    let (mut at, mut next) = (0, lower(0));
    while let Some((piece, lower_case)) = pieces.get(at).zip(next.take()) {
        at += 1;
        next = lower(at);
        let upper = piece.text.starts_with(char::is_uppercase);
        let inner = piece.text.chars().skip(1).any(char::is_uppercase);
        let follows_name = tokens.last().is_some_and(|before| before.upper || before.inner);
        let (key, sort) = if let Some(number) = number(&lower_case, next.as_deref()) {
            if number.words > 1 {
                at += number.words - 1;
                next = lower(at);
            }
            (format!("#{}", number.key), Sort::Number)
        } else if let Some(number) = roman(&piece.text).filter(|_| follows_name) {
            (format!("#{number}"), Sort::Number)
        } else if is_function_word(&lower_case) {
            (lower_case, Sort::Function)
        } else {
            (stem(lower_case), Sort::Word)
        };
        let long = piece.text.chars().nth(3).is_some();
        tokens.push(Token { key, sort, upper, inner, opens: piece.opens, long });
    }
    tokens
}

/// Whether capitals inside a headline tell names: in Headlines Written Like This they do not.
pub(crate) fn is_sentence_case(tokens: &[Token]) -> bool {
    let telling = || tokens.iter().filter(|token| token.sort != Sort::Number && !token.opens && token.long);
    let (upper, all) = (telling().filter(|token| token.upper).count(), telling().count());
    all < 3 || upper * 10 < all * 6
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut opens = true;
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '|' | '—' | '–')) {
        let outside = |c: char| !(c.is_alphanumeric() || matches!(c, '+' | '#' | '%' | '$' | '€' | '£'));
        let begins = raw.trim_start_matches(outside);
        let core = begins.trim_end_matches(outside);
        let ends = |mark: &str| mark.contains(['.', ':', '?', '!']);
        if core.is_empty() {
            opens = opens || ends(raw);
            continue;
        }
        let before = raw.get(..raw.len() - begins.len()).unwrap_or_default();
        let after = begins.get(core.len()..).unwrap_or_default();
        let mut opens_quote = before.contains(['"', '“', '„', '»', '«', '(', '[']);
        parts(core, |text| {
            pieces.push(Piece { text, opens: opens || opens_quote });
            opens = false;
            opens_quote = false;
        });
        opens = opens || ends(after);
    }
    pieces
}

/// Calls `part` with a word without possessive, apostrophes and the points of an abbreviation; in two where a hyphen joins
/// words, in one where it belongs to a name ("GPT-4", "T-Mobile").
fn parts<'a>(core: &'a str, mut part: impl FnMut(Cow<'a, str>)) {
    if !core.contains(['\'', '’', '‘', '-', '.']) {
        return part(core.into());
    }
    let apostrophe = |c: char| matches!(c, '\'' | '’' | '‘');
    let plain = core.strip_suffix(['s', 'S']).and_then(|rest| rest.strip_suffix(apostrophe)).unwrap_or(core);
    let mut word = plain.replace(apostrophe, "");
    if is_abbreviation(&word) {
        word.retain(|c| c != '.');
    }
    let parts: Vec<&str> = word.split('-').filter(|part| !part.is_empty()).collect();
    let starts_digit = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    match parts.as_slice() {
        [] | [_] => part(word.into()),
        [name, version] if !starts_digit(name) && word.contains(|c: char| c.is_ascii_digit()) => {
            part(format!("{name}{version}").into());
        }
        [first, ..] if first.chars().count() == 1 => part(parts.concat().into()),
        _ => parts.into_iter().for_each(|text| part(text.to_owned().into())),
    }
}

/// `U.S`, `A.I.`: single letters with points between them.
fn is_abbreviation(word: &str) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word);
    word.contains('.') && word.split('.').all(|part| part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> Vec<String> {
        tokens(text).into_iter().filter(|token| token.sort != Sort::Function).map(|token| token.key).collect()
    }

    #[test]
    fn names_versions_and_numbers() {
        assert_eq!(keys("T-Mobile’s GPT-4"), ["tmobil", "gpt4"]);
        assert_eq!(keys("A.I. by N.A.S.A."), ["ai", "nasa"]);
        assert_eq!(keys("Meta cuts 10,000 jobs"), keys("Meta cuts 10K job"));
        assert_eq!(keys("Lantern II"), keys("Lantern 2"));
        assert_eq!(keys("owner-backed plan"), ["owner", "back", "plan"]);
    }

    #[test]
    fn a_capital_at_the_beginning_says_nothing() {
        let opens: Vec<bool> = tokens("Lumen ships. Ferrow “Waits” too").iter().map(|token| token.opens).collect();
        assert_eq!(opens, [true, false, true, true, false]);
    }

    #[test]
    fn title_case_is_told_by_its_longer_words() {
        assert!(!is_sentence_case(&tokens("Why Moving House With Little Money Hurts")));
        assert!(is_sentence_case(&tokens("Why moving house with Kubernetes hurts")));
    }

    proptest! {
        #[test]
        fn any_text_has_words(text in "\\PC{0,60}") {
            prop_assert!(tokens(&text).iter().all(|token| !token.key.is_empty()));
        }
    }
}
