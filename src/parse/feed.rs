//! Any bytes to a feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model as read;
use url::Url;

use super::decode::decode;
use super::entry::{Contents, Prose, Raw, finish, line};
use super::repair::{NoFeed, canonical};
use super::simple_html::{self, Kind, Piece};
use super::{date, json_feed};
use crate::model::entry::{Enclosure, ParsedFeed};

/// Why a document is not read as a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("the document is empty")]
    Empty,
    #[error("this is a web page, not a feed; look for a feed's address in its <link rel=\"alternate\">")]
    Html,
    #[error("this is no feed{}", .root.as_ref().map(|root| format!(": its outermost element is <{root}>")).unwrap_or_default())]
    NotAFeed {
        /// The outermost element, when the document has one.
        root: Option<String>,
    },
    #[error("the feed cannot be read: {0}")]
    Malformed(String),
    /// A panic that was caught. `inspect` prints it as `panic`.
    #[error("the feed made the reader fail, which is a fault of the reader: please report the feed's address")]
    Panic,
}

/// Reads RSS, Atom, CDF or JSON Feed, sound or broken.
///
/// `content_type` is the HTTP header's value, for its charset; `url` is where the document came from, for
/// relative links and for the ids of entries that have nothing else to tell them apart.
///
/// # Errors
/// [`FeedError`]; never a panic.
pub fn read(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Result<ParsedFeed, FeedError> {
    caught(bytes, content_type, url, Contents::Html)
}

/// The same without `content_html`: several times as fast, for who needs only the words.
///
/// # Errors
/// As [`read`].
pub fn read_words(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Result<ParsedFeed, FeedError> {
    caught(bytes, content_type, url, Contents::Words)
}

fn caught(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    contents: Contents,
) -> Result<ParsedFeed, FeedError> {
    catch_unwind(AssertUnwindSafe(|| read_text(bytes, content_type, url, contents))).unwrap_or(Err(FeedError::Panic))
}

fn read_text(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    contents: Contents,
) -> Result<ParsedFeed, FeedError> {
    let decoded = decode(bytes, content_type);
    let text = decoded.text.trim();
    if text.is_empty() {
        return Err(FeedError::Empty);
    }
    let mut feed =
        if text.starts_with('{') { json_feed::read(text, url, contents)? } else { read_xml(text, url, contents)? };
    decoded.encoding.clone_into(&mut feed.encoding);
    feed.recovered.splice(..0, decoded.repairs);
    Ok(feed)
}

fn read_xml(text: &str, url: Option<&Url>, contents: Contents) -> Result<ParsedFeed, FeedError> {
    let canonical = canonical(text, url).map_err(|no| match no {
        NoFeed::Html => FeedError::Html,
        NoFeed::Other(root) => FeedError::NotAFeed { root },
    })?;
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .timestamp_parser(date::parse)
        // Ours needs the date as well: see `entry::finish`.
        .id_generator(|_, _, _| String::new())
        .build();
    let feed = parser.parse(canonical.atom.as_bytes()).map_err(|e| FeedError::Malformed(e.to_string()))?;
    let link = link_to(&feed.links, "alternate");
    let address = url.map(Url::as_str).or(link.as_deref()).unwrap_or_default().to_owned();
    Ok(ParsedFeed {
        format: canonical.format,
        encoding: String::new(),
        recovered: canonical.repairs,
        title: feed.title.map(|title| line(&prose(title), 300)).unwrap_or_default(),
        link,
        language: feed.language,
        cadence: canonical.cadence,
        entries: feed.entries.into_iter().map(|entry| finish(raw(entry), &address, contents)).collect(),
    })
}

fn raw(entry: read::Entry) -> Raw {
    let enclosures = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure")).map(|link| Enclosure {
        url: link.href.clone(),
        media_type: link.media_type.clone(),
        length: link.length,
    });
    Raw {
        id: Some(entry.id),
        link: link_to(&entry.links, "alternate"),
        enclosures: enclosures.collect(),
        image: link_to(&entry.links, "preview"),
        comments: link_to(&entry.links, "replies"),
        base: link_to(&entry.links, "base").and_then(|base| Url::parse(&base).ok()),
        title: entry.title.map(prose),
        summary: entry.summary.map(prose),
        content: entry.content.and_then(|content| {
            let body = content.body?;
            Some(if content.content_type.to_string() == "text/plain" { Prose::Plain(body) } else { Prose::Html(body) })
        }),
        published: entry.published,
        updated: entry.updated,
        author: entry.authors.into_iter().find_map(|person| person.name),
        tags: entry.categories.into_iter().map(|category| category.term).collect(),
    }
}

fn prose(text: read::Text) -> Prose {
    if text.content_type.to_string() == "text/plain" { Prose::Plain(text.content) } else { Prose::Html(text.content) }
}

fn link_to(links: &[read::Link], relation: &str) -> Option<String> {
    links.iter().find(|link| link.rel.as_deref() == Some(relation)).map(|link| link.href.clone())
}

/// Elements that stand within a word.
const INLINE: [&str; 20] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u",
];

/// The text of a piece of HTML, entities resolved once.
pub(crate) fn to_plain(html: &str) -> String {
    simple_to_plain(html).unwrap_or_else(|| any_to_plain(html))
}

fn simple_to_plain(html: &str) -> Option<String> {
    let mut text = String::with_capacity(html.len());
    let simple = simple_html::walk(html, |piece| match piece {
        Piece::Text(piece) => text.push_str(piece),
        Piece::Char(c) => text.push(c),
        Piece::Start(kind) if kind != Kind::Inline => text.push(' '),
        Piece::Start(_) | Piece::End(_) => {}
    });
    simple.then_some(text)
}

