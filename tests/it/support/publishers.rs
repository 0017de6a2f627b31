//! Publishers: feeds on several hosts of loopback, with validators, that write down who asks for what, and how many
//! at once.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, Response, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::chance::Chance;
use super::site::rss;

/// Serves until it is dropped.
pub struct Publishers {
    _runtime: Runtime,
    shared: Arc<Shared>,
    catalogue: String,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The User-Agent, by which a test names who asks.
    pub by: String,
    pub key: String,
    /// The `If-None-Match`.
    pub etag: Option<String>,
}

struct Shared {
    told: Mutex<Told>,
    changed: Condvar,
}

struct Told {
    /// How many entries each feed lists, by its key; they are its version too.
    entries: BTreeMap<String, usize>,
    asked: Vec<Asked>,
    /// Who is being answered, by host.
    in_flight: BTreeMap<usize, Vec<String>>,
    /// The most that one host answered at once, and that it answered one asker at once.
    most: usize,
    most_of_one: usize,
    /// The host that does not answer for now.
    held: Option<usize>,
    chance: Chance,
    /// Of each answer, at most.
    delay: Duration,
}

#[derive(Clone)]
struct Host {
    shared: Arc<Shared>,
    number: usize,
}

impl Publishers {
    /// So many hosts with so many feeds each, named `h0-f0` and so on.
    pub fn start(hosts: usize, feeds: usize, entries: usize, seed: u64, delay: Duration) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mut told = Told {
            entries: BTreeMap::new(),
            asked: Vec::new(),
            in_flight: BTreeMap::new(),
            most: 0,
            most_of_one: 0,
            held: None,
            chance: Chance::new(seed),
            delay,
        };
        let mut listeners = Vec::new();
        let mut catalogue = String::new();
        for number in 0..hosts {
            let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("loopback");
            let address = listener.local_addr().expect("an address");
            for feed in 0..feeds {
                let key = format!("h{number}-f{feed}");
                catalogue.push_str(&format!("[[feed]]\nkey = \"{key}\"\nurl = \"http://{address}/{key}\"\n"));
                told.entries.insert(key, entries);
            }
            listeners.push(listener);
        }
        let shared = Arc::new(Shared { told: Mutex::new(told), changed: Condvar::new() });
        for (number, listener) in listeners.into_iter().enumerate() {
            let host = Host { shared: Arc::clone(&shared), number };
            let router = Router::new().fallback(answer).with_state(host);
            runtime.spawn(async move { axum::serve(listener, router).await });
        }
        Self { _runtime: runtime, shared, catalogue }
    }

    /// As `feeds.toml` lists them.
    pub fn catalogue(&self) -> &str {
        &self.catalogue
    }

    /// How many entries each feed lists.
    pub fn entries(&self) -> BTreeMap<String, usize> {
        self.shared.told().entries.clone()
    }

    /// Adds one more entry to a feed.
    pub fn publish(&self, key: &str) {
        *self.shared.told().entries.get_mut(key).expect("a feed") += 1;
    }

    /// This host, or none, takes requests and leaves them unanswered.
    pub fn hold(&self, host: Option<usize>) {
        self.shared.told().held = host;
    }

    /// Waits until somebody waits for an answer of `host`.
    pub fn wait_for_asker(&self, host: usize, patience: Duration) -> bool {
        self.wait_until(patience, |told| told.in_flight.get(&host).is_some_and(|askers| !askers.is_empty()))
    }

    /// Waits until so many requests were made in all; false when `patience` ends first.
    pub fn wait_for(&self, requests: usize, patience: Duration) -> bool {
        self.wait_until(patience, |told| told.asked.len() >= requests)
    }

    /// Waits until nobody is being answered.
    pub fn wait_for_silence(&self, patience: Duration) -> bool {
        self.wait_until(patience, |told| told.in_flight.values().all(Vec::is_empty))
    }

    /// Every request so far, in the order of their coming.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.told().asked.clone()
    }

    /// The most that a host answered at once: in all, and of one asker.
    pub fn most_at_once(&self) -> (usize, usize) {
        let told = self.shared.told();
        (told.most, told.most_of_one)
    }

    fn wait_until(&self, patience: Duration, reached: impl Fn(&Told) -> bool) -> bool {
        let waiting = self.shared.changed.wait_timeout_while(self.shared.told(), patience, |told| !reached(told));
        !waiting.expect("a lock").1.timed_out()
    }
}

impl Shared {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().expect("a lock")
    }
}

/// The address that the `n`th entry of a feed leads to.
pub fn link(key: &str, n: usize) -> String {
    format!("https://{key}.example/{n}")
}

/// Somebody who is being answered, however that ends.
struct Answering {
    host: Host,
    by: String,
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut told = self.host.shared.told();
        let askers = told.in_flight.entry(self.host.number).or_default();
        if let Some(place) = askers.iter().position(|by| *by == self.by) {
            askers.swap_remove(place);
        }
        drop(told);
        self.host.shared.changed.notify_all();
    }
}

async fn answer(State(host): State<Host>, request: Request) -> Response<Body> {
    let (head, _) = request.into_parts();
    let text = |name: HeaderName| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let key = head.uri.path().trim_start_matches('/').to_owned();
    let (by, given) = (text(header::USER_AGENT).unwrap_or_default(), text(header::IF_NONE_MATCH));
    let (answering, delay) = {
        let mut told = host.shared.told();
        told.asked.push(Asked { by: by.clone(), key: key.clone(), etag: given.clone() });
        let askers = told.in_flight.entry(host.number).or_default();
        askers.push(by.clone());
        let (all, of_one) = (askers.len(), askers.iter().filter(|other| **other == by).count());
        (told.most, told.most_of_one) = (told.most.max(all), told.most_of_one.max(of_one));
        let most = u64::try_from(told.delay.as_micros()).expect("a short delay");
        let delay = Duration::from_micros(told.chance.between(0, most));
        (Answering { host: host.clone(), by }, delay)
    };
    host.shared.changed.notify_all();
    tokio::time::sleep(delay).await;
    while host.shared.told().held == Some(host.number) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let count = host.shared.told().entries.get(&key).copied().unwrap_or_default();
    drop(answering);
    let etag = format!("\"{key}-{count}\"");
    let response = Response::builder().header(header::ETAG, &etag);
    if given.as_deref() == Some(&etag) {
        return response.status(304).body(Body::empty()).expect("a response");
    }
    let entries: Vec<(String, String)> =
        (0..count).map(|n| (format!("Report {n} of {key} on storage"), link(&key, n))).collect();
    let items: Vec<(&str, &str, &str)> =
        entries.iter().map(|(title, link)| (title.as_str(), link.as_str(), "Sun, 15 Nov 2026 08:00:00 GMT")).collect();
    let response = response.header(header::CONTENT_TYPE, "application/rss+xml");
    response.body(Body::from(rss(&key, &items))).expect("a response")
}
