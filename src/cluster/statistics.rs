//! How common a term is, and how often it is a name: in the reports at hand, and in what was read before them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher as _;

use foldhash::quality::FixedState;

use super::token::{Sort, Token, is_sentence_case, tokens};

/// Reports for which the background counts. Where fewer are at hand their own frequencies say little (in a window of
/// two, a shared word looks as common as a word can be), so they are drawn towards the background's: the estimate of
/// a rate with a prior of so many observations.
const PRIOR_REPORTS: f64 = 200.0;

/// Reports in which a term must occur to have a row of its own in a background.
const MIN_DOCUMENTS: u32 = 2;

/// Marks the hashes of numbers; the bit above stays free.
const NUMBER: u32 = 1 << 30;

/// The 31 bits that stand for a term: two of a thousand terms that are taken for each other change nothing.
pub(crate) fn term(token: &Token) -> u32 {
    hash(&token.key)
}

pub(crate) fn hash(key: &str) -> u32 {
    let [a, b, c, d, ..] = FixedState::with_seed(0).hash_one(key).to_le_bytes();
    let hash = u32::from_le_bytes([a, b, c, d]);
    let hash = hash & (NUMBER - 1);
    if key.starts_with('#') { hash | NUMBER } else { hash }
}

/// How often a term was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Reports that have it, in the title or the snippet.
    pub(crate) documents: u32,
    /// Times that it stood with a capital, and without one, where that tells something.
    pub(crate) upper: u32,
    pub(crate) lower: u32,
}

impl Seen {
    /// Counts a word that stands with a capital, or without.
    pub(crate) fn count(&mut self, upper: bool) {
        *(if upper { &mut self.upper } else { &mut self.lower }) += 1;
    }
}

/// Calls `word` with what each word of a report adds to the statistics: the word, whether the title has it, and, where
/// that tells something, whether it stands with a capital. Words that say nothing alone are left out.
pub(crate) fn look(title: &[Token], snippet: &[Token], mut word: impl FnMut(&Token, bool, Option<bool>)) {
    let informative = is_sentence_case(title);
    for (tokens, in_title, informative) in [(title, true, informative), (snippet, false, true)] {
        for token in tokens.iter().filter(|token| token.sort != Sort::Function) {
            let tells = token.sort == Sort::Word && informative && (token.inner || !token.opens);
            word(token, in_title, tells.then_some(token.upper || token.inner));
        }
    }
}

/// Document frequencies of a longer time than the window at hand.
#[derive(Debug, Clone, Default)]
pub struct Background {
    documents: u32,
    terms: HashMap<u32, Seen, FixedState>,
}

impl Background {
    /// The table that the program brings along, from its own sample world: for the first day.
    #[must_use]
    pub fn shipped() -> Self {
        Self::parse(include_str!("background.tsv"))
    }

    /// Reads what [`Table`] writes; a line that is none counts for nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut background = Self::default();
        for line in text.lines() {
            if let Some(documents) = line.strip_prefix("# reports\t") {
                background.documents = documents.trim().parse().unwrap_or(0);
                continue;
            }
            let mut cells = line.split('\t');
            let Some(term) = cells.next() else { continue };
            let numbers: Vec<u32> = cells.filter_map(|cell| cell.parse().ok()).collect();
            if let [documents, upper, lower] = numbers.as_slice() {
                let seen = Seen { documents: *documents, upper: *upper, lower: *lower };
                background.terms.insert(hash(term), seen);
            }
        }
        background
    }

    /// Whether a word, by its stem, was seen without a capital, and is seldom a name.
    pub(crate) fn is_ordinary(&self, stem: &str) -> bool {
        let key = hash(stem);
        let lower = self.terms.get(&key).is_some_and(|seen| seen.lower > 0);
        lower && worth(key, Seen::default(), 0, self).name < 0.5
    }

    /// Counts a headline that was read.
    pub fn add(&mut self, title: &str) {
        self.documents = self.documents.saturating_add(1);
        let title = tokens(title);
        let mut here = Vec::new();
        look(&title, &[], |token, _, upper| {
            let term = term(token);
            here.push(term);
            let seen = self.terms.entry(term).or_default();
            if let Some(upper) = upper {
                seen.count(upper);
            }
        });
        here.sort_unstable();
        here.dedup();
        for term in here {
            self.terms.entry(term).or_default().documents += 1;
        }
    }
}

