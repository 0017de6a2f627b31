//! An edition as a letter: rendered once, addressed to each reader.

pub mod confirmation;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use url::Url;

use crate::app::App;
use crate::config::Digest;
use crate::mail::address::{Address, Mailbox};
use crate::mail::message::{self, Letter, ListHeaders};
use crate::model::edition::Edition;
use crate::render::address::address;
use crate::render::email::{self, Audience, Rendered, Unsubscribe};
use crate::token::Signer;

/// An edition rendered for mail, with everything its headers need.
#[derive(Debug, Clone)]
pub struct Prepared {
    rendered: Rendered,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    list_id: String,
    list_title: String,
    base_url: Option<Url>,
    archive: Option<String>,
}

impl Prepared {
    /// Renders `edition` as its digest is set.
    ///
    /// # Errors
    /// When its digest is no longer in the settings, or a template cannot be rendered.
    pub fn new(app: &App, edition: &Edition) -> anyhow::Result<Self> {
        let digest = app
            .config
            .digest(&edition.digest)
            .with_context(|| format!("the digest `{}` is no longer in the settings", edition.digest))?;
        let base_url = app.config.web.base_url.clone();
        let (from, reply_to) = mailboxes(digest)?;
        let contact = reply_to.as_ref().unwrap_or(&from).address().as_str().to_owned();
        let audience = Audience {
            base_url: base_url.as_ref(),
            unsubscribe: Some(match base_url {
                Some(_) => Unsubscribe::Link,
                None => Unsubscribe::Mail(&contact),
            }),
            postal_address: digest.postal_address.as_deref(),
            sender: Some(from.address().as_str()),
            contact: Some(&contact),
        };
        Ok(Self {
            rendered: email::email(edition, &audience, &app.templates)?,
            list_id: format!("{}.{}", digest.key, from.address().domain()),
            list_title: edition.title.clone(),
            archive: base_url.as_ref().map(|base| link(base, &address("editions", digest.key.unusual()))),
            from,
            reply_to,
            base_url,
        })
    }

    /// The envelope's sender.
    #[must_use]
    pub fn sender(&self) -> &Address {
        self.from.address()
    }

    /// The parts of the mail to one subscriber.
    #[must_use]
    pub fn rendered_for(&self, subscriber: i64, address: &str, signer: &Signer) -> Rendered {
        self.rendered.for_recipient(&self.unsubscribe_link(subscriber, address, signer).unwrap_or_default())
    }

    fn unsubscribe_link(&self, subscriber: i64, address: &str, signer: &Signer) -> Option<String> {
        let base = self.base_url.as_ref()?;
        Some(link(base, &format!("unsubscribe/{}", signer.unsubscribe(subscriber, address))))
    }

    /// The message to one subscriber, as bytes. `date` is when it was first to go out.
    ///
    /// # Errors
    /// When a header cannot be made of what it is given.
    pub fn message(
        &self,
        to: &Address,
        subscriber: i64,
        message_id: &str,
        date: DateTime<Utc>,
        signer: &Signer,
    ) -> anyhow::Result<Vec<u8>> {
        let address = to.as_str();
        let rendered = self.rendered_for(subscriber, address, signer);
        let https = self.unsubscribe_link(subscriber, address, signer);
        let contact = self.reply_to.as_ref().unwrap_or(&self.from).address();
        let mailto = format!("mailto:{contact}?subject=unsubscribe%20{}", signer.unsubscribe(subscriber, address));
        let letter = Letter {
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            to,
            subject: &rendered.subject,
            text: &rendered.text,
            html: &rendered.html,
            date,
            message_id,
            list: Some(ListHeaders {
                id: &self.list_id,
                title: &self.list_title,
                unsubscribe_https: https.as_deref(),
                unsubscribe_mailto: Some(&mailto),
                archive: self.archive.as_deref(),
            }),
        };
        Ok(message::compose(&letter)?)
    }
}

fn mailboxes(digest: &Digest) -> anyhow::Result<(Mailbox, Option<Mailbox>)> {
    let from = Mailbox::parse(&digest.from).context("the digest's `from`")?;
    let reply_to = digest.reply_to.as_deref().map(Mailbox::parse).transpose().context("the digest's `reply_to`")?;
    Ok((from, reply_to))
}

/// A page below `base`, whether or not `base` ends in a slash.
#[must_use]
pub fn link(base: &Url, path: &str) -> String {
    format!("{}/{path}", base.as_str().trim_end_matches('/'))
}
