//! The ledger of deliveries: one row for each letter, and every step of it a commit.
//!
//! ```text
//! queued ─claim─► claimed ─354─► sending ─250─► sent ─DSN, ARF─► bounced, complained
//!    ▲               │              ├─4xx──► queued
//!    └──4xx, lease,──┘              ├─5xx──► failed        queued past its time ─► expired
//!       epoch                       └─no answer, lease over─► in_doubt    left meanwhile ─► suppressed
//! ```
//!
//! A claim is good until its lease is over, and only in its sender's epoch: a sender that begins with the lock of a
//! run in its hand knows that every earlier epoch is over.

pub mod standing;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::model::id::DigestKey;

/// Whether the subscriber of delivery `d` may get this letter, for `where`.
macro_rules! welcome {
    ($d:literal) => {
        concat!(
            "exists (select 1 from subscribers s where s.id = ",
            $d,
            ".subscriber_id and s.state = case ",
            $d,
            ".purpose when 'confirmation' then 'pending' else 'confirmed' end
                and not exists (select 1 from suppressions p where p.address_hash = s.address_hash
                    and (p.reason <> 'erased' or ",
            $d,
            ".purpose = 'edition')))"
        )
    };
}
use welcome;

/// A delivery that a sender holds until its lease is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: i64,
    /// `None`: the letter asks to confirm a subscription.
    pub edition_id: Option<i64>,
    pub subscriber_id: i64,
    pub digest: String,
    pub address: String,
    /// When the subscriber last asked for a confirmation.
    pub asked_at: Option<DateTime<Utc>>,
    pub message_id: String,
    /// When it was first due: the date of the letter, at every attempt.
    pub wanted_at: DateTime<Utc>,
    /// Including this one.
    pub attempts: i64,
}

/// One step of a delivery that its sender writes down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub id: i64,
    pub step: Step,
}

/// What happened to a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The write-ahead mark: from here on the server may have the message. The lease is renewed, since the server
    /// may take its time.
    Sending { lease_until: DateTime<Utc> },
    /// How it ended; `reply` is what the server said, or what went wrong.
    Ended { ending: Ending, reply: String },
}

/// How a delivery ended, or when it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Sent,
    Failed {
        /// There is no such mailbox: nothing more is sent to the address.
        suppress: bool,
    },
    InDoubt,
    Again {
        at: DateTime<Utc>,
    },
}

/// What a recovery goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// The epoch of a sender that holds the lock of a run: every other epoch's leases are void. `None` respects them.
    pub alone: Option<i64>,
    /// Whether what is in doubt is sent again, once.
    pub resend: bool,
    /// What was first due before this moment and is still queued is given up.
    pub expire_before: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

/// What taking up a crashed sender's deliveries found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    pub in_doubt: u64,
    pub expired: u64,
    /// In doubt, and queued once more.
    pub resent: u64,
}

/// Its edition, subscriber, Message-ID, first moment and attempts.
type Taken = (Option<i64>, i64, String, DateTime<Utc>, i64);

