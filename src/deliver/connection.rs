//! Connections to the mail server: each claims, sends and marks until nothing is due.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ledger::{self, Ledger};
use crate::app::App;
use crate::letter::{Prepared, confirmation};
use crate::mail::address::Address;
use crate::mail::mailer::{Courier, Mailer};
use crate::mail::smtp::{Envelope, SendOutcome, SmtpSettings, enhanced_status};
use crate::model::id::DigestKey;
use crate::progress::Progress;
use crate::store::deliveries::{Claimed, Ending, Mark, Step};

/// Deliveries claimed at once by one connection.
const CLAIM: i64 = 25;
/// How long a server may take to answer the final dot (RFC 5321 §4.5.3.2.6), and some more.
const ANSWER: chrono::Duration = chrono::Duration::minutes(15);
/// What is written of a message that was not sent because the process is to end.
const STOPPED: &str = "the sender was asked to stop";
/// After so many connections in a row that broke without an answer, the server is left alone.
const BROKEN: u32 = 3;

/// What the connections did together.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) sent: usize,
    pub(super) failed: usize,
    /// The last thing that kept mail from going out.
    pub(super) trouble: Option<String>,
}

/// What every connection shares.
struct Shared {
    app: App,
    epoch: i64,
    ledger: Ledger,
    /// Those that may be mailed.
    digests: Vec<DigestKey>,
    mailer: Mailer,
    /// Rendered once an edition.
    prepared: Mutex<HashMap<i64, Arc<Prepared>>>,
    /// When the next message may go out.
    next: Mutex<Instant>,
    /// Domains whose servers asked for patience, and until when.
    paused: Mutex<HashMap<String, DateTime<Utc>>>,
    /// Set when the server refuses us rather than a message: going on would only burn the list.
    refused: AtomicBool,
    tally: Mutex<Tally>,
}

/// Sends what is due of `digests`, in `epoch`.
pub(super) async fn send_due(
    app: &App,
    epoch: i64,
    digests: Vec<DigestKey>,
    due: i64,
    progress: &Progress,
) -> anyhow::Result<Tally> {
    let url = app.config.smtp.url.as_ref().context("no mail server is set")?;
    let mailer = Mailer::Smtp(SmtpSettings::from_url(url)?);
    let (ledger, writer) = ledger::open(app, epoch);
    let shared = Arc::new(Shared {
        app: app.clone(),
        epoch,
        ledger,
        digests,
        mailer,
        prepared: Mutex::default(),
        next: Mutex::new(Instant::now()),
        paused: Mutex::default(),
        refused: AtomicBool::new(false),
        tally: Mutex::default(),
    });
    let bar = progress.bar(due.unsigned_abs(), "mailing");
    let connections = app.config.smtp.connections.min(usize::try_from(due).unwrap_or(1)).max(1);
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (shared, bar) = (Arc::clone(&shared), bar.clone());
        tasks.spawn(async move { connection(&shared, &bar).await });
    }
    // Every connection ends by itself before the first error is told: cut off, it could be between a message's
    // last byte and the server's answer.
    let mut first = Ok(());
    while let Some(done) = tasks.join_next().await {
        let done = done.context("a mail connection broke down").and_then(|done| done);
        first = first.and(done);
    }
    bar.finish();
    let tally = std::mem::take(&mut *shared.tally.lock().await);
    drop(shared);
    first.and(writer.close().await).map(|()| tally)
}

