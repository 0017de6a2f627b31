//! Header fields: folded at 78 characters, everything beyond plain ASCII as encoded words, and nothing that
//! could end a field early.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::address::{Mailbox, is_atext, one_line};

/// RFC 5322 §2.1.1: recommended.
const LINE: usize = 78;
/// RFC 2047 §2: of a line that has an encoded word in it.
const ENCODED_LINE: usize = 76;
/// `=?utf-8?q?` and `?=`.
const ENCODED_FRAME: usize = 12;
/// A longer ASCII word is encoded, so that it can be folded.
const WORD: usize = 60;

/// The header of a message or of one of its parts, in the making.
#[derive(Debug, Default)]
pub(super) struct Header(String);

impl Header {
    /// Adds a field whose value is given as words that may be folded between; they hold neither spaces that
    /// matter nor anything but printable ASCII.
    pub(super) fn field<T: AsRef<str>>(&mut self, name: &str, words: &[T]) {
        let Self(out) = self;
        out.push_str(name);
        out.push(':');
        let mut column = name.len() + 1;
        for (number, word) in words.iter().enumerate() {
            let word = word.as_ref();
            // Some readers lose a field that begins with a fold.
            if number > 0 && column + 1 + word.len() > LINE {
                out.push_str("\r\n");
                column = 0;
            }
            out.push(' ');
            out.push_str(word);
            column += 1 + word.len();
        }
        out.push_str("\r\n");
    }

    /// Adds free text, such as a subject.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        let text = one_line(text);
        let plain = text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
            && !text.contains("=?")
            && text.split(' ').all(|word| word.len() <= WORD);
        if plain {
            self.field(name, &text.split(' ').collect::<Vec<_>>());
        } else {
            self.field(name, &encoded_words(&text, name.len() + 2));
        }
    }

    /// Adds a name and an address.
    pub(super) fn mailbox(&mut self, name: &str, mailbox: &Mailbox) {
        self.phrase(name, mailbox.name().unwrap_or_default(), mailbox.address().as_str());
    }

    /// Adds `phrase <inside>`, or `inside` with its angle brackets alone when the phrase is empty.
    pub(super) fn phrase(&mut self, name: &str, phrase: &str, inside: &str) {
        let mut words = phrase_words(&one_line(phrase), name.len() + 2);
        words.push(format!("<{inside}>"));
        self.field(name, &words);
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// RFC 5322 §3.2.5: atoms where they do, a quoted string where it is short, encoded words otherwise.
fn phrase_words(phrase: &str, column: usize) -> Vec<String> {
    if phrase.is_empty() {
        return Vec::new();
    }
    let ascii = phrase.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) && !phrase.contains("=?");
    let atoms = |text: &str| text.split(' ').all(|word| word.len() <= WORD && word.bytes().all(is_atext));
    if ascii && atoms(phrase) {
        return phrase.split(' ').map(str::to_owned).collect();
    }
    if ascii && phrase.len() <= WORD - 2 {
        return vec![format!("\"{}\"", phrase.replace('\\', "\\\\").replace('"', "\\\""))];
    }
    encoded_words(phrase, column)
}

/// RFC 2047: `text` as encoded words in the shorter of the two encodings, the first of them fitting a line at
/// `column`. Each holds whole characters.
fn encoded_words(text: &str, column: usize) -> Vec<String> {
    let as_q = text.chars().map(q_width).sum::<usize>() <= text.len().div_ceil(3) * 4;
    let payload = |line: usize| line.saturating_sub(ENCODED_FRAME).max(12);
    let mut room = payload(ENCODED_LINE - column.min(ENCODED_LINE));
    let mut words = Vec::new();
    let mut chunk = String::new();
    let mut chunk_q = 0;
    for c in text.chars() {
        let next_q = chunk_q + q_width(c);
        let next = if as_q { next_q } else { (chunk.len() + c.len_utf8()).div_ceil(3) * 4 };
        if next > room && !chunk.is_empty() {
            words.push(encoded_word(&chunk, as_q));
            chunk.clear();
            chunk_q = 0;
            room = payload(ENCODED_LINE - 1);
        }
        chunk.push(c);
        chunk_q += q_width(c);
    }
    words.push(encoded_word(&chunk, as_q));
    words
}

