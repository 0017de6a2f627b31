//! `run`, the cron line: with a network, without one, with half of one, and twice in a row.

use std::process::Command;

use crate::support::app::App;
use crate::support::shared::left_out;
use crate::support::site::{Answer, Silent, Site, rss};

const FRIDAY: &str = "2026-11-20T07:30:00Z";
const LATER: &str = "2026-11-20T09:00:00Z";

fn catalogue(urls: &[String]) -> String {
    let feeds: String = urls
        .iter()
        .enumerate()
        .map(|(n, url)| {
            format!("[[feed]]\nurl = \"{url}\"\nkey = \"feed-{n}\"\nowner = \"owner-{n}\"\ntopics = [\"web\"]\n")
        })
        .collect();
    format!("[topics.web]\nname = \"Web\"\naliases = [\"browser\"]\n{feeds}")
}

fn feed(n: usize) -> Answer {
    let link = format!("https://blog-{n}.example/post");
    let title = format!("Release {n} of the browser engine number {n} makes layout faster");
    Answer::feed(rss("Blog", &[(&title, &link, "Wed, 18 Nov 2026 08:00:00 GMT")]))
}

/// The shipped catalogue in a network namespace that has nothing but an unconfigured loopback.
#[test]
fn without_a_network_nothing_is_composed_and_one_sentence_says_so() {
    let namespace = |command: &mut Command| command.output().ok().filter(|out| out.status.success());
    if namespace(Command::new("unshare").args(["-rn", "true"])).is_none() {
        left_out("the shipped catalogue without a network: this system gives no network namespace (unshare -rn)");
        return;
    }
    let app = App::new();
    app.run(&["migrate"]).exits(0);
    let out = Command::new("unshare")
        .args(["-rn", env!("CARGO_BIN_EXE_bellwether"), "run", "--feeds"])
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml"), "--now", FRIDAY])
        .current_dir(app.dir())
        .output()
        .expect("unshare runs");
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("could be reached") && stderr.contains("network"), "{stderr}");
    let shown =
        app.run(&["digest", "--week", "2026-W47", "--feeds", concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml")]);
    assert!(shown.exits(1).stderr.contains("there is none yet"));
}

#[test]
fn an_unreachable_network_loses_nothing() {
    let site = Site::start();
    site.set("/feed", feed(1));
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&["http://127.0.0.1:1/feed".to_owned()]));
    app.run(&["migrate"]).exits(0);
    let ran = app.run(&["run", "--quiet", "--now", FRIDAY]).exits(1);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    // The next run, with a network, composes what this one could not.
    app.write("feeds.toml", &catalogue(&[site.url("/feed")]));
    let report = app.json(&["run", "--now", LATER]);
    assert_eq!(report["composed"], serde_json::json!(["weekly/2026-W47"]));
}

#[test]
fn an_edition_is_composed_from_what_is_stored_when_the_network_fails_later() {
    let site = Site::start();
    site.set("/feed", feed(1));
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&[site.url("/feed")]));
    app.run(&["fetch", "--now", "2026-11-19T07:00:00Z"]).exits(0);
    drop(site);
    let report = app.json(&["run", "--now", FRIDAY]);
    assert_eq!(report["fetch"]["failed"], 1);
    assert_eq!(report["composed"], serde_json::json!(["weekly/2026-W47"]));
}

#[test]
fn with_half_of_the_feeds_failing_there_is_an_edition_and_health_tells() {
    let site = Site::start();
    let mut urls = Vec::new();
    for n in 0..10 {
        site.set(&format!("/{n}"), if n % 2 == 0 { feed(n) } else { Answer::status(500) });
        urls.push(site.url(&format!("/{n}")));
    }
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&urls));
    let ran = app.run(&["run", "--now", FRIDAY]).exits(0);
    assert!(ran.stdout.contains("http_500 5") && ran.stdout.contains("composed weekly/2026-W47"), "{}", ran.stdout);
    let edition: serde_json::Value = serde_json::from_str(&app.read("out/2026-W47.json")).expect("JSON");
    assert_eq!(edition["read"]["items"], 5);
    let listed = app.run(&["feeds", "list"]).exits(0).stdout;
    assert_eq!(listed.lines().filter(|line| line.ends_with("failing: the server answered 500")).count(), 5, "{listed}");
    assert_eq!(listed.lines().filter(|line| line.ends_with("well")).count(), 5, "{listed}");
}

