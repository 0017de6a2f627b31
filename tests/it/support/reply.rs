//! What a raw HTTP server says, right or wrong.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Far longer than anything takes; only what hangs meets it.
const PATIENCE: Duration = Duration::from_secs(30);

/// One answer, word for word.
#[derive(Debug, Clone)]
pub struct Reply {
    /// "200 OK"
    status: String,
    lines: Vec<String>,
    body: Body,
    after: Duration,
    gate: Option<Gate>,
}

#[derive(Debug, Clone)]
pub enum Body {
    /// None, and no length: what 304 has.
    None,
    Whole(Vec<u8>),
    /// A length that is promised, and less than that.
    Short {
        sent: Vec<u8>,
        promised: usize,
    },
    /// Chunks without the last one.
    ChunksShort(Vec<u8>),
    /// One byte at a time, for ever, of a body without a length.
    Drip(Duration),
    /// The head never comes.
    Silence,
    /// Blanks: as many as are announced, or for ever.
    Endless(Option<u64>),
}

/// Keeps answers back until it is opened.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn open(&self) {
        *self.0.0.lock().expect("a lock") = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().expect("a lock");
        drop(self.0.1.wait_timeout_while(open, PATIENCE, |open| !*open).expect("a lock"));
    }
}

impl Reply {
    /// A status line's code and words; no header, and an empty body where the status has one.
    pub fn new(status: &str) -> Self {
        let body = if status.starts_with("304") { Body::None } else { Body::Whole(Vec::new()) };
        Self { status: status.to_owned(), lines: Vec::new(), body, after: Duration::ZERO, gate: None }
    }

    /// A feed that says it is one.
    pub fn feed(body: impl Into<Vec<u8>>) -> Self {
        Self::new("200 OK").with("Content-Type: application/rss+xml").body(Body::Whole(body.into()))
    }

    pub fn not_modified() -> Self {
        Self::new("304 Not Modified")
    }

    /// A redirect.
    pub fn to(status: &str, location: &str) -> Self {
        Self::new(status).with(&format!("Location: {location}"))
    }

    /// One more header line, sent as it stands here.
    pub fn with(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Thinks for a while first.
    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    /// Waits for this gate first.
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    pub fn code(&self) -> u16 {
        self.status.split(' ').next().and_then(|code| code.parse().ok()).expect("a status")
    }

    /// Says it; yields the bytes of the body that went out, and whether the conversation may go on. `over` tells an
    /// endless one to end.
    pub(super) fn say(&self, out: &mut impl Write, over: impl Fn() -> bool) -> (usize, bool) {
        thread::sleep(self.after);
        if let Some(gate) = &self.gate {
            gate.pass();
        }
        let mut head = format!("HTTP/1.1 {}\r\n", self.status);
        for line in &self.lines {
            head.push_str(&format!("{line}\r\n"));
        }
        head.push_str(&match &self.body {
            Body::None | Body::Silence => String::new(),
            Body::Whole(bytes) => format!("Content-Length: {}\r\n", bytes.len()),
            Body::Short { promised, .. } => format!("Content-Length: {promised}\r\n"),
            Body::ChunksShort(_) => "Transfer-Encoding: chunked\r\n".to_owned(),
            Body::Endless(Some(length)) => format!("Content-Length: {length}\r\n"),
            Body::Drip(_) | Body::Endless(None) => "Connection: close\r\n".to_owned(),
        });
        head.push_str("\r\n");
        let mut count = 0;
        let mut put = |bytes: &[u8]| {
            let done = out.write_all(bytes).and_then(|()| out.flush()).is_ok();
            count += if done { bytes.len() } else { 0 };
            done
        };
        let head: Vec<u8> = head.chars().map(|c| u8::try_from(u32::from(c)).expect("a byte")).collect();
        if !matches!(self.body, Body::Silence) && !put(&head) {
            return (0, false);
        }
        let whole = match &self.body {
            Body::None => true,
            Body::Whole(bytes) => put(bytes),
            Body::Short { sent, .. } => {
                put(sent);
                false
            }
            Body::ChunksShort(bytes) => {
                let chunk = [format!("{:x}\r\n", bytes.len() + 5).as_bytes(), bytes].concat();
                put(&chunk);
                false
            }
            Body::Drip(pause) => {
                while !over() && put(b" ") {
                    thread::sleep(*pause);
                }
                false
            }
            Body::Silence => {
                let glance = Duration::from_millis(20);
                let mut left = PATIENCE;
                while !over() && !left.is_zero() {
                    thread::sleep(glance);
                    left = left.saturating_sub(glance);
                }
                false
            }
            Body::Endless(length) => {
                let block = vec![b' '; 1 << 16];
                let mut left = length.unwrap_or(u64::MAX);
                while left > 0 && !over() && put(&block) {
                    left = left.saturating_sub(block.len() as u64);
                }
                false
            }
        };
        (count.saturating_sub(head.len()), whole)
    }
}

/// Each byte as the character of that number, so that none is lost.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
