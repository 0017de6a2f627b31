//! How far a story went: who tells it, and who of them reports.

use std::collections::BTreeSet;

use crate::cluster::copies::copies;
use crate::model::item::{Item, Items};
use crate::model::source::Sources;
use crate::model::story::Story;

/// The sources of a story.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// Distinct owners.
    pub owners: u32,
    /// Distinct owners that report (primary or press) in words of their own: only these are called independent.
    pub independent: u32,
    /// Distinct owners that only discuss it: they tell nothing of their own.
    pub discussing: u32,
    /// The earliest report: of the independent ones when there are several, else of all.
    pub first: Option<&'a Item>,
}

/// Counts the owners behind a story.
#[must_use]
pub fn reach<'a>(story: &Story, items: &Items<'a>, sources: &Sources<'_>) -> Reach<'a> {
    let mut reports: Vec<&'a Item> = items.of(story);
    reports.sort_by_key(|item| (item.when(), &item.id));
    let copies = copies(&reports, sources).texts_and_titles;
    let owners: BTreeSet<&str> = reports.iter().map(|item| sources.owner(&item.source)).collect();
    let independent: Vec<&'a Item> = reports
        .iter()
        .copied()
        .filter(|item| sources.role(&item.source).reports() && !copies.contains(&item.id))
        .collect();
    let reporting: BTreeSet<&str> = independent.iter().map(|item| sources.owner(&item.source)).collect();
    let discusses = |item: &Item| sources.discusses(item) && item.id != story.lead;
    let telling: BTreeSet<&str> =
        reports.iter().filter(|item| !discusses(item)).map(|item| sources.owner(&item.source)).collect();
    let first = if reporting.len() > 1 { independent.first() } else { reports.first() };
    Reach {
        owners: count(owners.len()),
        independent: count(reporting.len()),
        discussing: count(owners.difference(&telling).count()),
        first: first.copied(),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
