//! Pages of the stories that an edition shows: asked for as their sites allow, once, and never required.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::app::App;

const FRIDAY: &str = "2026-11-20T07:30:00Z";
const LATER: &str = "2026-11-20T09:00:00Z";

/// What a path of the web answers.
#[derive(Clone, Copy)]
enum Says {
    Page,
    Text(&'static str),
    Status(u16),
    To(&'static str),
    /// Fifty million bytes.
    Endless,
    Never,
}

type Asked = Arc<Mutex<Vec<String>>>;

/// A web server on an address of 127/8 that remembers what it was asked for.
struct Web {
    address: SocketAddr,
    asked: Asked,
}

async fn answer(State((paths, asked)): State<(Vec<(String, Says)>, Asked)>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    asked.lock().expect("a lock").push(path.clone());
    let says = paths.iter().find(|(known, _)| *known == path).map_or(Says::Status(404), |(_, says)| *says);
    let typed = |kind: &str, body: Body| Response::builder().header(header::CONTENT_TYPE, kind).body(body);
    let response = match says {
        Says::Page => typed("text/html; charset=utf-8", page(&path).into()),
        Says::Text(text) => typed("text/plain", text.into()),
        Says::Status(status) => Response::builder().status(status).body(Body::empty()),
        Says::To(place) => Response::builder().status(302).header(header::LOCATION, place).body(Body::empty()),
        Says::Endless => typed("text/html", Body::from(vec![b'a'; 50_000_000])),
        Says::Never => std::future::pending().await,
    };
    response.expect("a response")
}

fn page(path: &str) -> String {
    let sentence = "Of all the measurements that were taken on this machine, these are the ones worth keeping. ";
    let text: String = (0..10).map(|n| format!("<p>At {path}, part {n}. {}</p>", sentence.repeat(4))).collect();
    format!(
        "<html lang=en><head><title>A page</title><meta name=author content='Ann Lind'>\
         <meta property=og:image content='/lead.png'></head><body><nav><a href=/>Home</a></nav>\
         <article>{text}</article><footer>Imprint</footer></body></html>"
    )
}

impl Web {
    fn start(runtime: &Runtime, last: u8, paths: &[(&str, Says)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, last), 0));
        let listener = runtime.block_on(listener).expect("an address of 127/8");
        let address = listener.local_addr().expect("an address");
        let asked = Asked::default();
        let paths: Vec<(String, Says)> = paths.iter().map(|(path, says)| ((*path).to_owned(), *says)).collect();
        let router = Router::new().fallback(answer).with_state((paths, Arc::clone(&asked)));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked for since the last call, in order of the alphabet.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().expect("a lock"));
        asked.sort();
        asked
    }
}

