//! A real HTTP server on loopback, told what to answer.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, mpsc};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What one path answers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
    /// Sent as ETag, and answered with 304 when it comes back.
    pub etag: Option<String>,
    pub location: Option<String>,
}

impl Answer {
    pub fn feed(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type: "application/rss+xml".into(), body: body.into(), etag: None, location: None }
    }

    pub fn page(html: impl Into<Vec<u8>>) -> Self {
        Self { content_type: "text/html; charset=utf-8".into(), ..Self::feed(html) }
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self { location: Some(to.to_owned()), ..Self::status(status) }
    }

    pub fn status(status: u16) -> Self {
        Self { status, content_type: "text/plain".into(), body: b"no".to_vec(), etag: None, location: None }
    }
}

#[derive(Default)]
struct Told {
    answers: Mutex<HashMap<String, Answer>>,
    statuses: Mutex<Vec<u16>>,
    paths: Mutex<Vec<String>>,
}

/// Serves until it is dropped.
pub struct Site {
    runtime: Runtime,
    told: Arc<Told>,
    address: SocketAddr,
}

impl Site {
    pub fn start() -> Self {
        Self::on(Ipv4Addr::LOCALHOST).expect("loopback")
    }

    /// On another address of 127/8, where the system has them.
    pub fn on(address: Ipv4Addr) -> std::io::Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((address, 0)))?;
        let address = listener.local_addr()?;
        let told = Arc::new(Told::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&told));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { runtime, told, address })
    }

    /// Listens on one more address of 127/8 and answers there the same; yields its base.
    pub fn also_on(&self, address: Ipv4Addr) -> std::io::Result<String> {
        let listener = self.runtime.block_on(TcpListener::bind((address, 0)))?;
        let bound = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(Arc::clone(&self.told));
        self.runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(format!("http://{bound}"))
    }

    pub fn set(&self, path: &str, answer: Answer) {
        self.told.answers.lock().expect("a lock").insert(path.to_owned(), answer);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The statuses that were answered since the last call.
    pub fn statuses(&self) -> Vec<u16> {
        std::mem::take(&mut *self.told.statuses.lock().expect("a lock"))
    }

    /// The paths that were asked for since the last call.
    pub fn paths(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.paths.lock().expect("a lock"))
    }
}

async fn answer(State(told): State<Arc<Told>>, request: Request) -> Response<Body> {
    let found = told.answers.lock().expect("a lock").get(request.uri().path()).cloned();
    let answer = found.unwrap_or_else(|| Answer::status(404));
    let asked = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = answer.etag.is_some() && asked == answer.etag.as_deref();
    let status = if same { 304 } else { answer.status };
    told.statuses.lock().expect("a lock").push(status);
    told.paths.lock().expect("a lock").push(request.uri().path().to_owned());
    let mut response = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    if let Some(etag) = &answer.etag {
        response = response.header(header::ETAG, etag);
    }
    if let Some(location) = &answer.location {
        response = response.header(header::LOCATION, location);
    }
    if same {
        return response.body(Body::empty()).expect("a response");
    }
    response.header(header::CONTENT_TYPE, answer.content_type).body(Body::from(answer.body)).expect("a response")
}

/// A server that takes every connection and never says a word.
pub struct Silent {
    address: SocketAddr,
    asked: mpsc::Receiver<std::net::TcpStream>,
}

impl Silent {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let address = listener.local_addr().expect("an address");
        let (tell, asked) = mpsc::channel();
        std::thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| tell.send(stream)));
        Self { address, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until somebody has come; they wait for an answer as long as what is returned lives.
    pub fn wait(&self) -> std::net::TcpStream {
        self.asked.recv_timeout(std::time::Duration::from_secs(20)).expect("somebody asks")
    }
}

/// An RSS feed with one item for each title, dated as given.
pub fn rss(title: &str, items: &[(&str, &str, &str)]) -> String {
    let items: String = items
        .iter()
        .map(|(title, link, date)| {
            format!(
                "<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate>\
                 <description>What {title} means, told in one plain sentence by those who made it.</description></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{title}</title><link>https://example.org/</link>{items}</channel></rss>"
    )
}
