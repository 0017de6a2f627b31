//! What the pages know of the digests: which one is meant, and what its pages say.

use std::borrow::Cow;
use std::sync::Arc;

use url::{Url, form_urlencoded};

use super::Pages;
use super::error::PageError;
use crate::app::App;
use crate::config::Digest;
use crate::deliver;
use crate::mail::address::Mailbox;
use crate::model::edition::Edition;
use crate::render::web;
use crate::render::web::list::{Form, Offer};
use crate::store::editions::Stored;

/// What the pages know of a digest besides its settings.
#[derive(Debug)]
pub(super) struct Shown {
    /// Where readers may write.
    contact: Option<String>,
    /// Whether visitors can subscribe to it.
    open: bool,
}

/// For each digest of the settings. Nobody can subscribe where the mail that asks to confirm could not go out, or
/// where its link would lead nowhere.
pub(super) fn shown(app: &App) -> Arc<[Shown]> {
    let (mailable, _) = deliver::mailable(app);
    let of = |digest: &Digest| Shown {
        contact: Mailbox::parse(digest.reply_to.as_deref().unwrap_or(&digest.from))
            .ok()
            .map(|mailbox| mailbox.address().to_string()),
        open: app.config.web.base_url.is_some() && mailable.contains(&&digest.key),
    };
    app.config.digests.iter().map(of).collect()
}

/// The values of a query or a form under `name`; the last one counts.
pub(super) fn value<'a>(pairs: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    form_urlencoded::parse(pairs).filter(|(key, _)| key == name).last().map(|(_, value)| value)
}

impl Pages {
    /// The digest of that key, or the first one.
    pub(super) fn digest(&self, key: Option<&str>) -> Result<&Digest, PageError> {
        let mut digests = self.app.config.digests.iter();
        digests.find(|digest| key.is_none_or(|key| digest.key.as_str() == key)).ok_or(PageError::NotFound)
    }

    /// The digest that a query names as `digest`, or the first one.
    pub(super) fn asked(&self, query: Option<&str>) -> Result<&Digest, PageError> {
        self.digest(query.and_then(|query| value(query.as_bytes(), "digest")).as_deref())
    }

    fn shown(&self, digest: &Digest) -> Option<&Shown> {
        let at = self.app.config.digests.iter().position(|known| known.key == digest.key)?;
        self.shown.get(at)
    }

    /// Whether visitors can subscribe to it.
    pub(super) fn is_open(&self, digest: &Digest) -> bool {
        self.shown(digest).is_some_and(|shown| shown.open)
    }

    /// What the pages of a digest say.
    pub(super) fn site_of<'a>(&'a self, digest: &'a Digest) -> web::Site<'a> {
        let first = self.app.config.digests.first().is_some_and(|first| first.key == digest.key);
        web::Site {
            title: &digest.title,
            other: (!first).then_some(&digest.key),
            base_url: self.app.config.web.base_url.as_ref(),
            contact: self.shown(digest).and_then(|shown| shown.contact.as_deref()),
            postal_address: digest.postal_address.as_deref(),
            open: self.is_open(digest),
        }
    }

    /// What the pages say that are of no digest: the first one's.
    pub(super) fn site(&self) -> web::Site<'_> {
        self.app.config.digests.first().map_or(
            web::Site {
                title: "Bellwether",
                other: None,
                base_url: self.app.config.web.base_url.as_ref(),
                contact: None,
                postal_address: None,
                open: false,
            },
            |first| self.site_of(first),
        )
    }

    /// Where this is reached; without a setting, where it listens.
    pub(super) fn base(&self) -> Result<Url, PageError> {
        match &self.app.config.web.base_url {
            Some(base) => Ok(base.clone()),
            None => Url::parse(&format!("http://{}/", self.app.config.web.listen))
                .map_err(|error| PageError::Internal(error.into())),
        }
    }

    /// The form to subscribe, with `chosen` chosen; `None` where nobody can.
    pub(super) fn form<'a>(&'a self, chosen: &'a Digest) -> Option<Form<'a>> {
        let open = self.app.config.digests.iter().filter(|digest| self.is_open(digest));
        let offers: Vec<Offer<'_>> = open.map(|digest| self.offer(digest)).collect();
        (!offers.is_empty()).then_some(Form { offers, chosen: Some(&chosen.key), typed: "", complaint: None })
    }

    fn offer<'a>(&'a self, digest: &'a Digest) -> Offer<'a> {
        let topics = self.app.catalogue.topics.iter();
        let followed = topics.filter(|topic| digest.topics.is_empty() || digest.topics.contains(&topic.key));
        Offer {
            key: &digest.key,
            title: &digest.title,
            topics: followed.map(|topic| topic.name.as_str()).collect(),
            schedule: digest.schedule,
            timezone: digest.timezone,
        }
    }

    /// The digest's editions that were sent, newest first.
    pub(super) async fn sent(&self, digest: &Digest, limit: i64) -> Result<Vec<Stored>, PageError> {
        let now = self.app.clock.now();
        let mut editions = self.app.store.editions(&digest.key, limit).await?;
        editions.retain(|stored| stored.edition.send_at <= now);
        Ok(editions)
    }

    /// The digest's last edition that was sent.
    pub(super) async fn last(&self, digest: &Digest) -> Result<Option<Edition>, PageError> {
        // One more may be composed already.
        Ok(self.sent(digest, 2).await?.into_iter().next().map(|stored| stored.edition))
    }
}
