//! What a feed's address, a name server, a redirect or an answer may do to us: nothing.
//!
//! Each attack that must end before a connection has a listener where it would arrive, and is shown to arrive
//! there once the address guard is opened for it.

mod bombs;
mod caps;
mod literals;
mod lure;
mod names;
mod namespace;
mod opening;
mod proxies;
mod redirects;

use std::collections::BTreeMap;

use crate::support::app::App;
use crate::support::site::rss;

const NOW: &str = "2026-11-20T07:30:00Z";

/// The network that the tests may always reach; the addresses under attack are outside of it.
const OURS: &str = "127.9.0.0/16";

/// What `feeds list` says of a source.
struct Health {
    words: String,
    stored: bool,
}

/// A catalogue of these addresses, with their positions as keys.
fn catalogue<S: AsRef<str>>(urls: &[S]) -> String {
    let feed = |(n, url): (usize, &S)| {
        let url = serde_json::to_string(url.as_ref()).expect("a string");
        format!("[[feed]]\nurl = {url}\nkey = \"f{n}\"\nowner = \"owner-{n}\"\n")
    };
    urls.iter().enumerate().map(feed).collect()
}

/// A directory with this catalogue and settings that neither wait nor open anything.
fn prepared<S: AsRef<str>>(urls: &[S]) -> App {
    let app = App::new();
    app.write("bellwether.toml", "[fetch]\nspacing = \"0\"\ntimeout = \"5s\"\n").write("feeds.toml", &catalogue(urls));
    app
}

/// Fetches once with these networks opened.
fn fetch(app: &App, open: &[&str]) {
    let mut args = vec!["fetch", "--force", "--quiet", "--now", NOW];
    for net in open {
        args.extend(["--allow-net", net]);
    }
    app.run(&args).exits(0);
}

/// How each source is, by its position.
fn health(app: &App) -> BTreeMap<usize, Health> {
    let listed = app.json(&["feeds", "list"]);
    let sources = listed["sources"].as_array().expect("a list");
    let read = |source: &serde_json::Value| {
        let position = source["key"].as_str().and_then(|key| key.strip_prefix('f')?.parse().ok()).expect("a key");
        let words = source["health"].as_str().expect("words").to_owned();
        (position, Health { words, stored: source["last_success"].is_string() })
    };
    sources.iter().map(read).collect()
}

/// A whole answer with one item.
fn feed() -> Vec<u8> {
    let item = ("A browser engine is released", "https://blog.example/post", "Wed, 18 Nov 2026 08:00:00 GMT");
    whole("Content-Type: application/rss+xml\r\n", rss("Blog", &[item]).as_bytes())
}

/// An answer of this body, with these further header lines.
fn whole(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// An answer that sends elsewhere.
fn moved(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}
