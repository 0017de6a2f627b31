//! A database that is put back from an earlier copy mails nobody who left, and nothing that may have gone out.

use crate::support::app::App;
use crate::support::inbox::{Inbox, POSTAL, app};
use crate::support::site::Site;

fn state_of(app: &App, address: &str) -> String {
    let listed = app.json(&["subscribers", "list"]);
    let all = listed["subscribers"].as_array().expect("subscribers");
    let found = all.iter().find(|subscriber| subscriber["address"] == address).expect("the subscriber");
    found["state"].as_str().expect("a state").to_owned()
}

#[test]
fn who_left_after_the_copy_was_made_stays_gone() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    let readers = ["ada@example.org", "grace@example.net", "linus@example.com"];
    app.run(&[&["subscribers", "add", "--now", "2026-11-17T08:00:00Z"], readers.as_slice()].concat()).exits(0);
    let copy = app.database().copy();
    app.run(&["subscribers", "remove", "ada@example.org", "--now", "2026-11-18T08:00:00Z"]).exits(0);
    app.run(&["subscribers", "erase", "grace@example.net", "--now", "2026-11-18T08:00:00Z"]).exits(0);
    let journal = app.read("bellwether.journal");
    assert!(journal.contains("left") && !journal.contains("ada@") && !journal.contains("grace@"), "{journal}");
    app.database().put_back(&copy);
    assert_eq!(state_of(&app, "ada@example.org"), "confirmed", "the copy knows nothing of it");
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 1);
    assert_eq!(state_of(&app, "ada@example.org"), "left");
    assert!(!app.run(&["subscribers", "list"]).stdout.contains("grace"));
}

#[test]
fn a_copy_from_before_a_sending_sends_nothing_until_somebody_says_so() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net"]).exits(0);
    let copy = app.database().copy();
    assert_eq!(app.json(&["run", "--now", "2026-11-20T07:10:00Z"])["deliveries"]["sent"], 2);
    app.database().put_back(&copy);
    for now in ["2026-11-20T08:10:00Z", "2026-11-20T09:10:00Z"] {
        let ran = app.run(&["run", "--quiet", "--now", now]).exits(3);
        assert!(ran.stderr.contains("earlier copy") && ran.stderr.contains("deliveries resume"), "{}", ran.stderr);
    }
    assert_eq!(inbox.mailbox.received(), 2);
    let resolved =
        app.json(&["deliveries", "resolve", "--state", "queued", "--as", "sent", "--now", "2026-11-20T09:20:00Z"]);
    assert_eq!(resolved["resolved"], 2);
    app.run(&["deliveries", "resume", "--now", "2026-11-20T09:20:00Z"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T09:30:00Z"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 2);
    // A reader who comes now is mailed: the copy is the database from here on.
    app.run(&["subscribers", "add", "linus@example.com"]).exits(0);
    let item = ("The week after the copy was put back", "https://a.example/2", "Thu, 26 Nov 2026 08:00:00 GMT");
    site.set("/feed", crate::support::site::Answer::feed(crate::support::site::rss("A", &[item])));
    assert_eq!(app.json(&["run", "--now", "2026-11-27T07:10:00Z"])["deliveries"]["sent"], 3);
}

#[test]
fn mail_waits_while_it_is_paused() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    app.run(&["deliveries", "pause", "--now", "2026-11-20T06:00:00Z"]).exits(0);
    let ran = app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(3);
    assert!(ran.stderr.contains("paused since 2026-11-20 06:00 UTC"), "{}", ran.stderr);
    assert_eq!(inbox.mailbox.received(), 0);
    app.run(&["deliveries", "resume"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T07:20:00Z"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 1);
}

#[test]
fn a_departure_does_not_make_a_copy_forget_that_it_is_one() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net", "--now", "2026-11-17T08:00:00Z"]).exits(0);
    let copy = app.database().copy();
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
    app.database().put_back(&copy);
    app.run(&["subscribers", "remove", "ada@example.org", "--now", "2026-11-20T08:00:00Z"]).exits(0);
    let ran = app.run(&["run", "--quiet", "--now", "2026-11-20T08:10:00Z"]).exits(3);
    assert!(ran.stderr.contains("earlier copy"), "{}", ran.stderr);
    assert_eq!(inbox.mailbox.received(), 2);
}

#[test]
fn without_its_journal_a_database_sends_nothing_until_somebody_says_so() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "--now", "2026-11-12T08:00:00Z"]).exits(0);
    let early = ("What the week before had brought", "https://a.example/0", "Wed, 11 Nov 2026 08:00:00 GMT");
    site.set("/feed", crate::support::site::Answer::feed(crate::support::site::rss("A", &[early])));
    app.run(&["run", "--now", "2026-11-13T07:10:00Z"]).exits(0);
    app.run(&["run", "--now", "2026-11-13T08:10:00Z"]).exits(0);
    std::fs::remove_file(app.path("bellwether.journal")).expect("the journal");
    let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", crate::support::site::Answer::feed(crate::support::site::rss("A", &[item])));
    let ran = app.run(&["run", "--quiet", "--now", "2026-11-20T07:10:00Z"]).exits(3);
    assert!(ran.stderr.contains("is not the journal that belongs to this database"), "{}", ran.stderr);
    assert_eq!(inbox.mailbox.received(), 1);
    app.run(&["deliveries", "resume", "--now", "2026-11-20T07:20:00Z"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T07:30:00Z"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 2);
}
