//! From the bundled files to a [`World`]: what they say separately is brought together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::citing::cite;
use super::parts::Outage;
use super::{
    Calendar, CalendarKind, Conference, Defect, Discussion, Document, Event, Feed, Item, Syntax, World, WorldError,
};
use crate::model::source::Role;

pub(super) const CATALOGUE: &str = include_str!("../../../sample/feeds.toml");
const SERVICE: &str = include_str!("../../../sample/world.toml");
const ITEMS: [(&str, &str); 10] = [
    ("earlier.toml", include_str!("../../../sample/earlier.toml")),
    ("2026-W39.toml", include_str!("../../../sample/2026-W39.toml")),
    ("2026-W40.toml", include_str!("../../../sample/2026-W40.toml")),
    ("2026-W41.toml", include_str!("../../../sample/2026-W41.toml")),
    ("2026-W42.toml", include_str!("../../../sample/2026-W42.toml")),
    ("2026-W43.toml", include_str!("../../../sample/2026-W43.toml")),
    ("2026-W44.toml", include_str!("../../../sample/2026-W44.toml")),
    ("2026-W45.toml", include_str!("../../../sample/2026-W45.toml")),
    ("2026-W46.toml", include_str!("../../../sample/2026-W46.toml")),
    ("2026-W47.toml", include_str!("../../../sample/2026-W47.toml")),
];

/// `feeds.toml`, as far as a publisher would know it. The rest is the reader's business.
#[derive(Deserialize)]
struct Listed {
    topics: BTreeMap<String, ListedTopic>,
    feed: Vec<ListedFeed>,
    events: Vec<ListedCalendar>,
}

#[derive(Deserialize)]
struct ListedTopic {
    name: String,
}

#[derive(Deserialize)]
struct ListedFeed {
    key: String,
    url: String,
    title: String,
    site: String,
    topics: Vec<String>,
    language: Option<String>,
    role: Option<Role>,
}

#[derive(Deserialize)]
struct ListedCalendar {
    key: String,
    url: String,
    name: String,
    kind: CalendarKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    feed: Vec<ServedFeed>,
    outage: Vec<Outage>,
    event: Vec<Event>,
    conference: Vec<Conference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServedFeed {
    key: String,
    format: Syntax,
    entries: usize,
    defects: Vec<Defect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Items {
    item: Vec<ItemRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemRow {
    feed: String,
    at: DateTime<Utc>,
    title: String,
    slug: Option<String>,
    link: Option<String>,
    summary: String,
    #[serde(default)]
    tags: Vec<String>,
    author: Option<String>,
    story: Option<String>,
    about: Option<String>,
    points: Option<u32>,
    comments: Option<u32>,
    discussion: Option<String>,
}

pub(super) fn load() -> Result<World, WorldError> {
    let listed: Listed = read("feeds.toml", CATALOGUE)?;
    let service: Service = read("world.toml", SERVICE)?;
    let mut paths = BTreeMap::new();
    let mut feeds = feeds(&listed, service.feed, &mut paths)?;
    for outage in service.outage {
        known(&mut feeds, "world.toml", &outage.feed)?.outages.push(outage.clone());
    }
    for (file, text) in ITEMS {
        for row in read::<Items>(file, text)?.item {
            let feed = known(&mut feeds, file, &row.feed)?;
            let item = item(file, &feed.site, row)?;
            feed.items.push(item);
        }
    }
    for feed in feeds.values_mut() {
        feed.items.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.link.cmp(&b.link)));
    }
    let is_maker = |key: &str| listed.feed.iter().any(|feed| feed.key == key && feed.role == Some(Role::Primary));
    cite(&mut feeds, is_maker);
    let mut calendars = BTreeMap::new();
    for row in listed.events {
        let calendar = Calendar { name: row.name, kind: row.kind, events: Vec::new(), conferences: Vec::new() };
        paths.insert(row.key.clone(), path(&row.url));
        calendars.insert(row.key, calendar);
    }
    for event in service.event {
        known(&mut calendars, "world.toml", &event.calendar.clone())?.events.push(event);
    }
    for conference in service.conference {
        known(&mut calendars, "world.toml", &conference.calendar.clone())?.conferences.push(conference);
    }
    let moments = || feeds.values().flat_map(|feed| feed.items.iter().map(|item| item.at));
    let first = moments().min().ok_or(WorldError::Empty)?;
    let last = moments().max().ok_or(WorldError::Empty)?;
    let feeds = feeds.into_iter().map(|(key, feed)| (key, Document::Feed(feed)));
    let calendars = calendars.into_iter().map(|(key, calendar)| (key, Document::Calendar(calendar)));
    let documents =
        feeds.chain(calendars).filter_map(|(key, document)| Some((paths.remove(&key)?, document))).collect();
    Ok(World { documents, first, last })
}

fn feeds(
    listed: &Listed,
    served: Vec<ServedFeed>,
    paths: &mut BTreeMap<String, String>,
) -> Result<BTreeMap<String, Feed>, WorldError> {
    let mut served: BTreeMap<String, ServedFeed> = served.into_iter().map(|row| (row.key.clone(), row)).collect();
    let mut feeds = BTreeMap::new();
    for row in &listed.feed {
        let service = served.remove(&row.key).ok_or_else(|| WorldError::Unserved { key: row.key.clone() })?;
        if service.format != Syntax::Rss2 && !service.defects.is_empty() {
            return Err(WorldError::Unbreakable { key: service.key });
        }
        let topics: Vec<&str> =
            row.topics.iter().filter_map(|key| listed.topics.get(key)).map(|topic| topic.name.as_str()).collect();
        let about =
            if topics.is_empty() { row.title.clone() } else { format!("{}: {}", row.title, topics.join(" & ")) };
        let feed = Feed {
            key: row.key.clone(),
            title: row.title.clone(),
            site: row.site.clone(),
            language: row.language.clone(),
            about,
            syntax: service.format,
            entries: service.entries,
            defects: service.defects.into_iter().collect(),
            items: Vec::new(),
            outages: Vec::new(),
        };
        paths.insert(row.key.clone(), path(&row.url));
        feeds.insert(row.key.clone(), feed);
    }
    match served.into_keys().next() {
        Some(key) => Err(WorldError::Unlisted { file: "world.toml", key }),
        None => Ok(feeds),
    }
}

fn item(file: &'static str, site: &str, row: ItemRow) -> Result<Item, WorldError> {
    let link = match (row.link, row.slug) {
        (Some(link), _) => link,
        (None, Some(slug)) => format!("{site}posts/{slug}"),
        (None, None) => return Err(WorldError::NoLink { file, title: row.title }),
    };
    let discussion = row.discussion.map(|url| Discussion {
        url,
        points: row.points.unwrap_or_default(),
        comments: row.comments.unwrap_or_default(),
    });
    Ok(Item {
        at: row.at,
        title: row.title,
        link,
        summary: row.summary,
        tags: row.tags,
        author: row.author,
        story: row.story,
        about: row.about,
        discussion,
    })
}

fn path(url: &str) -> String {
    url.trim_start_matches("{base}/").to_owned()
}

fn known<'a, T>(all: &'a mut BTreeMap<String, T>, file: &'static str, key: &str) -> Result<&'a mut T, WorldError> {
    all.get_mut(key).ok_or_else(|| WorldError::Unlisted { file, key: key.to_owned() })
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, WorldError> {
    toml::from_str(text).map_err(|source| WorldError::Syntax { file, source: Box::new(source) })
}
