//! Fetches what a plan says: the redirect loop, the deadline, and many at once.

mod builder;
mod clock;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use reqwest::{Client, ClientBuilder};
use serde::Serialize;
use tokio::task::JoinSet;
use url::Url;

use self::builder::builder;
use self::clock::Clock;
use super::body::{Limits, Wire};
use super::budget::Budget;
use super::exchange::{Manner, Reply, Step, exchange, is_html};
use super::guard::Guard;
use super::host::{Announced, Hosts};
use super::outcome::{Answer, FetchError, FetchOutcome};
use super::patience::Patience;
use super::plan::FetchPlan;
use super::robots::product_token;
use super::trail::Trail;
use super::wanted::Wanted;
use crate::config;
use crate::model::id::SourceKey;

/// How long the others of a scope wait after a 429 that names no time; what remains, the state decides.
const UNNAMED_PAUSE: TimeDelta = TimeDelta::hours(4);

/// Why no request can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum FetcherError {
    #[error("`{0}` cannot be sent as a User-Agent; use plain ASCII in [fetch] user_agent and contact")]
    UserAgent(String),
    #[error("the HTTP client cannot start: {0}; are there root certificates on this machine (ca-certificates)?")]
    Client(reqwest::Error),
}

/// Installs the one TLS provider of the process; again is harmless.
pub fn install_crypto() {
    // An error says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Makes every outbound request of the program, guarded, capped and polite. Clones share one politeness.
#[derive(Debug, Clone)]
pub struct Fetcher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    guard: Guard,
    hosts: Hosts,
    budget: Budget,
    max_bytes: u64,
    timeout: Duration,
    deadline: Duration,
    max_interval: Duration,
    token: String,
    asked: Mutex<Asked>,
    spent_requests: AtomicU64,
    spent_bytes: AtomicU64,
}

/// What was asked of others, whatever came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Spent {
    /// Redirects, and files like robots.txt, included.
    pub requests: u64,
    /// Of all bodies, as they were sent.
    pub bytes_wire: u64,
}

/// Whom requests were made to.
#[derive(Debug, Default)]
struct Asked {
    keys: BTreeSet<SourceKey>,
    over: bool,
}

impl Fetcher {
    /// Prepares a client by the settings.
    ///
    /// # Errors
    /// [`FetcherError`] when the User-Agent cannot be sent, or TLS cannot be set up.
    pub fn new(settings: &config::Fetch) -> Result<Self, FetcherError> {
        Self::over(builder(settings)?, settings)
    }

    fn over(builder: ClientBuilder, settings: &config::Fetch) -> Result<Self, FetcherError> {
        let shared = Shared {
            client: builder.build().map_err(FetcherError::Client)?,
            guard: Guard::new(&settings.allow_nets),
            hosts: Hosts::new(settings),
            budget: Budget::new(settings.in_flight_bytes),
            max_bytes: settings.max_bytes,
            timeout: settings.timeout,
            deadline: settings.deadline,
            max_interval: settings.max_interval,
            token: product_token(&settings.user_agent).to_owned(),
            asked: Mutex::default(),
            spent_requests: AtomicU64::new(0),
            spent_bytes: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Fetches everything that is planned and yields each answer as it comes; `now` is the moment of the call.
    ///
    /// At most `jobs` requests are in flight, and bodies in memory until they are dropped share `in_flight_bytes`:
    /// a slow consumer slows the fetching, and one that holds on to bodies ends it. Fetching goes on while the
    /// consumer works. Dropping the stream aborts what is left. To be called inside a Tokio runtime.
    #[must_use]
    pub fn fetch_all(&self, plans: Vec<FetchPlan>, now: DateTime<Utc>) -> BoxStream<'static, (FetchPlan, Answer)> {
        let clock = Clock::starting_at(now);
        let mut tasks = JoinSet::new();
        let mut open = HashMap::new();
        let announced: Vec<Announced> = plans.iter().map(|plan| self.shared.hosts.announce(&plan.url)).collect();
        for (plan, announced) in plans.into_iter().zip(announced) {
            let (shared, task) = (Arc::clone(&self.shared), plan.clone());
            let id = tasks.spawn(async move { shared.fetch(&task, Some(announced), clock).await }).id();
            open.insert(id, plan);
        }
        let next = |(mut tasks, mut open): (JoinSet<_>, HashMap<_, FetchPlan>)| async move {
            loop {
                let (id, finished) = match tasks.join_next_with_id().await? {
                    Ok((id, answer)) => (id, Some(answer)),
                    Err(error) => (error.id(), None),
                };
                if let Some(plan) = open.remove(&id) {
                    let broke = || Answer::new(plan.address.clone(), 0, FetchOutcome::Failed(FetchError::Internal));
                    let answer = finished.unwrap_or_else(broke);
                    return Some(((plan, answer), (tasks, open)));
                }
            }
        };
        unfold((tasks, open), next).boxed()
    }

    /// Keeps the starts of two requests to the host of `url` this far apart at least, whatever the settings say.
    pub(crate) fn space(&self, url: &Url, spacing: Duration) {
        self.shared.hosts.space(url, spacing);
    }

    /// Refuses what the guard would refuse by the address alone.
    pub(crate) fn check(&self, url: &Url) -> Result<(), FetchError> {
        Ok(self.shared.guard.check_url(url)?)
    }

    /// What was spent so far, by all clones together.
    #[must_use]
    pub fn spent(&self) -> Spent {
        Spent {
            requests: self.shared.spent_requests.load(Ordering::Relaxed),
            bytes_wire: self.shared.spent_bytes.load(Ordering::Relaxed),
        }
    }

    /// What robots.txt files would name us by.
    pub(crate) fn token(&self) -> &str {
        &self.shared.token
    }

    /// How long one fetch may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.shared.deadline
    }

