//! Epochs: each sender that begins has a number of its own, higher than all before it.

use super::{Store, StoreError, on};

const EPOCH: &str = "epoch";

impl Store {
    /// The last epoch that began; 0 when none did.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn epoch(&self) -> Result<i64, StoreError> {
        Ok(self.meta(EPOCH).await?.and_then(|epoch| epoch.parse().ok()).unwrap_or(0))
    }

    /// Begins the next epoch after the last one, or after `known`, whichever is higher.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_epoch(&self, known: i64) -> Result<i64, StoreError> {
        const LAST: &str = "select value from meta where key = $1";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            super::meta::turn!(tx, EPOCH);
            let last: String = sqlx::query_scalar(LAST).bind(EPOCH).fetch_one(&mut *tx).await?;
            let next = last.parse::<i64>().unwrap_or(0).max(known) + 1;
            super::meta::set!(tx, EPOCH, next.to_string());
            tx.commit().await?;
            Ok(next)
        })
    }
}
