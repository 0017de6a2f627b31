//! The feeds that a web page links to, and what else it says of itself.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::decode::decode;

/// More links than this are not looked at further.
const MOST: usize = 40;
/// Characters of a title.
const TITLE: usize = 120;

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
    let html = Html::parse_document(&decode(bytes, content_type).text);
    let base = first(&html, "base[href]").and_then(|base| url.join(base.attr("href")?).ok());
    let base = base.unwrap_or_else(|| url.clone());
    let mut feeds: Vec<FeedLink> = Vec::new();
    let links = all(&html, "link[href]").filter_map(|link| declared(link, &base));
    let anchors = all(&html, "a[href]").filter_map(|anchor| looks_like_one(anchor, &base));
    for link in links.chain(anchors) {
        if feeds.len() < MOST && !feeds.iter().any(|known| known.url == link.url) {
            feeds.push(link);
        }
    }
    feeds.sort_by_key(|link| (link.comments, !link.declared));
    Page {
        title: first(&html, "title").and_then(|title| words(&title.text().collect::<String>())),
        language: first(&html, "html[lang]").and_then(|root| words(root.attr("lang")?)),
        feeds,
    }
}

fn all<'h>(html: &'h Html, selector: &str) -> impl Iterator<Item = ElementRef<'h>> {
    let found: Vec<ElementRef<'h>> =
        Selector::parse(selector).map(|selector| html.select(&selector).collect()).unwrap_or_default();
    found.into_iter()
}

fn first<'h>(html: &'h Html, selector: &str) -> Option<ElementRef<'h>> {
    all(html, selector).next()
}

/// A `<link rel="alternate">` of a feed's type. JSON is a feed's only where that is said: other JSON beside a page is
/// the data of its publishing system.
fn declared(link: ElementRef<'_>, base: &Url) -> Option<FeedLink> {
    let rel = link.attr("rel")?.to_ascii_lowercase();
    let alternate = rel.split_ascii_whitespace().any(|word| matches!(word, "alternate" | "feed"));
    let kind = link.attr("type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let url = address(link.attr("href")?, base)?;
    let feed = match kind {
        "application/rss+xml" | "application/atom+xml" | "application/feed+json" | "application/rdf+xml" => true,
        "application/xml" | "text/xml" | "application/json" | "" => is_a_feeds_path(&url),
        _ => false,
    };
    let title = link.attr("title").and_then(words);
    (alternate && feed).then(|| FeedLink { comments: of_comments(&url, title.as_deref()), url, title, declared: true })
}

/// A link whose address or words are those of a feed, on the page's own domain or a service that serves feeds.
fn looks_like_one(anchor: ElementRef<'_>, base: &Url) -> Option<FeedLink> {
    let url = address(anchor.attr("href")?, base)?;
    let title = words(&anchor.text().collect::<String>());
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
    let mut url = base.join(href.trim()).ok()?;
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
