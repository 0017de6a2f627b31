//! An entry that was judged plausible and described: what the store keeps and everything after works on.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::id::{ItemId, SourceKey, TopicKey};
use super::source::Level;
use super::story::Story;

/// What sort of text an item is. Told by rules over its title, tags and source that a reader could check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Release,
    Advisory,
    Incident,
    /// A deprecation or an end of life.
    Deprecation,
    DeepDive,
    Research,
    Practice,
    Introduction,
    Tutorial,
    Opinion,
    Announcement,
    Event,
    Job,
    Sponsored,
    Listicle,
    #[default]
    Article,
}

impl Kind {
    /// As the store and JSON write it: `deep-dive`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Advisory => "advisory",
            Self::Incident => "incident",
            Self::Deprecation => "deprecation",
            Self::DeepDive => "deep-dive",
            Self::Research => "research",
            Self::Practice => "practice",
            Self::Introduction => "introduction",
            Self::Tutorial => "tutorial",
            Self::Opinion => "opinion",
            Self::Announcement => "announcement",
            Self::Event => "event",
            Self::Job => "job",
            Self::Sponsored => "sponsored",
            Self::Listicle => "listicle",
            Self::Article => "article",
        }
    }

    /// As a reader sees it: `deep dive`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DeepDive => "deep dive",
            Self::Deprecation => "end of life",
            other => other.as_str(),
        }
    }

    /// Why an item of this kind can never be a story, when it cannot.
    #[must_use]
    pub fn unfit(self) -> Option<&'static str> {
        match self {
            Self::Job => Some("a job ad"),
            Self::Sponsored => Some("sponsored"),
            Self::Event => Some("an event, not news"),
            _ => None,
        }
    }
}

/// One item. Its id comes from its source and its identity there, so an edited title keeps it.
///
/// As JSON, what is missing is empty, and what depends on the moment of fetching stands last: the store hashes what is
/// before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub id: ItemId,
    pub source: SourceKey,
    pub title: String,
    /// http or https, as it will be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// For merging only: see `url_key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_key: Option<String>,
    /// The source's own words, plain text, at most 280 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub kind: Kind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicKey>,
    pub level: Level,
    /// Minutes, at 230 words a minute; `None` when the feed carries too little text to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading_minutes: Option<u16>,
    /// Points where an aggregator gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// Number of comments, where an aggregator's text or a feed gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_count: Option<u32>,
    /// Where readers discuss it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discussion: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub paywall: bool,
    /// The day that a deprecation or end of life names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_effect: Option<NaiveDate>,
    /// Why rules keep it out of every edition: "sponsored", "matches skip".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<String>,
    /// Where its text leads, by their `url_key`: to other hosts than its own, at most 8. Of what may be news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_links: Vec<String>,
    /// When it was first stored.
    pub first_seen: DateTime<Utc>,
    /// The moment it became eligible for an edition; `None`: never (it was old when first seen).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligible_at: Option<DateTime<Utc>>,
    /// The date its source gave, when plausible. For display and plausibility only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DateTime<Utc>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Item {
    /// The id of what `entry` identifies within its source.
    #[must_use]
    pub fn id_of(source: &SourceKey, entry: &str) -> ItemId {
        ItemId::of(&[source.as_str(), entry])
    }

    /// Its date, or when it was first seen.
    #[must_use]
    pub fn when(&self) -> DateTime<Utc> {
        self.date.unwrap_or(self.first_seen)
    }
}

/// The items at hand, by id.
#[derive(Debug, Clone, Default)]
pub struct Items<'a>(BTreeMap<&'a ItemId, &'a Item>);

impl<'a> Items<'a> {
    #[must_use]
    pub fn new(items: impl IntoIterator<Item = &'a Item>) -> Self {
        Self(items.into_iter().map(|item| (&item.id, item)).collect())
    }

    #[must_use]
    pub fn get(&self, id: &ItemId) -> Option<&'a Item> {
        self.0.get(id).copied()
    }

    /// The item that a reader of `story` is sent to.
    #[must_use]
    pub fn lead(&self, story: &Story) -> Option<&'a Item> {
        self.get(&story.lead)
    }

    /// All items of `story` that are at hand, in its order: lead first.
    #[must_use]
    pub fn of(&self, story: &Story) -> Vec<&'a Item> {
        story.items.iter().filter_map(|id| self.get(id)).collect()
    }
}
