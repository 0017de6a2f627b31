//! Rows 27 and 28: feeds that are gone, or cannot be found.

use super::page::beside;
use super::row::{Row, entry, feed};
use crate::support::reply::{Body, Reply};

#[test]
fn row_27_after_a_410_nobody_asks_again() {
    let mut row = Row::new(27, "answers 410");
    row.feeds(&["feed"]).origin.script("/feed", [Reply::new("410 Gone")]);
    assert_eq!(row.poll().count("gone"), 1);
    row.after("1d");
    row.after("30d");
    row.now += super::row::span("300d");
    let forced = row.poll_with(&["--force"]);
    assert_eq!((forced.count("requests"), forced.count("skipped")), (0, 1));
    let listed = row.listed("feed");
    assert!(listed["health"].as_str().expect("words").contains("410"), "{listed}");
    let health = row.app.run(&["feeds", "health", "--now", &row.now.to_rfc3339()]).exits(0);
    assert!(health.stdout.contains("410"), "{}", health.stdout);
    let requests = row.origin.asked().len();
    beside("410: requests in all", &requests.to_string());
    row.shows(&format!(
        "{requests} request in 331 days, forced ones included; `feeds list` and `feeds health` say why"
    ));
}

#[test]
fn a_410_of_an_adopted_address_leads_back_to_the_listed_one() {
    let mut row = Row::new(27, "answers 410 at the address that a redirect led to");
    let new = row.host(2);
    row.feeds(&["old"]).origin.script("/old", [Reply::to("301 Moved Permanently", &new.url("/feed"))]);
    let kept = Reply::not_modified();
    let full = Reply::feed(entry("One")).with("ETag: \"a\"");
    new.script("/feed", [full, kept.clone(), kept.clone(), kept, Reply::new("410 Gone")]);
    for _ in 0..4 {
        row.after("2h");
    }
    assert_eq!((row.origin.count("/old"), new.count("/feed")), (3, 4), "the new address is asked alone");
    row.after("2h");
    assert_eq!(row.listed("old")["state"], "failing", "that address is gone, and not the source");
    row.origin.script("/old", [Reply::feed(entry("Two"))]);
    row.after("3h");
    assert_eq!((row.origin.count("/old"), new.count("/feed")), (4, 5));
    assert_eq!((row.listed("old")["state"].as_str(), row.titles().len()), (Some("well"), 2));
}

fn page(links: &str) -> Reply {
    let html =
        format!("<!doctype html><html><head><title>A site</title>{links}</head><body><p>Hello</p></body></html>");
    Reply::new("200 OK").with("Content-Type: text/html").body(Body::Whole(html.into_bytes()))
}

#[test]
fn row_28_a_lost_feed_is_looked_for_on_its_site_once_a_week() {
    let mut row = Row::new(28, "answers 404 for days, while the site's page names a new address");
    let (silent, blank) = (row.host(2), row.host(3));
    let old = row.origin.url("/old.xml");
    row.app.write(
        "feeds.toml",
        &[
            feed("moved", &old, &format!("site = \"{}\"", row.origin.url("/"))),
            // Its site has no other feed; and one whose site nobody named.
            feed("ended", &silent.url("/feed.xml"), &format!("site = \"{}\"", silent.url("/"))),
            feed("unknown", &blank.url("/feed.xml"), ""),
        ]
        .concat(),
    );
    row.origin.script("/", [page("<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/new.xml\">")]);
    row.origin.script("/new.xml", [Reply::feed(entry("One")).with("ETag: \"new\"")]);
    row.origin.script("/old.xml", [Reply::feed(entry("One")), Reply::new("404 Not Found")]);
    for host in [&silent, &blank] {
        host.script("/", [page("")]);
        host.script("/feed.xml", [Reply::feed(entry("One")), Reply::new("404 Not Found")]);
    }
    row.poll();
    let others = |asked: &[crate::support::origin::Asked], feed: &str| {
        asked.iter().filter(|asked| asked.target != feed).map(|asked| asked.target.clone()).collect::<Vec<_>>()
    };
    for _ in 1..=3 {
        // The first failures are one, two and three days old at most.
        assert_eq!(row.after("25h").targets(), ["/old.xml"]);
    }
    assert_eq!(others(&silent.asked(), "/feed.xml"), [""; 0]);

    // More than three days after the first 404.
    let found = row.after("25h");
    let found = others(&found.asked, "/old.xml");
    assert!(found.contains(&"/robots.txt".to_owned()) && found.contains(&"/".to_owned()), "{found:?}");
    assert!(found.contains(&"/new.xml".to_owned()) && found.len() <= 6, "{found:?}");
    for _ in 0..2 {
        assert_eq!(row.after("25h").targets(), ["/new.xml"]);
    }
    let patch = row.app.run(&["feeds", "health", "--patch", "--now", &row.now.to_rfc3339()]).exits(0).stdout;
    assert!(patch.contains(&format!("-url = \"{old}\"")), "{patch}");
    assert!(patch.contains(&format!("+url = \"{}\"", row.origin.url("/new.xml"))), "{patch}");

    let probed = others(&silent.asked(), "/feed.xml");
    assert!(probed.contains(&"/".to_owned()) && (2..=6).contains(&probed.len()), "{probed:?}");
    row.after("3d");
    assert_eq!(others(&silent.asked(), "/feed.xml").len(), probed.len(), "once a week");
    row.after("7d");
    row.after("7d");
    let again = others(&silent.asked(), "/feed.xml").len();
    assert!(again > probed.len() && again <= 3 * probed.len(), "again after a week");
    assert!(others(&blank.asked(), "/feed.xml").len() <= 3 * 6, "few, whether a site is named or not");
    row.shows(
        "backs off; after 3 days robots.txt, the site's page and at most 4 addresses, once a week; the found address is \
         asked from then on, and proposed by `feeds health --patch`",
    );
}
