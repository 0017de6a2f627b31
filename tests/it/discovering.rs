//! Finding feeds: for a curator who names a page, and for a source that is lost.

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};

const WEDNESDAY: &str = "Wed, 18 Nov 2026 08:00:00 GMT";

fn feed(title: &str) -> Answer {
    Answer::feed(rss(title, &[("One entry of it", "https://a.example/1", WEDNESDAY)]))
}

fn start() -> (App, Site) {
    let (app, site) = (App::new(), Site::start());
    app.settings("").write("feeds.toml", "");
    (app, site)
}

fn discover(app: &App, url: &str) -> crate::support::app::Ran {
    app.run(&["feeds", "discover", url, "--now", "2026-11-20T07:00:00Z"])
}

#[test]
fn what_a_page_links_to_is_read_and_ready_to_paste() {
    let (app, site) = start();
    site.set(
        "/blog",
        Answer::page(
            "<html lang=de><head><link rel=alternate type='application/rss+xml' href='/comments/feed' title='Comments'>\
             <link rel=alternate type='application/rss+xml' href='feed/all'>\
             <link rel=alternate type='application/atom+xml' href='/lost'></head><a href='/tag/x.rss'>x</a></html>",
        ),
    );
    site.set("/comments/feed", feed("What readers say"));
    site.set("/feed/all", feed("A \"plain\" feed"));
    let ran = discover(&app, &site.url("/blog")).exits(0);
    insta::assert_snapshot!(ran.stdout.replace(&site.url(""), "https://site.example"));
    assert_eq!(site.paths(), ["/robots.txt", "/blog", "/feed/all", "/lost", "/comments/feed"]);
    app.write("feeds.toml", &ran.stdout);
    assert!(app.run(&["feeds", "check"]).exits(0).stdout.contains("2 feeds"));
    let again = discover(&app, &site.url("/blog")).exits(0).stdout;
    assert!(again.contains("is listed already, as ") && !again.contains("[[feed]]"), "{again}");
    let json = app.json(&["feeds", "discover", &site.url("/blog")]);
    assert_eq!((&json["feeds"][0]["how"], &json["feeds"][1]["comments"]), (&"declared".into(), &true.into()), "{json}");
    assert_eq!(json["tried"][0]["why"], "the server answered 404");
    assert!(!app.path("bellwether.db").exists(), "nothing is stored");
}

#[test]
fn the_usual_places_are_tried_with_few_requests() {
    let (app, site) = start();
    site.set("/", Answer::page("<title>Nothing to see</title>"));
    let none = discover(&app, &site.url("/")).exits(1);
    assert!(none.stdout.is_empty() && none.stderr.contains("no feed was found"), "{none:?}");
    let usual = ["/robots.txt", "/", "/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json"];
    assert_eq!(site.paths(), usual);
    site.set("/rss.xml", feed("Found"));
    let found = discover(&app, &site.url("/")).exits(0).stdout;
    assert!(found.contains("/rss.xml\"") && found.contains("found where feeds usually are"), "{found}");
    assert_eq!(site.paths(), usual[..5], "and no further");
}

#[test]
fn an_address_that_is_a_feed_needs_no_search() {
    let (app, site) = start();
    site.set("/strange", feed("It is one"));
    let found = discover(&app, &site.url("/strange")).exits(0).stdout;
    assert!(found.contains("title = \"It is one\"") && found.contains("the address itself"), "{found}");
    assert_eq!(site.paths(), ["/robots.txt", "/strange"]);
}

#[test]
fn what_robots_txt_forbids_is_neither_looked_at_nor_guessed() {
    let (app, site) = start();
    site.set("/robots.txt", Answer::page("User-agent: *\nDisallow: /\n"));
    site.set("/feed", feed("Hidden"));
    let none = discover(&app, &site.url("/")).exits(1);
    assert!(none.stderr.contains("robots.txt"), "{}", none.stderr);
    assert_eq!(site.paths(), ["/robots.txt"]);
}

