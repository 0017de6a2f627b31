//! Small facts about this database as a whole.

use super::{Store, StoreError, on};

impl Store {
    /// The value kept under `key`, or the one that `make` yields, which is then kept. When two processes
    /// come at once, both get the value that was kept first.
    ///
    /// # Errors
    /// When the database cannot be asked or written.
    pub async fn meta_or(&self, key: &str, make: impl FnOnce() -> String) -> Result<String, StoreError> {
        const READ: &str = "select value from meta where key = $1";
        const KEEP: &str = "insert into meta (key, value) values ($1, $2) on conflict (key) do nothing";
        if let Some(value) = on!(self, pool => sqlx::query_scalar(READ).bind(key).fetch_optional(pool).await?) {
            return Ok(value);
        }
        let value = make();
        on!(self, pool => sqlx::query(KEEP).bind(key).bind(&value).execute(pool).await.map(|_| ())?);
        Ok(on!(self, pool => sqlx::query_scalar(READ).bind(key).fetch_one(pool).await?))
    }
}
