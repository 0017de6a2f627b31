//! Events as their sources list them, and whether they still do.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::model::edition::Change;
use crate::model::event::{Event, EventTime};
use crate::model::id::DigestKey;

/// The starts that editions printed, each with its edition's cut-off.
pub type Starts = Vec<(EventTime, DateTime<Utc>)>;

/// An event with what the store knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub event: Event,
    pub first_seen: DateTime<Utc>,
    /// False once two complete healthy fetches in a row left it out.
    pub listed: bool,
    /// The starts that earlier editions of the digest printed, each with its edition's cut-off, oldest first.
    pub shown: Starts,
    /// The last change that one of them told.
    pub told: Option<Change>,
}

/// Writes the complete listing `$events` of a source within `$tx`; yields how many are new. What it no
/// longer lists is counted as missed, unless more than half of its future events are gone at once: that is
/// a broken source, not a cancelled season.
macro_rules! upsert {
    ($tx:ident, $key:expr, $events:expr, $now:expr) => {{
        let events: &[$crate::model::event::Event] = $events;
        let future: Vec<(String, String)> =
            sqlx::query_as("select id, event from events where source = $1 and ends_at > $2")
                .bind($key)
                .bind($now)
                .fetch_all(&mut *$tx)
                .await?;
        let listed: std::collections::BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        let gone: Vec<&str> = future.iter().map(|(id, _)| id.as_str()).filter(|id| !listed.contains(id)).collect();
        if gone.len() * 2 <= future.len() {
            for id in gone {
                sqlx::query("update events set missed = missed + 1 where id = $1").bind(id).execute(&mut *$tx).await?;
            }
        }
        let mut new = 0_usize;
        for event in events {
            let json = serde_json::to_string(event)?;
            let known = future.iter().find(|(id, _)| id == event.id.as_str());
            if known.is_none() {
                new += 1;
            }
            let ends = event.end.unwrap_or(event.start).instant();
            sqlx::query(
                "insert into events (id, source, starts_at, ends_at, first_seen, missed, event)
                    values ($1, $2, $3, $4, $5, 0, $6)
                 on conflict (id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                    missed = 0, event = excluded.event",
            )
            .bind(event.id.as_str())
            .bind($key)
            .bind(event.start.instant())
            // An event without an end, or a day without times, runs until its day is over everywhere.
            .bind(if event.start.all_day { ends + chrono::Duration::hours(36) } else { ends })
            .bind($now)
            .bind(json)
            .execute(&mut *$tx)
            .await?;
        }
        new
    }};
}
pub(crate) use upsert;

impl Store {
    /// The events that are not over at `from` and begin before `until`, and what editions of `digest`
    /// showed of them; also those that were shown and have moved out of that window. By start, then id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn events_between(
        &self,
        digest: &DigestKey,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Known>, StoreError> {
        const EVENTS: &str = "select event, first_seen, missed from events
            where ends_at > $1 and starts_at < $2 order by starts_at, id limit 20000";
        const SHOWN: &str = "select s.event, s.start, e.cut_off, s.change from shown_events s
            join editions e on e.id = s.edition_id
            where e.digest = $1 and e.cut_off > $2 order by e.cut_off, s.event";
        let rows: Vec<(String, DateTime<Utc>, i64)> =
            on!(self, pool => sqlx::query_as(EVENTS).bind(from).bind(until).fetch_all(pool).await?);
        let a_year_back = from - chrono::Duration::days(366);
        let printed: Vec<(String, String, DateTime<Utc>, Option<String>)> = on!(self, pool => sqlx::query_as(SHOWN)
            .bind(digest.as_str()).bind(a_year_back).fetch_all(pool).await?);
        let mut shown: BTreeMap<String, (Starts, Option<Change>)> = BTreeMap::new();
        for (id, start, cut_off, change) in printed {
            let (starts, told) = shown.entry(id).or_default();
            starts.push((serde_json::from_str(&start)?, cut_off));
            *told = change.and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()).or(*told);
        }
        rows.into_iter()
            .map(|(event, first_seen, missed)| {
                let event: Event = serde_json::from_str(&event)?;
                let (shown, told) = shown.remove(event.id.as_str()).unwrap_or_default();
                Ok(Known { event, first_seen, listed: missed < 2, shown, told })
            })
            .collect()
    }

    /// One event by its id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn event(&self, id: &str) -> Result<Option<Event>, StoreError> {
        const SQL: &str = "select event from events where id = $1";
        let row: Option<String> = on!(self, pool => sqlx::query_scalar(SQL).bind(id).fetch_optional(pool).await?);
        row.map(|row| Ok(serde_json::from_str(&row)?)).transpose()
    }
}
