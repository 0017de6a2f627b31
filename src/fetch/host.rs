//! Politeness: how many requests a host gets at once, how far apart they start, and when it wants none.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use crate::config;

/// A host is a name and a port.
type HostKey = (String, u16);

/// How many slow requests there may be besides the jobs. Many systems let a process have 1,024 files open.
const ASIDE: usize = 512;

/// Every host that was asked, and the limit over all of them.
#[derive(Debug)]
pub(crate) struct Hosts {
    per_host: usize,
    spacing: Duration,
    /// Requests in flight in all, those aside that make us wait.
    jobs: Arc<Semaphore>,
    /// Requests that make us wait: few enough for the sockets of a process.
    aside: Arc<Semaphore>,
    known: Mutex<HashMap<HostKey, Arc<Host>>>,
    /// Pauses that one source's 429 spoke for the others of its scope.
    pauses: Mutex<HashMap<String, DateTime<Utc>>>,
}

#[derive(Debug)]
struct Host {
    slots: Arc<Semaphore>,
    /// When the last request started. Held while waiting for the next start, so that two never start together.
    last_start: tokio::sync::Mutex<Option<Instant>>,
    /// What the host itself wants between two starts, beyond the settings.
    spacing: Mutex<Duration>,
    /// Announced, and not yet asked.
    announced: AtomicUsize,
    /// A connection to it may be open from an earlier request.
    connected: AtomicBool,
}

/// A request that will be made to a host, until it is made or given up.
#[derive(Debug)]
pub(crate) struct Announced {
    host: Option<Arc<Host>>,
}

