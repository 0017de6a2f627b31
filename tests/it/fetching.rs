//! Fetching as an operator sees it: what comes in, and that a second time nothing does.

use std::net::Ipv4Addr;

use crate::support::app::App;
use crate::support::shared::{left_out, shared};
use crate::support::site::{Answer, Site, rss};

const MONDAY: &str = "2026-11-16T07:00:00Z";

/// What is stored, through the database itself; a row that is written again stands elsewhere.
fn fingerprints(app: &App) -> (usize, String) {
    let place = if app.database().is_file() { "rowid" } else { "ctid" };
    let sql = format!("select cast({place} as text) || ' ' || id || ' ' || item from items order by id");
    let rows = app.database().strings(&sql);
    (rows.len(), bellwether::model::id::content_hash(&[&rows.join("\n")]))
}

#[test]
fn real_files_each_on_an_address_of_its_own_are_fetched_stored_and_composed() {
    let check = "200 real feed files, each on an address of its own";
    let Some(folder) = shared("data/feeds/files", check) else { return };
    let site = Site::start();
    let mut files: Vec<_> = walk(&folder);
    files.sort();
    let step = (files.len() / 200).max(1);
    let mut catalogue = String::new();
    let mut count = 0;
    for (n, file) in files.iter().step_by(step).take(200).enumerate() {
        let address =
            Ipv4Addr::new(127, 1, u8::try_from(n / 200).expect("small"), u8::try_from(n % 200 + 1).expect("small"));
        let Ok(base) = site.also_on(address) else {
            left_out(&format!("{check}: this system has only one loopback address"));
            return;
        };
        let mut answer = Answer::feed(std::fs::read(file).expect("a file"));
        answer.etag = Some(format!("\"{n}\""));
        site.set(&format!("/{n}"), answer);
        catalogue.push_str(&format!("[[feed]]\nkey = \"feed-{n}\"\nurl = \"{base}/{n}\"\nowner = \"owner-{n}\"\n"));
        count += 1;
    }
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue);
    // These feeds are twenty years old: in their own time they are news.
    let first = app.json(&["run", "--now", "2003-08-08T07:30:00Z"]);
    assert_eq!(first["composed"], serde_json::json!(["weekly/2003-W32"]), "{first}");
    let fetch = &first["fetch"];
    assert_eq!(fetch["feeds"], count);
    let (ok, failed) = (fetch["ok"].as_i64().expect("ok"), fetch["failed"].as_i64().expect("failed"));
    assert_eq!(ok + failed, count, "{first}");
    assert_eq!(
        fetch["failures"].as_object().expect("failures").keys().filter(|class| *class != "unreadable").count(),
        0,
        "{first}"
    );
    let (items, before) = fingerprints(&app);
    assert_eq!(fetch["items_new"], items);
    println!("{ok} of {count} read, {items} items");
    assert!(ok >= count * 3 / 4 && items >= 80, "{first}");
    site.statuses();
    let second = app.json(&["fetch", "--now", "2003-09-20T06:30:00Z"]);
    let readable = usize::try_from(ok).expect("a count");
    let statuses = site.statuses();
    assert_eq!(statuses.iter().filter(|status| **status == 304).count(), readable, "{second}");
    assert_eq!(second["not_modified"], ok);
    assert_eq!(second["items_new"], 0);
    assert_eq!(second["items_updated"], 0);
    assert_eq!(fingerprints(&app), (items, before), "no item row was touched");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { out.extend(walk(&path)) } else { out.push(path) }
    }
    out
}

#[test]
fn an_edited_title_updates_the_item_and_is_never_news_again() {
    let site = Site::start();
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    let date = "Sun, 15 Nov 2026 08:00:00 GMT";
    site.set("/feed", Answer::feed(rss("A", &[("A headline with a tpyo", "https://a.example/1", date)])));
    assert_eq!(app.json(&["fetch", "--now", MONDAY])["items_new"], 1);
    site.set("/feed", Answer::feed(rss("A", &[("A headline without a typo", "https://a.example/1", date)])));
    let second = app.json(&["fetch", "--now", "2026-11-18T09:00:00Z"]);
    assert_eq!((&second["items_new"], &second["items_updated"]), (&0.into(), &1.into()));
    assert!(app.run(&["digest", "--now", "2026-11-18T10:00:00Z"]).exits(0).stdout.contains("without a typo"));
}

