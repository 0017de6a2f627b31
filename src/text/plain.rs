//! HTML, or what may be HTML, as plain text.

use memchr::memchr2;
use unicode_normalization::UnicodeNormalization as _;

use super::reference;

/// Elements that begin or end a line of their own: their tags become a space.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
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
    "hgroup",
    "hr",
    "html",
    "iframe",
    "img",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "object",
    "ol",
    "option",
    "p",
    "picture",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "video",
];

/// Elements that run inside a line: their tags vanish.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "embed",
    "font", "i", "input", "ins", "kbd", "label", "link", "mark", "math", "meta", "nobr", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "svg", "time", "tt", "u", "var", "wbr",
];

/// Elements whose content is no text.
const HIDDEN: &[&str] = &["script", "style", "template"];

/// The text that a reader would see of `html`, which may also be plain text already.
///
/// Entities are resolved once (`&amp;lt;` stays `&lt;`), tags are dropped with the content of scripts and
/// styles, the edges of blocks and `<br>` become spaces, and the rest is as [`tidy`] leaves it. A `<` that
/// begins no tag stays, and so does one in `Vec<T>`: an unknown name right behind a letter is code, not markup.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut reader = Reader { out: Tidy::default(), quotes_hold: true, no_gt: false };
    reader.read(html);
    reader.out.finish()
}

/// Plain text with its white space collapsed and trimmed, control characters and invisible formatting
/// (soft hyphens, zero-width spaces, direction overrides) gone, in NFC. For text that holds no markup.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut out = Tidy::with_capacity(text.len());
    out.push_all(text);
    out.finish()
}

/// Bytes of text that are looked at together, and near its end.
const PIECE: usize = 32;
const SHORT_PIECE: usize = 8;

/// Text as [`tidy`] leaves it, made of what is pushed.
#[derive(Default)]
pub(crate) struct Tidy {
    text: String,
    gap: bool,
    /// There may be characters in it that NFC writes otherwise.
    doubtful: bool,
}

impl Tidy {
    /// With room for so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.gap = true;
        } else if !invisible(c) {
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.doubtful |= !composed(c);
            self.text.push(c);
        }
    }

    /// As [`Tidy::push`] for each character, by runs of those that need no look at them: signs of ASCII, and single
    /// spaces between them.
    pub(crate) fn push_all(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let run = if first.is_ascii_graphic() { plain_run(rest.as_bytes()) } else { 0 };
            self.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            let (plain, tail) = rest.split_at_checked(run).unwrap_or(("", rest));
            self.text.push_str(plain);
            rest = tail;
        }
    }

    pub(crate) fn finish(self) -> String {
        if self.doubtful { self.text.nfc().collect() } else { self.text }
    }
}

/// Whether a character stands as it is in NFC, whatever is around it, as far as a glance tells: those below the first
/// combining mark, dashes and quotation marks.
fn composed(c: char) -> bool {
    c < '\u{300}' || matches!(c, '\u{2010}'..='\u{2027}')
}

/// Whether a text is on one line as it stands, because it is of signs of ASCII and single spaces between them.
pub(crate) fn is_line_of_ascii(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && plain_run(text.as_bytes()) + 1 == text.len()
}

/// How many bytes behind the first, which is a sign of ASCII, are such signs and single spaces between them.
fn plain_run(bytes: &[u8]) -> usize {
    let mut run = 0;
    // Most text is nothing else, and is looked at in pieces of which none asks how the last one ended.
    while is_plain::<PIECE>(bytes, run) {
        run += PIECE;
    }
    while is_plain::<SHORT_PIECE>(bytes, run) {
        run += SHORT_PIECE;
    }
    let mut before = bytes.get(run).copied().unwrap_or_default();
    for &byte in bytes.iter().skip(run + 1) {
        if !(byte.is_ascii_graphic() || (byte == b' ' && before != b' ')) {
            break;
        }
        before = byte;
        run += 1;
    }
    // A space counts only where a sign comes behind it.
    run - usize::from(before == b' ')
}

