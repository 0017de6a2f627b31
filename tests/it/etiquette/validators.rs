//! Rows 1 to 10: what a server gave to ask again with.

use super::page::beside;
use super::row::{Row, entries, entry, unless};
use crate::support::reply::{Body, Reply};

#[test]
fn row_01_an_etag_comes_back_byte_for_byte() {
    let mut row = Row::new(1, "sends an ETag, weak or strong, or one that breaks the grammar");
    let tags = [
        ("weak", "W/\"a\""),
        ("strong", "\"5f3-62c\""),
        ("lower", "w/\"a\""),
        ("spaced", "\"a, b \\ ;=\""),
        ("bare", "5f3-gzip"),
        ("latin", "\"caf\u{e9}\""),
    ];
    row.feeds(&tags.map(|(name, _)| name));
    for (name, tag) in tags {
        let line = format!("ETag: {tag}");
        let reply = unless(&[&line], &Reply::feed(entry(name)), &Reply::not_modified().with(&line));
        row.origin.on_asked(&format!("/{name}"), reply);
    }
    let polls = [row.poll(), row.after("2h"), row.after("2h")];
    for (name, tag) in tags {
        let target = format!("/{name}");
        assert_eq!(polls[0].conditions(&target), (None, None));
        for poll in &polls[1..] {
            assert_eq!(poll.conditions(&target), (Some(tag), None));
        }
        assert_eq!(row.statuses(&target), "200, 304, 304", "{tag}");
    }
    assert_eq!(polls.map(|poll| (poll.count("ok"), poll.count("not_modified"))), [(6, 0), (0, 6), (0, 6)]);
    row.shows(&format!("{}; `If-None-Match: W/\"a\"` byte for byte", row.statuses("/weak")));
}

#[test]
fn row_02_a_last_modified_comes_back_as_it_was_written() {
    let mut row = Row::new(2, "sends a Last-Modified, however oddly written");
    let dates = [
        ("usual", "Sat, 07 Nov 2026 03:04:05 GMT"),
        ("zone", "Sat, 7 Nov 2026 03:04:05 +0000"),
        ("iso", "2026-11-07T03:04:05Z"),
        ("asctime", "Sat Nov  7 03:04:05 2026"),
        ("words", "yesterday, about noon"),
    ];
    row.feeds(&dates.map(|(name, _)| name));
    for (name, date) in dates {
        let line = format!("Last-Modified: {date}");
        row.origin.on_asked(&format!("/{name}"), unless(&[&line], &Reply::feed(entry(name)), &Reply::not_modified()));
    }
    let polls = [row.poll(), row.after("2h"), row.after("2h")];
    for (name, date) in dates {
        let target = format!("/{name}");
        assert_eq!(polls[0].conditions(&target), (None, None));
        for poll in &polls[1..] {
            assert_eq!(poll.conditions(&target), (None, Some(date)));
        }
        assert_eq!(row.statuses(&target), "200, 304, 304", "{date}");
    }
    let seen = row.statuses("/zone");
    beside("an oddly written Last-Modified", &seen);
    row.shows(&format!("{seen}; `If-Modified-Since: Sat, 7 Nov 2026 03:04:05 +0000` byte for byte"));
}

#[test]
fn row_03_both_validators_come_back_together() {
    let mut row = Row::new(3, "sends both");
    let lines = ["ETag: \"a\"", "Last-Modified: Sat, 07 Nov 2026 03:04:05 GMT"];
    row.feeds(&["feed"]).origin.on_asked("/feed", unless(&lines, &Reply::feed(entry("One")), &Reply::not_modified()));
    let polls = [row.poll(), row.after("2h"), row.after("2h")];
    assert_eq!(polls[0].conditions("/feed"), (None, None));
    for poll in &polls[1..] {
        assert_eq!(poll.conditions("/feed"), (Some("\"a\""), Some("Sat, 07 Nov 2026 03:04:05 GMT")));
    }
    let seen = row.statuses("/feed");
    beside("both validators", &seen);
    row.shows(&format!("{seen}; `If-None-Match` and `If-Modified-Since` in one request"));
}

