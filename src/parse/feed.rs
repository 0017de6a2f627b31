//! Any bytes to a feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::SubsecRound as _;
use feed_rs::model as read;
use url::Url;

use super::decode::decode;
use super::entry::{Contents, Prose, Raw, Reading, finish, line};
pub use super::entry::{Depth, Glance};
use super::repair::{Canonical, Feed, NoFeed, canonical};
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
    caught(bytes, content_type, url, Reading::All(Contents::Html))
}

/// The same without `content_html`: several times as fast, for who needs only the words.
///
/// # Errors
/// As [`read`].
pub fn read_words(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Result<ParsedFeed, FeedError> {
    caught(bytes, content_type, url, Reading::All(Contents::Words))
}

/// As [`read_words`], each entry only as far as `choose` wants it: most of what a feed says was read before.
///
/// # Errors
/// As [`read`].
pub fn read_chosen(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    choose: &mut dyn FnMut(&Glance) -> Depth,
) -> Result<ParsedFeed, FeedError> {
    caught(bytes, content_type, url, Reading::Chosen(choose))
}

fn caught(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    mut reading: Reading<'_>,
) -> Result<ParsedFeed, FeedError> {
    let read = || read_text(bytes, content_type, url, &mut reading);
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(FeedError::Panic))
}

fn read_text(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    reading: &mut Reading<'_>,
) -> Result<ParsedFeed, FeedError> {
    let decoded = decode(bytes, content_type);
    let text = decoded.text.trim();
    if text.is_empty() {
        return Err(FeedError::Empty);
    }
    let mut feed =
        if text.starts_with('{') { json_feed::read(text, url, reading)? } else { read_xml(text, url, reading)? };
    decoded.encoding.clone_into(&mut feed.encoding);
    feed.recovered.splice(..0, decoded.repairs);
    Ok(feed)
}

fn read_xml(text: &str, url: Option<&Url>, reading: &mut Reading<'_>) -> Result<ParsedFeed, FeedError> {
    let Canonical { feed, repairs } = canonical(text, url, reading).map_err(|no| match no {
        NoFeed::Html => FeedError::Html,
        NoFeed::Other(root) => FeedError::NotAFeed { root },
    })?;
    let (format, cadence) = (feed.format, feed.cadence);
    // What had no fault is as feed-rs would read it: a property test compares them.
    let Feed { title, link, language, entries, .. } =
        if repairs.is_empty() { as_read(feed) } else { read_again(&feed)? };
    let address = url.map(Url::as_str).or(link.as_deref()).unwrap_or_default().to_owned();
    Ok(ParsedFeed {
        format,
        encoding: String::new(),
        recovered: repairs,
        title: title.map(|title| line(&title, 300)).unwrap_or_default(),
        link,
        language,
        cadence,
        entries: entries.into_iter().map(|raw| finish(raw, &address)).collect(),
    })
}

/// What was repaired, as feed-rs reads it.
fn read_again(feed: &Feed) -> Result<Feed, FeedError> {
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .timestamp_parser(date::parse)
        // Ours needs the date as well: see `entry::finish`.
        .id_generator(|_, _, _| String::new())
        .build();
    let read = parser.parse(feed.atom().as_bytes()).map_err(|e| FeedError::Malformed(e.to_string()))?;
    Ok(Feed {
        format: feed.format,
        title: read.title.map(prose),
        link: link_to(&read.links, "alternate"),
        language: read.language,
        cadence: feed.cadence,
        entries: read
            .entries
            .into_iter()
            .zip(&feed.entries)
            .map(|(entry, written)| Raw { contents: written.contents, ..raw(entry) })
            .collect(),
    })
}

/// The same, without writing and reading it once more.
fn as_read(mut feed: Feed) -> Feed {
    let trim = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    feed.link = feed.link.map(spelt);
    feed.title = feed.title.and_then(trimmed);
    for raw in &mut feed.entries {
        raw.id = Some(raw.id.take().map(|id| id.trim().to_owned()).unwrap_or_default());
        raw.link = raw.link.take().map(spelt);
        raw.title = raw.title.take().and_then(trimmed);
        raw.summary = raw.summary.take().and_then(trimmed);
        raw.content = raw.content.take().and_then(trimmed);
        raw.author = trim(raw.author.take());
        raw.image = raw.image.take().map(spelt);
        raw.comments = raw.comments.take().map(spelt);
        for enclosure in &mut raw.enclosures {
            enclosure.url = spelt(std::mem::take(&mut enclosure.url));
        }
        for moment in [&mut raw.published, &mut raw.updated] {
            *moment = moment.map(|moment| moment.trunc_subsecs(0));
        }
    }
    feed
}

fn trimmed(prose: Prose) -> Option<Prose> {
    let (Prose::Plain(text) | Prose::Html(text)) = &prose;
    let (whole, kept) = (text.len(), text.trim());
    if kept.is_empty() || kept.len() == whole {
        return (!kept.is_empty()).then_some(prose);
    }
    let kept = kept.to_owned();
    Some(if matches!(prose, Prose::Plain(_)) { Prose::Plain(kept) } else { Prose::Html(kept) })
}

