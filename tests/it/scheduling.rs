//! `serve` does by itself what cron does with `run`, and both end well when they are asked to.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::support::app::App;
use crate::support::inbox::{Inbox, POSTAL, app};
use crate::support::letter::Letter;
use crate::support::list::{ADDRESS, World, ask, path};
use crate::support::site::{Answer, Site, rss};
use crate::support::web::Served;

/// A command that goes on until it is told to end.
struct Going(Child);

impl Going {
    fn start(app: &App, args: &[&str]) -> Self {
        Self(app.command(args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary starts"))
    }

    /// Asks it to end, as a supervisor does.
    fn end(mut self) -> (ExitStatus, String) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        let mut told = String::new();
        for line in BufReader::new(self.0.stderr.take().expect("stderr")).lines() {
            told.push_str(&line.expect("a line"));
            told.push('\n');
        }
        (self.0.wait().expect("an end"), told)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until it is so, or fails after a minute.
#[track_caller]
fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to this: {what}");
}

#[test]
fn serve_composes_ahead_and_mails_at_its_moment() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net"]).exits(0);
    let going = Going::start(&app, &["serve", "--listen", "127.0.0.1:0", "--now", "2026-11-20T06:59:55Z"]);
    eventually("both were mailed", || inbox.mailbox.received() == 2);
    let (status, told) = going.end();
    assert!(status.success(), "{told}");
    let printed = app.json(&["deliveries", "list", "--state", "all"]);
    assert_eq!(printed["editions"][0]["states"], serde_json::json!({ "sent": 2 }), "{printed}");
    // Composed before its moment, sent at it and not before.
    assert!(printed["deliveries"][0]["changed_at"].as_str().expect("a moment") >= "2026-11-20T07:00:00", "{printed}");
}

#[test]
fn serve_reads_an_edited_catalogue_without_a_restart() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    // The very first edition is composed at once; the second waits for its moment.
    let early = ("What the week before had brought", "https://a.example/0", "Wed, 11 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[early])));
    app.run(&["run", "--now", "2026-11-13T07:10:00Z"]).exits(0);
    site.statuses();
    // The next run is when the edition is composed: long enough to edit the file, short enough to wait for it.
    let going = Going::start(&app, &["serve", "--listen", "127.0.0.1:0", "--now", "2026-11-20T05:59:52Z"]);
    eventually("the first feed was read", || !site.statuses().is_empty());
    let item = ("A second source, added while it runs", "https://b.example/1", "Thu, 19 Nov 2026 08:00:00 GMT");
    site.set("/second", Answer::feed(rss("B", &[item])));
    let both = format!("{}\n[[feed]]\nkey = \"b\"\nurl = \"{}\"\n", app.read("feeds.toml"), site.url("/second"));
    app.write("feeds.toml", &both);
    let show = ["digest", "--week", "2026-W47", "--format", "text"];
    eventually("the edition was composed", || app.run(&show).code == 0);
    let (status, told) = going.end();
    assert!(status.success(), "{told}");
    let edition = app.run(&show).exits(0);
    assert!(edition.stdout.contains("added while it runs"), "{}", edition.stdout);
}

#[test]
fn a_run_that_is_asked_to_end_finishes_its_message_and_leaves_nothing_in_doubt() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    let slow = app.read("bellwether.toml").replace("rate = 1000", "rate = 20\nconnections = 2");
    app.write("bellwether.toml", &slow);
    let readers: Vec<String> = (0..60).map(|n| format!("reader{n}@example.org")).collect();
    let mut add = vec!["subscribers", "add"];
    add.extend(readers.iter().map(String::as_str));
    app.run(&add).exits(0);
    let going = Going::start(&app, &["run", "--now", "2026-11-20T07:10:00Z"]);
    eventually("the first were mailed", || inbox.mailbox.received() >= 3);
    let (status, told) = going.end();
    assert_eq!(status.code(), Some(3), "{told}");
    let sent = inbox.mailbox.received();
    assert!(sent < 60, "it was too late to ask");
    let printed = app.json(&["deliveries", "list", "--state", "all"]);
    assert_eq!(printed["editions"][0]["states"], serde_json::json!({ "sent": sent, "queued": 60 - sent }), "{printed}");
    app.write("bellwether.toml", &slow.replace("rate = 20", "rate = 1000"));
    app.run(&["run", "--now", "2026-11-20T07:11:00Z"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 60);
}

#[test]
fn a_visitor_who_subscribes_gets_their_letters_without_a_run() {
    let world = World::new().compose();
    let served = Served::with_scheduler(&world.app, "2026-11-20T08:00:00Z");
    ask(&served, ADDRESS);
    eventually("the letter to confirm came", || world.mailbox.received() == 1);
    let link = Letter::all(world.dir.path()).remove(0).link("/confirm/");
    assert_eq!(served.submit(&served.get(path(&link)).form(), &[]).status, 200);
    eventually("the latest edition came", || world.mailbox.received() == 2);
    let edition = Letter::all(world.dir.path()).remove(1);
    assert!(edition.text.contains("A storage engine that forgets on purpose"), "{}", edition.text);
    let leave = edition.link("/unsubscribe/");
    assert_eq!(served.ask("POST", path(&leave), &[], "List-Unsubscribe=One-Click").status, 200);
    assert_eq!(world.states(), ["left"]);
}
