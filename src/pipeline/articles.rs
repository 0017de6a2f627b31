//! Articles: the pages of the stories that an edition shows, for what their feeds left out. Never required: whatever
//! fails leaves the edition as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use serde::Serialize;
use tokio::time::Instant;
use url::{Position, Url};

use super::compose::Draft;
use crate::app::App;
use crate::config;
use crate::edition::learned::{self, Learned};
use crate::fetch::client::{Fetcher, Spent};
use crate::fetch::page::Pages;
use crate::model::article::{Article, Reading};
use crate::model::item::Item;
use crate::model::source::Source;
use crate::normalise::article::article;
use crate::parse;

/// Pages asked for one edition.
const PAGES: usize = 30;
/// What all of them may take together; the edition waits no longer.
const TOTAL: Duration = Duration::from_mins(1);
/// How long the server of one of them is waited for.
const ONE: Duration = Duration::from_secs(20);
/// Pages at once; hosts are spared by the fetcher besides.
const AT_ONCE: usize = 6;
/// A page that told nothing is asked again after this.
const AGAIN: TimeDelta = TimeDelta::days(3);

/// What asking for pages came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArticlesReport {
    /// Pages that were asked for, or whose robots.txt was, and that were done in time.
    pub asked: usize,
    /// Of these, pages that told something.
    pub told: usize,
    /// Why the others did not, counted.
    pub failures: BTreeMap<String, usize>,
    #[serde(flatten)]
    pub spent: Spent,
}

/// A page to ask for.
struct Wish {
    key: String,
    url: Url,
    headline: String,
}

/// Asks for the pages of the stories that `draft` shows with gaps, unless they were asked for before, and keeps what
/// they told. What goes wrong is counted, and logged.
pub(super) async fn fetch(app: &App, draft: &Draft, report: &mut ArticlesReport) {
    if let Err(error) = try_fetch(app, draft, report).await {
        tracing::warn!(error = format!("{error:#}"), "pages of stories were not asked for");
    }
}

