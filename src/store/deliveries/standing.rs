//! Where deliveries stand, and what an operator settles by hand.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::{Store, StoreError, on, placeholders};
use crate::store::items::CHUNK;

/// How the deliveries of one edition stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// `digest/name`.
    pub edition: String,
    /// How many there must be; the states add up to it as long as none was pruned.
    pub expected: i64,
    pub states: BTreeMap<String, i64>,
}

/// One delivery as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub id: i64,
    /// `edition` or `confirmation`.
    pub purpose: String,
    /// `digest/name`.
    pub edition: Option<String>,
    /// `None` once the subscriber was erased.
    pub address: Option<String>,
    pub state: String,
    pub attempts: i64,
    /// As the mail server's log has it, without its angle brackets.
    pub message_id: String,
    /// What the mail server said last.
    pub reply: Option<String>,
    pub due_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// Which deliveries are meant.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Empty: every state.
    pub states: Vec<String>,
    pub edition_id: Option<i64>,
}

/// What an operator decides of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It has arrived, or is to be treated as if it had.
    Sent,
    /// It is sent again, with the same Message-ID.
    Again,
    /// It is given up.
    Failed,
}

type Row = (
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    i64,
    String,
    Option<String>,
    DateTime<Utc>,
    DateTime<Utc>,
);

impl Store {
    /// How many deliveries first due after `since` are in doubt.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_in_doubt(&self, since: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from deliveries where state = 'in_doubt' and wanted_at > $1";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(since).fetch_one(pool).await?))
    }

    /// How many deliveries are due now.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_due(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from deliveries where state = 'queued' and due_at <= $1";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(now).fetch_one(pool).await?))
    }

    /// How many deliveries whose time has come are still to be sent: due, after a pause, or being sent right now.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_waiting(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from deliveries
            where state in ('queued', 'claimed', 'sending') and wanted_at <= $1";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(now).fetch_one(pool).await?))
    }

    /// How many deliveries are queued for a time after `now`, and the first such time.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_ahead(&self, now: DateTime<Utc>) -> Result<(i64, Option<DateTime<Utc>>), StoreError> {
        const SQL: &str = "select count(*), min(wanted_at) from deliveries where state = 'queued' and wanted_at > $1";
        Ok(on!(self, pool => sqlx::query_as(SQL).bind(now).fetch_one(pool).await?))
    }

    /// Gives what is queued and was due its whole time again, as if it had become due now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renew_deliveries(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        const SQL: &str = "update deliveries set wanted_at = $1 where state = 'queued' and wanted_at < $1";
        Ok(on!(self, pool => sqlx::query(SQL).bind(now).execute(pool).await?.rows_affected()))
    }

    /// When the next queued delivery is due; `None` when nothing is queued.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn next_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        const SQL: &str = "select min(due_at) from deliveries where state = 'queued'";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await?))
    }

    /// How the deliveries of every edition composed after `since` stand, newest first.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn delivery_tallies(&self, since: DateTime<Utc>) -> Result<Vec<Tally>, StoreError> {
        const EDITIONS: &str =
            "select id, digest, name, expected from editions where cut_off > $1 order by cut_off desc, id desc";
        const STATES: &str = "select d.edition_id, d.state, count(*) from deliveries d
            join editions e on e.id = d.edition_id where e.cut_off > $1 group by d.edition_id, d.state";
        let editions: Vec<(i64, String, String, i64)> =
            on!(self, pool => sqlx::query_as(EDITIONS).bind(since).fetch_all(pool).await?);
        let states: Vec<(i64, String, i64)> =
            on!(self, pool => sqlx::query_as(STATES).bind(since).fetch_all(pool).await?);
        let mut by_edition: BTreeMap<i64, BTreeMap<String, i64>> = BTreeMap::new();
        for (edition, state, count) in states {
            by_edition.entry(edition).or_default().insert(state, count);
        }
        let tally = |(id, digest, name, expected): (i64, String, String, i64)| Tally {
            edition: format!("{digest}/{name}"),
            expected,
            states: by_edition.remove(&id).unwrap_or_default(),
        };
        Ok(editions.into_iter().map(tally).collect())
    }

    /// Deliveries, newest edition first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries(&self, choice: &Choice, limit: i64) -> Result<Vec<Standing>, StoreError> {
        let states = match choice.states.len() {
            0 => "$3 = $3".to_owned(),
            count => format!("d.state in ({})", placeholders(4, count)),
        };
        let sql = format!(
            "select d.id, d.purpose, e.digest, e.name, s.address, d.state, d.attempts, d.message_id, d.reply, d.due_at, d.changed_at
            from deliveries d left join editions e on e.id = d.edition_id
                left join subscribers s on s.id = d.subscriber_id
            where (d.edition_id = $1 or not $2) and {states}
            order by d.wanted_at desc, d.id limit $3"
        );
        let rows: Vec<Row> = on!(self, pool => {
            let mut query = sqlx::query_as(super::super::assembled(sql))
                .bind(choice.edition_id.unwrap_or(0))
                .bind(choice.edition_id.is_some())
                .bind(limit);
            for state in &choice.states {
                query = query.bind(state.as_str());
            }
            query.fetch_all(pool).await?
        });
        let standing =
            |(id, purpose, digest, name, address, state, attempts, message_id, reply, due_at, changed_at): Row| {
                Standing {
                    id,
                    purpose,
                    edition: digest.zip(name).map(|(digest, name)| format!("{digest}/{name}")),
                    address,
                    state,
                    attempts,
                    message_id,
                    reply,
                    due_at,
                    changed_at,
                }
            };
        Ok(rows.into_iter().map(standing).collect())
    }

    /// Settles deliveries by hand: those of `ids` that are in doubt, failed, expired or queued; sent again is only what
    /// its reader may still get. Yields how many.
    ///
    /// # Errors
    /// When the database refuses; then none is settled.
    pub async fn resolve_deliveries(
        &self,
        ids: &[i64],
        resolution: Resolution,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (state, from, welcome) = match resolution {
            Resolution::Sent => ("sent", "'in_doubt', 'failed', 'expired', 'queued'", "1 = 1"),
            // What is sent again has its whole time again, if its reader still wants it.
            Resolution::Again => ("queued", "'in_doubt', 'failed', 'expired'", super::welcome!("deliveries")),
            Resolution::Failed => ("failed", "'in_doubt', 'expired', 'queued'", "1 = 1"),
        };
        let mut settled = 0;
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for chunk in ids.chunks(CHUNK) {
                let sql = format!(
                    "update deliveries set state = $1, due_at = $2, changed_at = $2, epoch = null, lease_until = null,
                        wanted_at = case when $1 = 'queued' then $2 else wanted_at end
                    where state in ({from}) and id in ({}) and {welcome}",
                    placeholders(3, chunk.len())
                );
                let mut query = sqlx::query(super::super::assembled(sql)).bind(state).bind(now);
                for id in chunk {
                    query = query.bind(*id);
                }
                settled += query.execute(&mut *tx).await?.rows_affected();
            }
            tx.commit().await?;
        });
        Ok(settled)
    }
}
