//! HTML written anew, well nested and not too deep, for a parser that repairs what is not.
//!
//! Such repair follows browsers: formatting that was never closed is opened again in every paragraph behind it, and
//! what stands astray in a table is moved before it. A few kilobytes become a million elements that way. What goes
//! out here has nothing to repair: elements that may be shown, each closed where it must be, and nothing else.
//! One pass, linear.

use crate::parse::tag::{after_bracket, after_comment, content_of, name_of, tag};
use crate::text::plain;

/// How deep elements may be nested; what is deeper leaves its text.
const MAX_DEPTH: usize = 100;

/// References of one run of text: each costs the parser behind a copy of the run.
const MAX_REFERENCES: usize = 1_000;

/// What may be shown, and may stand within a paragraph.
const PHRASING: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em", "i", "img", "ins",
    "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
];
/// What may be shown, and ends a paragraph.
const BLOCKS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "nav",
    "ol",
    "p",
    "pre",
    "summary",
    "table",
    "ul",
];
/// The parts of a table, by how deep within it they stand.
const TABLE: &[(&str, usize)] =
    &[("caption", 1), ("tbody", 1), ("td", 3), ("tfoot", 1), ("th", 3), ("thead", 1), ("tr", 2)];
const VOID: &[&str] = &["br", "hr", "img", "wbr"];
const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];
/// Elements that the next of their kind closes, and what may stand between without being closed too.
const SIBLINGS: &[(&[&str], &[&str])] = &[
    (&["li"], &["ul", "ol", "td", "th", "caption"]),
    (&["dt", "dd"], &["dl", "td", "th", "caption"]),
    (&["rt", "rp"], &["ruby"]),
    (&["a"], &[]),
    (HEADINGS, &[]),
];
/// Elements whose content is no text.
const DROPPED: &[&str] = &[
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
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

/// The same HTML as far as it may be shown, every element closed.
pub(super) fn well_nested(html: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len()), open: Vec::new(), references: 0 };
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        writer.text(before);
        rest = after;
        if let Some(comment) = after.strip_prefix("!--") {
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
                (_, rest) = content_of(&tag.name, behind);
            } else if let Some(name) = known(&tag.name) {
                // A parser compares each attribute with all others of its element.
                let written = after.len().checked_sub(behind.len()).and_then(|length| after.get(..length));
                let written = written.filter(|written| !tag.is_crowded() && written.ends_with('>'));
                writer.start(name, written.filter(|written| !written.contains('<')));
            }
        } else {
            writer.text("&lt;");
        }
    }
    writer.text(rest);
    writer.close_to(0);
    writer.out
}

fn known(name: &str) -> Option<&'static str> {
    let parts = TABLE.iter().map(|(part, _)| part);
    PHRASING.iter().chain(BLOCKS).chain(parts).find(|known| **known == name).copied()
}

fn rank(name: &str) -> Option<usize> {
    TABLE.iter().find(|(part, _)| *part == name).map(|(_, rank)| *rank)
}

