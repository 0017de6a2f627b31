//! The pages, over a real socket, served by the real binary.

use std::collections::BTreeSet;

use bellwether::web::{Post, ROUTES};

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};
use crate::support::web::{Reply, Served, dump};

const POSTAL: &str = "[[digest]]\nfrom = \"Bellwether <digest@example.org>\"\npostal_address = \"Beispielweg 1, 12345 Berlin\"\n[web]\nbase_url = \"https://digest.example.org\"\n";

/// An app with one edition and one subscriber.
fn app() -> App {
    let site = Site::start();
    let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[item])));
    let app = App::new();
    app.settings(POSTAL).write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(3);
    app
}

/// Settings of two digests, of which mail could go out.
fn two_digests() -> String {
    let digest = |key: &str, title: &str| {
        format!(
            "[[digest]]\nkey = \"{key}\"\ntitle = \"{title}\"\nfrom = \"digest@example.org\"\npostal_address = \"Beispielweg 1\"\n"
        )
    };
    let rest = "[smtp]\nurl = \"smtp://127.0.0.1:1\"\n[web]\nbase_url = \"https://digest.example.org\"\n";
    format!("{}{}{rest}", digest("weekly", "The whole of it"), digest("platform", "Platform only"))
}

fn state_of_ada(app: &App) -> String {
    app.json(&["subscribers", "list"])["subscribers"][0]["state"].as_str().expect("a state").to_owned()
}

#[test]
fn the_latest_edition_the_archive_and_every_form_are_served() {
    let app = app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    for (path, what) in [
        ("/", "text/html"),
        ("/editions", "text/html"),
        ("/editions/2026-W47", "text/html"),
        ("/editions/2026-W47.md", "text/markdown"),
        ("/editions/2026-W47.txt", "text/plain"),
        ("/editions/2026-W47.json", "application/json"),
        ("/feed.atom", "application/atom+xml"),
    ] {
        let Reply { status, head, body } = served.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(head.contains(&format!("content-type: {what}")), "{path}: {head}");
        assert!(body.contains("forgets on purpose"), "{path}: {body}");
        assert!(!body.contains("<script"), "{path}");
    }
    assert_eq!(served.get("/style.css").status, 200);
    assert_eq!(served.get("/how").status, 200);
    assert_eq!(served.get("/healthz").status, 200);
    for path in ["/editions/2026-W46", "/editions/..%2f..%2fetc", "/events/x.ics", "/nothing", "/editions/%00"] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
}

#[test]
fn every_digest_has_its_own_addresses() {
    let site = Site::start();
    let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[item])));
    let app = App::new();
    let digest = |key: &str, title: &str| format!("[[digest]]\nkey = \"{key}\"\ntitle = \"{title}\"\n");
    app.settings(&format!("{}{}", digest("weekly", "The whole of it"), digest("platform", "Platform only")))
        .write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]);
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    for (path, title, own) in [
        ("/editions/2026-W47", "The whole of it, no. 1", "\"/editions/2026-W47.md\""),
        ("/editions/weekly.2026-W47", "The whole of it, no. 1", "\"/editions/2026-W47.md\""),
        ("/editions/platform.2026-W47", "Platform only, no. 1", "\"/editions/platform.2026-W47.md\""),
    ] {
        let Reply { status, body, .. } = served.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.contains(title) && body.contains(own), "{path}: {body}");
    }
    assert!(served.get("/editions/platform.2026-W47.md").body.contains("# Platform only"));
    assert_eq!(served.get("/editions/nobody.2026-W47").status, 404);
}

