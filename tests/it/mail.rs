//! A digest in an inbox, over a real SMTP conversation, and never twice.

use std::process::Command;

use crate::support::inbox::{Inbox, POSTAL, app};
use crate::support::shared::{left_out, shared};
use crate::support::site::Site;

#[test]
fn run_twice_in_a_row_mails_nothing_twice() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net", "linus@example.com"]).exits(0);
    // Composed an hour ahead, and not mailed before its time.
    let early = app.json(&["run", "--now", "2026-11-20T06:10:00Z"]);
    assert_eq!(early["composed"], serde_json::json!(["weekly/2026-W47"]));
    assert_eq!(inbox.mailbox.received(), 0);
    let first = app.json(&["run", "--now", "2026-11-20T07:10:00Z"]);
    assert_eq!(first["deliveries"]["sent"], 3);
    for now in ["2026-11-20T07:11:00Z", "2026-11-20T09:00:00Z", "2026-11-22T07:00:00Z"] {
        assert_eq!(app.json(&["run", "--now", now])["deliveries"]["sent"], 0);
    }
    assert_eq!(inbox.mailbox.received(), 3);
    let messages = inbox.messages();
    for reader in ["ada@example.org", "grace@example.net", "linus@example.com"] {
        assert_eq!(messages.iter().filter(|message| message.contains(&format!("To: {reader}"))).count(), 1, "{reader}");
    }
    drop(inbox.runtime);
}

#[test]
fn one_who_leaves_between_composing_and_sending_gets_nothing() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T06:10:00Z"]).exits(0);
    app.run(&["subscribers", "remove", "ada@example.org"]).exits(0);
    assert_eq!(app.json(&["run", "--now", "2026-11-20T07:10:00Z"])["deliveries"]["sent"], 1);
    assert!(inbox.messages().concat().contains("To: grace@example.net"));
}

#[test]
fn without_a_postal_address_nothing_is_mailed_and_it_is_said_why() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, "");
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    let ran = app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(3);
    assert!(ran.stderr.contains("postal address"), "{}", ran.stderr);
    assert_eq!(inbox.mailbox.received(), 0);
}

#[test]
fn an_unreachable_mail_server_is_tried_again_and_nothing_is_lost() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    let env = [("BELLWETHER_SMTP_URL", "smtp://127.0.0.1:1")];
    let ran = app.run_env(&["run", "--now", "2026-11-20T07:10:00Z"], &env).exits(3);
    assert!(ran.stderr.contains("1 message is waiting: "), "{ran:?}");
    assert_eq!(app.json(&["run", "--now", "2026-11-20T07:30:00Z"])["deliveries"]["sent"], 1);
    assert_eq!(inbox.mailbox.received(), 1);
}

#[test]
fn the_message_passes_the_rules_of_bulk_senders() {
    let Some(judge) = shared("judges/mail/bulk_rules.py", "the rules of bulk senders over a mailed edition") else {
        return;
    };
    if Command::new("python3").arg("--version").output().is_err() {
        left_out("the rules of bulk senders over a mailed edition: there is no python3");
        return;
    }
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
    let message =
        std::fs::read_dir(inbox.dir.path().join("new")).expect("new/").next().expect("a message").expect("an entry");
    let out = Command::new("python3").arg(judge).arg(message.path()).arg("--unsigned").output().expect("python3 runs");
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && told.contains("\"fails\": []"), "{told}");
}

#[test]
fn one_copy_can_be_sent_to_look_at_it() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
    app.run(&["send", "--to", "curator@example.org"]).exits(0);
    assert_eq!(inbox.mailbox.received(), 1);
    assert!(inbox.messages().concat().contains("To: curator@example.org"));
}

#[test]
fn what_a_killed_run_left_is_taken_up_by_the_next() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["subscribers", "add", "ada@example.org", "grace@example.net", "linus@example.com"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T06:10:00Z"]).exits(0);
    // As a kill leaves them: one claimed, one whose message was on its way; both leases still last.
    for (id, state) in [(1, "claimed"), (2, "sending")] {
        let changed = app.database().execute(&format!(
            "update deliveries set state = '{state}', epoch = 0, attempts = 1,
                lease_until = '2026-11-20T09:00:00+00:00' where id = {id}"
        ));
        assert_eq!(changed, 1);
    }
    let ran = app.run(&["run", "--quiet", "--now", "2026-11-20T07:10:00Z"]).exits(3);
    assert!(ran.stderr.contains("1 message is in doubt"), "cron hears of it: {}", ran.stderr);
    let messages = inbox.messages().concat();
    assert!(messages.contains("To: ada@example.org") && messages.contains("To: linus@example.com"));
    assert!(!messages.contains("To: grace@example.net"), "what may have been accepted is not sent again");
}
