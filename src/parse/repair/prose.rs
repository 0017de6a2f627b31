//! Whether an element's content is text or HTML, whatever its `type` claims.

use std::borrow::Cow;
use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr_iter, memchr2};

use super::Repairs;
use super::names::is_html;
use super::tree::{Element, Node};
use crate::parse::content::{Prose, bounded};

/// Reads a title, a summary or a content. `declared` is true where the format has a `type` attribute (Atom);
/// elsewhere the text itself must tell. `None` when there is nothing.
pub(super) fn read(element: &Element<'_>, declared: bool, repairs: &mut Repairs) -> Option<Prose> {
    let kind = element.attribute("type").map(str::to_ascii_lowercase);
    let mode = element.attribute("mode").map(str::to_ascii_lowercase);
    if element.elements().next().is_some() {
        let mut html = String::new();
        inner(element, !holds_escaped_markup(element), &mut html);
        return some(Prose::Html(bounded(html.trim()).to_owned()));
    }
    let mut text = element.trimmed();
    if (mode.as_deref() == Some("base64") || kind.as_deref() == Some("application/octet-stream"))
        && let Some(decoded) = STANDARD.decode(text.split_whitespace().collect::<String>()).ok()
    {
        text = Cow::Owned(String::from_utf8_lossy(&decoded).into_owned());
    }
    let text = bounded(&text);
    if !declared && kind.is_none() {
        return some(guessed(text));
    }
    some(match kind.as_deref() {
        None | Some("text" | "text/plain" | "plain") if mode.as_deref() != Some("escaped") => {
            Prose::Plain(text.to_owned())
        }
        None | Some("text" | "text/plain" | "plain") => guessed(text),
        Some("html" | "text/html" | "xhtml" | "application/xhtml+xml") => Prose::Html(markup(text).0.into_owned()),
        Some(_) => {
            repairs.note("odd type on text");
            guessed(text)
        }
    })
}

/// Reads a title. One of no declared type that names an element, as "How to use &lt;div> in HTML", means its name: no
/// title is a block, and of what is markup both tags are there.
pub(super) fn title(element: &Element<'_>, declared: bool, repairs: &mut Repairs) -> Option<Prose> {
    let prose = read(element, declared, repairs)?;
    Some(match prose {
        Prose::Html(html) if !declared && html.len() < LONG_TITLE && element.attribute("type").is_none() => {
            Prose::Html(names_escaped(&html))
        }
        prose => prose,
    })
}

/// In bytes: what is longer is no title.
const LONG_TITLE: usize = 2_000;

/// Elements that run within a line, breaks and paragraphs.
const IN_TITLES: &[&str] = &[
    "a", "abbr", "acronym", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "nobr",
    "p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
];

/// `html` with the `<` escaped of tags without attributes whose counterpart is missing.
fn names_escaped(html: &str) -> String {
    let mut tags = HashSet::new();
    for tag in html.split('<').skip(1) {
        let (ends, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let length = tag.bytes().take_while(u8::is_ascii_alphanumeric).count();
        tags.insert((ends, tag.get(..length).unwrap_or_default().to_ascii_lowercase()));
    }
    let mut escaped = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        let (ends, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let name = name.split_once('>').map(|(name, _)| name.to_ascii_lowercase()).unwrap_or_default();
        let named = is_html(&name) && !IN_TITLES.contains(&name.as_str()) && !tags.contains(&(!ends, name));
        escaped.push_str(before);
        escaped.push_str(if named { "&lt;" } else { "<" });
        rest = tag;
    }
    escaped.push_str(rest);
    escaped
}

/// RSS does not say: text with an element of HTML or a reference in it is HTML.
pub(in crate::parse) fn guessed(text: &str) -> Prose {
    let (html, tags) = markup(text);
    if tags || has_reference(text) { Prose::Html(html.into_owned()) } else { Prose::Plain(text.to_owned()) }
}

/// The text with every `<` escaped that begins no element of HTML, as in `Vec<T>` and `a <b`, and whether any does.
fn markup(text: &str) -> (Cow<'_, str>, bool) {
    let mut html = Cow::Borrowed(text);
    let mut tags = false;
    // What stands before `at` is in `html` already, when that is not the text itself.
    let mut written = 0;
    for at in memchr_iter(b'<', text.as_bytes()) {
        let piece = text.get(at + 1..).unwrap_or_default();
        if piece.starts_with(['!', '?']) || (begins_element(piece) && closes(piece)) {
            tags = true;
            continue;
        }
        let html = html.to_mut();
        if written == 0 {
            html.clear();
        }
        html.push_str(text.get(written..at).unwrap_or_default());
        html.push_str("&lt;");
        written = at + 1;
    }
    if let Cow::Owned(html) = &mut html {
        html.push_str(text.get(written..).unwrap_or_default());
    }
    (html, tags)
}

fn begins_element(piece: &str) -> bool {
    let piece = piece.trim_start_matches('/');
    let length = piece.bytes().take(16).take_while(u8::is_ascii_alphanumeric).count();
    let name = piece.get(..length).unwrap_or_default();
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { is_html(&name.to_ascii_lowercase()) } else { is_html(name) }
}

/// Whether a `>` comes before the next `<`.
fn closes(piece: &str) -> bool {
    let bytes = piece.as_bytes();
    memchr2(b'<', b'>', bytes).and_then(|at| bytes.get(at)) == Some(&b'>')
}

fn has_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|after| {
        let length = after.bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        length > 0 && after.as_bytes().get(length) == Some(&b';')
    })
}

