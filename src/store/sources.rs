//! What is known of each source between fetches, and the log of its fetches.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::fetch::plan::SourceState;
use crate::model::event::Event;
use crate::model::id::SourceKey;
use crate::model::item::Item;

/// What one fetch of one source changes in the store.
#[derive(Debug, Clone)]
pub struct Fetched {
    pub state: SourceState,
    /// `ok`, `not_modified`, or the class of the failure.
    pub outcome: String,
    /// As received, before decoding.
    pub bytes: u64,
    /// New and edited ones; others may be among them.
    pub items: Vec<Item>,
    /// A hash for each entry of the document, where one was read.
    pub prints: Option<Vec<u64>>,
    pub events: Listing,
}

/// What a fetch tells of the events of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// It is no event source, or it failed.
    None,
    /// The same as last time: what was missing then is still missing.
    Unchanged,
    /// All of it.
    Complete(Vec<Event>),
}

/// What a batch of fetches changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    pub items_new: usize,
    pub items_updated: usize,
    pub events_new: usize,
}

/// Sources in one statement: each binds five values at most, and SQLite takes 32,766.
const CHUNK: usize = 5_000;

impl Store {
    /// The state of every source that was ever claimed, with its claim.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn source_states(&self) -> Result<BTreeMap<SourceKey, SourceState>, StoreError> {
        const SQL: &str = "select state, claimed_at from sources";
        states_of(on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?))
    }

    /// Keeps what a batch of fetches brought: states, log, items and events, in one transaction, which ends the
    /// claims of its sources.
    ///
    /// # Errors
    /// When the database refuses; then nothing of the batch is kept.
    pub async fn keep(&self, batch: &[Fetched], now: DateTime<Utc>) -> Result<Kept, StoreError> {
        let mut kept = Kept::default();
        // Two processes that keep the same sources must not wait for each other in a circle (PostgreSQL ends one of
        // them, and all of its batch is lost): whoever has written a source's state first is alone with that source,
        // and sources have one order. Of one that is in the batch twice the last state counts.
        let by_key: BTreeMap<&SourceKey, &Fetched> =
            batch.iter().map(|fetched| (&fetched.state.key, fetched)).collect();
        let states: Vec<(&Fetched, String)> = by_key
            .values()
            .map(|fetched| Ok((*fetched, serde_json::to_string(&fetched.state)?)))
            .collect::<Result<_, serde_json::Error>>()?;
        let prints: Vec<(&str, &[u64])> = by_key
            .values()
            .filter_map(|fetched| Some((fetched.state.key.as_str(), fetched.prints.as_deref()?)))
            .collect();
        let unchanged: Vec<&str> = batch
            .iter()
            .filter(|fetched| fetched.events == Listing::Unchanged)
            .map(|fetched| fetched.state.key.as_str())
            .collect();
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for states in states.chunks(CHUNK) {
                let mut insert =
                    sqlx::QueryBuilder::new("insert into sources (key, next_due, last_success, state) ");
                insert.push_values(states, |mut values, (fetched, json)| {
                    values
                        .push_bind(fetched.state.key.as_str())
                        .push_bind(fetched.state.next_due)
                        .push_bind(fetched.state.last_success)
                        .push_bind(json.as_str());
                });
                insert.push(
                    " on conflict (key) do update set next_due = excluded.next_due,
                        last_success = excluded.last_success, claimed_at = null, state = excluded.state",
                );
                insert.build().persistent(false).execute(&mut *tx).await?;
            }
            for prints in prints.chunks(CHUNK) {
                let mut insert = sqlx::QueryBuilder::new("insert into prints (source, hashes) ");
                insert.push_values(prints, |mut values, (source, prints)| {
                    values.push_bind(*source).push_bind(written(prints));
                });
                insert.push(" on conflict (source) do update set hashes = excluded.hashes");
                insert.build().persistent(false).execute(&mut *tx).await?;
            }
            let (new, updated) = super::items::upsert!(tx, batch.iter().flat_map(|fetched| &fetched.items));
            (kept.items_new, kept.items_updated) = (new.len(), updated);
            for keys in unchanged.chunks(CHUNK) {
                let sql = format!(
                    "update events set missed = missed + 1 where ends_at > $1 and missed > 0 and source in ({})",
                    super::placeholders(2, keys.len())
                );
                let mut query = sqlx::query(super::assembled(sql)).bind(now);
                for key in keys {
                    query = query.bind(*key);
                }
                query.execute(&mut *tx).await?;
            }
            for (key, fetched) in &by_key {
                if let Listing::Complete(events) = &fetched.events {
                    kept.events_new += super::events::upsert!(tx, key.as_str(), events, now);
                }
            }
            for batch in batch.chunks(CHUNK) {
                let mut log =
                    sqlx::QueryBuilder::new("insert into fetch_log (source, at, outcome, bytes, items_new) ");
                log.push_values(batch, |mut values, fetched| {
                    let ids: BTreeSet<&str> = fetched.items.iter().map(|item| item.id.as_str()).collect();
                    let new = ids.intersection(&new).count();
                    values
                        .push_bind(fetched.state.key.as_str())
                        .push_bind(now)
                        .push_bind(fetched.outcome.as_str())
                        .push_bind(i64::try_from(fetched.bytes).unwrap_or(i64::MAX))
                        .push_bind(i64::try_from(new).unwrap_or(i64::MAX));
                });
                log.build().persistent(false).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(kept)
    }

    /// The hashes of the entries of the document that was kept last of a source: what has the same hash is stored.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn prints(&self, source: &SourceKey) -> Result<HashSet<u64>, StoreError> {
        const SQL: &str = "select hashes from prints where source = $1";
        let stored: Option<String> =
            on!(self, pool => sqlx::query_scalar(SQL).bind(source.as_str()).fetch_optional(pool).await?);
        let text = stored.unwrap_or_default();
        Ok(text.split(' ').filter_map(|print| u64::from_str_radix(print, 16).ok()).collect())
    }

    /// Puts another state in the place of one that was kept before; false where another process has kept its own since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace_state(&self, kept: &SourceState, next: &SourceState) -> Result<bool, StoreError> {
        const SQL: &str = "update sources set next_due = $2, last_success = $3, state = $4
            where key = $1 and state = $5";
        let (kept_text, next_text) = (serde_json::to_string(kept)?, serde_json::to_string(next)?);
        let changed = on!(self, pool => sqlx::query(SQL)
            .bind(kept.key.as_str())
            .bind(next.next_due)
            .bind(next.last_success)
            .bind(next_text)
            .bind(kept_text)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed > 0)
    }

    /// Since when fetches before `now` found nobody to answer, and when the last of them was; `None` when the last one
    /// found somebody, or there was none.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn outage_before(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>, StoreError> {
        const ENDED: &str = "select max(at) from fetch_log where outcome <> 'outage' and at < $1";
        const OUTAGE: &str = "select min(at), max(at) from fetch_log where outcome = 'outage' and at < $1 and at > $2";
        let ended: Option<DateTime<Utc>> =
            on!(self, pool => sqlx::query_scalar(ENDED).bind(now).fetch_one(pool).await?);
        let after = ended.unwrap_or(DateTime::UNIX_EPOCH);
        let (since, last): (Option<DateTime<Utc>>, Option<DateTime<Utc>>) =
            on!(self, pool => sqlx::query_as(OUTAGE).bind(now).bind(after).fetch_one(pool).await?);
        Ok(since.zip(last))
    }

    /// How many sources answered (with news or without) after `since`, until `until`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn sources_answered(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<u32, StoreError> {
        const SQL: &str = "select count(distinct source) from fetch_log
            where outcome in ('ok', 'not_modified') and at > $1 and at <= $2";
        let count: i64 = on!(self, pool => sqlx::query_scalar(SQL).bind(since).bind(until).fetch_one(pool).await?);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

fn written(prints: &[u64]) -> String {
    prints.iter().map(|print| format!("{print:x}")).collect::<Vec<_>>().join(" ")
}

/// Reads rows of states and claims.
pub(super) fn states_of(
    rows: Vec<(String, Option<DateTime<Utc>>)>,
) -> Result<BTreeMap<SourceKey, SourceState>, StoreError> {
    rows.into_iter()
        .map(|(state, claimed_at)| {
            let state = SourceState { claimed_at, ..serde_json::from_str(&state)? };
            Ok((state.key.clone(), state))
        })
        .collect()
}
