//! Rows 30, 33 and 43: timers that outlive a process, that differ from feed to feed, and that feeds set themselves.

use std::collections::BTreeSet;
use std::process::Stdio;

use chrono::TimeDelta;

use super::row::{Row, START, due, entry, span, unless};
use crate::support::reply::{Body, Gate, Reply};

const TAG: &str = "ETag: \"a\"";

#[test]
fn row_30_a_timer_on_disk_keeps_an_hour_between_requests_of_any_process() {
    let mut row = Row::new(30, "counts the requests of several processes, two at once, one of them killed");
    let names: Vec<String> = (0..8).map(|n| format!("feed-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    row.feeds(&names);
    let full = Reply::feed(entry("One"));
    let plain = move || unless(&[TAG], &full, &Reply::not_modified());
    row.origin.otherwise(plain());
    let fetch = |row: &Row| {
        let mut command = row.app.command(&["fetch", "--now", &row.now.to_rfc3339()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts")
    };

    // Two at once: each feed is asked by one of them.
    let both = [fetch(&row), fetch(&row)];
    for mut process in both {
        assert!(process.wait().expect("an end").success());
    }
    let asked: BTreeSet<String> = row.origin.asked().iter().map(|asked| asked.target.clone()).collect();
    assert_eq!((asked.len(), row.origin.asked().len()), (8, 8), "each once, by two processes");

    // Each poll is a process of its own.
    assert_eq!(row.not_before("1h").asked.len(), 8);

    // Killed while the first answer is awaited: no other process asks that feed before the hour has passed.
    let gate = Gate::default();
    let held = gate.clone();
    row.origin.otherwise(move |_| Reply::feed(entry("Two")).behind(&held));
    row.now += span("1h 11m");
    let before = row.origin.asked().len();
    let mut doomed = fetch(&row);
    row.origin.wait_for(before + 1);
    let killed = row.origin.asked()[before].target.clone();
    let at = row.now;
    let mut second = row.app.command(&["fetch", "--now", &(at + TimeDelta::minutes(1)).to_rfc3339()]);
    let second = second.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
    doomed.kill().expect("a kill");
    doomed.wait().expect("an end");
    gate.open();
    row.origin.otherwise(plain());
    assert!({ second }.wait().expect("an end").success());
    row.now = at + TimeDelta::minutes(59);
    row.poll();
    assert_eq!(row.origin.asked()[before..].iter().filter(|asked| asked.target == killed).count(), 1, "{killed}");
    row.now = at + span("1h 11m");
    assert_eq!(row.poll().asked.iter().filter(|asked| asked.target == killed).count(), 1);
    row.shows(
        "an hour between two requests at least; of two processes at once one asks; after `kill -9` the hour holds",
    );
}

#[test]
fn row_33_each_feed_has_a_moment_of_its_own() {
    let mut row = Row::new(33, "sees a fleet's requests come in by the second");
    let names: Vec<String> = (0..20).map(|n| format!("feed-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    row.feeds(&names).origin.otherwise(unless(&[TAG], &Reply::feed(entry("One")), &Reply::not_modified()));
    let mut offsets = Vec::new();
    row.poll();
    for cycle in 0..3 {
        offsets.push(row.list().iter().map(|source| (due(source) - row.now).num_seconds()).collect::<Vec<_>>());
        let distinct: BTreeSet<_> = offsets[cycle].iter().collect();
        assert!(distinct.len() >= 10, "{distinct:?}");
        row.now += TimeDelta::hours(1);
        assert!(row.poll().asked.is_empty(), "on the hour nobody asks");
        row.now += TimeDelta::seconds(30);
        let half = row.poll().asked.len();
        assert!((1..20).contains(&half), "{half}");
        row.now += TimeDelta::minutes(10);
        assert_eq!(row.poll().asked.len(), 20 - half);
        // All together again, an hour later.
        row.now += TimeDelta::hours(2);
        assert_eq!(row.poll().asked.len(), 20);
    }
    for later in &offsets[1..] {
        let near = later.iter().zip(&offsets[0]).all(|(a, b)| (a - b).abs() <= 2);
        // The clock goes on while the binary works.
        assert!(near, "a feed keeps its moment: {offsets:?}");
    }
    row.shows("feeds polled together are due again at seconds of their own, the same in each cycle; none on the hour");
}

/// When each is asked, and when not, after all were asked at 07:00 on a Monday.
const TURNS: [(&str, &[&str], &[&str]); 15] = [
    ("1h 11m", &["/plain", "/days"], &["/ttl", "/period", "/hours"]),
    ("3h 59m", &[], &["/ttl", "/period", "/hours"]),
    ("4h 11m", &["/ttl"], &["/period", "/hours"]),
    ("4h 59m", &[], &["/ttl", "/period", "/hours"]),
    ("5h 11m", &["/hours"], &["/ttl", "/period"]),
    ("8h 10m", &[], &["/ttl", "/period"]),
    ("8h 22m", &["/ttl"], &["/period"]),
    ("11h 59m", &[], &["/ttl", "/period"]),
    ("12h 11m", &["/period"], &["/ttl"]),
    ("16h", &["/days"], &["/period"]),
    ("24h 10m", &[], &["/period", "/days"]),
    ("28h 59m", &["/period"], &["/hours", "/days"]),
    ("29h 11m", &["/hours"], &["/period", "/days"]),
    ("64h 59m", &[], &["/days"]),
    ("65h 11m", &["/days"], &[]),
];

#[test]
fn row_43_a_feeds_own_wishes_are_a_floor_and_its_silent_hours_are_kept() {
    let mut row = Row::new(
        43,
        "writes `<ttl>240`, `sy:updatePeriod` daily twice, `skipHours` 8 to 11 or `skipDays` Tuesday and Wednesday",
    );
    let hours: String = (8..12).map(|hour| format!("<hour>{hour}</hour>")).collect();
    let wishes = [
        ("plain", String::new()),
        ("ttl", "<ttl>240</ttl>".to_owned()),
        (
            "period",
            "<sy:updatePeriod xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">daily</sy:updatePeriod>\
             <sy:updateFrequency xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">2</sy:updateFrequency>"
                .to_owned(),
        ),
        ("hours", format!("<skipHours>{hours}</skipHours>")),
        ("days", "<skipDays><day>Tuesday</day><day>Wednesday</day></skipDays>".to_owned()),
    ];
    row.feeds(&wishes.clone().map(|(name, _)| name));
    for (name, wish) in wishes {
        let body = entry("One").replace("</channel>", &format!("{wish}</channel>"));
        let full = Reply::feed([]).body(Body::Whole(body.into_bytes()));
        row.origin.on_asked(&format!("/{name}"), unless(&[TAG], &full, &Reply::not_modified()));
    }
    assert_eq!(row.poll().count("ok"), 5);
    for (at, due, quiet) in TURNS {
        row.now = START.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment") + span(at);
        let poll = row.poll();
        for target in due {
            assert!(poll.targets().contains(target), "{target} is due at {at}: {:?}", poll.targets());
        }
        for target in quiet {
            assert!(!poll.targets().contains(target), "{target} was asked at {at}");
        }
    }
    assert!(row.statuses("/ttl").starts_with("200, 304, 304"));
    row.shows(&format!(
        "ttl: {}. Period: {}. Hours, from 07:00: {}. Days: {}",
        row.asked_at("/ttl"),
        row.asked_at("/period"),
        row.asked_at("/hours"),
        row.asked_at("/days")
    ));
}
