//! The sample world on a loopback port: what the publishers' web servers would answer, conditional requests
//! and outages included.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::demo::world::{Served, World};

/// Tells the moment at which the world is to be served.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A running server. It stops when dropped; requests under way are still answered.
pub struct SampleSite {
    address: SocketAddr,
    site: Arc<Site>,
    _stop: oneshot::Sender<()>,
}

struct Site {
    world: Arc<World>,
    now: Clock,
    requests: AtomicU64,
    not_modified: AtomicU64,
}

impl SampleSite {
    /// Serves `world` as it stands at `now()` of each request, on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(world: Arc<World>, now: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let site = Arc::new(Site { world, now, requests: AtomicU64::new(0), not_modified: AtomicU64::new(0) });
        let router = Router::new().route("/{*path}", get(answer)).with_state(Arc::clone(&site));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(until).await {
                tracing::warn!(%error, "the sample site stopped");
            }
        });
        Ok(Self { address, site, _stop: stop })
    }

    /// Where it is served: `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many GET and HEAD requests it has answered.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.site.requests.load(Ordering::Relaxed)
    }

    /// How many of them with 304.
    #[must_use]
    pub fn not_modified(&self) -> u64 {
        self.site.not_modified.load(Ordering::Relaxed)
    }
}

async fn answer(State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap) -> Response {
    site.requests.fetch_add(1, Ordering::Relaxed);
    let Some(served) = site.world.document(uri.path(), (site.now)()) else {
        return (StatusCode::NOT_FOUND, "no such document\n").into_response();
    };
    let status = StatusCode::from_u16(served.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = [(header::CONTENT_TYPE, served.content_type)];
    if status != StatusCode::OK {
        return (status, kind, served.body).into_response();
    }
    let validators = [
        (header::ETAG, served.etag.clone()),
        (header::LAST_MODIFIED, served.last_modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    ];
    if unchanged(&served, &headers) {
        site.not_modified.fetch_add(1, Ordering::Relaxed);
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    (status, kind, validators, served.body).into_response()
}

/// Whether the client has the document already (RFC 9110, 13.1.2 and 13.1.3: a tag, where there is one, is
/// asked instead of the date).
fn unchanged(served: &Served, headers: &HeaderMap) -> bool {
    let mut tags = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == served.etag);
    }
    headers
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok())
        .is_some_and(|since| served.last_modified.timestamp() <= since.timestamp())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn ask(site: &SampleSite, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", site.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn header_of(answer: &str, name: &str) -> String {
        let prefix = format!("{name}: ");
        answer.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().to_owned()
    }

    #[tokio::test]
    async fn conditional_requests_are_answered_by_tag_then_date() {
        let moment = Arc::new(Mutex::new("2026-10-09T06:00:00Z".parse::<DateTime<Utc>>().unwrap()));
        let clock = Arc::clone(&moment);
        let world = Arc::new(World::load().unwrap());
        let site = SampleSite::start(world, Arc::new(move || *clock.lock().unwrap())).await.unwrap();
        let path = "/feeds/stackwire.xml";

        let first = ask(&site, path, "").await;
        assert!(first.starts_with("HTTP/1.1 200 OK\r\n") && first.contains("<title>Stackwire</title>"), "{first}");
        let (tag, date) = (header_of(&first, "etag"), header_of(&first, "last-modified"));
        assert_eq!(date, "Wed, 07 Oct 2026 12:00:00 GMT");

        for headers in [
            format!("If-None-Match: {tag}\r\n"),
            format!("If-None-Match: \"x\", W/{tag}\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
            format!("If-Modified-Since: {date}\r\n"),
        ] {
            let again = ask(&site, path, &headers).await;
            assert!(again.starts_with("HTTP/1.1 304 "), "{headers}{again}");
            assert!(again.ends_with("\r\n\r\n"), "a body after 304: {again}");
            assert_eq!((header_of(&again, "etag"), header_of(&again, "last-modified")), (tag.clone(), date.clone()));
        }
        for headers in [
            format!("If-None-Match: \"x\"\r\nIf-Modified-Since: {date}\r\n"),
            "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n".to_owned(),
            "If-Modified-Since: yesterday\r\n".to_owned(),
        ] {
            assert!(ask(&site, path, &headers).await.starts_with("HTTP/1.1 200 "), "{headers}");
        }
        assert_eq!((site.requests(), site.not_modified()), (7, 3));

        *moment.lock().unwrap() = "2026-10-16T05:00:00Z".parse().unwrap();
        let later = ask(&site, path, &format!("If-None-Match: {tag}\r\n")).await;
        assert!(later.starts_with("HTTP/1.1 200 "), "{later}");
    }

    #[tokio::test]
    async fn outages_and_unknown_paths_and_the_end() {
        let world = Arc::new(World::load().unwrap());
        let now = "2026-10-14T06:00:00Z".parse().unwrap();
        let site = SampleSite::start(world, Arc::new(move || now)).await.unwrap();
        let down = ask(&site, "/feeds/quiet-kernel.rdf", "If-None-Match: *\r\n").await;
        assert!(down.starts_with("HTTP/1.1 503 ") && !down.contains("etag"), "{down}");
        assert!(ask(&site, "/robots.txt", "").await.starts_with("HTTP/1.1 404 "));
        assert!(ask(&site, "/calendars/conferences.json", "").await.contains("\"cfpEndDate\""));

        let address = site.address;
        drop(site);
        // The listener closes as soon as the server's task runs; it must not take long.
        let closed = async {
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(5), closed).await.unwrap();
    }
}
