//! An edition: composed once, frozen, and everything that is ever shown of it.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::event::{Event, EventTime};
use super::id::{DigestKey, EventId, StoryId, TopicKey};
use super::item::Kind;
use super::source::Role;
use super::story::Signal;
use super::trend::Trend;

/// One edition of one digest. A part without content is empty and leaves no trace when rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    pub digest: DigestKey,
    /// The ISO week of its cut-off in the digest's zone: `2026-W47`; a second one `2026-W47-2`.
    pub name: String,
    /// 1 for the first edition of the digest.
    pub number: u32,
    /// The digest's title, its masthead.
    pub title: String,
    /// The lead's headline, unless the curator writes one.
    pub headline: String,
    /// What an inbox shows beside the subject: the lead and the top trend.
    pub preheader: String,
    /// The curator's note, plain text.
    pub note: Option<String>,
    pub window: Window,
    pub timezone: Tz,
    /// When it is to be sent; never before.
    pub send_at: DateTime<Utc>,
    pub read: Counts,
    pub trends: Vec<Trend>,
    /// The first is the lead.
    pub top: Vec<StoryCard>,
    pub topics: Vec<TopicSection>,
    /// "Outside your usual".
    pub outside: Option<StoryCard>,
    pub team: Team,
    pub meet: Meet,
    pub corrections: Vec<Correction>,
    /// What rules kept out, for the draft; never mailed.
    pub removed: Vec<Removed>,
}

impl Edition {
    /// Its name where the editions of all digests stand side by side, as on the web: `2026-W47` for the digest with
    /// the [usual key](DigestKey::USUAL), `platform.2026-W47` for any other.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.digest.as_str() == DigestKey::USUAL {
            self.name.clone()
        } else {
            format!("{}.{}", self.digest, self.name)
        }
    }

    /// Every story that it shows, in the order of its parts.
    pub fn stories(&self) -> impl Iterator<Item = &StoryCard> {
        let team = [&self.team.junior, &self.team.practice, &self.team.product];
        self.top
            .iter()
            .chain(self.topics.iter().flat_map(|section| &section.stories))
            .chain(&self.outside)
            .chain(team.into_iter().flatten().map(|pick| &pick.story))
    }

    /// Every event that it shows with a date, in the order of its parts.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let meet = &self.meet;
        self.team
            .first_timers
            .iter()
            .chain(&meet.near)
            .chain(&meet.online)
            .chain(&meet.conferences)
            .chain(&meet.calls)
            .map(|card| &card.event)
    }
}

/// From one cut-off (exclusive) to the next (inclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// What was read for this edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Counts {
    /// Sources that answered at least once since the last cut-off.
    pub sources: u32,
    pub items: u32,
    pub stories: u32,
}

/// A story as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoryCard {
    pub id: StoryId,
    pub headline: String,
    /// http or https; absent when the source gave none.
    pub url: Option<String>,
    /// The lead's source: "PostgreSQL news".
    pub source: String,
    /// The host a reader will land on: "postgresql.org".
    pub host: Option<String>,
    pub role: Role,
    /// Who wrote it, when its feed or its page says so.
    #[serde(default)]
    pub author: Option<String>,
    /// The address of a picture at its publisher's. Never shown in a mail: it would tell who opens it.
    #[serde(default)]
    pub image: Option<String>,
    /// At most 280 characters of the source's own words.
    pub excerpt: Option<String>,
    pub kind: Kind,
    pub topics: Vec<TopicName>,
    /// Minutes.
    pub reading_minutes: Option<u16>,
    pub paywall: bool,
    pub date: Option<DateTime<Utc>>,
    /// BCP 47, when the lead says it.
    #[serde(default)]
    pub language: Option<String>,
    /// The one distinctive reason it is here, a phrase without a full stop; empty when nothing sets it apart.
    pub reason: String,
    /// Distinct owners among all of its sources.
    pub sources: u32,
    /// Owners that report (primary or press): only these are called independent.
    pub independent: u32,
    /// Other reports, best first.
    pub also: Vec<Also>,
    pub discussions: Vec<Discussion>,
    /// A question to talk about with the team, on one or two stories only.
    pub question: Option<String>,
    pub takes_effect: Option<NaiveDate>,
    pub score: f64,
    pub why: Vec<Signal>,
    /// Set where an earlier edition told it, and there is news to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
}

/// What an earlier edition told, and what is new to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The edition's name with its digest's, where that is not the usual one.
    pub edition: String,
    /// The story in that edition.
    pub story: StoryId,
    pub headline: String,
    /// "there is a release now".
    pub news: String,
}

/// A topic with the name a reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicName {
    pub key: TopicKey,
    pub name: String,
}

/// Another report of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Also {
    pub source: String,
    pub title: String,
    pub url: String,
    pub role: Role,
}

/// Where people talk about a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discussion {
    pub source: String,
    pub url: String,
    pub points: Option<u32>,
    pub comments: Option<u32>,
}

/// Up to three more stories of one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicSection {
    pub topic: TopicName,
    pub stories: Vec<StoryCard>,
}

/// "For your team".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Team {
    /// An introductory piece, and a prompt to think before opening it.
    pub junior: Option<TeamPick>,
    pub practice: Option<TeamPick>,
    pub product: Option<TeamPick>,
    /// For first-timers, or a call that takes first talks.
    pub first_timers: Option<EventCard>,
}

/// A story picked for the team, and what to do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamPick {
    pub story: StoryCard,
    /// "Before you open it: what would you expect to break first?"
    pub prompt: String,
}

/// "Meet".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Meet {
    /// Moved, cancelled or no longer listed since it was mailed.
    pub changes: Vec<EventChange>,
    pub near: Vec<EventCard>,
    pub online: Vec<EventCard>,
    pub conferences: Vec<EventCard>,
    /// Closing soon, by deadline.
    pub calls: Vec<EventCard>,
}

impl Meet {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.near.is_empty()
            && self.online.is_empty()
            && self.conferences.is_empty()
            && self.calls.is_empty()
    }
}

/// An event as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventCard {
    pub event: Event,
    /// The title of the source that lists it.
    pub source: String,
}

/// What happened to an event that an earlier edition showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventChange {
    pub id: EventId,
    pub title: String,
    pub url: Option<String>,
    pub change: Change,
    /// As it was mailed.
    pub was: EventTime,
    /// As it stands, when it moved.
    pub now: Option<EventTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    Moved,
    Cancelled,
    NoLongerListed,
}

/// A correction to an earlier edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub edition: String,
    pub text: String,
    pub date: NaiveDate,
}

/// An item that rules kept out, and which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub title: String,
    pub source: String,
    pub url: Option<String>,
    pub reason: String,
}