#[test]
fn what_a_page_declares_is_asked_for_only_where_robots_txt_allows_it() {
    let (app, site) = start();
    site.set("/robots.txt", Answer::page("User-agent: *\nDisallow: /private\n"));
    let links = "<link rel=alternate type='application/rss+xml' href='/private/feed'>\
                 <link rel=alternate type='application/rss+xml' href='/open.rss'>";
    site.set("/", Answer::page(links));
    site.set("/open.rss", feed("Open"));
    site.set("/private/feed", feed("Private"));
    let json = app.json(&["feeds", "discover", &site.url("/")]);
    assert_eq!(site.paths(), ["/robots.txt", "/", "/open.rss"]);
    assert!(json["tried"][0]["why"].as_str().is_some_and(|why| why.contains("once it is listed")), "{json}");
    assert_eq!((&json["requests"], &json["probes"]), (&3.into(), &1.into()), "{json}");
    assert!(json["bytes_wire"].as_u64().is_some_and(|bytes| bytes > 100), "{json}");
}

#[test]
fn who_is_told_to_wait_asks_no_further() {
    let (app, site) = start();
    site.set("/", Answer::status(429));
    let none = discover(&app, &site.url("/")).exits(1);
    assert!(none.stderr.contains("asks to wait"), "{}", none.stderr);
    assert_eq!(site.paths(), ["/robots.txt", "/"]);
}

#[test]
fn a_calendar_is_told_from_a_feed() {
    let (app, site) = start();
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Meetups\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T180000Z\r\n\
                    SUMMARY:Meetup\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    site.set("/meet.ics", Answer { content_type: "text/calendar".into(), ..Answer::page(calendar) });
    let now = "2026-11-20T07:00:00Z";
    let check = app.run(&["feeds", "check", &site.url("/meet.ics"), "--now", now]).exits(1);
    assert!(check.stderr.contains("it is a calendar, not a feed") && check.stdout.contains("Meetup"), "{check:?}");
    let found = discover(&app, &site.url("/meet.ics")).exits(0).stdout;
    assert!(found.contains("# 1 event") && found.contains("[[events]]\nkind = \"ics\"\nurl = "), "{found}");
    assert!(found.contains("name = \"Meetups\""), "{found}");
    site.set("/", Answer::page("<link rel=alternate type=text/calendar href=/meet.ics>"));
    let declared = discover(&app, &site.url("/")).exits(0).stdout;
    assert!(declared.contains("the page declares it") && declared.contains("kind = \"ics\""), "{declared}");
    app.write("feeds.toml", &found);
    assert!(app.run(&["feeds", "check"]).exits(0).stdout.contains("1 event source"));
}

#[test]
fn a_check_of_a_page_shows_the_feeds_that_it_links_to() {
    let (app, site) = start();
    site.set(
        "/",
        Answer::page("<html><link rel=alternate type='application/rss+xml' title='All' href='/all.rss'></html>"),
    );
    site.set("/all.rss", feed("Everything"));
    let page = app.run(&["feeds", "check", &site.url("/")]).exits(1);
    assert!(page.stdout.contains("A web page, not a feed"), "{}", page.stdout);
    assert!(page.stdout.contains("/all.rss (Everything)") && page.stdout.contains("feeds discover"), "{}", page.stdout);
    assert_eq!(site.paths(), ["/", "/robots.txt", "/", "/all.rss"]);
    let json = app.json(&["feeds", "check", &site.url("/")]);
    assert!(json["page"]["feeds"][0]["url"].as_str().is_some_and(|url| url.ends_with("/all.rss")), "{json}");
}

