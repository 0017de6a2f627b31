//! The text of HTML that is simple, without building a document of it.
//!
//! Most articles are well-nested elements of everyday, and for them a parser's document says nothing that the
//! characters did not. [`walk`] gives up on everything else: what it yields is what a parser would have yielded,
//! which the tests of its callers hold.

use html5ever::data::NAMED_ENTITIES;
use memchr::memchr3;

/// A piece of simple HTML, in order.
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// What a character reference stands for.
    Char(char),
    Start(Kind),
    End(Kind),
}

/// Elements of everyday, by what they do to the text around them: no tables, no forms, nothing hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Runs within a word.
    Inline,
    /// Ends a paragraph by beginning.
    Block,
    /// `<hr>`
    Rule,
    /// `<br>` and `<img>`
    Break,
    /// `<wbr>`
    Opportunity,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name.as_bytes() {
            b"a" | b"abbr" | b"acronym" | b"b" | b"bdi" | b"bdo" | b"cite" | b"code" | b"del" | b"dfn" | b"em"
            | b"i" | b"ins" | b"kbd" | b"mark" | b"q" | b"s" | b"samp" | b"small" | b"span" | b"strong" | b"sub"
            | b"sup" | b"u" => Self::Inline,
            b"article" | b"aside" | b"blockquote" | b"center" | b"dd" | b"details" | b"div" | b"dl" | b"dt"
            | b"figcaption" | b"figure" | b"footer" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"header"
            | b"li" | b"ol" | b"p" | b"pre" | b"ul" => Self::Block,
            b"hr" => Self::Rule,
            b"br" | b"img" => Self::Break,
            b"wbr" => Self::Opportunity,
            _ => return None,
        })
    }

    /// Has no end tag, and holds nothing.
    fn is_void(self) -> bool {
        matches!(self, Self::Rule | Self::Break | Self::Opportunity)
    }

    /// Parts the words before it from those behind it.
    pub(super) fn parts_words(self) -> bool {
        matches!(self, Self::Block | Self::Rule | Self::Break)
    }
}

/// HTML that is nested deeper is not simple.
const MAX_DEPTH: usize = 64;

/// Calls `each` with the pieces of `html`. False when the HTML is not simple; what was yielded until then is void.
pub(super) fn walk<'a>(html: &'a str, mut each: impl FnMut(Piece<'a>)) -> bool {
    walked(html, &mut each).is_some()
}

fn walked<'a>(html: &'a str, each: &mut impl FnMut(Piece<'a>)) -> Option<()> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let plain = memchr3(b'<', b'&', 0, rest.as_bytes()).unwrap_or(rest.len());
        let (text, tail) = rest.split_at_checked(plain)?;
        if !text.is_empty() {
            each(Piece::Text(text));
        }
        rest = match tail.as_bytes() {
            [] => tail,
            [b'&', ..] => reference(tail, each)?,
            [b'<', b'!', ..] => comment(tail)?,
            [b'<', b'/', ..] => {
                let (name, behind) = name(tail.get(2..)?)?;
                each(Piece::End(close(name, &mut open)?));
                behind.strip_prefix('>')?
            }
            [b'<', ..] => {
                let (name, behind) = name(tail.get(1..)?)?;
                let kind = Kind::of(name)?;
                enter(name, kind, &mut open)?;
                each(Piece::Start(kind));
                attributes(behind)?
            }
            _ => return None,
        };
    }
    Some(())
}

/// A name of lower-case letters and digits, and what stands behind it.
fn name(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take(16).take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()).count();
    text.split_at_checked(length).filter(|(name, _)| !name.is_empty())
}

/// An element that has not ended: its name and kind.
type Open<'a> = (&'a str, Kind);

/// Where an element begins, others may have to end, and some of that is too intricate for here.
fn enter<'a>(name: &'a str, kind: Kind, open: &mut Vec<Open<'a>>) -> Option<()> {
    let is_open = |open: &[Open<'_>], name: &str| open.iter().any(|(other, _)| *other == name);
    let ends_paragraph = matches!(kind, Kind::Block | Kind::Rule);
    if ends_paragraph && is_open(open, "p") && open.pop().is_none_or(|(last, _)| last != "p") {
        return None;
    }
    let heading = |name: &str| matches!(name.as_bytes(), [b'h', b'1'..=b'6']);
    let again = match name {
        "li" => !may_be_listed(open, |last| last == "li", |last| matches!(last, "ol" | "ul")),
        "dd" | "dt" => !may_be_listed(open, |last| matches!(last, "dd" | "dt"), |last| last == "dl"),
        "a" => is_open(open, "a"),
        _ => heading(name) && open.iter().any(|(other, _)| heading(other)),
    };
    if again || open.len() >= MAX_DEPTH {
        return None;
    }
    if !kind.is_void() {
        open.push((name, kind));
    }
    Some(())
}

/// Ends the item before, if it is open still; whether the next one may then begin here.
fn may_be_listed(open: &mut Vec<Open<'_>>, item: impl Fn(&str) -> bool, list: impl Fn(&str) -> bool) -> bool {
    open.pop_if(|(last, _)| item(last));
    open.last().is_none_or(|(last, _)| list(last))
}

