//! The only place with SQL. One text a query serves both databases; a file for each aggregate.
//!
//! `Any` cannot read timestamps or JSON of PostgreSQL, and code generic over the database drowns in bounds,
//! so [`Store`] is an enum and the [`on!`] macro compiles each expression once per variant.
//! Time never comes from SQL: `now` is bound.

pub mod articles;
pub mod claims;
pub mod deliveries;
pub mod editions;
pub mod epoch;
pub mod events;
pub mod import;
pub mod items;
mod judgements;
pub mod lock;
pub mod meta;
pub mod opt_in;
pub mod retention;
pub mod robots;
pub mod sources;
pub mod subscribers;
pub mod suppressions;
pub mod yields;

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqlSafeStr as _};

/// An open database.
#[derive(Debug, Clone)]
pub enum Store {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs one expression on whichever database is open. `$pool` names its pool within.
macro_rules! on {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite($pool) => $body,
            $crate::store::Store::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("`{0}` names no database that Bellwether knows — write sqlite://FILE or postgres://HOST/NAME")]
    UnknownScheme(String),
    #[error("cannot open the database {url}: {error} — check that it exists and may be written")]
    Open { url: String, error: sqlx::Error },
    #[error("the database's tables cannot be brought up to date: {0} — is it used by a newer version?")]
    Migrate(MigrateError),
    #[error("the database refused: {0}")]
    Database(sqlx::Error),
    #[error("a row of the database cannot be read: {0} — was it written by a newer version?")]
    Row(serde_json::Error),
    #[error("the lock cannot be taken: {0}")]
    Lock(std::io::Error),
}

// Each error tells its cause itself, so none is handed on as a source: it would be told twice.
impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        Self::Migrate(error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Row(error)
    }
}

/// Every migration: version, name, text for SQLite, text for PostgreSQL.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "first",
        include_str!("../migrations/sqlite/0001_first.sql"),
        include_str!("../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "ledger_and_list",
        include_str!("../migrations/sqlite/0002_ledger_and_list.sql"),
        include_str!("../migrations/postgres/0002_ledger_and_list.sql"),
    ),
    (
        3,
        "fetching",
        include_str!("../migrations/sqlite/0003_fetching.sql"),
        include_str!("../migrations/postgres/0003_fetching.sql"),
    ),
    (
        4,
        "prints",
        include_str!("../migrations/sqlite/0004_prints.sql"),
        include_str!("../migrations/postgres/0004_prints.sql"),
    ),
    (
        5,
        "prints_apart",
        include_str!("../migrations/sqlite/0005_prints_apart.sql"),
        include_str!("../migrations/postgres/0005_prints_apart.sql"),
    ),
    (
        6,
        "judgements",
        include_str!("../migrations/sqlite/0006_judgements.sql"),
        include_str!("../migrations/postgres/0006_judgements.sql"),
    ),
];