#[test]
fn a_check_tells_the_way_there_and_what_is_wrong() {
    let (app, site) = start();
    let items = "<item><title>One &nbsp; R&D entry</title></item>\
                 <item><title>Ferrow 5.2 released</title><link>https://a.example/2</link>\
                 <pubDate>Wed, 18 Nov 2026 08:00:00 GMT</pubDate><description>The planner of Ferrow, a database, learns \
                 from the queries that it has seen. Indexes that nobody reads are dropped after a month.</description></item>\
                 <item><title>We are hiring a site reliability engineer</title><link>https://a.example/3</link>\
                 <pubDate>Tue, 17 Nov 2026 08:00:00 GMT</pubDate></item>";
    let text =
        format!("<rss><channel><title>A feed</title><language>en</language><ttl>120</ttl>{items}</channel></rss>");
    site.set("/feed", Answer { etag: Some("W/\"x\"".into()), ..Answer::feed(text) });
    site.set("/old", Answer::redirect(301, "/older"));
    site.set("/older", Answer::redirect(302, "/feed"));
    let ran = app.run(&["feeds", "check", &site.url("/old"), "--now", "2026-11-20T07:00:00Z"]).exits(0);
    insta::assert_snapshot!(ran.stdout.replace(&site.url(""), "https://site.example"));
    let json = app.json(&["feeds", "check", &site.url("/old")]);
    assert_eq!((&json["redirects"][1]["status"], &json["ttl_minutes"]), (&302.into(), &120.into()), "{json}");
    assert_eq!(json["feed"]["reading"]["entries"], 3);
    assert_eq!(json["feed"]["items"][1]["kind"], "release", "{json}");
    site.set("/feed", Answer::status(410));
    assert!(app.run(&["feeds", "check", &site.url("/feed")]).exits(1).stderr.contains("410"));
}

/// A site whose feed was renamed, and a neighbour whose feed is well.
fn lost() -> (App, Site) {
    let (app, site) = (App::new(), Site::start());
    let catalogue = format!(
        "[[feed]]\nkey = \"lost\"\nurl = \"{0}/feed.php\"\nsite = \"{0}/blog/\"\n\n[[feed]]\nkey = \"well\"\nurl = \"{0}/well\"\n",
        site.url("")
    );
    app.settings("").write("feeds.toml", &catalogue);
    site.set("/feed.php", Answer { etag: Some("\"o\"".into()), ..feed("Ours") });
    site.set("/well", Answer { etag: Some("\"w\"".into()), ..feed("Well") });
    app.run(&["fetch", "--now", "2026-11-01T07:00:00Z"]).exits(0);
    site.set("/feed.php", Answer::status(404));
    site.set(
        "/blog/",
        Answer::page(
            "<link rel=alternate type='application/rss+xml' href='/comments/feed' title=Comments>\
         <link rel=alternate type='application/rss+xml' href='/gone.xml'>\
         <link rel=alternate type='application/rss+xml' href='/well'>\
         <link rel=alternate type='application/rss+xml' href='/2026/feed'>",
        ),
    );
    site.set("/comments/feed", feed("Comments"));
    site.paths();
    (app, site)
}

fn fetch(app: &App, hour: &str) -> serde_json::Value {
    app.json(&["fetch", "--now", &format!("2026-11-{hour}:00:00Z")])
}

#[test]
fn row_28_a_feed_that_is_lost_for_days_is_found_again_from_its_site() {
    let (app, site) = lost();
    site.set("/2026/feed", feed("Ours again"));
    for day in ["02", "03", "04"] {
        assert_eq!(fetch(&app, &format!("{day}T07"))["searched"], 0, "a mistake is mended sooner");
    }
    let report = fetch(&app, "05T08");
    assert_eq!((&report["searched"], &report["found"]), (&1.into(), &1.into()), "{report}");
    let asked = site.paths();
    let (polls, search) = asked.split_at(asked.len() - 4);
    assert_eq!(search, ["/robots.txt", "/blog/", "/gone.xml", "/2026/feed"], "after the others, and no address twice");
    assert!(
        polls.ends_with(&["/feed.php".into(), "/well".into()])
            || polls.ends_with(&["/well".into(), "/feed.php".into()])
    );
    let told = app.run(&["feeds", "health", "--now", "2026-11-05T09:00:00Z"]).exits(0).stdout;
    assert!(told.contains("moved") && told.contains("/2026/feed was found on its site"), "{told}");
    // From then on it is asked, and what it brings is the old source's.
    assert_eq!(fetch(&app, "06T07")["failed"], 0);
    assert!(site.paths().contains(&"/2026/feed".to_owned()));
    let patch = app.run(&["feeds", "health", "--patch"]).exits(0).stdout;
    assert!(patch.contains(&format!("+url = \"{}\"", site.url("/2026/feed"))), "{patch}");
    // Where it is lost as well, the curator's address is asked again.
    site.set("/2026/feed", Answer::status(404));
    for (day, asked) in [("08", "/2026/feed"), ("09", "/feed.php")] {
        fetch(&app, &format!("{day}T07"));
        assert!(site.paths().contains(&asked.to_owned()), "on day {day}");
    }
}

