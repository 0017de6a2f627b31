//! Any bytes to a feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::SubsecRound as _;
use feed_rs::model as read;
use url::Url;

use super::content::{Prose, line};
use super::decode::decode;
use super::entry::{Contents, Raw, Reading, finish};
pub use super::entry::{Depth, Glance};
use super::repair::{Canonical, Feed, NoFeed, canonical};
use super::{date, json_feed};
use crate::model::entry::{Enclosure, ParsedFeed};

/// Entries that are written for feed-rs in one document.
const AT_ONCE: usize = 100;

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
        if repairs.is_empty() { as_read(feed) } else { read_again(feed)? };
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

/// What was repaired, as feed-rs reads it, a few entries at a time: all at once would be in memory three times.
fn read_again(mut feed: Feed) -> Result<Feed, FeedError> {
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .timestamp_parser(date::parse)
        // Ours needs the date as well: see `entry::finish`.
        .id_generator(|_, _, _| String::new())
        .build();
    let mut entries = Vec::new();
    let mut written = std::mem::take(&mut feed.entries).into_iter();
    loop {
        feed.entries = written.by_ref().take(AT_ONCE).collect();
        let read = parser.parse(feed.atom().as_bytes()).map_err(|e| FeedError::Malformed(e.to_string()))?;
        let again = read.entries.into_iter().zip(&feed.entries);
        entries.extend(again.map(|(entry, written)| Raw {
            contents: written.contents,
            comment_count: written.comment_count,
            shared_link: written.shared_link,
            shares_page: written.shares_page,
            submitted: written.submitted.clone(),
            ..raw(entry)
        }));
        if written.len() == 0 {
            return Ok(Feed {
                title: read.title.map(prose),
                link: link_to(&read.links, "alternate"),
                language: read.language,
                entries,
                ..feed
            });
        }
    }
}

/// The same, without writing and reading it once more.
fn as_read(mut feed: Feed) -> Feed {
    let trim = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    feed.title = feed.title.and_then(trimmed);
    for raw in &mut feed.entries {
        raw.id = Some(raw.id.take().map(|id| id.trim().to_owned()).unwrap_or_default());
        raw.title = raw.title.take().and_then(trimmed);
        raw.summary = raw.summary.take().and_then(trimmed);
        raw.content = raw.content.take().and_then(trimmed);
        raw.author = trim(raw.author.take());
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
        comment_count: None,
        shared_link: false,
        shares_page: false,
        submitted: None,
        contents: Contents::default(),
    }
}

fn prose(text: read::Text) -> Prose {
    if text.content_type.to_string() == "text/plain" { Prose::Plain(text.content) } else { Prose::Html(text.content) }
}

fn link_to(links: &[read::Link], relation: &str) -> Option<String> {
    links.iter().find(|link| link.rel.as_deref() == Some(relation)).map(|link| link.href.clone())
}

#[cfg(test)]
mod tests;
