//! The terms of a title: runs of one to three words that could name something.

use super::noise::is_noise;
use crate::cluster::title::fold;

/// The longest term, in words; a version counts as one.
const LONGEST: usize = 3;

/// A word of a title.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// As written, without the punctuation around it and without a possessive.
    text: String,
    /// What it is counted by: folded, plural as singular.
    key: String,
    /// Begins a title or a clause, where a capital says nothing.
    opens: bool,
}

/// A run of words of one title.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// What it is counted by: one space between keys; a hyphen counts as a space.
    pub(crate) key: String,
    /// As written.
    pub(crate) spelling: String,
    pub(crate) opens: bool,
    /// Per word that is not noise: whether it looks like a name here; `None` where a capital says nothing.
    pub(crate) looks: Vec<(String, Option<bool>)>,
}

/// All terms of a title, in its order. No term crosses punctuation; none begins or ends with a word of no meaning;
/// a number stands only behind the name that it is a version of ("WASI 0.3").
pub(crate) fn terms(title: &str) -> Vec<Term> {
    let clauses = clauses(title);
    let informative = capitals_inform(&clauses);
    let mut terms = Vec::new();
    for clause in &clauses {
        for start in 0..clause.len() {
            for length in 1..=LONGEST {
                let Some(run) = clause.get(start..start + length) else { break };
                terms.extend(term(run, informative));
            }
        }
    }
    terms
}

fn term(run: &[Word], informative: bool) -> Option<Term> {
    let (first, last) = (run.first()?, run.last()?);
    if is_number(&first.text) || is_noise(&first.key) || is_noise(&last.key) || is_noise(&fold(&last.text)) {
        return None;
    }
    if run.len() == 1 && first.key.chars().count() < 2 {
        return None;
    }
    let versions = run.windows(2).all(|pair| match pair {
        [name, number] if is_number(&number.text) => starts_upper(&name.text) && is_version(&number.text),
        _ => true,
    });
    if !versions || is_noise(&fold(&first.text)) {
        return None;
    }
    let look = |word: &Word| {
        let inner = word.text.chars().skip(1).any(char::is_uppercase);
        let marked = word.text.chars().any(|c| c.is_ascii_digit()) && !is_number(&word.text);
        if inner || marked {
            Some(true)
        } else if word.opens || !informative {
            None
        } else {
            Some(starts_upper(&word.text))
        }
    };
    Some(Term {
        key: run.iter().map(|word| word.key.as_str()).collect::<Vec<_>>().join(" "),
        spelling: run.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
        opens: first.opens,
        looks: run
            .iter()
            .filter(|word| !is_noise(&word.key) && !is_number(&word.text))
            .map(|word| (word.key.clone(), look(word)))
            .collect(),
    })
}

/// The words between one mark of punctuation and the next.
fn clauses(title: &str) -> Vec<Vec<Word>> {
    let mut clauses = vec![Vec::new()];
    let mut opens = true;
    for raw in title.split(|c: char| c.is_whitespace() || matches!(c, '/' | '|' | '—' | '–' | '…')) {
        let text = raw.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'));
        let (before, after) = raw.split_once(text).unwrap_or(("", ""));
        let quoted = before.contains(['"', '“', '„', '»', '«', '(', '[', '‘', '`']);
        if text.is_empty() || quoted {
            clauses.push(Vec::new());
            opens = true;
        }
        let plain = text.strip_suffix("'s").or_else(|| text.strip_suffix("’s")).unwrap_or(text);
        let key = key_of(plain);
        if !key.is_empty() {
            if let Some(clause) = clauses.last_mut() {
                clause.push(Word { text: plain.to_owned(), key, opens });
            }
            opens = false;
        }
        if !after.is_empty() && !matches!(after, "'" | "’") || plain.len() != text.len() {
            clauses.push(Vec::new());
            opens = opens || after.contains([':', '.', '?', '!']);
        }
    }
    clauses
}

/// In Headlines Written Like This a capital tells nothing.
fn capitals_inform(clauses: &[Vec<Word>]) -> bool {
    let telling = || {
        clauses.iter().flatten().filter(|word| !word.opens && word.text.chars().count() > 3 && !is_number(&word.text))
    };
    let (upper, all) = (telling().filter(|word| starts_upper(&word.text)).count(), telling().count());
    all < 3 || upper * 10 < all * 6
}

fn starts_upper(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

/// Digits with marks between them: `42`, `5.0`, `4,200`.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%'))
}

/// A number that can be a version: not a year, not a large count.
fn is_version(text: &str) -> bool {
    let year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    !year && !text.contains([',', '%', '-']) && text.split('.').all(|part| (1..=4).contains(&part.len()))
}

/// English plurals of longer words; names that merely end in s lose nothing by it, as this is only a key.
fn singular(folded: &str) -> String {
    let plural = folded.chars().count() > 4
        && folded.ends_with('s')
        && !["ss", "us", "is", "os"].iter().any(|ending| folded.ends_with(ending));
    if plural { folded.trim_end_matches('s').to_owned() } else { folded.to_owned() }
}

/// A phrase as [`Term::key`] has it: for aliases.
pub(crate) fn key_of(phrase: &str) -> String {
    fold(phrase).split(' ').map(singular).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(title: &str) -> Vec<String> {
        terms(title).into_iter().map(|term| term.key).collect()
    }

    #[test]
    fn a_version_belongs_to_its_name_and_no_number_stands_alone() {
        let keys = keys("Pebble 2.0 runs 42 WASI 0.3 components");
        assert!(keys.contains(&"pebble 2.0".to_owned()) && keys.contains(&"wasi 0.3".to_owned()));
        assert!(!keys.iter().any(|key| key.starts_with("42") || key == "2.0" || key.ends_with("42")));
        assert!(!super::terms("Plans for March 2027").iter().any(|term| term.key.contains("2027")));
    }

    #[test]
    fn no_term_crosses_punctuation_or_ends_in_noise() {
        let keys = keys("Lumen's lockfiles: attacks on the registry");
        assert!(keys.contains(&"lockfile".to_owned()));
        for bad in ["lumen lockfile", "lockfile attack", "attack on", "on the registry"] {
            assert!(!keys.contains(&bad.to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_capital_says_something_only_inside_a_plain_headline() {
        let looks = |title: &str, key: &str| {
            let found = terms(title).into_iter().find(|term| term.key == key).unwrap();
            found.looks.first().and_then(|look| look.1)
        };
        assert_eq!(looks("Moving house with Kubernetes at night", "kubernete"), Some(true));
        assert_eq!(looks("Gardens of the north", "garden"), None);
        assert_eq!(looks("Why Moving House With Little Money Hurts", "house"), None);
        assert_eq!(looks("a quiet garden", "quiet garden"), Some(false));
        assert_eq!(looks("how eBPF works", "ebpf"), Some(true));
    }

    #[test]
    fn spellings_share_a_key() {
        assert_eq!(key_of("Post-Quantum TLS"), key_of("post quantum tls"));
        assert_eq!(key_of("lockfile attacks"), "lockfile attack");
    }
}
