//! What robots.txt files said, by origin: a cache, so what cannot be read is not known.

use std::collections::BTreeMap;

use chrono::SubsecRound as _;

use super::{Store, StoreError, on};
use crate::fetch::robots::standing::Standing;

impl Store {
    /// Everything that is remembered of robots.txt files, by origin.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn robots(&self) -> Result<BTreeMap<String, Standing>, StoreError> {
        const READ: &str = "select origin, robots from robots";
        let rows: Vec<(String, String)> = on!(self, pool => sqlx::query_as(READ).fetch_all(pool).await?);
        let known = rows.into_iter().filter_map(|(origin, text)| Some((origin, serde_json::from_str(&text).ok()?)));
        Ok(known.collect())
    }

    /// Keeps what was learned, unless another process asked later.
    ///
    /// # Errors
    /// When the database refuses; then nothing is kept.
    pub async fn keep_robots(&self, learned: &BTreeMap<String, Standing>) -> Result<(), StoreError> {
        const KEEP: &str = "insert into robots (origin, fetched_at, robots) values ($1, $2, $3)
            on conflict (origin) do update set fetched_at = excluded.fetched_at, robots = excluded.robots
            where robots.fetched_at < excluded.fetched_at";
        if learned.is_empty() {
            return Ok(());
        }
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for (origin, standing) in learned {
                let text = serde_json::to_string(standing)?;
                let asked_at = standing.asked_at.trunc_subsecs(6);
                sqlx::query(KEEP).bind(origin).bind(asked_at).bind(text).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }
}
