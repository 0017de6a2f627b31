//! The ledger of deliveries: one row for each edition and subscriber, and every step of it a commit.
//!
//! ```text
//! queued ─claim─► claimed ─354─► sending ─250─► sent
//!    ▲               │              ├─4xx──► queued
//!    └──4xx, lease───┘              ├─5xx──► failed        queued past its time ─► expired
//!                                   └─no answer, lease over─► in_doubt    left meanwhile ─► suppressed
//! ```

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::model::id::DigestKey;

/// A delivery that this worker holds until its lease is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: i64,
    pub edition_id: i64,
    pub subscriber_id: i64,
    pub address: String,
    pub message_id: String,
    /// Including this one.
    pub attempts: i64,
}

/// How a delivery ended, or when it is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Sent,
    Failed,
    InDoubt,
    Again { at: DateTime<Utc> },
}

/// What taking up a crashed worker's deliveries found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    pub in_doubt: u64,
    pub expired: u64,
}

impl Store {
    /// Takes up to `limit` deliveries of `digests` that are due, for `worker`, until `lease_until`. A subscriber
    /// who has left meanwhile gets nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_deliveries(
        &self,
        worker: &str,
        digests: &[DigestKey],
        limit: i64,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Vec<Claimed>, StoreError> {
        // The condition stands outside the sub-select again: PostgreSQL re-checks only the outer one when
        // another worker was faster.
        const SUPPRESS: &str = "update deliveries set state = 'suppressed', changed_at = $1
            where state = 'queued' and due_at <= $1
              and not exists (select 1 from subscribers s
                              where s.id = deliveries.subscriber_id and s.state = 'confirmed')";
        let claim = format!(
            "update deliveries
            set state = 'claimed', worker = $1, lease_until = $3, changed_at = $2, attempts = attempts + 1
            where id in (select id from deliveries where state = 'queued' and due_at <= $2
                           and edition_id in (select id from editions where digest in ({}))
                         order by due_at, id limit $4)
              and state = 'queued' and due_at <= $2
              and exists (select 1 from subscribers s where s.id = deliveries.subscriber_id and s.state = 'confirmed')
            returning id, edition_id, subscriber_id, address, message_id, attempts",
            super::placeholders(5, digests.len())
        );
        let rows: Vec<(i64, i64, i64, String, String, i64)> = on!(self, pool => {
            sqlx::query(SUPPRESS).bind(now).execute(pool).await?;
            let mut query =
                sqlx::query_as(super::assembled(claim)).bind(worker).bind(now).bind(lease_until).bind(limit);
            for digest in digests {
                query = query.bind(digest.as_str());
            }
            query.fetch_all(pool).await?
        });
        let mut claimed: Vec<Claimed> = rows
            .into_iter()
            .map(|(id, edition_id, subscriber_id, address, message_id, attempts)| Claimed {
                id,
                edition_id,
                subscriber_id,
                address,
                message_id,
                attempts,
            })
            .collect();
        claimed.sort_by_key(|delivery| delivery.id);
        Ok(claimed)
    }

    /// The write-ahead mark: from here on the server may have the message. The lease is renewed, since the server
    /// may take its time. False when the claim is over or no longer this worker's; then nothing may be sent.
    ///
    /// # Errors
    /// When the database refuses; then nothing may be sent.
    pub async fn mark_sending(
        &self,
        id: i64,
        worker: &str,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update deliveries set state = 'sending', changed_at = $3, lease_until = $4
            where id = $1 and worker = $2 and state = 'claimed' and lease_until > $3";
        let rows = on!(self, pool => sqlx::query(SQL)
            .bind(id).bind(worker).bind(now).bind(lease_until).execute(pool).await?.rows_affected());
        Ok(rows > 0)
    }

    /// Writes how a delivery of this worker ended. `reply` is what the server said, or what went wrong. An answer
    /// that comes after its lease still settles what was taken to be in doubt meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_delivery(
        &self,
        id: i64,
        worker: &str,
        ending: &Ending,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update deliveries
            set state = $3, reply = $4, due_at = coalesce($5, due_at), changed_at = $6, worker = null, lease_until = null
            where id = $1 and worker = $2 and state in ('claimed', 'sending', 'in_doubt')";
        let (state, due) = match ending {
            Ending::Sent => ("sent", None),
            Ending::Failed => ("failed", None),
            Ending::InDoubt => ("in_doubt", None),
            Ending::Again { at } => ("queued", Some(*at)),
        };
        let reply: String = reply.chars().filter(|c| *c != '\0').take(500).collect();
        let rows = on!(self, pool => sqlx::query(SQL)
            .bind(id).bind(worker).bind(state).bind(&reply).bind(due).bind(now)
            .execute(pool).await?.rows_affected());
        Ok(rows > 0)
    }

    /// Takes up what a crashed worker left: a claim is queued again, a message that was being sent is in doubt,
    /// and what is queued of editions from before `expire_before` expires. Leases that still last are respected
    /// unless `alone`: who holds the lock of a run knows that nobody else is sending.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recover_deliveries(
        &self,
        alone: bool,
        now: DateTime<Utc>,
        expire_before: DateTime<Utc>,
    ) -> Result<Recovered, StoreError> {
        const QUEUE: &str = "update deliveries set state = 'queued', worker = null, lease_until = null, changed_at = $1
            where state = 'claimed' and (lease_until < $1 or $2)";
        const DOUBT: &str = "update deliveries set state = 'in_doubt', lease_until = null, changed_at = $1,
                reply = 'the sender stopped before the server answered'
            where state = 'sending' and (lease_until < $1 or $2)";
        const EXPIRE: &str = "update deliveries set state = 'expired', changed_at = $1
            where state = 'queued'
              and edition_id in (select id from editions where send_at < $2)";
        let mut recovered = Recovered::default();
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(QUEUE).bind(now).bind(alone).execute(&mut *tx).await?;
            recovered.in_doubt = sqlx::query(DOUBT).bind(now).bind(alone).execute(&mut *tx).await?.rows_affected();
            recovered.expired = sqlx::query(EXPIRE).bind(now).bind(expire_before).execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
        });
        Ok(recovered)
    }

    /// How many deliveries of editions sent after `since` are in doubt.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_in_doubt(&self, since: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from deliveries d join editions e on e.id = d.edition_id
            where d.state = 'in_doubt' and e.send_at > $1";
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

    /// How many deliveries of editions whose time has come are still to be sent: due, after a pause, or being sent
    /// right now.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn deliveries_waiting(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from deliveries d join editions e on e.id = d.edition_id
            where d.state in ('queued', 'claimed', 'sending') and e.send_at <= $1";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(now).fetch_one(pool).await?))
    }
}
