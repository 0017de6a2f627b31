//! A curator adds and pauses sources by command; everything else in feeds.toml stays as it is.

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};

const NOW: &str = "2026-11-20T07:00:00Z";
const KEPT: &str = "# Kept by hand.\r\n[topics.data]\r\nname = \"Data\"   # and bases\r\n\r\n[[feed]]\r\nurl = 'https://old.example/feed'";

fn feed(title: &str) -> Answer {
    Answer::feed(rss(title, &[("One entry", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT")]))
}

fn world() -> (App, Site) {
    let (app, site) = (App::new(), Site::start());
    app.settings("").write("feeds.toml", KEPT);
    site.set("/feed", feed("Notes on \"storage\""));
    site.set(
        "/blog",
        Answer::page(
            "<link rel=alternate type='application/rss+xml' href='/comments'><link rel=alternate type='application/rss+xml' href='/posts'>",
        ),
    );
    site.set("/comments", feed("Comments on the blog"));
    site.set("/posts", feed("The blog"));
    (app, site)
}

#[test]
fn a_feed_is_read_and_added_below_what_is_there() {
    let (app, site) = world();
    let url = site.url("/feed");
    let told = app.run(&["feeds", "add", &url, "--topics", "data", "--key", "notes", "--now", NOW]).exits(0).stdout;
    assert!(told.starts_with("added notes to feeds.toml: Notes on \"storage\", 1 entry\n"), "{told}");
    let text = app.read("feeds.toml");
    let added = text.strip_prefix(KEPT).expect("what was there stays");
    assert_eq!(
        added.replace("\r\n", "\n"),
        format!(
            "\n\n[[feed]]\nkey = \"notes\"\nurl = \"{url}\"\ntitle = \"Notes on \\\"storage\\\"\"\nsite = \"https://example.org/\"\ntopics = [\"data\"]\n"
        )
    );
    assert_eq!(added.matches("\r\n").count(), added.matches('\n').count(), "line ends as the file has them");
    assert!(app.run(&["feeds", "check"]).exits(0).stdout.contains("2 feeds"));
    let again = app.run(&["feeds", "add", &url]).exits(1).stderr;
    assert!(again.contains("listed already, as notes"), "{again}");
    assert_eq!(app.read("feeds.toml"), text);
}

#[test]
fn of_a_page_its_posts_are_added_and_a_catalogue_is_made_where_there_is_none() {
    let (app, site) = world();
    std::fs::remove_file(app.path("feeds.toml")).expect("the catalogue");
    let json = app.json(&["feeds", "add", &site.url("/blog"), "--title", "Blog", "--now", NOW]);
    assert_eq!(json["found"]["how"], "declared", "{json}");
    let text = app.read("feeds.toml");
    assert!(text.starts_with("[[feed]]\n") && text.contains("/posts\"\ntitle = \"Blog\"\n"), "{text}");
    assert!(app.run(&["feeds", "check"]).exits(0).stdout.contains("1 feed "));
}

#[test]
fn what_cannot_be_added_changes_nothing() {
    let (app, site) = world();
    let bare = Site::start();
    bare.set("/", Answer::page("<html><p>Nothing here</p></html>"));
    let (feed, empty) = (site.url("/feed"), bare.url("/"));
    for (command, words) in [
        (vec!["feeds", "add", &feed, "--topics", "datta"], "the catalogue has data"),
        (vec!["feeds", "add", &feed, "--key", "old-example-feed"], "another source"),
        (vec!["feeds", "add", &empty], "no feed was found"),
        (vec!["feeds", "add", "ftp://files.example/"], "not an address of the web"),
        (vec!["feeds", "pause", "nobody"], "feeds list"),
    ] {
        let told = app.run(&command).exits(1).stderr;
        assert!(told.contains(words), "{command:?}: {told}");
    }
    assert_eq!(app.read("feeds.toml"), KEPT);
    app.write("feeds.toml", "[[feed]]\nurl = 7\n");
    assert!(app.run(&["feeds", "add", &feed]).exits(2).stderr.contains("feeds.toml:2"));
    assert_eq!(app.read("feeds.toml"), "[[feed]]\nurl = 7\n");
}

#[test]
fn a_paused_source_is_asked_no_more() {
    let (app, site) = world();
    app.run(&["feeds", "add", &site.url("/feed"), "--key", "notes", "--now", NOW]).exits(0);
    app.run(&["feeds", "pause", "old-example-feed", "--why", "gardens\nnow"]).exits(0);
    assert!(app.read("feeds.toml").contains("paused = true  # gardens now"), "{}", app.read("feeds.toml"));
    let asked = app.json(&["fetch", "--now", NOW]);
    assert_eq!((&asked["requests"], &asked["ok"]), (&1.into(), &1.into()), "{asked}");
    let again = app.run(&["feeds", "pause", "old-example-feed"]).exits(1).stderr;
    assert!(again.contains("paused already"), "{again}");
}
