//! What grows is pruned.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};

/// Up to which moment what grows is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// Items that happened and were first seen before; events, rankings and deliveries older than this.
    pub items: DateTime<Utc>,
    /// Lines of the fetch log.
    pub fetch_log: DateTime<Utc>,
    /// What pages and robots.txt files told.
    pub pages: DateTime<Utc>,
    /// Subscriptions that were asked for before and never confirmed.
    pub unconfirmed: DateTime<Utc>,
    /// Who asked for a subscription.
    pub requests: DateTime<Utc>,
}

impl Store {
    /// Removes what is older than the horizon. Editions stay for ever, and so does an undated item: its feed may
    /// still list it, and forgotten it would be news again. Yields how many rows went.
    ///
    /// # Errors
    /// When the database refuses; then nothing is removed.
    pub async fn prune(&self, horizon: &Horizon) -> Result<u64, StoreError> {
        const ITEMS: &str =
            "delete from items where happened_at < $1 and first_seen < $1 and happened_at <> first_seen";
        const TAKEN: &str = "delete from edition_items where edition_id in (select id from editions where cut_off < $1)
            and not exists (select 1 from items where items.id = edition_items.item)";
        const STORIES: &str = "delete from stories where edition_id in (select id from editions where cut_off < $1)";
        const DELIVERIES: &str = "delete from deliveries where wanted_at < $1";
        const EVENTS: &str = "delete from events where ends_at < $1";
        const LOG: &str = "delete from fetch_log where at < $1";
        const ROBOTS: &str = "delete from robots where fetched_at < $1";
        const ARTICLES: &str = "delete from articles where fetched_at < $1";
        const UNCONFIRMED: &str = "delete from subscribers where state = 'pending' and asked_at < $1";
        const REQUESTS: &str = "delete from subscription_requests where at < $1";
        let steps = [
            (ITEMS, horizon.items),
            (TAKEN, horizon.items),
            (STORIES, horizon.items),
            (DELIVERIES, horizon.items),
            (EVENTS, horizon.items),
            (LOG, horizon.fetch_log),
            (ROBOTS, horizon.pages),
            (ARTICLES, horizon.pages),
            (UNCONFIRMED, horizon.unconfirmed),
            (REQUESTS, horizon.requests),
        ];
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let mut removed = 0;
            for (sql, before) in steps {
                removed += sqlx::query(sql).bind(before).execute(&mut *tx).await?.rows_affected();
            }
            tx.commit().await?;
            Ok(removed)
        })
    }
}