#[test]
fn row_04_a_304_without_validators_keeps_the_old_ones() {
    let mut row = Row::new(4, "answers 304 without naming the validators again");
    let lines = ["ETag: \"a\"", "Last-Modified: Sat, 07 Nov 2026 03:04:05 GMT"];
    row.feeds(&["feed"]).origin.on_asked("/feed", unless(&lines, &Reply::feed(entry("One")), &Reply::not_modified()));
    row.poll();
    for _ in 0..3 {
        let poll = row.after("2h");
        assert_eq!(poll.conditions("/feed"), (Some("\"a\""), Some("Sat, 07 Nov 2026 03:04:05 GMT")));
        assert_eq!((poll.count("not_modified"), poll.count("failed")), (1, 0));
    }
    let seen = row.statuses("/feed");
    assert_eq!(seen, "200, 304, 304, 304");
    beside("304 without validators", &seen);
    row.shows(&format!("{seen}; the first validators each time"));
}

#[test]
fn row_05_a_304_brings_new_validators() {
    let mut row = Row::new(5, "answers 304 with a new ETag, then with a new Last-Modified");
    let old = "Sat, 07 Nov 2026 03:04:05 GMT";
    let new = "Mon, 16 Nov 2026 06:00:00 GMT";
    let first = Reply::feed(entry("One")).with("ETag: \"a\"").with(&format!("Last-Modified: {old}"));
    let tag = Reply::not_modified().with("ETag: \"b\"");
    let date = Reply::not_modified().with(&format!("Last-Modified: {new}"));
    row.feeds(&["feed"]).origin.script("/feed", [first, tag, date, Reply::not_modified()]);
    row.poll();
    assert_eq!(row.after("2h").conditions("/feed"), (Some("\"a\""), Some(old)));
    assert_eq!(row.after("2h").conditions("/feed"), (Some("\"b\""), Some(old)));
    assert_eq!(row.after("2h").conditions("/feed"), (Some("\"b\""), Some(new)));
    row.shows(&format!(
        "{}; each new one is sent from the next request on, the other one is kept",
        row.statuses("/feed")
    ));
}

#[test]
fn row_06_a_new_etag_is_stored_although_the_date_stayed() {
    let mut row = Row::new(6, "answers 200 with the old Last-Modified and a new ETag");
    let date = "Last-Modified: Sat, 07 Nov 2026 03:04:05 GMT";
    let one = Reply::feed(entry("One")).with(date).with("ETag: \"a\"");
    let two = ["ETag: \"b\"", date];
    row.feeds(&["feed"]).origin.script("/feed", [one]);
    row.poll();
    let full = Reply::feed(entries(&["One", "Two"]));
    row.origin.on_asked("/feed", unless(&two, &full, &Reply::not_modified()));
    let second = row.after("2h");
    assert_eq!(second.conditions("/feed").0, Some("\"a\""));
    assert_eq!(second.count("items_new"), 1);
    let third = row.after("2h");
    assert_eq!(third.conditions("/feed"), (Some("\"b\""), Some("Sat, 07 Nov 2026 03:04:05 GMT")));
    assert_eq!(row.titles(), ["One", "Two"]);
    row.shows(&format!("{}; `If-None-Match: \"b\"`", row.statuses("/feed")));
}

#[test]
fn row_07_the_same_body_under_a_new_etag_is_not_read_again() {
    let mut row = Row::new(7, "answers 200 with the same body and a new ETag");
    let full = Reply::feed(entry("One"));
    row.feeds(&["feed"]).origin.script("/feed", [full.clone().with("ETag: \"a\"")]);
    assert_eq!(row.poll().count("items_seen"), 1);
    let place = if row.app.database().is_file() { "rowid" } else { "ctid" };
    let rows = format!("select cast({place} as text) || ' ' || item from items");
    let before = row.app.database().strings(&rows);
    row.origin.on_asked("/feed", unless(&["ETag: \"b\""], &full, &Reply::not_modified()));
    let second = row.after("2h");
    assert_eq!(second.conditions("/feed").0, Some("\"a\""));
    let read = ["items_seen", "items_new", "items_updated", "failed"].map(|name| second.count(name));
    assert_eq!(read, [0; 4], "{}", second.report);
    assert_eq!(row.app.database().strings(&rows), before, "no row was written");
    assert_eq!(row.after("2h").conditions("/feed").0, Some("\"b\""));
    let seen = row.statuses("/feed");
    beside("a new ETag on the same body", &seen);
    row.shows(&format!("{seen}; no entry is read the second time, `If-None-Match: \"b\"` the third"));
}

