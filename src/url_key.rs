//! What makes two links one: a key for merging, never the link that is shown.
//!
//! The rules stand as tables in `hosts`, `parameters` and `sites`; this file is the order in which they are applied.
//! A new rule is a new row there and a pair in the tests here. The walk over an address follows RFC 3986 section 6
//! (case, percent-encoding, dot segments) and the WHATWG URL Standard, and goes beyond both where the web in
//! practice does: tracking parameters, mobile hosts, redirectors, AMP.

mod encode;
mod hosts;
mod parameters;
mod sites;

use std::borrow::Cow;

use url::Url;

/// Longer addresses are data, not links.
const MAX_BYTES: usize = 8192;
/// Of a key. It is part of a database's key, and PostgreSQL's take 2,704 bytes.
const MAX_KEY: usize = 2048;

/// More redirectors in one another are a trap. (Each target is shorter than what it was wrapped in.)
const MAX_HOPS: usize = 16;

/// The key of a link: two links with one key lead to the same text. `None` unless `url` is http or https with
/// a host (or is absurdly long). A key is itself such an address, and its own key.
///
/// Host and path alone never decide: `item?id=1` is not `item?id=2`. The boldest folds (`m.`, `www.`, the
/// trailing slash) are right nearly always; who merges by key may want to see that the titles agree.
#[must_use]
pub fn url_key(url: &str) -> Option<String> {
    key_of(parse(url)?)
}

/// The same of an address that is parsed already.
#[must_use]
pub fn url_key_of(url: &Url) -> Option<String> {
    if matches!(unescape(url.as_str()), Cow::Borrowed(_)) && is_link(url) {
        return key_of(url.clone());
    }
    url_key(url.as_str())
}

fn key_of(mut url: Url) -> Option<String> {
    for _ in 0..MAX_HOPS {
        let parts = Parts::of(&url)?;
        // Asked of the normal form, so that a key never wraps what its address did not.
        let Some(target) = hosts::unwrapped(&parts) else {
            return Some(parts.write()).filter(|key| key.len() <= MAX_KEY);
        };
        url = parse(&target)?;
    }
    None
}

/// An address taken apart, each part in its normal form.
struct Parts {
    host: String,
    /// Unless it is a default one.
    port: Option<u16>,
    /// Of the path, percent-encoded, without empty ones.
    segments: Vec<String>,
    /// Percent-encoded, sorted by name; `None` where there is no `=`.
    query: Vec<(String, Option<String>)>,
    /// A fragment that a page written as a script routes by.
    route: Option<String>,
}

impl Parts {
    fn of(url: &Url) -> Option<Self> {
        let host = host_of(url);
        if host.is_empty() {
            return None;
        }
        let mut parts = Self {
            port: url.port().filter(|port| !matches!(port, 80 | 443)),
            segments: segments(&host, url),
            query: query(&host, url),
            route: route(url),
            host,
        };
        sites::fold_site(&mut parts);
        Some(parts)
    }

    fn write(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let mut key = format!("https://{}{port}/", self.host);
        key.push_str(&self.segments.join("/"));
        key.push_str(&self.query_text());
        if let Some(route) = &self.route {
            key.push('#');
            key.push_str(route);
        }
        key
    }

    /// With its `?`, or nothing.
    fn query_text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.query {
            text.push(if text.is_empty() { '?' } else { '&' });
            text.push_str(name);
            if let Some(value) = value {
                text.push('=');
                text.push_str(value);
            }
        }
        text
    }
}

fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    Url::parse(&unescape(text)).ok().filter(is_link)
}

fn is_link(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= MAX_BYTES
}

