//! What grows is pruned.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};

impl Store {
    /// Removes items that happened and were first seen before `items_before`, log lines before `log_before`,
    /// and events, rankings and deliveries older than `items_before`. Editions stay for ever, and so does an
    /// undated item: its feed may still list it, and forgotten it would be news again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune(&self, items_before: DateTime<Utc>, log_before: DateTime<Utc>) -> Result<u64, StoreError> {
        const ITEMS: &str =
            "delete from items where happened_at < $1 and first_seen < $1 and happened_at <> first_seen";
        const TAKEN: &str = "delete from edition_items where edition_id in (select id from editions where cut_off < $1)
            and not exists (select 1 from items where items.id = edition_items.item)";
        const STORIES: &str = "delete from stories where edition_id in (select id from editions where cut_off < $1)";
        const DELIVERIES: &str =
            "delete from deliveries where edition_id in (select id from editions where cut_off < $1)";
        const EVENTS: &str = "delete from events where ends_at < $1";
        const LOG: &str = "delete from fetch_log where at < $1";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let mut removed = sqlx::query(ITEMS).bind(items_before).execute(&mut *tx).await?.rows_affected();
            removed += sqlx::query(TAKEN).bind(items_before).execute(&mut *tx).await?.rows_affected();
            removed += sqlx::query(STORIES).bind(items_before).execute(&mut *tx).await?.rows_affected();
            removed += sqlx::query(DELIVERIES).bind(items_before).execute(&mut *tx).await?.rows_affected();
            removed += sqlx::query(EVENTS).bind(items_before).execute(&mut *tx).await?.rows_affected();
            removed += sqlx::query(LOG).bind(log_before).execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            Ok(removed)
        })
    }
}
