//! Fetches what a plan says: the redirect loop, the deadline, and many at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use reqwest::header::HeaderValue;
use reqwest::{Client, redirect};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use super::exchange::{Reply, Step, exchange, is_html};
use super::guard::Guard;
use super::host::Hosts;
use super::outcome::{Answer, FetchError, FetchOutcome};
use super::plan::FetchPlan;
use super::trail::Trail;
use super::wanted::Wanted;
use crate::config;

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
    max_bytes: u64,
    deadline: Duration,
    max_interval: Duration,
}

/// Civil time that moves with monotonic time from a given start.
#[derive(Debug, Clone, Copy)]
struct Clock {
    start: DateTime<Utc>,
    since: Instant,
}

impl Clock {
    fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, since: Instant::now() }
    }

    fn now(self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.since.elapsed()).unwrap_or_default();
        self.start.checked_add_signed(elapsed).unwrap_or(self.start)
    }
}

impl Fetcher {
    /// Prepares a client by the settings.
    ///
    /// # Errors
    /// [`FetcherError`] when the User-Agent cannot be sent, or TLS cannot be set up.
    pub fn new(settings: &config::Fetch) -> Result<Self, FetcherError> {
        install_crypto();
        let guard = Guard::new(&settings.allow_nets);
        #[expect(clippy::disallowed_methods, reason = "this is the one place where a client is made")]
        let client = Client::builder()
            .user_agent(user_agent(settings)?)
            .redirect(redirect::Policy::none())
            .referer(false)
            // A proxy from the environment would look names up beyond the guard.
            .no_proxy()
            .dns_resolver(guard.clone())
            .connect_timeout(settings.timeout)
            .read_timeout(settings.timeout)
            .pool_max_idle_per_host(settings.per_host)
            .build()
            .map_err(FetcherError::Client)?;
        let shared = Shared {
            client,
            guard,
            hosts: Hosts::new(settings),
            max_bytes: settings.max_bytes,
            deadline: settings.deadline,
            max_interval: settings.max_interval,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Fetches everything that is planned and yields each answer as it comes; `now` is the moment of the call.
    ///
    /// At most `jobs` requests are in flight or bodies waiting to be taken, so that a slow consumer slows the
    /// fetching and not the memory; fetching goes on while the consumer works. Dropping the stream aborts what
    /// is left. To be called inside a Tokio runtime.
    #[must_use]
    pub fn fetch_all(&self, plans: Vec<FetchPlan>, now: DateTime<Utc>) -> BoxStream<'static, (FetchPlan, Answer)> {
        let clock = Clock::starting_at(now);
        let mut tasks = JoinSet::new();
        let mut open = HashMap::new();
        for plan in plans {
            let (shared, task) = (Arc::clone(&self.shared), plan.clone());
            let id = tasks.spawn(async move { shared.fetch(&task, clock).await }).id();
            open.insert(id, plan);
        }
        let next = |(mut tasks, mut open): (JoinSet<_>, HashMap<_, FetchPlan>)| async move {
            loop {
                let (id, finished) = match tasks.join_next_with_id().await? {
                    Ok((id, (answer, _job))) => (id, Some(answer)),
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

    /// How long one fetch may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.shared.deadline
    }

    /// Fetches one source; `now` is the moment of the call.
    pub async fn fetch_one(&self, plan: &FetchPlan, now: DateTime<Utc>) -> Answer {
        self.shared.fetch(plan, Clock::starting_at(now)).await.0
    }
}

impl Shared {
    /// The answer, and the job it occupies until the body was taken.
    async fn fetch(&self, plan: &FetchPlan, clock: Clock) -> (Answer, Option<OwnedSemaphorePermit>) {
        let mut trail = Trail::new(plan.url.clone());
        let mut left = self.deadline;
        let mut requests = 0;
        let mut job = None;
        let reply = loop {
            if let Err(refusal) = self.guard.check_url(trail.at()) {
                break Err(refusal.into());
            }
            let turn = self.hosts.turn(trail.at()).await;
            let pause = plan.pauses_with.as_deref().and_then(|scope| self.hosts.paused_until(scope, clock.now()));
            if let (Some(until), 0) = (pause, requests) {
                let outcome = FetchOutcome::Throttled { until: Some(until) };
                return (Answer::new(plan.address.clone(), 0, outcome), None);
            }
            requests += 1;
            let started = Instant::now();
            // Boxed, so that thousands who wait for their turn are small.
            let step = Box::pin(exchange(&self.client, plan, &trail, self.max_bytes, || clock.now()));
            let step = tokio::time::timeout(left, step).await.unwrap_or(Err(FetchError::Deadline));
            left = left.saturating_sub(started.elapsed());
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
                    job = turn.into_job();
                    break Ok(*reply);
                }
                Err(error) => break Err(error),
            }
        };
        (self.answer(plan, &trail, requests, reply), job)
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
                    let days = self.max_interval.as_secs() / 86400;
                    tracing::info!(source = %plan.key, "the server asks for more than {days} days; asking again after that");
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

/// `bellwether/VERSION (+contact)`.
fn user_agent(settings: &config::Fetch) -> Result<HeaderValue, FetcherError> {
    let text = match &settings.contact {
        Some(contact) => format!("{} (+{contact})", settings.user_agent),
        None => settings.user_agent.clone(),
    };
    HeaderValue::from_str(&text).map_err(|_| FetcherError::UserAgent(text))
}

#[cfg(test)]
mod tests;
