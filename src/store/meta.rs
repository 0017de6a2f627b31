//! Small facts about this database as a whole.

use std::collections::BTreeMap;

use super::{Store, StoreError, on};

/// The key of the last entry of the journal that was read for this database.
pub const JOURNAL: &str = "journal";

/// Sets a value within `$tx`.
macro_rules! set {
    ($tx:ident, $key:expr, $value:expr) => {
        sqlx::query(
            "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
        )
        .bind($key)
        .bind($value)
        .execute(&mut *$tx)
        .await?
    };
}
pub(crate) use set;

/// Waits within `$tx` until nobody else is between its turn under this key and its commit. SQLite has one writer at
/// a time anyway; on PostgreSQL two would each decide by what the other has not committed yet.
macro_rules! turn {
    ($tx:ident, $key:expr) => {
        sqlx::query("insert into meta (key, value) values ($1, '0') on conflict (key) do update set value = meta.value")
            .bind($key)
            .execute(&mut *$tx)
            .await?
    };
}
pub(crate) use turn;

/// The key of the turn that whoever changes a digest's readers or gives them an edition takes.
pub(crate) fn readers_of(digest: &str) -> String {
    format!("turn.readers.{digest}")
}

impl Store {
    /// The value kept under `key`, or the one that `make` yields, which is then kept. When two processes
    /// come at once, both get the value that was kept first.
    ///
    /// # Errors
    /// When the database cannot be asked or written.
    pub async fn meta_or(&self, key: &str, make: impl FnOnce() -> String) -> Result<String, StoreError> {
        const KEEP: &str = "insert into meta (key, value) values ($1, $2) on conflict (key) do nothing";
        const READ: &str = "select value from meta where key = $1";
        if let Some(value) = self.meta(key).await? {
            return Ok(value);
        }
        let value = make();
        on!(self, pool => sqlx::query(KEEP).bind(key).bind(&value).execute(pool).await.map(|_| ())?);
        Ok(on!(self, pool => sqlx::query_scalar(READ).bind(key).fetch_one(pool).await?))
    }

    /// The value kept under `key`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        const READ: &str = "select value from meta where key = $1";
        Ok(on!(self, pool => sqlx::query_scalar(READ).bind(key).fetch_optional(pool).await?))
    }

    /// Everything kept under keys that begin with `prefix`, by key.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn meta_below(&self, prefix: &str) -> Result<BTreeMap<String, String>, StoreError> {
        const READ: &str = "select key, value from meta";
        let rows: Vec<(String, String)> = on!(self, pool => sqlx::query_as(READ).fetch_all(pool).await?);
        Ok(rows.into_iter().filter(|(key, _)| key.starts_with(prefix)).collect())
    }

    /// Keeps `value` under `key`; `None` removes it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_meta(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            match value {
                Some(value) => set!(tx, key, value),
                None => sqlx::query("delete from meta where key = $1").bind(key).execute(&mut *tx).await?,
            };
            tx.commit().await?;
        });
        Ok(())
    }
}