#[test]
fn what_a_feed_repeats_is_known_until_it_is_edited_or_the_catalogue_is() {
    let site = Site::start();
    let app = App::new();
    let catalogue = |more: &str| {
        let topics = "[topics.web]\nname = \"Web\"\naliases = [\"browser\"]\n\n";
        format!("{topics}[[feed]]\nkey = \"feed\"\nurl = \"{}\"\n{more}", site.url("/feed"))
    };
    let titles = |titles: &[&str]| {
        let links: Vec<String> = (0..titles.len()).map(|n| format!("https://a.example/{n}")).collect();
        let dated = "Sun, 15 Nov 2026 08:00:00 GMT";
        let items: Vec<_> = titles.iter().zip(&links).map(|(title, link)| (*title, link.as_str(), dated)).collect();
        Answer { etag: Some(format!("\"{}\"", titles.len())), ..Answer::feed(rss("A feed", &items)) }
    };
    app.settings("").write("feeds.toml", &catalogue(""));
    let counts = |hour: u32| {
        let report = app.json(&["fetch", "--now", &format!("2026-11-16T{hour:02}:00:00Z")]);
        ["items_seen", "items_new", "items_updated"].map(|count| report[count].as_u64().expect("a count"))
    };
    site.set("/feed", titles(&["A browser", "A cache"]));
    assert_eq!(counts(7), [2, 2, 0]);
    site.set("/feed", titles(&["A browser", "A cache", "A planner"]));
    assert_eq!(counts(9), [3, 1, 0]);
    site.set("/feed", titles(&["A browser", "A faster cache", "A planner", ""]));
    assert_eq!(counts(11), [4, 1, 1]);
    let (rows, before) = fingerprints(&app);
    // What left the feed comes back.
    for (hour, all) in [(13, &["A browser"][..]), (15, &["A browser", "A faster cache", "A planner"])] {
        site.set("/feed", titles(all));
        assert_eq!(counts(hour), [all.len() as u64, 0, 0]);
    }
    assert_eq!(fingerprints(&app), (rows, before));
    // Other settings make other items of the same words.
    app.write("feeds.toml", &catalogue("level = \"introductory\"\n"));
    site.set("/feed", Answer { etag: Some("\"again\"".into()), ..titles(&["A browser", "A faster cache"]) });
    assert_eq!(counts(17), [2, 0, 2]);
}

#[test]
fn what_is_not_due_is_not_asked_for() {
    let site = Site::start();
    site.set("/feed", Answer::feed(rss("A", &[])));
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["fetch", "--now", MONDAY]).exits(0);
    let again = app.json(&["fetch", "--now", "2026-11-16T07:10:00Z"]);
    assert_eq!((&again["skipped"], &again["requests"]), (&1.into(), &0.into()));
    assert_eq!(site.statuses().len(), 1);
    let forced = app.json(&["fetch", "--force", "--now", "2026-11-16T07:10:00Z"]);
    assert_eq!(forced["requests"], 1);
}

#[test]
fn a_private_address_is_refused_unless_it_is_allowed() {
    let site = Site::start();
    site.set("/feed", Answer::feed(rss("A", &[])));
    let app = App::new();
    app.write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    let report = app.json(&["fetch", "--now", MONDAY]);
    assert_eq!(report["failures"]["blocked"], 1);
    assert!(site.statuses().is_empty(), "no connection was made");
    let allowed = app.json(&["fetch", "--force", "--allow-net", "127.0.0.0/8", "--now", "2026-11-17T07:00:00Z"]);
    assert_eq!(allowed["ok"], 1);
}

#[test]
fn an_old_entry_is_never_news() {
    let site = Site::start();
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    let old = ("Something from the spring about caches", "https://a.example/old", "Sun, 15 Mar 2026 08:00:00 GMT");
    let new = ("Something from this week about caches", "https://a.example/new", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[old, new])));
    app.run(&["run", "--now", "2026-11-20T06:30:00Z"]).exits(0);
    let edition = app.read("out/2026-W47.json");
    assert!(edition.contains("this week about caches") && !edition.contains("from the spring"), "{edition}");
}

#[test]
fn a_feed_can_be_looked_at_without_storing_anything() {
    let site = Site::start();
    site.set(
        "/feed",
        Answer::feed(rss("A plain feed", &[("One entry", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT")])),
    );
    let app = App::new();
    app.settings("").write("feeds.toml", "");
    let ran = app.run(&["feeds", "check", &site.url("/feed")]).exits(0);
    assert!(ran.stdout.contains("A plain feed — 1 entry") && ran.stdout.contains("One entry"), "{}", ran.stdout);
    assert!(!app.path("bellwether.db").exists());
}
