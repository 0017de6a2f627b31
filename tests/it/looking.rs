//! Commands that only look: they make nothing, need no more than what they show, and answer also when asked for quiet.

use crate::support::app::App;
use crate::support::inbox::{Inbox, POSTAL, app};
use crate::support::site::Site;

const LOOKS: [&[&str]; 8] = [
    &["send", "--dry-run"],
    &["send", "--to", "ada@example.org"],
    &["explain", "3f0c9a"],
    &["digest"],
    &["subscribers", "list"],
    &["deliveries", "list"],
    &["deliveries", "resolve", "1", "--as", "sent"],
    &["curate", "merge", "3f0c9a", "77ab01"],
];

#[test]
fn a_database_that_was_never_made_is_not_made_to_look_into() {
    let app = App::new();
    app.write("feeds.toml", "");
    for look in LOOKS {
        let told = app.run(&[look, &["--database", "sqlite://mistyped.db"]].concat()).exits(1).stderr;
        assert!(told.contains("no database sqlite://mistyped.db") && told.contains("--database"), "{look:?}: {told}");
    }
    assert!(!app.path("mistyped.db").exists());
}

#[test]
fn a_database_that_is_made_is_told_once_also_when_asked_for_quiet() {
    let app = App::new();
    app.write("feeds.toml", "");
    let fetch = ["fetch", "-q", "--database", "sqlite://new.db"];
    assert_eq!(app.run(&fetch).exits(0).stderr, "made a new database: sqlite://new.db\n");
    assert_eq!(app.run(&fetch).exits(0).stderr, "");
}

#[test]
fn the_list_and_the_mail_need_no_catalogue() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
    for catalogue in [None, Some("[[feed]\nurl = 7\n")] {
        match catalogue {
            None => std::fs::remove_file(app.path("feeds.toml")).expect("a catalogue to remove"),
            Some(broken) => drop(app.write("feeds.toml", broken)),
        }
        assert!(app.run(&["subscribers", "list"]).exits(0).stdout.contains("ada@example.org"));
        assert!(app.run(&["deliveries", "list"]).exits(0).stdout.contains("1 expected = 1 sent"));
        app.run(&["deliveries", "pause"]).exits(0);
        app.run(&["deliveries", "resume"]).exits(0);
        app.run(&["run"]).exits(2);
    }
}

#[test]
fn what_was_asked_for_is_printed_also_when_asked_for_quiet() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    assert_eq!(app.run(&["run", "--quiet", "--now", "2026-11-20T07:10:00Z"]).exits(0).stdout, "");
    let edition = app.json(&["digest", "--week", "2026-W47"]);
    let story = edition["top"][0]["id"].as_str().expect("a story");
    let checked = site.url("/feed");
    let asked: [(&[&str], &str); 7] = [
        (&["explain", story], "One report is this story"),
        (&["subscribers", "list"], "ada@example.org"),
        (&["deliveries", "list"], "1 expected = 1 sent"),
        (&["feeds", "list"], "well"),
        (&["feeds", "health"], "1 source"),
        (&["feeds", "check", &checked], "200, application/rss+xml"),
        (&["send", "--dry-run"], "due: 0"),
    ];
    for (command, words) in asked {
        let told = app.run(&[&["-q"], command].concat()).exits(0).stdout;
        assert!(told.contains(words), "{command:?}: {told}");
    }
}

#[test]
fn mail_that_goes_out_later_is_told() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net"]).exits(0);
    // Composed within the hour before the time of sending.
    app.run(&["run", "--now", "2026-11-20T06:10:00Z"]).exits(0);
    let told = app.run(&["send", "--now", "2026-11-20T06:20:00Z"]).exits(0).stdout;
    assert!(told.contains("0 waiting, 0 in doubt, 2 to go out from 2026-11-20 07:00 UTC"), "{told}");
    let told = app.run(&["send", "--now", "2026-11-20T07:20:00Z"]).exits(0).stdout;
    assert_eq!(told.trim_end(), "mail: 2 sent, 0 refused, 0 waiting, 0 in doubt");
}