fn any_to_plain(html: &str) -> String {
    let fragment = scraper::Html::parse_fragment(html);
    let mut text = String::with_capacity(html.len());
    for node in fragment.tree.root().descendants() {
        match node.value() {
            scraper::Node::Text(piece) => {
                let parent = node.parent().and_then(|parent| parent.value().as_element());
                if !parent.is_some_and(|element| matches!(element.name(), "script" | "style")) {
                    text.push_str(piece);
                }
            }
            scraper::Node::Element(element) if !INLINE.contains(&element.name()) => text.push(' '),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(text: &str) -> Vec<crate::model::entry::Entry> {
        read(text.as_bytes(), None, None).expect("a feed").entries
    }

    #[test]
    fn rss_is_read() {
        let url = Url::parse("https://a.example/feed.xml").unwrap();
        let feed = read(
            b"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T &amp; U</title>\
              <link>https://a.example/</link><language>en</language><ttl>30</ttl>\
              <item><guid isPermaLink='false'>7</guid><title>A &amp;amp; &lt;b>B&lt;/b></title><link>/p/7</link>\
              <pubDate>Thu, 01 Jan 2026 10:00 CET</pubDate><dc:creator>Ann</dc:creator><category>x</category>\
              <description>&lt;p>Hello &lt;a href='q'>you&lt;/a></description>\
              <enclosure url='https://a.example/a.mp3' type='audio/mpeg' length='9'/></item></channel></rss>",
            None,
            Some(&url),
        )
        .unwrap();
        assert_eq!(
            (feed.title.as_str(), feed.language.as_deref(), feed.cadence.ttl_minutes),
            ("T & U", Some("en"), 30)
        );
        let entry = &feed.entries[0];
        assert_eq!((entry.id.as_str(), entry.title.as_str()), ("7", "A & B"));
        assert_eq!(entry.link.as_deref(), Some("https://a.example/p/7"));
        assert_eq!(entry.date.unwrap().to_rfc3339(), "2026-01-01T09:00:00+00:00");
        assert_eq!((entry.author.as_deref(), entry.summary.as_deref()), (Some("Ann"), Some("Hello you")));
        assert!(entry.content_html.as_deref().unwrap().contains("https://a.example/q"));
        assert_eq!(entry.enclosures[0].length, Some(9));
    }

    #[test]
    fn skipped_hours_and_days_are_read() {
        let feed =
            |inner: &str| read(format!("<rss><channel><title>T</title>{inner}</channel></rss>").as_bytes(), None, None);
        let cadence = feed("<skipHours><hour>3</hour><hour> 4 </hour><hour>x</hour></skipHours><skipDays><day>Sunday</day><day>Noday</day></skipDays>").unwrap().cadence;
        let mut expected = crate::model::cadence::Cadence::default();
        for hour in [3, 4] {
            expected.skip_hour(hour);
        }
        expected.skip_day(chrono::Weekday::Sun);
        assert_eq!(cadence, expected);
    }

    #[test]
    fn an_edited_title_keeps_its_identity() {
        let with = |title: &str, rest: &str| {
            entries(&format!("<rss><channel><item><title>{title}</title>{rest}</item></channel></rss>")).remove(0).id
        };
        assert_eq!(with("A", "<link>http://a.example/1</link>"), with("B", "<link>http://a.example/1</link>"));
        assert_eq!(with("A", ""), with("A", ""));
        assert_ne!(with("A", ""), with("A", "<pubDate>1 Jan 2026</pubDate>"));
    }

    #[test]
    fn what_is_no_feed_says_so() {
        assert_eq!(read(b" \n", None, None), Err(FeedError::Empty));
        assert_eq!(read(b"<html><head><title>x</title>", None, None), Err(FeedError::Html));
        assert!(matches!(read(b"{\"a\":1}", None, None), Err(FeedError::NotAFeed { .. })));
        assert!(matches!(read(b"{", None, None), Err(FeedError::Malformed(_))));
    }

    #[test]
    fn hostile_documents_are_bounded() {
        let many = "<item><title>x</title></item>".repeat(2_100);
        assert_eq!(entries(&format!("<rss><channel>{many}")).len(), 2_000);
        let deep = "<a>".repeat(100_000);
        assert_eq!(entries(&format!("<rss><channel><item><title>x</title><link>y</link>{deep}")).len(), 1);
        let attributes = " a='x'".repeat(1_000);
        assert_eq!(entries(&format!("<rss><channel><item><title{attributes}>x</title></item></rss>"))[0].title, "x");
        let laughs = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        assert_eq!(entries(&format!("{laughs}<rss><item><title>&b;</title></item></rss>"))[0].title, "&a;&a;&a;");
    }

    proptest! {
        #[test]
        fn the_text_of_simple_html_is_that_of_its_document(html in simple_html::tests::html()) {
            let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(text) = simple_to_plain(&html) {
                prop_assert_eq!(words(text), words(any_to_plain(&html)));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_ne!(read(&bytes, None, None).err(), Some(FeedError::Panic));
        }

        #[test]
        fn a_feed_cut_anywhere_is_read_or_refused(at in 0_usize..400) {
            let whole = "<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title><![CDATA[A]]>\
                </title><link>http://a.example/?a=1&amp;b=2</link><description>&lt;p>x</description></item><item>\
                <title>B</title><link>http://a.example/2</link><guid>2</guid></item></channel></rss>";
            let cut = whole.get(..at.min(whole.len())).unwrap();
            match read(cut.as_bytes(), None, None) {
                Ok(feed) => for entry in feed.entries {
                    prop_assert!(["A", "B"].contains(&entry.title.as_str()), "{entry:?}");
                    prop_assert!(entry.link.is_some_and(|link| link.ends_with('2')));
                },
                Err(e) => prop_assert_ne!(e, FeedError::Panic),
            }
        }
    }
}
