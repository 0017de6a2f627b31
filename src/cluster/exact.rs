//! What makes two items the same beyond doubt.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::title::fold;
use crate::model::item::Item;

/// From this many words on, a title that two hosts share is no coincidence.
pub(crate) const LONG_TITLE: usize = 5;

/// A source that gives one address to this many different titles does not mean a page by it.
const TITLES_OF_A_COMMON_ADDRESS: usize = 3;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sameness<'a> {
    Page(&'a str),
    TitleOnHost(String, String),
    LongTitle(String),
}

/// Pairs of positions in `items` that are the same: one URL key, one title on one host, or one title of at
/// least five words anywhere.
pub(crate) fn pairs(items: &[Item]) -> Vec<(usize, usize)> {
    let titles: Vec<String> = items.iter().map(|item| fold(&item.title)).collect();
    let common = common_addresses(items, &titles);
    let mut first: BTreeMap<Sameness<'_>, usize> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (position, (item, title)) in items.iter().zip(&titles).enumerate() {
        let mut keys = Vec::with_capacity(3);
        if let Some(key) = item.url_key.as_deref().filter(|key| !common.contains(key)) {
            keys.push(Sameness::Page(key));
        }
        if !title.is_empty() {
            keys.push(Sameness::TitleOnHost(title.clone(), host(item)));
            if title.split(' ').count() >= LONG_TITLE {
                keys.push(Sameness::LongTitle(title.clone()));
            }
        }
        for key in keys {
            let holder = *first.entry(key).or_insert(position);
            if holder != position {
                pairs.push((holder, position));
            }
        }
    }
    pairs
}

/// The host of the page, without `www.`; an item without a link stays with its source.
fn host(item: &Item) -> String {
    item.link
        .as_deref()
        .and_then(|link| Url::parse(link).ok())
        .and_then(|url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned()))
        .unwrap_or_else(|| format!("source:{}", item.source))
}

/// Feeds exist whose entries all link to the same page; there the address says nothing.
fn common_addresses<'a>(items: &'a [Item], titles: &[String]) -> BTreeSet<&'a str> {
    let mut given: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (item, title) in items.iter().zip(titles) {
        if let Some(key) = item.url_key.as_deref() {
            given.entry((key, item.source.as_str())).or_default().insert(title);
        }
    }
    given
        .into_iter()
        .filter(|(_, titles)| titles.len() >= TITLES_OF_A_COMMON_ADDRESS)
        .map(|((key, _), _)| key)
        .collect()
}
