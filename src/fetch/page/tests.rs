use super::*;
use crate::config;
use crate::fetch::test_server::{TestServer, settings};

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
const MISSING: &[u8] = b"HTTP/1.1 404 Missing\r\nContent-Length: 0\r\n\r\n";
const BROKEN: &[u8] = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n";

fn now() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

fn pages(remembered: BTreeMap<String, Standing>) -> Pages {
    let nets = ["127.0.0.1/32", "127.0.0.3/32"].map(|net| net.parse().unwrap());
    let settings = config::Fetch { allow_nets: nets.to_vec(), ..settings() };
    Pages::new(Fetcher::new(&settings).unwrap(), remembered)
}

fn text(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn lines(server: &TestServer) -> Vec<String> {
    server.requests().iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn robots_is_asked_first_and_once_for_all_who_come_together() {
    let server = TestServer::start("127.0.0.1", &[MISSING, PAGE]).await;
    let pages = pages(BTreeMap::new());
    let (one, two) = (server.url("/1"), server.url("/2"));
    let (first, second) = tokio::join!(pages.get(&one, now()), pages.get(&two, now()));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let seen = lines(&server);
    assert_eq!((seen.len(), seen[0].as_str()), (3, "GET /robots.txt HTTP/1.1"));
    assert!(server.requests()[1].contains("accept: text/html,"), "{}", server.requests()[1]);
}

#[tokio::test]
async fn a_page_that_is_disallowed_is_never_asked_for() {
    let server = TestServer::start("127.0.0.1", &[&text("User-agent: Bellwether\nDisallow: /private"), PAGE]).await;
    let pages = pages(BTreeMap::new());
    let refused = pages.get(&server.url("/private/1"), now()).await;
    assert!(matches!(refused, Err(PageError::Disallowed(..))), "{refused:?}");
    assert_eq!(lines(&server), ["GET /robots.txt HTTP/1.1"]);
    assert!(pages.get(&server.url("/public"), now()).await.is_ok());
}

#[tokio::test]
async fn a_broken_server_forbids_all_and_what_is_remembered_spares_the_question() {
    let server = TestServer::start("127.0.0.1", &[BROKEN, PAGE]).await;
    let first = pages(BTreeMap::new());
    let refused = first.get(&server.url("/1"), now()).await;
    assert!(matches!(refused, Err(PageError::RobotsUnreachable(..))), "{refused:?}");
    let second = pages(first.learned());
    assert!(second.get(&server.url("/1"), now() + TimeDelta::minutes(30)).await.is_err());
    assert_eq!(lines(&server).len(), 1);
    assert!(second.learned().is_empty());
    // Not fresh any more: asked again, and a page under that address is no file of rules.
    assert!(second.get(&server.url("/1"), now() + TimeDelta::hours(2)).await.is_ok());
    assert_eq!(lines(&server).len(), 3);
}

#[tokio::test]
async fn each_hop_obeys_the_robots_of_its_own_origin() {
    for (path, allowed) in [("/x", false), ("/y", true)] {
        let target = TestServer::start("127.0.0.3", &[&text("User-agent: *\nDisallow: /x"), PAGE]).await;
        let hop = redirect(target.url(path).as_str());
        let server = TestServer::start("127.0.0.1", &[MISSING, &hop]).await;
        let got = pages(BTreeMap::new()).get(&server.url("/1"), now()).await;
        assert_eq!(got.ok().map(|page| page.final_url), allowed.then(|| target.url(path)));
        assert_eq!(lines(&target).len(), if allowed { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_redirect_inwards_is_refused_and_nothing_is_asked_there() {
    let inner = TestServer::start("127.0.0.2", &[PAGE]).await;
    let server = TestServer::start("127.0.0.1", &[MISSING, &redirect(inner.url("/secret").as_str())]).await;
    let pages = pages(BTreeMap::new());
    let refused = pages.get(&server.url("/1"), now()).await;
    assert!(matches!(refused, Err(PageError::Failed(FetchError::Refused(_)))), "{refused:?}");
    assert!(inner.requests().is_empty());
    assert_eq!(pages.learned().len(), 1);
}

#[tokio::test]
async fn a_circle_ends_and_a_long_robots_is_read_from_its_beginning() {
    let long = format!("User-agent: *\nDisallow: /x\n{}", "#".repeat(700 << 10));
    let server = TestServer::start("127.0.0.1", &[&text(&long), &redirect("/2"), &redirect("/1"), PAGE]).await;
    let pages = pages(BTreeMap::new());
    let circle = pages.get(&server.url("/1"), now()).await;
    assert!(matches!(circle, Err(PageError::Failed(FetchError::TooManyRedirects(_)))), "{circle:?}");
    assert!(matches!(pages.get(&server.url("/x"), now()).await, Err(PageError::Disallowed(..))));
}

#[tokio::test]
async fn robots_itself_may_be_redirected() {
    let server =
        TestServer::start("127.0.0.1", &[&redirect("/rules.txt"), &text("User-agent: *\nDisallow: /"), PAGE]).await;
    let refused = pages(BTreeMap::new()).get(&server.url("/1"), now()).await;
    assert!(matches!(refused, Err(PageError::Disallowed(..))), "{refused:?}");
}
