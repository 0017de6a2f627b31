//! A raw HTTP/1.1 server on an address of its own, told word for word what to say, which remembers byte for byte what
//! it was asked.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::reply::{Reply, latin1};

/// Far longer than anything takes; only what hangs meets it.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub target: String,
    /// The header lines, in order, each byte as the character of that number.
    pub lines: Vec<String>,
    /// How often this target had been asked for before.
    pub nth: usize,
    /// When the head was complete, and when the answer was out or given up.
    pub at: Instant,
    pub ended: Option<Instant>,
    /// What was answered.
    pub status: u16,
    /// Bytes of a body that the client's side took.
    pub taken: usize,
}

impl Asked {
    /// The values of a field, byte for byte; names are compared without case, as HTTP does.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.lines.iter().filter_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.strip_prefix(' ').unwrap_or(value))
        });
        values.collect()
    }

    /// The value of a field that stands there once.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{name} stands there {} times: {:?}", all.len(), self.lines);
        all.first().copied()
    }

    /// Whether it asks only for what has changed.
    pub fn is_conditional(&self) -> bool {
        !self.all("If-None-Match").is_empty() || !self.all("If-Modified-Since").is_empty()
    }
}

type Rule = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

#[derive(Default)]
struct Log {
    asked: Vec<Asked>,
    in_flight: usize,
    most_in_flight: usize,
}

struct Told {
    rules: Mutex<HashMap<String, Rule>>,
    otherwise: Mutex<Rule>,
    log: Mutex<Log>,
    changed: Condvar,
    connections: AtomicUsize,
    over: AtomicBool,
}

/// Serves until it is dropped.
pub struct Origin {
    address: SocketAddr,
    secure: bool,
    told: Arc<Told>,
}

impl Origin {
    /// On a host of its own where the system has more than one loopback address, else on a port of its own.
    pub fn on(address: Ipv4Addr) -> Self {
        Self::start(address, None)
    }

    /// As [`Origin::on`], over TLS.
    pub fn secure(address: Ipv4Addr, tls: ServerConfig) -> Self {
        Self::start(address, Some(Arc::new(tls)))
    }

    fn start(address: Ipv4Addr, tls: Option<Arc<ServerConfig>>) -> Self {
        let bound = TcpListener::bind((address, 0)).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = bound.expect("a loopback address");
        let address = listener.local_addr().expect("an address");
        let nothing: Rule = Arc::new(|_: &Asked| Reply::new("404 Not Found"));
        let told = Arc::new(Told {
            rules: Mutex::default(),
            otherwise: Mutex::new(nothing),
            log: Mutex::default(),
            changed: Condvar::new(),
            connections: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let (shared, secure) = (Arc::clone(&told), tls.is_some());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.over.load(Ordering::SeqCst) {
                    return;
                }
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (told, tls) = (Arc::clone(&shared), tls.clone());
                thread::spawn(move || match tls.map(ServerConnection::new) {
                    None => told.converse(stream),
                    Some(connection) => told.converse(StreamOwned::new(connection.expect("TLS"), stream)),
                });
            }
        });
        Self { address, secure, told }
    }

    /// How it is named in an address: host and port.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self, target: &str) -> String {
        format!("{}://{}{target}", if self.secure { "https" } else { "http" }, self.address)
    }

    /// What this target is answered with.
    pub fn on_asked(&self, target: &str, rule: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        self.told.rules.lock().expect("a lock").insert(target.to_owned(), Arc::new(rule));
    }

    /// One reply after another; the last one for ever.
    pub fn script(&self, target: &str, replies: impl Into<Vec<Reply>>) {
        let (replies, before) = (replies.into(), self.count(target));
        self.on_asked(target, move |asked| {
            let nth = (asked.nth - before).min(replies.len() - 1);
            replies[nth].clone()
        });
    }

    /// What every other target is answered with; without it that is 404.
    pub fn otherwise(&self, rule: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *self.told.otherwise.lock().expect("a lock") = Arc::new(rule);
    }

    /// Every request so far, in the order of arrival.
    pub fn asked(&self) -> Vec<Asked> {
        self.told.log().asked.clone()
    }

    /// How often a target was asked for so far.
    pub fn count(&self, target: &str) -> usize {
        self.told.log().asked.iter().filter(|asked| asked.target == target).count()
    }

    /// The greatest number of requests that waited for their answers at the same time.
    pub fn most_in_flight(&self) -> usize {
        self.told.log().most_in_flight
    }

    pub fn connections(&self) -> usize {
        self.told.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many requests have come in all.
    pub fn wait_for(&self, requests: usize) {
        self.wait("enough requests", |log| log.asked.len() >= requests);
    }

    /// Waits until nothing is in flight, and yields every request with how it ended.
    pub fn settled(&self) -> Vec<Asked> {
        self.wait("the end of all answers", |log| log.in_flight == 0);
        self.asked()
    }

    fn wait(&self, what: &str, until: impl Fn(&Log) -> bool) {
        let log = self.told.log();
        let (_log, late) =
            self.told.changed.wait_timeout_while(log, PATIENCE, |log| !until(log)).expect("no thread of it broke");
        assert!(!late.timed_out(), "waited too long for {what}");
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.told.over.store(true, Ordering::SeqCst);
        // The listener waits for one more connection before it looks.
        drop(TcpStream::connect(self.address));
    }
}

/// What a conversation goes over.
trait Wire: Read + Write {
    fn hang_up(&mut self);
}

impl Wire for TcpStream {
    fn hang_up(&mut self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn hang_up(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
        let _ = self.sock.shutdown(Shutdown::Both);
    }
}

impl Told {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no thread of it broke")
    }

    /// Answers one request after another, until either side has enough.
    fn converse(&self, wire: impl Wire) {
        let mut wire = BufReader::new(wire);
        while let Some((index, asked)) = self.hear(&mut wire) {
            let rule = self.rules.lock().expect("a lock").get(&asked.target).cloned();
            let rule = rule.unwrap_or_else(|| Arc::clone(&self.otherwise.lock().expect("a lock")));
            let reply = rule(&asked);
            self.log().asked[index].status = reply.code();
            let out = wire.get_mut();
            let (taken, goes_on) = reply.say(out, || self.over.load(Ordering::SeqCst));
            let mut log = self.log();
            log.asked[index].taken = taken;
            log.asked[index].ended = Some(Instant::now());
            log.in_flight -= 1;
            drop(log);
            self.changed.notify_all();
            if !goes_on {
                break;
            }
        }
        wire.get_mut().hang_up();
    }

    /// Reads the head of one request, and notes it.
    fn hear(&self, wire: &mut BufReader<impl Wire>) -> Option<(usize, Asked)> {
        let mut line = || {
            let mut bytes = Vec::new();
            wire.read_until(b'\n', &mut bytes).ok().filter(|read| *read > 0)?;
            Some(latin1(&bytes).trim_end_matches(['\r', '\n']).to_owned())
        };
        let first = line()?;
        let mut words = first.split(' ').map(ToOwned::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let mut lines = Vec::new();
        loop {
            let next = line()?;
            if next.is_empty() {
                break;
            }
            lines.push(next);
        }
        let mut log = self.log();
        let nth = log.asked.iter().filter(|asked| asked.target == target).count();
        let asked = Asked { method, target, lines, nth, at: Instant::now(), ended: None, status: 0, taken: 0 };
        log.asked.push(asked.clone());
        log.in_flight += 1;
        log.most_in_flight = log.most_in_flight.max(log.in_flight);
        let index = log.asked.len() - 1;
        drop(log);
        self.changed.notify_all();
        Some((index, asked))
    }
}