/// Undoes the HTML escaping of `&` in a query, as often as it was done.
fn unescape(url: &str) -> Cow<'_, str> {
    let Some((before, query)) = url.split_once('?').filter(|(_, query)| query.contains(';')) else {
        return Cow::Borrowed(url);
    };
    let mut out = format!("{before}?");
    for (place, piece) in query.split('&').enumerate() {
        if place > 0 {
            out.push('&');
        }
        let mut piece = piece;
        while let Some(rest) = ["amp;", "#38;", "#038;", "#x26;"].iter().find_map(|escape| piece.strip_prefix(escape)) {
            piece = rest;
        }
        out.push_str(piece);
    }
    Cow::Owned(out)
}

/// The host without what only says how it is served.
fn host_of(url: &Url) -> String {
    let full = url.host_str().unwrap_or_default().trim_end_matches('.');
    if url.domain().is_none() {
        return full.to_owned();
    }
    let mut host = full;
    while let Some(shorter) = hosts::without_prefix(host) {
        host = shorter;
    }
    hosts::alias(host).into_owned()
}

fn segments(host: &str, url: &Url) -> Vec<String> {
    let path = encode::path(url.path());
    let path = match path.to_ascii_lowercase().find(";jsessionid=") {
        Some(at) => path.get(..at).unwrap_or_default(),
        None => &path,
    };
    let mut segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
    while segments.last().is_some_and(|last| sites::needless_segment(host, last, segments.len())) {
        segments.pop();
    }
    segments
}

fn query(host: &str, url: &Url) -> Vec<(String, Option<String>)> {
    let mut query: Vec<(String, Option<String>)> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (encode::form(name), Some(encode::form(value))),
            None => (encode::form(pair), None),
        })
        .filter(|(name, value)| !name.is_empty() || value.as_ref().is_some_and(|value| !value.is_empty()))
        .filter(|(name, value)| {
            !parameters::tracks(host, &name.to_ascii_lowercase(), value.as_deref().unwrap_or_default())
        })
        .collect();
    // Stable: where a name repeats, the order of its values may matter.
    query.sort_by(|a, b| a.0.cmp(&b.0));
    query
}

