//! Atom 1.0 (RFC 4287), and its draft 0.3, in which some software has been stuck since 2004.

use chrono::Datelike as _;
use url::Url;

use super::xml::Xml;
use super::{as_html, rfc3339};
use crate::demo::world::{Feed, Item, Syntax};

/// What the two versions call the same things.
struct Dialect {
    namespace: &'static [(&'static str, &'static str)],
    subtitle: &'static str,
    published: &'static str,
    updated: &'static str,
    /// The attributes of text that holds escaped HTML.
    html: &'static [(&'static str, &'static str)],
}

const ATOM: Dialect = Dialect {
    namespace: &[("xmlns", "http://www.w3.org/2005/Atom")],
    subtitle: "subtitle",
    published: "published",
    updated: "updated",
    html: &[("type", "html")],
};

const ATOM_03: Dialect = Dialect {
    namespace: &[
        ("version", "0.3"),
        ("xmlns", "http://purl.org/atom/ns#"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ],
    subtitle: "tagline",
    published: "issued",
    updated: "modified",
    html: &[("type", "text/html"), ("mode", "escaped")],
};

pub(super) fn write(feed: &Feed, items: &[Item]) -> Vec<u8> {
    let old = feed.syntax == Syntax::Atom03;
    let words = if old { ATOM_03 } else { ATOM };
    let mut xml = Xml::new(feed, "UTF-8");
    let language: Vec<_> = feed.language.iter().map(|language| ("xml:lang", language.as_str())).collect();
    xml.open("feed", &[words.namespace, &language].concat());
    xml.element("title", &feed.title);
    xml.element(words.subtitle, &feed.about);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.site)]);
    xml.element("id", &feed.site);
    if let Some(newest) = items.first() {
        xml.element(words.updated, &rfc3339(newest.at));
    }
    author(&mut xml, &feed.title);
    for item in items {
        xml.open("entry", &[]);
        xml.element("title", &item.title);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &item.link)]);
        xml.element("id", &tag(item));
        xml.element(words.published, &rfc3339(item.at));
        xml.element(words.updated, &rfc3339(item.at));
        if let Some(name) = &item.author {
            author(&mut xml, name);
        }
        for term in &item.tags {
            if old {
                xml.element("dc:subject", term);
            } else {
                xml.empty("category", &[("term", term)]);
            }
        }
        if let Some(discussion) = &item.discussion {
            xml.empty("link", &[("rel", "replies"), ("type", "text/html"), ("href", &discussion.url)]);
        }
        xml.element_with("summary", words.html, &as_html(item));
        xml.close("entry");
    }
    xml.close("feed");
    xml.finish().into_bytes()
}

fn author(xml: &mut Xml, name: &str) {
    xml.open("author", &[]);
    xml.element("name", name);
    xml.close("author");
}

/// A name that outlives the address (RFC 4151); the address where none can be made.
fn tag(item: &Item) -> String {
    let url = Url::parse(&item.link).ok();
    match url.as_ref().and_then(|url| Some((url.host_str()?, url.path()))) {
        Some((host, path)) => format!("tag:{host},{}:{}", item.at.year(), path.trim_start_matches('/')),
        None => item.link.clone(),
    }
}
