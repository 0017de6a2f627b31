//! Rows 21 to 26: where redirects lead, and what of it is kept.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::page::beside;
use super::row::{Row, entry, feed, unless};
use crate::support::origin::Origin;
use crate::support::reply::{Body, Reply};

const TAG: &str = "ETag: \"a\"";
const MOVED: &str = "301 Moved Permanently";

fn serve(origin: &Origin, target: &str) {
    origin.on_asked(target, unless(&[TAG], &Reply::feed(entry("One")), &Reply::not_modified()));
}

#[test]
fn row_21_a_permanent_redirect_is_adopted_after_three_polls() {
    let mut row = Row::new(21, "answers 301, then 308 at the next hop, to a feed on another host");
    let new = row.host(2);
    row.feeds(&["old", "plain"]);
    row.origin.script("/old", [Reply::to(MOVED, "/hop")]);
    row.origin.script("/hop", [Reply::to("308 Permanent Redirect", &new.url("/feed"))]);
    row.origin.script("/plain", [Reply::to("308 Permanent Redirect", &new.url("/plain"))]);
    serve(&new, "/feed");
    serve(&new, "/plain");
    for n in 1..=5_usize {
        let poll = row.after("2h");
        assert_eq!((poll.count("failed"), poll.count("ok") + poll.count("not_modified")), (0, 2));
        let old = n.min(3);
        let hits = ["/old", "/hop", "/plain"].map(|target| row.origin.count(target));
        assert_eq!((hits, new.count("/feed"), new.count("/plain")), ([old; 3], n, n), "poll {n}");
        assert_eq!(new.asked().last().expect("one").header("If-None-Match"), (n > 1).then_some("\"a\""));
    }
    let before = row.app.read("feeds.toml");
    let patch = row.app.run(&["feeds", "health", "--patch", "--now", &row.now.to_rfc3339()]).exits(0).stdout;
    for (old, new) in [(row.origin.url("/old"), new.url("/feed")), (row.origin.url("/plain"), new.url("/plain"))] {
        assert!(patch.contains(&format!("-url = \"{old}\"\n+url = \"{new}\"\n")), "{patch}");
    }
    assert!(patch.starts_with("--- ") && patch.contains("\n+++ ") && patch.contains("\n@@ "), "{patch}");
    assert_eq!(row.app.read("feeds.toml"), before, "it only proposes");

    // After as many polls as the settings say.
    let other = row.host(3);
    other.script("/soon", [Reply::to(MOVED, "/feed")]);
    serve(&other, "/feed");
    row.app.settings("adopt_after = 2\n").write("feeds.toml", &feed("soon", &other.url("/soon"), ""));
    for _ in 0..4 {
        row.after("2h");
    }
    assert_eq!((other.count("/soon"), other.count("/feed")), (2, 4));
    let hits = row.origin.count("/old");
    beside("301, 308: requests to the old address", &format!("{hits}, however many polls follow"));
    row.shows(&format!("{hits} polls through the old address (`adopt_after`), then the new one alone; `feeds health --patch` proposes it"));
}

#[test]
fn row_22_a_temporary_redirect_is_followed_and_never_adopted() {
    let mut row = Row::new(22, "answers 302, 303 or 307");
    let temporary = [("found", "302 Found"), ("other", "303 See Other"), ("temporary", "307 Temporary Redirect")];
    row.feeds(&temporary.map(|(name, _)| name));
    for (name, status) in temporary {
        row.origin.script(&format!("/{name}"), [Reply::to(status, &format!("/at/{name}"))]);
        serve(&row.origin, &format!("/at/{name}"));
    }
    for _ in 0..5 {
        let poll = row.after("2h");
        assert_eq!((poll.asked.len(), poll.count("failed"), poll.count("moved")), (6, 0, 0));
    }
    for (name, _) in temporary {
        assert_eq!(row.origin.count(&format!("/{name}")), 5);
        assert_eq!(row.statuses(&format!("/at/{name}")), "200, 304, 304, 304, 304");
    }
    row.shows("the old address in each of 5 polls, and then where it leads: 200, 304, 304, 304, 304");
}

#[test]
fn row_23_only_the_permanent_beginning_of_a_way_is_adopted() {
    let mut row = Row::new(23, "answers 301 to an address that answers 302");
    row.feeds(&["old"]);
    row.origin.script("/old", [Reply::to(MOVED, "/new")]);
    row.origin.script("/new", [Reply::to("302 Found", "/today")]);
    serve(&row.origin, "/today");
    for n in 1..=5 {
        row.after("2h");
        assert_eq!(["/old", "/new", "/today"].map(|target| row.origin.count(target)), [n.min(3), n, n], "poll {n}");
    }
    row.shows(
        "after 3 polls the address behind the 301 is asked; the one behind the 302 is reached through it each time",
    );
}

