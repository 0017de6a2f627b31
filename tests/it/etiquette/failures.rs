//! Rows 20, 42 and 44: what fails costs nobody anything: no server is hammered, no entry is lost, and the curator is
//! told.

use chrono::{DateTime, TimeDelta, Utc};

use super::row::{Row, START, entries, feed};
use crate::support::reply::{Body, Reply};

const TAG: &str = "ETag: \"a\"";

fn until_due(row: &Row, key: &str) -> TimeDelta {
    row.due(key) - row.now
}

#[test]
fn row_20_failures_are_asked_again_ever_more_seldom_but_for_ever() {
    let mut row = Row::new(20, "answers 403 or 500 for weeks, has no name, or never answers");
    let silent = row.host(2);
    silent.script("/silent", [Reply::new("200 OK").body(Body::Silence)]);
    row.origin.script("/forbidden", [Reply::new("403 Forbidden")]);
    row.origin.script("/broken", [Reply::new("500 Internal Server Error")]);
    let keys = ["forbidden", "broken", "nameless", "silent"];
    row.app.settings("").write(
        "feeds.toml",
        &[
            feed("forbidden", &row.origin.url("/forbidden"), ""),
            feed("broken", &row.origin.url("/broken"), ""),
            feed("nameless", "http://feeds.nowhere.invalid/feed", ""),
        ]
        .concat(),
    );
    let mut pauses: Vec<[TimeDelta; 2]> = Vec::new();
    for n in 0..10 {
        let poll = row.poll();
        let classes = ["http_403", "http_500", "dns"].map(|class| poll.failures(class));
        assert_eq!(classes, [1; 3], "{}", poll.report);
        let listed = row.listed("forbidden");
        assert_eq!(listed["failures"], n + 1);
        assert!(listed["health"].as_str().expect("words").contains("403"), "the curator is told: {listed}");
        pauses.push(["forbidden", "broken"].map(|key| until_due(&row, key)));
        let due = ["forbidden", "broken", "nameless"].map(|key| row.due(key));
        if n % 4 == 1 {
            row.now = due.into_iter().min().expect("one") - TimeDelta::minutes(1);
            assert_eq!(row.poll().count("requests"), 0);
        }
        row.now = due.into_iter().max().expect("one") + TimeDelta::seconds(10);
    }
    let week = TimeDelta::days(7);
    for key in 0..2 {
        let all: Vec<TimeDelta> = pauses.iter().map(|pause| pause[key]).collect();
        assert!(all[0] >= TimeDelta::minutes(59) && all.iter().all(|pause| *pause <= week), "{all:?}");
        // Doubled each time, with at most a quarter on top; then a week, again and again.
        assert!((1..8).all(|n| all[n] >= TimeDelta::minutes(59) * 2_i32.pow(u32::try_from(n).expect("small"))), "{all:?}");
        assert!(all[8..].iter().all(|pause| *pause > week - TimeDelta::minutes(5)), "{all:?}");
    }
    assert!(pauses.iter().any(|[one, other]| one != other), "no two feeds keep time together: {pauses:?}");

    // A server that never answers is a failure after the time-out; it has settings of its own.
    row.app.settings("").write("feeds.toml", &feed("silent", &silent.url("/silent"), ""));
    let text = row.app.read("bellwether.toml").replace("timeout = \"5s\"", "timeout = \"300ms\"");
    row.app.write("bellwether.toml", &text);
    row.now = START.parse::<DateTime<Utc>>().expect("a moment");
    for _ in 0..3 {
        assert_eq!(row.poll().failures("timeout"), 1);
        row.now = row.due(keys[3]) + TimeDelta::seconds(10);
    }
    assert_eq!((silent.count("/silent"), row.listed("silent")["failures"].as_u64()), (3, Some(3)));
    row.shows("asked again after 1, 2, 4 … hours, each with a jitter of its own, in the end once a week for ever; the list of feeds says why");
}

#[test]
fn row_42_an_empty_or_foreign_page_is_an_error_and_what_was_seen_stays_seen() {
    let mut row = Row::new(42, "answers 200 with nothing, then with an HTML page that wants a browser");
    let both = ["A quiet release", "A loud release"];
    let full = Reply::feed(entries(&both)).with(TAG);
    let challenge = "<!doctype html><html><head><title>Just a moment...</title></head><body><script>prove()</script>\
                     <p>Enable JavaScript and cookies to continue</p></body></html>";
    let page = Reply::new("200 OK").with("Content-Type: text/html").body(Body::Whole(challenge.into()));
    row.feeds(&["feed"]).origin.script("/feed", [full.clone(), Reply::feed([]), page, full]);
    assert_eq!(row.poll().count("items_new"), 2);
    let known = row.listed("feed")["last_success"].clone();
    for failures in 1..=2 {
        let poll = row.after("1d");
        assert_eq!((poll.count("failed"), poll.count("ok")), (1, 0), "{}", poll.report);
        let listed = row.listed("feed");
        assert_eq!((&listed["failures"], &listed["last_success"]), (&failures.into(), &known), "{listed}");
        assert_eq!(row.titles().len(), 2);
    }
    let last = row.after("1d");
    assert_eq!(["ok", "items_new", "items_updated"].map(|name| last.count(name)), [1, 0, 0]);
    row.shows("a failure each time, told to the operator; when the feed is back, none of its entries is new");
}

#[test]
fn row_44_a_226_is_refused_and_a_missing_entry_is_no_deletion() {
    let mut row = Row::new(44, "answers 226 with a part of the feed; later a feed without one of its entries");
    let both = ["A quiet release", "A loud release"];
    let full = Reply::feed(entries(&both)).with(TAG);
    let delta = Reply::new("226 IM Used")
        .with("Content-Type: application/rss+xml")
        .with("IM: feed")
        .with("ETag: \"delta\"")
        .body(Body::Whole(entries(&["A stray release"]).into_bytes()));
    let fewer = Reply::feed(entries(&both[..1])).with("ETag: \"b\"");
    row.feeds(&["feed"]);
    row.origin.script("/feed", [full.clone(), delta, Reply::not_modified(), fewer, full]);
    row.poll();
    assert_eq!(row.after("1d").failures("http_226"), 1);
    assert_eq!(row.after("1d").conditions("/feed").0, Some("\"a\""), "the state was kept");
    row.after("1d");
    assert_eq!(row.titles(), ["A loud release", "A quiet release"]);
    let removed = "select cast(removed as text) from items where removed";
    assert!(row.app.database().strings(removed).is_empty(), "nothing is struck out either");
    let last = row.after("1d");
    assert_eq!((last.count("items_new"), last.count("items_updated")), (0, 0));
    assert!(row.origin.asked().iter().all(|asked| asked.all("A-IM").is_empty()));
    row.shows(&format!("{}; `A-IM` is never sent; 226 is an error, the old ETag is kept; the missing entry stays", row.statuses("/feed")));
}
