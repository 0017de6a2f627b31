//! Addresses that get no mail, by keyed hash: the hash outlives the subscriber and tells nobody who it was.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};

/// Someone who left or was erased, as the journal beside the database tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    pub address_hash: String,
    /// `None`: erased, from every digest.
    pub digest: Option<String>,
    pub at: DateTime<Utc>,
}

impl Store {
    /// Why nothing is sent to an address: `bounced`, `complained` or `erased`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn suppression(&self, address_hash: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select reason from suppressions where address_hash = $1";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(address_hash).fetch_optional(pool).await?))
    }

    /// Lets mail to the address out again. False when it was not suppressed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unsuppress(&self, address_hash: &str) -> Result<bool, StoreError> {
        const SQL: &str = "delete from suppressions where address_hash = $1";
        let rows = on!(self, pool => sqlx::query(SQL).bind(address_hash).execute(pool).await?.rows_affected());
        Ok(rows > 0)
    }

    /// Repeats departures that this database may not know, since it was restored from a copy; who came back after
    /// them stays. `entry` is the last of the journal that was read. Yields how many subscriptions ended by it.
    ///
    /// # Errors
    /// When the database refuses; then none is repeated.
    pub async fn replay_departures(
        &self,
        departures: &[Departure],
        entry: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        const LEAVE: &str = "update subscribers set state = 'left', changed_at = $3
            where address_hash = $1 and digest = $2 and state <> 'left' and changed_at <= $3";
        const QUEUED: &str = "update deliveries
            set state = 'suppressed', epoch = null, lease_until = null, changed_at = $3
            where state in ('queued', 'claimed') and subscriber_id in (
                select id from subscribers where address_hash = $1 and digest = $2 and state = 'left')";
        let mut ended = 0;
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for departure in departures {
                let hash = departure.address_hash.as_str();
                let Some(digest) = &departure.digest else {
                    ended += super::subscribers::erase!(tx, hash, departure.at, now);
                    continue;
                };
                ended += sqlx::query(LEAVE).bind(hash).bind(digest).bind(departure.at)
                    .execute(&mut *tx).await?.rows_affected();
                sqlx::query(QUEUED).bind(hash).bind(digest).bind(now).execute(&mut *tx).await?;
            }
            if let Some(entry) = entry {
                super::meta::set!(tx, super::meta::JOURNAL, entry);
            }
            tx.commit().await?;
        });
        Ok(ended)
    }
}
