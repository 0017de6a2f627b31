//! The door for pages that nobody subscribed to: robots.txt first, at every hop, and then the page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use url::Url;

use super::client::Fetcher;
use super::outcome::{Document, FetchError, FetchOutcome};
use super::plan::FetchPlan;
use super::robots::Robots;
use super::robots::standing::{Standing, Verdict};
use super::trail::Trail;
use super::wanted::Wanted;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    #[error("the robots.txt of {0} asks us to leave {1} alone")]
    Disallowed(String, Url),
    #[error("the robots.txt of {0} cannot be had ({1}), so nothing there may be asked for")]
    RobotsUnreachable(String, String),
    #[error("the server asks to wait")]
    Throttled {
        /// Until when, if it said so.
        until: Option<DateTime<Utc>>,
    },
    #[error(transparent)]
    Failed(#[from] FetchError),
}

impl PageError {
    /// The key under which failures of this kind are counted.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Disallowed(..) => "robots",
            Self::RobotsUnreachable(..) => "robots_unreachable",
            Self::Throttled { .. } => "throttled",
            Self::Failed(error) => error.class(),
        }
    }
}

/// One origin's standing; whoever holds it asks, and the others wait for the answer.
type Slot = Arc<tokio::sync::Mutex<Option<Standing>>>;

/// Fetches pages as their sites allow. Clones share what they know of robots.txt files.
#[derive(Debug, Clone)]
pub struct Pages {
    fetcher: Fetcher,
    /// What one page may take, waiting for turns included.
    longest: Duration,
    origins: Arc<Mutex<BTreeMap<String, Slot>>>,
    /// What was asked for through this door, by origin.
    learned: Arc<Mutex<BTreeMap<String, Standing>>>,
}

impl Pages {
    /// Opens the door, with what is remembered of robots.txt files by origin (`https://example.org`).
    #[must_use]
    pub fn new(fetcher: Fetcher, remembered: BTreeMap<String, Standing>) -> Self {
        let slot = |standing| Arc::new(tokio::sync::Mutex::new(Some(standing)));
        let origins = remembered.into_iter().map(|(origin, standing)| (origin, slot(standing))).collect();
        let longest = fetcher.deadline();
        Self { fetcher, longest, origins: Arc::new(Mutex::new(origins)), learned: Arc::default() }
    }

    /// Lets a page wait for its turn beyond `[fetch] deadline`, which then bounds its server alone.
    #[must_use]
    pub fn waiting(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// Fetches one page, if the robots.txt of its origin, and of every origin that it redirects to, allows it.
    /// `now` is the moment of the call. The whole of it, waiting for the host's turn included, is bounded by
    /// `[fetch] deadline`, unless [`Pages::waiting`] says otherwise.
    ///
    /// # Errors
    /// [`PageError`]: not allowed, asked to wait, or any failure of the fetch.
    pub async fn get(&self, url: &Url, now: DateTime<Utc>) -> Result<Document, PageError> {
        let late = || Err(FetchError::Deadline.into());
        tokio::time::timeout(self.longest, self.follow(url, now)).await.unwrap_or_else(|_| late())
    }

    /// Whether `url` may be asked for by its origin's robots.txt; nothing else is asked for. For addresses that are
    /// guessed.
    ///
    /// # Errors
    /// [`PageError`]: not allowed, or nobody can tell.
    pub async fn may_ask(&self, url: &Url, now: DateTime<Utc>) -> Result<(), PageError> {
        self.ask_robots(url, now).await
    }

    /// What was learned of robots.txt files since this door was opened, to be remembered.
    #[must_use]
    pub fn learned(&self) -> BTreeMap<String, Standing> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn follow(&self, url: &Url, start: DateTime<Utc>) -> Result<Document, PageError> {
        let began = Instant::now();
        let mut trail = Trail::new(url.clone());
        loop {
            let passed = TimeDelta::from_std(began.elapsed()).unwrap_or_default();
            let now = start.checked_add_signed(passed).unwrap_or(start);
            self.ask_robots(trail.at(), now).await?;
            let plan = FetchPlan::of_page(trail.at(), Wanted::Page);
            match self.fetcher.fetch_one(&plan, now).await.outcome {
                FetchOutcome::Fresh(document) => return Ok(document),
                FetchOutcome::Failed(FetchError::Redirected(status, location)) => {
                    trail.follow(status, location.as_deref())?;
                }
                FetchOutcome::Failed(error) => return Err(error.into()),
                FetchOutcome::Throttled { until } => return Err(PageError::Throttled { until }),
                FetchOutcome::Gone => return Err(FetchError::Status(410).into()),
                FetchOutcome::NotModified => return Err(FetchError::Unasked(304).into()),
            }
        }
    }

    /// Whether `url` may be asked for, by its origin's robots.txt, which is fetched when it is not known.
    async fn ask_robots(&self, url: &Url, now: DateTime<Utc>) -> Result<(), PageError> {
        // What is refused for itself says nothing about its origin.
        self.fetcher.check(url)?;
        let origin = url.origin().ascii_serialization();
        let slot =
            Arc::clone(self.origins.lock().unwrap_or_else(PoisonError::into_inner).entry(origin.clone()).or_default());
        let mut slot = slot.lock().await;
        if !slot.as_ref().is_some_and(|standing| standing.is_fresh(now)) {
            let file = url.join("/robots.txt").map_err(|error| FetchError::BadRedirect(error.to_string()))?;
            let answer = self.fetcher.fetch_one(&FetchPlan::of_page(&file, Wanted::Robots), now).await;
            let standing = Standing::after(slot.take(), &answer.outcome, self.fetcher.token(), now);
            let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
            learned.insert(origin.clone(), standing.clone());
            *slot = Some(standing);
        }
        let Some(standing) = slot.as_ref() else { return Ok(()) };
        match standing.verdict(now) {
            Verdict::Everything => Ok(()),
            Verdict::Nothing => {
                let why = standing.error.clone().unwrap_or_default();
                Err(PageError::RobotsUnreachable(origin, why))
            }
            Verdict::Rules(robots) if robots.allows(url) => {
                self.space(url, robots);
                Ok(())
            }
            Verdict::Rules(_) => Err(PageError::Disallowed(origin, url.clone())),
        }
    }

    fn space(&self, url: &Url, robots: &Robots) {
        self.fetcher.space(url, robots.delay().unwrap_or(Duration::ZERO));
    }
}

#[cfg(test)]
mod tests;
