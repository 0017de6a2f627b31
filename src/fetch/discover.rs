//! Looks for the feeds of a site with few requests: where its platform has them, where its page says, where they
//! usually are. What is found was read as a feed.

pub mod places;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use url::Url;

use super::client::Fetcher;
use super::outcome::{Document, FetchOutcome};
use super::page::Pages;
use super::plan::FetchPlan;
use super::wanted::Wanted;
use crate::model::entry::ParsedFeed;
use crate::parse::{feed, links};

/// How an address came to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It was given, and is a feed itself.
    Given,
    /// By the rule of its platform.
    Platform,
    /// The page declares it as its feed.
    Declared,
    /// The page links to it.
    Linked,
    /// Feeds are often there.
    Usual,
}

/// A feed that was found and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where permanent redirects lead, else what was tried.
    pub url: Url,
    pub how: How,
    pub title: String,
    /// The feed's own word, else its page's.
    pub site: Option<Url>,
    /// BCP 47, as the feed or the page declares it.
    pub language: Option<String>,
    pub entries: usize,
    pub newest: Option<DateTime<Utc>>,
    /// The identities of its entries, to tell whether it is a feed that is known.
    #[serde(skip)]
    pub ids: Vec<String>,
    /// What readers say of the pages, not the pages.
    pub comments: bool,
}

/// An address that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    pub url: Url,
    pub how: How,
    /// In a person's words.
    pub why: String,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Search {
    /// The likeliest first, feeds of comments last.
    pub found: Vec<Found>,
    pub tried: Vec<Tried>,
    /// Why the page could not be read, if it could not.
    pub page_error: Option<String>,
    /// Probes that were sent; the page and its robots.txt are not counted.
    pub probes: usize,
}

/// What may be spent on a search, and when it has found enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests after the page, redirects of each not counted.
    pub probes: usize,
    /// Whether the first feed with entries that is not of comments ends it.
    pub first: bool,
}

/// Searches a site.
#[derive(Debug)]
pub struct Discoverer<'a> {
    fetcher: &'a Fetcher,
    pages: &'a Pages,
    limits: Limits,
    now: DateTime<Utc>,
    /// Addresses that need not be tried.
    known: BTreeSet<Url>,
    page: Option<Url>,
    page_language: Option<String>,
    search: Search,
}

impl<'a> Discoverer<'a> {
    /// Prepares a search. It goes through the door for pages and shares its politeness; `known` is never tried.
    #[must_use]
    pub fn new(
        fetcher: &'a Fetcher,
        pages: &'a Pages,
        limits: Limits,
        known: BTreeSet<Url>,
        now: DateTime<Utc>,
    ) -> Self {
        Self { fetcher, pages, limits, now, known, page: None, page_language: None, search: Search::default() }
    }

    /// Searches what `url` shows, one request at a time: a known platform's addresses first, then the page and the
    /// feeds that it links to, and only without any the usual places, as far as robots.txt allows to guess.
    pub async fn search(mut self, url: &Url) -> Search {
        self.page = Some(url.clone());
        for derived in places::derived(url) {
            self.probe(derived, How::Platform, None).await;
        }
        if self.search.found.is_empty() {
            self.look_at(url).await;
        }
        if !self.search.found.iter().any(|found| !found.comments) {
            let page = self.page.clone().unwrap_or_else(|| url.clone());
            for usual in places::usual(&page) {
                if self.is_done() || self.search.found.iter().any(|found| !found.comments) {
                    break;
                }
                if let Err(why) = self.pages.may_ask(&usual, self.now).await {
                    self.search.tried.push(Tried { url: usual, how: How::Usual, why: why.to_string() });
                    break;
                }
                self.probe(usual, How::Usual, None).await;
            }
        }
        self.search.found.sort_by_key(|found| found.comments);
        self.search
    }

    async fn look_at(&mut self, url: &Url) {
        let document = match self.pages.get(url, self.now).await {
            Ok(document) => document,
            Err(error) => {
                self.search.page_error = Some(error.to_string());
                return;
            }
        };
        if let Ok(feed) = read(&document) {
            self.search.found.push(found(url.clone(), How::Given, &document, &feed, None));
            return;
        }
        let page = links::read(&document.body, document.content_type.as_deref(), &document.final_url);
        self.page = Some(document.final_url);
        self.page_language = page.language;
        for link in page.feeds {
            // Links that only look like feeds are tried where the page declares none.
            if link.declared || !self.search.found.iter().any(|found| found.how == How::Declared && !found.comments) {
                let how = if link.declared { How::Declared } else { How::Linked };
                self.probe(link.url, how, Some(link.comments)).await;
            }
        }
    }

    fn is_done(&self) -> bool {
        let enough = |found: &Found| !found.comments && found.entries > 0;
        self.search.probes >= self.limits.probes || (self.limits.first && self.search.found.iter().any(enough))
    }

    /// Asks for one address, unless enough was asked or it is known, and reads what comes.
    async fn probe(&mut self, url: Url, how: How, comments: Option<bool>) {
        if self.is_done() || !self.known.insert(url.clone()) {
            return;
        }
        self.search.probes += 1;
        let answer = self.fetcher.fetch_one(&FetchPlan::of_page(&url, Wanted::Feed), self.now).await;
        let why = match answer.outcome {
            FetchOutcome::Fresh(document) => match read(&document) {
                Ok(feed) => {
                    let asked = url.clone();
                    let at = answer.permanent.unwrap_or(url);
                    let known = at != asked && !self.known.insert(at.clone());
                    if !known && !self.search.found.iter().any(|found| found.url == at) {
                        let page = self.page.as_ref();
                        let mut found = found(at, how, &document, &feed, page);
                        found.comments = comments.unwrap_or_default();
                        found.language = found.language.or_else(|| self.page_language.clone());
                        self.search.found.push(found);
                    }
                    return;
                }
                Err(error) => error.to_string(),
            },
            FetchOutcome::Failed(error) => error.to_string(),
            FetchOutcome::Gone => "gone for good (410)".to_owned(),
            FetchOutcome::Throttled { .. } => {
                // One who is asked to wait does not guess on.
                self.search.probes = self.limits.probes;
                "the server asks to wait".to_owned()
            }
            FetchOutcome::NotModified => "the server answered 304 to a first request".to_owned(),
        };
        self.search.tried.push(Tried { url, how, why });
    }
}

fn read(document: &Document) -> Result<ParsedFeed, feed::FeedError> {
    feed::read(&document.body, document.content_type.as_deref(), Some(&document.final_url))
}

fn found(url: Url, how: How, document: &Document, feed: &ParsedFeed, page: Option<&Url>) -> Found {
    let link = feed.link.as_deref().and_then(|link| document.final_url.join(link).ok());
    let site = link.filter(|link| matches!(link.scheme(), "http" | "https")).or_else(|| page.cloned());
    Found {
        url,
        how,
        title: feed.title.clone(),
        site,
        language: feed.language.clone(),
        entries: feed.entries.len(),
        newest: feed.entries.iter().filter_map(|entry| entry.date).max(),
        ids: feed.entries.iter().map(|entry| entry.id.clone()).collect(),
        comments: false,
    }
}
