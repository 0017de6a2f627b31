//! What two reports both speak of, to be told to a reader: "Ferrow 5.0", "42 packages".

use std::collections::BTreeMap;

use super::statistics::Background;
use super::stem::stem;
use super::title::is_function_word;

/// As many are told, of so many words each.
const NAMES: usize = 3;
const WORDS: usize = 4;

/// Names that both have, and numbers with what they count, as the first writes them; titles' first. `one` and `other`
/// are titles and texts.
pub(crate) fn shared_names(one: [&str; 2], other: [&str; 2], background: &Background) -> Vec<String> {
    // Each word of the other by its stem, and whether it stands there with a capital.
    let mut theirs: BTreeMap<String, bool> = BTreeMap::new();
    for word in other.into_iter().flat_map(words) {
        *theirs.entry(key(word)).or_default() |= has_capital(word);
    }
    let is_shared = |word: &&str| !is_function_word(&word.to_lowercase()) && theirs.contains_key(&key(word));
    // An ordinary word has a capital where a sentence begins, and in German.
    let is_name =
        |word: &&str| has_capital(word) && theirs.get(&key(word)) == Some(&true) && !background.is_ordinary(&key(word));
    let is_version = |word: &&str| has_digit(word) && word.contains('.');
    let mut names: Vec<String> = Vec::new();
    for all in one.into_iter().flat_map(phrases) {
        for run in all.chunk_by(|a, b| is_shared(a) && is_shared(b)).filter(|run| run.iter().all(is_shared)) {
            let opens = |word: &&str| has_capital(word) || has_digit(word) || word.contains('-');
            let run = run.get(run.iter().position(opens).unwrap_or(run.len())..).unwrap_or_default();
            let counts = run.len() > 1 && run.iter().any(|word| has_digit(word));
            let is_told = names
                .iter()
                .any(|told| run.iter().all(|word| told.split(' ').any(|told| told.eq_ignore_ascii_case(word))));
            if (counts || run.iter().any(is_name) || run.iter().any(is_version)) && run.len() <= WORDS && !is_told {
                names.push(run.join(" "));
            }
        }
    }
    names.truncate(NAMES);
    names
}

fn key(word: &str) -> String {
    stem(word.to_lowercase())
}

fn has_capital(word: &str) -> bool {
    word.chars().any(char::is_uppercase)
}

fn has_digit(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
}

/// The words between signs: no name goes on behind one.
fn phrases(text: &str) -> Vec<Vec<&str>> {
    let mut phrases = vec![Vec::new()];
    for token in text.split_whitespace() {
        let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '+' | '#' | '*' | '_');
        if token.starts_with(is_sign) {
            phrases.push(Vec::new());
        }
        if let Some(phrase) = phrases.last_mut() {
            phrase.extend(words(token));
        }
        if token.ends_with(is_sign) {
            phrases.push(Vec::new());
        }
    }
    phrases
}

/// The words of a text, without what stands around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .map(|word| word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(one: &str, other: &str) -> Vec<String> {
        shared_names([one, ""], [other, ""], &Background::shipped())
    }

    #[test]
    fn names_stay_whole_and_numbers_have_what_they_count() {
        assert_eq!(shared("Pebble 2.0 runs WASI 0.3 components", "WASI 0.3 in Pebble 2.0"), ["Pebble 2.0", "WASI 0.3"]);
        assert_eq!(
            shared("Crateyard pulls 42 packages", "All 42 packages, said Crateyard's team"),
            ["Crateyard", "42 packages"]
        );
    }

    #[test]
    fn ordinary_words_and_lone_numbers_say_nothing() {
        assert_eq!(shared("Releases of 13 March", "Release 13"), Vec::<String>::new());
        assert_eq!(shared("The 5 things", "A 5"), Vec::<String>::new());
    }
}