#[test]
fn row_08_a_broken_body_leaves_no_validators() {
    let mut row = Row::new(8, "sends a body that is cut short, or that is no feed, with validators");
    let whole = entries(&["One", "Two"]).into_bytes();
    let half = whole[..whole.len() / 2].to_vec();
    let broken = [
        ("length", Body::Short { sent: half.clone(), promised: whole.len() }),
        ("chunks", Body::ChunksShort(half)),
        ("junk", Body::Whole(b"upstream said no".to_vec())),
    ];
    row.feeds(&broken.clone().map(|(name, _)| name));
    let date = "Last-Modified: Sat, 07 Nov 2026 03:04:05 GMT";
    for (name, body) in broken.clone() {
        let good = |tag: &str| Reply::feed(whole.clone()).with(&format!("ETag: \"{tag}\"")).with(date);
        let bad = good("bad").body(body);
        // Broken from the start, and broken after all was well.
        row.origin.script(&format!("/{name}"), [bad.clone(), good("good"), bad, good("good"), Reply::not_modified()]);
    }
    let polls: Vec<_> = ["0s", "1d", "1d", "1d", "1d"].map(|wait| row.after(wait)).into();
    for (name, _) in broken {
        let target = format!("/{name}");
        let given: Vec<_> = polls.iter().map(|poll| poll.conditions(&target).0).collect();
        assert_eq!(given, [None, None, Some("\"good\""), None, Some("\"good\"")], "{name}");
        assert!(!polls[3].one(&target).is_conditional(), "{name}");
    }
    assert_eq!([0, 2].map(|n| (polls[n].count("failed"), polls[n].count("items_new"))), [(3, 0); 2]);
    assert_eq!(row.titles(), ["One", "One", "One", "Two", "Two", "Two"], "what was stored stays");
    row.shows("the request after it is unconditional; nothing of it is stored; the operator sees a failure");
}

#[test]
fn row_09_an_answer_that_nobody_asked_for_is_an_error() {
    let mut row = Row::new(9, "answers 304 to an unconditional request, or 206 that nobody asked for");
    let good = Reply::feed(entries(&["One", "Two"])).with("ETag: \"a\"");
    let part = Reply::new("206 Partial Content")
        .with("Content-Type: application/rss+xml")
        .with("ETag: \"part\"")
        .body(Body::Whole(entry("Three").into_bytes()));
    let strange = Reply::not_modified().with("ETag: \"strange\"");
    row.feeds(&["blank", "part"]);
    row.origin.script("/blank", [strange, good.clone(), Reply::not_modified()]);
    row.origin.script("/part", [good, part, Reply::not_modified()]);
    let first = row.poll();
    assert_eq!((first.failures("http_304"), first.count("not_modified")), (1, 0));
    assert!(row.listed("blank")["last_success"].is_null());
    let known = row.listed("part")["last_success"].clone();
    let second = row.after("1d");
    assert_eq!(second.failures("http_206"), 1);
    assert!(!second.one("/blank").is_conditional());
    let listed = row.listed("part");
    assert!(listed["last_success"] == known && listed["health"].as_str().expect("words").contains("206"), "{listed}");
    let third = row.after("1d");
    assert_eq!((third.conditions("/blank").0, third.conditions("/part").0), (Some("\"a\""), Some("\"a\"")));
    assert_eq!(third.count("not_modified"), 2);
    assert_eq!(row.titles(), ["One", "One", "Two", "Two"], "nothing of the part, and nothing lost");
    row.shows(&format!(
        "{} and {}; an error, after which the old validators are sent and the entries are there",
        row.statuses("/blank"),
        row.statuses("/part")
    ));
}

#[test]
fn row_10_an_edited_address_forgets_the_validators() {
    let mut row = Row::new(10, "sends an ETag; then the curator edits the feed's address, and edits it back");
    let full = Reply::feed(entry("One"));
    for target in ["/old", "/new"] {
        row.origin.on_asked(target, unless(&["ETag: \"a\""], &full, &Reply::not_modified()));
    }
    let curate = |row: &Row, target: &str| {
        row.app.write("feeds.toml", &super::row::feed("a", &row.origin.url(target), ""));
    };
    curate(&row, "/old");
    row.poll();
    assert_eq!(row.after("2h").conditions("/old").0, Some("\"a\""));
    curate(&row, "/new");
    assert_eq!(row.after("2h").conditions("/new"), (None, None));
    assert_eq!(row.after("2h").conditions("/new").0, Some("\"a\""));
    curate(&row, "/old");
    assert_eq!(row.after("2h").conditions("/old"), (None, None));
    row.shows(&format!(
        "{} at the old, {} at the new; unconditional after each edit",
        row.statuses("/old"),
        row.statuses("/new")
    ));
}
