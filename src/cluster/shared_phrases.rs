//! What two reports both say, to be told to a reader: "Ferrow 5.0", "42 packages", "certificate".

use std::collections::BTreeMap;

use super::statistics::{Background, Seen, hash, worth};
use super::stem::stem;
use super::title::is_function_word;

/// IDF in the background from which on an ordinary word says something, and its letters.
const TELLING_IDF: f32 = 4.4;
const TELLING_CHARS: usize = 5;
/// And of several in a row, all together.
const TELLING_RUN: f32 = 7.0;

/// Digits from which on a number says something without what it counts.
const TELLING_DIGITS: usize = 3;

/// Numbers that are spelled out, and what stands behind one: alone they say nothing.
const NUMBERS: [&str; 13] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "million", "billion"];

/// Phrases that stand in a text of both, as the first writes them: names and numbers with what they count before other
/// words, and of each the rarest first. `one` and `other` are titles and excerpts.
pub(crate) fn shared_phrases(one: &[&str], other: &[&str], background: &Background) -> Vec<Phrase> {
    let theirs: Vec<Vec<Word<'_>>> = other.iter().flat_map(|text| clauses(text)).collect();
    let mut places: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (clause, words) in theirs.iter().enumerate() {
        for (at, word) in words.iter().enumerate() {
            places.entry(&word.key).or_default().push((clause, at));
        }
    }
    let mut found: Vec<Phrase> = Vec::new();
    for (text, clause) in one.iter().flat_map(|text| clauses(text).into_iter().map(move |clause| (*text, clause))) {
        let mut at = 0;
        while let Some(rest) = clause.get(at..).filter(|rest| !rest.is_empty()) {
            let places = rest.first().and_then(|word| places.get(word.key.as_str())).into_iter().flatten();
            let common = places.filter_map(|(clause, at)| Some(common(rest, theirs.get(*clause)?.get(*at..)?)));
            let (length, same) = common.max().unwrap_or_default();
            let run = rest.get(..length).unwrap_or_default();
            let phrase = Phrase::of(text, run, background);
            found.extend(phrase.filter(|phrase| phrase.is_name || same || !phrase.is_word()));
            at += length.max(1);
        }
    }
    found.sort_by(|a, b| b.is_name.cmp(&a.is_name).then(b.worth.total_cmp(&a.worth)));
    let mut told: Vec<Phrase> = Vec::new();
    for phrase in found {
        // Neither what is said already nor a part of it.
        let is_told = told.iter().any(|told| phrase.keys.iter().all(|key| told.keys.contains(key)));
        if !is_told {
            told.push(phrase);
        }
    }
    told
}

/// A word of a text.
struct Word<'a> {
    /// What it is compared by.
    key: String,
    text: &'a str,
    /// Where it stands in its text.
    start: usize,
}

impl Word<'_> {
    fn says_nothing(&self) -> bool {
        is_function_word(&self.text.to_lowercase())
    }

    fn is_number(&self) -> bool {
        self.text.contains(|c: char| c.is_ascii_digit()) || NUMBERS.contains(&self.text.to_lowercase().as_str())
    }

    /// "October", "today".
    fn says_when(&self) -> bool {
        let text = self.text.to_lowercase();
        matches!(text.as_str(), "today" | "yesterday" | "tomorrow") || text.parse::<chrono::Month>().is_ok()
    }

    fn has_capital(&self) -> bool {
        self.text.chars().any(char::is_uppercase)
    }
}

/// A phrase that both have.
pub(crate) struct Phrase {
    pub(crate) spelling: String,
    keys: Vec<String>,
    /// IDF of its words.
    worth: f32,
    is_name: bool,
}

impl Phrase {
    /// Whether it is one word, and no name.
    pub(crate) fn is_word(&self) -> bool {
        !self.is_name && self.keys.len() == 1
    }