#[test]
fn row_24_a_loop_or_a_long_way_is_an_error() {
    let mut row = Row::new(24, "redirects in a circle, or six times");
    row.feeds(&["circle", "itself", "way-0", "five-1"]);
    row.origin.script("/circle", [Reply::to("302 Found", "/back")]);
    row.origin.script("/back", [Reply::to("302 Found", "/circle")]);
    row.origin.script("/itself", [Reply::to(MOVED, "/itself")]);
    for n in 0..6 {
        row.origin.script(&format!("/way-{n}"), [Reply::to("302 Found", &format!("/way-{}", n + 1))]);
        row.origin.script(&format!("/five-{n}"), [Reply::to("302 Found", &format!("/five-{}", n + 1))]);
    }
    serve(&row.origin, "/way-6");
    serve(&row.origin, "/five-6");
    for n in 1..=3 {
        let poll = row.after("1d");
        assert_eq!((poll.count("ok") + poll.count("not_modified"), poll.failures("too_many_redirects")), (1, 3));
        let listed = row.listed("circle");
        assert_eq!(listed["failures"], n);
        assert!(listed["health"].as_str().expect("words").contains("circle"), "{listed}");
        let hits = ["/circle", "/back", "/itself", "/way-0", "/way-5", "/way-6", "/five-6"];
        assert_eq!(hits.map(|target| row.origin.count(target)), [n, n, n, n, n, 0, n]);
    }
    row.shows("an error after one round or five hops, told to the operator; five hops are followed");
}

#[test]
fn row_25_a_redirect_to_a_page_is_an_error_and_never_adopted() {
    let mut row = Row::new(25, "answers 301 to its home page, or to a page that says the feed is gone");
    let html = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>News!</body></html>".to_vec();
    let page = Reply::new("200 OK").with("Content-Type: text/html; charset=utf-8").body(Body::Whole(html));
    row.feeds(&["home", "page", "sneaky"]);
    row.origin.script("/home", [Reply::to(MOVED, "/")]);
    row.origin.script("/page", [Reply::to(MOVED, "/sorry.html")]);
    // A home page that pretends.
    row.origin.script("/sneaky", [Reply::to(MOVED, "/?from=feed")]);
    for target in ["/", "/sorry.html", "/?from=feed"] {
        row.origin.script(target, [page.clone()]);
    }
    for n in 1..=5_usize {
        let poll = row.after("2d");
        assert_eq!((poll.count("failed"), poll.count("moved")), (3, 0), "{}", poll.report);
        for target in ["/home", "/page", "/sneaky", "/sorry.html", "/?from=feed"] {
            assert_eq!(row.origin.count(target), n, "{target}");
        }
        // The site's page is also read once for all of them, when they have been lost for three days: see row 28.
        assert_eq!(row.origin.count("/"), n + usize::from(n >= 3));
        assert_eq!(row.listed("home")["failures"], n);
    }
    row.shows("an error in each of 5 polls, told to the operator; the old address is asked each time");
}

fn certificate() -> ServerConfig {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/loopback");
    let chain = CertificateDer::pem_file_iter(format!("{folder}/server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(format!("{folder}/server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let chain = chain.map(|one| one.expect("a certificate")).collect();
    versions.expect("TLS").with_no_client_auth().with_single_cert(chain, key).expect("a certificate and its key")
}

#[test]
fn row_26_another_origin_gets_no_secrets_and_a_downgrade_is_never_adopted() {
    let mut row = Row::new(26, "redirects to another origin, or from https to http; an address carries a password");
    let other = row.host(2);
    let secure = {
        // The certificate names this address, so the row's own host is moved aside.
        row.origin = Origin::on(std::net::Ipv4Addr::new(127, 47, 26, 3));
        Origin::secure(std::net::Ipv4Addr::new(127, 47, 26, 1), certificate())
    };
    let cookie = "Set-Cookie: session=secret; Path=/";
    row.origin.script("/far", [Reply::to("302 Found", &other.url("/far")).with(cookie)]);
    row.origin.script("/lure", [Reply::to(MOVED, &format!("http://user:secret@{}/lure", other.authority()))]);
    secure.script("/down", [Reply::to(MOVED, &other.url("/down"))]);
    secure.script("/up", [Reply::to(MOVED, "/here")]);
    serve(&secure, "/here");
    for target in ["/far", "/lure", "/down", "/password"] {
        serve(&other, target);
    }
    row.app.write(
        "feeds.toml",
        &[
            feed("far", &row.origin.url("/far"), ""),
            feed("lure", &row.origin.url("/lure"), ""),
            feed("down", &secure.url("/down"), ""),
            feed("up", &secure.url("/up"), ""),
        ]
        .concat(),
    );
    for n in 1..=5_usize {
        let poll = row.after("2d");
        assert_eq!((poll.count("failed"), poll.failures("blocked")), (1, 1), "{}", poll.report);
        assert_eq!((secure.count("/down"), other.count("/down")), (n, n), "the downgrade is not adopted");
        assert_eq!((secure.count("/up"), secure.count("/here")), (n.min(3), n), "within https it is");
    }
    assert_eq!(other.count("/lure"), 0, "an address with a password is not asked");
    let listed = row.listed("lure");
    assert!(listed["health"].as_str().expect("words").contains("password"), "{listed}");
    for asked in [other.asked(), row.origin.asked(), secure.asked()].concat() {
        for name in ["Authorization", "Proxy-Authorization", "Cookie", "Referer", "Origin"] {
            assert!(asked.all(name).is_empty(), "{asked:?}");
        }
    }
    row.shows(
        "no `Authorization`, `Cookie` or `Referer` anywhere; a password in an address is refused before a connection; the \
         https address in each of 5 polls",
    );
}
