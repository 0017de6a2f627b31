//! The list from a visitor's side: asking, confirming, reading, leaving, being forgotten. Real pages, real mail.

use crate::support::letter::Letter;
use crate::support::list::{ADDRESS, World, ask, look_at_every_link, path};
use crate::support::shared::{left_out, shared};
use crate::support::site::{Answer, rss};
use crate::support::web::{Served, bytes_on_disk, dump};

#[test]
fn from_asking_to_reading_to_leaving() {
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    let sent = ask(&served, ADDRESS);
    let told = served.get(sent.header("location").expect("where to"));
    assert!(told.status == 200 && told.body.contains("Look into your inbox"), "{}", told.body);
    assert_eq!((world.states(), world.deliveries()), (vec!["pending".into()], vec!["confirmation:queued".to_owned()]));

    let letters = world.mail("2026-11-20T08:05:00Z");
    let [invitation] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(invitation.header("To"), Some(ADDRESS));
    assert_eq!(invitation.header("Subject"), Some("Please confirm your subscription to Ferry Weekly"));
    assert!(invitation.text.contains("every Friday at 07:00, Berlin time"), "{}", invitation.text);
    look_at_every_link(&world, &served, invitation);

    let link = invitation.link("/confirm/");
    let page = served.get(path(&link));
    assert!(page.body.contains("a…@analytical-engines.example") && !page.body.contains(ADDRESS), "{}", page.body);
    let confirmed = served.submit(&page.form(), &[]);
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert!(confirmed.body.contains("The latest edition of Ferry Weekly is on its way"), "{}", confirmed.body);
    assert!(confirmed.body.contains("Friday, 27 November 2026 at 07:00, Berlin time"), "{}", confirmed.body);
    assert_eq!(world.states(), ["confirmed"]);

    let letters = world.mail("2026-11-20T08:10:00Z");
    let [edition] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(edition.text.contains("A storage engine that forgets on purpose"), "{}", edition.text);
    look_at_every_link(&world, &served, edition);
    assert_eq!(world.states(), ["confirmed"]);

    assert_eq!(edition.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
    let leave = edition.link("/unsubscribe/");
    assert!(edition.header("List-Unsubscribe").is_some_and(|header| header.contains(&format!("<{leave}>"))));
    let seen = served.get(path(&leave));
    assert!(seen.body.contains("a…@analytical-engines.example") && !seen.body.contains(ADDRESS), "{}", seen.body);
    for _ in 0..2 {
        // As a mail provider posts it: no cookie, no page that it comes from.
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let left = served.ask("POST", path(&leave), &headers, "List-Unsubscribe=One-Click");
        assert_eq!((left.status, left.header("location")), (200, None), "{}", left.body);
        assert_eq!(world.states(), ["left"]);
    }
    let item = ("What the second week of the engine brought", "https://a.example/2", "Wed, 25 Nov 2026 08:00:00 GMT");
    world.site.set("/feed", Answer::feed(rss("A", &[item])));
    let ran = world.app.json(&["run", "--now", "2026-11-27T07:10:00Z"]);
    assert_eq!(ran["composed"], serde_json::json!(["weekly/2026-W48"]));
    assert_eq!(ran["deliveries"]["sent"], 0);
    assert_eq!(world.mailbox.received(), 2);
}

#[test]
fn who_confirms_before_the_first_edition_is_told_when_it_comes() {
    let world = World::new();
    let served = world.serve("2026-11-18T08:00:00Z");
    ask(&served, ADDRESS);
    let letters = world.mail("2026-11-18T08:05:00Z");
    let confirmed = served.submit(&served.get(path(&letters[0].link("/confirm/"))).form(), &[]);
    let told = "The first edition of Ferry Weekly comes to a…@analytical-engines.example on Friday, 20 November 2026 at 07:00, Berlin time.";
    assert!(confirmed.body.contains(told), "{}", confirmed.body);
    let ran = world.app.json(&["run", "--now", "2026-11-20T07:10:00Z"]);
    assert_eq!(ran["deliveries"]["sent"], 1);
}

#[test]
fn a_link_that_no_longer_confirms_says_why() {
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    ask(&served, ADDRESS);
    let link = world.mail("2026-11-20T08:05:00Z")[0].link("/confirm/");
    let both = |served: &Served, status: u16, told: &str| {
        let post = served.ask("POST", path(&link), &[], "");
        for reply in [served.get(path(&link)), post] {
            assert_eq!(reply.status, status, "{}", reply.body);
            assert!(reply.body.contains(told) && !reply.body.contains("<form"), "{told}: {}", reply.body);
        }
    };
    let late = world.serve("2026-11-23T08:10:00Z");
    both(&late, 410, "This link is too old");
    assert!(late.get(path(&link)).body.contains(r#"<a href="/subscribe">Subscribe anew</a>"#));
    assert_eq!(world.states(), ["pending"]);

    assert_eq!(served.ask("POST", path(&link), &[], "").status, 200);
    both(&served, 200, "Confirmed already");
    both(&late, 200, "Confirmed already");

    world.app.run(&["subscribers", "remove", ADDRESS]).exits(0);
    both(&served, 410, "There is nothing left to confirm");
    assert_eq!(world.states(), ["left"]);
    world.app.run(&["subscribers", "erase", ADDRESS]).exits(0);
    both(&served, 410, "There is nothing left to confirm");

    let token = path(&link).trim_start_matches("/confirm/");
    let other = if token[12..].starts_with('x') { 'y' } else { 'x' };
    let changed = format!("/confirm/{}{other}{}", &token[..12], &token[13..]);
    for forged in [changed, format!("/confirm/{token}A"), format!("/unsubscribe/{token}")] {
        for method in ["GET", "POST"] {
            assert_eq!(served.ask(method, &forged, &[], "").status, 403, "{method} {forged}");
        }
    }
}

#[test]
fn an_address_that_was_erased_can_still_use_its_link_to_leave() {
    let world = World::new().compose();
    world.app.run(&["subscribers", "add", ADDRESS]).exits(0);
    let item = ("What the second week of the engine brought", "https://a.example/2", "Wed, 25 Nov 2026 08:00:00 GMT");
    world.site.set("/feed", Answer::feed(rss("A", &[item])));
    world.app.run(&["run", "--now", "2026-11-27T07:10:00Z"]).exits(0);
    let leave = Letter::all(world.dir.path())[0].link("/unsubscribe/");
    world.app.run(&["subscribers", "erase", ADDRESS]).exits(0);
    let served = world.serve("2026-11-27T08:00:00Z");
    assert_eq!(served.get(path(&leave)).status, 200);
    assert_eq!(served.ask("POST", path(&leave), &[], "List-Unsubscribe=One-Click").status, 200);
}

#[test]
fn nothing_of_an_erased_address_is_left() {
    let world = World::new().compose();
    let others: Vec<String> = (0..60).map(|number| format!("reader{number}@list.example")).collect();
    let mut add = vec!["subscribers", "add"];
    add.extend(others.iter().map(String::as_str));
    world.app.run(&add).exits(0);
    let served = world.serve("2026-11-20T08:00:00Z");
    ask(&served, ADDRESS);
    let invitation = world.mail("2026-11-20T08:05:00Z").remove(0);
    ask(&served, ADDRESS);
    served.submit(&served.get("/").form(), &[("email", &format!("{ADDRESS} and more"))]);
    let page = served.get(path(&invitation.link("/confirm/")));
    assert_eq!(served.submit(&page.form(), &[]).status, 200);
    let ran = world.app.run(&["-vvv", "send", "--now", "2026-11-20T08:10:00Z"]).exits(0);
    let parts = [ADDRESS, "ada.lovelace", "analytical-engines"];
    let found =
        |bytes: &[u8], part: &str| bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    if let Some(disk) = bytes_on_disk(&world.app) {
        assert!(found(&disk, ADDRESS), "it was there");
    }

    let erased = world.app.run(&["-vvv", "subscribers", "erase", ADDRESS, "--now", "2026-11-20T08:20:00Z"]).exits(0);
    let disk = bytes_on_disk(&world.app);
    let rows = format!("{:?}", dump(&world.app));
    let log = served.stop();
    if let Some(disk) = &disk {
        assert!(found(disk, "reader59@list.example"));
    }
    for part in parts {
        // PostgreSQL keeps what was removed until its next vacuum.
        assert!(!disk.as_deref().is_some_and(|disk| found(disk, part)), "{part} is in the database's file");
        assert!(!found(rows.as_bytes(), part), "{part} is in the database");
        for told in [&log, &ran.stderr, &ran.stdout, &erased.stderr, &erased.stdout] {
            assert!(!found(told.as_bytes(), part), "{part} is in a log: {told}");
        }
    }
    // They themselves may come back.
    let served = world.serve("2026-11-20T12:00:00Z");
    ask(&served, ADDRESS);
    assert_eq!(world.mail("2026-11-20T12:05:00Z").len(), 1);
}

#[test]
fn the_letter_that_asks_to_confirm_passes_the_rules_that_hold_for_it() {
    let Some(judge) = shared("judges/mail/bulk_rules.py", "the rules of bulk senders over the letter to confirm")
    else {
        return;
    };
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        left_out("the rules of bulk senders over the letter to confirm: there is no python3");
        return;
    }
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    ask(&served, ADDRESS);
    world.mail("2026-11-20T08:05:00Z");
    let message =
        std::fs::read_dir(world.dir.path().join("new")).expect("new/").next().expect("one").expect("an entry");
    let out = std::process::Command::new("python3")
        .arg(judge)
        .arg(message.path())
        .arg("--unsigned")
        .output()
        .expect("it runs");
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let fails: Vec<&str> = told["fails"].as_array().expect("a list").iter().filter_map(|fail| fail.as_str()).collect();
    // It is no bulk mail: who did not ask is on no list that they could leave.
    let of_lists = ["List-Unsubscribe", "List-Id", "visible unsubscribe link"];
    let others: Vec<&&str> = fails.iter().filter(|fail| of_lists.iter().all(|list| !fail.contains(list))).collect();
    assert!(others.is_empty(), "{told}");
}
