//! What is kept of reports to compare them: their terms as numbers, packed, so that a million fit into memory.

use std::collections::{BTreeMap, HashMap};

use foldhash::quality::FixedState;

use super::citations;
use super::exact::Print;
use super::report::Report;
use super::statistics::{Background, Seen, Worth, hash, is_number, look, term, worth};
use super::stem::stem;
use super::token::tokens;

/// What a word of the snippet counts, where one of the title counts 1: it describes, the title says.
pub(crate) const SNIPPET_WEIGHT: f64 = 0.5;

/// Lists of numbers, one behind the other.
#[derive(Debug)]
struct Lists<T> {
    values: Vec<T>,
    ends: Vec<usize>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { values: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    fn push(&mut self, values: impl IntoIterator<Item = T>) {
        self.values.extend(values);
        self.ends.push(self.values.len());
    }

    fn get(&self, position: usize) -> &[T] {
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(position).and_then(|end| self.values.get(start..*end)).unwrap_or_default()
    }
}

/// What a report has besides its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) source: u32,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// Orders reports of one moment.
    tie: u32,
    /// The term of the host that it points at.
    host: Option<u32>,
}

impl Origin {
    /// When it came; among reports of one moment, by id.
    pub(crate) fn moment(&self) -> (i64, u32) {
        (self.at, self.tie)
    }
}

/// Reports while they are read.
#[derive(Debug, Default)]
pub struct Collection {
    /// Until the statistics are known, a term's hash stands for its number.
    terms: Lists<Held>,
    origins: Vec<Origin>,
    prints: Vec<Print>,
    /// The pages that a report cites, of those that cite any; by position.
    cited: BTreeMap<usize, Vec<u64>>,
    pub(crate) window: Window,
}

/// How often each term occurs in the reports at hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    reports: usize,
    seen: HashMap<u32, Seen, FixedState>,
}

impl Collection {
    /// Takes up a report, at the next position.
    pub fn push(&mut self, report: &Report<'_>) {
        let (title, snippet) = (tokens(report.headline()), tokens(report.opening()));
        self.window.reports += 1;
        let seen = &mut self.window.seen;
        let mut here: Vec<Held> = Vec::with_capacity(title.len() + snippet.len());
        look(&title, &snippet, |token, in_title, upper| {
            let term = term(token);
            here.push(Held(term << 1 | u32::from(in_title)));
            if let Some(upper) = upper {
                seen.entry(term).or_default().count(upper);
            }
        });
        // Of a term in both, the title's comes first.
        here.sort_unstable_by_key(|held| (held.0 >> 1, !held.in_title()));
        here.dedup_by_key(|held| held.0 >> 1);
        for held in &here {
            seen.entry(held.0 >> 1).or_default().documents += 1;
        }
        self.terms.push(here);
        let host = report.host();
        self.origins.push(Origin {
            source: hash(report.source),
            at: report.at.timestamp(),
            tie: hash(report.id),
            host: host.as_deref().and_then(|host| report.named_host(host)).map(|name| hash(&stem(name))),
        });
        let cited = citations::cited(report.out_links);
        if !cited.is_empty() {
            self.cited.insert(self.prints.len(), cited);
        }
        self.prints.push(Print::of(report, host.as_deref()));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Everything that comparing needs, with the statistics of these reports over `background`.
    pub(crate) fn sketch(mut self, background: &Background) -> Sketches {
        let window = std::mem::take(&mut self.window);
        self.sketch_within(&window, background)
    }

    /// The same with the statistics of another window, which has all of their terms.
    pub(crate) fn sketch_within(self, window: &Window, background: &Background) -> Sketches {
        // Numbers go by hash, never by order of arrival: sums over a report's terms are then the same to the last bit.
        let mut hashes: Vec<u32> = window.seen.keys().copied().collect();
        hashes.sort_unstable();
        let seen = |hash: &u32| window.seen.get(hash).copied().unwrap_or_default();
        let worths = hashes.iter().map(|hash| worth(*hash, seen(hash), window.reports, background)).collect();
        Sketches::new(self.terms, self.origins, self.prints, self.cited, &hashes, worths)
    }
}

/// A term of a report: which, and whether its title has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Held(u32);

impl Held {
    pub(crate) fn term(self) -> usize {
        usize::try_from(self.0 >> 1).unwrap_or(usize::MAX)
    }

    pub(crate) fn in_title(self) -> bool {
        self.0 & 1 == 1
    }

