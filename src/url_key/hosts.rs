//! Hosts: names that mean one site, and hosts that only lead on to another.

use std::borrow::Cow;

use url::Url;

use super::{Parts, encode};

/// First labels that say how a page is served, not which.
const SERVED: &[&str] = &["www.", "m.", "mobile.", "amp."];

/// Hosts whose first label looks like one of [`SERVED`] and is not.
const NOT_SERVED: &[&str] = &["m.signalvnoise.com", "m.media-amazon.com"];

/// Sites that put the `m` behind the language.
const M_INSIDE: &[&str] = &[
    "wikipedia.org",
    "wiktionary.org",
    "wikibooks.org",
    "wikiquote.org",
    "wikinews.org",
    "wikisource.org",
    "wikiversity.org",
    "wikivoyage.org",
    "wikimedia.org",
];

/// One site under several names.
const ALIASES: &[(&str, &str)] = &[
    ("twitter.com", "x.com"),
    ("old.reddit.com", "reddit.com"),
    ("np.reddit.com", "reddit.com"),
    ("new.reddit.com", "reddit.com"),
    ("bbc.co.uk", "bbc.com"),
    ("export.arxiv.org", "arxiv.org"),
    ("ar5iv.org", "arxiv.org"),
    ("ar5iv.labs.arxiv.org", "arxiv.org"),
    ("music.youtube.com", "youtube.com"),
    ("youtube-nocookie.com", "youtube.com"),
];

/// Redirectors: host (`*.` before it: any below; `google.*`: any ending), path's beginning, and the parameters
/// that carry the target.
const REDIRECTORS: &[(&str, &str, &[&str])] = &[
    ("google.*", "/url", &["q", "url"]),
    ("news.google.com", "/", &["url"]),
    ("feedproxy.google.com", "/", &["url"]),
    ("l.facebook.com", "/l.php", &["u"]),
    ("lm.facebook.com", "/l.php", &["u"]),
    ("l.instagram.com", "/", &["u"]),
    ("out.reddit.com", "/", &["url"]),
    ("youtube.com", "/redirect", &["q"]),
    ("linkedin.com", "/redir/redirect", &["url"]),
    ("linkedin.com", "/safety/go", &["url"]),
    ("steamcommunity.com", "/linkfilter", &["u", "url"]),
    ("slack-redir.net", "/link", &["url"]),
    ("t.umblr.com", "/redirect", &["z"]),
    ("duckduckgo.com", "/l", &["uddg"]),
    ("vk.com", "/away.php", &["to"]),
    ("getpocket.com", "/redirect", &["url"]),
    ("exit.sc", "/", &["url"]),
    ("redirect.viglink.com", "/", &["u"]),
    ("*.safelinks.protection.outlook.com", "/", &["url"]),
];

/// `host` without a first label that only says how it is served.
pub(super) fn without_prefix(host: &str) -> Option<&str> {
    let rest = SERVED.iter().find_map(|prefix| host.strip_prefix(prefix))?;
    // What remains must be a site: not a public suffix, below which everyone has a site of their own.
    (psl::domain_str(rest).is_some() && !NOT_SERVED.contains(&host)).then_some(rest)
}

/// The name under which a host is filed.
pub(super) fn alias(host: &str) -> Cow<'_, str> {
    if let Some((_, name)) = ALIASES.iter().find(|(from, _)| *from == host) {
        return Cow::Borrowed(name);
    }
    let inside = M_INSIDE.iter().find_map(|site| {
        let language = host.strip_suffix(site)?.strip_suffix(".m.")?.split('.').next()?;
        Some(format!("{language}.{site}"))
    });
    inside.map_or(Cow::Borrowed(host), Cow::Owned)
}

/// The address that a redirector or an AMP viewer wraps.
pub(super) fn unwrapped(parts: &Parts) -> Option<String> {
    if let Some(target) = wrapped_in_path(parts) {
        return Some(target);
    }
    let path = format!("/{}", parts.segments.join("/"));
    let (_, _, names) =
        REDIRECTORS.iter().find(|(pattern, start, _)| is_host(pattern, &parts.host) && under(start, &path))?;
    parts
        .query
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .filter_map(|(_, value)| value.as_deref().map(encode::decoded))
        .find(|value| web_address(value))
}

/// `google.com/amp/s/HOST/…` and `….cdn.ampproject.org/c/s/HOST/…`, where the `s` stands for https, and what The
/// Register's feeds link to, `go.theregister.com/feed/HOST/…`.
fn wrapped_in_path(parts: &Parts) -> Option<String> {
    let wrapped = if is_host("*.cdn.ampproject.org", &parts.host) || parts.host == "cdn.ampproject.org" {
        parts.segments.get(1..)?
    } else if parts.host == "go.theregister.com" {
        parts.segments.split_first().filter(|(first, _)| *first == "feed")?.1
    } else if is_host("google.*", &parts.host) {
        parts.segments.split_first().filter(|(first, _)| *first == "amp")?.1
    } else {
        return None;
    };
    let wrapped = wrapped.strip_prefix(&["s".to_owned()]).unwrap_or(wrapped);
    psl::domain_str(wrapped.first()?)?;
    let target = format!("https://{}{}", wrapped.join("/"), parts.query_text());
    web_address(&target).then_some(target)
}

/// Whether `host` is what `pattern` means: itself, `*.` any host below, `.*` any suffix of a registry behind the name
/// (those of companies are no brand's own: `google.github.io` is somebody's page).
pub(super) fn is_host(pattern: &str, host: &str) -> bool {
    if let Some(site) = pattern.strip_prefix("*.") {
        return host.strip_suffix(site).is_some_and(|below| below.ends_with('.'));
    }
    match pattern.strip_suffix('*') {
        Some(name) => {
            let registered = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann));
            host.starts_with(name) && registered && psl::domain_str(host) == Some(host)
        }
        None => host == pattern,
    }
}

fn web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn under(start: &str, path: &str) -> bool {
    start == "/" || path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
