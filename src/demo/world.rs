//! The sample world as data: who publishes what when, read from the TOML files under `sample/`.
//!
//! Nothing here knows the clock: a document is asked for *at a moment*, and the same moment always gives the
//! same bytes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::{calendar_bytes, feed_bytes};

mod citing;
mod files;
mod parts;

pub use parts::{Calendar, CalendarKind, Conference, Defect, Discussion, Event, Feed, Item, Syntax, Wall};

/// Publishers, their entries and their calendars, from the summer to the last edition of the sample.
#[derive(Debug)]
pub struct World {
    /// By path, like `feeds/ferrow-blog.xml`.
    documents: BTreeMap<String, Document>,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

#[derive(Debug)]
enum Document {
    Feed(Feed),
    Calendar(Calendar),
}

/// What a web server answers for a document at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// With its quotes; a hash of the body, so that it changes exactly when the body does.
    pub etag: String,
    /// The date of the newest entry, or of a calendar's last change; the world's first moment when there is
    /// none yet.
    pub last_modified: DateTime<Utc>,
}

/// Why the bundled world cannot be used. All of these are mistakes in a file under `sample/`.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("sample/{file} cannot be read: {source}")]
    Syntax { file: &'static str, source: Box<toml::de::Error> },
    #[error("sample/{file} speaks of `{key}`, which sample/feeds.toml does not list: add it there")]
    Unlisted { file: &'static str, key: String },
    #[error("sample/world.toml does not say how the feed `{key}` is served: add a [[feed]] with that key")]
    Unserved { key: String },
    #[error("in sample/{file}, the item \"{title}\" has neither `slug` nor `link`: give it one")]
    NoLink { file: &'static str, title: String },
    #[error("in sample/world.toml, `{key}` has defects, which only a feed of format \"rss2\" can have")]
    Unbreakable { key: String },
    #[error("the sample world has no items: add some to sample/earlier.toml")]
    Empty,
}

impl World {
    /// Reads the files bundled with the program.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn load() -> Result<Self, WorldError> {
        files::load()
    }

    /// The world's `feeds.toml`, every address beginning with `base`, such as `http://127.0.0.1:4711`.
    #[must_use]
    pub fn catalogue(&self, base: &str) -> String {
        files::CATALOGUE.replace("{base}", base.trim_end_matches('/'))
    }

    /// Every path that [`World::document`] knows, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// What is served under `path` (with or without a leading slash) at `now`; `None` when there is no such
    /// document.
    #[must_use]
    pub fn document(&self, path: &str, now: DateTime<Utc>) -> Option<Served> {
        let (status, content_type, body, changed) = match self.documents.get(path.trim_start_matches('/'))? {
            Document::Feed(feed) => {
                let items = feed.items_at(now);
                let changed = items.first().map(|item| item.at);
                match feed.outages.iter().find(|outage| outage.from <= now && now < outage.until) {
                    Some(outage) => (outage.status, "text/plain", b"out of order\n".to_vec(), changed),
                    None => (200, feed_bytes::content_type(feed), feed_bytes::write(feed, items), changed),
                }
            }
            Document::Calendar(calendar) => {
                let changed = calendar_bytes::last_change(calendar, now);
                (200, calendar_bytes::content_type(calendar.kind), calendar_bytes::write(calendar, now), changed)
            }
        };
        let etag = etag(&body);
        Some(Served { status, content_type, body, etag, last_modified: changed.unwrap_or(self.first) })
    }

    /// The planted stories: label → (feed key, title) of each of its entries, oldest first.
    #[must_use]
    pub fn planted(&self) -> BTreeMap<&str, Vec<(&str, &str)>> {
        let mut entries: Vec<(DateTime<Utc>, &str, &str, &str)> = self
            .feeds()
            .flat_map(|feed| feed.items.iter().map(move |item| (feed, item)))
            .filter_map(|(feed, item)| Some((item.at, item.story.as_deref()?, feed.key.as_str(), item.title.as_str())))
            .collect();
        entries.sort_unstable();
        let mut stories: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (_, story, feed, title) in entries {
            stories.entry(story).or_default().push((feed, title));
        }
        stories
    }

    /// When the oldest entry of any feed was published.
    #[must_use]
    pub fn first_moment(&self) -> DateTime<Utc> {
        self.first
    }

    /// When the newest entry of any feed was published: from then on feeds stay as they are.
    #[must_use]
    pub fn last_moment(&self) -> DateTime<Utc> {
        self.last
    }

    /// The feeds, sorted by path.
    pub(crate) fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.documents.values().filter_map(|document| match document {
            Document::Feed(feed) => Some(feed),
            Document::Calendar(_) => None,
        })
    }
}

