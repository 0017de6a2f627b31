//! Meetups, conferences and their calls for papers, in RFC 5545's terms.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::id::{EventId, SourceKey, TopicKey};

/// A wall-clock moment in a zone. Kept so, not as an instant: zone rules change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventTime {
    pub local: NaiveDateTime,
    pub tz: Tz,
    /// A date without a time: `local` is midnight, is never shown as 00:00 and never converted.
    pub all_day: bool,
}

impl EventTime {
    /// The instant by the zone's rules of today. In a gap the time after it, in a fold the first.
    #[must_use]
    pub fn instant(&self) -> DateTime<Utc> {
        let local = self.tz.from_local_datetime(&self.local);
        match local.earliest() {
            Some(found) => found.with_timezone(&Utc),
            // A spring-forward gap: read the wall clock with the offset from before it (RFC 5545 §3.3.5).
            None => self.tz.from_local_datetime(&(self.local - chrono::Duration::hours(3))).earliest().map_or_else(
                || self.local.and_utc(),
                |before| (before + chrono::Duration::hours(3)).with_timezone(&Utc),
            ),
        }
    }
}

/// RFC 5545 §3.8.1.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "UPPERCASE")]
pub enum EventStatus {
    Tentative,
    #[default]
    Confirmed,
    Cancelled,
}

/// Where one takes part. Absent means unknown, never "in person".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventMode {
    InPerson,
    Online,
    Hybrid,
}

/// What an event is to a reader: an evening nearby, or something to travel to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    Meetup,
    Conference,
}

/// A call for papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallForPapers {
    /// The last day.
    pub closes: NaiveDate,
    pub url: Option<String>,
}

/// One instance of an event as one source lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Of source, UID (or URL, or title and city) and the start it was first planned for.
    pub id: EventId,
    pub source: SourceKey,
    pub uid: Option<String>,
    pub kind: EventKind,
    pub title: String,
    pub start: EventTime,
    pub end: Option<EventTime>,
    pub status: EventStatus,
    pub sequence: i64,
    pub url: Option<String>,
    pub location: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub organizer: Option<String>,
    pub mode: Option<EventMode>,
    /// As the source words it.
    pub price: Option<String>,
    /// Three-valued: unknown is unknown.
    pub free: Option<bool>,
    pub beginners: Option<bool>,
    pub cfp: Option<CallForPapers>,
    pub topics: Vec<TopicKey>,
    pub language: Option<String>,
}