fn encoded_word(text: &str, as_q: bool) -> String {
    if !as_q {
        return format!("=?utf-8?b?{}?=", STANDARD.encode(text));
    }
    let mut payload = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c == ' ' {
            payload.push('_');
        } else if q_plain(c) {
            payload.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(payload, "={byte:02X}");
            }
        }
    }
    format!("=?utf-8?q?{payload}?=")
}

fn q_width(c: char) -> usize {
    if c == ' ' || q_plain(c) { 1 } else { 3 * c.len_utf8() }
}

/// RFC 2047 §5 (3): what may stand for itself even within a phrase.
fn q_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '!' | '*' | '+' | '-' | '/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::address::Address;

    fn text(value: &str) -> String {
        let mut header = Header::default();
        header.text("Subject", value);
        header.into_string()
    }

    fn from(name: &str) -> String {
        let mut header = Header::default();
        header.mailbox("From", &Mailbox::new(Some(name), Address::parse("d@example.org").unwrap()));
        header.into_string()
    }

    /// Undoes folding and encoded words, as RFC 2047 §6.2 tells a reader to.
    fn read(field: &str) -> String {
        let value = field.strip_prefix("Subject: ").unwrap().strip_suffix("\r\n").unwrap().replace("\r\n", "");
        let mut out = String::new();
        let mut after_encoded = true;
        for word in value.split(' ') {
            let inner = word.strip_prefix("=?utf-8?").and_then(|rest| rest.strip_suffix("?="));
            if inner.is_none() || !after_encoded {
                out.push_str(if out.is_empty() { "" } else { " " });
            }
            after_encoded = inner.is_some();
            match inner.and_then(|inner| inner.split_once('?')) {
                Some(("b", payload)) => out.push_str(std::str::from_utf8(&STANDARD.decode(payload).unwrap()).unwrap()),
                Some((_, payload)) => {
                    let payload = payload.replace('_', "%20").replace('=', "%");
                    let pair = format!("x={}", payload.replace('+', "%2B"));
                    out.push_str(&url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1);
                }
                None => out.push_str(word),
            }
        }
        out
    }

    #[test]
    fn plain_text_stays_readable_and_the_rest_is_encoded() {
        assert_eq!(text("Week 47: what is rising"), "Subject: Week 47: what is rising\r\n");
        assert_eq!(text("Café culture"), "Subject: =?utf-8?q?Caf=C3=A9_culture?=\r\n");
        assert!(text("今週のダイジェスト").starts_with("Subject: =?utf-8?b?"));
        assert_eq!(read(&text("=?utf-8?q?tricked?=")), "=?utf-8?q?tricked?=");
    }

    #[test]
    fn a_field_cannot_be_ended_early() {
        assert_eq!(text("a\r\nBcc: x@example.org"), "Subject: a Bcc: x@example.org\r\n");
        assert_eq!(from("a\r\n\r\nBody"), "From: a Body <d@example.org>\r\n");
    }

    #[test]
    fn names_are_atoms_quoted_or_encoded() {
        assert_eq!(from("Weekly Digest"), "From: Weekly Digest <d@example.org>\r\n");
        assert_eq!(from("Doe, \"J\\\""), "From: \"Doe, \\\"J\\\\\\\"\" <d@example.org>\r\n");
        assert_eq!(from("Čapek, Karel"), "From: =?utf-8?q?=C4=8Capek=2C_Karel?= <d@example.org>\r\n");
        assert_eq!(from(""), "From: <d@example.org>\r\n");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_on_short_lines(value in "([a-z]{1,70} |\\PC|[\r\n\t=?_ é😀]){1,60}") {
            let field = text(&value);
            prop_assert_eq!(read(&field), one_line(&value));
            for (number, line) in field.strip_suffix("\r\n").unwrap().split("\r\n").enumerate() {
                prop_assert!(line.len() <= LINE, "{line}");
                prop_assert!(line.bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
                prop_assert!(number == 0 || (line.starts_with(' ') && !line.trim().is_empty()));
            }
        }

        #[test]
        fn any_name_is_one_short_field(name in "\\PC{0,120}") {
            let field = from(&name);
            prop_assert!(field.ends_with("<d@example.org>\r\n") && field.is_ascii());
            prop_assert!(field.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert_eq!(field.matches("\r\n").count(), field.matches("\r\n ").count() + 1);
        }
    }
}
