//! Rows 11 to 15 and 29: how long an answer may be kept.

use super::page::beside;
use super::row::{Poll, Row, entry};
use crate::support::reply::Reply;

const TAG: &str = "ETag: \"a\"";

#[test]
fn row_11_a_fresh_feed_is_left_alone() {
    let mut row = Row::new(11, "answers 200 with `max-age=86400` and `Age: 3600`");
    let fresh = Reply::feed(entry("One")).with(TAG).with("Cache-Control: public, max-age=86400").with("Age: 3600");
    row.feeds(&["feed"]).origin.script("/feed", [fresh]);
    row.poll();
    for _ in 0..3 {
        let poll = row.not_before("23h");
        assert_eq!(poll.conditions("/feed").0, Some("\"a\""));
    }
    assert_eq!(row.statuses("/feed"), "200, 200, 200, 200");
    beside("max-age, 429, 503", "honoured");
    row.shows(&format!("{}: never within 23 hours", row.times("/feed")));
}

#[test]
fn row_12_a_304_keeps_a_feed_fresh_too() {
    let mut row = Row::new(12, "answers 304 with `max-age=86400`");
    let first = Reply::feed(entry("One")).with(TAG);
    row.feeds(&["feed"]);
    row.origin.script("/feed", [first, Reply::not_modified().with("Cache-Control: max-age=86400")]);
    row.poll();
    row.not_before("1h").one("/feed");
    row.not_before("24h").one("/feed");
    row.not_before("24h").one("/feed");
    assert_eq!(row.statuses("/feed"), "200, 304, 304, 304");
    row.shows(&format!("{}: never within 24 hours of a 304", row.times("/feed")));
}

#[test]
fn row_13_expires_counts_where_there_is_no_max_age() {
    let mut row = Row::new(13, "sends only `Expires`: in six hours, `0`, or no date at all; or `max-age` beside it");
    row.feeds(&["later", "clock", "zero", "bad", "both"]);
    let fresh = |lines: &'static [&str]| {
        move |_: &_| lines.iter().fold(Reply::feed(entry("One")).with(TAG), |reply, line| reply.with(line))
    };
    // The second host's clock is a year behind, and both of its dates are by that clock.
    row.origin.on_asked("/later", fresh(&["Expires: Mon, 16 Nov 2026 13:00:00 GMT"]));
    row.origin
        .on_asked("/clock", fresh(&["Date: Sun, 16 Nov 2025 07:00:00 GMT", "Expires: Sun, 16 Nov 2025 13:00:00 GMT"]));
    row.origin.on_asked("/zero", fresh(&["Expires: 0"]));
    row.origin.on_asked("/bad", fresh(&["Expires: tomorrow, I think"]));
    row.origin.on_asked("/both", fresh(&["Cache-Control: max-age=14400", "Expires: Tue, 17 Nov 2026 07:00:00 GMT"]));
    assert_eq!(row.poll().count("ok"), 5);
    let mut asked = |at: &str| {
        row.now = super::row::START.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment") + super::row::span(at);
        let poll = row.poll();
        let mut targets: Vec<String> = poll.targets().into_iter().map(ToOwned::to_owned).collect();
        targets.sort();
        targets.join(" ")
    };
    assert_eq!(asked("59m"), "");
    assert_eq!(asked("1h 11m"), "/bad /zero");
    assert_eq!(asked("3h 59m"), "/bad /zero");
    assert_eq!(asked("4h 11m"), "/both");
    assert_eq!(asked("5h 59m"), "/bad /zero");
    // By now `Expires` of the first lies in the past, which is as stale as can be.
    assert_eq!(asked("6h 11m"), "/clock /later");
    row.shows(&format!(
        "in six hours: {}. `0`, and a bad date likewise: {}. `max-age=14400` beside it: {}",
        row.asked_at("/later"),
        row.asked_at("/zero"),
        row.asked_at("/both")
    ));
}

/// The log names the feed, the limit and its setting.
#[track_caller]
fn says(poll: &Poll, limit: &str) {
    let log = poll.log.replace("days", " days").replace("  ", " ");
    assert!([limit, "max_interval", "source=feed"].iter().all(|part| log.contains(part)), "{log}");
}

#[test]
fn row_14_a_year_of_freshness_is_cut_to_the_settings_limit() {
    let mut row = Row::new(14, "answers with `max-age=31536000`, a year");
    let year = Reply::feed(entry("One")).with(TAG).with("Cache-Control: max-age=31536000");
    row.feeds(&["feed"]).origin.script("/feed", [year]);
    let first = row.poll();
    says(&first, "7 days");
    for _ in 0..2 {
        let poll = row.not_before("7d");
        poll.one("/feed");
        says(&poll, "7 days");
    }
    row.app.settings("max_interval = \"3d\"\n");
    says(&row.after("8d"), "3 days");
    row.not_before("3d").one("/feed");
    row.shows(&format!(
        "{}: never within the 7 days of `max_interval`, then set to 3; the log says so",
        row.times("/feed")
    ));
}

#[test]
fn row_15_no_store_and_no_cache_still_leave_an_hour_between_requests() {
    let mut row = Row::new(15, "answers with `no-store`, or with `no-cache, max-age=86400`");
    row.feeds(&["store", "cache"]);
    let reply = |control: &str| Reply::feed(entry("One")).with(TAG).with(&format!("Cache-Control: {control}"));
    row.origin.script("/store", [reply("no-store")]);
    row.origin.script("/cache", [reply("no-cache, max-age=86400")]);
    row.poll();
    for _ in 0..3 {
        let poll = row.not_before("1h");
        assert_eq!(["/store", "/cache"].map(|target| poll.conditions(target).0), [Some("\"a\""); 2]);
    }
    row.shows(&format!("{}; conditional each time", row.times("/store")));
}

#[test]
fn row_29_without_validators_a_feed_is_asked_once_a_day() {
    let mut row = Row::new(29, "gives no validators at all");
    row.feeds(&["feed"]).origin.script("/feed", [Reply::feed(entry("One"))]);
    row.poll();
    for _ in 0..3 {
        assert!(!row.not_before("24h").one("/feed").is_conditional());
    }
    row.shows(&format!("{}: never within 24 hours", row.times("/feed")));
}