/// Whether the next bytes behind one are signs of ASCII and single spaces.
fn is_plain<const BYTES: usize>(bytes: &[u8], behind: usize) -> bool {
    let piece = |from: usize| bytes.get(from..).and_then(<[u8]>::first_chunk::<BYTES>);
    let (Some(before), Some(piece)) = (piece(behind), piece(behind + 1)) else { return false };
    let odd = before.iter().zip(piece).fold(0, |odd, (&before, &byte)| {
        let spaces = u8::from(byte == b' ') & u8::from(before == b' ');
        odd | u8::from(byte < b' ') | u8::from(byte > b'~') | spaces
    });
    odd == 0
}

fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

struct Reader {
    out: Tidy,
    /// False once a tag's quotes led to the end of the text without a `>`. From then on quotes mean nothing;
    /// like `no_gt` this keeps hostile text linear.
    quotes_hold: bool,
    /// A search found no further `>`, so none can follow.
    no_gt: bool,
}

impl Reader {
    fn read(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
            let (text, tail) = rest.split_at(at);
            self.out.push_all(text);
            let before = text.chars().next_back();
            let skip = if tail.starts_with('&') { self.reference(tail) } else { self.markup(tail, before) };
            rest = tail.get(skip..).unwrap_or_default();
        }
        self.out.push_all(rest);
    }

    /// Reads a character reference, or an ampersand that is none; returns its length in bytes.
    fn reference(&mut self, tail: &str) -> usize {
        let Some(found) = reference::read(tail) else {
            self.out.push('&');
            return 1;
        };
        found.chars.into_iter().flatten().for_each(|c| self.out.push(c));
        found.length
    }

    /// Reads a tag, comment or declaration, or a `<` that is none of these; returns its length in bytes.
    fn markup(&mut self, tail: &str, before: Option<char>) -> usize {
        if tail.starts_with("<!--") {
            return tail.get(4..).and_then(|t| t.find("-->")).map_or(tail.len(), |at| at + 7);
        }
        if let Some(data) = tail.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            self.out.push_all(data.get(..end).unwrap_or_default());
            return (end + 12).min(tail.len());
        }
        if tail.starts_with("<!") || tail.starts_with("<?") {
            return tail.find('>').map_or(tail.len(), |at| at + 1);
        }
        let inner = tail.get(1..).unwrap_or_default();
        let named = inner.strip_prefix('/').unwrap_or(inner);
        let closing = named.len() < inner.len();
        let len =
            named.bytes().take(40).take_while(|b| !matches!(b, b'>' | b'/' | b'<' | b' ' | b'\t'..=b'\r')).count();
        let name = named.get(..len).unwrap_or_default().to_ascii_lowercase();
        let block = BLOCKS.binary_search(&name.as_str()).is_ok();
        let known = block || INLINE.binary_search(&name.as_str()).is_ok() || HIDDEN.contains(&name.as_str());
        let code = !known && !closing && before.is_some_and(char::is_alphanumeric);
        if !named.starts_with(|c: char| c.is_ascii_alphabetic()) || code {
            self.out.push('<');
            return 1;
        }
        let head = tail.len() - named.len() + name.len();
        let Some(length) = self.tag_end(tail, head) else {
            self.out.push('<');
            return 1;
        };
        if block {
            self.out.push(' ');
        }
        if HIDDEN.contains(&name.as_str()) && !closing {
            return length + hidden(tail.get(length..).unwrap_or_default(), &name);
        }
        length
    }

    /// Where the tag that `tail` begins with ends; `>` inside a quoted value does not end it.
    fn tag_end(&mut self, tail: &str, from: usize) -> Option<usize> {
        let rest = tail.get(from..)?;
        if self.quotes_hold {
            if let Some(length) = quoted_end(rest) {
                return Some(from + length);
            }
            self.quotes_hold = false;
        }
        if self.no_gt {
            return None;
        }
        let end = rest.find('>');
        self.no_gt = end.is_none();
        end.map(|at| from + at + 1)
    }
}

