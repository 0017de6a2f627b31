//! Serves a corpus on loopback: every feed from an address of its own, with keep-alive, validators and gzip.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::bail;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::manifest::{self, Listed};
use super::request::{self, Request};
use super::wild::Nature;

/// A body as it is sent, and what names its version.
struct Body {
    gzip: Vec<u8>,
    etag: String,
    last_modified: String,
}

struct Served {
    listed: Listed,
    weeks: Vec<Body>,
}

struct World {
    feeds: HashMap<Ipv4Addr, Served>,
    port: u16,
    wild: bool,
    bomb: Vec<u8>,
    week: AtomicU8,
    counts: Counts,
}

/// What was asked since the last `count`.
#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    conditional: AtomicU64,
    not_modified: AtomicU64,
    connections: AtomicU64,
}

/// Serves until its standard input ends. Lines there are commands: `week 0`, `week 1`, and `count`, which prints
/// what was asked since the last one. Every command is answered by one line.
///
/// # Errors
/// When there is no corpus, or the port is taken.
pub(crate) async fn serve(folder: &Path, port: u16, wild: bool) -> anyhow::Result<()> {
    let mut feeds = HashMap::new();
    for listed in manifest::read(folder)? {
        let mut weeks = Vec::new();
        for week in 0..=u8::from(!listed.new.is_empty()) {
            let gzip = std::fs::read(folder.join(listed.file(week)))?;
            let (minute, second) = (listed.number / 60 % 60, listed.number % 60);
            weeks.push(Body {
                etag: format!("\"{:x}-{:x}\"", listed.number, gzip.len()),
                last_modified: format!("Sun, {} Nov 2026 05:{minute:02}:{second:02} GMT", 15 + 7 * week),
                gzip,
            });
        }
        feeds.insert(listed.address, Served { listed, weeks });
    }
    let bomb = if wild { bomb()? } else { Vec::new() };
    let counts = Counts::default();
    let world = Arc::new(World { feeds, port, wild, bomb, week: AtomicU8::new(0), counts });
    // One listener for all of 127/8; who is not of this machine is turned away.
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::UNSPECIFIED, port).into())?;
    let listener = socket.listen(4_096)?;
    tokio::spawn(accept(listener, Arc::clone(&world)));
    println!("serving {} feeds", world.feeds.len());
    tokio::task::spawn_blocking(move || obey(&world)).await?
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    loop {
        let Ok((stream, from)) = listener.accept().await else { continue };
        if from.ip().is_loopback() {
            let world = Arc::clone(&world);
            // A client that leaves in the middle is no trouble of ours.
            tokio::spawn(async move { converse(stream, &world).await.ok() });
        }
    }
}

fn obey(world: &World) -> anyhow::Result<()> {
    for line in std::io::stdin().lines() {
        match line?.trim() {
            "week 0" => world.week.store(0, Ordering::Relaxed),
            "week 1" => world.week.store(1, Ordering::Relaxed),
            "count" => {
                let Counts { requests, conditional, not_modified, connections } = &world.counts;
                let [requests, conditional, not_modified, connections] =
                    [requests, conditional, not_modified, connections].map(|count| count.swap(0, Ordering::Relaxed));
                println!(
                    "{}",
                    serde_json::json!({"requests": requests, "conditional": conditional,
                        "not_modified": not_modified, "connections": connections})
                );
                continue;
            }
            other => bail!("`{other}` is no command: week 0, week 1, count"),
        }
        println!("done");
    }
    Ok(())
}

async fn converse(mut stream: TcpStream, world: &World) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let IpAddr::V4(address) = stream.local_addr()?.ip() else { return Ok(()) };
    let Some(served) = world.feeds.get(&address) else { return Ok(()) };
    world.counts.connections.fetch_add(1, Ordering::Relaxed);
    let mut buffer = Vec::with_capacity(1_024);
    while let Some(asked) = request::next(&mut stream, &mut buffer).await {
        world.counts.requests.fetch_add(1, Ordering::Relaxed);
        if asked.if_none_match.is_some() || asked.if_modified_since.is_some() {
            world.counts.conditional.fetch_add(1, Ordering::Relaxed);
        }
        let goes_on = if world.wild {
            wild(&mut stream, world, served, &asked).await?
        } else {
            feed(&mut stream, world, served, &asked).await?
        };
        if asked.close || !goes_on {
            break;
        }
    }
    stream.shutdown().await
}