#[test]
fn row_28_a_site_is_searched_once_a_week_with_few_requests() {
    let (app, site) = lost();
    let mut searches = Vec::new();
    for day in 2..30 {
        let report = fetch(&app, &format!("{day:02}T07"));
        assert_eq!((&report["found"], &report["failures"]["internal"]), (&0.into(), &serde_json::Value::Null));
        let paths = site.paths();
        if report["searched"] == 1 {
            searches.push(day);
            let polled = ["/feed.php", "/well", "/robots.txt", "/blog/"];
            let probes = paths.iter().filter(|path| !polled.contains(&path.as_str())).count();
            assert!(probes <= 4, "{paths:?}");
        } else {
            assert!(!paths.contains(&"/blog/".to_owned()), "{paths:?}");
        }
    }
    assert!((2..=4).contains(&searches.len()) && searches[0] >= 5, "{searches:?}");
    assert!(searches.windows(2).all(|pair| pair[1] - pair[0] >= 7), "{searches:?}");
    let told = app.run(&["feeds", "health", "lost", "--now", "2026-11-30T08:00:00Z"]).exits(0).stdout;
    assert!(told.contains("its site was searched on 2026-11-"), "{told}");
}

#[test]
fn row_28_where_no_site_is_named_only_a_feed_with_known_entries_is_the_lost_one() {
    let (app, site) = (App::new(), Site::start());
    app.settings("")
        .write("feeds.toml", &format!("[[feed]]\nkey = \"lost\"\nurl = \"{}\"\n", site.url("/who/feed.php")));
    site.set("/who/feed.php", Answer { etag: Some("\"o\"".into()), ..feed("Ours") });
    fetch(&app, "01T07");
    site.set("/who/feed.php", Answer::status(404));
    site.set("/", Answer::page("<html><link rel=alternate type='application/rss+xml' href='/news.rss'></html>"));
    site.set("/news.rss", Answer::feed(rss("Of the host", &[("Another's entry", "https://b.example/1", WEDNESDAY)])));
    fetch(&app, "02T07");
    let report = fetch(&app, "06T07");
    assert_eq!((&report["searched"], &report["found"]), (&1.into(), &0.into()), "{report}");
    site.set("/news.rss", feed("Ours under a new roof"));
    let report = fetch(&app, "20T07");
    assert_eq!((&report["searched"], &report["found"]), (&1.into(), &1.into()), "{report}");
}

#[test]
fn row_28_two_lost_feeds_of_one_site_are_not_mistaken_for_each_other() {
    let (app, site) = (App::new(), Site::start());
    let entry = |name: &str| {
        let link = format!("{}/{name}/1", site.url("/"));
        let text = rss(name, &[("What it told first", &link, WEDNESDAY)]);
        Answer { etag: Some(format!("\"{name}\"")), ..Answer::feed(text) }
    };
    let listed = ["news", "blog"]
        .map(|name| format!("[[feed]]\nkey = \"{name}\"\nurl = \"{0}/{name}\"\nsite = \"{0}/\"\n", site.url("")));
    app.settings("").write("feeds.toml", &listed.concat());
    site.set("/news", entry("news"));
    site.set("/blog", entry("blog"));
    fetch(&app, "01T07");
    site.set("/news", Answer::status(404));
    site.set("/blog", Answer::status(404));
    let link = |to: &str| format!("<link rel=alternate type='application/rss+xml' href='{to}'>");
    site.set("/", Answer::page(format!("<html>{}{}</html>", link("/2/blog"), link("/2/news"))));
    site.set("/2/blog", entry("blog"));
    site.set("/2/news", entry("news"));
    fetch(&app, "02T08");
    site.paths();
    let report = fetch(&app, "06T07");
    assert_eq!((&report["searched"], &report["found"]), (&2.into(), &2.into()), "{report}");
    assert_eq!(site.paths().iter().filter(|path| *path == "/").count(), 1, "one search for both");
    for name in ["news", "blog"] {
        let asked_at = app.json(&["feeds", "health", name])["sources"][0]["asked_at"].clone();
        assert_eq!(asked_at, site.url(&format!("/2/{name}")));
    }
}
