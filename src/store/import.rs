//! Everything of a SQLite database, moved into an empty PostgreSQL database.
//!
//! The source is read in one transaction, so that it is one state, and never written. The target gets everything in
//! one transaction, or nothing. No run may be at either meanwhile: what it mails after the source was read, the target
//! would mail again.

mod error;
mod rows;
pub mod tables;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, PgConnection, PgPool, Sqlite, SqliteConnection, Transaction};

use super::lock::RunLock;
use super::{MIGRATIONS, Store, StoreError, assembled, without_password};
pub use error::ImportError;
use tables::TABLES;

/// How many rows a table has.
pub type Counts = Vec<(&'static str, i64)>;

/// A SQLite database in one state, which no run changes as long as this lives.
#[derive(Debug)]
pub struct Source {
    pool: SqlitePool,
    state: Transaction<'static, Sqlite>,
    counts: Counts,
    file: PathBuf,
    entry: Option<String>,
    _lock: RunLock,
}

impl Source {
    /// Opens the database `sqlite://FILE`, which must exist, for reading.
    ///
    /// # Errors
    /// When it is no such database, its tables are of another version, or a run is at it.
    pub async fn open(url: &str) -> Result<Self, ImportError> {
        const ENTRY: &str = "select value from meta where key = $1";
        let open = |error| StoreError::Open { url: without_password(url), error };
        if !url.starts_with("sqlite:") {
            return Err(ImportError::NotSqlite(without_password(url)));
        }
        let options = SqliteConnectOptions::from_str(url).map_err(open)?;
        let options = options.create_if_missing(false).busy_timeout(Duration::from_secs(5)).pragma("query_only", "on");
        let file = options.get_filename().to_owned();
        if !file.is_file() {
            return Err(ImportError::NoFile(without_password(url)));
        }
        // Reading a table takes as long as writing it elsewhere does; nobody needs a warning of that.
        let options = options.disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(open)?;
        // First of all, or the lock's file would appear beside a database of somebody else's.
        check_version(&mut *pool.acquire().await?, &file).await?;
        let lock = Store::Sqlite(pool.clone()).lock_run().await?.ok_or(ImportError::Locked("SQLite"))?;
        let mut state = pool.begin().await?;
        // Migrating needs no lock of a run, so what was checked before may have changed.
        check_version(&mut state, &file).await?;
        let mut counts = Counts::new();
        for table in TABLES {
            let sql = assembled(format!("select count(*) from {}", table.name));
            counts.push((table.name, sqlx::query_scalar(sql).fetch_one(&mut *state).await?));
        }
        let entry = sqlx::query_scalar(ENTRY).bind(super::meta::JOURNAL).fetch_optional(&mut *state).await?;
        Ok(Self { pool, state, counts, file, entry, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The last entry of the journal that it knows, which tells its journal from another one's.
    #[must_use]
    pub fn journal_entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }

    /// How many rows there are to move.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count.unsigned_abs()).sum()
    }

    /// What an earlier crash left beside the file is in it afterwards, so that it can be put away as one.
    async fn close(self) {
        // Nothing was written that could be lost.
        let _ = self.state.rollback().await;
        self.pool.close().await;
    }
}

async fn check_version(source: &mut SqliteConnection, file: &Path) -> Result<(), ImportError> {
    const OURS: &str = "select count(*) from sqlite_master where name in ('_sqlx_migrations', 'meta', 'editions')";
    const VERSION: &str = "select coalesce(max(version), 0) from _sqlx_migrations";
    let file = file.display().to_string();
    let ours: i64 = match sqlx::query_scalar(OURS).fetch_one(&mut *source).await {
        Ok(ours) => ours,
        // It is opened in earnest only now, and may be no database at all.
        Err(error) => return Err(StoreError::Open { url: file, error }.into()),
    };
    if ours != 3 {
        return Err(ImportError::NotOurs(file));
    }
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(source).await?;
    let wanted = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    match found.cmp(&wanted) {
        Ordering::Less => Err(ImportError::Older { file, found, wanted }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(ImportError::Newer { file, found, wanted }),
    }
}

/// A PostgreSQL database in which no run is at work as long as this lives.
#[derive(Debug)]
pub struct Target {
    pool: PgPool,
    _lock: RunLock,
}

impl Target {
    /// Asks only whether the address is one of PostgreSQL: to open another would make a file.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(url: &str) -> Result<(), ImportError> {
        if url.starts_with("sqlite:") { Err(ImportError::NotPostgres(without_password(url))) } else { Ok(()) }
    }

    /// Opens the database `postgres://…` and brings its tables up to date.
    ///
    /// # Errors
    /// When it is no such database, it cannot be opened, or a run is at it.
    pub async fn open(url: &str) -> Result<Self, ImportError> {
        Self::check(url)?;
        let store = Store::open(url).await?;
        let lock = store.lock_run().await?.ok_or(ImportError::Locked("PostgreSQL"))?;
        match store {
            Store::Postgres(pool) => Ok(Self { pool, _lock: lock }),
            Store::Sqlite(_) => Err(ImportError::NotPostgres(without_password(url))),
        }
    }
}

/// Moves everything, and yields what was moved. Rows keep their ids, and the next ones come after them; the secrets of
/// links and address hashes become the source's, since what was mailed depends on them. `copied` is told how many more
/// rows were written.
///
/// # Errors
/// When the target has rows already, a row cannot be read or written, or one is missing afterwards; then nothing was
/// moved.
pub async fn import(mut source: Source, target: &Target, copied: impl FnMut(u64)) -> Result<Counts, ImportError> {
    let imported = fill(target, &mut source, copied).await;
    source.close().await;
    imported
}

async fn fill(target: &Target, source: &mut Source, mut copied: impl FnMut(u64)) -> Result<Counts, ImportError> {
    let mut tx = target.pool.begin().await?;
    // Not only runs write: whoever else does, waits until this is over.
    let all = TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
    sqlx::query(assembled(format!("lock table {all} in share row exclusive mode"))).execute(&mut *tx).await?;
    let rows = occupied(&mut tx).await?;
    if !rows.is_empty() {
        return Err(ImportError::NotEmpty(rows.join(", ")));
    }
    sqlx::query("delete from meta").execute(&mut *tx).await?;
    for table in TABLES {
        let error = |error| ImportError::Table { table: table.name, error };
        rows::copy(&mut source.state, &mut tx, table, &mut copied).await.map_err(error)?;
        if table.numbered() {
            number_on(&mut tx, table.name).await.map_err(error)?;
        }
    }
    for &(table, source_rows) in &source.counts {
        let sql = assembled(format!("select count(*) from {table}"));
        let target_rows = sqlx::query_scalar(sql).fetch_one(&mut *tx).await?;
        if target_rows != source_rows {
            return Err(ImportError::Incomplete { table, source_rows, target_rows });
        }
    }
    tx.commit().await?;
    Ok(source.counts.clone())
}

/// The tables that have rows, in words. Opening a new database makes secrets, which nobody depends on yet.
async fn occupied(target: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    const META: &str = "select key from meta where key not in ('token_key', 'address_key')";
    let mut rows = Vec::new();
    for table in TABLES {
        if table.name == "meta" {
            let mut keys: Vec<String> = sqlx::query_scalar(META).fetch_all(&mut *target).await?;
            keys.sort();
            rows.extend((!keys.is_empty()).then(|| format!("`meta` ({})", keys.join(", "))));
        } else {
            let sql = assembled(format!("select exists (select 1 from {})", table.name));
            let any: bool = sqlx::query_scalar(sql).fetch_one(&mut *target).await?;
            rows.extend(any.then(|| format!("`{}`", table.name)));
        }
    }
    Ok(rows)
}

/// The next row that the database numbers comes after those that there are.
async fn number_on(target: &mut PgConnection, table: &str) -> Result<(), sqlx::Error> {
    let sql = format!(
        "select setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1), max(id) is not null) from {table}"
    );
    sqlx::query(assembled(sql)).execute(target).await?;
    Ok(())
}
