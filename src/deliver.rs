//! Delivering: claim, send, mark. Safe to kill at any line: what was not marked as being sent is sent by the
//! next run, and what was is sent again only where the settings or a person say so.

mod connection;
mod ledger;
mod verdict;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::App;
use crate::config::InDoubt;
use crate::departures::{self, Alarm};
use crate::mail::address::Mailbox;
use crate::model::id::DigestKey;
use crate::progress::Progress;
use crate::store::deliveries::Recovery;

/// Where deliveries stand after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Accepted by the server in this run.
    pub sent: usize,
    /// Still queued although their time has come, due now or after a pause.
    pub queued: i64,
    /// Queued for a time that is still to come, and the first such time.
    pub later: i64,
    pub next: Option<DateTime<Utc>>,
    /// Never to be sent again by itself: the server may or may not have them.
    pub in_doubt: i64,
    /// Refused for good in this run.
    pub failed: usize,
    /// Given up in this run: they could not be sent for too long.
    pub expired: u64,
    /// Why what is queued was not sent, in words.
    pub held: Option<String>,
    /// Why nothing at all may be sent before somebody has looked, in words.
    pub alarm: Option<String>,
}

impl DeliveryReport {
    /// Whether mail is still to be sent, in doubt, or was given up.
    #[must_use]
    pub fn partial(&self) -> bool {
        self.queued > 0 || self.in_doubt > 0 || self.expired > 0 || self.alarm.is_some()
    }

    /// Where mail stands, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { sent, failed, queued, in_doubt, later, .. } = self;
        let ahead = self.next.map(|next| format!(", {later} to go out from {}", next.format("%Y-%m-%d %H:%M UTC")));
        format!(
            "mail: {sent} sent, {failed} refused, {queued} waiting, {in_doubt} in doubt{}",
            ahead.unwrap_or_default()
        )
    }

    /// What an operator should know, when something is left to do.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let mut told: Vec<String> = self.alarm.iter().cloned().collect();
        // Without a reason nothing was tried: its next time is still to come, and why was told before.
        if let Some(why) = self.held.as_deref().filter(|_| self.queued > 0) {
            told.push(format!("{} waiting: {why}", messages(&self.queued, "is", "are")));
        }
        if self.in_doubt > 0 {
            told.push(format!(
                "{} in doubt: the mail server may or may not have taken it — `bellwether deliveries list` shows which, and \
                 `bellwether deliveries resolve --state in_doubt --as sent` (or `--as again`) settles it",
                messages(&self.in_doubt, "is", "are")
            ));
        }
        if self.failed > 0 {
            told.push(format!(
                "{} refused for good — `bellwether deliveries list` says why",
                messages(&self.failed, "was", "were")
            ));
        }
        if self.expired > 0 {
            told.push(format!(
                "{} given up, having waited for too long — `bellwether deliveries list` says for what",
                messages(&self.expired, "was", "were")
            ));
        }
        (!told.is_empty()).then(|| told.join("\n"))
    }
}

/// "1 message is", "3 messages are".
fn messages(number: &impl ToString, one: &str, many: &str) -> String {
    let number = number.to_string();
    if number == "1" { format!("1 message {one}") } else { format!("{number} messages {many}") }
}

/// Under which key the store keeps why mail is paused.
pub const PAUSED: &str = "paused";

/// Delivers everything that is due. The caller holds the lock of a run, so nobody else is sending.
///
/// # Errors
/// When the store refuses. What the mail server refuses, or an edition that cannot be rendered, is in the report.
pub async fn deliver(app: &App, progress: &Progress) -> anyhow::Result<DeliveryReport> {
    let now = app.clock.now();
    let smtp = &app.config.smtp;
    let expire_before = now - chrono::Duration::from_std(smtp.not_after)?;
    let mut report = DeliveryReport::default();
    let beyond = departures::catch_up(app).await?;
    if beyond.departures > 0 {
        tracing::warn!(departures = beyond.departures, "who left was not known to this database, and is gone now");
    }
    if let Some(alarm) = beyond.alarm {
        report.alarm = Some(told(app, alarm));
    } else {
        let paused = app.store.meta(PAUSED).await?;
        let recovery = Recovery {
            alone: Some(app.store.epoch().await? + 1),
            resend: smtp.in_doubt == InDoubt::Resend,
            // What somebody keeps back does not grow old meanwhile.
            expire_before: if paused.is_some() { DateTime::UNIX_EPOCH } else { expire_before },
            now,
        };
        let recovered = app.store.recover_deliveries(&recovery).await?;
        if recovered.in_doubt > 0 {
            tracing::warn!(in_doubt = recovered.in_doubt, resent = recovered.resent, "an earlier sender was cut off");
        }
        report.expired = recovered.expired;
        let due = app.store.deliveries_due(now).await?;
        let (digests, held) = mailable(app);
        report.held = held;
        if let Some(why) = paused {
            report.held = Some(format!("{why} — `bellwether deliveries resume` lets it out"));
        } else if due > 0 && !digests.is_empty() {
            let digests: Vec<DigestKey> = digests.into_iter().cloned().collect();
            let epoch = departures::begin_epoch(app, 0).await?;
            let tally = connection::send_due(app, epoch, digests, due, progress).await?;
            // A copy that was made while mail went out must look older than this moment.
            departures::begin_epoch(app, 0).await?;
            report.sent = tally.sent;
            report.failed = tally.failed;
            report.held = tally.trouble.or(report.held);
        }
    }
    report.queued = app.store.deliveries_waiting(app.clock.now()).await?;
    (report.later, report.next) = app.store.deliveries_ahead(app.clock.now()).await?;
    report.in_doubt = app.store.deliveries_in_doubt(DateTime::UNIX_EPOCH).await?;
    if report.queued == 0 {
        report.held = None;
    }
    Ok(report)
}

fn told(app: &App, alarm: Alarm) -> String {
    let journal = app.journal.path().map(|path| path.display().to_string()).unwrap_or_default();
    match alarm {
        Alarm::Ahead(_) => format!(
            "all mail is held: this database is an earlier copy. {journal} knows of mail that went out after the copy \
             was made, so what is queued may have arrived already — look at `bellwether deliveries list --state \
             queued`, settle what was mailed with `bellwether deliveries resolve`, then `bellwether deliveries resume`"
        ),
        Alarm::Lost => format!(
            "all mail is held: {journal} is not the journal that belongs to this database, or was lost, so nobody \
             knows who left since this copy was made, and what was mailed — put the right one there; or, if it is \
             gone, look at `bellwether deliveries list --state queued`, then `bellwether deliveries resume`"
        ),
    }
}

/// The digests that may be mailed as things are set, and why the others may not.
pub(crate) fn mailable(app: &App) -> (Vec<&DigestKey>, Option<String>) {
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
