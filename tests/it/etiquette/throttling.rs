//! Rows 16 to 19: a server asks us to wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::names::Names;
use super::page::beside;
use super::row::{Row, entry, feed, span};
use crate::support::origin::Asked;
use crate::support::reply::Reply;

const TAG: &str = "ETag: \"a\"";

fn full() -> Reply {
    Reply::feed(entry("One")).with(TAG)
}

/// Not as a broken feed, and by its validators once it may be asked again.
#[track_caller]
fn is_no_failure(row: &Row) {
    let listed = row.listed("feed");
    let words = listed["health"].as_str().expect("words");
    assert!(listed["failures"] == 0 && !words.contains("fail"), "{listed}");
}

#[test]
fn row_16_a_429_with_retry_after_is_waited_out() {
    let mut row = Row::new(16, "answers 429 with `Retry-After: 3600`, three times");
    let wait = Reply::new("429 Too Many Requests").with("Retry-After: 3600");
    row.feeds(&["feed"]);
    row.origin.script("/feed", [full(), wait.clone(), wait.clone(), wait, Reply::not_modified()]);
    row.poll();
    row.after("2h");
    for _ in 0..3 {
        is_no_failure(&row);
        // An hour each time: it is no failure, so no pause grows.
        assert_eq!(row.not_before("1h").conditions("/feed").0, Some("\"a\""));
    }
    let seen = row.statuses("/feed");
    beside("max-age, 429, 503", "honoured");
    row.shows(&format!("{seen}; {}; no failure is counted", row.times("/feed")));
}

#[test]
fn row_17_a_503_with_a_date_is_waited_out() {
    let mut row = Row::new(17, "answers 503 with a `Retry-After` that is a date six hours off");
    let until = |date: &str| Reply::new("503 Service Unavailable").with(&format!("Retry-After: {date}"));
    row.feeds(&["feed"]);
    row.origin.script(
        "/feed",
        [
            full(),
            until("Mon, 16 Nov 2026 15:00:00 GMT"),
            // By its own clock, which is a year behind.
            until("Sun, 16 Nov 2025 21:11:00 GMT").with("Date: Sun, 16 Nov 2025 15:11:00 GMT"),
            Reply::not_modified(),
        ],
    );
    row.poll();
    row.after("2h");
    for _ in 0..2 {
        is_no_failure(&row);
        assert_eq!(row.not_before("6h").conditions("/feed").0, Some("\"a\""));
    }
    beside("max-age, 429, 503", "honoured");
    row.shows(&format!("{}; {}; no failure is counted", row.statuses("/feed"), row.times("/feed")));
}

#[test]
fn row_18_a_429_without_a_time_means_four_hours_and_then_twice_as_long() {
    let mut row = Row::new(18, "answers 429 and names no time, four times");
    let wait = Reply::new("429 Too Many Requests");
    row.feeds(&["feed"]);
    row.origin.script("/feed", [wait.clone(), wait.clone(), wait.clone(), wait.clone(), full(), wait, full()]);
    row.poll();
    for pause in ["4h", "8h", "16h", "32h"] {
        is_no_failure(&row);
        row.not_before(pause).one("/feed");
    }
    // All is forgotten after a success.
    row.after("2h");
    row.not_before("4h").one("/feed");
    row.shows(&format!(
        "{}; {}: never within 4, 8, 16 and 32 hours, and 4 again after a success",
        row.statuses("/feed"),
        row.times("/feed")
    ));
}

/// The first request to any of a host's feeds is one too many.
fn one_too_many() -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    let told = Arc::new(AtomicBool::new(false));
    move |_| {
        if told.swap(true, Ordering::SeqCst) {
            full()
        } else {
            Reply::new("429 Too Many Requests").with("Retry-After: 3600")
        }
    }
}

#[test]
fn one_that_is_named_is_held_with_its_host_and_a_check_asks_nobody() {
    let mut row = Row::new(19, "answers 429 to one of two owners' feeds");
    let shared = row.host(4);
    shared.otherwise(one_too_many());
    let entry = |n: u8| feed(&format!("of-{n}"), &shared.url(&format!("/{n}")), &format!("owner = \"owner-{n}\""));
    row.app.write("feeds.toml", &[entry(0), entry(1)].concat());
    row.poll();
    let first = shared.asked();
    assert_eq!(first.len(), 1);
    row.now += span("30m");
    let now = row.now.to_rfc3339();
    for n in 0..2 {
        let key = format!("of-{n}");
        row.poll_with(&["--feed", &key, "--force"]);
        let told = row.app.run(&["feeds", "check", &key, "--now", &now]).exits(1).stderr;
        assert!(told.contains("asked us to wait") && told.contains("nothing was asked"), "{told}");
    }
    assert_eq!(shared.asked().len(), 1, "nobody is asked within the hour, whoever insists");
    row.now += span("42m");
    row.poll_with(&["--feed", "of-1"]);
    assert_eq!(shared.asked().len(), 2);
    row.app.run(&["feeds", "check", "of-1", "--now", &row.now.to_rfc3339()]).exits(0);
}

#[test]
fn row_19_a_429_holds_a_shared_host_as_a_whole() {
    let mut row = Row::new(19, "answers the first of three feeds on a host 429 with `Retry-After: 3600`");
    let (shared, platform) = (row.host(2), row.host(3));
    for host in [&row.origin, &shared, &platform] {
        host.otherwise(one_too_many());
    }
    let names = Names::new(&row, &[("www.reddit.com", 3), ("old.reddit.com", 3)]);
    let mut catalogue = String::new();
    for n in 0..3 {
        catalogue += &feed(&format!("own-{n}"), &row.origin.url(&format!("/{n}")), "owner = \"one\"");
        catalogue += &feed(&format!("shared-{n}"), &shared.url(&format!("/{n}")), &format!("owner = \"owner-{n}\""));
        if names.is_some() {
            let url = format!("http://www.reddit.com:{}/{n}", platform.port());
            catalogue += &feed(&format!("platform-{n}"), &url, "owner = \"one\"");
        }
    }
    row.app.write("feeds.toml", &catalogue);
    let there = usize::from(names.is_some());
    let poll = |row: &mut Row, wait: &str, more: &[&str]| {
        row.now += span(wait);
        let before = [&shared, &platform].map(|host| host.asked().len());
        let command = row.command("fetch", more);
        let command = names.as_ref().map(|names| names.known_to(&command)).unwrap_or(command);
        let own = row.poll_as(command).asked.len();
        [own, shared.asked().len() - before[0], platform.asked().len() - before[1]]
    };
    assert_eq!(poll(&mut row, "0s", &[]), [3, 1, there], "one owner's host goes on, the others are held");
    if names.is_some() {
        // A platform's limits hold under each of its names.
        catalogue +=
            &feed("platform-new", &format!("http://old.reddit.com:{}/new", platform.port()), "owner = \"one\"");
        row.app.write("feeds.toml", &catalogue);
    }
    assert_eq!(poll(&mut row, "58m", &["--force"]), [2, 0, 0], "not even a forced one");
    assert_eq!(poll(&mut row, "14m", &[])[1..], [3, 4 * there], "all of them after the hour");
    assert_eq!(poll(&mut row, "2h", &[]), [3, 3, 4 * there]);
    row.shows(
        "one owner's feeds: only that one waits; feeds of several owners, or on a platform's list: none of that host is \
         asked for an hour",
    );
}