impl Store {
    /// Opens `sqlite://FILE` (made when missing) or `postgres://…`, and brings its tables up to date.
    ///
    /// # Errors
    /// When the address is of no known kind, the database cannot be opened or its tables not migrated.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let open = |error| StoreError::Open { url: without_password(url), error };
        let store = if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(open)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A delivery mark that a power cut takes back would be a second mail.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                // Pages that many batches write reach the file once: the log may grow to 16 MiB.
                .pragma("wal_autocheckpoint", "4000")
                // What is erased is overwritten, in every page that held it.
                .pragma("secure_delete", "on")
                .busy_timeout(Duration::from_secs(5));
            // When the disk is full SQLite ends a transaction by itself, and the driver goes on believing in it.
            let pool = SqlitePoolOptions::new()
                .max_connections(4)
                .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
            let mut tried = 0_u64;
            loop {
                match pool.clone().connect_with(options.clone()).await {
                    Ok(pool) => break Self::Sqlite(pool),
                    // Two that make a database turn it to WAL at once, and SQLite lets neither wait for the other.
                    Err(error) if is_busy(&error) && tried < 20 => tried += 1,
                    Err(error) => return Err(open(error)),
                }
                tokio::time::sleep(Duration::from_millis(10 * tried)).await;
            }
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(open)?;
            // A pool tries again for half a minute and then says only that it took too long.
            options.connect().await.map_err(open)?.close().await.map_err(open)?;
            Self::Postgres(PgPoolOptions::new().max_connections(8).connect_lazy_with(options))
        } else {
            return Err(StoreError::UnknownScheme(without_password(url)));
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Brings the tables up to date; safe at any time and by several processes at once.
    ///
    /// # Errors
    /// When a migration fails, or the database was migrated by a newer version.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrations = MIGRATIONS.iter().map(|(version, name, sqlite, postgres)| {
            let sql = match self {
                Self::Sqlite(_) => *sqlite,
                Self::Postgres(_) => *postgres,
            };
            Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
        });
        let migrator = Migrator::with_migrations(migrations.collect());
        let mut tried = 0_u64;
        loop {
            match on!(self, pool => migrator.run(pool).await) {
                Ok(()) => return Ok(()),
                // SQLite has no lock around a migration: another process was at it, and is done in a moment.
                Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tried < 5 => tried += 1,
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(Duration::from_millis(100 * tried)).await;
        }
    }

    /// Whether there is a database at this address already, as far as can be told without opening it.
    #[must_use]
    pub fn exists(url: &str) -> bool {
        let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok()).flatten();
        options.is_none_or(|options| options.get_filename().exists())
    }

    /// The version of its tables.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn version(&self) -> Result<i64, StoreError> {
        const SQL: &str = "select coalesce(max(version), 0) from _sqlx_migrations";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await?))
    }

    /// Whether the file of a SQLite database is whole; PostgreSQL sees to that itself.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn is_sound(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(pool) => {
                let told: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(pool).await?;
                Ok(told == "ok")
            }
            Self::Postgres(_) => Ok(true),
        }
    }

    /// Closes every connection; what was written is on disk.
    pub async fn close(&self) {
        on!(self, pool => pool.close().await);
    }

    /// How a writing transaction begins: SQLite takes the write lock at once, or a reader that turns writer
    /// finds the database busy.
    pub(crate) fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "begin immediate",
            Self::Postgres(_) => "begin",
        }
    }
}

/// SQLITE_BUSY, whatever its extended code says of why.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// `in ($first, $first+1, …)` for `count` values; the caller binds each.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// A statement that was put together from constants and [`placeholders`] only.
pub(crate) fn assembled(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}

fn without_password(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else {
        // What stands before an @ may be a password.
        return url.rsplit('@').next().unwrap_or_default().to_owned();
    };
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    if url.query().is_some_and(|query| query.contains("password")) {
        url.set_query(None);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_disk_fails_what_does_not_fit_and_nothing_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite://{}/full.db", folder.path().display())).await.unwrap();
        let Store::Sqlite(pool) = &store else { panic!("SQLite") };
        // Each connection has its own limit.
        let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(pool).await.unwrap();
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut connection = pool.acquire().await.unwrap();
            let sql = AssertSqlSafe(format!("pragma max_page_count = {pages}"));
            sqlx::query(sql).execute(&mut *connection).await.unwrap();
            held.push(connection);
        }
        drop(held);
        let write = async |length: usize| {
            let mut tx = pool.begin_with(store.begin()).await?;
            let insert = sqlx::query("insert into meta (key, value) values ($1, $2)").bind(format!("of {length}"));
            insert.bind("x".repeat(length)).execute(&mut *tx).await?;
            tx.commit().await
        };
        let full = write(1 << 20).await.unwrap_err().to_string();
        assert!(full.contains("full"), "{full}");
        write(1).await.unwrap();
        store.close().await;
    }

    #[test]
    fn no_password_is_told() {
        for url in ["postgres://me:secret@db.example/x", "postgres:///x?host=/run&password=secret", "me:sec ret@db"] {
            assert!(!without_password(url).contains("secret"), "{url}");
        }
        assert_eq!(without_password("sqlite://bellwether.db"), "sqlite://bellwether.db");
    }
}
