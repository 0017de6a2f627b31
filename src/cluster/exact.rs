//! What makes two reports the same beyond doubt.

use std::hash::{BuildHasher as _, Hash};
use std::num::NonZeroU64;

use foldhash::quality::FixedState;
use url::Url;

use super::report::Report;
use super::statistics;
use super::title::fold;
use crate::notice::Notice;

/// From this many words on, a title that two hosts share is no coincidence.
const LONG_TITLE: usize = 5;

/// A source that gives one address to this many different titles does not mean a page by it.
const TITLES_OF_A_COMMON_ADDRESS: usize = 3;

/// What is remembered of a report to find its duplicates: hashes of 64 bits, so that a million reports stay small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print {
    title: NonZeroU64,
    /// Of its URL key.
    page: Option<NonZeroU64>,
    /// Of its title on its host.
    on_host: Option<NonZeroU64>,
    source: u32,
    /// Who gives notice of their own there, if that is what its page is.
    speaker: Option<NonZeroU64>,
    is_long: bool,
}

impl Print {
    /// `host` is that of the report's link.
    pub(crate) fn of(report: &Report<'_>, host: Option<&str>) -> Self {
        let title = fold(report.title);
        let notice = report.link.and_then(|link| Url::parse(link).ok()).as_ref().and_then(Notice::at);
        let speaker = notice.and_then(|notice| notice.speaker());
        // A report without a link stays with its source.
        let host = host.map_or_else(|| format!("source:{}", report.source), str::to_owned);
        // On a forge every project has one host.
        let host = speaker.as_ref().map_or(host, |speaker| format!("speaker:{speaker}"));
        Self {
            source: statistics::hash(report.source),
            title: hash(("title", &title)),
            page: report.url_key.map(|key| hash(("page", key))),
            on_host: (!title.is_empty()).then(|| hash(("host", host, &title))),
            is_long: title.split(' ').count() >= LONG_TITLE,
            speaker: speaker.map(|speaker| hash(("speaker", speaker))),
        }
    }
}

impl Print {
    /// The page that it is.
    pub(crate) fn page(&self) -> Option<u64> {
        self.page.map(NonZeroU64::get)
    }
}

/// The hash of a page by its URL key.
pub(crate) fn page(key: &str) -> u64 {
    hash(("page", key)).get()
}

/// Whether two reports have one title, a short one, on different hosts: no proof.
pub(crate) fn same_short_title(a: &Print, b: &Print) -> bool {
    a.title == b.title && !a.is_long && a.on_host != b.on_host
}

/// Whether each of two reports is a notice of its own project or service.
pub(crate) fn have_other_speakers(a: &Print, b: &Print) -> bool {
    matches!((a.speaker, b.speaker), (Some(one), Some(other)) if one != other)
}

fn hash(value: impl Hash) -> NonZeroU64 {
    NonZeroU64::new(FixedState::with_seed(0).hash_one(value)).unwrap_or(NonZeroU64::MIN)
}

/// Pairs of positions that are the same: one URL key, one title on one host, or one title of at least five words
/// anywhere.
pub(crate) fn pairs(prints: &[Print]) -> Vec<(usize, usize)> {
    let common = common_addresses(prints);
    let mut keys: Vec<(NonZeroU64, usize)> = Vec::with_capacity(prints.len() * 2);
    for (position, print) in prints.iter().enumerate() {
        let page = print.page.filter(|page| common.binary_search(page).is_err());
        // Every status page has such titles.
        let long = (print.is_long && print.speaker.is_none()).then_some(print.title);
        keys.extend([page, print.on_host, long].into_iter().flatten().map(|key| (key, position)));
    }
    keys.sort_unstable();
    let mut pairs: Vec<(usize, usize)> = keys
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(<[_]>::split_first)
        .flat_map(|(first, others)| others.iter().map(|other| (first.1, other.1)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Feeds exist whose entries all link to the same page; there the address says nothing. Sorted.
fn common_addresses(prints: &[Print]) -> Vec<NonZeroU64> {
    let mut given: Vec<(NonZeroU64, u32, NonZeroU64)> =
        prints.iter().filter_map(|print| print.page.map(|page| (page, print.source, print.title))).collect();
    given.sort_unstable();
    given.dedup();
    let mut common: Vec<NonZeroU64> = given
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|titles| titles.len() >= TITLES_OF_A_COMMON_ADDRESS)
        .filter_map(|titles| titles.first().map(|(page, ..)| *page))
        .collect();
    common.dedup();
    common
}
