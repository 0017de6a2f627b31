//! RSS 1.0: RDF, with Dublin Core for what RSS itself lacks.

use super::xml::Xml;
use super::{as_html, rfc3339};
use crate::demo::world::{Feed, Item};

pub(super) fn write(feed: &Feed, items: &[Item]) -> Vec<u8> {
    let mut xml = Xml::new(feed, "UTF-8");
    xml.open(
        "rdf:RDF",
        &[
            ("xmlns", "http://purl.org/rss/1.0/"),
            ("xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:slash", "http://purl.org/rss/1.0/modules/slash/"),
        ],
    );
    xml.open("channel", &[("rdf:about", &feed.site)]);
    xml.element("title", &feed.title);
    xml.element("link", &feed.site);
    xml.element("description", &feed.about);
    if let Some(language) = &feed.language {
        xml.element("dc:language", language);
    }
    xml.open("items", &[]);
    xml.open("rdf:Seq", &[]);
    for item in items {
        xml.empty("rdf:li", &[("rdf:resource", &item.link)]);
    }
    xml.close("rdf:Seq");
    xml.close("items");
    xml.close("channel");
    for item in items {
        xml.open("item", &[("rdf:about", &item.link)]);
        xml.element("title", &item.title);
        xml.element("link", &item.link);
        xml.element("description", &as_html(item));
        xml.element("dc:date", &rfc3339(item.at));
        if let Some(author) = &item.author {
            xml.element("dc:creator", author);
        }
        for tag in &item.tags {
            xml.element("dc:subject", tag);
        }
        if let Some(discussion) = &item.discussion {
            xml.element("slash:comments", &discussion.comments.to_string());
        }
        xml.close("item");
    }
    xml.close("rdf:RDF");
    xml.finish().into_bytes()
}
