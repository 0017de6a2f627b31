//! Connections that are kept, closed, closed by the other side, or never worth having.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const KEEP: &[u8] = b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 6\r\n\r\n<rss/>";

/// A server that answers `answers[n]` requests on its n-th connection (then on the last for ever), and closes each
/// when a further request has come.
struct Fickle {
    url: url::Url,
    /// Which connection each request came on, and its head.
    heard: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Fickle {
    async fn start(answers: &'static [usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url::Url::parse(&format!("http://{}/feed", listener.local_addr().unwrap())).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let most = answers.get(connection).or(answers.last()).copied().unwrap_or_default();
                tokio::spawn(Self::serve(stream, connection, most, Arc::clone(&record)));
            }
        });
        Self { url, heard }
    }

    async fn serve(mut stream: TcpStream, connection: usize, most: usize, record: Arc<Mutex<Vec<(usize, String)>>>) {
        for count in 0.. {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => return,
                }
            }
            let head = String::from_utf8(head).unwrap();
            record.lock().unwrap().push((connection, head));
            if count >= most || stream.write_all(KEEP).await.is_err() {
                return;
            }
        }
    }

    fn connections(&self) -> Vec<usize> {
        self.heard.lock().unwrap().iter().map(|(connection, _)| *connection).collect()
    }
}

#[tokio::test]
async fn a_connection_serves_all_that_is_planned_for_a_host_and_is_closed_with_the_last() {
    let server = Fickle::start(&[99]).await;
    let plans = (0..3).map(|_| plan(&server.url)).collect();
    let answers: Vec<_> = Fetcher::new(&here()).unwrap().fetch_all(plans, now()).collect().await;
    assert!(answers.iter().all(|(_, answer)| matches!(answer.outcome, FetchOutcome::Fresh(_))), "{answers:?}");
    assert_eq!(server.connections(), [0, 0, 0]);
    let heard = server.heard.lock().unwrap().clone();
    let closes: Vec<bool> = heard.iter().map(|(_, head)| head.contains("connection: close\r\n")).collect();
    assert_eq!(closes, [false, false, true]);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_no_failure() {
    let server = Fickle::start(&[1, 99]).await;
    let fetcher = Fetcher::new(&here()).unwrap();
    for requests in [1, 2] {
        let answer = fetcher.fetch_one(&plan(&server.url), now()).await;
        assert!(matches!(answer.outcome, FetchOutcome::Fresh(_)), "{answer:?}");
        assert_eq!(answer.requests, requests);
    }
    assert_eq!(server.connections(), [0, 0, 1]);
}

#[tokio::test]
async fn a_server_that_closes_a_new_connection_fails() {
    let server = Fickle::start(&[0]).await;
    let answer = Fetcher::new(&here()).unwrap().fetch_one(&plan(&server.url), now()).await;
    assert_eq!((error(&answer).class(), answer.requests), ("protocol", 1));
    let server = Fickle::start(&[1, 0]).await;
    let fetcher = Fetcher::new(&here()).unwrap();
    fetcher.fetch_one(&plan(&server.url), now()).await;
    let answer = fetcher.fetch_one(&plan(&server.url), now()).await;
    assert_eq!((error(&answer).class(), answer.requests), ("protocol", 2), "and is not asked a third time");
}

#[tokio::test]
async fn endless_headers_end_in_an_error() {
    let begun = b"HTTP/1.1 200 OK\r\n".to_vec();
    let long = [begun.clone(), b"X: ".to_vec(), vec![b'x'; 1 << 20]].concat();
    let many = [begun, b"X: x\r\n".repeat(1 << 17)].concat();
    for endless in [long, many] {
        let answer = reply(&[&endless]).await;
        assert_eq!((error(&answer).class(), answer.bytes_wire), ("protocol", 0), "{answer:?}");
    }
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>\r\n0\r\n".to_vec();
    let trailers = [chunked, b"X: x\r\n".repeat(1 << 17)].concat();
    assert_eq!(error(&reply(&[&trailers]).await), &FetchError::CutShort);
}