/// A strong validator (RFC 9110, 8.8.3): the first half of the body's SHA-256.
fn etag(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut etag = String::from("\"");
    for byte in Sha256::digest(body).iter().take(16) {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::catalogue::Catalogue;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_catalogue_has_no_problem_and_every_source_is_served() {
        let world = World::load().unwrap();
        let (catalogue, problems) = Catalogue::parse(&world.catalogue("http://127.0.0.1:4711/"));
        assert_eq!(problems, []);
        let (feeds, calendars) = catalogue.counts();
        assert!(feeds >= 30 && calendars == 4, "{feeds} {calendars}");
        assert_eq!(world.paths().count(), feeds + calendars);
        for source in &catalogue.sources {
            assert_eq!(world.document(source.url.path(), world.last_moment()).unwrap().status, 200, "{}", source.key);
        }
        assert_eq!(world.document("feeds/nobody.xml", world.last_moment()), None);
    }

    #[test]
    fn a_feed_carries_its_newest_entries_and_none_of_the_future() {
        let world = World::load().unwrap();
        for feed in world.feeds() {
            for days in 0..130 {
                let now = world.first_moment() + Duration::days(days);
                let items = feed.items_at(now);
                assert!(items.len() <= feed.entries && items.iter().all(|item| item.at <= now), "{}", feed.key);
                let published = feed.items.iter().filter(|item| item.at <= now).count();
                assert_eq!(items.len(), published.min(feed.entries), "{}", feed.key);
                assert!(items.is_sorted_by(|a, b| a.at >= b.at), "{}", feed.key);
            }
        }
    }

    #[test]
    fn validators_change_exactly_with_the_body() {
        let world = World::load().unwrap();
        let hours = (world.last_moment() - world.first_moment()).num_hours();
        for path in world.paths() {
            let at = |hour| world.document(path, world.first_moment() + Duration::hours(hour)).unwrap();
            let mut before = at(0);
            for hour in (31..hours).step_by(31) {
                let after = at(hour);
                assert_eq!(after.body == before.body, after.etag == before.etag, "{path} {hour}");
                if (after.status, before.status) == (200, 200) {
                    assert_eq!(after.etag == before.etag, after.last_modified == before.last_modified, "{path} {hour}");
                }
                before = after;
            }
        }
    }

    #[test]
    fn an_outage_lasts_as_long_as_it_says() {
        let world = World::load().unwrap();
        let status = |now| world.document("feeds/quiet-kernel.rdf", moment(now)).unwrap().status;
        assert_eq!(status("2026-10-12T23:59:59Z"), 200);
        assert_eq!(status("2026-10-13T00:00:00Z"), 503);
        assert_eq!(status("2026-10-15T23:59:59Z"), 503);
        assert_eq!(status("2026-10-16T00:00:00Z"), 200);
    }

    #[test]
    fn planted_stories_have_several_reports() {
        let world = World::load().unwrap();
        let planted = world.planted();
        assert!(planted.values().filter(|entries| entries.len() >= 2).count() >= 20, "{planted:#?}");
        assert!(planted["pebble-2-0"].iter().any(|(feed, _)| *feed == "pebble-runtime"));
    }
}
