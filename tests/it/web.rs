//! The pages, over a real socket, served by the real binary.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};

/// `bellwether serve`, stopped when dropped.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(app: &App, now: &str) -> Self {
        let mut child = app
            .command(&["serve", "--pages-only", "--listen", "127.0.0.1:0", "--now", now])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("stderr")).read_line(&mut line).expect("a line");
        let address =
            line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
        Self { child, address }
    }

    /// The status, the head and the body of an answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_lowercase(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.ask("GET", path, "")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
        let (status, head, body) = served.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(head.contains(&format!("content-type: {what}")), "{path}: {head}");
        assert!(head.contains("content-security-policy: default-src 'none'") && head.contains("nosniff"), "{head}");
        assert!(body.contains("forgets on purpose"), "{path}: {body}");
        assert!(!body.contains("<script"), "{path}");
    }
    assert_eq!(served.get("/style.css").0, 200);
    assert_eq!(served.get("/how").0, 200);
    assert_eq!(served.get("/healthz").0, 200);
    for path in ["/editions/2026-W46", "/editions/..%2f..%2fetc", "/events/x.ics", "/nothing", "/editions/%00"] {
        assert_eq!(served.get(path).0, 404, "{path}");
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
        let (status, _, body) = served.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.contains(title) && body.contains(own), "{path}: {body}");
    }
    assert!(served.get("/editions/platform.2026-W47.md").2.contains("# Platform only"));
    assert_eq!(served.get("/editions/nobody.2026-W47").0, 404);
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
    assert_eq!(before.get("/editions/2026-W48").0, 404);
    assert!(before.get("/").2.contains("forgets on purpose"));
    let after = Served::start(&app, "2026-11-27T07:00:01Z");
    assert_eq!(after.get("/editions/2026-W48").0, 200);
}

#[test]
fn looking_at_the_link_for_leaving_changes_nothing_and_the_button_acts() {
    let app = app();
    // The link as it stands in the mail to the first subscriber.
    let secret = app.database().strings("select value from meta where key = 'token_key'").remove(0);
    let signer = bellwether::token::Signer::new(std::collections::BTreeMap::from([(1, secret)]), "");
    let path = format!("/unsubscribe/{}", signer.unsubscribe(1));
    let served = Served::start(&app, "2026-11-20T08:00:00Z");
    let (status, _, page) = served.get(&path);
    assert_eq!(status, 200);
    assert!(page.contains("<button") && !page.contains("ada@example.org"), "{page}");
    assert_eq!(served.ask("HEAD", &path, "").0, 200);
    assert_eq!(state_of_ada(&app), "confirmed");
    for forged in ["/unsubscribe/AAAA", "/unsubscribe/AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA"] {
        let (status, _, _) = served.ask("POST", forged, "List-Unsubscribe=One-Click");
        assert_eq!(status, 403);
    }
    assert_eq!(state_of_ada(&app), "confirmed");
    for _ in 0..2 {
        assert_eq!(served.ask("POST", &path, "List-Unsubscribe=One-Click").0, 200);
        assert_eq!(state_of_ada(&app), "left");
    }
    // What was queued for her is not sent.
    let ran = app.run(&["send", "--now", "2026-11-20T08:10:00Z"]).exits(0);
    assert!(ran.stdout.contains("0 waiting"), "{}", ran.stdout);
}