fn some(prose: Prose) -> Option<Prose> {
    let (Prose::Plain(text) | Prose::Html(text)) = &prose;
    (!text.is_empty()).then_some(prose)
}

/// Escaped HTML that has real elements beside it: one that wrote both meant both as markup.
fn holds_escaped_markup(element: &Element<'_>) -> bool {
    element.children.iter().any(|node| match node {
        Node::Text(text) => markup(text).1,
        Node::Element(_) => false,
    })
}

fn inner(element: &Element<'_>, escape: bool, html: &mut String) {
    for node in &element.children {
        if bounded(html).len() < html.len() {
            return;
        }
        match node {
            Node::Text(text) => push(html, bounded(text), escape),
            Node::Element(child) => {
                html.push('<');
                html.push_str(&child.name);
                for (key, value) in child.attributes.iter().filter(|(key, _)| !key.contains(':') && *key != "xmlns") {
                    html.push(' ');
                    html.push_str(key);
                    html.push_str("=\"");
                    escape_into(html, value);
                    html.push('"');
                }
                html.push('>');
                inner(child, escape, html);
                if !matches!(child.name.as_ref(), "br" | "hr" | "img" | "input" | "wbr") {
                    html.push_str("</");
                    html.push_str(&child.name);
                    html.push('>');
                }
            }
        }
    }
}

fn push(html: &mut String, text: &str, escape: bool) {
    if escape {
        escape_into(html, text);
    } else {
        html.push_str(text);
    }
}

/// Appends text in a form that both XML and HTML read back as it was.
pub(super) fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mut chars = after.chars();
        out.push_str(match chars.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            _ => "&quot;",
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    fn first(xml: &str, declared: bool) -> Option<Prose> {
        let tree = tree::parse(xml);
        tree.document.elements().next().and_then(|e| read(e, declared, &mut Repairs::default()))
    }

    #[test]
    fn rss_is_guessed() {
        assert_eq!(first("<title>AT&amp;T</title>", false), Some(Prose::Plain("AT&T".into())));
        assert_eq!(first("<title>A &amp;amp; B</title>", false), Some(Prose::Html("A &amp; B".into())));
        assert_eq!(first("<title>Vec&lt;T&gt;</title>", false), Some(Prose::Plain("Vec<T>".into())));
        assert_eq!(first("<title>A&lt;B</title>", false), Some(Prose::Plain("A<B".into())));
        assert_eq!(first("<title>&lt;b>Vec&lt;T></title>", false), Some(Prose::Html("<b>Vec&lt;T>".into())));
        assert_eq!(first("<title> </title>", false), None);
    }

    #[test]
    fn a_title_that_names_an_element_keeps_its_name() {
        let titled = |xml: &str| {
            let tree = tree::parse(xml);
            tree.document.elements().next().and_then(|e| title(e, false, &mut Repairs::default()))
        };
        for (text, read) in [
            ("How to use &lt;div&gt; in HTML", "How to use &lt;div> in HTML"),
            ("&lt;Script&gt; and &lt;/table&gt;", "&lt;Script> and &lt;/table>"),
            ("&lt;p&gt;A &lt;b&gt;bold&lt;/b&gt; one", "<p>A <b>bold</b> one"),
            ("&lt;div&gt;A&lt;/div&gt;", "<div>A</div>"),
            ("&lt;img src=a&gt; A", "<img src=a> A"),
        ] {
            assert_eq!(titled(&format!("<title>{text}</title>")), Some(Prose::Html(read.to_owned())));
        }
        assert_eq!(titled("<title type='html'>&lt;div></title>"), Some(Prose::Html("<div>".to_owned())));
        let _ = titled(&format!("<title>{}</title>", "&lt;div&gt;".repeat(50_000)));
    }

    #[test]
    fn atom_says() {
        assert_eq!(first("<title>&lt;b></title>", true), Some(Prose::Plain("<b>".into())));
        assert_eq!(first("<title type='HTML'>&lt;b></title>", true), Some(Prose::Html("<b>".into())));
        let xhtml = "<t type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a &amp; <b class='x'>c</b></div></t>";
        assert_eq!(first(xhtml, true), Some(Prose::Html("<div>a &amp; <b class=\"x\">c</b></div>".into())));
        assert_eq!(first("<title mode='base64'>RXhhbXBsZQ==</title>", true), Some(Prose::Plain("Example".into())));
    }
}
