//! A small writer of XML, with the two bad habits of escaping that feeds have.

use crate::demo::world::{Defect, Feed};

/// XML as it is being written, indented by two spaces a level.
pub(super) struct Xml {
    text: String,
    depth: usize,
    bare_ampersand: bool,
    html_entities: bool,
}

impl Xml {
    /// Begins a document for `feed`, which declares `encoding`.
    pub(super) fn new(feed: &Feed, encoding: &str) -> Self {
        Self {
            text: format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n"),
            depth: 0,
            bare_ampersand: feed.has(Defect::BareAmpersand),
            html_entities: feed.has(Defect::HtmlEntities),
        }
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.end(name);
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.element_with(name, &[], text);
    }

    pub(super) fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        self.text.push('>');
        self.escaped(text);
        self.end(name);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            self.escaped(value);
            self.text.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' if !self.bare_ampersand => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                other => match entity(other).filter(|_| self.html_entities) {
                    Some(name) => {
                        self.text.push('&');
                        self.text.push_str(name);
                        self.text.push(';');
                    }
                    None => self.text.push(other),
                },
            }
        }
    }
}

/// The name that HTML has for a character, for those that writers of English use.
fn entity(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{a0}' => "nbsp",
        '©' => "copy",
        '–' => "ndash",
        '—' => "mdash",
        '‘' => "lsquo",
        '’' => "rsquo",
        '“' => "ldquo",
        '”' => "rdquo",
        '…' => "hellip",
        '€' => "euro",
        '£' => "pound",
        'µ' => "micro",
        '×' => "times",
        'à' => "agrave",
        'ä' => "auml",
        'ç' => "ccedil",
        'è' => "egrave",
        'é' => "eacute",
        'ø' => "oslash",
        'ö' => "ouml",
        'ü' => "uuml",
        _ => return None,
    })
}