/// Answers with the feed, or that it is the same. Whether the connection goes on.
async fn feed(stream: &mut TcpStream, world: &World, served: &Served, asked: &Request) -> std::io::Result<bool> {
    let Served { listed, weeks } = served;
    let week = usize::from(world.week.load(Ordering::Relaxed));
    let Some(body) = weeks.get(week).or(weeks.first()) else { return Ok(false) };
    let mut head = String::with_capacity(400);
    if listed.etag {
        head.push_str(&format!("ETag: {}\r\n", body.etag));
    }
    if listed.last_modified {
        head.push_str(&format!("Last-Modified: {}\r\n", body.last_modified));
    }
    head.push_str("Cache-Control: max-age=600\r\n");
    let same = match (&asked.if_none_match, &asked.if_modified_since) {
        (Some(etag), _) if listed.etag => *etag == body.etag,
        (_, Some(date)) if listed.last_modified => *date == body.last_modified,
        _ => false,
    };
    if same {
        world.counts.not_modified.fetch_add(1, Ordering::Relaxed);
        stream.write_all(format!("HTTP/1.1 304 Not Modified\r\n{head}\r\n").as_bytes()).await?;
        return Ok(true);
    }
    let kind = &listed.content_type;
    if asked.gzip {
        head.push_str("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
        reply(stream, "200 OK", kind, &head, &body.gzip).await?;
    } else {
        reply(stream, "200 OK", kind, &head, &unpacked(body)?).await?;
    }
    Ok(true)
}

async fn reply(stream: &mut TcpStream, status: &str, kind: &str, head: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{head}\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await
}

/// As [`feed`], by the nature of the feed's server.
async fn wild(stream: &mut TcpStream, world: &World, served: &Served, asked: &Request) -> std::io::Result<bool> {
    let (path, hop) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let to = |hop: &str| format!("Location: http://{}:{}{path}?{hop}\r\n", served.listed.address, world.port);
    pause(stream, Duration::from_millis(served.listed.wild_ms)).await?;
    let (status, head) = match (served.listed.wild, hop) {
        (Nature::Sound, _) | (Nature::Moved | Nature::Chain, "home") => {
            return feed(stream, world, served, asked).await;
        }
        (Nature::Slow, _) => {
            pause(stream, Duration::from_secs(5)).await?;
            return feed(stream, world, served, asked).await;
        }
        (Nature::Moved, _) | (Nature::Chain, "second") => ("301 Moved Permanently", to("home")),
        (Nature::Chain, "first") => ("307 Temporary Redirect", to("second")),
        (Nature::Chain, _) | (Nature::Loop, "second") => ("302 Found", to("first")),
        (Nature::Loop, _) => ("302 Found", to("second")),
        (Nature::Missing, _) => ("404 Not Found", String::new()),
        (Nature::Gone, _) => ("410 Gone", String::new()),
        (Nature::Throttled, _) => ("429 Too Many Requests", "Retry-After: 120\r\n".to_owned()),
        (Nature::Broken, _) => ("500 Internal Server Error", String::new()),
        (Nature::Busy, _) => ("503 Service Unavailable", "Retry-After: 1\r\n".to_owned()),
        (nature, _) => return nasty(stream, world, served, nature).await,
    };
    reply(stream, status, "text/html", &head, b"<p>Sorry.</p>").await?;
    Ok(true)
}

/// Those whose answer is no answer.
async fn nasty(stream: &mut TcpStream, world: &World, served: &Served, nature: Nature) -> std::io::Result<bool> {
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n\r\n";
    let Some(body) = served.weeks.first() else { return Ok(false) };
    match nature {
        Nature::Hang => pause(stream, Duration::from_mins(10)).await?,
        Nature::Page => {
            let page =
                b"<!doctype html><html><head><title>Welcome</title></head><body><p>Here was a feed.</body></html>";
            reply(stream, "200 OK", "text/html", "", page).await?;
        }
        Nature::Bomb => {
            reply(stream, "200 OK", "application/rss+xml", "Content-Encoding: gzip\r\n", &world.bomb).await?;
        }
        Nature::Cut => {
            let whole = unpacked(body)?;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n", whole.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(whole.get(..whole.len() / 2).unwrap_or_default()).await?;
        }
        Nature::Endless => {
            stream.write_all(OK).await?;
            stream.write_all(b"<rss version=\"2.0\"><channel><title>On and on</title>").await?;
            let item = "<item><title>More</title><description>And more of the same.</description></item>\n".repeat(500);
            loop {
                stream.write_all(item.as_bytes()).await?;
            }
        }
        _ => {
            stream.write_all(OK).await?;
            for piece in unpacked(body)?.chunks(64) {
                stream.write_all(piece).await?;
                pause(stream, Duration::from_secs(1)).await?;
            }
        }
    }
    Ok(false)
}

/// Waits, but not for a client that has left.
async fn pause(stream: &mut TcpStream, time: Duration) -> std::io::Result<()> {
    let mut byte = [0];
    match tokio::time::timeout(time, stream.read(&mut byte)).await {
        Ok(_) => Err(std::io::ErrorKind::ConnectionAborted.into()),
        Err(_) => Ok(()),
    }
}

fn unpacked(body: &Body) -> std::io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    GzDecoder::new(body.gzip.as_slice()).read_to_end(&mut whole)?;
    Ok(whole)
}

fn bomb() -> std::io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let blank = vec![b' '; 1 << 20];
    for _ in 0..256 {
        gzip.write_all(&blank)?;
    }
    gzip.finish()
}
