//! Small values to keep: what a test does not say of them does not matter to it.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::fetch::plan::SourceState;
use bellwether::mail::address::Address;
use bellwether::model::edition::{Counts, Edition, Meet, StoryCard, Team, Window};
use bellwether::model::event::{Event, EventKind, EventStatus, EventTime};
use bellwether::model::id::{DigestKey, EventId, ItemId, SourceKey, StoryId};
use bellwether::model::item::{Item, Kind};
use bellwether::model::source::{Level, Role};
use bellwether::model::story::{Ranked, Signal, Story};
use bellwether::store::Store;
use bellwether::store::editions::Publication;
use bellwether::store::sources::{Fetched, Listing};
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

/// `2026-11-20T07:00:00Z`, with a fraction of a second if need be.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn weekly() -> DigestKey {
    digest("weekly")
}

pub fn digest(key: &str) -> DigestKey {
    DigestKey::parse(key).expect("a key")
}

pub fn source(key: &str) -> SourceKey {
    SourceKey::parse(key).expect("a key")
}

pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// Stands for the keyed hash of an address.
pub fn hash(who: &str) -> String {
    format!("hash of {who}")
}

/// Somebody whose consent the operator vouches for.
pub async fn subscribe(store: &Store, key: &str, who: &str, now: DateTime<Utc>) {
    store.add_subscriber(&digest(key), &address(who), &hash(who), false, now).await.expect("added");
}

/// The `n`th item of the source `a`, dated and first seen at `when`, and eligible from then on.
pub fn item(n: usize, when: DateTime<Utc>) -> Item {
    item_of("a", n, when)
}

pub fn item_of(key: &str, n: usize, when: DateTime<Utc>) -> Item {
    Item {
        id: ItemId::of(&[key, &n.to_string()]),
        source: source(key),
        title: format!("Number {n} of the reports on storage engines"),
        link: Some(format!("https://{key}.example/{n}")),
        url_key: Some(format!("{key}.example/{n}")),
        excerpt: None,
        author: None,
        tags: Vec::new(),
        language: None,
        kind: Kind::Article,
        topics: Vec::new(),
        level: Level::Any,
        reading_minutes: None,
        points: None,
        comment_count: None,
        discussion: None,
        paywall: false,
        takes_effect: None,
        date: Some(when),
        first_seen: when,
        eligible_at: Some(when),
        removed: None,
        out_links: Vec::new(),
    }
}

/// What a good answer of the source `key` brought.
pub fn fetched(key: &str, items: Vec<Item>, events: Listing) -> Fetched {
    let url = format!("https://{key}.example/feed").parse().expect("an address");
    Fetched {
        state: SourceState::new(source(key), &url),
        outcome: "ok".into(),
        bytes: 1000,
        items,
        prints: None,
        events,
    }
}

/// A meetup of the source `m` that begins at `start` (UTC, like `2026-12-01T19:00:00`) and lasts two hours.
pub fn event(uid: &str, start: &str) -> Event {
    let time = |local| EventTime { local, tz: Tz::UTC, all_day: false };
    let local: chrono::NaiveDateTime = start.parse().expect("a wall clock's time");
    Event {
        id: EventId::of(&["m", uid]),
        source: source("m"),
        uid: Some(uid.to_owned()),
        kind: EventKind::Meetup,
        title: format!("An evening about {uid}"),
        start: time(local),
        end: Some(time(local + Duration::hours(2))),
        status: EventStatus::Confirmed,
        sequence: 0,
        url: None,
        location: None,
        city: None,
        country: None,
        organizer: None,
        mode: None,
        price: None,
        free: None,
        beginners: None,
        cfp: None,
        topics: Vec::new(),
        language: None,
    }
}

/// Everything that is published with an edition of `weekly`.
#[derive(Debug, Clone)]
pub struct Draft {
    pub edition: Edition,
    pub taken: Vec<ItemId>,
    pub ranked: Vec<Ranked>,
    pub titles: BTreeMap<ItemId, String>,
    pub shown_links: BTreeSet<String>,
}

impl Draft {
    /// The `number`th edition, composed and sent at `cut_off`; it took nothing and shows nothing.
    pub fn new(number: u32, cut_off: DateTime<Utc>) -> Self {
        let edition = Edition {
            digest: weekly(),
            name: format!("2026-W{}", 40 + number),
            number,
            title: "Bellwether".into(),
            headline: format!("Headline {number}"),
            preheader: String::new(),
            note: None,
            window: Window { from: cut_off - Duration::days(7), until: cut_off },
            timezone: Tz::UTC,
            send_at: cut_off,
            read: Counts::default(),
            trends: Vec::new(),
            top: Vec::new(),
            topics: Vec::new(),
            outside: None,
            team: Team::default(),
            meet: Meet::default(),
            corrections: Vec::new(),
            removed: Vec::new(),
        };
        let (taken, ranked) = (Vec::new(), Vec::new());
        Self { edition, taken, ranked, titles: BTreeMap::new(), shown_links: BTreeSet::new() }
    }

    /// Takes `item`, ranks it as a story of its own after those before it, and shows that when `shown`.
    pub fn with(mut self, item: &Item, shown: bool) -> Self {
        let ranked = ranked(item);
        if shown {
            self.edition.top.push(card(&ranked, item));
            self.shown_links.extend(item.url_key.clone());
        }
        self.taken.push(item.id.clone());
        self.titles.insert(item.id.clone(), item.title.clone());
        self.ranked.push(ranked);
        self
    }

    /// What the store is given, for the slot at which it is sent.
    pub fn publication(&self) -> Publication<'_> {
        Publication {
            edition: &self.edition,
            slot: self.edition.send_at,
            taken: &self.taken,
            ranked: &self.ranked,
            titles: &self.titles,
            shown_links: &self.shown_links,
            mail_domain: "example.org",
            now: self.edition.window.until,
        }
    }
}

/// A story of that item alone, with a score that no decimal notation of few digits holds.
pub fn ranked(item: &Item) -> Ranked {
    let story = Story { id: StoryId::of(&[item.id.as_str()]), lead: item.id.clone(), items: vec![item.id.clone()] };
    let why = vec![Signal { name: "recency".into(), value: 1.0 / 3.0, words: "from this week".into() }];
    Ranked { story, score: 1.0 / 3.0, why }
}

fn card(ranked: &Ranked, item: &Item) -> StoryCard {
    StoryCard {
        id: ranked.story.id.clone(),
        headline: item.title.clone(),
        url: item.link.clone(),
        source: item.source.to_string(),
        host: None,
        role: Role::Primary,
        author: None,
        image: None,
        excerpt: None,
        kind: item.kind,
        topics: Vec::new(),
        reading_minutes: None,
        paywall: false,
        date: item.date,
        language: None,
        reason: String::new(),
        sources: 1,
        independent: 1,
        also: Vec::new(),
        discussions: Vec::new(),
        question: None,
        takes_effect: None,
        score: ranked.score,
        why: ranked.why.clone(),
        follow_up: None,
    }
}