    /// Asks nobody from here on who was not asked before. What is still in flight goes on.
    pub fn close(&self) {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).over = true;
    }

    /// Whom a request was made to.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<SourceKey> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).keys.clone()
    }

    /// Fetches one source; `now` is the moment of the call.
    pub async fn fetch_one(&self, plan: &FetchPlan, now: DateTime<Utc>) -> Answer {
        // Boxed, so that whoever asks for one page among other things stays small.
        Box::pin(self.shared.fetch(plan, None, Clock::starting_at(now))).await
    }
}

impl Shared {
    /// `announced`: of its first request, where the host was told of it.
    async fn fetch(&self, plan: &FetchPlan, mut announced: Option<Announced>, clock: Clock) -> Answer {
        let mut trail = Trail::new(plan.url.clone());
        let mut patience = Patience::new(self.deadline);
        let wire = Wire::new(&self.spent_bytes);
        let limits =
            Limits { max_bytes: self.max_bytes, cut: false, silence: self.timeout, budget: &self.budget, wire: &wire };
        let mut manner = Manner::default();
        let (mut requests, mut repeated) = (0, false);
        let reply = loop {
            if let Err(refusal) = self.guard.check_url(trail.at()) {
                break Err(refusal.into());
            }
            let turn = self.hosts.turn(trail.at()).await;
            let pause = plan.pauses_with.as_deref().and_then(|scope| self.hosts.paused_until(scope, clock.now()));
            if let (Some(until), 0) = (pause, requests) {
                let outcome = FetchOutcome::Throttled { until: Some(until) };
                return Answer::new(plan.address.clone(), 0, outcome);
            }
            if requests == 0 && !self.may_ask(&plan.key) {
                let outcome = FetchOutcome::Throttled { until: None };
                return Answer::new(plan.address.clone(), 0, outcome);
            }
            manner.last = announced.take().is_some_and(Announced::makes_the_last);
            patience.hold(turn);
            requests += 1;
            self.spent_requests.fetch_add(1, Ordering::Relaxed);
            // Boxed, so that thousands who wait for their turn are small.
            let step = exchange(&self.client, plan, &trail, manner, limits, &mut patience, || clock.now());
            let step = Box::pin(step).await;
            let stays_open = step.is_ok() && !manner.last;
            let was_open = patience.release().is_some_and(|turn| turn.leaves_open(stays_open));
            match step {
                // Each hop of a page has a robots.txt to ask first.
                Ok(Step::Redirect { status, location }) if plan.wanted == Wanted::Page => {
                    break Err(FetchError::Redirected(status, location));
                }
                Ok(Step::Redirect { status, location }) => {
                    if let Err(error) = trail.follow(status, location.as_deref()) {
                        break Err(error);
                    }
                }
                Ok(Step::Done(reply)) => {
                    self.note_pause(plan, &trail, &reply, clock);
                    break Ok(*reply);
                }
                Err(FetchError::Encoding) if !manner.plain => manner.plain = true,
                // The server may have closed the connection just when this request was on its way: that is nobody's
                // failure, and a GET may be repeated (RFC 9112 §9.3.1).
                Err(FetchError::Protocol(_)) if was_open && !repeated => repeated = true,
                Err(error) => break Err(error),
            }
        };
        Answer { bytes_wire: wire.count(), ..self.answer(plan, &trail, requests, reply) }
    }

    /// Writes down that a source is asked, unless the fetcher was closed.
    fn may_ask(&self, key: &SourceKey) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.over {
            asked.keys.insert(key.clone());
        }
        !asked.over
    }

    /// A 429 that the asked host itself gave holds back those who pause together with this source.
    fn note_pause(&self, plan: &FetchPlan, trail: &Trail, reply: &Reply, clock: Clock) {
        if let (FetchOutcome::Throttled { until }, Some(scope)) = (&reply.outcome, &plan.pauses_with)
            && trail.at().host_str() == plan.url.host_str()
        {
            self.hosts.pause(scope, until.unwrap_or_else(|| clock.now() + UNNAMED_PAUSE));
        }
    }

    fn answer(&self, plan: &FetchPlan, trail: &Trail, requests: u32, reply: Result<Reply, FetchError>) -> Answer {
        let hops = trail.hops().to_vec();
        match reply {
            Err(error) => Answer { hops, ..Answer::new(plan.address.clone(), requests, FetchOutcome::Failed(error)) },
            Ok(Reply { outcome, validators, fresh_for }) => {
                if fresh_for.is_some_and(|fresh_for| fresh_for > self.max_interval) {
                    let most = humantime::format_duration(self.max_interval);
                    tracing::info!(source = %plan.key, "the server asks to be left alone for longer than {most} (max_interval): asking again after that");
                }
                // What calls itself a web page may be read, but is no new home for a feed.
                let page = matches!(&outcome, FetchOutcome::Fresh(page) if is_html(page.content_type.as_deref()));
                let permanent = trail.adoptable().filter(|_| !page || plan.wanted != Wanted::Feed);
                let answer = Answer::new(plan.address.clone(), requests, outcome);
                Answer { hops, permanent, validators, fresh_for, ..answer }
            }
        }
    }
}

#[cfg(test)]
mod tests;
