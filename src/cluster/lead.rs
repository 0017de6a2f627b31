//! Which report of a story a reader is sent to.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::copies::copies;
use crate::model::id::StoryId;
use crate::model::item::Item;
use crate::model::source::{Role, Source, Sources};
use crate::model::story::Story;

/// The story of these items; `None` when there are none. Behind a wall nobody can read, so a copy leads before a wall, and
/// before a copy whatever else there is.
pub(crate) fn story(members: &[&Item], sources: &Sources<'_>) -> Option<Story> {
    // A pointer to a paywalled page leads to the same wall.
    let walled: BTreeSet<&str> =
        members.iter().filter(|item| item.paywall).filter_map(|item| item.url_key.as_deref()).collect();
    let is_walled = |item: &Item| item.paywall || item.url_key.as_deref().is_some_and(|key| walled.contains(key));
    let copies = copies(members, sources).texts;
    // What most of them are written in, their readers read.
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for language in members.iter().filter_map(|item| item.language.as_deref()) {
        *languages.entry(language).or_default() += 1;
    }
    let most = languages.values().max().copied().unwrap_or_default();
    let is_foreign = |item: &Item| {
        item.language.as_deref().and_then(|language| languages.get(language)).is_some_and(|count| *count < most)
    };
    let lead = members.iter().copied().min_by_key(|item| {
        let standing = (is_walled(item), copies.contains(&item.id), standing(item, sources));
        (standing, is_foreign(item), item.when(), &item.id)
    })?;
    let origin = members.iter().copied().min_by_key(|item| (item.first_seen, &item.id))?;
    let mut others: Vec<&Item> = members.iter().copied().filter(|item| item.id != lead.id).collect();
    others.sort_by_key(|item| (item.when(), &item.id));
    Some(Story {
        id: StoryId::of(&[origin.id.as_str()]),
        lead: lead.id.clone(),
        items: std::iter::once(lead).chain(others).map(|item| item.id.clone()).collect(),
    })
}

/// Lower leads.
fn standing(item: &Item, sources: &Sources<'_>) -> u8 {
    match sources.role(&item.source) {
        Role::Primary if own_page(item, sources) => 0,
        Role::Primary | Role::Press => 1,
        Role::Community => 2,
        Role::Vendor => 3,
        Role::Database => 4,
        Role::Aggregator => 5,
    }
}

/// Whether the page that an item links to is its source's own: on the host of the source's site or below it.
pub(crate) fn own_page(item: &Item, sources: &Sources<'_>) -> bool {
    let Some(page) = item.link.as_deref().and_then(|link| Url::parse(link).ok()) else { return false };
    let Some(source) = sources.get(&item.source) else { return false };
    let (Some(page), Some(site)) = (page.host_str(), site_host(source)) else { return false };
    let page = page.strip_prefix("www.").unwrap_or(page);
    let site = site.strip_prefix("www.").unwrap_or(site);
    page == site || page.strip_suffix(site).is_some_and(|below| below.ends_with('.'))
}

fn site_host(source: &Source) -> Option<&str> {
    source.site.as_ref().unwrap_or(&source.url).host_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::tests::{at, item, source};

    #[test]
    fn what_few_can_read_does_not_lead_before_what_most_can() {
        let known = [source("paper", Role::Press), source("blatt", Role::Press), source("links", Role::Aggregator)];
        let sources = Sources::new(&known);
        let told = |source: &str, language: &str, hour: u32| Item {
            language: Some(language.to_owned()),
            date: Some(at(&format!("2026-11-17T{hour:02}:00:00Z"))),
            ..item(source, "x", &format!("{source}.example/a"))
        };
        let (german, english, pointer) = (told("blatt", "de", 8), told("paper", "en", 9), told("links", "en", 10));
        assert_eq!(story(&[&german, &english, &pointer], &sources).unwrap().lead, english.id);
        assert_eq!(story(&[&german, &english], &sources).unwrap().lead, german.id, "of two, the first");
    }

    #[test]
    fn a_page_below_the_site_is_its_own_and_a_lookalike_is_not() {
        let known = [source("maker", Role::Primary)];
        let sources = Sources::new(&known);
        assert!(own_page(&item("maker", "x", "maker.example/a"), &sources));
        assert!(own_page(&item("maker", "x", "www.blog.maker.example/a"), &sources));
        assert!(!own_page(&item("maker", "x", "notmaker.example/a"), &sources));
        assert!(!own_page(&item("maker", "x", ""), &sources));
    }
}