/// A background in the making: terms as text, so that somebody can read the file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    documents: u32,
    terms: BTreeMap<String, Seen>,
}

impl Table {
    /// Counts a report.
    pub fn add(&mut self, title: &str, snippet: &str) {
        self.documents += 1;
        let (title, snippet) = (tokens(title), tokens(snippet));
        let mut here = BTreeSet::new();
        look(&title, &snippet, |token, _, upper| {
            here.insert(token.key.clone());
            let seen = self.terms.entry(token.key.clone()).or_default();
            if let Some(upper) = upper {
                seen.count(upper);
            }
        });
        for key in here {
            self.terms.entry(key).or_default().documents += 1;
        }
    }

    /// As tab-separated lines: term, reports with it, times with a capital, times without; by term.
    #[must_use]
    pub fn to_tsv(&self) -> String {
        let rows = self.terms.iter().filter(|(_, seen)| seen.documents >= MIN_DOCUMENTS);
        let rows = rows.map(|(key, seen)| format!("{key}\t{}\t{}\t{}\n", seen.documents, seen.upper, seen.lower));
        format!("# reports\t{}\n{}", self.documents, rows.collect::<String>())
    }
}

/// What a term is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Worth {
    /// Inverse document frequency, natural logarithm: in the window drawn towards the background, and in the background.
    pub(crate) idf: f32,
    pub(crate) background_idf: f32,
    /// How likely it is a name, 0 to 1; of a number 0.
    pub(crate) name: f32,
    /// How likely it is an ordinary word; of a number 0.
    pub(crate) word: f32,
}

/// The worth of `term`, seen so often among `reports` reports.
#[allow(clippy::cast_possible_truncation, reason = "seven digits are enough, in half the memory")]
pub(crate) fn worth(term: u32, here: Seen, reports: usize, background: &Background) -> Worth {
    let before = background.terms.get(&term).copied().unwrap_or_default();
    let rate = (f64::from(before.documents) + 0.5) / (f64::from(background.documents) + 1.0);
    let rate_here = (f64::from(here.documents) + PRIOR_REPORTS * rate) / (reports as f64 + PRIOR_REPORTS);
    let (upper, lower) =
        (f64::from(here.upper) + f64::from(before.upper), f64::from(here.lower) + f64::from(before.lower));
    let name = (upper + 0.5) / (upper + lower + 1.5);
    let (name, word) = if is_number(term) { (0.0, 0.0) } else { (name, 1.0 - name) };
    Worth {
        idf: -rate_here.min(1.0).ln() as f32,
        background_idf: -rate.min(1.0).ln() as f32,
        name: name as f32,
        word: word as f32,
    }
}

pub(crate) fn is_number(term: u32) -> bool {
    term & NUMBER != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let mut table = Table::default();
        table.add("Ferrow 5.0 is out", "The compiler Ferrow is faster.");
        table.add("Why we left Ferrow", "");
        let text = table.to_tsv();
        assert_eq!(text, "# reports\t2\nferrow\t2\t2\t0\n");
        let read = Background::parse(&text);
        assert_eq!(read.documents, 2);
        assert_eq!(read.terms.get(&hash("ferrow")), Some(&Seen { documents: 2, upper: 2, lower: 0 }));
        assert!(Background::parse("nonsense\n\t\t\t\n# reports\tx\n").terms.is_empty());
    }

    #[test]
    fn the_shipped_table_knows_common_words_from_names() {
        let background = Background::shipped();
        assert!(background.documents > 1_000);
        let of = |key: &str| worth(hash(key), Seen::default(), 0, &background);
        assert!(of("releas").idf < of("unheardof").idf);
        assert!(of("rust").name > 0.7 && of("releas").name < 0.5);
    }

    #[test]
    fn the_word_of_the_day_weighs_little_where_many_reports_say_so() {
        let background = Background { documents: 1_000, terms: HashMap::default() };
        let of =
            |documents, reports| worth(hash("summit"), Seen { documents, ..Seen::default() }, reports, &background).idf;
        assert!(of(200, 1_000) < 2.0);
        assert!(of(2, 2) > 4.0);
    }
}
