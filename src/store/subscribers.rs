//! Who reads which digest.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::mail::address::Address;
use crate::model::id::DigestKey;

/// A reader of one digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    pub id: i64,
    pub digest: String,
    pub address: String,
    /// `pending`, `confirmed` or `left`.
    pub state: String,
    pub created_at: DateTime<Utc>,
    /// Why nothing is sent to the address: `bounced`, `complained` or `erased`.
    pub suppressed: Option<String>,
}

/// What came of adding a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    New,
    /// The address was confirmed already.
    Known,
    /// They left, and were not asked to come back.
    Left,
    /// Nothing may be sent to the address, for the reason given: `bounced`, `complained` or `erased`.
    Suppressed(String),
}

type Row = (i64, String, String, String, DateTime<Utc>, Option<String>);

const SELECT: &str = "select s.id, s.digest, s.address, s.state, s.created_at, p.reason
    from subscribers s left join suppressions p on p.address_hash = s.address_hash";

/// Erases within `$tx` the subscriptions of an address that are not younger than `$until`; yields how many.
macro_rules! erase {
    ($tx:ident, $hash:expr, $until:expr, $now:expr) => {{
        sqlx::query(
            "update deliveries set reply = null, epoch = case when state = 'sending' then epoch end,
                state = case when state in ('queued', 'claimed') then 'suppressed' else state end, changed_at = $2
             where subscriber_id in (select id from subscribers where address_hash = $1 and changed_at <= $3)",
        )
        .bind($hash)
        .bind($now)
        .bind($until)
        .execute(&mut *$tx)
        .await?;
        let erased = sqlx::query("delete from subscribers where address_hash = $1 and changed_at <= $2")
            .bind($hash)
            .bind($until)
            .execute(&mut *$tx)
            .await?
            .rows_affected();
        sqlx::query(
            "insert into suppressions (address_hash, reason, at)
             select $1, 'erased', $2 where not exists (select 1 from subscribers where address_hash = $1)
             on conflict (address_hash) do nothing",
        )
        .bind($hash)
        .bind($now)
        .execute(&mut *$tx)
        .await?;
        erased
    }};
}
pub(crate) use erase;

/// After every moment that a subscription can have changed at, and comparable as text in SQLite.
const ALL: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(moment) => moment,
    None => DateTime::<Utc>::MAX_UTC,
};

impl Store {
    /// Adds a subscriber whose consent the operator vouches for; one who had left is back if `even_if_left`. Addresses are kept in
    /// lower case: nobody is two readers for a capital letter. `address_hash` is [`Signer::address_hash`]'s.
    ///
    /// [`Signer::address_hash`]: crate::token::Signer::address_hash
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_subscriber(
        &self,
        digest: &DigestKey,
        address: &Address,
        address_hash: &str,
        even_if_left: bool,
        now: DateTime<Utc>,
    ) -> Result<Added, StoreError> {
        const SQL: &str = "insert into subscribers (digest, address, address_hash, state, created_at, changed_at)
            select $1, $2, $3, 'confirmed', $4, $4
            where not exists (select 1 from suppressions p where p.address_hash = $3)
            on conflict (digest, address) do update set state = 'confirmed', changed_at = excluded.changed_at
            where subscribers.state = 'pending' or (subscribers.state = 'left' and $5)";
        const LEFT: &str = "select count(*) from subscribers
            where digest = $1 and address_hash = $2 and state = 'left'";
        let changed = on!(self, pool => sqlx::query(SQL)
            .bind(digest.as_str()).bind(address.as_str().to_lowercase()).bind(address_hash).bind(now).bind(even_if_left)
            .execute(pool).await?.rows_affected());
        if changed > 0 {
            return Ok(Added::New);
        }
        if let Some(why) = self.suppression(address_hash).await? {
            return Ok(Added::Suppressed(why));
        }
        let left: i64 = on!(self, pool => sqlx::query_scalar(LEFT)
            .bind(digest.as_str()).bind(address_hash).fetch_one(pool).await?);
        Ok(if left > 0 { Added::Left } else { Added::Known })
    }

    /// Everyone who ever subscribed, by digest and address.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn subscribers(&self) -> Result<Vec<Subscriber>, StoreError> {
        let rows: Vec<Row> = on!(self, pool => sqlx::query_as(SELECT).fetch_all(pool).await?);
        let mut subscribers: Vec<Subscriber> = rows.into_iter().map(subscriber).collect();
        subscribers.sort_by(|a, b| (&a.digest, &a.address).cmp(&(&b.digest, &b.address)));
        Ok(subscribers)
    }

    /// One subscriber by id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn subscriber(&self, id: i64) -> Result<Option<Subscriber>, StoreError> {
        let sql = format!("{SELECT} where s.id = $1");
        let row: Option<Row> =
            on!(self, pool => sqlx::query_as(super::assembled(sql)).bind(id).fetch_optional(pool).await?);
        Ok(row.map(subscriber))
    }

    /// The subscriber leaves; what is queued or claimed for them is not sent, and they may ask again at once: only they
    /// have the link.
    /// False when they had left already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leave(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const LEAVE: &str = "update subscribers set state = 'left', changed_at = $2, asked_at = null, asked = 0
            where id = $1 and state <> 'left'";
        const QUEUED: &str = "update deliveries
            set state = 'suppressed', epoch = null, lease_until = null, changed_at = $2
            where subscriber_id = $1 and state in ('queued', 'claimed')";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let left = sqlx::query(LEAVE).bind(id).bind(now).execute(&mut *tx).await?.rows_affected();
            sqlx::query(QUEUED).bind(id).bind(now).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(left > 0)
        })
    }

    /// Removes the person: their subscriptions to every digest, and what mail servers said of them. Only the keyed
    /// hash stays, so that no import brings them back; they themselves can subscribe again. Yields how many subscriptions there were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase(&self, address_hash: &str, now: DateTime<Utc>) -> Result<u64, StoreError> {
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let erased = erase!(tx, address_hash, ALL, now);
            tx.commit().await?;
            self.empty_wal().await;
            Ok(erased)
        })
    }

    /// Writes SQLite's write-ahead log back and empties it: it still holds what was erased. While somebody reads it
    /// stays, and the next checkpoint overwrites it.
    async fn empty_wal(&self) {
        if let Self::Sqlite(pool) = self
            && let Err(error) = sqlx::query("pragma wal_checkpoint(truncate)").execute(pool).await
        {
            tracing::warn!(%error, "the write-ahead log could not be emptied, and may hold what was erased for a while");
        }
    }

    /// Gives every subscriber who has none the hash of their address; a database of an earlier version has such.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fill_address_hashes(&self, hash: impl Fn(&str) -> String) -> Result<(), StoreError> {
        const EMPTY: &str = "select id, address from subscribers where address_hash = ''";
        const FILL: &str = "update subscribers set address_hash = $2 where id = $1";
        let empty: Vec<(i64, String)> = on!(self, pool => sqlx::query_as(EMPTY).fetch_all(pool).await?);
        if empty.is_empty() {
            return Ok(());
        }
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for (id, address) in &empty {
                sqlx::query(FILL).bind(*id).bind(hash(address)).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }
}

fn subscriber((id, digest, address, state, created_at, suppressed): Row) -> Subscriber {
    Subscriber { id, digest, address, state, created_at, suppressed }
}
