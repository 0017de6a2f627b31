//! What is known of each source between fetches, and the log of its fetches.

use std::collections::BTreeMap;

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
    pub items: Vec<Item>,
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
        const STATE: &str = "insert into sources (key, next_due, last_success, state) values ($1, $2, $3, $4)
            on conflict (key) do update set next_due = excluded.next_due,
                last_success = excluded.last_success, claimed_at = null, state = excluded.state";
        const MISSED: &str = "update events set missed = missed + 1 where source = $1 and ends_at > $2 and missed > 0";
        const LOG: &str = "insert into fetch_log (source, at, outcome, bytes, items_new) values ($1, $2, $3, $4, $5)";
        let mut kept = Kept::default();
        // Two processes that keep the same sources must not wait for each other in a circle (PostgreSQL ends one of
        // them, and all of its batch is lost): whoever has written a source's state first is alone with that source,
        // and sources have one order.
        let mut batch: Vec<&Fetched> = batch.iter().collect();
        batch.sort_by(|a, b| a.state.key.cmp(&b.state.key));
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for fetched in &batch {
                let key = fetched.state.key.as_str();
                sqlx::query(STATE)
                    .bind(key)
                    .bind(fetched.state.next_due)
                    .bind(fetched.state.last_success)
                    .bind(serde_json::to_string(&fetched.state)?)
                    .execute(&mut *tx)
                    .await?;
                let (new, updated) = super::items::upsert!(tx, &fetched.items);
                kept.items_new += new;
                kept.items_updated += updated;
                match &fetched.events {
                    Listing::None => {}
                    Listing::Unchanged => {
                        sqlx::query(MISSED).bind(key).bind(now).execute(&mut *tx).await?;
                    }
                    Listing::Complete(events) => kept.events_new += super::events::upsert!(tx, key, events, now),
                }
                sqlx::query(LOG)
                    .bind(key)
                    .bind(now)
                    .bind(&fetched.outcome)
                    .bind(i64::try_from(fetched.bytes).unwrap_or(i64::MAX))
                    .bind(i64::try_from(new).unwrap_or(i64::MAX))
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
        });
        Ok(kept)
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