#[test]
fn an_outage_of_our_own_is_told_once_a_day_and_blames_no_source() {
    let site = Site::start();
    site.set("/feed", Answer { etag: Some("\"a\"".into()), ..feed(1) });
    let app = App::new();
    // Nobody listens at port 1.
    let silent: Vec<String> = (2..6).map(|n| format!("http://127.0.0.{n}:1/feed")).collect();
    app.settings("").write("feeds.toml", &catalogue(&silent));
    let fetch = |now: &str| app.run(&["fetch", "--quiet", "--now", now]).exits(0).stderr;
    app.run(&["migrate"]).exits(0);
    let first = fetch("2026-11-20T07:00:00Z");
    assert!(first.contains("no source can be reached since 2026-11-20 07:00 UTC (4 connect)"), "{first}");
    assert_eq!(first.lines().count(), 1, "{first}");
    for hour in ["09", "11", "13"] {
        assert_eq!(fetch(&format!("2026-11-20T{hour}:00:00Z")), "", "cron is not told every hour");
    }
    let told = fetch("2026-11-21T08:00:00Z");
    assert!(told.contains("since 2026-11-20 07:00 UTC"), "{told}");
    let listed = app.json(&["feeds", "list"]);
    let sources = listed["sources"].as_array().expect("sources");
    assert!(sources.iter().all(|source| source["failures"] == 0 && source["state"] == "new"), "{listed}");

    // When one answers, the silence of the others is their own.
    app.write("feeds.toml", &catalogue(&[silent, vec![site.url("/feed")]].concat()));
    let report = app.json(&["fetch", "--now", "2026-11-21T12:00:00Z"]);
    assert_eq!(
        (&report["failed"], &report["ok"], &report["outage_since"]),
        (&4.into(), &1.into(), &serde_json::Value::Null)
    );
    let listed = app.json(&["feeds", "list"]);
    let failing = listed["sources"].as_array().expect("sources").iter().filter(|source| source["failures"] == 1);
    assert_eq!(failing.count(), 4, "{listed}");
}

#[test]
fn a_second_run_composes_and_fetches_nothing_again() {
    let site = Site::start();
    site.set("/feed", feed(1));
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&[site.url("/feed")]));
    app.run(&["run", "--now", FRIDAY]).exits(0);
    let report = app.json(&["run", "--now", "2026-11-20T07:31:00Z"]);
    assert_eq!(report["composed"], serde_json::json!([]));
    assert_eq!(report["fetch"]["skipped"], 1);
    assert_eq!(site.statuses().len(), 1);
}

#[test]
fn a_run_beside_another_leaves_everything_to_it() {
    let silent = Silent::start();
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&[silent.url("/feed")]));
    let mut first = app.command(&["run", "--now", FRIDAY]).spawn().expect("the binary starts");
    let _unanswered = silent.wait();
    app.write("feeds.toml", "");
    let ran = app.run(&["run", "--now", FRIDAY]).exits(4);
    assert!(ran.stderr.contains("another run"), "{}", ran.stderr);
    first.kill().expect("SIGKILL");
    first.wait().expect("it has ended");
    // PostgreSQL may take a moment to see that the other end is dead.
    let after = std::iter::repeat_with(|| app.run(&["run", "--now", FRIDAY])).take(100).find(|ran| ran.code != 4);
    after.expect("the lock is free").exits(0);
}

#[test]
fn subscribers_without_a_mail_server_are_told_of_and_kept_waiting() {
    let site = Site::start();
    site.set("/feed", feed(1));
    let app = App::new();
    app.settings("").write("feeds.toml", &catalogue(&[site.url("/feed")]));
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    let ran = app.run(&["run", "--now", FRIDAY]).exits(3);
    assert!(ran.stderr.contains("no mail server is set"), "{}", ran.stderr);
    for extension in ["html", "txt", "md", "json", "eml"] {
        assert!(app.path(&format!("out/2026-W47.{extension}")).exists(), "{extension}");
    }
}
