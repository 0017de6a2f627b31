//! Rows 20, 42 and 44: what fails costs nobody anything: no server is hammered, no entry is lost, and the curator is
//! told.

use chrono::{DateTime, TimeDelta, Utc};

use super::row::{Row, due, entries, feed};
use crate::support::reply::{Body, Reply};

const TAG: &str = "ETag: \"a\"";

#[test]
fn row_20_failures_are_asked_again_ever_more_seldom_but_for_ever() {
    let mut row = Row::new(20, "answers 403 or 500 for weeks, has no name, or never answers");
    let silent = row.host(2);
    silent.script("/silent", [Reply::new("200 OK").body(Body::Silence)]);
    row.origin.script("/forbidden", [Reply::new("403 Forbidden")]);
    row.origin.script("/broken", [Reply::new("500 Internal Server Error")]);
    row.app.write(
        "feeds.toml",
        &[
            feed("forbidden", &row.origin.url("/forbidden"), ""),
            feed("broken", &row.origin.url("/broken"), ""),
            feed("nameless", "http://feeds.nowhere.invalid/feed", ""),
        ]
        .concat(),
    );
    // Of each of the three, one after another; the clock goes on a little while the binary works.
    let mut pauses: Vec<Vec<TimeDelta>> = vec![Vec::new(); 3];
    for n in 0..10 {
        let poll = row.poll();
        let classes = ["http_403", "http_500", "dns"].map(|class| poll.failures(class));
        assert_eq!(classes, [1; 3], "{}", poll.report);
        let listed = row.list();
        for (key, (source, word)) in listed.iter().zip(["403", "500", "looked up"]).enumerate() {
            assert_eq!(source["failures"], n + 1);
            assert!(source["health"].as_str().expect("words").contains(word), "the curator is told: {source}");
            pauses[key].push(due(source) - row.now);
        }
        let due: Vec<DateTime<Utc>> = listed.iter().map(due).collect();
        if n % 4 == 1 {
            row.now = due.iter().min().expect("one").to_owned() - TimeDelta::minutes(1);
            assert_eq!(row.poll().count("requests"), 0);
        }
        row.now = due.into_iter().max().expect("one") + TimeDelta::seconds(10);
    }
    let (hour, week) = (TimeDelta::hours(1), TimeDelta::days(7));
    for all in &pauses {
        // Doubled each time, with at most a quarter on top; then a week, again and again.
        assert!((0..8).all(|n| all[n] >= (hour * (1 << n)).min(week)), "{all:?}");
        assert!(all.iter().all(|pause| *pause < week + TimeDelta::minutes(5)), "{all:?}");
        assert!(all[8..].iter().all(|pause| *pause > week - TimeDelta::minutes(5)), "{all:?}");
    }
    assert!(pauses[0] != pauses[1] && pauses[1] != pauses[2], "each has a jitter of its own: {pauses:?}");

    // A server that never answers is a failure after the time-out.
    row.app.write("feeds.toml", &feed("silent", &silent.url("/silent"), ""));
    let text = row.app.read("bellwether.toml").replace("timeout = \"5s\"", "timeout = \"300ms\"");
    row.app.write("bellwether.toml", &text);
    for n in 1..=3 {
        assert_eq!(row.poll().failures("timeout"), 1);
        let listed = row.listed("silent");
        assert_eq!((silent.count("/silent"), &listed["failures"]), (n, &n.into()));
        row.now = due(&listed) + TimeDelta::seconds(10);
    }
    let hours = pauses[0].iter().map(|pause| format!("{:.1}", pause.as_seconds_f64() / 3600.0)).collect::<Vec<_>>();
    row.shows(&format!(
        "the 403 asked again after {} hours, and so on for ever; the others with a jitter of their own; `feeds list` says why",
        hours.join(", ")
    ));
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
    let mut new = vec![row.poll().count("items_new")];
    let known = row.listed("feed")["last_success"].clone();
    for failures in 1..=2 {
        let poll = row.after("1d");
        assert_eq!((poll.count("failed"), poll.count("ok")), (1, 0), "{}", poll.report);
        new.push(poll.count("items_new"));
        let listed = row.listed("feed");
        assert_eq!((&listed["failures"], &listed["last_success"]), (&failures.into(), &known), "{listed}");
        assert_eq!(row.titles().len(), 2);
    }
    let last = row.after("1d");
    assert_eq!(["ok", "items_updated"].map(|name| last.count(name)), [1, 0]);
    new.push(last.count("items_new"));
    assert_eq!(new, [2, 0, 0, 0]);
    row.shows(&format!("a failure each time, told to the operator; new entries in the four polls: {new:?}"));
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
    row.shows(&format!(
        "{}; `A-IM` is never sent; 226 is an error, the old ETag is kept; the missing entry stays",
        row.statuses("/feed")
    ));
}