    /// `None` where it says nothing.
    fn of(text: &str, run: &[Word<'_>], background: &Background) -> Option<Self> {
        let says = |word: &Word<'_>| !word.says_nothing();
        let run = run.get(run.iter().position(says)?..=run.iter().rposition(says)?)?;
        let (first, last) = (run.first()?, run.last()?);
        let idf = |word: &Word<'_>| worth(hash(&word.key), Seen::default(), 0, background).background_idf;
        let name = |word: &Word<'_>| word.has_capital() && !background.is_ordinary(&word.key);
        // A name, a version, or a number with what it counts.
        let digits = |word: &Word<'_>| word.text.chars().filter(char::is_ascii_digit).count();
        let alone = |word: &Word<'_>| word.text.contains('.') || digits(word) >= TELLING_DIGITS;
        let number = run.iter().any(|word| word.is_number() && (run.len() > 1 || alone(word)));
        // A date says when, not what.
        let is_date = run.iter().any(Word::says_when) && run.iter().all(|word| word.is_number() || word.says_when());
        let is_name = !is_date && (number || run.iter().any(name));
        // What is done ("evaluating", "published") is done everywhere.
        let is_verb = |word: &Word<'_>| ["ing", "ed"].iter().any(|ending| word.text.ends_with(ending));
        let tells = |word: &Word<'_>| {
            !word.is_number()
                && !is_verb(word)
                && word.text.chars().count() >= TELLING_CHARS
                && idf(word) >= TELLING_IDF
        };
        let words = || run.iter().filter(|word| says(word));
        let worth = words().map(idf).sum();
        let is_long = words().nth(1).is_some() && (is_date || worth >= TELLING_RUN);
        if !is_name && !is_long && !run.iter().any(tells) {
            return None;
        }
        let mut spelling = text.get(first.start..last.start + last.text.len())?.to_owned();
        // A possessive is of one text's sentence.
        if ["'s ", "’s "].iter().any(|ending| spelling.contains(ending)) {
            spelling = run.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        }
        // The capital of a sentence's beginning.
        if !is_name
            && !first.says_when()
            && let Some(letter) = spelling.get_mut(..1)
        {
            letter.make_ascii_lowercase();
        }
        Some(Self { spelling, keys: words().map(|word| word.key.clone()).collect(), worth, is_name })
    }
}

/// How many words both begin with, and whether they are the very same and no other forms of them.
fn common(one: &[Word<'_>], other: &[Word<'_>]) -> (usize, bool) {
    let lower = |word: &Word<'_>| word.text.to_lowercase();
    let is_plural = |one: &str, other: &str| one.strip_suffix('s') == Some(other);
    let pairs = || one.iter().zip(other).map(|(one, other)| (lower(one), lower(other)));
    let both =
        pairs().take_while(|(one, other)| one == other || is_plural(one, other) || is_plural(other, one)).count();
    (both, pairs().take(both).all(|(one, other)| one == other))
}

/// The words of a text, each part between signs for itself: no phrase goes on behind one.
fn clauses(text: &str) -> Vec<Vec<Word<'_>>> {
    let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '+' | '#' | '*' | '_' | '.' | ',' | ':');
    let mut clauses = vec![Vec::new()];
    let mut start = 0;
    for token in text.split_inclusive(|c: char| c.is_whitespace() || is_sign(c)) {
        let core = token.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'));
        let word = core.trim_start_matches(|c: char| !c.is_alphanumeric());
        let behind = token.get(core.len()..).unwrap_or_default();
        let begins = start + core.len() - word.len();
        start += token.len();
        if word.len() < core.len() {
            clauses.push(Vec::new());
        }
        let text = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        if !text.is_empty()
            && let Some(clause) = clauses.last_mut()
        {
            clause.push(Word { key: stem(text.to_lowercase()), text, start: begins });
        }
        // A hyphen joins.
        if behind.chars().any(|c| !c.is_whitespace() && c != '-') {
            clauses.push(Vec::new());
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shared(one: &str, other: &str) -> Vec<String> {
        let told = shared_phrases(&[one], &[other], &Background::shipped());
        told.into_iter().map(|phrase| phrase.spelling).collect()
    }

    #[test]
    fn names_stay_whole_and_numbers_have_what_they_count() {
        assert_eq!(shared("Pebble 2.0 runs WASI 0.3 components", "WASI 0.3 in Pebble 2.0"), ["Pebble 2.0", "WASI 0.3"]);
        assert_eq!(
            shared("Crateyard pulls 42 packages", "All 42 packages, said Crateyard's team"),
            ["42 packages", "Crateyard"]
        );
    }

    #[test]
    fn a_phrase_stands_in_both_as_it_is_told() {
        let told =
            shared("Ferrow 5.0 stops evaluating nested templates", "Before 5.0, Ferrow evaluates nested templates");
        assert_eq!(told, ["5.0", "Ferrow", "nested templates"]);
        assert_eq!(shared("A six-hour outage at Ledgerline", "Six hours, no Ledgerline"), ["six-hour", "Ledgerline"]);
    }

    #[test]
    fn a_phrase_is_spelled_as_both_could() {
        assert_eq!(shared("Palefire narrows Heron's licence", "A statement on the Heron licence"), ["Heron licence"]);
        assert_eq!(shared("It drops the three-year ones", "The three-year plans end"), ["three-year"]);
        assert_eq!(shared("October 2027 is the end", "It ends in October 2027"), ["October 2027"]);
    }

    #[test]
    fn ordinary_words_and_lone_numbers_say_nothing() {
        assert_eq!(shared("Releases of 13 things", "Release 13"), Vec::<String>::new());
        assert_eq!(shared("The 5 things", "A 5"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn every_word_that_is_told_stands_in_the_first_text(one in "\\PC{0,60}", other in "\\PC{0,60}") {
            let one = format!("{one} {other}");
            let stands = |word: &str| one.to_lowercase().contains(&word.to_lowercase());
            prop_assert!(shared(&one, &other).iter().all(|told| told.split(' ').all(stands)));
        }
    }
}
