//! What reading a document yields, before any judgement: entries as the source wrote them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::cadence::Cadence;

/// The formats a feed can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedFormat {
    Rss2,
    Rss1,
    Rss0,
    Atom,
    Atom03,
    Json,
    Cdf,
}

/// A feed as read: its entries in document order, and what had to be repaired to read them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParsedFeed {
    pub format: FeedFormat,
    /// The character encoding that was used, as its WHATWG label.
    pub encoding: String,
    /// In words, each once: "bare & in text", "no version on <rss>".
    pub recovered: Vec<String>,
    pub title: String,
    pub link: Option<String>,
    pub language: Option<String>,
    /// When to ask again, as the feed wishes.
    #[serde(skip)]
    pub cadence: Cadence,
    pub entries: Vec<Entry>,
}

/// One entry as its source wrote it. Titles and summaries are plain text, `content_html` is sanitised,
/// links are absolute or absent, dates are UTC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// guid or id, else link, else a hash of feed address, title and date.
    pub id: String,
    pub id_is_generated: bool,
    pub title: String,
    pub link: Option<String>,
    pub published: Option<DateTime<Utc>>,
    pub updated: Option<DateTime<Utc>>,
    /// Published, else updated.
    pub date: Option<DateTime<Utc>>,
    /// Several are one text, with commas between.
    pub author: Option<String>,
    pub summary: Option<String>,
    /// Absent as well where only words were asked for.
    pub content_html: Option<String>,
    /// The words of the content, as one line of plain text; empty where there is none.
    #[serde(skip)]
    pub content_text: String,
    pub enclosures: Vec<Enclosure>,
    pub tags: Vec<String>,
    pub image: Option<String>,
    /// Where readers discuss it.
    pub comments: Option<String>,
    /// How many comments there are, as the feed tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment_count: Option<u32>,
    /// Where its summary and content lead, http or https, each once and at most 32, in order; none of them is its own
    /// link. Empty as well where the words were not asked for.
    #[serde(skip)]
    pub links: Vec<String>,
    /// Where a post leads whose own page is its link: what an aggregator's text calls "[link]" beside "[comments]".
    #[serde(skip)]
    pub submitted: Option<String>,
    /// Entries of different titles link to its page in the document.
    #[serde(skip)]
    pub shares_page: bool,
}

/// A file attached to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enclosure {
    pub url: String,
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// In bytes, as the feed claims.
    pub length: Option<u64>,
}
