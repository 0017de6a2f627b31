//! Who may ask for a subscription, how often, and what a stranger can learn from the answer: nothing.

use crate::support::list::{ADDRESS, World, ask, look_at_every_link, path};
use crate::support::web::dump;

#[test]
fn every_address_gets_the_same_answer() {
    let world = World::new().compose();
    let before = ["--now", "2026-11-19T08:00:00Z", "subscribers"];
    let add = ["add", "known@one.example", "bounced@two.example", "gone@three.example"];
    world.app.run(&[before.as_slice(), add.as_slice()].concat()).exits(0);
    world.app.run(&[before.as_slice(), &["remove", "gone@three.example"]].concat()).exits(0);
    world.app.run(&[before.as_slice(), &["erase", "erased@four.example"]].concat()).exits(0);
    world.app.database().execute(
        "insert into suppressions (address_hash, reason, at)
         select address_hash, 'bounced', created_at from subscribers where address = 'bounced@two.example'",
    );
    let served = world.serve("2026-11-20T08:00:00Z");
    let unknown = ask(&served, "unknown@five.example");
    let page = served.get(unknown.header("location").expect("where to"));
    let all = [
        "unknown@six.example",
        "unknown@six.example",
        "UNKNOWN@six.example",
        "known@one.example",
        "bounced@two.example",
        "gone@three.example",
        "erased@four.example",
    ];
    for address in all {
        let reply = ask(&served, address);
        assert_eq!((reply.lines(), &reply.body), (unknown.lines(), &unknown.body), "{address}");
    }
    assert_eq!(served.get(unknown.header("location").expect("where to")).body, page.body);
    // Who is subscribed already hears nothing; the others are asked once each.
    let mut asked: Vec<String> = world
        .mail("2026-11-20T08:05:00Z")
        .iter()
        .map(|letter| letter.header("To").expect("a reader").to_owned())
        .collect();
    asked.sort();
    assert_eq!(asked, ["erased@four.example", "gone@three.example", "unknown@five.example", "unknown@six.example"]);
}

#[test]
fn an_address_is_asked_at_most_once_an_hour_and_three_times_in_all() {
    let world = World::new().compose();
    for (now, letters) in [("08:00", 1), ("08:30", 0), ("09:01", 1), ("10:02", 1), ("11:03", 0)] {
        let served = world.serve(&format!("2026-11-20T{now}:00Z"));
        ask(&served, ADDRESS);
        ask(&served, ADDRESS);
        drop(served);
        let minute = format!("2026-11-20T{}5:00Z", &now[..4]);
        assert_eq!(world.mail(&minute).len(), letters, "{now}");
    }
}

#[test]
fn one_visitor_may_ask_twenty_times_an_hour_however_they_call_themselves() {
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    let form = served.get("/subscribe").form();
    let from = |number: usize, hops: &str| {
        let address = format!("reader@host{number}.example");
        served.submit_with(&form, &[("email", &address)], &[("X-Forwarded-For", hops)])
    };
    for number in 0..20 {
        // What a visitor writes there themselves stands before what the trusted server adds.
        assert_eq!(from(number, &format!("192.0.2.{number}, 203.0.113.7")).status, 303);
    }
    let refused = from(20, "198.51.100.1, 203.0.113.7");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3600")), "{}", refused.body);
    assert!(refused.body.contains("Please try again in an hour."), "{}", refused.body);
    assert_eq!(from(20, "203.0.113.8").status, 303);
    assert_eq!(from(21, "2001:db8::1").status, 303);
    drop(served);
    let later = world.serve("2026-11-20T09:01:00Z");
    let form = later.get("/subscribe").form();
    assert_eq!(
        later.submit_with(&form, &[("email", "a@b.example")], &[("X-Forwarded-For", "203.0.113.7")]).status,
        303
    );
}

#[test]
fn what_fills_in_the_hidden_field_hears_success_and_nothing_happens() {
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    let honest = ask(&served, "honest@example.com");
    let before = dump(&world.app);
    let form = served.get("/").form();
    for address in [ADDRESS, "no address"] {
        let trapped = served.submit(&form, &[("email", address), ("remarks", "buy now")]);
        assert_eq!((trapped.lines(), trapped.body), (honest.lines(), honest.body.clone()));
    }
    assert_eq!(dump(&world.app), before);
}