/// One connection: claims and sends until nothing is due, or the server cannot be reached or refuses us.
async fn connection(shared: &Shared, bar: &indicatif::ProgressBar) -> anyhow::Result<()> {
    let smtp = &shared.app.config.smtp;
    let lease = chrono::Duration::from_std(smtp.lease)?;
    // No more than can be sent in half a lease.
    let each = smtp.rate * smtp.lease.as_secs_f64() / 2.0 / smtp.connections as f64;
    let claim = (1..CLAIM).find(|count| *count as f64 >= each).unwrap_or(CLAIM);
    let mut courier: Option<Courier> = None;
    let mut unreachable = None;
    let mut broken = 0;
    while unreachable.is_none() && !shared.refused.load(Ordering::SeqCst) && !shared.app.stop.is_asked() {
        let now = shared.app.clock.now();
        let claimed = shared.app.store.claim_deliveries(shared.epoch, &shared.digests, claim, now, now + lease).await?;
        if claimed.is_empty() {
            break;
        }
        for delivery in &claimed {
            if unreachable.is_none() && courier.is_none() && !shared.refused.load(Ordering::SeqCst) {
                match shared.mailer.connect().await {
                    Ok(opened) => courier = Some(opened),
                    Err(error) => unreachable = Some(error.to_string()),
                }
            }
            let outcome = match courier.as_mut() {
                _ if shared.app.stop.is_asked() => SendOutcome::MarkFailed(STOPPED.to_owned()),
                Some(open) if !shared.refused.load(Ordering::SeqCst) => {
                    // One edition that cannot be rendered, or one bad row, must not keep the others from going out.
                    send(shared, open, delivery).await.unwrap_or_else(|error| waits(format!("{error:#}")))
                }
                _ => waits(unreachable.clone().unwrap_or_else(|| "the mail server refused this sender".to_owned())),
            };
            courier = courier.filter(Courier::is_open);
            if let SendOutcome::Deferred { reply, code: None, connection_lost: true } = &outcome {
                broken += 1;
                if broken >= BROKEN {
                    unreachable = Some(reply.clone());
                }
            } else {
                broken = 0;
            }
            settle(shared, delivery, &outcome).await;
            bar.inc(1);
        }
    }
    if let Some(courier) = courier {
        courier.quit().await;
    }
    Ok(())
}

/// Nothing was sent, and it will be tried again.
fn waits(why: String) -> SendOutcome {
    SendOutcome::Deferred { reply: why, code: None, connection_lost: false }
}

async fn send(shared: &Shared, courier: &mut Courier, delivery: &Claimed) -> anyhow::Result<SendOutcome> {
    let Ok(to) = Address::parse(&delivery.address) else {
        let reply = "the stored address is not one".to_owned();
        return Ok(SendOutcome::Refused { code: 553, reply });
    };
    if let Some(until) = shared.paused.lock().await.get(to.domain()) {
        return Ok(waits(format!("{} asked for patience until {until}", to.domain())));
    }
    let (mail_from, message) = match delivery.edition_id {
        Some(edition) => {
            let prepared = prepared(shared, edition).await?;
            let message = prepared.message(&to, delivery.subscriber_id, &delivery.message_id, &shared.app.signer)?;
            (prepared.sender().clone(), message)
        }
        None => confirmation::message(&shared.app, delivery, &to)?,
    };
    let envelope = Envelope { mail_from, rcpt: to };
    tokio::select! {
        () = pace(shared) => {}
        () = shared.app.stop.asked() => return Ok(SendOutcome::MarkFailed(STOPPED.to_owned())),
    }
    let lease = chrono::Duration::from_std(shared.app.config.smtp.lease)? + ANSWER;
    let mark = || async {
        let lease_until = shared.app.clock.now() + lease;
        match shared.ledger.write(Mark { id: delivery.id, step: Step::Sending { lease_until } }).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("its reader has left, or another sender has taken it over".to_owned()),
            Err(error) => Err(error),
        }
    };
    Ok(courier.send(&envelope, &message, mark).await)
}

/// Renders an edition the first time that it is asked for.
async fn prepared(shared: &Shared, edition: i64) -> anyhow::Result<Arc<Prepared>> {
    let mut all = shared.prepared.lock().await;
    if let Some(found) = all.get(&edition) {
        return Ok(Arc::clone(found));
    }
    let stored = shared.app.store.edition_by_id(edition).await?.context("a delivery names an edition that is gone")?;
    let prepared = Arc::new(Prepared::new(&shared.app, &stored.edition)?);
    all.insert(edition, Arc::clone(&prepared));
    Ok(prepared)
}

