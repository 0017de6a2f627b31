//! What must outlive the database: who left or was erased, and which epochs of sending began.
//!
//! A database that is restored from yesterday's copy knows nothing of who left today, or of what was mailed. So both
//! are also appended to a file beside it, one JSON object a line, without any address. Each sender compares: what the
//! journal knows and the database does not is repeated when it is a departure, and keeps all mail back when it is an
//! epoch, since that mail may have gone out already.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::store::StoreError;
use crate::store::subscribers::Subscriber;
use crate::store::suppressions::Departure;

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{path}: the journal cannot be {verb} ({error}) — it keeps who left; see [database] journal")]
    File { path: PathBuf, verb: &'static str, error: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the system has no randomness to give: {0}")]
    Random(#[from] getrandom::Error),
}

/// The file, or nothing where the database is in memory only.
#[derive(Debug, Clone)]
pub struct Journal {
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Random: what the database remembers of its last entry.
    id: String,
    at: DateTime<Utc>,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The keyed hash of an address.
    Left {
        address: String,
        digest: String,
    },
    Erased {
        address: String,
    },
    Epoch(i64),
}

/// What the journal knows beyond the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beyond {
    /// Subscriptions that ended by repeating what was missing.
    pub departures: u64,
    /// The journal's highest epoch, where it is higher than the database's: this is a copy of an earlier day.
    pub epoch: Option<i64>,
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
    fn append(&self, entry: &Entry) -> Result<(), JournalError> {
        let Some(path) = &self.path else { return Ok(()) };
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            // A line of its own even after one that a power cut left unfinished: readers skip what they cannot read.
            let line = format!("{}\n", serde_json::to_string(entry)?);
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        written().map_err(|error| JournalError::File { path: path.clone(), verb: "written", error })
    }

    /// Every entry after the one with the id `known`; all of them when it is not there.
    fn after(&self, known: Option<&str>) -> Result<Vec<Entry>, JournalError> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let told = |error| JournalError::File { path: path.clone(), verb: "read", error };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(told(error)),
        };
        let mut entries = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let Ok(entry) = serde_json::from_slice::<Entry>(&line.map_err(told)?) else { continue };
            if known == Some(entry.id.as_str()) {
                entries.clear();
            } else {
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}

fn entry(at: DateTime<Utc>, what: What) -> Result<Entry, JournalError> {
    let mut id = crate::token::secret()?;
    id.truncate(16);
    Ok(Entry { id, at, what })
}

/// The subscriber leaves: first the journal knows, then the database, so that what was promised survives both a crash
/// and a restore. A journal that cannot be written keeps nobody from leaving. False when they had left already.
///
/// # Errors
/// When the database refuses.
pub async fn leave(app: &App, subscriber: &Subscriber) -> Result<bool, JournalError> {
    let now = app.clock.now();
    let address = app.signer.address_hash(&subscriber.address);
    let entry = entry(now, What::Left { address, digest: subscriber.digest.clone() })?;
    write_if_possible(app, &entry);
    Ok(app.store.leave(subscriber.id, &entry.id, now).await?)
}

/// The person behind an address is forgotten; see [`Store::erase`](crate::store::Store::erase).
///
/// # Errors
/// When the database refuses.
pub async fn erase(app: &App, address: &str) -> Result<u64, JournalError> {
    let now = app.clock.now();
    let address = app.signer.address_hash(address);
    let entry = entry(now, What::Erased { address: address.clone() })?;
    write_if_possible(app, &entry);
    Ok(app.store.erase(&address, &entry.id, now).await?)
}

fn write_if_possible(app: &App, entry: &Entry) {
    if let Err(error) = app.journal.append(entry) {
        tracing::error!("{error}; should the database be restored from an earlier copy, this departure is lost");
    }
}

/// Repeats the departures that the database does not know, and tells whether it is a copy of an earlier day.
///
/// # Errors
/// When the journal cannot be read, or the database refuses.
pub async fn catch_up(app: &App) -> Result<Beyond, JournalError> {
    let known = app.store.meta(crate::store::meta::JOURNAL).await?;
    let entries = app.journal.after(known.as_deref())?;
    let Some(last) = entries.last() else { return Ok(Beyond::default()) };
    let epoch = app.store.epoch().await?;
    let mut beyond = Beyond::default();
    let mut departures = Vec::new();
    for entry in &entries {
        match &entry.what {
            What::Left { address, digest } => {
                departures.push(Departure {
                    address_hash: address.clone(),
                    digest: Some(digest.clone()),
                    at: entry.at,
                });
            }
            What::Erased { address } => {
                departures.push(Departure { address_hash: address.clone(), digest: None, at: entry.at });
            }
            What::Epoch(began) if *began > epoch => beyond.epoch = beyond.epoch.max(Some(*began)),
            What::Epoch(_) => {}
        }
    }
    // While mail is kept back the journal stays ahead, so that every sender finds out by itself.
    let settled = if beyond.epoch.is_some() { known.unwrap_or_default() } else { last.id.clone() };
    beyond.departures = app.store.replay_departures(&departures, &settled, app.clock.now()).await?;
    Ok(beyond)
}

/// Begins an epoch: in the database first, so that a crash in between looks like nothing at all.
///
/// # Errors
/// When the database refuses, or the journal cannot be written: without it a restored copy would mail again.
pub async fn begin_epoch(app: &App, known: i64) -> Result<i64, JournalError> {
    let mut entry = entry(app.clock.now(), What::Epoch(0))?;
    let epoch = app.store.begin_epoch(known, &entry.id).await?;
    entry.what = What::Epoch(epoch);
    app.journal.append(&entry)?;
    Ok(epoch)
}
