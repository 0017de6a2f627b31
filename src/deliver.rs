//! Delivering: claim, send, mark. Safe to kill at any line: what was not marked as being sent is sent by the
//! next run, and what was is never sent twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::App;
use crate::letter::Prepared;
use crate::mail::address::{Address, Mailbox};
use crate::mail::mailer::{Courier, Mailer};
use crate::mail::smtp::{Envelope, SendOutcome, SmtpSettings, enhanced_status};
use crate::model::id::DigestKey;
use crate::progress::Progress;
use crate::store::deliveries::{Claimed, Ending};
use crate::token::Signer;

/// Where deliveries stand after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Accepted by the server in this run.
    pub sent: usize,
    /// Still queued although their time has come, due now or after a pause.
    pub queued: i64,
    /// Never to be sent again by itself: the server may or may not have them.
    pub in_doubt: i64,
    /// Refused for good in this run.
    pub failed: usize,
    /// Given up in this run: they could not be sent for too long.
    pub expired: u64,
    /// Why what is queued was not sent, in words.
    pub held: Option<String>,
}

impl DeliveryReport {
    /// Whether mail is still to be sent, in doubt, or was given up.
    #[must_use]
    pub fn partial(&self) -> bool {
        self.queued > 0 || self.in_doubt > 0 || self.expired > 0
    }

    /// What an operator should know, when something is left to do.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let mut told = Vec::new();
        if self.queued > 0 {
            let why = self.held.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            told.push(format!("{} messages are waiting{why}", self.queued));
        }
        if self.in_doubt > 0 {
            told.push(format!(
                "{} messages are in doubt: the mail server may or may not have them, so they are not sent again",
                self.in_doubt
            ));
        }
        if self.expired > 0 {
            told.push(format!("{} messages were given up: they could not be sent for too long", self.expired));
        }
        (!told.is_empty()).then(|| told.join("\n"))
    }
}

/// Deliveries claimed at once by one connection.
const CLAIM: i64 = 25;

/// Delivers everything that is due. The caller holds the lock of a run, so nobody else is sending.
///
/// # Errors
/// When the store refuses. What the mail server refuses, or an edition that cannot be rendered, is in the report.
pub async fn deliver(app: &App, progress: &Progress) -> anyhow::Result<DeliveryReport> {
    let now = app.clock.now();
    let expire_before = now - chrono::Duration::from_std(app.config.smtp.not_after)?;
    let recovered = app.store.recover_deliveries(true, now, expire_before).await?;
    let due = app.store.deliveries_due(now).await?;
    let mut report = DeliveryReport { expired: recovered.expired, ..DeliveryReport::default() };
    let (digests, held) = mailable(app);
    report.held = held;
    if due > 0 && !digests.is_empty() {
        let digests: Vec<DigestKey> = digests.into_iter().cloned().collect();
        let tally = send_due(app, digests, due, progress).await?;
        report.sent = tally.sent;
        report.failed = tally.failed;
        report.held = tally.trouble.or(report.held);
    }
    report.queued = app.store.deliveries_waiting(app.clock.now()).await?;
    report.in_doubt = app.store.deliveries_in_doubt(expire_before).await?;
    if report.queued == 0 {
        report.held = None;
    }
    Ok(report)
}

/// The digests that may be mailed as things are set, and why the others may not.
fn mailable(app: &App) -> (Vec<&DigestKey>, Option<String>) {
    if app.config.smtp.url.is_none() {
        let words = format!(
            "no mail server is set, so nothing was mailed; the editions lie in {} — set [smtp] url to mail them",
            app.config.out_dir.display()
        );
        return (Vec::new(), Some(words));
    }
    let mut mailable = Vec::new();
    let mut held = Vec::new();
    for digest in &app.config.digests {
        if digest.postal_address.is_none() {
            held.push(format!(
                "the digest {} has no postal address, which the law of many countries asks for in such mail — \
                 set postal_address in its [[digest]]",
                digest.key
            ));
        } else if Mailbox::parse(&digest.from).is_ok_and(|from| from.address().domain() == "localhost") {
            held.push(format!(
                "the digest {} has no sender — set `from` in its [[digest]] to an address of yours",
                digest.key
            ));
        } else {
            mailable.push(&digest.key);
        }
    }
    (mailable, (!held.is_empty()).then(|| held.join("; ")))
}

/// How long a server may take to answer the final dot (RFC 5321 §4.5.3.2.6), and some more.
const ANSWER: chrono::Duration = chrono::Duration::minutes(15);

/// What the connections did together.
#[derive(Debug, Default)]
struct Tally {
    sent: usize,
    failed: usize,
    /// The last thing that kept mail from going out.
    trouble: Option<String>,
}

/// What every connection shares.
struct Shared {
    app: App,
    worker: String,
    /// Those that may be mailed.
    digests: Vec<DigestKey>,
    mailer: Mailer,
    signer: Signer,
    /// Rendered once an edition.
    prepared: Mutex<HashMap<i64, Arc<Prepared>>>,
    /// When the next message may go out.
    next: Mutex<Instant>,
    /// Set when the server refuses us rather than a message: going on would only burn the list.
    refused: AtomicBool,
    tally: Mutex<Tally>,
}