/// The length of a tag's rest with its `>`, when there is one outside of quoted values.
fn quoted_end(rest: &str) -> Option<usize> {
    let mut bytes = rest.bytes().enumerate();
    let mut after_equals = false;
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'>' => return Some(at + 1),
            b'"' | b'\'' if after_equals => {
                bytes.find(|&(_, b)| b == byte)?;
                after_equals = false;
            }
            b' ' | b'\t'..=b'\r' => {}
            _ => after_equals = byte == b'=',
        }
    }
    None
}

/// The length of a hidden element's content; its end tag is read as any other. Unclosed, it hides the rest.
fn hidden(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    text.match_indices("</")
        .find(|(at, _)| {
            bytes.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        })
        .map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_reader_would_see() {
        for (html, text) in [
            ("<p>One</p><p>two<br>three</p>", "One two three"),
            ("an <em>em</em>phasis", "an emphasis"),
            ("Fish &amp; chips &amp;lt;b&amp;gt;", "Fish & chips &lt;b&gt;"),
            ("it&#146;s &#x93;so&#x94; &eacute; &nbsp; e\u{301}", "it’s “so” é é"),
            ("a < b and 3 <4, AT&T, x&y; &copy 2026 ?a=1&copy=2", "a < b and 3 <4, AT&T, x&y; © 2026 ?a=1&copy=2"),
            ("Vec<T> or Option<String>, but <custom>not</custom> this", "Vec<T> or Option<String>, but not this"),
            ("x<script>if (a < b) { '</p>' }</script>y<STYLE>p{}</STYLE>z", "xyz"),
            ("<a href=\"x>y\" title='>'>link</a> <!-- a > b --> end", "link end"),
            ("<a href=\"broken>text", "text"),
            ("<![CDATA[a < b]]> c <?php x ?>d<!doctype html>", "a < b c d"),
            ("cut <b", "cut <b"),
            ("\u{feff} a\u{0}b\u{ad}c\u{202e} \n\t d ", "abc d"),
            ("&#0;&#xD800;&#99999999999;&bogus;&;&#;", "\u{fffd}&#99999999999;&bogus;&;&#;"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn names_are_in_the_order_that_they_are_searched_by() {
        assert!(BLOCKS.is_sorted() && INLINE.is_sorted());
    }

    #[test]
    fn hostile_text_is_read_in_one_pass() {
        for unit in
            ["<", "<a", "<a href='", "<a b=\"><", "&", "&#", "<!", "</", "<script>", "<!--", "<![CDATA[", "=\"<a \""]
        {
            let _ = plain(&unit.repeat(50_000));
        }
    }

    proptest! {
        #[test]
        fn what_is_composed_at_a_glance_is_so(text in "([ -~]|[\u{a0}-\u{2ff}]|[\u{2010}-\u{2027}]){0,20}") {
            prop_assert!(text.chars().all(composed));
            prop_assert_eq!(text.nfc().collect::<String>(), text);
        }

        #[test]
        fn a_whole_text_is_pushed_as_its_characters_are(text in "([a-z]{1,40}|[ -~]{1,40}| |\t|\u{7f}|\u{ad}|é|\u{301}|\\PC){0,40}") {
            let (mut whole, mut single) = (Tidy::default(), Tidy::default());
            whole.push_all(&text);
            text.chars().for_each(|c| single.push(c));
            prop_assert_eq!(whole.finish(), single.finish());
        }

        #[test]
        fn plain_text_stays_as_it_is(html in "(<|>|&|;|=|\"|'|/|[a-z]{1,6}|#[0-9]{1,3}|\\PC| ){0,60}") {
            let once = plain(&html);
            prop_assert_eq!(tidy(&once), once.clone());
            if !once.contains(['<', '&']) {
                prop_assert_eq!(plain(&once), once);
            }
        }

        #[test]
        fn runs_are_pushed_as_their_characters_are(text in "([a-z<]{1,3}|  ?|\\n|\\PC|[\u{0}-\u{9f}]){0,20}") {
            let mut one_by_one = Tidy::default();
            text.chars().for_each(|c| one_by_one.push(c));
            prop_assert_eq!(tidy(&text), one_by_one.finish());
        }

        #[test]
        fn nothing_panics(html in ".*") {
            let _ = plain(&html);
        }
    }
}