impl Store {
    /// Takes up to `limit` deliveries of `digests` that are due, in `epoch`, until `lease_until`; confirmations first.
    /// What its reader no longer wants is suppressed on the way.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_deliveries(
        &self,
        epoch: i64,
        digests: &[DigestKey],
        limit: i64,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Vec<Claimed>, StoreError> {
        const CLAIM: &str = concat!(
            "update deliveries
            set state = 'claimed', epoch = $2, lease_until = $4, changed_at = $3, attempts = attempts + 1
            where id = $1 and state = 'queued' and due_at <= $3 and ",
            welcome!("deliveries"),
            " returning edition_id, subscriber_id, message_id, wanted_at, attempts"
        );
        const SUPPRESS: &str = "update deliveries set state = 'suppressed', changed_at = $2
            where id = $1 and state = 'queued'";
        const WHO: &str = "select digest, address, asked_at from subscribers where id = $1";
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        // Of one table and in the order of its index: with a join here the whole queue is sorted for each claim.
        let due = format!(
            "select id from deliveries where state = 'queued' and due_at <= $1 and digest in ({})
            order by purpose, due_at, id limit $2 {}",
            super::placeholders(3, digests.len()),
            match self {
                Self::Sqlite(_) => "",
                // Senders that meet at the same rows would each find that nothing is left.
                Self::Postgres(_) => "for update skip locked",
            },
        );
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let mut claimed = Vec::new();
            loop {
                let mut query = sqlx::query_scalar(super::assembled(due.clone())).bind(now).bind(limit);
                for digest in digests {
                    query = query.bind(digest.as_str());
                }
                let ids: Vec<i64> = query.fetch_all(&mut *tx).await?;
                for id in &ids {
                    // The conditions stand here again: another sender, or the reader, may have been faster.
                    let row: Option<Taken> = sqlx::query_as(CLAIM)
                        .bind(*id).bind(epoch).bind(now).bind(lease_until).fetch_optional(&mut *tx).await?;
                    let Some((edition_id, subscriber_id, message_id, wanted_at, attempts)) = row else {
                        sqlx::query(SUPPRESS).bind(*id).bind(now).execute(&mut *tx).await?;
                        continue;
                    };
                    let (digest, address, asked_at): (String, String, Option<DateTime<Utc>>) =
                        sqlx::query_as(WHO).bind(subscriber_id).fetch_one(&mut *tx).await?;
                    let id = *id;
                    claimed.push(Claimed {
                        id, edition_id, subscriber_id, digest, address, asked_at, message_id, wanted_at, attempts });
                }
                if !claimed.is_empty() || ids.is_empty() {
                    break;
                }
            }
            tx.commit().await?;
            Ok(claimed)
        })
    }

    /// Writes the steps of deliveries of this `epoch`, in their order, in one transaction. False for each that is not
    /// (or no longer) its sender's: then nothing may be sent. An answer that comes after its lease still settles what
    /// was taken to be in doubt meanwhile.
    ///
    /// # Errors
    /// When the database refuses; then nothing is written, and nothing may be sent.
    pub async fn mark_deliveries(
        &self,
        epoch: i64,
        marks: &[Mark],
        now: DateTime<Utc>,
    ) -> Result<Vec<bool>, StoreError> {
        const SENDING: &str = "update deliveries set state = 'sending', changed_at = $3, lease_until = $4
            where id = $1 and epoch = $2 and state = 'claimed' and lease_until > $3";
        const ENDED: &str = "update deliveries
            set state = $3, reply = $4, due_at = coalesce($5, due_at), changed_at = $6, epoch = null, lease_until = null
            where id = $1 and epoch = $2 and state in ('claimed', 'sending', 'in_doubt')";
        const SUPPRESS: &str = "insert into suppressions (address_hash, reason, at)
            select s.address_hash, 'bounced', $2 from deliveries d join subscribers s on s.id = d.subscriber_id
            where d.id = $1 on conflict (address_hash) do update set reason = excluded.reason, at = excluded.at";
        const OTHERS: &str = "update deliveries set state = 'suppressed', changed_at = $2
            where state = 'queued' and subscriber_id in (
                select o.id from deliveries d join subscribers s on s.id = d.subscriber_id
                    join subscribers o on o.address_hash = s.address_hash
                where d.id = $1)";
        let mut written = Vec::with_capacity(marks.len());
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for mark in marks {
                let rows = match &mark.step {
                    Step::Sending { lease_until } => {
                        sqlx::query(SENDING).bind(mark.id).bind(epoch).bind(now).bind(lease_until).execute(&mut *tx).await?
                    }
                    Step::Ended { ending, reply } => {
                        let (state, due) = written_as(*ending);
                        let reply: String = reply.chars().filter(|c| *c != '\0').take(500).collect();
                        sqlx::query(ENDED)
                            .bind(mark.id).bind(epoch).bind(state).bind(reply).bind(due).bind(now)
                            .execute(&mut *tx).await?
                    }
                };
                if rows.rows_affected() > 0
                    && matches!(mark.step, Step::Ended { ending: Ending::Failed { suppress: true }, .. })
                {
                    sqlx::query(SUPPRESS).bind(mark.id).bind(now).execute(&mut *tx).await?;
                    sqlx::query(OTHERS).bind(mark.id).bind(now).execute(&mut *tx).await?;
                }
                written.push(rows.rows_affected() > 0);
            }
            tx.commit().await?;
        });
        Ok(written)
    }

    /// Takes up what a crashed sender left: a claim is queued again, a message that was being sent is in doubt (and,
    /// where that is wished, sent again once), what its reader no longer wants is suppressed, and what has been
    /// waiting for too long expires.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recover_deliveries(&self, recovery: &Recovery) -> Result<Recovered, StoreError> {
        const QUEUE: &str = "update deliveries set state = 'queued', epoch = null, lease_until = null, changed_at = $1
            where state = 'claimed' and (lease_until < $1 or epoch is null or epoch < $2)";
        const DOUBT: &str = "update deliveries set state = 'in_doubt', lease_until = null, changed_at = $1,
                reply = 'the sender stopped before the server answered'
            where state = 'sending' and (lease_until < $1 or epoch is null or epoch < $2)";
        const RESEND: &str = "update deliveries
            set state = 'queued', epoch = null, due_at = $1, changed_at = $1, resent = resent + 1
            where state = 'in_doubt' and resent = 0 and wanted_at >= $2";
        const UNWANTED: &str = concat!(
            "update deliveries set state = 'suppressed', changed_at = $1 where state = 'queued' and not ",
            welcome!("deliveries")
        );
        const EXPIRE: &str = "update deliveries set state = 'expired', changed_at = $1
            where state = 'queued' and wanted_at < $2";
        let (now, epoch) = (recovery.now, recovery.alone.unwrap_or(0));
        let mut recovered = Recovered::default();
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(QUEUE).bind(now).bind(epoch).execute(&mut *tx).await?;
            recovered.in_doubt = sqlx::query(DOUBT).bind(now).bind(epoch).execute(&mut *tx).await?.rows_affected();
            if recovery.resend {
                recovered.resent = sqlx::query(RESEND)
                    .bind(now).bind(recovery.expire_before).execute(&mut *tx).await?.rows_affected();
            }
            sqlx::query(UNWANTED).bind(now).execute(&mut *tx).await?;
            recovered.expired = sqlx::query(EXPIRE)
                .bind(now).bind(recovery.expire_before).execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
        });
        Ok(recovered)
    }
}

fn written_as(ending: Ending) -> (&'static str, Option<DateTime<Utc>>) {
    match ending {
        Ending::Sent => ("sent", None),
        Ending::Failed { .. } => ("failed", None),
        Ending::InDoubt => ("in_doubt", None),
        Ending::Again { at } => ("queued", Some(at)),
    }
}