struct Writer {
    out: String,
    /// What is open, outermost first.
    open: Vec<&'static str>,
    /// Since the last tag.
    references: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.references += text.matches('&').count();
        if self.references <= MAX_REFERENCES {
            self.out.push_str(text);
        } else {
            self.out.push_str(&plain(text).replace(['<', '&'], " "));
        }
    }

    /// `written` is the tag as it stands, without its `<`; without it there are no attributes.
    fn start(&mut self, name: &'static str, written: Option<&str>) {
        let within_table =
            self.open.last().is_some_and(|open| matches!(*open, "table" | "tbody" | "tfoot" | "thead" | "tr"));
        let has_place = match rank(name) {
            Some(rank) => self.make_room_in_table(rank),
            None => !within_table,
        };
        if !has_place {
            self.out.push(' ');
            return;
        }
        self.make_room(name);
        let void = VOID.contains(&name);
        if !void && self.open.len() >= MAX_DEPTH {
            self.out.push(' ');
            return;
        }
        self.references = 0;
        self.out.push('<');
        match written {
            Some(written) => self.out.push_str(written),
            None => self.out.extend([name, ">"]),
        }
        if !void {
            self.open.push(name);
        }
    }

    /// Closes what cannot be open around this element.
    fn make_room(&mut self, name: &str) {
        if !PHRASING.contains(&name)
            && let Some(paragraph) = self.open.iter().rposition(|open| *open == "p")
        {
            self.close_to(paragraph);
        }
        let Some((siblings, bounds)) = SIBLINGS.iter().find(|(siblings, _)| siblings.contains(&name)) else { return };
        let bound = self.open.iter().rposition(|open| bounds.contains(open)).map_or(0, |at| at + 1);
        if let Some(at) = self.open.iter().skip(bound).position(|open| siblings.contains(open)) {
            self.close_to(bound + at);
        }
    }

    /// Closes the parts of the innermost table that a part of this rank cannot stand in. False when there is no table.
    fn make_room_in_table(&mut self, rank: usize) -> bool {
        let Some(table) = self.open.iter().rposition(|open| *open == "table") else { return false };
        let around = self.open.iter().skip(table + 1);
        let kept = around.take_while(|open| **open != "caption" && self::rank(open).is_some_and(|outer| outer < rank));
        let depth = table + 1 + kept.count();
        self.close_to(depth);
        true
    }

    fn end(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|open| *open == name) {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                self.references = 0;
                self.out.extend(["</", name, ">"]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_closes_itself_is_closed() {
        assert_eq!(well_nested("<p class=x>a<p>b<div>c"), "<p class=x>a</p><p>b</p><div>c</div>");
        assert_eq!(well_nested("<b>a<i>b</b>c"), "<b>a<i>b</i></b>c");
        assert_eq!(well_nested("<ul><li>a<ul><li>b</ul><li>c"), "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>");
        assert_eq!(
            well_nested("<table><tr><td>a<b>b<td>c<tr><td>d<tbody>"),
            "<table><tr><td>a<b>b</b></td><td>c</td></tr><tr><td>d</td></tr><tbody></tbody></table>"
        );
        assert_eq!(well_nested("<a href=x>a<a>b</a>"), "<a href=x>a</a><a>b</a>");
    }

    #[test]
    fn what_may_not_be_shown_leaves_its_text_or_nothing() {
        assert_eq!(well_nested("a<script>'<p>'</script>b<font>c</font>d<!-- <p> -->e"), "abcde");
        assert_eq!(well_nested("<td>a 1 < 2 <table><b>c</b><hr>d"), " a 1 &lt; 2 <table> c d</table>");
        assert_eq!(well_nested("a<b title="), "a<b></b>");
        assert_eq!(well_nested(&format!("<b {}>", "a ".repeat(100))), "<b></b>");
    }

    #[test]
    fn references_of_one_run_of_text_are_bounded() {
        let run = "&amp; ".repeat(MAX_REFERENCES);
        assert_eq!(well_nested(&format!("<p>{run}<p>{run}")), format!("<p>{run}</p><p>{run}</p>"));
        assert_eq!(well_nested(&format!("{run}<x>&lt;b>&eacute;")), format!("{run} b>é"));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_is_well_nested(
            html in "(<(/?(b|p|a|h1|li|ul|td|tr|table|tbody|br|hr|div|x)|!--|script)[ >]|-->|>|<|\"|'|=|x){0,60}",
        ) {
            let out = well_nested(&html);
            let mut open = Vec::new();
            for piece in out.split('<').skip(1) {
                let name = name_of(piece.trim_start_matches('/'));
                if piece.starts_with('/') {
                    prop_assert_eq!(open.pop(), Some(name), "{}", out);
                } else if !VOID.contains(&name.as_str()) {
                    open.push(name);
                    prop_assert!(open.len() <= MAX_DEPTH);
                }
            }
            prop_assert!(open.is_empty() && out.len() <= 8 * html.len(), "{}", out);
        }
    }
}
