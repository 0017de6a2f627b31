//! Titles made comparable.

use std::collections::BTreeSet;

use crate::text::nfkc;

/// A title as words in lower case with single spaces between them: compatibility forms resolved (NFKC),
/// apostrophes and possessives dropped, other punctuation gone, except what tells names apart (`5.0`, `c++`, `c#`).
#[must_use]
pub fn fold(title: &str) -> String {
    let chars: Vec<char> = nfkc(title).chars().flat_map(char::to_lowercase).collect();
    let mut folded = String::with_capacity(title.len());
    let mut gap = false;
    let mut skip = false;
    for (n, c) in chars.iter().copied().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let before = n.checked_sub(1).and_then(|n| chars.get(n)).copied().unwrap_or(' ');
        let after = chars.get(n + 1).copied().unwrap_or(' ');
        let kept = c.is_alphanumeric()
            || (c == '.' && before.is_ascii_digit() && after.is_ascii_digit())
            || (matches!(c, '+' | '#') && (before.is_alphanumeric() || before == c) && !after.is_alphanumeric());
        if kept {
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            folded.push(c);
            gap = false;
        } else if !matches!(c, '\'' | '’') {
            gap = true;
        }
        skip = matches!(c, '\'' | '’') && after == 's' && !chars.get(n + 2).is_some_and(|c| c.is_alphanumeric());
    }
    folded
}

/// Whether `phrase` (folded) stands in `text` (folded) as whole words.
#[must_use]
pub fn has_phrase(text: &str, phrase: &str) -> bool {
    !phrase.is_empty() && format!(" {text} ").contains(&format!(" {phrase} "))
}

/// The words of a title that carry meaning, folded, and without the s that makes a plural: to compare, not to show.
#[must_use]
pub fn content_words(title: &str) -> BTreeSet<String> {
    let told = |word: &&str| !word.is_empty() && !is_function_word(word);
    fold(title).split(' ').filter(told).map(|word| singular(word).to_owned()).collect()
}

/// "effects" as "effect"; short words ("tls", "css") and those in -ss keep their s.
fn singular(word: &str) -> &str {
    let plural = word.chars().count() >= 4 && !word.ends_with("ss");
    word.strip_suffix('s').filter(|_| plural).unwrap_or(word)
}

/// How much of the shorter title stands in the other, 0 to 1. Two titles that share one word only share little,
/// however short they are.
#[must_use]
pub fn similarity(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    let shorter = a.len().min(b.len()).max(3);
    shared as f64 / shorter as f64
}

/// Words that hold a sentence together and say nothing alone (English; German where feeds mix them in).
#[must_use]
pub fn is_function_word(word: &str) -> bool {
    word.len() <= LONGEST_FUNCTION_WORD && FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// In bytes; most words of a text are found by it to be no such word.
const LONGEST_FUNCTION_WORD: usize = 10;

/// Sorted: looked up by bisection.
#[rustfmt::skip]
const FUNCTION_WORDS: &[&str] = &[
    "a", "aber", "about", "above", "across", "after", "again", "against", "ago", "all", "almost", "along", "already",
    "als", "also", "although", "always", "am", "among", "an", "and", "another", "any", "anyone", "anything", "are",
    "arent", "around", "as", "at", "auch", "auf", "aus", "away", "back", "be", "because", "been", "before", "behind",
    "bei", "being", "below", "between", "bis", "both", "but", "by", "can", "cannot", "cant", "could", "couldnt",
    "das", "dem", "den", "der", "des", "did", "didnt", "die", "do", "doch", "does", "doesnt", "doing", "done", "dont",
    "down", "durch", "during", "each", "ein", "eine", "einem", "einen", "einer", "eines", "either", "else", "enough",
    "es", "ever", "every", "everyone", "everything", "few", "for", "from", "further", "für", "gegen", "had", "has",
    "hasnt", "have", "havent", "he", "her", "here", "hers", "him", "his", "how", "however", "i", "if", "ihr", "ihre",
    "im", "in", "ins", "instead", "into", "is", "isnt", "ist", "it", "its", "itself", "just", "later", "least",
    "less", "lets", "like", "man", "many", "may", "me", "mehr", "might", "mine", "mit", "more", "most", "mostly",
    "much", "must", "my", "nach", "near", "neither", "never", "nicht", "no", "nobody", "noch", "none", "nor", "not",
    "nothing", "now", "nur", "oder", "of", "off", "often", "ohne", "on", "once", "one", "only", "onto", "or", "other",
    "others", "our", "ours", "out", "over", "own", "per", "perhaps", "rather", "same", "she", "should", "sich", "sie",
    "since", "sind", "so", "some", "somebody", "someone", "something", "soon", "still", "such", "than", "that",
    "thats", "the", "their", "theirs", "them", "then", "there", "these", "they", "this", "those", "through", "thus",
    "to", "together", "too", "toward", "towards", "und", "under", "unter", "until", "up", "upon", "us", "very", "via",
    "vom", "von", "vor", "war", "warum", "was", "we", "wer", "werden", "were", "what", "whats", "when", "where",
    "whether", "which", "while", "who", "whom", "whose", "why", "wie", "will", "wir", "wird", "with", "within",
    "without", "wo", "wont", "would", "yet", "you", "youll", "your", "youre", "yours", "zu", "zum", "zur", "über",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_what_tells_names_apart() {
        assert_eq!(fold("  “Ferrow 5.0” — Lumen’s C++/C# plans!  "), "ferrow 5.0 lumen c++ c# plans");
        assert_eq!(fold("ＷＡＳＩ 0.3."), "wasi 0.3");
        assert_eq!(fold("#1: A-b"), "1 a b");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn a_phrase_is_whole_words() {
        assert!(has_phrase("the rust blog", "rust"));
        assert!(!has_phrase("trusty blog", "rust"));
        assert!(!has_phrase("anything", ""));
    }

    #[test]
    fn similarity_looks_at_meaning() {
        let words = content_words;
        assert!(similarity(&words("Ferrow 5.0 released"), &words("What is new in Ferrow 5.0")) > 0.6);
        assert!(similarity(&words("Ferrow"), &words("Ferrow and the art of backups")) < 0.4);
        assert!(similarity(&words("The how of it"), &words("The how of that")) < f64::EPSILON);
    }

    #[test]
    fn a_plural_is_the_same_word() {
        assert_eq!(content_words("Effects of TLS"), content_words("The effect of TLS"));
        assert_eq!(content_words("CSS process"), BTreeSet::from(["css".to_owned(), "process".to_owned()]));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(FUNCTION_WORDS.is_sorted());
        assert!(FUNCTION_WORDS.iter().all(|word| word.len() <= LONGEST_FUNCTION_WORD));
    }
}
