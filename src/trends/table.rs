//! Who names which term, and when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::terms::terms;
use crate::model::edition::Window;

/// Weeks before the window that say what is usual.
pub(crate) const WEEKS: usize = 8;

/// A week with fewer titles tells nothing about what is usual.
const TITLES_OF_A_WEEK: usize = 10;

/// How much fuller than usual a week may be before that says that the weeks before are known in part only (a feed
/// new to the catalogue carries its latest entries, not eight weeks of them).
const LOUD: f64 = 1.5;

/// One title of one owner on one story.
pub(crate) struct Row<'a> {
    pub(crate) title: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) story: &'a str,
}

/// What is known of one term.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Owner and story, once each: the votes of the window.
    pub(crate) now: BTreeSet<(String, String)>,
    /// The same for each week before, the latest first.
    before: [BTreeSet<(String, String)>; WEEKS],
    /// When it was last heard before the window, however long ago.
    pub(crate) last_heard: Option<DateTime<Utc>>,
    /// Spellings with how often they stand inside a clause, and how often at its beginning.
    pub(crate) spellings: BTreeMap<String, (u32, u32)>,
    /// The keys of its words that carry meaning.
    pub(crate) words: BTreeSet<String>,
}

impl Entry {
    /// Stories of the window that name it.
    pub(crate) fn stories(&self) -> BTreeSet<&str> {
        self.now.iter().map(|(_, story)| story.as_str()).collect()
    }

    /// Owners that name it in the window.
    pub(crate) fn owners(&self) -> usize {
        self.now.iter().map(|(owner, _)| owner).collect::<BTreeSet<_>>().len()
    }

    /// Votes in each week before, the latest first.
    pub(crate) fn votes(&self) -> [usize; WEEKS] {
        self.before.each_ref().map(BTreeSet::len)
    }

    /// Stories in each week before, the latest first.
    pub(crate) fn weeks(&self) -> [usize; WEEKS] {
        self.before.each_ref().map(|week| week.iter().map(|(_, story)| story).collect::<BTreeSet<_>>().len())
    }
}

/// Every term of the window and of the time before it.
pub(crate) struct Table {
    pub(crate) window: Window,
    pub(crate) entries: BTreeMap<String, Entry>,
    /// How often a word looked like a name, of how often one could tell.
    looks: BTreeMap<String, (u32, u32)>,
    titles_now: usize,
    titles: [usize; WEEKS],
}

impl Table {
    pub(crate) fn new(window: Window) -> Self {
        Self { window, entries: BTreeMap::new(), looks: BTreeMap::new(), titles_now: 0, titles: [0; WEEKS] }
    }

    pub(crate) fn add_current(&mut self, row: &Row<'_>) {
        self.titles_now += 1;
        self.add(row, |entry, vote| {
            entry.now.insert(vote);
        });
    }

    /// Rows at or after the beginning of the window are left out: they are the window's, or later.
    pub(crate) fn add_earlier(&mut self, row: &Row<'_>, when: DateTime<Utc>) {
        if when >= self.window.from {
            return;
        }
        let week = usize::try_from((self.window.from - when).num_seconds() / (7 * 86_400)).unwrap_or(usize::MAX);
        if let Some(titles) = self.titles.get_mut(week) {
            *titles += 1;
        }
        self.add(row, |entry, vote| {
            entry.last_heard = entry.last_heard.max(Some(when));
            if let Some(votes) = entry.before.get_mut(week) {
                votes.insert(vote);
            }
        });
    }

    fn add(&mut self, row: &Row<'_>, mut vote: impl FnMut(&mut Entry, (String, String))) {
        for term in terms(row.title) {
            let entry = self.entries.entry(term.key).or_default();
            vote(entry, (row.owner.to_owned(), row.story.to_owned()));
            let (inside, opening) = entry.spellings.entry(term.spelling).or_default();
            *if term.opens { opening } else { inside } += 1;
            let single = term.looks.len() == 1;
            for (word, look) in term.looks {
                if let (true, Some(named)) = (single, look) {
                    let (names, all) = self.looks.entry(word.clone()).or_default();
                    *names += u32::from(named);
                    *all += 1;
                }
                entry.words.insert(word);
            }
        }
    }

    /// Whether a word is a name: where one can tell, it looks like one in at least half of the cases.
    pub(crate) fn is_name(&self, word: &str) -> bool {
        self.looks.get(word).is_some_and(|(names, all)| *names > 0 && names * 2 >= *all)
    }

    /// Which of the weeks before, latest first, hold enough titles to compare with.
    pub(crate) fn covered(&self) -> [bool; WEEKS] {
        self.titles.map(|titles| titles >= TITLES_OF_A_WEEK)
    }

    /// How many usual weeks the window stands for: by its days, and by its titles where they are far more than usual.
    pub(crate) fn scale(&self) -> f64 {
        let days = (self.window.until - self.window.from).num_minutes() as f64 / (7.0 * 1440.0);
        let covered: Vec<usize> =
            self.titles.iter().zip(self.covered()).filter_map(|(titles, covered)| covered.then_some(*titles)).collect();
        let usual = covered.iter().sum::<usize>() as f64 / covered.len().max(1) as f64;
        let volume = if usual > 0.0 { self.titles_now as f64 / usual } else { 0.0 };
        days.max(volume / LOUD)
    }
}
