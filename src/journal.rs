//! The journal beside the database: a file of JSON lines that says who left or was erased, and which epochs of sending
//! began, without any address. [`departures`](crate::departures) says what for.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{path}: the journal cannot be {verb} ({error}) — it keeps who left; see [database] journal")]
    File { path: PathBuf, verb: &'static str, error: io::Error },
    #[error("the system has no randomness to give: {0}")]
    Random(getrandom::Error),
}

/// The file, or nothing where the database is in memory only.
#[derive(Debug, Clone)]
pub struct Journal {
    path: Option<PathBuf>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Random: what the database remembers of its last entry.
    pub id: String,
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// `address` is a keyed hash.
    Left {
        address: String,
        digest: String,
    },
    Erased {
        address: String,
    },
    /// A sender began.
    Epoch(i64),
}

impl Journal {
    /// The journal at `path`; without one nothing is kept.
    #[must_use]
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Appends one line, and does not return before it is on disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, entry: &Entry) -> Result<(), JournalError> {
        let Some(path) = &self.path else { return Ok(()) };
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            // Also at its beginning: a power cut may have left a line without its end.
            let line = format!("\n{}\n", serde_json::to_string(entry)?);
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        written().map_err(|error| JournalError::File { path: path.clone(), verb: "written", error })
    }

    /// Every entry that stands in it, oldest first; a line that cannot be read is passed over. `None` where there is no
    /// file.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn entries(&self) -> Result<Option<Vec<Entry>>, JournalError> {
        let Some(path) = &self.path else { return Ok(None) };
        let told = |error| JournalError::File { path: path.clone(), verb: "read", error };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(told(error)),
        };
        let mut entries = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            entries.extend(serde_json::from_slice::<Entry>(&line.map_err(told)?).ok());
        }
        Ok(Some(entries))
    }
}

impl Entry {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(at: DateTime<Utc>, what: What) -> Result<Self, JournalError> {
        let mut id = crate::token::secret().map_err(JournalError::Random)?;
        id.truncate(16);
        Ok(Self { id, at, what })
    }
}
