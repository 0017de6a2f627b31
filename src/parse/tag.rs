//! The tags of a page, as its author wrote them.

/// Attributes of one element.
pub(super) const MAX_ATTRIBUTES: usize = 16;
/// Bytes of an attribute's value; a picture within the page is longer, and no loss.
pub(super) const MAX_VALUE: usize = 4 << 10;
/// What of an element may matter behind.
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

/// A start tag as it was written.
pub(super) struct Tag<'t> {
    pub(super) name: String,
    attributes: Vec<(String, &'t str)>,
}

impl Tag<'_> {
    /// Whether it may have more attributes than are read.
    pub(super) fn is_crowded(&self) -> bool {
        self.attributes.len() >= MAX_ATTRIBUTES
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_ascii_lowercase())
    }

    pub(super) fn write(&self, out: &mut String) {
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

pub(super) fn name_of(text: &str) -> String {
    let name = text.chars().take_while(|c| !c.is_whitespace() && !matches!(c, '/' | '>'));
    // No name that means anything is longer.
    name.take(16).map(|c| c.to_ascii_lowercase()).collect()
}

/// What follows a tag or declaration; nothing, when it never ends.
pub(super) fn after_bracket(text: &str) -> &str {
    text.split_once('>').map_or("", |(_, rest)| rest)
}

pub(super) fn after_comment(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('>').or_else(|| text.strip_prefix("->")) {
        return rest;
    }
    text.split_once("-->").map_or("", |(_, rest)| rest)
}

/// The content of an element that holds no elements, and what follows its end tag.
pub(super) fn content_of<'t>(name: &str, text: &'t str) -> (&'t str, &'t str) {
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
pub(super) fn tag(text: &str) -> (Tag<'_>, &str) {
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
