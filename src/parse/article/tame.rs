//! A page made harmless before a tree is built of it: few kinds of elements, nested only so deep, with few attributes.
//!
//! Building a tree as browsers do costs the square of what is nested or repeated in some ways, and unclosed
//! formatting is multiplied. Whatever comes in, what goes out has none of that: it is written anew, tag by tag, so
//! that nothing is understood differently by the parser behind. One pass, linear.

use crate::parse::tag::{Tag, after_bracket, after_comment, content_of, name_of, tag};
use crate::text::plain;

/// Elements that are passed on; a page that has more is read up to there.
const MAX_ELEMENTS: usize = 8_000;
/// How deep elements may be nested; what is deeper leaves its text.
const MAX_DEPTH: usize = 100;
/// Bytes of JSON-LD that are kept.
const MAX_JSON: usize = 256 << 10;
/// Bytes of the page that are passed on.
const MAX_OUT: usize = 1 << 20;
/// Signs that have to be written as references: each costs the parser behind a copy of the text before it.
const MAX_REFERENCES: usize = 2_000;

/// What tells an article from what is around it. Everything else leaves only its text.
const KEPT: &[&str] = &[
    "a",
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "img",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "tr",
    "ul",
];
const VOID: &[&str] = &["br", "hr", "img", "link", "meta"];
/// Elements that the next of their kind closes, and what may stand between without being closed too.
const SIBLINGS: &[(&[&str], &[&str])] = &[
    (&["li"], &["ul", "ol"]),
    (&["dt", "dd"], &["dl"]),
    (&["td", "th"], &["tr", "table"]),
    (&["tr"], &["tbody", "thead", "table"]),
    (&["tbody", "thead"], &["table"]),
];
/// Elements that may stand within a paragraph; every other ends it.
const PHRASING: &[&str] = &["a", "br", "img", "link", "meta", "span", "time"];
/// Elements that a page has once.
const ONCE: &[&str] = &["html", "head", "body"];
/// Elements whose content is no part of the text.
const DROPPED: &[&str] = &[
    "button",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];
/// A page after it was made harmless.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tamed {
    /// Well-behaved HTML.
    pub(super) html: String,
    /// The texts of its JSON-LD scripts.
    pub(super) json_ld: Vec<String>,
    /// The page asks that nothing of its text be shown elsewhere (`<meta name="robots" content="nosnippet">`).
    pub(super) no_snippet: bool,
}

/// Tames a page, whatever it is.
pub(super) fn tame(text: &str) -> Tamed {
    let mut writer = Writer::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        writer.text(before);
        rest = after;
        if writer.elements >= MAX_ELEMENTS || writer.out.html.len() >= MAX_OUT {
            rest = "";
        } else if let Some(comment) = after.strip_prefix("!--") {
            rest = after_comment(comment);
        } else if after.starts_with(['!', '?']) {
            rest = after_bracket(after);
        } else if let Some(closing) = after.strip_prefix('/') {
            writer.end(&name_of(closing));
            rest = after_bracket(closing);
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (tag, behind) = tag(after);
            rest = behind;
            if DROPPED.contains(&tag.name.as_str()) {
                let (content, behind) = content_of(&tag.name, behind);
                rest = behind;
                writer.dropped(&tag, content);
            } else if let Some(kept) = KEPT.iter().find(|kept| **kept == tag.name) {
                writer.start(kept, &tag);
            }
        } else {
            writer.reference("&lt;");
        }
    }
    writer.text(rest);
    writer.close_to(0);
    writer.out
}

/// Writes a tree in which every element that is not void is closed, in order.
#[derive(Default)]
struct Writer {
    out: Tamed,
    /// What is open, outermost first.
    open: Vec<&'static str>,
    elements: usize,
    references: usize,
    json: usize,
}

impl Writer {
    /// Text with its references resolved, since the parser behind would pay dearly for each.
    fn text(&mut self, text: &str) {
        let room = MAX_OUT.saturating_sub(self.out.html.len());
        let text = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
        if !text.contains('&') {
            self.out.html.push_str(text);
            return;
        }
        let edge = |spaced| if spaced { " " } else { "" };
        self.out.html.push_str(edge(text.starts_with(char::is_whitespace)));
        for c in plain(text).chars() {
            match c {
                '<' => self.reference("&lt;"),
                '&' => self.reference("&amp;"),
                c => self.out.html.push(c),
            }
        }
        self.out.html.push_str(edge(text.ends_with(char::is_whitespace)));
    }

    fn reference(&mut self, reference: &str) {
        self.references += 1;
        self.out.html.push_str(if self.references <= MAX_REFERENCES { reference } else { " " });
    }

    fn start(&mut self, name: &'static str, tag: &Tag<'_>) {
        if name == "meta" {
            self.out.no_snippet |= forbids_snippets(tag);
        }
        if self.open.contains(&name) && (name == "a" || ONCE.contains(&name)) {
            return;
        }
        self.make_room(name);
        if VOID.contains(&name) {
            tag.write(&mut self.out.html);
        } else if self.open.len() < MAX_DEPTH {
            tag.write(&mut self.out.html);
            self.open.push(name);
        } else {
            self.out.html.push(' ');
        }
        self.elements += 1;
    }

    /// Closes what cannot be open around this element.
    fn make_room(&mut self, name: &str) {
        if !PHRASING.contains(&name)
            && let Some(at) = self.open.iter().rposition(|open| *open == "p")
            && self.open.iter().skip(at + 1).all(|open| PHRASING.contains(open))
        {
            self.close_to(at);
        }
        let Some((siblings, bounds)) = SIBLINGS.iter().find(|(siblings, _)| siblings.contains(&name)) else { return };
        let bound = self.open.iter().rposition(|open| bounds.contains(open)).map_or(0, |at| at + 1);
        if let Some(at) = self.open.iter().skip(bound).position(|open| siblings.contains(open)) {
            self.close_to(bound + at);
        }
    }

    fn end(&mut self, name: &str) {
        match self.open.iter().rposition(|open| *open == name) {
            Some(at) => self.close_to(at),
            None => self.out.html.push(' '),
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                self.out.html.push_str(&format!("</{name}>"));
            }
        }
    }

    fn dropped(&mut self, tag: &Tag<'_>, content: &str) {
        if tag.name == "title" && !content.is_empty() {
            self.out.html.push_str("<title>");
            self.text(&content.replace('<', " "));
            self.out.html.push_str("</title>");
        }
        let is_data = tag.name == "script" && tag.get("type").is_some_and(|kind| kind.contains("ld+json"));
        if is_data && self.json + content.len() <= MAX_JSON {
            self.json += content.len();
            self.out.json_ld.push(content.to_owned());
        }
    }
}

fn forbids_snippets(tag: &Tag<'_>) -> bool {
    let says = |content: String| {
        let mut words = content.split(',').map(str::trim);
        words.any(|word| matches!(word, "nosnippet" | "none") || word.replace(' ', "") == "max-snippet:0")
    };
    tag.get("name").is_some_and(|name| name == "robots") && tag.get("content").is_some_and(says)
}

#[cfg(test)]
mod tests;
