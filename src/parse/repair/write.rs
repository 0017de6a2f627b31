//! Writes a feed as Atom 1.0 (RFC 4287), the one dialect that is read from here on.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

use super::Feed;
use super::prose::escape_into;
use crate::parse::content::Prose;
use crate::parse::entry::Raw;

/// The document. What RFC 4287 requires and the feed lacks stays lacking: nothing is invented here.
pub(super) fn atom(feed: &Feed) -> String {
    let mut xml = String::from("<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    if let Some(language) = &feed.language {
        attribute(&mut xml, "xml:lang", language);
    }
    xml.push('>');
    text(&mut xml, "title", feed.title.as_ref());
    if let Some(address) = &feed.link {
        link(&mut xml, "alternate", address, None, None);
    }
    for raw in &feed.entries {
        entry(&mut xml, raw);
    }
    xml.push_str("</feed>");
    xml
}

fn entry(xml: &mut String, raw: &Raw) {
    xml.push_str("<entry>");
    if let Some(id) = &raw.id {
        element(xml, "id", id);
    }
    if let Some(address) = &raw.link {
        link(xml, "alternate", address, None, None);
    }
    text(xml, "title", raw.title.as_ref());
    text(xml, "summary", raw.summary.as_ref());
    if let Some(content) = &raw.content {
        let (kind, body) = nature(content);
        xml.push_str("<content");
        attribute(xml, "type", kind);
        close(xml, "content", body);
    }
    date(xml, "published", raw.published);
    date(xml, "updated", raw.updated);
    if let Some(author) = &raw.author {
        xml.push_str("<author>");
        element(xml, "name", author);
        xml.push_str("</author>");
    }
    for tag in &raw.tags {
        xml.push_str("<category");
        attribute(xml, "term", tag);
        xml.push_str("/>");
    }
    for enclosure in &raw.enclosures {
        link(xml, "enclosure", &enclosure.url, enclosure.media_type.as_deref(), enclosure.length);
    }
    if let Some(image) = &raw.image {
        link(xml, "preview", image, None, None);
    }
    if let Some(comments) = &raw.comments {
        link(xml, "replies", comments, None, None);
    }
    if let Some(base) = &raw.base {
        link(xml, "base", base.as_str(), None, None);
    }
    xml.push_str("</entry>");
}

fn nature(prose: &Prose) -> (&'static str, &str) {
    match prose {
        Prose::Plain(text) => ("text", text),
        Prose::Html(html) => ("html", html),
    }
}

fn text(xml: &mut String, name: &str, prose: Option<&Prose>) {
    let Some((kind, body)) = prose.map(nature) else { return };
    let _ = write!(xml, "<{name} type=\"{kind}\"");
    close(xml, name, body);
}

fn element(xml: &mut String, name: &str, body: &str) {
    xml.push('<');
    xml.push_str(name);
    close(xml, name, body);
}

fn close(xml: &mut String, name: &str, body: &str) {
    xml.push('>');
    if body.contains(['<', '&', '>']) {
        // Much shorter to write and to read than with each sign of HTML escaped, and never many times as long.
        let _ = write!(xml, "<![CDATA[{}]]>", body.replace("]]>", "]]]]><![CDATA[>"));
    } else {
        xml.push_str(body);
    }
    let _ = write!(xml, "</{name}>");
}

fn link(xml: &mut String, relation: &str, address: &str, kind: Option<&str>, length: Option<u64>) {
    xml.push_str("<link");
    attribute(xml, "rel", relation);
    attribute(xml, "href", address);
    if let Some(kind) = kind {
        attribute(xml, "type", kind);
    }
    if let Some(length) = length {
        attribute(xml, "length", &length.to_string());
    }
    xml.push_str("/>");
}

fn date(xml: &mut String, name: &str, moment: Option<DateTime<Utc>>) {
    if let Some(moment) = moment {
        element(xml, name, &moment.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
}

fn attribute(xml: &mut String, name: &str, value: &str) {
    let _ = write!(xml, " {name}=\"");
    escape_into(xml, value);
    xml.push('"');
}