fn route(url: &Url) -> Option<String> {
    let fragment = url.fragment()?;
    let fragment = fragment.split(":~:").next().unwrap_or_default();
    let routes = fragment.strip_prefix('!').unwrap_or(fragment);
    let routes = if fragment.starts_with(['!', '/']) { routes.trim_matches('/') } else { "" };
    (!routes.is_empty()).then(|| fragment.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_text_one_key() {
        for (a, b) in [
            ("http://ferrow.example.org/a?utm_campaign=x&fbclid=y", "https://www.ferrow.example.org/a/"),
            ("https://example.org/?b=2&amp;a=1&#038;utm_source=r", "https://example.org/?a=1&b=2"),
            ("https://example.org/caf%C3%A9", "https://example.org/cafe\u{301}"),
            ("https://example.org/a;jsessionid=8A1F?x=1", "https://example.org/a?x=1"),
            ("https://example.org/post/amp/index.html", "https://example.org/post"),
            ("https://example.org/post?ref=hackernews", "https://example.org/post"),
            ("https://example.org/post?via=lobste.rs", "https://example.org/post"),
            ("https://user:pw@example.org:443/a", "http://example.org:80/a"),
            ("https://example.org/a#section", "https://example.org/a#:~:text=x"),
            ("https://de.m.wikipedia.org/wiki/Rost", "https://de.wikipedia.org/wiki/Rost#Geschichte"),
            ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=3&list=PL1"),
            ("https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0", "https://youtu.be/dQw4w9WgXcQ"),
            ("https://export.arxiv.org/abs/cs/0112017v2", "https://arxiv.org/pdf/cs/0112017"),
            ("https://arxiv.org/html/2401.00001v3", "https://arxiv.org/abs/2401.00001"),
            ("https://np.reddit.com/r/rust/comments/abc/a_title/", "https://redd.it/abc"),
            ("https://stackoverflow.com/questions/11227809/why-is-it", "https://stackoverflow.com/q/11227809/99"),
            ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"),
            (
                "https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fexample.org%252Fa",
                "https://example.org/a",
            ),
            ("https://www.google.com/amp/s/example.org/a/amp/", "https://example.org/a"),
            ("https://www.google.com/amp/s/example.org/item?id=1", "https://example.org/item?id=1"),
            (
                "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=1",
                "https://example.org/a",
            ),
            ("https://[2001:DB8:0::1]/a", "http://[2001:db8::1]/a"),
            ("https://example.org/?q=a+b%2fc", "https://example.org/?q=a%20b/c"),
        ] {
            assert_eq!(url_key(a), url_key(b), "{a} and {b}");
        }
    }

    #[test]
    fn two_texts_two_keys() {
        for (a, b) in [
            ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=2"),
            ("https://example.org/a%2Fb", "https://example.org/a/b"),
            ("https://example.org/a%23b", "https://example.org/a#b"),
            ("https://example.org/a%3Fb=1", "https://example.org/a?b=1"),
            ("https://example.org/?q=a%2Bb", "https://example.org/?q=a+b"),
            ("https://example.org/?q=a%26b=c", "https://example.org/?q=a&b=c"),
            ("https://example.org/?a=1&a=2", "https://example.org/?a=2&a=1"),
            ("https://example.org/?ref=main", "https://example.org/?ref=dev"),
            ("https://example.org/?source=stable", "https://example.org/"),
            ("https://github.com/ferrow/amp", "https://github.com/ferrow"),
            ("https://m.signalvnoise.com/a", "https://signalvnoise.com/a"),
            ("https://ann.github.io/a", "https://bob.github.io/a"),
            ("https://www.github.io/a", "https://github.io/a"),
            ("https://example.org.evil.net/a", "https://example.org/a"),
            ("https://exаmple.org/a", "https://example.org/a"),
            ("https://example.org/#!/a", "https://example.org/#!/b"),
            ("https://example.org:8443/a", "https://example.org/a"),
            ("https://example.org/A", "https://example.org/a"),
            ("https://www.reddit.com/r/rust/comments/abc/t/c1", "https://www.reddit.com/r/rust/comments/abc/t/c2"),
            ("https://web.archive.org/web/2020/https://example.org/a", "https://example.org/a"),
            ("https://example.org/url?q=https://example.net/", "https://example.net/"),
        ] {
            assert!(url_key(a).is_some() && url_key(b).is_some(), "{a} and {b}");
            assert_ne!(url_key(a), url_key(b), "{a} and {b}");
        }
    }

    #[test]
    fn what_is_no_link_has_no_key() {
        for bad in
            ["", "example.org/a", "//example.org", "ftp://example.org/", "mailto:a@example.org", "https://", "/a"]
        {
            assert_eq!(url_key(bad), None, "{bad}");
        }
        assert_eq!(url_key(&format!("https://example.org/{}", "a".repeat(9000))), None);
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(
            host in "(www\\.|m\\.|amp\\.){0,3}(example|reddit|youtube|google|arxiv|é)\\.(org|com|co\\.uk|x)\\.?(:[0-9]{1,4})?",
            path in "(/|//|\\.|\\.\\.|%2e|amp|index.html|comments|abs|2401\\.00001v2|watch|%[0-9A-Fa-f]{2}|;|&|\\PC|url){0,12}",
            query in "(&|=|;|amp;|#38;|%26|%3B|%25|%[0-9a-f]{2}|\\+|v|q|utm_x|ref|[a-z]|\\PC|https://a\\.org/){0,12}",
            fragment in "(#[!/]?[a-z/&;:~%]{0,8})?",
        ) {
            if let Some(key) = url_key(&format!("http://{host}/{path}?{query}{fragment}")) {
                prop_assert_eq!(url_key(&key), Some(key.clone()));
            }
        }

        #[test]
        fn nothing_panics(text in ".*", url in "https?://.*") {
            for text in [text, url] {
                if let Some(key) = url_key(&text) {
                    prop_assert_eq!(url_key(&key), Some(key.clone()));
                }
            }
        }
    }
}
