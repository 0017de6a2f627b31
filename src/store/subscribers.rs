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
}

impl Store {
    /// Adds a subscriber whose consent the operator vouches for; one who had left is back. False when the
    /// address was already confirmed. Addresses are kept in lower case: nobody is two readers for a capital letter.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_subscriber(
        &self,
        digest: &DigestKey,
        address: &Address,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "insert into subscribers (digest, address, state, created_at, changed_at)
            values ($1, $2, 'confirmed', $3, $3)
            on conflict (digest, address) do update set state = 'confirmed', changed_at = excluded.changed_at
            where subscribers.state <> 'confirmed'";
        let changed = on!(self, pool => sqlx::query(SQL)
            .bind(digest.as_str()).bind(address.as_str().to_lowercase()).bind(now).execute(pool).await?.rows_affected());
        Ok(changed > 0)
    }

    /// Everyone who ever subscribed, by digest and address.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn subscribers(&self) -> Result<Vec<Subscriber>, StoreError> {
        const SQL: &str = "select id, digest, address, state, created_at from subscribers order by id";
        let rows: Vec<(i64, String, String, String, DateTime<Utc>)> =
            on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let mut subscribers: Vec<Subscriber> = rows.into_iter().map(subscriber).collect();
        subscribers.sort_by(|a, b| (&a.digest, &a.address).cmp(&(&b.digest, &b.address)));
        Ok(subscribers)
    }

    /// One subscriber by id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn subscriber(&self, id: i64) -> Result<Option<Subscriber>, StoreError> {
        const SQL: &str = "select id, digest, address, state, created_at from subscribers where id = $1";
        let row: Option<(i64, String, String, String, DateTime<Utc>)> =
            on!(self, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?);
        Ok(row.map(subscriber))
    }

    /// The subscriber leaves; what is queued for them is not sent. False when they had left already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leave(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const LEAVE: &str = "update subscribers set state = 'left', changed_at = $2 where id = $1 and state <> 'left'";
        const QUEUED: &str = "update deliveries set state = 'suppressed', changed_at = $2
            where subscriber_id = $1 and state = 'queued'";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let left = sqlx::query(LEAVE).bind(id).bind(now).execute(&mut *tx).await?.rows_affected();
            sqlx::query(QUEUED).bind(id).bind(now).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(left > 0)
        })
    }
}

fn subscriber((id, digest, address, state, created_at): (i64, String, String, String, DateTime<Utc>)) -> Subscriber {
    Subscriber { id, digest, address, state, created_at }
}