async fn try_fetch(app: &App, draft: &Draft, report: &mut ArticlesReport) -> anyhow::Result<()> {
    let began = Instant::now();
    let total = TOTAL.min(app.config.fetch.deadline);
    let now = app.clock.now();
    let mut wishes = wishes(app, draft);
    let keys: Vec<String> = wishes.iter().map(|wish| wish.key.clone()).collect();
    let known = app.store.articles(&keys).await?;
    wishes.retain(|wish| known.get(&wish.key).is_none_or(|(at, reading)| stale(*at, reading, now)));
    if wishes.is_empty() {
        return Ok(());
    }
    // The same hosts may have been asked for their feeds a moment ago.
    tokio::time::sleep(app.config.fetch.spacing.min(total)).await;
    let settings = config::Fetch { deadline: ONE.min(total), ..app.config.fetch.clone() };
    let fetcher = Fetcher::new(&settings)?;
    let pages = Pages::new(fetcher.clone(), app.store.robots().await?).waiting(total);
    let mut readings: BTreeMap<String, Reading> = BTreeMap::new();
    let one = |wish: Wish| {
        let (pages, passed) = (&pages, began.elapsed());
        let moment = now + TimeDelta::from_std(passed).unwrap_or_default();
        async move { (wish.key.clone(), read(pages, wish, moment).await) }
    };
    {
        let mut answers = std::pin::pin!(futures_util::stream::iter(wishes).map(one).buffer_unordered(AT_ONCE));
        let gather = async {
            while let Some((key, reading)) = answers.next().await {
                readings.insert(key, reading);
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(total, gather) => {}
            () = app.stop.asked() => {}
        }
    }
    // What had no turn was not asked, and is no failure: the next edition that shows it may ask.
    report.asked += readings.len();
    report.spent = fetcher.spent();
    for (url, reading) in &readings {
        match reading {
            Reading::Told(_) => report.told += 1,
            Reading::Nothing(why) => {
                tracing::info!(url, why, "a page told nothing");
                *report.failures.entry(why.clone()).or_default() += 1;
            }
        }
    }
    app.store.keep_robots(&pages.learned()).await?;
    Ok(app.store.keep_articles(&readings, now).await?)
}

/// Whether a reading is worth another request.
fn stale(at: DateTime<Utc>, reading: &Reading, now: DateTime<Utc>) -> bool {
    reading.told().is_none() && (now - at).abs() >= AGAIN
}

async fn read(pages: &Pages, wish: Wish, now: DateTime<Utc>) -> Reading {
    let document = match pages.get(&wish.url, now).await {
        Ok(document) => document,
        Err(error) => {
            tracing::debug!(url = %wish.url, %error, "a page was not had");
            return Reading::Nothing(error.class().to_owned());
        }
    };
    // Reading is work for the processor: off the threads that wait for the network.
    let work = tokio::task::spawn_blocking(move || {
        let page = parse::article::read(&document.body, document.content_type.as_deref());
        page.map(|page| article(&page, &wish.headline, &document.final_url))
    });
    match work.await {
        Ok(Ok(article)) if article != Article::default() => Reading::Told(article),
        _ => Reading::Nothing("unreadable".to_owned()),
    }
}

/// The pages worth asking for, in the order in which the edition shows their stories.
fn wishes(app: &App, draft: &Draft) -> Vec<Wish> {
    let walls = Walls::new(app, draft);
    let mut seen = BTreeSet::new();
    let wishes = draft.composed.edition.stories().filter(|card| card.has_gaps() && !card.paywall).filter_map(|card| {
        let url = Url::parse(card.url.as_deref()?).ok()?;
        let key = key(&url);
        let source = draft.lead(&card.id).and_then(|lead| app.catalogue.source(&lead.source));
        let open = source.is_none_or(|source| !source.paused && !source.paywall) && !walls.surround(&url);
        (open && seen.insert(key.clone())).then(|| Wish { key, url, headline: card.headline.clone() })
    });
    wishes.take(PAGES).collect()
}

/// Fills the gaps of the draft's stories with what is known of their pages; asks nobody.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn fill(app: &App, draft: &mut Draft) -> anyhow::Result<()> {
    let walls = Walls::new(app, draft);
    let key_of = |url: Option<&str>| url.and_then(|url| Url::parse(url).ok()).map(|url| key(&url));
    let keys: Vec<String> = draft.composed.edition.stories().filter_map(|card| key_of(card.url.as_deref())).collect();
    let known = app.store.articles(&keys).await?;
    let silent: BTreeSet<String> = (draft.composed.edition.stories())
        .filter(|card| {
            let source = draft.lead(&card.id).and_then(|lead| app.catalogue.source(&lead.source));
            let page = card.url.as_deref().and_then(|url| Url::parse(url).ok());
            source.is_some_and(|source| !source.excerpt || source.paywall)
                || page.is_some_and(|url| walls.silence(&url))
        })
        .map(|card| card.id.to_string())
        .collect();
    learned::fill(&mut draft.composed.edition, |card| {
        let (_, reading) = known.get(&key_of(card.url.as_deref())?)?;
        Some(Learned { article: reading.told()?, quotable: !card.paywall && !silent.contains(card.id.as_str()) })
    });
    Ok(())
}

/// Under which a page is remembered: its address without the fragment, which no server sees.
fn key(url: &Url) -> String {
    url[..Position::AfterQuery].to_owned()
}

/// Where pages are not asked for, or not quoted, whoever points at them.
struct Walls<'a> {
    sources: Vec<(&'a Source, &'a Url)>,
    /// Addresses that an item of a walled source links to.
    pages: BTreeSet<String>,
}

impl<'a> Walls<'a> {
    fn new(app: &'a App, draft: &Draft) -> Self {
        let walled = draft.items.values().filter(|item: &&Item| item.paywall);
        let pages = walled.filter_map(|item| Url::parse(item.link.as_deref()?).ok()).map(|url| key(&url)).collect();
        let sources = app.catalogue.sources.iter();
        Self { sources: sources.map(|source| (source, source.site.as_ref().unwrap_or(&source.url))).collect(), pages }
    }

    /// Whether a page is for subscribers: a walled source links to it, or all sources of its host are walled.
    fn surround(&self, url: &Url) -> bool {
        self.pages.contains(&key(url)) || self.all_of_host(url, |source| source.paywall)
    }

    /// Whether all sources of its host want their headlines alone.
    fn silence(&self, url: &Url) -> bool {
        self.all_of_host(url, |source| !source.excerpt)
    }

    fn all_of_host(&self, url: &Url, holds: impl Fn(&Source) -> bool) -> bool {
        let bare = |url: &'a Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host));
        let Some(host) = url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host)) else { return false };
        let mut there = self.sources.iter().filter(|(_, site)| bare(site) == Some(host)).peekable();
        there.peek().is_some() && there.all(|(source, _)| holds(source))
    }
}
