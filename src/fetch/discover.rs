//! Looks for the feeds of a site with few requests: where its platform has them, where its page says, where they
//! usually are. What is found was read as a feed.

pub mod places;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use url::Url;

use super::client::Fetcher;
use super::outcome::{Document, FetchOutcome};
use super::page::{PageError, Pages};
use super::plan::FetchPlan;
use super::wanted::Wanted;
use crate::model::entry::ParsedFeed;
use crate::parse::feed::FeedError;
use crate::parse::{feed, ical, links};
use crate::text;

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

/// A feed or a calendar that was found and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where permanent redirects lead, else what was tried.
    pub url: Url,
    pub how: How,
    /// Whether it is an iCalendar file; then its entries are events.
    pub calendar: bool,
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

impl Found {
    /// Whether it is a feed with entries, and not of comments.
    #[must_use]
    pub fn may_be_a_source(&self) -> bool {
        !self.calendar && !self.comments && self.entries > 0
    }
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
    /// Probes that were sent; the page and what robots.txt files cost are not counted.
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
    told_to_wait: bool,
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
        Self {
            fetcher,
            pages,
            limits,
            now,
            known,
            page: None,
            page_language: None,
            told_to_wait: false,
            search: Search::default(),
        }
    }

    /// Searches what `url` shows, one request at a time: a known platform's addresses first, then the page and the
    /// feeds that it links to, and only without any the usual places; each as far as its robots.txt allows, for nobody
    /// has subscribed to it yet. Who is told to wait asks no further.
    pub async fn search(mut self, url: &Url) -> Search {
        self.page = Some(url.clone());
        for derived in places::derived(url) {
            self.probe(derived, How::Platform, None).await;
        }
        if self.search.found.is_empty() && !self.told_to_wait {
            self.look_at(url).await;
        }
        if !self.search.found.iter().any(|found| !found.comments) {
            let page = self.page.clone().unwrap_or_else(|| url.clone());
            for usual in places::usual(&page) {
                if self.is_done() || self.search.found.iter().any(|found| !found.comments) {
                    break;
                }
                // What forbids one guess, or cannot say, ends guessing.
                if !self.probe(usual, How::Usual, None).await {
                    break;
                }
            }
        }
        self.search.found.sort_by_key(|found| found.comments);
        self.search
    }

    async fn look_at(&mut self, url: &Url) {
        let document = match self.pages.get(url, self.now).await {
            Ok(document) => document,
            Err(error) => {
                self.told_to_wait |= matches!(error, PageError::Throttled { .. });
                self.search.page_error = Some(error.to_string());
                return;
            }
        };
        let page = match see(&document).await {
            Seen::Page(page, _) => page,
            seen => {
                self.search.found.extend(found(url.clone(), How::Given, &document, seen, None));
                return;
            }
        };
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
        let enough = |found: &Found| found.may_be_a_source();
        self.told_to_wait
            || self.search.probes >= self.limits.probes
            || (self.limits.first && self.search.found.iter().any(enough))
    }

    /// Asks for one address, unless enough was asked, it is known, or its robots.txt keeps us out, and reads what comes.
    /// Yields whether robots.txt let us ask, where it was looked at.
    async fn probe(&mut self, url: Url, how: How, comments: Option<bool>) -> bool {
        if self.is_done() || !self.known.insert(url.clone()) {
            return true;
        }
        if let Err(error) = self.pages.may_ask(&url, self.now).await {
            let disallowed = matches!(error, PageError::Disallowed(..));
            let but = if disallowed { "; once it is listed in feeds.toml it is asked all the same" } else { "" };
            self.search.tried.push(Tried { url, how, why: format!("{error}{but}") });
            return false;
        }
        self.search.probes += 1;
        let answer = self.fetcher.fetch_one(&FetchPlan::of_page(&url, Wanted::Feed), self.now).await;
        let why = match answer.outcome {
            FetchOutcome::Fresh(document) => match see(&document).await {
                Seen::Page(_, why) => why,
                seen => {
                    let asked = url.clone();
                    let at = answer.permanent.unwrap_or(url);
                    let known = at != asked && !self.known.insert(at.clone());
                    if !known && !self.search.found.iter().any(|found| found.url == at) {
                        let found = found(at, how, &document, seen, self.page.as_ref()).map(|found| Found {
                            comments: comments.unwrap_or_default(),
                            language: found.language.or_else(|| self.page_language.clone()),
                            ..found
                        });
                        self.search.found.extend(found);
                    }
                    return true;
                }
            },
            FetchOutcome::Failed(error) => error.to_string(),
            FetchOutcome::Gone => "gone for good (410)".to_owned(),
            FetchOutcome::Throttled { .. } => {
                self.told_to_wait = true;
                "the server asks to wait".to_owned()
            }
            FetchOutcome::NotModified => "the server answered 304 to a first request".to_owned(),
        };
        self.search.tried.push(Tried { url, how, why });
        true
    }
}

/// What a document turned out to be.
enum Seen {
    Feed(Box<ParsedFeed>),
    /// With its name and so many events.
    Calendar(Option<String>, usize),
    /// With why it is no feed.
    Page(links::Page, String),
}

/// Reads on a thread of its own: that is work for the processor.
async fn see(document: &Document) -> Seen {
    let Document { body, content_type, final_url } = document.clone();
    let read =
        tokio::task::spawn_blocking(move || match feed::read(&body, content_type.as_deref(), Some(&final_url)) {
            Ok(feed) => Seen::Feed(Box::new(feed)),
            Err(error) => match ical::parse(&body) {
                Some(calendars) => Seen::Calendar(
                    calendars.iter().find_map(|calendar| calendar.name.as_deref().map(text::tidy)),
                    calendars.iter().map(|calendar| calendar.events.len()).sum(),
                ),
                None => Seen::Page(links::read(&body, content_type.as_deref(), &final_url), error.to_string()),
            },
        });
    read.await.unwrap_or_else(|_| Seen::Page(links::Page::default(), FeedError::Panic.to_string()))
}

fn found(url: Url, how: How, document: &Document, seen: Seen, page: Option<&Url>) -> Option<Found> {
    let feed = match seen {
        Seen::Feed(feed) => feed,
        Seen::Calendar(name, entries) => {
            let (title, site) = (name.unwrap_or_default(), page.cloned());
            let (language, newest, ids) = (None, None, Vec::new());
            return Some(Found {
                url,
                how,
                calendar: true,
                title,
                site,
                language,
                entries,
                newest,
                ids,
                comments: false,
            });
        }
        Seen::Page(..) => return None,
    };
    let link = feed.link.as_deref().and_then(|link| document.final_url.join(link).ok());
    let site = link.filter(|link| matches!(link.scheme(), "http" | "https")).or_else(|| page.cloned());
    Some(Found {
        url,
        calendar: false,
        how,
        title: feed.title.clone(),
        site,
        language: feed.language.clone(),
        entries: feed.entries.len(),
        newest: feed.entries.iter().filter_map(|entry| entry.date).max(),
        ids: feed.entries.iter().map(|entry| entry.id.clone()).collect(),
        comments: false,
    })
}
