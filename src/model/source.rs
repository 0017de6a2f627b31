//! What the curator keeps in `feeds.toml`: sources, and the topics they speak of.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use regex::Regex;
use serde::{Deserialize, Serialize};
use url::Url;

use super::id::{SourceKey, TopicKey};
use super::item::Item;

/// A topic, and the words that mean it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    pub key: TopicKey,
    /// As a reader sees it: "Data and databases".
    pub name: String,
    /// Lower-case words or phrases that mean this topic when they stand in a title or a tag.
    pub aliases: Vec<String>,
}

/// What a source is to the news it carries. Only `Primary` and `Press` count as independent reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Those who made the thing, to whom it happened, or who found it.
    Primary,
    /// Those who report as their work.
    Press,
    /// Independent writers and groups.
    Community,
    /// Points at what others wrote.
    Aggregator,
    /// Speaks of its own product.
    Vendor,
    /// A register of advisories, papers or packages.
    Database,
}

impl Role {
    /// Whether a report of this source counts as independent.
    #[must_use]
    pub fn reports(self) -> bool {
        matches!(self, Self::Primary | Self::Press)
    }
}

/// What a reader needs to know before reading. `Any` is unknown or mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Introductory,
    Intermediate,
    Advanced,
    #[default]
    Any,
}

/// Where an event source stands to the events it lists; fields of an organiser win over those of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Lister {
    #[default]
    Organiser,
    Platform,
    List,
    Aggregator,
}

/// How the bytes of a source are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// RSS, Atom or JSON Feed; which one, the bytes say.
    Feed,
    /// iCalendar, RFC 5545.
    Ics,
    /// A conference list of the confs.tech repository.
    ConfsTech,
    /// `all-events.json` or `all-cfps.json` of developers.events.
    DevelopersEvents,
}

/// One feed or event source, with every default filled in.
#[derive(Debug, Clone)]
pub struct Source {
    pub key: SourceKey,
    pub format: Format,
    pub url: Url,
    /// As a reader sees it; the host until the curator gives one.
    pub title: String,
    pub site: Option<Url>,
    pub topics: Vec<TopicKey>,
    /// 1.0 is ordinary; above 0, at most 10.
    pub weight: f64,
    pub level: Level,
    /// BCP 47, when the curator declared it.
    pub language: Option<String>,
    /// Who publishes it: independence counts owners, not feeds.
    pub owner: String,
    pub role: Role,
    /// When not empty, an entry must match one of these in title, tags or author.
    pub keep: Vec<Regex>,
    /// An entry that matches one of these is left out.
    pub skip: Vec<Regex>,
    /// False: the headline is shown alone.
    pub excerpt: bool,
    pub paywall: bool,
    pub paused: bool,
    /// Set for event sources only.
    pub events: Option<EventSettings>,
}

/// The sources at hand, by key. An item can outlive its source in the catalogue; it then speaks for itself:
/// its key stands for title and owner, and its role is [`Role::Community`].
#[derive(Debug, Clone, Default)]
pub struct Sources<'a>(BTreeMap<&'a SourceKey, &'a Source>);

impl<'a> Sources<'a> {
    #[must_use]
    pub fn new(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        Self(sources.into_iter().map(|source| (&source.key, source)).collect())
    }

    #[must_use]
    pub fn get(&self, key: &SourceKey) -> Option<&'a Source> {
        self.0.get(key).copied()
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl Iterator<Item = &'a Source> {
        self.0.values().copied()
    }

    /// Who publishes it; independence counts owners.
    #[must_use]
    pub fn owner<'k>(&self, key: &'k SourceKey) -> &'k str
    where
        'a: 'k,
    {
        self.get(key).map_or(key.as_str(), |source| source.owner.as_str())
    }

    /// As a reader sees it.
    #[must_use]
    pub fn title<'k>(&self, key: &'k SourceKey) -> &'k str
    where
        'a: 'k,
    {
        self.get(key).map_or(key.as_str(), |source| source.title.as_str())
    }

    #[must_use]
    pub fn role(&self, key: &SourceKey) -> Role {
        self.get(key).map_or(Role::Community, |source| source.role)
    }

    /// Whether an item is where something is discussed: an aggregator's, with a discussion. It tells nothing of its own.
    #[must_use]
    pub fn discusses(&self, item: &Item) -> bool {
        self.role(&item.source) == Role::Aggregator && item.discussion.is_some()
    }
}

/// What an event source adds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventSettings {
    /// For times that name no zone; never overrides one.
    pub timezone: Option<Tz>,
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    pub lister: Lister,
    /// Fewer future events than this is a health error.
    pub expect_min: u32,
}
