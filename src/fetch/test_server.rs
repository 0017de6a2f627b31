//! A server of a few lines for the tests of this module, and settings that reach it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::config;

/// The defaults, without spacing.
pub(crate) fn settings() -> config::Fetch {
    config::Fetch {
        user_agent: "bellwether/0".into(),
        contact: Some("https://example.org/about".into()),
        per_host: 1,
        spacing: Duration::ZERO,
        timeout: Duration::from_secs(20),
        max_bytes: 1 << 16,
        deadline: Duration::from_mins(5),
        in_flight_bytes: 1 << 20,
        jobs: 8,
        min_interval: Duration::from_hours(1),
        max_interval: Duration::from_hours(24 * 7),
        adopt_after: 3,
        articles: false,
        allow_nets: Vec::new(),
    }
}

/// Answers each connection with the next of its responses, then with the last for ever, and closes it.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    in_flight: usize,
    most_in_flight: usize,
}

impl TestServer {
    /// Listens at `host` on a free port.
    pub(crate) async fn start(host: &str, responses: &[&[u8]]) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut responses: VecDeque<Vec<u8>> = responses.iter().map(|bytes| bytes.to_vec()).collect();
        let record = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let response = if responses.len() > 1 { responses.pop_front() } else { responses.front().cloned() };
                let (record, response) = (Arc::clone(&record), response.unwrap_or_default());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    {
                        let mut seen = record.lock().unwrap();
                        seen.requests.push(String::from_utf8_lossy(&request).into_owned());
                        seen.in_flight += 1;
                        seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
                    }
                    for _ in 0..50 {
                        tokio::task::yield_now().await;
                    }
                    record.lock().unwrap().in_flight -= 1;
                    // Unannounced, a close would race with the client's next request on this connection.
                    let line_end = response.windows(2).position(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
                    let (status_line, rest) = response.split_at(line_end);
                    let response = [status_line, b"Connection: close\r\n", rest].concat();
                    let _ = stream.write_all(&response).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self, path: &str) -> url::Url {
        url::Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The heads of the requests so far, names in lower case as they were sent.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.seen.lock().unwrap().most_in_flight
    }
}
