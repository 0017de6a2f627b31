//! `bellwether feeds discover`: the feeds of a site, ready to paste.

use std::collections::BTreeSet;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use url::Url;

use super::day;
use super::entry::{Given, entry, holds};
use crate::app::Clock;
use crate::catalogue::Catalogue;
use crate::cli::{Exit, Global};
use crate::fetch::client::Fetcher;
use crate::fetch::discover::{Discoverer, Found, How, Limits, Search};
use crate::fetch::page::Pages;
use crate::model::id::SourceKey;

/// Requests after the page and its robots.txt.
pub(super) const LIMITS: Limits = Limits { probes: 6, first: false };

/// Find the feeds of a site, as entries for feeds.toml; stores nothing
///
/// Looks where the site's platform has its feeds, then at what its page links to, then where feeds usually are: at
/// most six requests besides the page and its robots.txt. What is shown was read as a feed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether feeds discover https://example.org/blog/")]
pub struct Discover {
    /// The address of a page
    url: String,
}

/// A feed that was found, and the source that is it already.
#[derive(Serialize)]
struct Offer<'a> {
    #[serde(flatten)]
    found: &'a Found,
    listed_as: Option<&'a SourceKey>,
}

impl Discover {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let (config, catalogue) = global.places().read()?;
        let url = address(&self.url)?;
        let fetcher = Fetcher::new(&config.fetch).context("the HTTP client cannot be made")?;
        let pages = Pages::new(fetcher.clone(), std::collections::BTreeMap::new());
        let now = Clock::start(global.places().now).now();
        let search = Discoverer::new(&fetcher, &pages, LIMITS, BTreeSet::new(), now).search(&url).await;
        let spent = fetcher.spent();
        let offers: Vec<Offer<'_>> =
            search.found.iter().map(|found| Offer { found, listed_as: listed(&catalogue, &found.url) }).collect();
        let json = serde_json::json!({
            "url": url, "feeds": offers, "tried": search.tried, "page_error": search.page_error, "probes": search.probes,
            "requests": spent.requests, "bytes_wire": spent.bytes_wire,
        });
        if offers.is_empty() && !global.json {
            global.warn(&in_vain(&url, &search));
            return Ok(Exit::Failed);
        }
        global.answer(&json, || offers.iter().map(block).collect::<Vec<_>>().join("\n").trim_end().to_owned())?;
        Ok(if offers.is_empty() { Exit::Failed } else { Exit::Done })
    }
}

/// What a person types: `https://` may be left out.
pub(super) fn address(text: &str) -> anyhow::Result<Url> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&full).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.with_context(|| format!("`{text}` is not an address of the web; write one like https://example.org/blog/"))
}

pub(super) fn listed<'a>(catalogue: &'a Catalogue, url: &Url) -> Option<&'a SourceKey> {
    catalogue.sources.iter().find(|source| &source.url == url).map(|source| &source.key)
}

/// An entry for feeds.toml, with what speaks for it as a comment.
fn block(offer: &Offer<'_>) -> String {
    let Found { url, how, newest, comments, .. } = offer.found;
    let how = match how {
        How::Given => "the address itself",
        How::Platform => "by the rule of its platform",
        How::Declared => "the page declares it",
        How::Linked => "the page links to it",
        How::Usual => "found where feeds usually are",
    };
    let newest = newest.map(|newest| format!(", the newest of {}", day(newest))).unwrap_or_default();
    let comments = if *comments { "comments of readers; " } else { "" };
    let comment = format!("# {comments}{}{newest}; {how}", holds(offer.found));
    match offer.listed_as {
        Some(key) => format!("{comment}\n# {url} is listed already, as {key}\n"),
        None => format!("{comment}\n{}", entry(offer.found, &Given::default())),
    }
}

pub(super) fn in_vain(url: &Url, search: &Search) -> String {
    let mut lines = vec![format!("no feed was found for {url}")];
    lines.extend(search.page_error.as_ref().map(|error| format!("  the page: {error}")));
    lines.extend(search.tried.iter().map(|tried| format!("  {}: {}", tried.url, tried.why)));
    lines.push("Look on the page for a link to RSS or Atom, and try it with `bellwether feeds check`.".to_owned());
    lines.join("\n")
}
