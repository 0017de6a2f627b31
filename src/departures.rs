//! What must outlive the database: who left or was erased, and which epochs of sending began.
//!
//! A database that is restored from yesterday's copy knows nothing of who left today, or of what was mailed. So both
//! are also written to the [`journal`](crate::journal) beside it. Each sender compares: what the journal knows and the
//! database does not is repeated when it is a departure, and keeps all mail back when it is an epoch, since that mail
//! may have gone out already. A journal that lacks what the database knows keeps it back too: who left is not known.

use crate::app::App;
use crate::journal::{Entry, JournalError, What};
use crate::store::StoreError;
use crate::store::meta;
use crate::store::subscribers::Subscriber;
use crate::store::suppressions::Departure;

/// Why a departure could not be kept, or not be compared.
#[derive(Debug, thiserror::Error)]
pub enum DepartureError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the journal knows beyond the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beyond {
    /// Subscriptions that ended by repeating what was missing.
    pub departures: u64,
    /// Why no mail may go out before somebody has looked.
    pub alarm: Option<Alarm>,
}

/// The journal and the database do not belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// This epoch began, and the database does not know it: it is a copy of an earlier day.
    Ahead(i64),
    /// The database knows entries that are not there: the journal was lost, or is another one's.
    Lost,
}

/// The subscriber leaves: first the journal knows, then the database, so that what was promised survives both a crash
/// and a restore. A journal that cannot be written keeps nobody from leaving. False when they had left already.
///
/// # Errors
/// When the database refuses.
pub async fn leave(app: &App, subscriber: &Subscriber) -> Result<bool, DepartureError> {
    let now = app.clock.now();
    let address = app.signer.address_hash(&subscriber.address);
    let entry = Entry::new(now, What::Left { address, digest: subscriber.digest.clone() })?;
    write_if_possible(app, &entry);
    Ok(app.store.leave(subscriber.id, now).await?)
}

/// The person behind an address is forgotten; see [`Store::erase`](crate::store::Store::erase).
///
/// # Errors
/// When the database refuses.
pub async fn erase(app: &App, address: &str) -> Result<u64, DepartureError> {
    let now = app.clock.now();
    let address = app.signer.address_hash(address);
    let entry = Entry::new(now, What::Erased { address: address.clone() })?;
    write_if_possible(app, &entry);
    Ok(app.store.erase(&address, now).await?)
}

fn write_if_possible(app: &App, entry: &Entry) {
    if let Err(error) = app.journal.append(entry) {
        tracing::error!("{error}; should the database be restored from an earlier copy, this departure is lost");
    }
}

/// Repeats the departures that the database does not know, and tells whether the two belong together.
///
/// # Errors
/// When the journal cannot be read, or the database refuses.
pub async fn catch_up(app: &App) -> Result<Beyond, DepartureError> {
    let read = app.store.meta(meta::JOURNAL).await?;
    let entries = app.journal.entries()?.unwrap_or_default();
    let epoch = app.store.epoch().await?;
    let at = entries.iter().rposition(|entry| read.as_ref() == Some(&entry.id));
    let began = entries.iter().filter_map(|entry| match entry.what {
        What::Epoch(began) => Some(began),
        What::Left { .. } | What::Erased { .. } => None,
    });
    let alarm = match began.max() {
        // Of all entries: whatever happened since, mail went out that this database knows nothing of.
        Some(began) if began > epoch => Some(Alarm::Ahead(began)),
        _ if read.is_some() && at.is_none() && app.journal.path().is_some() => Some(Alarm::Lost),
        _ => None,
    };
    // What this database knows by itself is repeated too: it changes nothing, and a write that failed is made up for.
    let departures: Vec<Departure> = entries.iter().skip(at.map_or(0, |at| at + 1)).filter_map(departure).collect();
    let mut beyond = Beyond { departures: 0, alarm };
    // While mail is kept back the journal stays ahead, so that every sender finds out by itself.
    let settled = match (alarm, entries.last()) {
        (None, Some(last)) => Some(last.id.as_str()),
        _ => read.as_deref(),
    };
    if !departures.is_empty() || settled != read.as_deref() {
        beyond.departures = app.store.replay_departures(&departures, settled, app.clock.now()).await?;
    }
    Ok(beyond)
}

fn departure(entry: &Entry) -> Option<Departure> {
    let (address_hash, digest) = match &entry.what {
        What::Left { address, digest } => (address.clone(), Some(digest.clone())),
        What::Erased { address } => (address.clone(), None),
        What::Epoch(_) => return None,
    };
    Some(Departure { address_hash, digest, at: entry.at })
}

/// Begins an epoch: in the database first, so that a crash in between looks like nothing at all.
///
/// # Errors
/// When the database refuses, or the journal cannot be written: without it a restored copy would mail again.
pub async fn begin_epoch(app: &App, known: i64) -> Result<i64, DepartureError> {
    let epoch = app.store.begin_epoch(known).await?;
    app.journal.append(&Entry::new(app.clock.now(), What::Epoch(epoch))?)?;
    Ok(epoch)
}
