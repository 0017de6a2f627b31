//! Rows 46 and 47: the web around a feed.

use super::row::{Row, START, entry, unless};
use crate::support::reply::{Body, Reply};
use crate::support::site::rss;

const STORY: &str = "<!doctype html><html><head><title>A story</title></head><body><article><h1>A story</h1><p>Once \
                     upon a time there was a database that never forgot what it was told, and this is how it came to \
                     be, told at some length by those who were there and saw it with their own eyes.</p></article></body></html>";

#[test]
fn row_46_robots_txt_is_obeyed_for_pages_and_not_for_feeds() {
    let mut row =
        Row::new(46, "forbids stories and feeds in robots.txt; its feed links to open and to forbidden stories");
    let robots = "User-agent: *\nDisallow: /closed/\n";
    row.origin.script(
        "/robots.txt",
        [Reply::new("200 OK").with("Content-Type: text/plain").body(Body::Whole(robots.into()))],
    );
    row.origin.otherwise(|_| Reply::new("200 OK").with("Content-Type: text/html").body(Body::Whole(STORY.into())));
    row.app.write(
        "bellwether.toml",
        "[fetch]\nspacing = \"0\"\ntimeout = \"5s\"\nallow_nets = [\"127.0.0.0/8\"]\narticles = true\n",
    );
    row.app.write("feeds.toml", &super::row::feed("feed", &row.origin.url("/closed/feed"), ""));
    let weeks = [
        ("2026-11-20T06:30:00Z", "Wed, 18 Nov 2026 08:00:00 GMT"),
        ("2026-11-27T06:30:00Z", "Wed, 25 Nov 2026 08:00:00 GMT"),
        ("2026-12-04T06:30:00Z", "Wed, 02 Dec 2026 08:00:00 GMT"),
    ];
    for (week, (now, date)) in weeks.iter().enumerate() {
        let open = row.origin.url(&format!("/open/{week}"));
        let closed = row.origin.url(&format!("/closed/{week}"));
        let feed = rss(
            "A feed",
            &[("A database that never forgets", &open, date), ("A compiler that never sleeps", &closed, date)],
        );
        row.origin.script("/closed/feed", [Reply::feed(feed)]);
        row.now = now.parse().expect("a moment");
        let command = row.command("run", &[]);
        let poll = row.poll_as(command);
        let targets = poll.targets();
        assert!(targets.contains(&"/closed/feed"), "{targets:?}");
        assert!(targets.contains(&format!("/open/{week}").as_str()), "{targets:?}");
        assert!(
            !targets.iter().any(|target| target.starts_with("/closed/") && *target != "/closed/feed"),
            "{targets:?}"
        );
        let page = targets.iter().position(|target| target.starts_with("/open/"));
        let rules = row.origin.asked().iter().position(|asked| asked.target == "/robots.txt");
        assert!(rules.is_some() && page.is_some(), "robots.txt is read before a page: {targets:?}");
        assert_eq!(poll.report["composed"].as_array().map(Vec::len), Some(1), "{}", poll.report);
    }
    let asked = row.origin.asked();
    let first = |start: &str| asked.iter().position(|asked| asked.target.starts_with(start)).expect("one");
    assert!(first("/robots.txt") < first("/open/"));
    row.shows(
        "robots.txt, then the open stories; a forbidden story is never asked for; the feed is, in each of 3 weeks",
    );
}

#[test]
fn row_47_a_hub_changes_nothing() {
    let mut row = Row::new(47, "names a WebSub hub, in its feed and in a `Link` field");
    let hub = row.origin.url("/hub");
    let own = row.origin.url("/feed");
    let links = format!(
        "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"{hub}\"/>\
         <atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"self\" href=\"{own}\"/>"
    );
    let body = entry("One").replace("</channel>", &format!("{links}</channel>"));
    let link = format!("Link: <{hub}>; rel=\"hub\", <{own}>; rel=\"self\"");
    let full = Reply::feed(body).with(&link);
    row.feeds(&["feed"]).origin.on_asked("/feed", unless(&["ETag: \"a\""], &full, &Reply::not_modified().with(&link)));
    row.now = START.parse().expect("a moment");
    row.poll();
    for _ in 0..3 {
        row.not_before("1h").one("/feed");
    }
    assert_eq!(row.origin.count("/hub"), 0);
    assert_eq!(row.origin.asked().len(), 4);
    row.shows(&format!("{}; {}, as any other; the hub is never asked", row.statuses("/feed"), row.times("/feed")));
}
