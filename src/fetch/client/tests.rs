mod bodies;
mod connections;
mod http2;

use futures_util::StreamExt as _;

use super::*;
use crate::fetch::guard::Refusal;
use crate::fetch::test_server::{TestServer, settings};
use crate::model::id::SourceKey;

const FEED: &[u8] = b"HTTP/1.1 200 OK\r\nETag: W/\"a\xff\"\r\nLast-Modified: Sat, 7 Nov 2026 03:04:05 +0000\r\n\
    Cache-Control: public\r\nCache-Control: max-age=7200\r\nAge: 200\r\nSet-Cookie: a=b\r\nContent-Type: text/xml\r\n\
    Content-Length: 6\r\n\r\n<rss/>";
const SAME: &[u8] = b"HTTP/1.1 304 Not Modified\r\n\r\n";

fn here() -> config::Fetch {
    config::Fetch { allow_nets: vec!["127.0.0.1/32".parse().unwrap()], ..settings() }
}

fn now() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

fn plan(url: &url::Url) -> FetchPlan {
    FetchPlan {
        key: SourceKey::parse("one").unwrap(),
        address: url.clone(),
        url: url.clone(),
        validators_of: None,
        etag: None,
        last_modified: None,
        wanted: Wanted::Feed,
        pauses_with: None,
    }
}

async fn ask(server: &TestServer) -> Answer {
    Fetcher::new(&here()).unwrap().fetch_one(&plan(&server.url("/feed")), now()).await
}

async fn reply(responses: &[&[u8]]) -> Answer {
    ask(&TestServer::start("127.0.0.1", responses).await).await
}

