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
        let known: Vec<(String, chrono::DateTime<chrono::Utc>)> =
            sqlx::query_as("select id, ends_at from events where source = $1").bind($key).fetch_all(&mut *$tx).await?;
        // Of one that is listed twice the last listing counts.
        let listed: std::collections::BTreeMap<&str, &$crate::model::event::Event> =
            $events.iter().map(|event| (event.id.as_str(), event)).collect();
        let future: Vec<&str> = known.iter().filter(|(_, ends)| *ends > $now).map(|(id, _)| id.as_str()).collect();
        let gone: Vec<&str> = future.iter().copied().filter(|id| !listed.contains_key(id)).collect();
        if gone.len() * 2 <= future.len() {
            for id in gone {
                sqlx::query("update events set missed = missed + 1 where id = $1").bind(id).execute(&mut *$tx).await?;
            }
        }
        let known: std::collections::BTreeSet<&str> = known.iter().map(|(id, _)| id.as_str()).collect();
        let new = listed.keys().filter(|id| !known.contains(*id)).count();
        for event in listed.into_values() {
            let json = serde_json::to_string(event)?;
            let mut ends = event.end.unwrap_or(event.start).instant();
            // A day without times runs until it is over everywhere.
            if event.start.all_day {
                ends += chrono::Duration::hours(36);
            }
            sqlx::query(
                "insert into events (id, source, starts_at, ends_at, first_seen, missed, event)
                    values ($1, $2, $3, $4, $5, 0, $6)
                 on conflict (id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                    missed = 0, event = excluded.event",
            )
            .bind(event.id.as_str())
            .bind($key)
            .bind($crate::store::items::moment(event.start.instant()))
            .bind($crate::store::items::moment(ends))
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
        const MOVED: &str = "select event, first_seen, missed from events where id = $1";
        const SHOWN: &str = "select s.event, s.start, e.cut_off, s.change from shown_events s
            join editions e on e.id = s.edition_id
            where e.digest = $1 and e.cut_off > $2 order by e.cut_off, s.event";
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(EVENTS).bind(from).bind(until).fetch_all(pool).await?);
        let a_year_back = from - chrono::Duration::days(366);
        let printed: Vec<(String, String, DateTime<Utc>, Option<String>)> = on!(self, pool => sqlx::query_as(SHOWN)
            .bind(digest.as_str()).bind(a_year_back).fetch_all(pool).await?);
        let mut shown: BTreeMap<String, (Starts, Option<Change>)> = BTreeMap::new();
        for (id, start, cut_off, change) in printed {
            let (starts, told) = shown.entry(id).or_default();
            starts.push((serde_json::from_str(&start)?, cut_off));
            *told = change.and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()).or(*told);
        }
        let mut known = rows.into_iter().map(|row| known(row, &mut shown)).collect::<Result<Vec<_>, _>>()?;
        // What is left was printed and is not in the window: it may have moved, if its day is still to come.
        let awaited: Vec<String> = shown
            .iter()
            .filter(|(_, (starts, _))| starts.last().is_some_and(|(start, _)| start.instant() >= from))
            .map(|(id, _)| id.clone())
            .collect();
        for id in awaited {
            let row = on!(self, pool => sqlx::query_as(MOVED).bind(&id).fetch_optional(pool).await?);
            known.extend(row.map(|row| self::known(row, &mut shown)).transpose()?);
        }
        known.sort_by(|a, b| (a.event.start.instant(), &a.event.id).cmp(&(b.event.start.instant(), &b.event.id)));
        Ok(known)
    }

    /// One event by its id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn event(&self, id: &str) -> Result<Option<Event>, StoreError> {
        const SQL: &str = "select event from events where id = $1";
        // PostgreSQL refuses NUL even in a question.
        if id.contains('\0') {
            return Ok(None);
        }
        let row: Option<String> = on!(self, pool => sqlx::query_scalar(SQL).bind(id).fetch_optional(pool).await?);
        row.map(|row| Ok(serde_json::from_str(&row)?)).transpose()
    }
}

/// An event as JSON, when it was first seen, and how often it was missed.
type Row = (String, DateTime<Utc>, i64);

/// The event of a row, with what is taken of `shown` for it.
fn known(
    (event, first_seen, missed): Row,
    shown: &mut BTreeMap<String, (Starts, Option<Change>)>,
) -> Result<Known, StoreError> {
    let event: Event = serde_json::from_str(&event)?;
    let (shown, told) = shown.remove(event.id.as_str()).unwrap_or_default();
    Ok(Known { event, first_seen, listed: missed < 2, shown, told })
}
