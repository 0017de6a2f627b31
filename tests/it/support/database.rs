//! A database for one test, SQLite or PostgreSQL, and a look into its tables.

use std::ffi::OsStr;
use std::path::Path;

use bellwether::store::Store;
use sqlx::{AssertSqlSafe, Executor as _};
use tempfile::TempDir;

use super::pg::PgDatabase;

/// A database of one test's own, gone when it is dropped.
#[derive(Debug)]
pub struct Database {
    url: String,
    _folder: Option<TempDir>,
    in_cluster: Option<PgDatabase>,
}

impl Database {
    /// What `BELLWETHER_TEST_DATABASE` asks for: the file at `path` (`sqlite`, or unset) or `postgres`.
    pub fn wanted(path: &Path) -> Self {
        match std::env::var_os("BELLWETHER_TEST_DATABASE").as_deref().map(OsStr::as_encoded_bytes) {
            None | Some(b"" | b"sqlite") => Self::file(path),
            Some(b"postgres") => {
                Self::postgres().expect("BELLWETHER_TEST_DATABASE asks for PostgreSQL, and there is none")
            }
            Some(_) => panic!("BELLWETHER_TEST_DATABASE is `sqlite` or `postgres`"),
        }
    }

    /// The file at `path`, which is its owner's to remove.
    pub fn file(path: &Path) -> Self {
        Self { url: format!("sqlite://{}", path.display()), _folder: None, in_cluster: None }
    }

    /// A SQLite file, not made yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("test.db");
        Self { _folder: Some(folder), ..Self::file(&path) }
    }

    /// A PostgreSQL database with all migrations, or `None` where there is no PostgreSQL.
    pub fn postgres() -> Option<Self> {
        PgDatabase::migrated().map(Self::of_cluster)
    }

    /// A PostgreSQL database without any table, or `None` where there is no PostgreSQL.
    pub fn empty_postgres() -> Option<Self> {
        PgDatabase::empty().map(Self::of_cluster)
    }

    fn of_cluster(database: PgDatabase) -> Self {
        Self { url: database.url.clone(), _folder: None, in_cluster: Some(database) }
    }

    /// Whether it is a file of SQLite's.
    pub fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// As `--database` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.url).await.expect("a database")
    }

    /// Runs one statement; yields how many rows it changed.
    pub fn execute(&self, sql: &str) -> u64 {
        self.with_store(async |store| execute(&store, sql).await)
    }

    /// Runs a query that yields one column of text.
    pub fn strings(&self, sql: &str) -> Vec<String> {
        self.with_store(async |store| strings(&store, sql).await)
    }

    /// A copy as an operator's backup makes it, while nobody uses the database.
    pub fn copy(&self) -> Self {
        if let Some(database) = &self.in_cluster {
            return Self::of_cluster(database.copy());
        }
        let copy = Self::sqlite();
        copy.put_back(self);
        copy
    }

    /// Makes this what `copy` holds, as a restore does.
    pub fn put_back(&self, copy: &Self) {
        if let (Some(here), Some(copy)) = (&self.in_cluster, &copy.in_cluster) {
            return here.put_back(copy);
        }
        let file = |database: &Self, ending| format!("{}{ending}", database.url.trim_start_matches("sqlite://"));
        for ending in ["", "-wal", "-shm"] {
            let (from, to) = (file(copy, ending), file(self, ending));
            if Path::new(&from).exists() {
                std::fs::copy(from, to).expect("a copy");
            } else if Path::new(&to).exists() {
                std::fs::remove_file(to).expect("gone");
            }
        }
    }

    fn with_store<T: Send>(&self, act: impl AsyncFnOnce(Store) -> T + Send) -> T {
        wait(async || {
            let store = self.store().await;
            let out = act(store.clone()).await;
            store.close().await;
            out
        })
    }
}

/// Runs one statement; yields how many rows it changed.
pub async fn execute(store: &Store, sql: &str) -> u64 {
    let sql = AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite(pool) => pool.execute(sql).await.expect("a statement").rows_affected(),
        Store::Postgres(pool) => pool.execute(sql).await.expect("a statement").rows_affected(),
    }
}

/// Runs a query that yields one column of text.
pub async fn strings(store: &Store, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.expect("rows"),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.expect("rows"),
    }
}

/// Runs to the end on a thread and a runtime of its own, so that it may be called from within another.
pub fn wait<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(work())
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
