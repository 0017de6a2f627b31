//! Which page an entry of a planted story is about: as in the world outside, who reports on a thing links to it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::parts::{Feed, Item};

/// An entry that others may cite.
struct Page {
    at: DateTime<Utc>,
    link: String,
    feed: String,
}

/// Gives every entry of a planted story that names none the page that it cites: the last that the story's maker had out by then, else
/// the story's first entry. Aggregators cite nobody, their links lead there.
pub(super) fn cite(feeds: &mut BTreeMap<String, Feed>, is_maker: impl Fn(&str) -> bool) {
    let mut stories: BTreeMap<String, Vec<Page>> = BTreeMap::new();
    for feed in feeds.values() {
        for item in feed.items.iter().filter(|item| item.discussion.is_none()) {
            if let Some(story) = &item.story {
                let page = Page { at: item.at, link: item.link.clone(), feed: feed.key.clone() };
                stories.entry(story.clone()).or_default().push(page);
            }
        }
    }
    for pages in stories.values_mut() {
        pages.sort_by(|a, b| (a.at, &a.feed).cmp(&(b.at, &b.feed)));
    }
    for feed in feeds.values_mut() {
        let silent = |item: &&mut Item| item.discussion.is_none() && item.about.is_none();
        for item in feed.items.iter_mut().filter(silent) {
            let pages = item.story.as_ref().and_then(|story| stories.get(story)).map(Vec::as_slice).unwrap_or_default();
            let earlier = || pages.iter().filter(|page| page.at <= item.at && page.feed != feed.key);
            let cited = earlier().rfind(|page| is_maker(&page.feed)).or_else(|| earlier().next());
            item.about = cited.map(|page| page.link.clone()).filter(|link| *link != item.link);
        }
    }
}