#[test]
fn what_is_no_address_comes_back_with_a_word_beside_it() {
    let world = World::new().compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    let before = dump(&world.app);
    let form = served.get("/subscribe").form();
    for (typed, told) in [
        ("", "Please write the address"),
        ("ada at example.org", "has an @ in it"),
        ("ada@", "behind the @"),
        ("a\"<b>@example.org", "before the @"),
        ("ada@example.org\r\nBcc: x@example.org", "before the @"),
    ] {
        let reply = served.submit(&form, &[("email", typed)]);
        assert_eq!(reply.status, 422, "{typed}: {}", reply.body);
        assert!(reply.body.contains(told) && reply.body.contains("aria-invalid"), "{typed}: {}", reply.body);
        let kept = typed.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;").replace("\r\n", " ");
        assert!(reply.body.contains(&format!("value=\"{kept}\"")), "{typed}: {}", reply.body);
    }
    assert_eq!(served.submit(&form, &[("email", ADDRESS), ("digest", "nobody")]).status, 422);
    assert_eq!(dump(&world.app), before);
}

#[test]
fn where_no_mail_can_go_out_nobody_is_asked_to_subscribe() {
    let world = World::new().compose();
    let postal = "postal_address = \"Beispielweg 1\"\nfrom = \"digest@example.org\"\n";
    let (smtp, web) = ("[smtp]\nurl = \"smtp://127.0.0.1:1\"\n", "[web]\nbase_url = \"https://digest.example.org\"\n");
    for (settings, open) in [
        (format!("[[digest]]\n{postal}{smtp}{web}"), true),
        (format!("[[digest]]\n{postal}{web}"), false),
        (format!("[[digest]]\n{postal}{smtp}"), false),
        (format!("{smtp}{web}"), false),
    ] {
        world.app.settings(&settings);
        let served = world.serve("2026-11-20T08:00:00Z");
        let home = served.get("/").body;
        assert_eq!(home.contains("<form") && home.contains("\"/subscribe\""), open, "{settings}");
        let before = dump(&world.app);
        for reply in [served.get("/subscribe"), served.ask("POST", "/subscribe", &[], "email=ada%40example.org")] {
            if open {
                assert!(matches!(reply.status, 200 | 303), "{}", reply.body);
            } else {
                assert_eq!(reply.status, 503, "{settings}");
                assert!(reply.body.contains("Subscribing is not possible at the moment"), "{}", reply.body);
            }
        }
        assert_eq!(dump(&world.app) == before, !open, "{settings}");
    }
}

#[test]
fn a_visitor_chooses_among_the_digests_that_can_be_mailed() {
    let more = "[[digest]]\nkey = \"platform\"\ntitle = \"Platform only\"\nfrom = \"platform@example.org\"\n\
         postal_address = \"Beispielweg 1\"\nschedule = \"Mon 09:30\"\n[[digest]]\nkey = \"draft\"\ntitle = \"No sender yet\"\n";
    let world = World::with("", more).compose();
    let served = world.serve("2026-11-20T08:00:00Z");
    let page = served.get("/subscribe?digest=platform");
    assert!(page.body.contains("Ferry Weekly") && page.body.contains("every Monday at 09:30, UTC"), "{}", page.body);
    assert!(!page.body.contains("No sender yet"), "{}", page.body);
    assert_eq!(page.form().fields, [("digest".to_owned(), "platform".to_owned())]);
    assert_eq!(served.get("/subscribe?digest=draft").status, 503);
    let reply = served.submit(&page.form(), &[("email", ADDRESS)]);
    assert_eq!(reply.header("location"), Some("/subscribe/sent?digest=platform"));
    let letters = world.mail("2026-11-20T08:05:00Z");
    assert_eq!(letters[0].header("Subject"), Some("Please confirm your subscription to Platform only"));
    look_at_every_link(&world, &served, &letters[0]);
    let confirmed = served.submit(&served.get(path(&letters[0].link("/confirm/"))).form(), &[]);
    assert!(confirmed.body.contains(" · Platform only</title>"), "{}", confirmed.body);
    // No digest named, and more than one to choose from.
    assert_eq!(served.ask("POST", "/subscribe", &[], "email=ada%40example.org").status, 422);
}
