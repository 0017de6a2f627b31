//! What keeps an import from happening, and what to do about it.

use crate::store::StoreError;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("`{0}` is not a SQLite database, and import moves from SQLite to PostgreSQL — write --from sqlite://FILE")]
    NotSqlite(String),
    #[error(
        "`{0}` is not a PostgreSQL database, and import moves from SQLite to PostgreSQL — \
         write --database postgres://HOST/NAME, or set [database] url"
    )]
    NotPostgres(String),
    #[error(
        "`{0}` names no file that exists — write --from sqlite://FILE, relative to this directory or from the root"
    )]
    NoFile(String),
    #[error("{0} is not a database of Bellwether's — name the one that [database] url named until now")]
    NotOurs(String),
    #[error(
        "the tables of {file} are at version {found}, and this version of Bellwether moves version {wanted} — \
         first `bellwether migrate --database sqlite://{file}`"
    )]
    Older { file: String, found: i64, wanted: i64 },
    #[error(
        "the tables of {file} are at version {found}, and this version of Bellwether knows them until {wanted} — \
         import with the version that wrote it"
    )]
    Newer { file: String, found: i64, wanted: i64 },
    #[error("another run is at the {0} database, so nothing was imported; try again when it is done")]
    Locked(&'static str),
    #[error(
        "the PostgreSQL database is not empty: it has rows in {0} — name an empty one, or drop this one and create it \
         again"
    )]
    NotEmpty(String),
    #[error("`{table}` cannot be copied, so nothing was imported: {error}")]
    Table { table: &'static str, error: sqlx::Error },
    #[error(
        "`{table}` has {source_rows} rows in SQLite and would have {target_rows} in PostgreSQL, so nothing was \
         imported — this should not be possible; please report it"
    )]
    Incomplete { table: &'static str, source_rows: i64, target_rows: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
