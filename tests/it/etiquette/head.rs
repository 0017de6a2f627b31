//! Rows 34 to 38: how a request looks.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::row::{Poll, Row, entries, entry, feed, unless};
use crate::support::reply::{Body, Reply};

const TAG: &str = "ETag: \"a\"";

#[test]
fn row_34_a_forced_fetch_is_polite_too() {
    let mut row = Row::new(34, "sees an operator run `fetch --force` minutes later; two feeds said 429 and 503");
    row.feeds(&["feed", "many", "busy"]);
    row.origin.on_asked("/feed", unless(&[TAG], &Reply::feed(entry("One")), &Reply::not_modified()));
    row.origin.script("/many", [Reply::new("429 Too Many Requests").with("Retry-After: 86400")]);
    row.origin.script("/busy", [Reply::new("503 Service Unavailable").with("Retry-After: 86400")]);
    row.poll();
    for _ in 0..3 {
        row.now += super::row::span("5m");
        let poll = row.poll_with(&["--force"]);
        assert_eq!(poll.targets(), ["/feed"]);
        assert_eq!(poll.conditions("/feed").0, Some("\"a\""));
    }
    row.shows(&format!("{}; `If-None-Match` each time; the two are not asked", row.statuses("/feed")));
}

/// Polls three times and yields what they sent of a field, which is the same each time.
#[track_caller]
fn always(row: &mut Row, name: &str) -> String {
    let polls: Vec<Poll> = (0..3).map(|_| row.after("25h")).collect();
    let sent: Vec<&str> = polls.iter().map(|poll| poll.one("/feed").header(name).expect("the field")).collect();
    assert!(sent.iter().all(|value| *value == sent[0]), "{sent:?}");
    sent[0].to_owned()
}

#[test]
fn row_35_the_user_agent_says_who_asks_and_whom_to_write_to() {
    let mut row = Row::new(35, "reads `User-Agent`");
    row.feeds(&["feed"]).origin.script("/feed", [Reply::feed(entry("One"))]);
    let own = format!("bellwether/{}", env!("CARGO_PKG_VERSION"));
    assert!(always(&mut row, "User-Agent").starts_with(&own));
    row.app.settings("contact = \"https://example.org/bot; bot@example.org\"\n");
    let named = always(&mut row, "User-Agent");
    assert_eq!(named, format!("{own} (+https://example.org/bot; bot@example.org)"));
    row.app.settings("contact = \"https://example.org/bot\"\nuser_agent = \"our-digest/2\"\n");
    assert_eq!(always(&mut row, "User-Agent"), "our-digest/2 (+https://example.org/bot)");
    row.shows(&format!("`{}`, by `user_agent` and `contact`", named.replace(env!("CARGO_PKG_VERSION"), "VERSION")));
}

#[test]
fn row_36_accept_names_what_can_be_read() {
    let mut row = Row::new(36, "reads `Accept`");
    row.feeds(&["feed"]).origin.script("/feed", [Reply::feed(entry("One"))]);
    let accept = always(&mut row, "Accept");
    let kinds: Vec<&str> = accept.split(", ").collect();
    for kind in ["application/atom+xml", "application/rss+xml", "application/feed+json", "application/xml", "text/xml"]
    {
        assert!(kinds.iter().any(|found| found.split(';').next() == Some(kind)), "{accept}");
    }
    let weight = |kind: &str| kind.split_once(";q=").map_or(1.0, |(_, q)| q.parse::<f64>().expect("a weight"));
    let weights: Vec<f64> = kinds.iter().map(|kind| weight(kind)).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b), "{accept}");
    assert!(kinds.last().expect("one").starts_with("*/*;q=") && weights.iter().all(|q| *q > 0.0), "{accept}");
    row.shows(&format!("`{accept}`"));
}

type Packer = fn(&[u8]) -> Vec<u8>;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

/// A Brotli stream (RFC 7932 §9) of one block that is stored as it is.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("small") - 1;
    // WBITS 16, not the last block, four nibbles of length, stored.
    let head = (length << 4) | (1 << 20);
    [&head.to_le_bytes()[..3], bytes, &[3]].concat()
}

/// A Zstandard frame (RFC 8878 §3.1.1) of one raw block.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("small");
    let frame = [[0x28, 0xb5, 0x2f, 0xfd, 0xa0].as_slice(), &length.to_le_bytes()].concat();
    [frame.as_slice(), &((length << 3) | 1).to_le_bytes()[..3], bytes].concat()
}

#[test]
fn row_37_compressed_bodies_are_asked_for_and_read() {
    let mut row = Row::new(37, "sends gzip, Brotli and Zstandard, each at its turn");
    let packers: [(&str, Packer); 3] = [("gzip", gzip), ("br", brotli), ("zstd", zstd)];
    row.feeds(&["feed"]);
    row.origin.on_asked("/feed", move |asked| {
        let (name, pack) = packers[asked.nth];
        let body = Body::Whole(pack(entries(&["One", "Two", &format!("By {name}")]).as_bytes()));
        Reply::feed([]).with(&format!("Content-Encoding: {name}")).with("Vary: Accept-Encoding").body(body)
    });
    let mut accepted = String::new();
    for (n, (name, _)) in packers.iter().enumerate() {
        let poll = row.after("25h");
        poll.one("/feed").header("Accept-Encoding").expect("the field").clone_into(&mut accepted);
        let asked: Vec<&str> = accepted.split(',').map(str::trim).collect();
        assert!(packers.iter().all(|(name, _)| asked.contains(name)), "{accepted}");
        assert_eq!((poll.count("ok"), poll.count("items_seen")), (1, 3), "{name}: {}", poll.report);
        assert!(row.titles().contains(&format!("By {name}")) && row.titles().len() == n + 3, "{:?}", row.titles());
    }
    row.shows(&format!("`Accept-Encoding: {accepted}`; each of the three is read"));
}

#[test]
fn row_38_nothing_is_sent_that_follows_a_reader_around() {
    let mut row = Row::new(38, "sets cookies on feeds and redirects, and looks for `Referer` and cache-busters");
    let cookie = "Set-Cookie: id=42; Path=/; Max-Age=31536000";
    let feeds = [feed("feed", &row.origin.url("/feed?format=rss"), ""), feed("moved", &row.origin.url("/moved"), "")];
    row.app.write("feeds.toml", &feeds.concat());
    row.origin.script("/feed?format=rss", [Reply::feed(entry("One")).with(TAG).with(cookie)]);
    row.origin.script("/moved", [Reply::to("302 Found", "/to").with(cookie)]);
    row.origin.script("/to", [Reply::feed(entry("Two")).with(TAG).with(cookie)]);
    for _ in 0..3 {
        let mut targets = row.after("2h").targets().iter().map(|target| (*target).to_owned()).collect::<Vec<_>>();
        targets.sort();
        assert_eq!(targets, ["/feed?format=rss", "/moved", "/to"], "the addresses as they are");
    }
    // `Connection: close` ends a conversation, and says nothing of who asks.
    let known = ["accept", "accept-encoding", "connection", "host", "if-none-match", "user-agent"];
    let mut seen = BTreeSet::new();
    for asked in row.origin.asked() {
        assert_eq!(asked.method, "GET");
        for line in &asked.lines {
            let name = line.split(':').next().expect("a name").to_lowercase();
            assert!(known.contains(&name.as_str()), "{line}");
            if name != "connection" {
                seen.insert(format!("`{name}`"));
            }
        }
    }
    let seen: Vec<String> = seen.into_iter().collect();
    row.shows(&format!("addresses as they are, and {}; no other field", seen.join(", ")));
}