impl Announced {
    /// The request is made now; whether none is announced after it.
    pub(crate) fn makes_the_last(mut self) -> bool {
        self.host.take().is_some_and(|host| host.announced.fetch_sub(1, Ordering::Relaxed) == 1)
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        if let Some(host) = self.host.take() {
            host.announced.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Leave to have one request in flight at one host. Nobody who has one waits for another.
#[derive(Debug)]
pub(crate) struct Turn {
    host: Arc<Host>,
    _slot: Option<OwnedSemaphorePermit>,
    job: Option<OwnedSemaphorePermit>,
    aside: Arc<Semaphore>,
}

impl Turn {
    /// Goes on waiting without counting as a job, if not too many do so.
    pub(crate) fn step_aside(&mut self) {
        if let Ok(place) = Arc::clone(&self.aside).try_acquire_owned() {
            self.job = Some(place);
        }
    }

    /// Notes whether a connection stays open after an answer, and tells whether one may have been before.
    pub(crate) fn leaves_open(&self, open: bool) -> bool {
        self.host.connected.swap(open, Ordering::Relaxed)
    }
}

impl Host {
    fn wish(&self) -> Duration {
        *self.spacing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hosts {
    pub(crate) fn new(settings: &config::Fetch) -> Self {
        Self {
            per_host: settings.per_host.clamp(1, Semaphore::MAX_PERMITS),
            spacing: settings.spacing,
            jobs: Arc::new(Semaphore::new(settings.jobs.clamp(1, Semaphore::MAX_PERMITS))),
            aside: Arc::new(Semaphore::new(ASIDE)),
            known: Mutex::default(),
            pauses: Mutex::default(),
        }
    }

    /// Says that a request will be made for this address, so that connections are kept for as long as they serve.
    pub(crate) fn announce(&self, url: &Url) -> Announced {
        let host = self.host(url);
        host.announced.fetch_add(1, Ordering::Relaxed);
        Announced { host: Some(host) }
    }

    /// Waits for a turn at the host of this address: first for the host, then for its spacing, then for a job,
    /// so that those who wait for a busy host keep nobody else from working.
    pub(crate) async fn turn(&self, url: &Url) -> Turn {
        let host = self.host(url);
        // Semaphores here are never closed, so there always is a permit.
        let slot = Arc::clone(&host.slots).acquire_owned().await.ok();
        let mut last_start = host.last_start.lock().await;
        let start = last_start.and_then(|last| last.checked_add(self.spacing.max(host.wish())));
        // A sleep that is over already still costs a tick of the timer.
        if let Some(start) = start.filter(|start| *start > Instant::now()) {
            tokio::time::sleep_until(start).await;
        }
        let job = Arc::clone(&self.jobs).acquire_owned().await.ok();
        *last_start = Some(Instant::now());
        drop(last_start);
        Turn { host, _slot: slot, job, aside: Arc::clone(&self.aside) }
    }

    /// Keeps the starts of two requests to the host of this address this far apart at least.
    pub(crate) fn space(&self, url: &Url, spacing: Duration) {
        *self.host(url).spacing.lock().unwrap_or_else(PoisonError::into_inner) = spacing;
    }

    /// Keeps all that pause together from asking before `until`.
    pub(crate) fn pause(&self, scope: &str, until: DateTime<Utc>) {
        let mut pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = pauses.entry(scope.to_owned()).or_insert(until);
        *pause = until.max(*pause);
    }

    /// The end of a pause that still lasts at `now`.
    pub(crate) fn paused_until(&self, scope: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.get(scope).copied().filter(|until| *until > now)
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let key = (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or_default());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let host = known.entry(key).or_insert_with(|| {
            let slots = Arc::new(Semaphore::new(self.per_host));
            Arc::new(Host {
                slots,
                last_start: tokio::sync::Mutex::default(),
                spacing: Mutex::default(),
                announced: AtomicUsize::new(0),
                connected: AtomicBool::new(false),
            })
        });
        Arc::clone(host)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::test_server::settings;
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn turn(hosts: &Hosts, at: &str) -> Option<Turn> {
        hosts.turn(&url(at)).now_or_never()
    }

    #[tokio::test]
    async fn one_at_a_time_for_each_name_and_port() {
        let hosts = Hosts::new(&settings());
        let first = turn(&hosts, "http://a.org/1").unwrap();
        assert!(turn(&hosts, "http://a.org/2").is_none());
        assert!(turn(&hosts, "http://a.org:81/").is_some() && turn(&hosts, "http://b.org/").is_some());
        drop(first);
        assert!(turn(&hosts, "http://a.org/2").is_some());
    }

    #[tokio::test]
    async fn the_last_of_what_was_announced_is_known() {
        let hosts = Hosts::new(&settings());
        let [first, second, third] = ["1", "2", "3"].map(|n| hosts.announce(&url(&format!("http://a.org/{n}"))));
        assert!(!first.makes_the_last());
        drop(second);
        assert!(third.makes_the_last(), "what was given up is not waited for");
    }

    #[tokio::test]
    async fn starts_are_spaced_even_when_the_host_is_free() {
        let hosts = Hosts::new(&config::Fetch { spacing: Duration::from_hours(1), ..settings() });
        drop(turn(&hosts, "http://a.org/1").unwrap());
        assert!(turn(&hosts, "http://a.org/2").is_none());
        assert!(turn(&hosts, "http://b.org/").is_some());
    }

    #[tokio::test]
    async fn a_host_may_want_its_requests_further_apart() {
        let hosts = Hosts::new(&settings());
        hosts.space(&url("http://a.org/robots.txt"), Duration::from_hours(1));
        drop(turn(&hosts, "http://a.org/1").unwrap());
        drop(turn(&hosts, "http://b.org/1").unwrap());
        assert!(turn(&hosts, "http://a.org/2").is_none() && turn(&hosts, "http://b.org/2").is_some());
    }

    #[tokio::test]
    async fn waiting_for_a_busy_host_takes_no_job() {
        let hosts = Hosts::new(&config::Fetch { jobs: 2, ..settings() });
        let _busy = turn(&hosts, "http://a.org/1").unwrap();
        let same = url("http://a.org/2");
        let mut waiting = Box::pin(hosts.turn(&same));
        assert!(waiting.as_mut().now_or_never().is_none());
        let _second = turn(&hosts, "http://b.org/").unwrap();
        assert!(turn(&hosts, "http://c.org/").is_none());
    }

    #[test]
    fn the_longest_pause_counts() {
        let hosts = Hosts::new(&settings());
        let at = |hour: u32| format!("2026-11-07T{hour:02}:00:00Z").parse::<DateTime<Utc>>().unwrap();
        hosts.pause("a", at(5));
        hosts.pause("a", at(4));
        assert_eq!(hosts.paused_until("a", at(3)), Some(at(5)));
        assert_eq!((hosts.paused_until("a", at(5)), hosts.paused_until("b", at(3))), (None, None));
    }
}
