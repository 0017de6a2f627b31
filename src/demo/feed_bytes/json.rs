//! JSON Feed 1.1.

use serde::Serialize;

use super::{as_html, rfc3339};
use crate::demo::world::{Feed, Item};

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: &'a str,
    /// Where an aggregator's readers discuss it. The specification would have the two addresses the other way
    /// round; aggregators' feeds have them so.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    date_published: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

pub(super) fn write(feed: &Feed, items: &[Item]) -> Vec<u8> {
    let document = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.site,
        description: &feed.about,
        language: feed.language.as_deref(),
        items: items.iter().map(entry).collect(),
    };
    // Strings and lists cannot fail to be written.
    let mut bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn entry(item: &Item) -> JsonItem<'_> {
    let page = item.discussion.as_ref().map(|discussion| discussion.url.as_str());
    let linked = page.is_some() || item.about.is_some();
    JsonItem {
        id: page.unwrap_or(&item.link),
        url: &item.link,
        external_url: page,
        title: &item.title,
        content_html: linked.then(|| as_html(item)),
        content_text: (!linked).then_some(&item.summary),
        date_published: rfc3339(item.at),
        authors: item.author.iter().map(|name| Author { name }).collect(),
        tags: &item.tags,
    }
}
