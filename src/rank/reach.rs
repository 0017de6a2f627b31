//! How far a story went: who tells it, and who of them reports.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::title::fold;
use crate::model::id::ItemId;
use crate::model::item::{Item, Items};
use crate::model::source::Sources;
use crate::model::story::Story;

/// A title of fewer words is shared by chance; a longer one that comes second is a copy.
const WORDS_OF_A_COPY: usize = 5;

/// The sources of a story.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// Distinct owners.
    pub owners: u32,
    /// Distinct owners that report (primary or press) in words of their own: only these are called independent.
    pub independent: u32,
    /// The earliest report: of the independent ones when there are several, else of all.
    pub first: Option<&'a Item>,
}

/// Counts the owners behind a story.
#[must_use]
pub fn reach<'a>(story: &Story, items: &Items<'a>, sources: &Sources<'_>) -> Reach<'a> {
    let mut reports: Vec<&'a Item> = items.of(story);
    reports.sort_by_key(|item| (item.when(), &item.id));
    let copies = copies(&reports, sources);
    let owners: BTreeSet<&str> = reports.iter().map(|item| sources.owner(&item.source)).collect();
    let independent: Vec<&'a Item> = reports
        .iter()
        .copied()
        .filter(|item| sources.role(&item.source).reports() && !copies.contains(&item.id))
        .collect();
    let reporting: BTreeSet<&str> = independent.iter().map(|item| sources.owner(&item.source)).collect();
    let first = if reporting.len() > 1 { independent.first() } else { reports.first() };
    Reach { owners: count(owners.len()), independent: count(reporting.len()), first: first.copied() }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Of reports in order of time, those whose long title another owner had before.
fn copies<'a>(reports: &[&'a Item], sources: &Sources<'_>) -> BTreeSet<&'a ItemId> {
    let mut had: BTreeMap<String, &str> = BTreeMap::new();
    let mut copies = BTreeSet::new();
    for item in reports.iter().filter(|item| sources.role(&item.source).reports()) {
        let title = fold(&item.title);
        if title.split(' ').count() < WORDS_OF_A_COPY {
            continue;
        }
        let owner = sources.owner(&item.source);
        if *had.entry(title).or_insert(owner) != owner {
            copies.insert(&item.id);
        }
    }
    copies
}
