//! Pages for people where a feed was expected, and those among them that want to see a human before anything else.

use reqwest::header::HeaderMap;

/// What such pages say of themselves, in lower case: those of the large services, and the usual sentences.
const ASKS: [&str; 12] = [
    "/cdn-cgi/challenge-platform/",
    "cf_chl_opt",
    "_incapsula_resource",
    "ddos-guard",
    "/.within.website/x/cmd/anubis",
    "captcha-delivery.com",
    "awswafintegration",
    "just a moment...",
    "checking your browser",
    "verify you are human",
    "verifying you are human",
    "are you a robot",
];

/// How far a page is looked through.
const LOOKED_THROUGH: usize = 64 << 10;

/// Whether a body begins as HTML; a feed under a wrong declaration is a feed.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let head = lower(body, 512);
    let feed = ["<rss", "<feed", "<rdf"].iter().any(|tag| head.contains(tag));
    (head.contains("<!doctype html") || head.contains("<html")) && !feed
}

/// Whether a page lets only humans by.
pub(crate) fn asks_for_one(page: &[u8]) -> bool {
    let text = lower(page, LOOKED_THROUGH);
    ASKS.iter().any(|sign| text.contains(sign))
}

/// Whether the server says of an answer that it is such a page.
pub(crate) fn is_challenge(headers: &HeaderMap) -> bool {
    let says = |name: &str, what: &str| headers.get(name).is_some_and(|value| value.as_bytes() == what.as_bytes());
    says("cf-mitigated", "challenge") || says("x-amzn-waf-action", "challenge") || says("x-amzn-waf-action", "captcha")
}

fn lower(body: &[u8], most: usize) -> String {
    String::from_utf8_lossy(body.get(..most).unwrap_or(body)).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_from_a_feed_by_how_it_begins() {
        assert!(is_page(b"\n<!DOCTYPE HTML><title>x") && is_page(b"<HTML lang=en>"));
        assert!(!is_page(b"<?xml version='1.0'?><rss><channel><title>&lt;html> explained"));
        assert!(!is_page(b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><!-- <html -->"));
        assert!(!is_page(b"plain"));
    }

    #[test]
    fn a_page_that_wants_a_human_is_told_from_a_page_that_forbids_robots() {
        assert!(asks_for_one(b"<html><title>Just a moment...</title>"));
        assert!(asks_for_one(b"<html><script src='/cdn-cgi/challenge-platform/h/b'></script>"));
        assert!(!asks_for_one(b"<html><title>My weblog</title><p>I do not like captchas."));
    }

    #[test]
    fn a_server_may_say_so_itself() {
        let headers = |name, value| HeaderMap::from_iter([(name, reqwest::header::HeaderValue::from_static(value))]);
        let name = reqwest::header::HeaderName::from_static("cf-mitigated");
        assert!(is_challenge(&headers(name, "challenge")));
        assert!(!is_challenge(&HeaderMap::new()));
    }
}