#[test]
fn an_edition_is_not_public_before_it_is_sent() {
    let app = app();
    let site = Site::start();
    let item = ("What the second week of the engine brought", "https://a.example/2", "Wed, 25 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[item])));
    app.write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    let ran = app.json(&["run", "--now", "2026-11-27T06:10:00Z"]);
    assert_eq!(ran["composed"], serde_json::json!(["weekly/2026-W48"]));
    let before = Served::start(&app, "2026-11-27T06:20:00Z");
    assert_eq!(before.get("/editions/2026-W48").status, 404);
    assert!(before.get("/").body.contains("forgets on purpose"));
    let after = Served::start(&app, "2026-11-27T07:00:01Z");
    assert_eq!(after.get("/editions/2026-W48").status, 200);
}

#[test]
fn looking_at_the_link_for_leaving_changes_nothing_and_the_button_acts() {
    let app = app();
    // The link as it stands in the mail to the first subscriber.
    let secret = app.database().strings("select value from meta where key = 'token_key'").remove(0);
    let address_key = app.database().strings("select value from meta where key = 'address_key'").remove(0);
    let signer = bellwether::token::Signer::new(std::collections::BTreeMap::from([(1, secret)]), &address_key);
    let path = format!("/unsubscribe/{}", signer.unsubscribe(1, "ada@example.org"));
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let Reply { status, body: page, .. } = served.get(&path);
    assert_eq!(status, 200);
    assert!(page.contains("<button") && !page.contains("ada@example.org"), "{page}");
    assert_eq!(served.ask("HEAD", &path, &[], "").status, 200);
    assert_eq!(state_of_ada(&app), "confirmed");
    for forged in ["/unsubscribe/AAAA", "/unsubscribe/AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(served.ask("POST", forged, &[], "List-Unsubscribe=One-Click").status, 403);
    }
    assert_eq!(state_of_ada(&app), "confirmed");
    for _ in 0..2 {
        assert_eq!(served.ask("POST", &path, &[], "List-Unsubscribe=One-Click").status, 200);
        assert_eq!(state_of_ada(&app), "left");
    }
    let page = served.get(&path).body;
    assert!(page.contains("You are unsubscribed") && !page.contains("<button"), "{page}");
    // What was queued for her is not sent.
    let ran = app.run(&["send", "--now", "2026-11-20T08:10:00Z"]).exits(0);
    assert!(ran.stdout.contains("0 waiting"), "{}", ran.stdout);
}

/// Of an app that has an edition, and that visitors can subscribe at.
fn open_app() -> App {
    let app = app();
    app.settings(&format!("{POSTAL}[smtp]\nurl = \"smtp://127.0.0.1:1\"\n"));
    app
}

#[test]
fn every_route_answers_head_with_the_head_of_get() {
    let app = open_app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let mut found = 0;
    for route in ROUTES {
        let (get, head) = (served.get(route.example), served.ask("HEAD", route.example, &[], ""));
        assert_eq!(get.lines(), head.lines(), "{}", route.path);
        assert!(!get.body.is_empty() && head.body.is_empty(), "{}", route.path);
        assert!(get.header("content-length").is_some(), "{}", route.path);
        found += usize::from(get.status == 200);
    }
    // All but the calendar of an event that there is not, and two tokens that nobody made.
    assert_eq!(found, ROUTES.len() - 3);
    let paths: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
    assert_eq!(paths.len(), ROUTES.len(), "each route stands in the table once");
}

#[test]
fn a_method_that_the_table_does_not_name_is_refused() {
    let app = open_app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    for route in ROUTES {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            let reply = served.ask(method, route.example, &[], "");
            let taken = route.methods().contains(&method);
            assert_eq!(reply.status != 405, taken, "{method} {}: {}", route.path, reply.status);
            if !taken {
                let allow = reply.header("allow").expect("Allow (RFC 9110, 15.5.6)");
                let allowed: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
                assert_eq!(allowed, route.methods().iter().copied().collect(), "{method} {}", route.path);
            }
        }
    }
}

#[test]
fn no_answer_is_without_the_headers_that_protect_a_reader() {
    let app = open_app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let large = format!("email={}", "x".repeat(100_000));
    let mut replies: Vec<(String, Reply)> = vec![("/nothing".into(), served.get("/nothing"))];
    for route in ROUTES {
        for (method, body) in [("GET", ""), ("HEAD", ""), ("PUT", ""), ("POST", ""), ("POST", large.as_str())] {
            let reply = served.ask(method, route.example, &[], body);
            if method == "POST" && !body.is_empty() && route.post != Post::Nobody {
                assert_eq!(reply.status, 413, "{}", route.path);
            }
            replies.push((format!("{method} {}", route.path), reply));
        }
    }
    let statuses: BTreeSet<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
    assert!([200, 403, 404, 405, 413].iter().all(|status| statuses.contains(status)), "{statuses:?}");
    for (what, reply) in replies {
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{what}");
        assert!(!policy.contains("script") && !policy.contains("unsafe"), "{what}: {policy}");
    }
}

