//! What curators said of pairs of reports.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::model::id::ItemId;
use crate::model::judgement::Judgements;

impl Store {
    /// All that was ever said.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn judgements(&self) -> Result<Judgements, StoreError> {
        const SQL: &str = "select one, other, together from judgements";
        let rows: Vec<(String, String, bool)> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
        let mut judgements = Judgements::default();
        for (one, other, together) in rows {
            if let (Some(one), Some(other)) = (ItemId::parse(&one), ItemId::parse(&other)) {
                judgements.judge(&one, &other, together);
            }
        }
        Ok(judgements)
    }

    /// Keeps what somebody said; where they said otherwise before, this counts.
    ///
    /// # Errors
    /// When the database refuses; then nothing of it is kept.
    pub async fn judge(&self, judgements: &Judgements, now: DateTime<Utc>) -> Result<(), StoreError> {
        const KEEP: &str = "insert into judgements (one, other, together, at) values ($1, $2, $3, $4)
            on conflict (one, other) do update set together = excluded.together, at = excluded.at";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for (one, other, together) in judgements.iter() {
                sqlx::query(KEEP).bind(one.as_str()).bind(other.as_str()).bind(together).bind(now).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }
}