    pub(crate) fn weight(self) -> f64 {
        if self.in_title() { 1.0 } else { SNIPPET_WEIGHT }
    }
}

/// Sums over a report's terms that every comparison needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    /// Lengths of its vectors: all terms by the window's IDF, by the background's, by how much they are names; its
    /// title's terms.
    pub(crate) length: f64,
    pub(crate) background_length: f64,
    pub(crate) name_length: f64,
    pub(crate) title_length: f64,
    /// IDF of its title's terms: of all, as far as they are names.
    pub(crate) title: f64,
    pub(crate) title_names: f64,
    /// Whether its title has numbers.
    pub(crate) numbers: bool,
}

/// Reports ready to be compared.
#[derive(Debug)]
pub(crate) struct Sketches {
    /// Terms of each report, ascending, each once: see [`Held`].
    terms: Lists<Held>,
    origins: Vec<Origin>,
    prints: Vec<Print>,
    cited: BTreeMap<usize, Vec<u64>>,
    sums: Vec<Sums>,
    /// By term.
    worths: Vec<Worth>,
    numbers_from: usize,
}

const NOTHING: Worth = Worth { idf: 0.0, background_idf: 0.0, name: 0.0, word: 0.0 };

impl Sketches {
    fn new(
        mut terms: Lists<Held>,
        mut origins: Vec<Origin>,
        prints: Vec<Print>,
        cited: BTreeMap<usize, Vec<u64>>,
        hashes: &[u32],
        worths: Vec<Worth>,
    ) -> Self {
        let ranks: HashMap<u32, u32, FixedState> = hashes.iter().copied().zip(0..).collect();
        let rank = |hash: &u32| ranks.get(hash).copied();
        for origin in &mut origins {
            origin.host = origin.host.as_ref().and_then(rank);
        }
        // Hashes and numbers ascend alike, so what is sorted stays so.
        for held in &mut terms.values {
            *held = Held(rank(&(held.0 >> 1)).unwrap_or_default() << 1 | held.0 & 1);
        }
        terms.values.shrink_to_fit();
        drop(ranks);
        let numbers_from = hashes.partition_point(|hash| !is_number(*hash));
        let mut sketches = Self { terms, origins, prints, cited, sums: Vec::new(), worths, numbers_from };
        sketches.sums = (0..sketches.len()).map(|position| sketches.sum(position)).collect();
        sketches
    }

    pub(crate) fn len(&self) -> usize {
        self.origins.len()
    }

    /// The terms of a report, ascending.
    pub(crate) fn held(&self, position: usize) -> &[Held] {
        self.terms.get(position)
    }

    pub(crate) fn worth(&self, term: usize) -> Worth {
        self.worths.get(term).copied().unwrap_or(NOTHING)
    }

    /// How many terms there are.
    pub(crate) fn terms(&self) -> usize {
        self.worths.len()
    }

    pub(crate) fn is_number(&self, term: usize) -> bool {
        term >= self.numbers_from
    }

    pub(crate) fn prints(&self) -> &[Print] {
        &self.prints
    }

    /// The pages that a report cites, as hashes.
    pub(crate) fn cited(&self, position: usize) -> &[u64] {
        self.cited.get(&position).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn origin(&self, position: usize) -> Option<&Origin> {
        self.origins.get(position)
    }

    pub(crate) fn sums(&self, position: usize) -> Sums {
        self.sums.get(position).copied().unwrap_or_default()
    }

    /// Whether a report of `other` speaks of the host that the report at `position` points at.
    pub(crate) fn names_host(&self, position: usize, other: usize) -> bool {
        let host = self.origin(position).and_then(|origin| origin.host);
        host.is_some_and(|host| self.terms.get(other).binary_search_by_key(&host, |held| held.0 >> 1).is_ok())
    }

    /// Positions by time, then by id: the order in which everything else goes, whatever the order of arrival.
    pub(crate) fn in_time(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|position| self.origin(*position).map(Origin::moment));
        order
    }

    fn sum(&self, position: usize) -> Sums {
        let mut sums = Sums::default();
        for held in self.held(position).iter().copied() {
            let worth = self.worth(held.term());
            let (idf, name) = (f64::from(worth.idf), f64::from(worth.name));
            sums.length += (held.weight() * idf).powi(2);
            sums.background_length += (held.weight() * f64::from(worth.background_idf)).powi(2);
            sums.name_length += (held.weight() * idf * (0.5 + name)).powi(2);
            if held.in_title() {
                sums.title_length += idf.powi(2);
                sums.title += idf;
                sums.title_names += idf * name;
                sums.numbers |= self.is_number(held.term());
            }
        }
        for length in [&mut sums.length, &mut sums.background_length, &mut sums.name_length, &mut sums.title_length] {
            *length = length.sqrt();
        }
        sums
    }
}
