//! One run at a time: a lock that the system frees when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Postgres};

use super::{Store, StoreError};

/// Held as long as it lives.
#[derive(Debug)]
pub enum RunLock {
    File(File),
    /// An advisory lock of a session; the session ends with the connection.
    Session(Option<PoolConnection<Postgres>>),
    /// A database in memory has no second process.
    Alone,
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if let Self::Session(connection) = self
            && let Some(connection) = connection.take()
        {
            // Returned to the pool it would go on holding the lock.
            drop(connection.detach().close());
        }
    }
}

/// "BELLWETH" as a number: PostgreSQL's advisory locks are named by one.
const ADVISORY: i64 = 0x4245_4c4c_5745_5448;

impl Store {
    /// Takes the lock of a run, or says that another holds it (`None`).
    ///
    /// # Errors
    /// When the lock's file cannot be made, or the database not asked.
    pub async fn lock_run(&self) -> Result<Option<RunLock>, StoreError> {
        match self {
            Self::Sqlite(pool) => {
                let options = pool.connect_options();
                let database = options.get_filename();
                if database.as_os_str().is_empty() || database.to_string_lossy().contains(":memory:") {
                    return Ok(Some(RunLock::Alone));
                }
                let mut path: PathBuf = database.to_owned();
                path.as_mut_os_string().push(".lock");
                let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
                let file = file.map_err(StoreError::Lock)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(RunLock::File(file))),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(StoreError::Lock(error)),
                }
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
                    .bind(ADVISORY)
                    .fetch_one(&mut *connection)
                    .await?;
                Ok(taken.then_some(RunLock::Session(Some(connection))))
            }
        }
    }
}