#[test]
fn a_foreign_page_posts_only_where_the_table_says_so() {
    let app = open_app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let own = format!("http://{}", served.address);
    for route in ROUTES.iter().filter(|route| route.post != Post::Nobody) {
        let status = |headers: &[(&str, &str)]| {
            let reply = served.ask("POST", route.example, headers, "");
            (reply.status, reply.body.contains("This came from another site"))
        };
        let allowed = status(&[("Origin", &own)]);
        assert!(!allowed.1, "{}", route.path);
        for ours in [&[][..], &[("Sec-Fetch-Site", "same-origin")], &[("Origin", "https://digest.example.org")]] {
            assert_eq!(status(ours), allowed, "{}: {ours:?}", route.path);
        }
        for foreign in [
            &[("Origin", "https://evil.example")][..],
            &[("Origin", "null")],
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", &own)],
            &[("Sec-Fetch-Site", "same-site")],
        ] {
            let refused = if route.post == Post::Anyone { allowed } else { (403, true) };
            assert_eq!(status(foreign), refused, "{}: {foreign:?}", route.path);
        }
    }
}

#[test]
fn looking_changes_nothing_anywhere() {
    let app = open_app();
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let before = dump(&app);
    for route in ROUTES {
        for method in ["GET", "HEAD"] {
            served.ask(method, route.example, &[], "");
            served.ask(method, &format!("{}?digest=weekly&email=ada@example.org", route.example), &[], "");
            served.ask(method, route.example, &[], "email=ada@example.org&digest=weekly");
        }
    }
    assert_eq!(dump(&app), before);
}

#[test]
fn each_of_several_digests_has_a_home_an_archive_and_a_feed() {
    let site = Site::start();
    let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[item])));
    let app = App::new();
    app.settings(&two_digests())
        .write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["run", "--now", "2026-11-20T07:10:00Z"]);
    let served = Served::start(&app, "2026-11-20T08:00:00Z");

    let first = served.get("/").body;
    assert!(first.contains("<title>A storage engine that forgets on purpose · The whole of it, no. 1"), "{first}");
    assert!(first.contains(r#"<a href="/?digest=platform">Platform only</a>"#), "{first}");
    assert!(
        first.contains(
            r#"<link rel="alternate" type="application/atom+xml" title="The whole of it" href="/feed.atom">"#
        )
    );
    assert_eq!(served.get("/?digest=weekly").body, first);

    for page in
        ["/?digest=platform", "/editions/platform.2026-W47", "/editions?digest=platform", "/subscribe?digest=platform"]
    {
        let body = served.get(page).body;
        let title = body.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
        assert!(title.contains("Platform only") && !title.contains("The whole of it"), "{page}: {title}");
        let feed = r#"<link rel="alternate" type="application/atom+xml" title="Platform only" href="/feed.atom?digest=platform">"#;
        assert!(body.contains(feed), "{page}");
    }
    let all = served.get("/editions").body;
    let (whole, platform) = all.split_once("<h2>Platform only</h2>").expect("both, by digest");
    assert!(whole.contains("<h2>The whole of it</h2>") && whole.contains(r#"href="/editions/2026-W47""#), "{whole}");
    assert!(platform.contains(r#"href="/editions/platform.2026-W47""#), "{platform}");
    let one = served.get("/editions?digest=platform").body;
    assert!(!one.contains(r#"href="/editions/2026-W47""#) && one.contains(r#"href="/editions">"#), "{one}");
    let feed = served.get("/feed.atom?digest=platform").body;
    assert!(feed.contains("<title>Platform only</title>") && feed.contains("/editions/platform.2026-W47<"), "{feed}");
    for page in ["/", "/editions", "/feed.atom", "/subscribe", "/subscribe/sent"] {
        assert_eq!(served.get(&format!("{page}?digest=nobody")).status, 404, "{page}");
    }
}
