//! `bellwether send`: deliver, or send one edition to one address.

use anyhow::{Context as _, bail};
use clap::Args;

use super::{Exit, Global};
use crate::deliver;
use crate::letter::Prepared;
use crate::mail::address::Address;
use crate::mail::mailer::Mailer;
use crate::mail::message::message_id;
use crate::mail::smtp::{Envelope, SendOutcome, SmtpSettings};
use crate::model::id::DigestKey;

/// Deliver what is due, or send one edition to one address to look at it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether send\n  bellwether send --dry-run\n  bellwether send --edition 2026-W47 --to me@example.org"
)]
pub struct Send {
    /// The edition to send with --to [default: the last one]
    #[arg(long, value_name = "NAME", requires = "to")]
    edition: Option<String>,
    /// Which digest [default: the first of the settings]
    #[arg(long, value_name = "KEY", value_parser = DigestKey::parse)]
    digest: Option<DigestKey>,
    /// Send one copy to this address; nobody's subscription changes
    #[arg(long, value_name = "ADDRESS", value_parser = Address::parse)]
    to: Option<Address>,
    /// Only tell what would be sent
    #[arg(long)]
    dry_run: bool,
}

impl Send {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        if self.dry_run || self.to.is_some() {
            global.must_exist()?;
        }
        let app = global.open().await?;
        super::stop_on_signals(&app.stop);
        if self.dry_run {
            let due = app.store.deliveries_due(app.clock.now()).await?;
            global.answer(&serde_json::json!({ "due": due }), || format!("due: {due}"))?;
            return Ok(Exit::Done);
        }
        let Some(_lock) = app.store.lock_run().await? else {
            global.tell("another run is at it; this one leaves everything to it");
            return Ok(Exit::Locked);
        };
        let Some(to) = self.to else {
            let report = deliver::deliver(&app, &global.progress()).await?;
            global.print(&report, || report.words())?;
            if let Some(trouble) = report.trouble() {
                global.warn(&trouble);
            }
            return Ok(if report.partial() { Exit::Partial } else { Exit::Done });
        };
        let digest = super::digest::choose(&app, self.digest.as_ref())?;
        let edition = if let Some(name) = &self.edition {
            super::digest::stored(&app, digest, name).await?
        } else {
            let last = app.store.latest_edition(&digest.key).await?;
            last.with_context(|| format!("{} has no edition yet: `bellwether run` composes one", digest.key))?.edition
        };
        let prepared = Prepared::new(&app, &edition)?;
        let now = app.clock.now().to_rfc3339();
        let id = message_id(prepared.sender().domain(), &[digest.key.as_str(), &edition.name, to.as_str(), &now]);
        let message = prepared.message(&to, crate::files::NOBODY, &id, app.clock.now(), &app.signer)?;
        let mailer = match &app.config.smtp.url {
            Some(url) => Mailer::Smtp(SmtpSettings::from_url(url)?),
            None => Mailer::Directory(app.config.out_dir.clone()),
        };
        let mut courier = mailer.connect().await?;
        let envelope = Envelope { mail_from: prepared.sender().clone(), rcpt: to };
        let outcome = courier.send(&envelope, &message, || async { Ok::<(), String>(()) }).await;
        courier.quit().await;
        match outcome {
            SendOutcome::Accepted { reply } => {
                let done = if app.config.smtp.url.is_some() { "sent" } else { "no mail server is set:" };
                global.print(&serde_json::json!({ "edition": edition.name, "reply": reply }), || {
                    format!("{done} {} ({reply})", edition.name)
                })?;
                Ok(Exit::Done)
            }
            SendOutcome::Deferred { reply, .. } | SendOutcome::Refused { reply, .. } => {
                bail!("the mail server did not take the message: {reply}")
            }
            SendOutcome::InDoubt { reason } | SendOutcome::MarkFailed(reason) => {
                bail!("the mail server may or may not have taken the message: {reason}")
            }
        }
    }
}
