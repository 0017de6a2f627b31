//! Delivering: claim, send, mark. Safe to kill at any line: what was not marked as being sent is sent by the
//! next run, and what was is never sent twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::App;
use crate::config::Digest;
use crate::letter::Prepared;
use crate::mail::address::Address;
use crate::mail::mailer::{Courier, Mailer};
use crate::mail::smtp::{Envelope, SendOutcome, SmtpSettings};
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
    /// Why what is queued was not sent, in words.
    pub held: Option<String>,
}

impl DeliveryReport {
    /// Whether mail is still to be sent, or in doubt.
    #[must_use]
    pub fn partial(&self) -> bool {
        self.queued > 0 || self.in_doubt > 0
    }
}

/// Deliveries claimed at once by one connection.
const CLAIM: i64 = 25;

/// Delivers everything that is due.
///
/// # Errors
/// When the store refuses, or an edition cannot be rendered. What the mail server refuses is in the report.
pub async fn deliver(app: &App, progress: &Progress) -> anyhow::Result<DeliveryReport> {
    let now = app.clock.now();
    let expire_before = now - chrono::Duration::from_std(app.config.smtp.not_after)?;
    app.store.recover_deliveries(now, expire_before).await?;
    let due = app.store.deliveries_due(now).await?;
    let mut report = DeliveryReport::default();
    if due > 0 {
        let (digests, held) = mailable(app);
        report.held = held;
        if !digests.is_empty() {
            let digests: Vec<DigestKey> = digests.into_iter().cloned().collect();
            let tally = send_due(app, digests, due, progress).await?;
            report.sent = tally.sent;
            report.failed = tally.failed;
            report.held = tally.trouble.or(report.held);
        }
    }
    report.queued = app.store.deliveries_waiting(app.clock.now()).await?;
    report.in_doubt = app.store.delivery_counts(None).await?.get("in_doubt").copied().unwrap_or(0);
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
    let (with, without): (Vec<&Digest>, Vec<&Digest>) =
        app.config.digests.iter().partition(|digest| digest.postal_address.is_some());
    let keys = |digests: Vec<&Digest>| digests.iter().map(|digest| digest.key.as_str()).collect::<Vec<_>>().join(", ");
    let held = (!without.is_empty()).then(|| {
        format!(
            "the digest {} has no postal address, which the law of many countries asks for in such mail — \
             set postal_address in its [[digest]]",
            keys(without)
        )
    });
    (with.into_iter().map(|digest| &digest.key).collect(), held)
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
        tally: Mutex::default(),
    });
    let bar = progress.bar(due.unsigned_abs(), "mailing");
    let connections = app.config.smtp.connections.min(usize::try_from(due).unwrap_or(1)).max(1);
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (shared, bar) = (Arc::clone(&shared), bar.clone());
        tasks.spawn(async move { connection(&shared, &bar).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a mail connection broke down")??;
    }
    bar.finish();
    let mut tally = shared.tally.lock().await;
    Ok(std::mem::take(&mut *tally))
}

/// One connection: claims and sends until nothing is due, or the server cannot be reached.
async fn connection(shared: &Shared, bar: &indicatif::ProgressBar) -> anyhow::Result<()> {
    let lease = chrono::Duration::from_std(shared.app.config.smtp.lease)?;
    let mut courier: Option<Courier> = None;
    loop {
        let now = shared.app.clock.now();
        let claimed =
            shared.app.store.claim_deliveries(&shared.worker, &shared.digests, CLAIM, now, now + lease).await?;
        if claimed.is_empty() {
            break;
        }
        let mut unreachable = None;
        for delivery in &claimed {
            if unreachable.is_none() && courier.is_none() {
                match shared.mailer.connect().await {
                    Ok(opened) => courier = Some(opened),
                    Err(error) => unreachable = Some(error.to_string()),
                }
            }
            let outcome = match (&unreachable, courier.as_mut()) {
                (None, Some(open)) => send(shared, open, delivery).await?,
                (reason, _) => {
                    let reply = reason.clone().unwrap_or_else(|| "the connection was lost".to_owned());
                    SendOutcome::Deferred { reply, code: None, connection_lost: true }
                }
            };
            courier = courier.filter(Courier::is_open);
            settle(shared, delivery, &outcome).await?;
            bar.inc(1);
        }
        if unreachable.is_some() {
            break;
        }
    }
    if let Some(courier) = courier {
        courier.quit().await;
    }
    Ok(())
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
        SendOutcome::Accepted { reply } => (Ending::Sent, reply.as_str()),
        SendOutcome::Deferred { reply, .. } => (again, reply.as_str()),
        SendOutcome::Refused { reply, .. } => (Ending::Failed, reply.as_str()),
        SendOutcome::InDoubt { reason } => (Ending::InDoubt, reason.as_str()),
        SendOutcome::MarkFailed(reason) => (again, reason.as_str()),
    };
    shared.app.store.end_delivery(delivery.id, &shared.worker, &ending, reply, now).await?;
    let mut tally = shared.tally.lock().await;
    match ending {
        Ending::Sent => tally.sent += 1,
        Ending::Failed => tally.failed += 1,
        Ending::InDoubt | Ending::Again { .. } => tally.trouble = Some(reply.to_owned()),
    }
    if !matches!(outcome, SendOutcome::Accepted { .. }) {
        tracing::warn!(delivery = delivery.id, reply, "a message was not accepted");
    }
    Ok(())
}

/// 5 minutes, doubling up to 4 hours, spread by the delivery's id so that retries do not come in one crowd.
fn back_off(delivery: &Claimed) -> chrono::Duration {
    let doublings = u32::try_from(delivery.attempts.clamp(1, 7) - 1).unwrap_or(0);
    let minutes = (5_i64 << doublings).min(240);
    chrono::Duration::minutes(minutes) + chrono::Duration::seconds(delivery.id.rem_euclid(60))
}
