//! Connections to the mail server: each claims, sends and marks until nothing is due.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ledger::{self, Ledger};
use super::verdict::{asks_for_patience, back_off, is_no_mailbox, is_our_fault, without_address};
use crate::app::App;
use crate::letter::{Prepared, confirmation};
use crate::mail::address::Address;
use crate::mail::mailer::{Courier, Mailer};
use crate::mail::smtp::{Envelope, SendOutcome, SmtpSettings};
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
/// After so many messages in a row that nobody answered for, or that were refused, going on would put the whole list
/// in doubt, or burn it.
const IN_A_ROW: usize = 4;

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
    /// Why nothing more is sent in this run: the server refuses us rather than a message, or mail was paused.
    halted: OnceLock<String>,
    /// Messages without an answer since the last one that was taken.
    unanswered: AtomicUsize,
    /// Messages that were refused since then, as they would end: whether it was they or we, the next ones tell.
    refused: Mutex<Vec<(Mark, String)>>,
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
        halted: OnceLock::new(),
        unanswered: AtomicUsize::new(0),
        refused: Mutex::default(),
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
    bar.finish_and_clear();
    settle_refused(&shared).await;
    let mut tally = std::mem::take(&mut *shared.tally.lock().await);
    if let Some(why) = shared.halted.get() {
        tally.trouble = Some(why.clone());
    }
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
    while unreachable.is_none() && shared.halted.get().is_none() && !shared.app.stop.is_asked() {
        let now = shared.app.clock.now();
        let claimed = shared.app.store.claim_deliveries(shared.epoch, &shared.digests, claim, now, now + lease).await?;
        if claimed.is_empty() {
            break;
        }
        for delivery in &claimed {
            // Before connecting: a server does not wait for as long as a slow pace may take.
            if unreachable.is_none() && shared.halted.get().is_none() {
                tokio::select! {
                    () = pace(shared) => {}
                    () = shared.app.stop.asked() => {}
                }
                if let Some(why) = shared.app.store.meta(super::PAUSED).await? {
                    let _ = shared.halted.set(why);
                }
            }
            if unreachable.is_none() && courier.is_none() && shared.halted.get().is_none() {
                match shared.mailer.connect().await {
                    Ok(opened) => courier = Some(opened),
                    Err(error) => unreachable = Some(error.to_string()),
                }
            }
            let outcome = match courier.as_mut() {
                _ if shared.app.stop.is_asked() => SendOutcome::MarkFailed(STOPPED.to_owned()),
                Some(open) if shared.halted.get().is_none() => {
                    // One edition that cannot be rendered, or one bad row, must not keep the others from going out.
                    send(shared, open, delivery).await.unwrap_or_else(|error| waits(format!("{error:#}")))
                }
                // Nothing was tried: each is due as it was.
                _ => SendOutcome::MarkFailed(unreachable.clone().unwrap_or_else(|| halted(shared))),
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

fn halted(shared: &Shared) -> String {
    shared.halted.get().cloned().unwrap_or_else(|| STOPPED.to_owned())
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
    let now = shared.app.clock.now();
    if let Some(until) = shared.paused.lock().await.get(to.domain()).filter(|until| **until > now) {
        let until = until.format("%Y-%m-%d %H:%M UTC");
        return Ok(waits(format!("a server told us to wait with {} until {until}", to.domain())));
    }
    let (mail_from, message) = match delivery.edition_id {
        Some(edition) => {
            let prepared = prepared(shared, edition).await?;
            let message = prepared.message(
                &to,
                delivery.subscriber_id,
                &delivery.message_id,
                delivery.wanted_at,
                &shared.app.signer,
            )?;
            (prepared.sender().clone(), message)
        }
        None => confirmation::message(&shared.app, delivery, &to)?,
    };
    let envelope = Envelope { mail_from, rcpt: to };
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
            halt(shared, "the mail server refuses this sender", reply, delivery);
            (again, reply)
        }
        SendOutcome::Refused { reply, .. } if is_no_mailbox(reply) => (Ending::Failed { suppress: true }, reply),
        SendOutcome::Refused { reply, .. } => {
            let told = without_address(reply, &delivery.address);
            let mark = ended(delivery, Ending::Failed { suppress: false }, &told);
            let mut refused = shared.refused.lock().await;
            refused.push((mark, told));
            if refused.len() >= IN_A_ROW {
                halt(shared, "the mail server refuses one message after another", reply, delivery);
            }
            return;
        }
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
    match ending {
        Ending::Sent => {
            shared.unanswered.store(0, Ordering::SeqCst);
            settle_refused(shared).await;
        }
        Ending::InDoubt if shared.unanswered.fetch_add(1, Ordering::SeqCst) + 1 >= IN_A_ROW => {
            halt(shared, "the mail server takes messages and does not answer", reply, delivery);
        }
        _ => {}
    }
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
    shared.ledger.note(ended(delivery, ending, &reply)).await;
}

fn ended(delivery: &Claimed, ending: Ending, reply: &str) -> Mark {
    Mark { id: delivery.id, step: Step::Ended { ending, reply: reply.to_owned() } }
}

/// Writes how the refused ones end: for good when others were taken meanwhile, else to be tried again.
async fn settle_refused(shared: &Shared) {
    let refused = std::mem::take(&mut *shared.refused.lock().await);
    let ours = refused.len() >= IN_A_ROW;
    let at = shared.app.clock.now() + chrono::Duration::hours(1);
    for (mut mark, reply) in refused {
        tracing::info!(delivery = mark.id, reply, "a message was refused");
        if ours {
            mark.step = Step::Ended { ending: Ending::Again { at }, reply };
        } else {
            shared.tally.lock().await.failed += 1;
        }
        shared.ledger.note(mark).await;
    }
}

/// Nothing more is sent in this run.
fn halt(shared: &Shared, what: &str, reply: &str, delivery: &Claimed) {
    let _ = shared.halted.set(format!("{what}: {}", without_address(reply, &delivery.address)));
}
