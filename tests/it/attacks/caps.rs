//! Answers without end, without haste, or without sense: each fails alone, and says why.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::lure::{Lure, go_on, say, until_they_leave};
use super::{NOW, OURS, bombs, feed, fetch, health, moved, prepared, whole};
use crate::support::site::Silent;

type Play = fn(&mut TcpStream);

const OK: &[u8] = b"HTTP/1.1 200 OK\r\n";

/// What a server does, and words of what the curator is told.
const ATTACKS: [(&str, Play, &str); 35] = [
    ("says nothing", until_they_leave, "did not answer in time"),
    ("stops after the status line", |stream| stay(stream, OK), "did not answer in time"),
    (
        "stops after the head",
        |stream| stay(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        "did not answer in time",
    ),
    (
        "stops in the body",
        |stream| stay(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<rss"),
        "did not answer in time",
    ),
    ("drips the head", |stream| drip(stream, OK), "did not answer in time"),
    (
        "drips the body",
        |stream| drip(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
        "longer than its deadline",
    ),
    ("drips a body in gzip", |stream| drip(stream, &gzip_named()), "longer than its deadline"),
    ("closes at once", |_| (), "broke the rules of HTTP"),
    ("speaks another protocol", |stream| say(stream, b"SSH-2.0-OpenSSH_9.2p1\r\n"), "broke the rules of HTTP"),
    ("speaks HTTP/0.9", |stream| say(stream, b"<rss/>"), "broke the rules of HTTP"),
    ("a status line without end", |stream| go_on(stream, b"HTTP/1.1 200 ", &[b'O'; 4096]), "broke the rules of HTTP"),
    (
        "a header line without end",
        |stream| go_on(stream, b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 4096]),
        "broke the rules of HTTP",
    ),
    ("headers without end", |stream| go_on(stream, OK, &b"X: y\r\n".repeat(100)), "broke the rules of HTTP"),
    (
        "interim answers without end",
        |stream| go_on(stream, b"", &b"HTTP/1.1 102 Processing\r\n\r\n".repeat(100)),
        "in time",
    ),
    (
        "two lengths",
        |stream| say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\n<rss/>"),
        "broke the rules of HTTP",
    ),
    (
        "a negative length",
        |stream| say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\n<rss/>"),
        "broke the rules of HTTP",
    ),
    (
        "a body without end",
        |stream| go_on(stream, b"HTTP/1.1 200 OK\r\n\r\n<rss>", &[b' '; 4096]),
        "larger than 262144 bytes",
    ),
    (
        "chunks without end",
        |stream| go_on(stream, CHUNKED, &[b"1000\r\n", [b' '; 4096].as_slice(), b"\r\n"].concat()),
        "larger than 262144 bytes",
    ),
    (
        "a chunk's extension without end",
        |stream| go_on(stream, &[CHUNKED, b"1;x="].concat(), &[b'x'; 4096]),
        "broke off",
    ),
    (
        "trailers without end",
        |stream| go_on(stream, &[CHUNKED, b"6\r\n<rss/>\r\n0\r\n"].concat(), &b"X: y\r\n".repeat(100)),
        "broke off",
    ),
    (
        "an announced length beyond the cap",
        |stream| stay(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 262145\r\n\r\n"),
        "larger than 262144 bytes",
    ),
    (
        "a length beyond any number",
        |stream| stay(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
        "broke the rules of HTTP",
    ),
    (
        "a gzip bomb",
        |stream| say(stream, &whole("Content-Encoding: gzip\r\n", &bombs::gzip())),
        "larger than 262144 bytes",
    ),
    (
        "a Brotli bomb",
        |stream| say(stream, &whole("Content-Encoding: br\r\n", &bombs::brotli())),
        "larger than 262144 bytes",
    ),
    (
        "a Zstandard bomb",
        |stream| say(stream, &whole("Content-Encoding: zstd\r\n", &bombs::zstd(20))),
        "larger than 262144 bytes",
    ),
    (
        "a gzip bomb as a type",
        |stream| say(stream, &whole("Content-Type: application/gzip\r\n", &bombs::gzip()[..200_000])),
        "larger than 262144 bytes",
    ),
    (
        "gzip that holds nothing, without end",
        |stream| go_on(stream, &gzip_head(), &gzip(b"").repeat(200)),
        "larger than 262144 bytes",
    ),
    ("a gzip header without end", |stream| go_on(stream, &gzip_named(), &[b'x'; 4096]), "larger than 262144 bytes"),
    (
        "a Zstandard window of 2 GiB",
        |stream| say(stream, &whole("Content-Encoding: zstd\r\n", &bombs::zstd(31))),
        "could not be decompressed",
    ),
    (
        "Zstandard frames to skip, without end",
        |stream| go_on(stream, b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n", &skipped()),
        "larger than 262144 bytes",
    ),
    (
        "gzip that breaks off",
        |stream| say(stream, &whole("Content-Encoding: gzip\r\n", &gzip(&[b' '; 999])[..20])),
        "broke off",
    ),
    (
        "a redirect to an address without end",
        |stream| say(stream, &moved(&format!("/{}", "x".repeat(8_000)))),
        "longer than 8000 bytes",
    ),
    (
        "a redirect with a body without end",
        |stream| go_on(stream, b"HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\n\r\n", &[b' '; 4096]),
        "refused before connecting",
    ),
    (
        "a redirect to nowhere",
        |stream| say(stream, b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"),
        "redirected nowhere",
    ),
    (
        "an upgrade",
        |stream| stay(stream, b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
        "answered 101",
    ),
];

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn gzip_head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec()
}

/// With a file's name that has only begun (RFC 1952 §2.3.1).
fn gzip_named() -> Vec<u8> {
    [gzip_head().as_slice(), &[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]].concat()
}

/// A frame that says of itself that it is to be passed over (RFC 8878 §3.1.2).
fn skipped() -> Vec<u8> {
    [[0x50, 0x2a, 0x4d, 0x18, 0, 16, 0, 0].as_slice(), &[b'x'; 4096]].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Sends this, and then nothing more.
fn stay(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
    until_they_leave(stream);
}

/// Sends one byte after the other, each in good time.
fn drip(stream: &mut TcpStream, first: &[u8]) {
    let mut sent = stream.write_all(first);
    while sent.is_ok() {
        std::thread::sleep(Duration::from_millis(100));
        sent = stream.write_all(b"x");
    }
}

/// A body of `feed()` alone.
fn body() -> Vec<u8> {
    let feed = feed();
    let start = feed.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    feed[start..].to_vec()
}

#[test]
fn whatever_one_server_does_the_others_are_read_and_its_curator_is_told() {
    let silent = Silent::start();
    let healthy = Lure::saying("127.9.0.1:0", feed());
    let lures: Vec<Lure> =
        ATTACKS.iter().map(|(_, play, _)| Lure::on("127.9.0.2:0", |_, stream| play(stream))).collect();
    let mut urls: Vec<String> = lures.iter().map(|lure| lure.url("/feed")).collect();
    urls.push(silent.url("/feed").replace("http:", "https:"));
    urls.extend((0..5).map(|n| healthy.url(&format!("/{n}"))));
    let app = prepared(&urls);
    let caps = "timeout = \"5s\"\ndeadline = \"8s\"\nmax_bytes = \"256KiB\"\njobs = 64\n";
    app.write("bellwether.toml", &format!("[fetch]\nspacing = \"0\"\n{caps}"));
    fetch(&app, &[OURS, "127.0.0.1/32"]);
    let told = health(&app);
    let mut wrong = Vec::new();
    let tls = ("stops in the TLS handshake", "did not answer in time");
    let names = ATTACKS.iter().map(|(name, _, words)| (*name, *words)).chain([tls]);
    for (n, (name, words)) in names.enumerate() {
        if told[&n].stored || !told[&n].words.contains(words) {
            wrong.push(format!("{name}: {}", told[&n].words));
        }
    }
    for n in ATTACKS.len() + 1..urls.len() {
        if !told[&n].stored {
            wrong.push(format!("a healthy feed: {}", told[&n].words));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn large_bodies_that_drip_do_not_keep_the_memory_of_all() {
    let large = |_: &str, stream: &mut TcpStream| {
        drip(stream, &[b"HTTP/1.1 200 OK\r\n\r\n<rss>".as_slice(), &vec![b' '; 300 << 10]].concat());
    };
    let drips: Vec<Lure> = (0..5).map(|_| Lure::on("127.9.0.2:0", large)).collect();
    let long = [feed(), vec![b' '; 100 << 10]].concat();
    let text = String::from_utf8(long).expect("text").replace("Content-Length", "X-Length");
    let healthy = Lure::saying("127.9.0.1:0", text.into_bytes());
    let mut urls: Vec<String> = drips.iter().map(|lure| lure.url("/feed")).collect();
    urls.extend((0..20).map(|n| healthy.url(&format!("/{n}"))));
    let app = prepared(&urls);
    let caps = "timeout = \"5s\"\ndeadline = \"12s\"\nin_flight_bytes = \"1MiB\"\n";
    app.write("bellwether.toml", &format!("[fetch]\nspacing = \"0\"\n{caps}"));
    fetch(&app, &[OURS, "127.0.0.1/32"]);
    let told = health(&app);
    let given_up = (0..5).filter(|n| told[n].words.contains("others needed the memory")).count();
    let words: Vec<&str> = told.values().map(|health| health.words.as_str()).collect();
    assert!(given_up >= 1, "{words:#?}");
    assert!((5..urls.len()).all(|n| told[&n].stored));
}

#[test]
fn a_body_in_gzip_twice_is_read() {
    let twice = gzip(&gzip(&body()));
    let site = Lure::saying("127.9.0.1:0", whole("Content-Encoding: gzip, gzip\r\n", &twice));
    let app = prepared(&[site.url("/feed")]);
    let report = app.json(&["fetch", "--now", NOW, "--allow-net", OURS]);
    assert_eq!((&report["items_new"], site.heads().len()), (&1.into(), 1), "{}", health(&app)[&0].words);
}

#[test]
fn a_brotli_window_of_a_gigabyte_is_not_opened() {
    let site = Lure::on("127.9.0.1:0", |head, stream| {
        let plain = head.contains("accept-encoding: identity\r\n");
        let (field, body) =
            if plain { ("", body()) } else { ("Content-Encoding: br\r\n", bombs::wide_brotli(&body())) };
        say(stream, &whole(field, &body));
    });
    let app = prepared(&[site.url("/feed")]);
    let report = app.json(&["fetch", "--now", NOW, "--allow-net", OURS]);
    assert_eq!((&report["items_new"], site.heads().len()), (&1.into(), 2), "{}", health(&app)[&0].words);
}

#[test]
fn a_false_gzip_header_is_seen_through_by_asking_once_more_without_compression() {
    let site = Lure::on("127.9.0.1:0", |_, stream| say(stream, &whole("Content-Encoding: gzip\r\n", &body())));
    let app = prepared(&[site.url("/feed")]);
    let report = app.json(&["fetch", "--now", NOW, "--allow-net", OURS]);
    assert_eq!(report["items_new"], 1, "{}", health(&app)[&0].words);
    let plain: Vec<bool> = site.heads().iter().map(|head| head.contains("accept-encoding: identity\r\n")).collect();
    assert_eq!(plain, [false, true]);
}