/// Ends the innermost element, which must be of this name; those that end with the one around them go first.
fn close(name: &str, open: &mut Vec<Open<'_>>) -> Option<Kind> {
    while let Some((last, kind)) = open.pop() {
        if last == name {
            return Some(kind);
        }
        let parent =
            matches!(name, "article" | "aside" | "blockquote" | "dd" | "div" | "dl" | "figure" | "li" | "ol" | "ul");
        if !(parent && matches!(last, "dd" | "dt" | "li" | "p")) {
            return None;
        }
    }
    None
}

/// Reads `name="value"` as often as it stands there, and the end of the tag; what is behind it.
fn attributes(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let behind = rest.trim_ascii_start();
        if let Some(end) = behind.strip_prefix("/>").or_else(|| behind.strip_prefix('>')) {
            return Some(end);
        }
        let spaced = behind.len() < rest.len();
        let length =
            behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
        if !spaced || length == 0 {
            return None;
        }
        rest = behind.get(length..)?;
        if let Some(value) = rest.strip_prefix('=') {
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (_, behind) = value.get(1..)?.split_once(quote)?;
            rest = behind;
        }
    }
}

/// Reads `<!-- … -->` without anything odd in it; what is behind it.
fn comment(text: &str) -> Option<&str> {
    let (inner, behind) = text.strip_prefix("<!--")?.split_once("--")?;
    (!inner.starts_with(['>', '-']) && !inner.contains("<!")).then_some(())?;
    behind.strip_prefix('>')
}

/// Reads a character reference with its semicolon, or an ampersand that cannot begin one; what is behind it.
fn reference<'a>(text: &'a str, each: &mut impl FnMut(Piece<'a>)) -> Option<&'a str> {
    let after = text.get(1..)?;
    if after.is_empty() || after.starts_with(|c: char| c.is_ascii_whitespace()) {
        each(Piece::Char('&'));
        return Some(after);
    }
    let length = after.bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    let (name, behind) = after.split_at_checked(length)?;
    let behind = behind.strip_prefix(';')?;
    if let Some(digits) = name.strip_prefix('#') {
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(hex) if hex.len() <= 5 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                u32::from_str_radix(hex, 16).ok()?
            }
            None if digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            _ => return None,
        };
        // What stands between is read in ways of its own.
        if !matches!(code, 0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfdcf | 0xfdf0..=0xfffd | 0x1_f300..=0x1_faff) {
            return None;
        }
        each(Piece::Char(char::from_u32(code)?));
    } else {
        let &(first, second) = NAMED_ENTITIES.get(after.get(..=length)?).filter(|(first, _)| *first != 0)?;
        each(Piece::Char(char::from_u32(first)?));
        if second != 0 {
            each(Piece::Char(char::from_u32(second)?));
        }
    }
    Some(behind)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 47] = [
        "a",
        "abbr",
        "acronym",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h6",
        "header",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "ul",
        "custom",
    ];

    /// HTML as feeds have it, well nested and not, with all that this module decides about.
    pub(in crate::parse) fn html() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-c ]{1,4}|x|é|\u{a0}|— ",
            8 => prop::sample::select(NAMES.to_vec()).prop_map(|name| format!("<{name}>")),
            8 => prop::sample::select(NAMES.to_vec()).prop_map(|name| format!("</{name}>")),
            8 => prop::sample::select(vec!["p", "li", "ul", "b", "a", "div", "dd", "h2"]).prop_map(|name| format!("<{name}>")),
            8 => prop::sample::select(vec!["p", "li", "ul", "b", "a", "div", "dd", "h2"]).prop_map(|name| format!("</{name}>")),
            4 => prop::sample::select(NAMES.to_vec()).prop_map(|name| format!("<{name} id=\"1\" title='a > b'>y</{name}>")),
            3 => "<br>|<br/>|<hr />|<img src=\"a\" alt='<b>'>|<wbr>|</br>|</p>",
            2 => "&amp;|&lt;b&gt;|&nbsp;|&hellip;|&#8217;|&#x2014;|&#150;|&#0;|&copy |&notit;|& |&|&NotEqualTilde;|&;|&#x1f600;",
            1 => "<|>|<!-- a -->|<!-->|<!-- <b> -->|<!--a--b-->|<table>|<tr><td>|<script>|</script>|<font>|<P>|</P>|<a b=c>|<ruby>|<custom>",
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn what_articles_are_made_of_is_simple() {
        let simple = |html: &str| walk(html, |_| ());
        assert!(simple(
            "<h2 id=\"x\">A &amp; B</h2>\n<p class='y'>One <a href=\"https://a.example/?b=1&amp;c=2\">two</a><br />\
             three &#8217;</p><ul><li>a<li>b</ul><!-- more --><figure><img src=\"c.png\" alt=\"\"/></figure><p>d"
        ));
        for odd in
            ["a < b", "<b><i></b>", "<table>", "</p>", "<p><b><p>", "&copy", "<script>", "<P>", "<a b=c>", "<!-->"]
        {
            assert!(!simple(odd), "{odd}");
        }
    }
}