/// Waits until the next message may go out.
async fn pace(shared: &Shared) {
    let gap = Duration::from_secs_f64(1.0 / shared.app.config.smtp.rate.max(0.001));
    let at = {
        let mut next = shared.next.lock().await;
        let at = (*next).max(Instant::now());
        *next = at + gap;
        at
    };
    tokio::time::sleep_until(at).await;
}

/// Writes how a delivery ended.
async fn settle(shared: &Shared, delivery: &Claimed, outcome: &SendOutcome) {
    let now = shared.app.clock.now();
    let again_at = now + back_off(delivery);
    let again = Ending::Again { at: again_at };
    let (ending, reply) = match outcome {
        SendOutcome::Accepted { reply } => (Ending::Sent, reply),
        SendOutcome::Refused { code, reply } if is_our_fault(*code, reply) => {
            shared.refused.store(true, Ordering::SeqCst);
            (again, reply)
        }
        SendOutcome::Refused { reply, .. } => (Ending::Failed { suppress: is_no_mailbox(reply) }, reply),
        SendOutcome::InDoubt { reason } => (Ending::InDoubt, reason),
        SendOutcome::Deferred { reply, code, .. } => {
            if code.is_some_and(|code| asks_for_patience(code, reply))
                && let Some((_, domain)) = delivery.address.rsplit_once('@')
            {
                shared.paused.lock().await.insert(domain.to_owned(), again_at);
            }
            (again, reply)
        }
        // Nothing was tried: it is due as it was.
        SendOutcome::MarkFailed(reply) => (Ending::Again { at: now }, reply),
    };
    let reply = without_address(reply, &delivery.address);
    if ending != Ending::Sent {
        tracing::info!(delivery = delivery.id, reply, "a message was not accepted");
    }
    {
        let mut tally = shared.tally.lock().await;
        match ending {
            Ending::Sent => tally.sent += 1,
            Ending::Failed { .. } => tally.failed += 1,
            Ending::InDoubt | Ending::Again { .. } => tally.trouble = Some(reply.clone()),
        }
    }
    shared.ledger.note(Mark { id: delivery.id, step: Step::Ended { ending, reply } }).await;
}

/// Whether a refusal is of us rather than of this reader: authentication, policy, or the sender's address
/// (RFC 4954 §6, RFC 3463 §3.8 and §3.2).
fn is_our_fault(code: u16, reply: &str) -> bool {
    matches!(code, 530 | 534 | 535 | 538) || matches!(enhanced_status(reply), Some((5, 7, _) | (5, 1, 7 | 8)))
}

/// Whether there is no such mailbox (RFC 3463 §3.2): mailing it again would only harm our name.
fn is_no_mailbox(reply: &str) -> bool {
    enhanced_status(reply) == Some((5, 1, 1))
}

/// Whether the server wants less from us, for reasons that are not this letter's (RFC 5321 §4.2.1, RFC 3463 §3.8).
fn asks_for_patience(code: u16, reply: &str) -> bool {
    code == 421 || matches!(enhanced_status(reply), Some((4, 7, _)))
}

/// A server's words without the reader's address, which stands in no log and goes with its reader.
fn without_address(reply: &str, address: &str) -> String {
    match regex::RegexBuilder::new(&regex::escape(address)).case_insensitive(true).build() {
        Ok(found) => found.replace_all(reply, "(the reader)").into_owned(),
        Err(_) => "(the server's words are left out)".to_owned(),
    }
}

/// 5 minutes, doubling up to 4 hours, spread by the delivery's id so that retries do not come in one crowd.
fn back_off(delivery: &Claimed) -> chrono::Duration {
    let doublings = u32::try_from(delivery.attempts.clamp(1, 7) - 1).unwrap_or(0);
    let minutes = (5_i64 << doublings).min(240);
    chrono::Duration::minutes(minutes) + chrono::Duration::seconds(delivery.id.rem_euclid(60))
}