fn error(answer: &Answer) -> &FetchError {
    match &answer.outcome {
        FetchOutcome::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn validators_come_back_byte_for_byte_and_a_304_is_understood() {
    let server = TestServer::start("127.0.0.1", &[FEED, SAME]).await;
    let first = ask(&server).await;
    assert!(matches!(&first.outcome, FetchOutcome::Fresh(document) if *document.body == *b"<rss/>"), "{first:?}");
    assert_eq!((first.requests, first.fresh_for), (1, Some(Duration::from_secs(7000))));
    let fetcher = Fetcher::new(&here()).unwrap();
    let Answer { validators, address, .. } = first;
    let again = FetchPlan { etag: validators.etag, last_modified: validators.last_modified, ..plan(&address) };
    assert_eq!(fetcher.fetch_one(&again, now()).await.outcome, FetchOutcome::NotModified);
    let requests = server.requests();
    // The byte 0xFF of the tag is not UTF-8, and shows here as a replacement.
    assert!(requests[1].contains("if-none-match: W/\"a\u{fffd}\"\r\n"), "{}", requests[1]);
    assert!(requests[1].contains("if-modified-since: Sat, 7 Nov 2026 03:04:05 +0000\r\n"), "{}", requests[1]);
}

#[tokio::test]
async fn says_who_we_are_what_we_take_and_nothing_else() {
    let server = TestServer::start("127.0.0.1", &[FEED]).await;
    let contact = Some("https://example.org/about ; (me@example.org)".to_owned());
    let fetcher = Fetcher::new(&config::Fetch { contact, ..here() }).unwrap();
    for _ in 0..2 {
        fetcher.fetch_one(&plan(&server.url("/feed")), now()).await;
    }
    for request in server.requests() {
        assert!(request.starts_with("GET /feed HTTP/1.1\r\n"));
        assert!(request.contains("user-agent: bellwether/0 (+https://example.org/about; me@example.org)\r\n"));
        for part in ["atom+xml", "rss+xml", "feed+json", "application/xml", "*/*;q=0.1\r\n", "gzip", "br", "zstd"] {
            assert!(request.contains(part), "{part}");
        }
        for part in ["cookie", "referer", "if-", "cache-control", "pragma"] {
            assert!(!request.contains(part), "{part}");
        }
    }
}

#[tokio::test]
async fn a_redirect_inwards_is_refused_before_a_connection() {
    let inner = TestServer::start("127.0.0.2", &[FEED]).await;
    let answer = reply(&[&redirect(302, inner.url("/secret").as_str())]).await;
    assert!(matches!(error(&answer), FetchError::Refused(Refusal::Address { .. })), "{answer:?}");
    assert_eq!((error(&answer).class(), answer.requests), ("blocked", 1));
    let named = reply(&[&redirect(302, "file:///etc/passwd")]).await;
    assert!(matches!(error(&named), FetchError::Refused(Refusal::Scheme(_))), "{named:?}");
    assert!(inner.requests().is_empty());
    // Without the network allowed, not even the first request is made; by a name, the resolver refuses.
    let outer = TestServer::start("127.0.0.1", &[FEED]).await;
    let shut = Fetcher::new(&settings()).unwrap().fetch_one(&plan(&outer.url("/")), now()).await;
    assert_eq!((error(&shut).class(), shut.requests), ("blocked", 0));
    assert!(outer.requests().is_empty());
}

#[tokio::test]
async fn the_resolver_refuses_what_the_url_does_not_show() {
    // The network of ::1 lets the name pass, and then 127.0.0.1 is not in it.
    let settings = config::Fetch { allow_nets: vec!["::1/128".parse().unwrap()], ..settings() };
    let server = TestServer::start("127.0.0.1", &[FEED]).await;
    let mut url = server.url("/");
    url.set_host(Some("localhost")).unwrap();
    let answer = Fetcher::new(&settings).unwrap().fetch_one(&plan(&url), now()).await;
    assert_eq!(error(&answer).class(), "blocked", "{answer:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn redirects_are_followed_and_their_permanent_part_told() {
    let moved = reply(&[&redirect(301, "/new"), FEED]).await;
    assert_eq!(moved.permanent.as_ref().map(url::Url::path), Some("/new"));
    assert_eq!((moved.address.path(), moved.requests), ("/feed", 2));
    assert_eq!(reply(&[&redirect(307, "/new"), FEED]).await.permanent, None);
    let circle = reply(&[&redirect(302, "/feed")]).await;
    assert!(matches!(error(&circle), FetchError::TooManyRedirects(_)));
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<!DOCTYPE html>";
    assert!(matches!(error(&reply(&[&redirect(301, "/"), page]).await), FetchError::WebPage(_)));
    assert!(matches!(error(&reply(&[page]).await), FetchError::WebPage(_)));
    let robot = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html><title>Just a moment...</title>";
    assert_eq!(error(&reply(&[robot]).await), &FetchError::Challenge(200));
    let robot = b"HTTP/1.1 403 No\r\ncf-mitigated: challenge\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(error(&reply(&[robot]).await), &FetchError::Challenge(403));
}

#[tokio::test]
async fn stops_at_the_cap_and_notices_what_broke_off() {
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(1 << 20, b' ');
    assert_eq!(error(&reply(&[&endless]).await), &FetchError::TooLarge(1 << 16));
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<rss/>";
    assert_eq!(error(&reply(&[announced]).await), &FetchError::TooLarge(1 << 16));
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n<rss/>";
    assert_eq!(error(&reply(&[cut]).await), &FetchError::CutShort);
    assert_eq!(error(&reply(&[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).await), &FetchError::Empty);
}

#[tokio::test]
async fn the_cap_counts_what_a_compressed_body_unfolds_to() {
    // A zstd frame of one run-length block of spaces (RFC 8878 §3.1.1): 8 of them, then 128 KiB.
    let frame = |block: [u8; 3]| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 10\r\n\r\n";
        [head.as_slice(), b"\x28\xb5\x2f\xfd\x00\x38", &block, b" "].concat()
    };
    let small = reply(&[&frame([0x43, 0, 0])]).await;
    assert!(matches!(&small.outcome, FetchOutcome::Fresh(document) if *document.body == [b' '; 8]), "{small:?}");
    assert_eq!(error(&reply(&[&frame([0x03, 0, 0x10])]).await), &FetchError::TooLarge(1 << 16));
}

#[tokio::test]
async fn statuses_mean_what_they_say() {
    assert_eq!(error(&reply(&[SAME]).await), &FetchError::Unasked(304));
    assert_eq!(error(&reply(&[b"HTTP/1.1 206 Part\r\nContent-Length: 0\r\n\r\n"]).await), &FetchError::Unasked(206));
    assert_eq!(error(&reply(&[b"HTTP/1.1 226 IM Used\r\nContent-Length: 0\r\n\r\n"]).await), &FetchError::Unasked(226));
    assert_eq!(error(&reply(&[b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]).await).class(), "http_404");
    assert_eq!(reply(&[b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"]).await.outcome, FetchOutcome::Gone);
    let hour = b"HTTP/1.1 503 Wait\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    let FetchOutcome::Throttled { until: Some(until) } = reply(&[hour]).await.outcome else { panic!() };
    assert!(until >= now() + TimeDelta::hours(1) && until < now() + TimeDelta::hours(2));
    let bare = reply(&[b"HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n"]).await;
    assert_eq!(bare.outcome, FetchOutcome::Throttled { until: None });
    assert_eq!(error(&reply(&[b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"]).await), &FetchError::Status(503));
}

#[tokio::test]
async fn silence_ends_at_the_time_out_and_a_closed_door_at_once() {
    // A server that accepts and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let impatient = config::Fetch { timeout: Duration::from_millis(20), ..here() };
    let answer = Fetcher::new(&impatient).unwrap().fetch_one(&plan(&url), now()).await;
    assert_eq!(error(&answer), &FetchError::Timeout);
    let hurried = config::Fetch { deadline: Duration::from_millis(20), ..here() };
    let answer = Fetcher::new(&hurried).unwrap().fetch_one(&plan(&url), now()).await;
    assert_eq!(error(&answer), &FetchError::Deadline);
    drop(listener);
    let answer = Fetcher::new(&here()).unwrap().fetch_one(&plan(&url), now()).await;
    assert_eq!(error(&answer).class(), "connect", "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_gets_one_request_at_a_time_and_all_are_answered() {
    let server = TestServer::start("127.0.0.1", &[FEED]).await;
    let plans: Vec<FetchPlan> = (0..20).map(|i| plan(&server.url(&format!("/{i}")))).collect();
    let answers: Vec<_> = Fetcher::new(&here()).unwrap().fetch_all(plans, now()).collect().await;
    assert!(answers.len() == 20 && answers.iter().all(|(plan, answer)| plan.address == answer.address));
    assert!(answers.iter().all(|(_, answer)| matches!(answer.outcome, FetchOutcome::Fresh(_))));
    assert_eq!(server.most_in_flight(), 1);
}

#[tokio::test]
async fn a_429_speaks_for_those_who_pause_together() {
    let server = TestServer::start("127.0.0.1", &[b"HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n"]).await;
    let together = |i| FetchPlan { pauses_with: Some("host".into()), ..plan(&server.url(&format!("/{i}"))) };
    let answers: Vec<_> =
        Fetcher::new(&here()).unwrap().fetch_all((0..5).map(together).collect(), now()).collect().await;
    assert!(answers.iter().all(|(_, answer)| matches!(answer.outcome, FetchOutcome::Throttled { .. })));
    assert_eq!((answers.len(), server.requests().len()), (5, 1));
}
