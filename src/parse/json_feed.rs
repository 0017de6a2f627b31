//! JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently: ids may be numbers, titles may be missing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;
use url::Url;

use super::date;
use super::entry::{Contents, Glance, Prose, Raw, Reading, finish, line};
use super::feed::FeedError;
use super::repair::MAX_ENTRIES;
use crate::model::cadence::Cadence;
use crate::model::entry::{Enclosure, FeedFormat, ParsedFeed};

/// Reads a JSON Feed; `url` is where it came from.
///
/// # Errors
/// [`FeedError::Malformed`] when it is no JSON, [`FeedError::NotAFeed`] when it has no list of items.
pub(super) fn read(text: &str, url: Option<&Url>, reading: &mut Reading<'_>) -> Result<ParsedFeed, FeedError> {
    let value: Value = serde_json::from_str(text).map_err(|e| FeedError::Malformed(e.to_string()))?;
    let items = value.get("items").and_then(Value::as_array).ok_or(FeedError::NotAFeed { root: None })?;
    let link = string(&value, "home_page_url");
    let address = url.map(Url::as_str).or(link.as_deref()).unwrap_or_default().to_owned();
    let site = url.cloned().or_else(|| Url::parse(link.as_deref()?).ok());
    let mut recovered = Vec::new();
    if !string(&value, "version").is_some_and(|version| version.contains("jsonfeed.org/version/")) {
        recovered.push("no version of JSON Feed".to_owned());
    }
    if items.len() > MAX_ENTRIES {
        recovered.push("more than 2,000 entries: the rest was left out".to_owned());
    }
    let entries = items
        .iter()
        .take(MAX_ENTRIES)
        .filter_map(|item| {
            let raw = raw(item, &value, site.as_ref());
            let contents = reading.contents(|| glance(item, &raw))?;
            Some(finish(Raw { contents, ..raw }, &address))
        })
        .collect();
    Ok(ParsedFeed {
        format: FeedFormat::Json,
        encoding: String::new(),
        recovered,
        title: string(&value, "title").map(|title| line(&Prose::Plain(title), 300)).unwrap_or_default(),
        link,
        language: string(&value, "language"),
        cadence: Cadence::default(),
        entries,
    })
}

fn glance(item: &Value, raw: &Raw) -> Glance {
    let mut hasher = DefaultHasher::new();
    item.hash(&mut hasher);
    let has_title = raw.title.is_some();
    Glance { print: hasher.finish(), has_title, published: raw.published, updated: raw.updated }
}

fn raw(item: &Value, feed: &Value, site: Option<&Url>) -> Raw {
    let absolute = |address: String| match (Url::parse(&address), site) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(site)) => {
            site.join(&address).map_or(address, |url| url.to_string())
        }
        _ => address,
    };
    let moment = |key: &str| string(item, key).and_then(|text| date::parse(&text));
    let id = string(item, "id");
    let permalink = || id.clone().filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    let link = string(item, "url").or_else(|| string(item, "external_url")).map(absolute).or_else(permalink);
    let html = string(item, "content_html").map(Prose::Html);
    Raw {
        link,
        title: string(item, "title").map(Prose::Plain),
        summary: string(item, "summary").map(Prose::Plain),
        content: html.or_else(|| string(item, "content_text").map(Prose::Plain)),
        base: site.cloned(),
        published: moment("date_published"),
        updated: moment("date_modified"),
        author: author(item).or_else(|| author(feed)),
        enclosures: list(item, "attachments").filter_map(|file| enclosure(file, absolute)).collect(),
        tags: list(item, "tags").filter_map(text).collect(),
        image: string(item, "image").or_else(|| string(item, "banner_image")).map(absolute),
        comments: None,
        contents: Contents::default(),
        id,
    }
}

/// `authors` of version 1.1, else `author` of version 1.0.
fn author(of: &Value) -> Option<String> {
    list(of, "authors").chain(of.get("author")).find_map(|author| string(author, "name"))
}

fn enclosure(file: &Value, absolute: impl Fn(String) -> String) -> Option<Enclosure> {
    Some(Enclosure {
        url: absolute(string(file, "url")?),
        media_type: string(file, "mime_type"),
        length: file.get("size_in_bytes").and_then(Value::as_u64),
    })
}

fn list<'v>(of: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    of.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn string(of: &Value, key: &str) -> Option<String> {
    of.get(key).and_then(text)
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lenient_reading() {
        let feed = read(
            r#"{"version":"https://jsonfeed.org/version/1","title":"T","home_page_url":"https://a.example/","items":[
                {"id":7,"content_text":"a < b","url":"/7","date_published":"2026-01-01T10:00:00+01:00","tags":["x",1]},
                {"id":"https://a.example/8","title":"E","author":{"name":"Ann"},
                 "attachments":[{"url":"f.mp3","mime_type":"audio/mpeg","size_in_bytes":3},{}]}]}"#,
            None,
            &mut Reading::All(Contents::Html),
        )
        .unwrap();
        let [first, second] = feed.entries.as_slice() else { panic!("two entries") };
        assert_eq!((first.id.as_str(), first.title.as_str()), ("7", ""));
        assert_eq!(first.link.as_deref(), Some("https://a.example/7"));
        assert_eq!(first.date.unwrap().to_rfc3339(), "2026-01-01T09:00:00+00:00");
        assert_eq!(second.link.as_deref(), Some("https://a.example/8"));
        assert_eq!(second.author.as_deref(), Some("Ann"));
        assert_eq!(second.enclosures[0].url, "https://a.example/f.mp3");
    }
}
