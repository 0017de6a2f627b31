//! What the pages behind stories told: a cache, so what cannot be read is not known.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::{Store, StoreError, assembled, on, placeholders};
use crate::model::article::Reading;

/// Addresses in one statement.
const CHUNK: usize = 500;

impl Store {
    /// What is known of these addresses, and since when.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn articles(&self, urls: &[String]) -> Result<BTreeMap<String, (DateTime<Utc>, Reading)>, StoreError> {
        let mut known = BTreeMap::new();
        for chunk in urls.chunks(CHUNK) {
            let sql = format!(
                "select url, fetched_at, article from articles where url in ({})",
                placeholders(1, chunk.len())
            );
            let rows: Vec<(String, DateTime<Utc>, String)> = on!(self, pool => {
                let mut query = sqlx::query_as(assembled(sql));
                for url in chunk {
                    query = query.bind(url);
                }
                query.fetch_all(pool).await?
            });
            let read = |text: &str| serde_json::from_str(text).ok();
            known.extend(rows.into_iter().filter_map(|(url, at, text)| Some((url, (at, read(&text)?)))));
        }
        Ok(known)
    }

    /// Keeps what pages told at `now`, in place of what was known of them.
    ///
    /// # Errors
    /// When the database refuses; then nothing is kept.
    pub async fn keep_articles(
        &self,
        readings: &BTreeMap<String, Reading>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const KEEP: &str = "insert into articles (url, fetched_at, article) values ($1, $2, $3)
            on conflict (url) do update set fetched_at = excluded.fetched_at, article = excluded.article";
        if readings.is_empty() {
            return Ok(());
        }
        let now = now.trunc_subsecs(6);
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for (url, reading) in readings {
                let text = serde_json::to_string(reading)?;
                sqlx::query(KEEP).bind(url).bind(now).bind(text).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }
}
