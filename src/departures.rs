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
    Ok(app.store.leave(subscriber.id, &entry.id, now).await?)
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
    Ok(app.store.erase(&address, &entry.id, now).await?)
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
    let known = app.store.meta(meta::JOURNAL).await?;
    let before = app.store.meta(meta::JOURNAL_BEFORE).await?;
    let entries = app.journal.entries()?.unwrap_or_default();
    let epoch = app.store.epoch().await?;
    let at = |id: &Option<String>| entries.iter().rposition(|entry| id.as_ref() == Some(&entry.id));
    let new = at(&known).map_or(0, |at| at + 1);
    let mut beyond = Beyond::default();
    // A crash may have kept the last epoch's entry from being written, but not the one before it.
    if app.journal.path().is_some() && at(&known).is_none() && before.is_some() && at(&before).is_none() {
        beyond.alarm = Some(Alarm::Lost);
    }
    let mut departures = Vec::new();
    for entry in entries.iter().skip(new) {
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
            What::Epoch(began) if *began > epoch => beyond.alarm = Some(Alarm::Ahead(*began)),
            What::Epoch(_) => {}
        }
    }
    // While mail is kept back the journal stays ahead, so that every sender finds out by itself.
    let settled = match (&beyond.alarm, entries.last()) {
        (None, Some(last)) => Some(last.id.clone()),
        _ => known,
    };
    if !departures.is_empty() {
        let settled = settled.unwrap_or_default();
        beyond.departures = app.store.replay_departures(&departures, &settled, app.clock.now()).await?;
    }
    Ok(beyond)
}

/// Begins an epoch: in the database first, so that a crash in between looks like nothing at all.
///
/// # Errors
/// When the database refuses, or the journal cannot be written: without it a restored copy would mail again.
pub async fn begin_epoch(app: &App, known: i64) -> Result<i64, DepartureError> {
    let mut entry = Entry::new(app.clock.now(), What::Epoch(0))?;
    let epoch = app.store.begin_epoch(known, &entry.id).await?;
    entry.what = What::Epoch(epoch);
    app.journal.append(&entry)?;
    Ok(epoch)
}
