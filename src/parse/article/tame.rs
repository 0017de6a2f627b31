//! A page made harmless before a tree is built of it: few kinds of elements, nested only so deep, with few attributes.
//!
//! Building a tree as browsers do costs the square of what is nested or repeated in some ways, and unclosed
//! formatting is multiplied. Whatever comes in, what goes out has none of that: it is written anew, tag by tag, so
//! that nothing is understood differently by the parser behind. One pass, linear.

use crate::text::plain;

/// Elements that are passed on; a page that has more is read up to there.
const MAX_ELEMENTS: usize = 8_000;
/// How deep elements may be nested; what is deeper leaves its text.
const MAX_DEPTH: usize = 100;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 16;
/// Bytes of an attribute's value; a picture within the page is longer, and no loss.
const MAX_VALUE: usize = 4 << 10;
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
const ATTRIBUTES: &[&str] = &[
    "alt",
    "aria-hidden",
    "class",
    "content",
    "datetime",
    "dir",
    "hidden",
    "href",
    "id",
    "itemprop",
    "lang",
    "name",
    "property",
    "rel",
    "role",
    "src",
    "style",
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

/// A start tag as it was written.
struct Tag<'t> {
    name: String,
    attributes: Vec<(String, &'t str)>,
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

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_ascii_lowercase())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in self.attributes.iter().filter(|(name, _)| ATTRIBUTES.contains(&name.as_str())) {
            if value.len() <= MAX_VALUE {
                out.push_str(&format!(" {name}=\"{}\"", value.replace('"', "&quot;")));
            }
        }
        out.push('>');
    }
}

fn forbids_snippets(tag: &Tag<'_>) -> bool {
    let says = |content: String| {
        let mut words = content.split(',').map(str::trim);
        words.any(|word| matches!(word, "nosnippet" | "none") || word.replace(' ', "") == "max-snippet:0")
    };
    tag.get("name").is_some_and(|name| name == "robots") && tag.get("content").is_some_and(says)
}

fn name_of(text: &str) -> String {
    let name = text.chars().take_while(|c| !c.is_whitespace() && !matches!(c, '/' | '>'));
    // No name that means anything is longer.
    name.take(16).map(|c| c.to_ascii_lowercase()).collect()
}

/// What follows a tag or declaration; nothing, when it never ends.
fn after_bracket(text: &str) -> &str {
    text.split_once('>').map_or("", |(_, rest)| rest)
}

fn after_comment(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('>').or_else(|| text.strip_prefix("->")) {
        return rest;
    }
    text.split_once("-->").map_or("", |(_, rest)| rest)
}

/// The content of an element that holds no elements, and what follows its end tag.
fn content_of<'t>(name: &str, text: &'t str) -> (&'t str, &'t str) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + at;
        let behind = text.get(start + 2..).unwrap_or_default();
        if name_of(behind) == name {
            return (text.get(..start).unwrap_or_default(), after_bracket(behind));
        }
        from = start + 2;
    }
    (text, "")
}

/// A start tag that begins `text`, and what follows it.
fn tag(text: &str) -> (Tag<'_>, &str) {
    let name = name_of(text);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(text.len());
    let mut rest = text.get(end..).unwrap_or_default();
    let mut attributes: Vec<(String, &str)> = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (Tag { name, attributes }, rest);
        }
        if let Some(behind) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, behind);
        }
        // A name may begin with `=`, and that one ends nothing.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let tail = rest.get(first..).unwrap_or_default();
        let length = tail.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=')).unwrap_or(tail.len());
        let (attribute, behind) = rest.split_at_checked(first + length).unwrap_or((rest, ""));
        rest = behind.trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            (value, rest) = value_of(behind.trim_start());
        }
        if attributes.len() < MAX_ATTRIBUTES && attribute.len() <= 16 {
            attributes.push((attribute.to_ascii_lowercase(), value));
        }
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(text: &str) -> String {
        tame(text).html
    }

    #[test]
    fn what_an_article_is_made_of_passes_and_the_rest_leaves_its_text() {
        let page = "<!DOCTYPE html><html lang=de><body onload=\"x()\"><P Class='a \"b\"'>One <b>two</b><br/> 1 < 2</p>";
        let tamed = "<html lang=\"de\"><body><p class=\"a &quot;b&quot;\">One two <br> 1 &lt; 2</p></body></html>";
        assert_eq!(html(page), tamed);
    }

    #[test]
    fn what_closes_itself_is_closed() {
        assert_eq!(html("<p>a<p>b<div>c"), "<p>a</p><p>b</p><div>c</div>");
        assert_eq!(
            html("<ul><li>a<ul><li>b<li>c</ul><li>d"),
            "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"
        );
        assert_eq!(
            html("<table><tr><td>a<td>b<tr><td>c"),
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
        );
        assert_eq!(html("<a>x<a>y</a>z</a>"), "<a>xy</a>z ");
    }

    #[test]
    fn what_is_no_text_goes_with_its_content() {
        assert_eq!(html("a<script>if (1<2) '<p>'</script>b<style>p{}</STYLE >c<!-- <p> -->d<!-->e"), "abcde");
        assert_eq!(
            html("<title>1 <b> 2</title><svg><title>x</title></svg>y<script>never closed<p>"),
            "<title>1  b> 2</title>y"
        );
    }

    #[test]
    fn json_ld_and_the_wish_not_to_be_shown_are_told_apart() {
        let page = "<meta name=Robots content='index, NoSnippet'><script type=\"application/ld+json\">{\"a\":\"<b>\"}</script>";
        let tamed = tame(page);
        assert_eq!((tamed.json_ld, tamed.no_snippet), (vec!["{\"a\":\"<b>\"}".to_owned()], true));
        assert!(tame("<meta name=robots content='max-snippet: 0'>").no_snippet);
        assert!(!tame("<meta name=robots content='max-snippet:-1, index'>").no_snippet);
    }

    #[test]
    fn depth_tags_and_attributes_end_somewhere() {
        for part in ["<div>", "<li><dt>", "<span><p>", "<td><div><li>", "<ul><li><table><tr><td>"] {
            let (mut depth, mut deepest) = (0_usize, 0);
            for piece in html(&part.repeat(1000)).split('<').skip(1) {
                depth = if piece.starts_with('/') { depth - 1 } else { depth + 1 };
                deepest = deepest.max(depth);
            }
            assert!(depth == 0 && deepest <= MAX_DEPTH, "{part} {depth} {deepest}");
        }
        let closed = html(&format!("{}x{}<h1>", "<div>".repeat(1000), "</div>".repeat(1000)));
        assert!(closed.ends_with("<h1></h1>"));
        assert_eq!(html(&"<p>".repeat(MAX_ELEMENTS * 2)).matches("<p>").count(), MAX_ELEMENTS);
        assert!(html(&format!("<p {}>", "id=a ".repeat(10_000))).matches("id").count() <= MAX_ATTRIBUTES);
        assert_eq!(html(&format!("<img src=\"{}\">", "a".repeat(MAX_VALUE + 1))), "<img>");
    }

    proptest! {
        #[test]
        fn what_goes_out_is_of_the_kept_kinds(
            text in "(<|</|<!--|-->|>|p|div|script|title|svg|a|=|\"|'| |/|\\PC){0,60}",
        ) {
            let out = html(&text);
            for part in out.split('<').skip(1) {
                let name = name_of(part.trim_start_matches('/'));
                prop_assert!(KEPT.contains(&name.as_str()) || name == "title", "{text:?} {out:?}");
            }
        }
    }
}
