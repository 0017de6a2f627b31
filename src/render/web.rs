//! The web pages, each a complete document: no script, no inline style, nothing loaded from another host.

pub mod editions;
pub mod list;

use serde::Serialize;
use url::Url;

use super::RenderError;
use super::address::{Root, address};
use super::email::mailto;
use super::templates::Templates;
use super::words::line;
use crate::model::id::DigestKey;

/// The style sheet that every page links to at `/style.css`; [`Templates::style`] has the operator's, if there is one.
pub const STYLE: &str = super::templates::STYLE;

/// What every page says of its digest.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The digest's title.
    pub title: &'a str,
    /// The digest, where it is not the first of the settings: its pages name it in their addresses.
    pub other: Option<&'a DigestKey>,
    /// Where readers reach the pages. Links on a page use only its path, so a page works under every name of its
    /// host; the whole of it is the canonical address.
    pub base_url: Option<&'a Url>,
    /// A mail address that people read.
    pub contact: Option<&'a str>,
    pub postal_address: Option<&'a str>,
    /// Whether visitors can subscribe.
    pub open: bool,
}

/// How stories, trends and events are chosen, and how a publisher is left out.
///
/// # Errors
/// As every page: [`RenderError::Template`] when an operator's template asks for what is not there.
pub fn how_page(site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    plain("web/how.html", site, templates)
}

/// A page that tells one thing.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub title: &'a str,
    /// What happened, and what to do; a paragraph each.
    pub words: &'a [&'a str],
    /// Whether the page leads on to subscribing (where that is possible) rather than to the latest edition.
    pub subscribe: bool,
}

/// A page for what went wrong or is done: what happened, and what to do next.
pub fn message_page(message: &Message<'_>, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        site: SiteView,
        title: &'a str,
        words: &'a [&'a str],
        subscribe: bool,
    }
    let Message { title, words, subscribe } = *message;
    templates.render("web/message.html", &Values { site: site.view(), title, words, subscribe })
}

fn plain(name: &str, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
    }
    templates.render(name, &Values { site: site.view() })
}

#[derive(Serialize)]
struct SiteView {
    title: String,
    home: String,
    archive: String,
    how: String,
    feed: String,
    style: String,
    /// `None` where nobody can subscribe.
    subscribe: Option<String>,
    contact: Option<String>,
    contact_url: Option<String>,
    postal_address: Option<String>,
}

impl Site<'_> {
    /// The address of a page of this digest, as a link on our own pages needs it.
    #[must_use]
    pub fn at(&self, page: &str) -> String {
        Root::path(self.base_url).at(&address(page, self.other))
    }

    fn view(&self) -> SiteView {
        let root = Root::path(self.base_url);
        let at = |page| self.at(page);
        SiteView {
            title: line(self.title, 80),
            home: at("/"),
            archive: at("/editions"),
            how: root.at("/how"),
            feed: at("/feed.atom"),
            style: root.at("/style.css"),
            subscribe: self.open.then(|| at("/subscribe")),
            contact: self.contact.map(|address| line(address, 120)),
            contact_url: self.contact.map(mailto),
            postal_address: self.postal_address.map(|text| line(&text.replace('\n', ", "), 300)),
        }
    }
}

#[cfg(test)]
mod tests;