/// An address as the URL standard spells it, where it is one.
fn spelt(address: String) -> String {
    Url::parse(&address).map_or(address, String::from)
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
        contents: Contents::default(),
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
        assert_eq!(
            entries(&format!("<rss><channel><item><title>x</title><link>y</link><guid>z</guid>{deep}")).len(),
            1
        );
        let attributes = " a='x'".repeat(1_000);
        assert_eq!(entries(&format!("<rss><channel><item><title{attributes}>x</title></item></rss>"))[0].title, "x");
        let laughs = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        assert_eq!(entries(&format!("{laughs}<rss><item><title>&b;</title></item></rss>"))[0].title, "&a;&a;&a;");
    }

    /// A document in one of two dialects, with nothing to repair.
    fn sound() -> impl Strategy<Value = String> {
        let text =
            "[a-zA-Z0-9 .,é—&;\n]{0,20}|&lt;p>a &lt;b>c&lt;/b>|<!\\[CDATA\\[ <p>x</p> &amp; y \\]\\]>|&#160;|&amp;amp;";
        let link = "https?://[a-z]{1,3}\\.example(:80|:443)?/[a-zA-Z%é ]{0,5}(\\?a=1&amp;b=%20)?|/[a-z]{0,3}|[a-z]{1,4}|tag:a,1:b| ";
        let date =
            prop::sample::select(vec!["Thu, 01 Jan 2026 10:00:00 +0100", "2026-01-01T10:00:00.123Z", "nonsense", ""]);
        let entry = (text, text, text, link, link, date, "[a-zé ]{0,6}", "[a-z,/ \n]{0,6}");
        (any::<bool>(), text, link, prop::collection::vec(entry, 0..4)).prop_map(|(atom, title, home, entries)| {
            let safe = |text: &str| {
                if text.starts_with("<!") || text.contains("lt;") { text.to_owned() } else { text.replace("&;", "").replace('&', "&amp;") }
            };
            let entries = entries.iter().map(|(title, summary, content, link, id, date, author, tag)| {
                let [title, summary, content] = [title, summary, content].map(|text| safe(text));
                if atom {
                    format!("<entry><title type='html'>{title}</title><link href=\"{link}\"/><id>{id}</id><published>{date}\
                             </published><author><name>{author}</name></author><category term=\"{tag}\"/>\
                             <summary type='text'>{summary}</summary><content type='html'>{content}</content></entry>")
                } else {
                    format!("<item><title>{title}</title><link>{link}</link><guid>{id}</guid><pubDate>{date}</pubDate>\
                             <author>{author}</author><category>{tag}</category><description>{summary}</description>\
                             <enclosure url=\"{link}\" type=\"{tag}\" length=\"5\"/><comments>{link}</comments></item>")
                }
            });
            let (entries, title) = (entries.collect::<String>(), safe(&title));
            if atom {
                format!("<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>{title}</title><link href=\"{home}\"/>{entries}</feed>")
            } else {
                format!("<rss version='2.0'><channel><title>{title}</title><link>{home}</link><language>en</language>{entries}</channel></rss>")
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_sound_is_as_feed_rs_reads_it(text in sound()) {
            let url = Url::parse("https://a.example/feed").unwrap();
            let Ok(Canonical { feed, .. }) = canonical(&text, Some(&url), &mut Reading::All(Contents::Words)) else { return Ok(()) };
            let again = read_again(&feed).unwrap();
            prop_assert_eq!(as_read(feed), again);
        }

        #[test]
        fn what_is_chosen_is_as_if_all_was_read(text in sound(), depths in prop::collection::vec(0_usize..3, 4)) {
            let all = read_words(text.as_bytes(), None, None).unwrap();
            let mut at = 0;
            let mut choose = |_: &Glance| {
                at += 1;
                [Depth::Nothing, Depth::Headline, Depth::Words][depths[at - 1]]
            };
            let some = read_chosen(text.as_bytes(), None, None, &mut choose).unwrap();
            let expected = all.entries.into_iter().zip(&depths).filter_map(|(entry, depth)| match depth {
                0 => None,
                // The summaries here are short.
                1 => Some(crate::model::entry::Entry { content_text: String::new(), ..entry }),
                _ => Some(entry),
            });
            prop_assert_eq!(some.entries, expected.collect::<Vec<_>>());
        }

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
        fn no_entry_of_a_feed_that_is_cut_off_has_an_identity_of_its_own(text in sound(), at in 0.0..1.0_f64) {
            let ids = |text: &str| -> Vec<String> {
                let feed = read_words(text.as_bytes(), None, None);
                feed.map(|feed| feed.entries.into_iter().map(|entry| entry.id).collect()).unwrap_or_default()
            };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let at = text.floor_char_boundary((text.len() as f64 * at) as usize);
            let whole = ids(&text);
            for id in ids(&text[..at]) {
                prop_assert!(whole.contains(&id), "{id} of {}", &text[..at]);
            }
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
