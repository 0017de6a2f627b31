//! The feeds that a web page links to, and what else it says of itself.

use std::borrow::Cow;

use url::Url;

use super::decode::decode;
use super::repair::{Token, Tokens};

/// Bytes of an address; the guard lets no longer one through.
const LONGEST: usize = 8_000;
/// More links than this are not looked at further.
const MOST: usize = 40;
/// Tags of one kind that are looked at.
const LOOKED_AT: usize = 2_000;
/// Characters of a title.
const TITLE: usize = 120;
/// Bytes of text that are collected for one, blanks included.
const WORDS: usize = 1_000;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub title: Option<String>,
    /// The `lang` of its outermost element, as it stands.
    pub language: Option<String>,
    /// The likeliest first, each address once: what the head declares, then links that look like feeds, then feeds of
    /// comments.
    pub feeds: Vec<FeedLink>,
}

/// A link to what is, or may be, a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// http or https, without a fragment.
    pub url: Url,
    pub title: Option<String>,
    /// In a `<link rel="alternate">`; otherwise it only looks like one.
    pub declared: bool,
    /// What readers say of the pages, not the pages.
    pub comments: bool,
}

/// Reads an HTML page; `url` is where it came from. Anything else is a page that says nothing.
#[must_use]
pub fn read(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Page {
    let text = decode(bytes, content_type).text;
    let tags = tags(&text);
    let base = tags
        .base
        .as_deref()
        .filter(|base| base.len() <= LONGEST)
        .and_then(|base| url.join(base).ok())
        .unwrap_or_else(|| url.clone());
    let mut feeds: Vec<FeedLink> = Vec::new();
    let links = tags.links.iter().filter_map(|link| declared(link, &base));
    let anchors = tags.anchors.iter().filter_map(|(href, words)| looks_like_one(href, words, &base));
    for link in links.chain(anchors) {
        if feeds.len() < MOST && !feeds.iter().any(|known| known.url == link.url) {
            feeds.push(link);
        }
    }
    feeds.sort_by_key(|link| (link.comments, !link.declared));
    Page { title: words(&tags.title), language: tags.language.as_deref().and_then(words), feeds }
}

type Attributes<'t> = Vec<(&'t str, Cow<'t, str>)>;

/// The tags of a page that matter here, as they stand.
#[derive(Default)]
struct Tags<'t> {
    base: Option<String>,
    language: Option<String>,
    title: String,
    links: Vec<Attributes<'t>>,
    /// Where a link leads, and its words.
    anchors: Vec<(String, String)>,
}

/// Reads off tags without asking what encloses what: the work grows with a page's length, however deep it is nested.
fn tags(text: &str) -> Tags<'_> {
    let mut tags = Tags::default();
    let mut tokens = Tokens::new(text);
    let (mut in_title, mut in_anchor, mut hidden) = (false, false, None::<&str>);
    while let Some(token) = tokens.next() {
        match token {
            Token::End { name } if hidden.is_some_and(|hidden| hidden.eq_ignore_ascii_case(name)) => hidden = None,
            _ if hidden.is_some() => {}
            Token::Start { name, attributes, closed } => match name.to_ascii_lowercase().as_str() {
                "script" | "style" | "template" if !closed => hidden = Some(name),
                "base" => tags.base = tags.base.or_else(|| attribute(&attributes, "href").map(ToOwned::to_owned)),
                "html" => tags.language = attribute(&attributes, "lang").map(ToOwned::to_owned).or(tags.language),
                "title" => in_title = tags.title.is_empty(),
                "link" if tags.links.len() < LOOKED_AT => tags.links.push(attributes),
                "a" if tags.anchors.len() < LOOKED_AT => {
                    in_anchor = attribute(&attributes, "href").is_some();
                    let to = attribute(&attributes, "href").map(|href| (href.to_owned(), String::new()));
                    tags.anchors.extend(to);
                }
                _ => {}
            },
            Token::End { name } => {
                in_title &= !name.eq_ignore_ascii_case("title");
                in_anchor &= !name.eq_ignore_ascii_case("a");
            }
            Token::Text(text) => {
                let said = in_anchor.then(|| tags.anchors.last_mut().map(|(_, words)| words)).flatten();
                for into in in_title.then_some(&mut tags.title).into_iter().chain(said) {
                    into.extend(text.chars().take(WORDS.saturating_sub(into.len())));
                }
            }
            Token::Cdata(_) => {}
        }
    }
    tags
}

fn attribute<'a>(attributes: &'a Attributes<'_>, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
}

/// A `<link rel="alternate">` of a feed's type, or a calendar's. JSON is a feed's only where that is said: other JSON beside a page is
/// the data of its publishing system.
fn declared(link: &Attributes<'_>, base: &Url) -> Option<FeedLink> {
    let rel = attribute(link, "rel")?.to_ascii_lowercase();
    let alternate = rel.split_ascii_whitespace().any(|word| matches!(word, "alternate" | "feed"));
    let kind = attribute(link, "type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let url = address(attribute(link, "href")?, base)?;
    let feed = match kind {
        "application/rss+xml"
        | "application/atom+xml"
        | "application/feed+json"
        | "application/rdf+xml"
        | "text/calendar" => true,
        "application/xml" | "text/xml" | "application/json" | "" => is_a_feeds_path(&url),
        _ => false,
    };
    let title = attribute(link, "title").and_then(words);
    (alternate && feed).then(|| FeedLink { comments: of_comments(&url, title.as_deref()), url, title, declared: true })
}

/// A link whose address or words are those of a feed, on the page's own domain or a service that serves feeds.
fn looks_like_one(href: &str, said: &str, base: &Url) -> Option<FeedLink> {
    let url = address(href, base)?;
    let title = words(said);
    let said = title.as_deref().unwrap_or_default().to_lowercase();
    let named = said.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "rss" | "atom" | "feed"));
    let service = matches!(url.host_str(), Some("feeds.feedburner.com" | "feedpress.me" | "rss.app"));
    let own = domain(&url) == domain(base);
    let page = base.as_str() == url.as_str() || url.path() == "/";
    (!page && (service || own && (is_a_feeds_path(&url) || named && said.len() < 40))).then(|| FeedLink {
        comments: of_comments(&url, title.as_deref()),
        url,
        title,
        declared: false,
    })
}

fn address(href: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(Some(href.trim()).filter(|href| href.len() <= LONGEST)?).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Whether the last part of an address is one by which feeds go.
fn is_a_feeds_path(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = last.rsplit_once('.').unwrap_or((last, ""));
    match extension {
        "rss" | "atom" | "rdf" => true,
        "xml" | "json" | "php" => ["feed", "rss", "atom"].iter().any(|word| stem.contains(word)) || last == "index.xml",
        _ => {
            matches!(last, "feed" | "feeds" | "rss" | "atom" | "rss2")
                || url.query().is_some_and(|q| q.contains("feed="))
        }
    }
}

fn of_comments(url: &Url, title: Option<&str>) -> bool {
    const WORDS: [&str; 5] = ["comment", "kommentar", "comentario", "commento", "replies"];
    let said = format!("{} {}", url.path(), title.unwrap_or_default()).to_lowercase();
    WORDS.iter().any(|word| said.contains(word))
}

fn domain(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(psl::domain_str(host).unwrap_or(host))
}

/// On one line, and not too long; `None` when nothing is left.
fn words(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().filter(|c| !c.is_control()).take(TITLE).collect();
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests;