/// A feed that gives headlines and links, and nothing else.
fn feed(items: &[(&str, String)]) -> String {
    let items: String = items
        .iter()
        .map(|(title, link)| {
            format!(
                "<item><title>{title}</title><link>{link}</link><pubDate>Wed, 18 Nov 2026 08:00:00 GMT</pubDate></item>"
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Blog</title>{items}</channel></rss>")
}

/// One feed for each web server and what it links to, with lines of the catalogue for it.
fn app(runtime: &Runtime, feeds: &[(&str, &str, String)]) -> App {
    let app = App::new();
    let mut catalogue = "[topics.web]\nname = \"Web\"\naliases = [\"browser\"]\n".to_owned();
    for (n, (title, more, link)) in feeds.iter().enumerate() {
        let body: &'static str = feed(&[(title, link.clone())]).leak();
        let web = Web::start(runtime, 1, &[("/feed", Says::Text(body))]);
        catalogue.push_str(&format!(
            "[[feed]]\nurl = \"{}\"\nkey = \"f{n}\"\nowner = \"o{n}\"\ntopics = [\"web\"]\n{more}\n",
            web.url("/feed")
        ));
    }
    app.write("feeds.toml", &catalogue).write(
        "bellwether.toml",
        "[fetch]\nspacing = \"0\"\ntimeout = \"2s\"\ndeadline = \"3s\"\nallow_nets = [\"127.0.0.1/32\", \"127.0.0.2/32\"]\n",
    );
    app
}

/// The cards of the edition that was composed, by headline.
fn card(edition: &Value, headline: &str) -> Value {
    fn find(value: &Value, headline: &str) -> Option<Value> {
        if value["headline"] == headline && value["score"].is_number() {
            return Some(value.clone());
        }
        let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
            Value::Array(list) => Box::new(list.iter()),
            Value::Object(map) => Box::new(map.values()),
            _ => return None,
        };
        inner.find_map(|value| find(value, headline))
    }
    find(edition, headline).unwrap_or_else(|| panic!("{headline} is not shown: {edition}"))
}

fn edition(app: &App) -> Value {
    let shown = app.run(&["digest", "--week", "2026-W47", "--format", "json"]).exits(0);
    serde_json::from_str(&shown.stdout).expect("an edition")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

#[test]
fn a_story_without_words_of_its_own_gains_them_from_its_page_once() {
    let runtime = runtime();
    let web = Web::start(&runtime, 2, &[("/one", Says::Page), ("/two", Says::Page)]);
    let (one, two) = ("Measuring how a kernel keeps time", "Why the linker became slower again");
    let app = app(&runtime, &[(one, "", web.url("/one")), (two, "excerpt = \"none\"", web.url("/two"))]);
    let report = app.json(&["run", "--now", FRIDAY]);
    assert_eq!(report["composed"], json!(["weekly/2026-W47"]));
    assert_eq!((&report["articles"]["asked"], &report["articles"]["told"]), (&json!(2), &json!(2)), "{report}");
    assert_eq!(web.asked(), ["/one", "/robots.txt", "/two"]);
    let edition = edition(&app);
    let card_one = card(&edition, one);
    assert!(card_one["excerpt"].as_str().expect("an excerpt").starts_with("At /one, part 0. Of all"), "{card_one}");
    assert!(card_one["excerpt"].as_str().expect("an excerpt").chars().count() <= 280);
    assert_eq!((&card_one["author"], &card_one["reading_minutes"]), (&json!("Ann Lind"), &json!(3)));
    assert_eq!(card_one["image"], web.url("/lead.png"));
    let card_two = card(&edition, two);
    assert_eq!((&card_two["excerpt"], &card_two["author"]), (&Value::Null, &json!("Ann Lind")));
    // A picture is in no mail: it would tell who opens it.
    let mail = app.run(&["digest", "--week", "2026-W47", "--format", "html"]).exits(0);
    assert!(!mail.stdout.contains("lead.png"));
    // Neither the next run nor a draft asks again.
    app.json(&["run", "--now", LATER]);
    app.run(&["digest", "--now", LATER]);
    assert_eq!(web.asked(), [""; 0]);
}

#[test]
fn a_draft_asks_nobody_and_is_the_same_twice() {
    let runtime = runtime();
    let web = Web::start(&runtime, 2, &[("/one", Says::Page)]);
    let app = app(&runtime, &[("Measuring how a kernel keeps time", "", web.url("/one"))]);
    app.run(&["fetch", "--now", "2026-11-19T07:00:00Z"]).exits(0);
    let draft = || app.run(&["digest", "--now", "2026-11-19T08:00:00Z", "--format", "json"]).exits(0).stdout;
    assert_eq!(draft(), draft());
    assert_eq!(web.asked(), [""; 0]);
}

#[test]
fn sites_are_asked_as_they_allow_and_what_fails_leaves_the_edition_as_it_was() {
    let runtime = runtime();
    let inner = Web::start(&runtime, 3, &[("/secret", Says::Page)]);
    let secret: &'static str = inner.url("/secret").leak();
    let webs = [
        (
            "Gardens that nobody may enter",
            vec![("/robots.txt", Says::Text("User-agent: bellwether\nDisallow: /x"))],
            "robots",
        ),
        ("A compiler fails on a Tuesday", vec![("/robots.txt", Says::Status(500))], "robots_unreachable"),
        ("Databases that answer after lunch", vec![("/x", Says::Never)], "timeout"),
        ("Everything ever written on queues", vec![("/x", Says::Endless)], "too_large"),
        ("How proxies lead into a cellar", vec![("/x", Says::To(secret))], "blocked"),
        ("The missing page about caching", vec![("/x", Says::Status(404))], "http_404"),
    ];
    let started: Vec<(&str, Web, &str)> = webs
        .into_iter()
        .map(|(title, mut paths, why)| {
            if !paths.iter().any(|(path, _)| *path == "/x") {
                paths.push(("/x", Says::Page));
            }
            (title, Web::start(&runtime, 2, &paths), why)
        })
        .collect();
    let feeds: Vec<(&str, &str, String)> = started.iter().map(|(title, web, _)| (*title, "", web.url("/x"))).collect();
    let app = app(&runtime, &feeds);
    let report = app.json(&["run", "--now", FRIDAY]);
    assert_eq!(report["composed"], json!(["weekly/2026-W47"]));
    assert_eq!((&report["articles"]["asked"], &report["articles"]["told"]), (&json!(6), &json!(0)), "{report}");
    let edition = edition(&app);
    for (title, web, why) in &started {
        assert_eq!(report["articles"]["failures"][why], 1, "{why}: {report}");
        assert_eq!(card(&edition, title)["excerpt"], Value::Null);
        let asked = web.asked();
        let expected: &[&str] = if why.starts_with("robots") { &["/robots.txt"] } else { &["/robots.txt", "/x"] };
        assert_eq!(asked, expected, "{why}");
    }
    assert_eq!(inner.asked(), [""; 0]);
}

#[test]
fn no_page_is_asked_for_where_it_is_walled_or_switched_off() {
    let runtime = runtime();
    let web = Web::start(&runtime, 2, &[("/one", Says::Page), ("/two", Says::Page)]);
    let walled = "paywall = true";
    let app_walled = app(&runtime, &[("Measuring how a kernel keeps time", walled, web.url("/one"))]);
    assert_eq!(app_walled.json(&["run", "--now", FRIDAY])["articles"]["asked"], 0);
    let app_off = app(&runtime, &[("Measuring how a kernel keeps time", "", web.url("/two"))]);
    let settings = app_off.read("bellwether.toml") + "articles = false\n";
    app_off.write("bellwether.toml", &settings);
    let report = app_off.json(&["run", "--now", FRIDAY]);
    assert_eq!((&report["articles"]["asked"], &report["composed"]), (&json!(0), &json!(["weekly/2026-W47"])));
    assert_eq!(web.asked(), [""; 0]);
}
