//! The letter that asks whether somebody really wants the digest. Nothing of the visitor's own stands in it.

use anyhow::Context as _;

use super::{link, mailboxes};
use crate::app::App;
use crate::mail::address::Address;
use crate::mail::message::{self, Letter};
use crate::model::id::DigestKey;
use crate::render::address::address;
use crate::render::confirmation::{Invitation, confirmation};
use crate::store::deliveries::Claimed;
use crate::token::Confirmation;

/// The envelope's sender and the message to one who asked for a digest.
///
/// # Errors
/// When the digest is no longer in the settings, or nobody could reach the page behind the link.
pub fn message(app: &App, delivery: &Claimed, to: &Address) -> anyhow::Result<(Address, Vec<u8>)> {
    let key = DigestKey::parse(&delivery.digest)?;
    let digest = app.config.digest(&key).with_context(|| format!("the digest `{key}` is no longer in the settings"))?;
    let base = app.config.web.base_url.as_ref().context("[web] base_url is not set, so no link can be confirmed")?;
    let asked_at = delivery.asked_at.context("nobody asked for this letter")?;
    let token = app.signer.confirm(Confirmation { subscriber: delivery.subscriber_id, asked_at });
    let (from, reply_to) = mailboxes(digest)?;
    let other = (app.config.digests.first().is_some_and(|first| first.key != key)).then_some(&key);
    let rendered = confirmation(
        &Invitation {
            digest: &digest.title,
            schedule: digest.schedule,
            timezone: digest.timezone,
            link: &link(base, &format!("confirm/{token}")),
            site: &link(base, &address("", other)),
            good_for: app.config.retention.unconfirmed,
            sender: from.address().as_str(),
            contact: reply_to.as_ref().unwrap_or(&from).address().as_str(),
            postal_address: digest.postal_address.as_deref(),
        },
        &app.templates,
    )?;
    let letter = Letter {
        from: &from,
        reply_to: reply_to.as_ref(),
        to,
        subject: &rendered.subject,
        text: &rendered.text,
        html: &rendered.html,
        date: asked_at,
        message_id: &delivery.message_id,
        list: None,
    };
    Ok((from.address().clone(), message::compose(&letter)?))
}
