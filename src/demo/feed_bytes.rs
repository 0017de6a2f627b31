//! A feed's entries as the bytes that its publisher would serve, with the publisher's mistakes.
//!
//! Entries carry a summary and no article: text that nobody wrote would only make the reading times up.

use chrono::{DateTime, SecondsFormat, Utc};

use super::world::{Defect, Feed, Item, Syntax};

mod atom;
mod json;
mod rss1;
mod rss2;
mod xml;

/// Writes `items`, newest first, in the feed's syntax and with its defects.
#[must_use]
pub fn write(feed: &Feed, items: &[Item]) -> Vec<u8> {
    match feed.syntax {
        Syntax::Rss2 => rss2::write(feed, items),
        Syntax::Rss1 => rss1::write(feed, items),
        Syntax::Atom | Syntax::Atom03 => atom::write(feed, items),
        Syntax::Json => json::write(feed, items),
    }
}

/// The `Content-Type` that the feed is served with. Where a publisher's encoding is wrong, so is its server,
/// which names none.
#[must_use]
pub fn content_type(feed: &Feed) -> &'static str {
    match feed.syntax {
        Syntax::Rss2 if feed.has(Defect::Windows1252) => "text/xml",
        Syntax::Rss2 => "application/rss+xml; charset=utf-8",
        Syntax::Rss1 => "application/rdf+xml",
        Syntax::Atom => "application/atom+xml; charset=utf-8",
        Syntax::Atom03 => "text/xml; charset=utf-8",
        Syntax::Json => "application/feed+json",
    }
}

/// The summary as HTML; an aggregator adds its counts.
fn as_html(item: &Item) -> String {
    let summary = match &item.about {
        Some(page) => linked(&item.summary, page),
        None => html(&item.summary),
    };
    match &item.discussion {
        None => summary,
        Some(discussion) => format!(
            "<p>{summary}</p><p><a href=\"{}\">Discussion</a></p><p>Points: {}</p><p>Comments: {}</p>",
            html(&discussion.url),
            discussion.points,
            discussion.comments
        ),
    }
}

/// Text as HTML, its first two words a link.
fn linked(text: &str, page: &str) -> String {
    let end = text.match_indices(' ').nth(1).map_or(text.len(), |(at, _)| at);
    let (words, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    format!("<a href=\"{}\">{}</a>{}", html(page), html(words), html(rest))
}

/// Text as HTML.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::demo::world::World;

    fn fridays() -> impl Iterator<Item = DateTime<Utc>> {
        let first: DateTime<Utc> = "2026-09-25T06:00:00Z".parse().unwrap();
        (0..9).map(move |week| first + Duration::weeks(week))
    }

    fn last_friday(path: &str) -> Vec<u8> {
        World::load().unwrap().document(path, fridays().last().unwrap()).unwrap().body
    }

    /// What a strict reader makes of it.
    fn read(bytes: &[u8]) -> Result<feed_rs::model::Feed, String> {
        feed_rs::parser::parse(bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn sound_feeds_are_what_they_claim_every_friday() {
        let world = World::load().unwrap();
        for now in fridays() {
            for feed in world.feeds().filter(|feed| feed.defects.is_empty()) {
                let items = feed.items_at(now);
                let bytes = write(feed, items);
                if feed.syntax == Syntax::Json {
                    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                    let titles: Vec<_> =
                        json["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
                    assert_eq!(titles, items.iter().map(|item| item.title.as_str()).collect::<Vec<_>>());
                    continue;
                }
                let parsed = read(&bytes).unwrap_or_else(|error| panic!("{} {now}: {error}", feed.key));
                if feed.syntax == Syntax::Atom03 {
                    continue; // This reader knows its XML, but none of its namespace.
                }
                let dates: Vec<_> = parsed.entries.iter().map(|entry| entry.published.unwrap()).collect();
                assert_eq!(dates, items.iter().map(|item| item.at).collect::<Vec<_>>(), "{} {now}", feed.key);
                for (entry, item) in parsed.entries.iter().zip(items) {
                    assert_eq!(entry.links[0].href, item.link);
                    assert_eq!(entry.title.as_ref().unwrap().content, item.title);
                }
            }
        }
    }

    #[test]
    fn every_defect_is_in_the_bytes() {
        let text = |path: &str| String::from_utf8(last_friday(path)).unwrap();
        let rack = text("feeds/the-rack.xml");
        assert!(rack.contains("platforms & Product") && rack.contains("reliability & storage"));
        assert!(rack.contains("&copy; 2026") && rack.contains("&rsquo;") && !rack.contains("&amp;"));
        let weekly = text("feeds/markup-weekly.xml");
        assert!(weekly.contains("<rss xmlns") && !weekly.contains("<guid"));
        assert!(text("feeds/openworks.xml").contains("<link>/posts/"));
        let lunch = text("feeds/papers-at-lunch.xml");
        assert!(lunch.contains("<item>") && !lunch.contains("Date>"));
        let desk = text("feeds/second-desk.xml");
        assert!(!desk.contains("+0000") && !desk.contains("</rss>"));
        assert_eq!(desk.matches("<item>").count(), desk.matches("</item>").count() + 1);
        let notebook = text("feeds/threat-notebook.xml");
        assert!(notebook.starts_with("\nNotice") && notebook.contains("<title>&lt;B&gt;"));
    }

    #[test]
    fn an_old_encoding_is_declared_as_another() {
        let bytes = World::load()
            .unwrap()
            .document("feeds/maschinenraum.xml", "2026-10-23T06:00:00Z".parse().unwrap())
            .unwrap()
            .body;
        assert!(std::str::from_utf8(&bytes).is_err());
        assert!(bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
        // A dash, which ISO 8859-1 has no place for.
        assert!(bytes.contains(&0x96));
    }

    #[test]
    fn ill_formed_feeds_are_refused_by_a_strict_reader() {
        for path in ["feeds/the-rack.xml", "feeds/markup-weekly.xml", "feeds/second-desk.xml"] {
            assert!(read(&last_friday(path)).is_err(), "{path}");
        }
    }
}
