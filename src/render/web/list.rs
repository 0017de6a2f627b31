//! The pages of the list: subscribing, confirming, leaving. No page shows a whole address that it was not just given.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Message, Site, SiteView, message_page, plain};
use crate::mail::address::AddressError;
use crate::model::id::DigestKey;
use crate::render::RenderError;
use crate::render::address::Root;
use crate::render::spoken;
use crate::render::templates::Templates;
use crate::render::words::line;
use crate::schedule::Schedule;

/// A digest that a visitor can subscribe to.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    pub key: &'a DigestKey,
    pub title: &'a str,
    /// The names of the topics that it follows.
    pub topics: Vec<&'a str>,
    pub schedule: Schedule,
    pub timezone: Tz,
}

/// The form to subscribe. With several digests the visitor chooses one.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    pub offers: Vec<Offer<'a>>,
    /// Which of them is chosen to begin with.
    pub chosen: Option<&'a DigestKey>,
    /// What was typed, when it comes back with a complaint.
    pub typed: &'a str,
    pub complaint: Option<Complaint>,
}

/// Why the form comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    Address(AddressError),
    /// None of the digests was chosen.
    Digest,
}

#[derive(Serialize)]
pub(super) struct FormView {
    action: String,
    offers: Vec<OfferView>,
    typed: String,
    address_error: Option<&'static str>,
    digest_error: Option<&'static str>,
}

#[derive(Serialize)]
struct OfferView {
    key: String,
    title: String,
    schedule: String,
    topics: String,
    chosen: bool,
}

impl Form<'_> {
    pub(super) fn view(&self, site: &Site<'_>) -> FormView {
        let offers = self.offers.iter().map(|it| OfferView {
            key: it.key.to_string(),
            title: line(it.title, 80),
            schedule: spoken::schedule(it.schedule, it.timezone),
            topics: line(&it.topics.join(", "), 400),
            chosen: self.chosen == Some(it.key),
        });
        FormView {
            action: Root::path(site.base_url).at("/subscribe"),
            offers: offers.collect(),
            typed: line(self.typed, 300),
            address_error: match self.complaint {
                Some(Complaint::Address(error)) => Some(words_for(error, self.typed)),
                _ => None,
            },
            digest_error: matches!(self.complaint, Some(Complaint::Digest)).then_some("Please choose one of these."),
        }
    }
}

/// What is wrong with an address, for somebody who mistyped one.
fn words_for(error: AddressError, typed: &str) -> &'static str {
    if typed.trim().is_empty() {
        return "Please write the address that the mail should go to.";
    }
    match error {
        AddressError::NoAt => "An address has an @ in it. Please write it like name@example.org.",
        AddressError::Local => "What stands before the @ cannot be right. Please write it like name@example.org.",
        AddressError::LocalNotAscii => {
            "Mail cannot be sent to an address with such letters before the @. Do you have another one?"
        }
        AddressError::Domain => "What stands behind the @ cannot be right. Please write it like name@example.org.",
        AddressError::TooLong => "That is longer than an address can be.",
    }
}

/// The form on a page of its own.
///
/// # Errors
/// As every page: [`RenderError::Template`] when an operator's template asks for what is not there.
pub fn subscribe_page(form: &Form<'_>, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
        join: FormView,
    }
    templates.render("web/subscribe.html", &Values { site: site.view(), join: form.view(site) })
}

/// What everybody sees who has asked, whoever they are.
pub fn sent_page(good_for: std::time::Duration, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    let good_for = spoken::duration(good_for);
    let wait = format!("The link is good for {good_for}. Without it nothing else is sent.");
    let words = [
        "If the address can be subscribed, a mail with a link is on its way to it. Open the link, press the button \
         there, and the latest edition follows.",
        &wait,
        "Nothing there after an hour? Look where your mail program puts advertising. To an address that \
         is subscribed already, or that somebody asked for a moment ago, no mail is sent.",
    ];
    message_page(&Message { title: "Look into your inbox", words: &words, subscribe: false }, site, templates)
}

/// One button that posts to this page of `token`, and confirms. `masked` is the address as a stranger may see it.
pub fn confirm_page(
    masked: &str,
    token: &str,
    offer: (Schedule, Tz),
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        site: SiteView,
        address: &'a str,
        schedule: String,
        action: String,
    }
    let action = Root::path(site.base_url).at(&format!("/confirm/{token}"));
    let schedule = spoken::schedule(offer.0, offer.1);
    templates.render("web/confirm.html", &Values { site: site.view(), address: masked, schedule, action })
}

/// What a new reader gets next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    /// The latest edition, now.
    Latest,
    /// The next one: they have the latest.
    Next,
    /// The first of all.
    First,
}

/// What the button to confirm leads to. `next` is when the next edition is due.
pub fn confirmed_page(
    masked: &str,
    coming: Coming,
    (next, zone): (DateTime<Utc>, Tz),
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    let next = spoken::moment(next, zone);
    let title = line(site.title, 80);
    let first = match coming {
        Coming::Latest => {
            format!("The latest edition of {title} is on its way to {masked}. The next one comes on {next}.")
        }
        Coming::Next => format!("The next edition of {title} comes to {masked} on {next}."),
        Coming::First => format!("The first edition of {title} comes to {masked} on {next}."),
    };
    let words = [first.as_str(), "Every mail has a link to leave."];
    message_page(&Message { title: "You are subscribed", words: &words, subscribe: false }, site, templates)
}

/// What a second click on the link to confirm leads to.
pub fn already_page(
    masked: &str,
    (next, zone): (DateTime<Utc>, Tz),
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    let title = line(site.title, 80);
    let words = format!(
        "{title} is being sent to {masked}; there is nothing left to confirm. The next edition comes on {}.",
        spoken::moment(next, zone)
    );
    message_page(&Message { title: "Confirmed already", words: &[&words], subscribe: false }, site, templates)
}

/// One button that posts to this page of `token`. `masked` is the address as a stranger may see it: `m…@e….org`.
pub fn unsubscribe_page(
    masked: &str,
    token: &str,
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        site: SiteView,
        address: &'a str,
        action: String,
    }
    let action = Root::path(site.base_url).at(&format!("/unsubscribe/{token}"));
    templates.render("web/unsubscribe.html", &Values { site: site.view(), address: masked, action })
}

/// What the button to leave leads to.
pub fn unsubscribed_page(site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    plain("web/unsubscribed.html", site, templates)
}
