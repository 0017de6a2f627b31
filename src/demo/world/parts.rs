//! What the sample world consists of: feeds with their entries, calendars with their events.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// A publisher's feed.
#[derive(Debug)]
pub struct Feed {
    pub key: String,
    pub title: String,
    /// Ends with a slash.
    pub site: String,
    pub language: Option<String>,
    /// What the feed says of itself: its title and topics.
    pub about: String,
    pub syntax: Syntax,
    /// How many entries it carries at a time.
    pub entries: usize,
    pub defects: BTreeSet<Defect>,
    /// Newest first.
    pub items: Vec<Item>,
    pub(super) outages: Vec<Outage>,
}

impl Feed {
    /// The entries that the feed carries at `now`, newest first.
    #[must_use]
    pub fn items_at(&self, now: DateTime<Utc>) -> &[Item] {
        let published = self.items.get(self.items.partition_point(|item| item.at > now)..).unwrap_or_default();
        published.get(..self.entries).unwrap_or(published)
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

/// The syntax that a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    Rss2,
    Rss1,
    Atom,
    Atom03,
    Json,
}

/// A way in which an RSS 2.0 feed is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// `&` in text is not escaped.
    BareAmpersand,
    NoGuid,
    /// Named entities of HTML, which XML does not know.
    HtmlEntities,
    /// Bytes of Windows-1252 under a declaration of ISO-8859-1.
    #[serde(rename = "windows-1252")]
    Windows1252,
    NoVersion,
    /// Dates in four styles, none of them RFC 822.
    BadDates,
    RelativeLinks,
    /// The document ends within its last item.
    CutOff,
    Undated,
    /// Text stands before the XML declaration.
    JunkBefore,
    /// Titles are markup, in capital tags.
    UppercaseHtmlTitles,
}

/// An entry of a feed.
#[derive(Debug)]
pub struct Item {
    pub at: DateTime<Utc>,
    pub title: String,
    /// Absolute.
    pub link: String,
    pub summary: String,
    pub tags: Vec<String>,
    pub author: Option<String>,
    /// The planted story that it belongs to.
    pub story: Option<String>,
    /// The page that it is about, where that is another's: its summary links there.
    pub about: Option<String>,
    /// Aggregators' entries have one.
    pub discussion: Option<Discussion>,
}

/// Where an aggregator's readers talk about an entry, and how many do.
#[derive(Debug)]
pub struct Discussion {
    pub url: String,
    pub points: u32,
    pub comments: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outage {
    pub(super) feed: String,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    pub(super) status: u16,
}

/// A calendar of events (iCalendar), or a list of conferences (JSON in the manner of confs.tech).
#[derive(Debug)]
pub struct Calendar {
    pub name: String,
    pub kind: CalendarKind,
    pub events: Vec<Event>,
    pub conferences: Vec<Conference>,
}

/// How a calendar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarKind {
    Ics,
    ConfsTech,
}

/// A local time, or a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Wall {
    Time(NaiveDateTime),
    Day(NaiveDate),
}

/// An event of a calendar, or one changed instance of a recurring event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub(super) calendar: String,
    pub uid: String,
    pub title: String,
    pub start: Wall,
    /// Exclusive when it is a day (RFC 5545, 3.6.1).
    pub end: Wall,
    pub tz: Tz,
    pub location: String,
    pub url: String,
    pub description: String,
    /// A recurrence rule as RFC 5545 writes it.
    pub rrule: Option<String>,
    /// The instance of the event with the same `uid` that this one stands for, by its original start.
    pub recurrence_id: Option<Wall>,
    pub listed_from: DateTime<Utc>,
    pub cancelled_from: Option<DateTime<Utc>>,
    pub moved_from: Option<DateTime<Utc>>,
    pub moved_start: Option<Wall>,
    pub moved_end: Option<Wall>,
}

/// A row of a conference list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conference {
    pub(super) calendar: String,
    pub name: String,
    pub url: String,
    pub start: NaiveDate,
    /// Inclusive.
    pub end: NaiveDate,
    pub city: String,
    pub country: String,
    pub online: bool,
    pub cfp_url: Option<String>,
    pub cfp_end: Option<NaiveDate>,
    pub listed_from: DateTime<Utc>,
}