async fn send_due(app: &App, digests: Vec<DigestKey>, due: i64, progress: &Progress) -> anyhow::Result<Tally> {
    let url = app.config.smtp.url.as_ref().context("no mail server is set")?;
    let shared = Arc::new(Shared {
        app: app.clone(),
        worker: crate::token::secret()?,
        digests,
        mailer: Mailer::Smtp(SmtpSettings::from_url(url)?),
        signer: app.signer().await?,
        prepared: Mutex::default(),
        next: Mutex::new(Instant::now()),
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
    first?;
    let mut tally = shared.tally.lock().await;
    Ok(std::mem::take(&mut *tally))
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
    while unreachable.is_none() && !shared.refused.load(Ordering::SeqCst) {
        let now = shared.app.clock.now();
        let claimed =
            shared.app.store.claim_deliveries(&shared.worker, &shared.digests, claim, now, now + lease).await?;
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
                Some(open) if !shared.refused.load(Ordering::SeqCst) => {
                    // One edition that cannot be rendered, or one bad row, must not keep the others from going out.
                    send(shared, open, delivery).await.unwrap_or_else(|error| waits(format!("{error:#}")))
                }
                _ => waits(unreachable.clone().unwrap_or_else(|| "the mail server refused this sender".to_owned())),
            };
            courier = courier.filter(Courier::is_open);
            settle(shared, delivery, &outcome).await?;
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

/// Whether a refusal is of us rather than of this reader: authentication, policy, or the sender's address
/// (RFC 4954 §6, RFC 3463 §3.8 and §3.2).
fn is_our_fault(code: u16, reply: &str) -> bool {
    matches!(code, 530 | 534 | 535 | 538) || matches!(enhanced_status(reply), Some((5, 7, _) | (5, 1, 7 | 8)))
}

/// A server's words without the reader's address, which never stands in a log.
fn without_address(reply: &str, address: &str) -> String {
    match regex::RegexBuilder::new(&regex::escape(address)).case_insensitive(true).build() {
        Ok(found) => found.replace_all(reply, "(the reader)").into_owned(),
        Err(_) => "(the server's words are left out)".to_owned(),
    }
}

async fn send(shared: &Shared, courier: &mut Courier, delivery: &Claimed) -> anyhow::Result<SendOutcome> {
    let prepared = prepared(shared, delivery.edition_id).await?;
    let Ok(to) = Address::parse(&delivery.address) else {
        let reply = "the stored address is not one".to_owned();
        return Ok(SendOutcome::Refused { code: 553, reply });
    };
    let message = prepared.message(&to, delivery.subscriber_id, &delivery.message_id, &shared.signer)?;
    let envelope = Envelope { mail_from: prepared.sender().clone(), rcpt: to };
    pace(shared).await;
    let lease = chrono::Duration::from_std(shared.app.config.smtp.lease)? + ANSWER;
    let mark = || async {
        let now = shared.app.clock.now();
        match shared.app.store.mark_sending(delivery.id, &shared.worker, now, now + lease).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("another worker has taken it over".to_owned()),
            Err(error) => Err(error.to_string()),
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

async fn settle(shared: &Shared, delivery: &Claimed, outcome: &SendOutcome) -> anyhow::Result<()> {
    let now = shared.app.clock.now();
    let again = Ending::Again { at: now + back_off(delivery) };
    let (ending, reply) = match outcome {
        SendOutcome::Accepted { reply } => (Ending::Sent, reply),
        SendOutcome::Refused { code, reply } if is_our_fault(*code, reply) => {
            shared.refused.store(true, Ordering::SeqCst);
            (again, reply)
        }
        SendOutcome::Refused { reply, .. } => (Ending::Failed, reply),
        SendOutcome::InDoubt { reason } => (Ending::InDoubt, reason),
        SendOutcome::Deferred { reply, .. } | SendOutcome::MarkFailed(reply) => (again, reply),
    };
    write_ending(shared, delivery, &ending, reply).await?;
    let told = without_address(reply, &delivery.address);
    if ending != Ending::Sent {
        tracing::info!(delivery = delivery.id, reply = told, "a message was not accepted");
    }
    let mut tally = shared.tally.lock().await;
    match ending {
        Ending::Sent => tally.sent += 1,
        Ending::Failed => tally.failed += 1,
        Ending::InDoubt | Ending::Again { .. } => tally.trouble = Some(told),
    }
    Ok(())
}

/// Writes how a delivery ended, and does not give up at the first "busy": the server has answered, and an answer
/// that is not written is a message in doubt.
async fn write_ending(shared: &Shared, delivery: &Claimed, ending: &Ending, reply: &str) -> anyhow::Result<()> {
    let mut tried = 0;
    loop {
        let now = shared.app.clock.now();
        match shared.app.store.end_delivery(delivery.id, &shared.worker, ending, reply, now).await {
            Ok(_) => return Ok(()),
            Err(error) if tried == 3 => return Err(error.into()),
            Err(_) => tried += 1,
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// 5 minutes, doubling up to 4 hours, spread by the delivery's id so that retries do not come in one crowd.
fn back_off(delivery: &Claimed) -> chrono::Duration {
    let doublings = u32::try_from(delivery.attempts.clamp(1, 7) - 1).unwrap_or(0);
    let minutes = (5_i64 << doublings).min(240);
    chrono::Duration::minutes(minutes) + chrono::Duration::seconds(delivery.id.rem_euclid(60))
}
