//! Tags, text and CDATA, whatever the punctuation. One pass; every search for an end remembers its answer, so
//! that a document of nothing but beginnings is read in linear time.

use std::borrow::Cow;

use super::Repairs;
use super::charref::{self, Declared, MAX_EXPANSION};
use super::search::Search;

/// Attributes of one element beyond this many are dropped.
const MAX_ATTRIBUTES: usize = 64;
/// A document may declare this many names of its own.
const MAX_DECLARED: usize = 256;

/// A piece of a document. Names are as written, prefix and all.
#[derive(Debug, PartialEq)]
pub(in crate::parse) enum Token<'a> {
    Start {
        name: &'a str,
        attributes: Vec<(&'a str, Cow<'a, str>)>,
        closed: bool,
    },
    End {
        name: &'a str,
    },
    /// References resolved.
    Text(Cow<'a, str>),
    Cdata(&'a str),
}

/// Reads tokens off a text.
pub(in crate::parse) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    declared: Declared,
    budget: usize,
    seen_doctype: bool,
    last_start: &'a str,
    comment_end: Search,
    cdata_start: Search,
    cdata_end: Search,
    pub(super) repairs: Repairs,
}

impl<'a> Tokens<'a> {
    pub(in crate::parse) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            declared: Declared::new(),
            budget: MAX_EXPANSION,
            seen_doctype: false,
            last_start: "",
            comment_end: Search::new("-->"),
            cdata_start: Search::new("<![CDATA["),
            cdata_end: Search::new("]]>"),
            repairs: Repairs::default(),
        }
    }

    /// The next token, or `None` at the end.
    pub(in crate::parse) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let here = self.at;
            let rest = self.rest();
            let mut bytes = rest.bytes();
            match (bytes.next()?, bytes.next()) {
                (b'<', Some(b'!')) => {
                    if let Some(token) = self.declaration() {
                        return Some(token);
                    }
                }
                (b'<', Some(b'?')) => self.skip_past(b'>'),
                (b'<', Some(b'/')) => {
                    if let Some(name) = self.end_tag() {
                        return Some(Token::End { name });
                    }
                }
                (b'<', Some(next)) if is_name_start(next) => match self.start_tag() {
                    Some(token) => return Some(token),
                    None if self.at > here => {}
                    None => return Some(self.run()),
                },
                _ => return Some(self.run()),
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.slice(self.at, self.text.len())
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn find(&self, byte: u8, from: usize) -> Option<usize> {
        memchr::memchr(byte, self.text.as_bytes().get(from..)?).map(|i| from + i)
    }

    fn skip_past(&mut self, byte: u8) {
        self.at = self.find(byte, self.at).map_or(self.text.len(), |i| i + 1);
    }

    fn decoded(&mut self, text: &'a str) -> Cow<'a, str> {
        charref::resolve(text, &self.declared, &mut self.budget, &mut self.repairs)
    }

    /// Text up to the next `<` that begins a tag; the one it stands on counts as text.
    fn run(&mut self) -> Token<'a> {
        let start = self.at;
        let mut end = start;
        if self.byte(end) == Some(b'<') {
            self.repairs.note("bare < in text");
            end += 1;
        }
        loop {
            end = self.find(b'<', end).unwrap_or(self.text.len());
            match self.byte(end + 1) {
                Some(next) if !(is_name_start(next) || matches!(next, b'/' | b'!' | b'?')) => {
                    self.repairs.note("bare < in text");
                    end += 1;
                }
                None if end < self.text.len() => end += 1,
                _ => break,
            }
        }
        self.at = end;
        let text = self.slice(start, end);
        Token::Text(self.decoded(text))
    }

    fn declaration(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.at = if let Some(end) = self.comment_end.next(self.text, self.at + 4) {
                end + 3
            } else {
                self.repairs.note("unclosed comment");
                self.find(b'>', self.at).map_or(self.text.len(), |i| i + 1)
            };
            return None;
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<![CDATA[")) {
            return Some(Token::Cdata(self.cdata()));
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<!DOCTYPE")) && !self.seen_doctype {
            self.seen_doctype = true;
            self.doctype();
        } else {
            self.skip_past(b'>');
        }
        None
    }

    fn cdata(&mut self) -> &'a str {
        let start = self.at + 9;
        let end = self.cdata_end.next(self.text, start);
        let again = self.cdata_start.next(self.text, start);
        if let Some(end) = end.filter(|end| again.is_none_or(|again| *end < again)) {
            self.at = end + 3;
            return self.slice(start, end);
        }
        self.repairs.note("unclosed CDATA section");
        let window = self.slice(start, again.unwrap_or(self.text.len()));
        let close = format!("</{}", self.last_start);
        let length = window.find(&close).unwrap_or(window.len());
        self.at = start + length;
        self.slice(start, self.at)
    }

    /// Learns the names that an internal subset declares, one level deep.
    fn doctype(&mut self) {
        let close = self.find(b'>', self.at).unwrap_or(self.text.len());
        let Some(open) = self.find(b'[', self.at).filter(|open| *open < close) else {
            self.at = (close + 1).min(self.text.len());
            return;
        };
        let end = self.find(b']', open).unwrap_or(close);
        for declaration in self.slice(open, end).split("<!ENTITY").skip(1).take(MAX_DECLARED) {
            let Some((name, rest)) = declaration.trim_start().split_once(char::is_whitespace) else { continue };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some(value) = rest.split(quote).nth(1) else { continue };
            let value = charref::resolve(value, &Declared::new(), &mut 0, &mut self.repairs);
            self.declared.entry(name.to_owned()).or_insert_with(|| value.into_owned());
        }
        self.at = self.find(b'>', end).map_or(self.text.len(), |i| i + 1);
    }

    fn end_tag(&mut self) -> Option<&'a str> {
        let start = self.at + 2;
        let rest = self.slice(start, self.text.len());
        let stop = rest.find(['>', '<']).unwrap_or(rest.len());
        let name = self.slice(start, start + stop).split_whitespace().next();
        self.at = start + stop + usize::from(self.byte(start + stop) == Some(b'>'));
        name
    }

    /// A start tag, or `None`: either it was cut off by the end of the text, which is then used up, or this is
    /// no tag, and nothing was consumed.
    fn start_tag(&mut self) -> Option<Token<'a>> {
        let mut at = self.at + 1;
        let name = self.word(&mut at);
        let mut attributes = Vec::new();
        let mut closed = false;
        loop {
            self.skip_space(&mut at);
            match self.byte(at) {
                None => {
                    self.at = self.text.len();
                    self.repairs.note("cut off in the middle");
                    return None;
                }
                Some(b'>') => {
                    at += 1;
                    break;
                }
                Some(b'<') => {
                    if attributes.iter().any(|(_, value): &(&str, Cow<str>)| value.is_empty()) {
                        return None;
                    }
                    self.repairs.note("unclosed tag");
                    break;
                }
                Some(b'/') => {
                    closed = self.byte(at + 1) == Some(b'>');
                    at += 1;
                }
                Some(b'=' | b'"' | b'\'') => at += 1,
                Some(_) => {
                    let key = self.word(&mut at);
                    self.skip_space(&mut at);
                    let mut value = "";
                    if self.byte(at) == Some(b'=') {
                        at += 1;
                        self.skip_space(&mut at);
                        value = self.value(&mut at);
                    }
                    if attributes.len() < MAX_ATTRIBUTES {
                        let value = self.decoded(value);
                        if attributes.is_empty() {
                            attributes.reserve_exact(1);
                        }
                        attributes.push((key, value));
                    } else {
                        self.repairs.note("more than 64 attributes on an element");
                    }
                }
            }
        }
        self.at = at;
        self.last_start = name;
        Some(Token::Start { name, attributes, closed })
    }

    fn skip_space(&self, at: &mut usize) {
        while self.byte(*at).is_some_and(|b| b.is_ascii_whitespace()) {
            *at += 1;
        }
    }

    fn word(&self, at: &mut usize) -> &'a str {
        let start = *at;
        while self
            .byte(*at)
            .is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/' | b'<' | b'"' | b'\''))
        {
            *at += 1;
        }
        self.slice(start, *at)
    }

    fn value(&mut self, at: &mut usize) -> &'a str {
        if let Some(quote) = self.byte(*at).filter(|b| matches!(b, b'"' | b'\'')) {
            let start = *at + 1;
            if let Some(end) = self.find(quote, start) {
                let value = self.slice(start, end);
                // A quote that was never closed runs on into the next tag's attributes.
                if !['<', '=', '>'].iter().all(|c| value.contains(*c)) {
                    *at = end + 1;
                    return value;
                }
            }
            *at = start;
        }
        self.repairs.note("attribute without quotes");
        let start = *at;
        while self.byte(*at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'<')) {
            *at += 1;
        }
        self.slice(start, *at).trim_end_matches(['"', '\''])
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let mut tokens = Tokens::new(text);
        let mut shape = String::new();
        while let Some(token) = tokens.next() {
            let piece = match token {
                Token::Start { name, attributes, closed } => {
                    let keys: Vec<_> = attributes.iter().map(|(k, v)| format!(" {k}:{v}")).collect();
                    format!("[{name}{}{}]", keys.concat(), if closed { " /" } else { "" })
                }
                Token::End { name } => format!("[/{name}]"),
                Token::Text(text) => text.into_owned(),
                Token::Cdata(text) => format!("[[{text}]]"),
            };
            shape.push_str(&piece);
        }
        shape
    }

    #[test]
    fn sound_markup() {
        assert_eq!(shape("<?xml version='1.0'?><a x='1' y=\"&lt;\"/>t<!-- <b> --></c >"), "[a x:1 y:< /]t[/c]");
        assert_eq!(shape("<a><![CDATA[<b>&amp;]]></a>"), "[a][[<b>&amp;]][/a]");
        assert_eq!(shape("<!DOCTYPE x [<!ENTITY me \"M&#101;\">]><a>&me;</a>"), "[a]Me[/a]");
    }

    #[test]
    fn unsound_markup() {
        assert_eq!(shape("1 < 2 <3 <"), "1 < 2 <3 <");
        assert_eq!(shape("a <b and c</t>"), "a <b and c[/t]");
        assert_eq!(shape("<a href=x.html?a=1&b=2>"), "[a href:x.html?a=1&b=2]");
        assert_eq!(shape("<a href=\"x><b y=\"z\">"), "[a href:x][b y:z]");
        assert_eq!(shape("<d><![CDATA[x</d><d><![CDATA[y]]></d>"), "[d][[x]][/d][d][[y]][/d]");
        assert_eq!(shape("<!-- <a>b"), "b");
        assert_eq!(shape("<t>x</t><link hre"), "[t]x[/t]");
    }
}
