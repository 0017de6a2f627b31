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

/// The host without what only says how it is served; empty where there is none.
fn host_of(url: &Url) -> String {
    let full = url.host_str().unwrap_or_default();
    let full = full.strip_suffix('.').unwrap_or(full);
    // No name has an empty label, and without the dots `1..` would be an address of IPv4.
    if full.split('.').any(str::is_empty) {
        return String::new();
    }
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
    while sites::ends_needlessly(host, &segments) {
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
    // In one spelling first: a key must not hold a directive that its address had encoded.
    let fragment = encode::route(url.fragment()?);
    let fragment = fragment.split(":~:").next().unwrap_or_default();
    let routes = fragment.strip_prefix('!').unwrap_or(fragment);
    let routes = if fragment.starts_with(['!', '/']) { routes.trim_matches('/') } else { "" };
    (!routes.is_empty()).then(|| fragment.to_owned())
}

#[cfg(test)]
mod tests;
