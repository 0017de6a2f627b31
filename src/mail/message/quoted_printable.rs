//! Quoted-printable: text that passes every mail server unchanged.

use std::fmt::Write as _;

/// RFC 2045 §6.7 (5).
const LINE_MAX: usize = 76;

/// `text` in UTF-8 as quoted-printable with CRLF between lines of at most 76 characters. All of CR LF, LF and CR
/// end a line. A dot or `From ` at the beginning of a line is encoded too: some servers alter them (RFC 2049 §3).
/// No character is broken over two lines.
#[must_use]
pub fn encode(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + text.len() / 6);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        encode_line(line, &mut out);
    }
    out
}

fn encode_line(line: &str, out: &mut String) {
    let mut column = 0;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let after = rest.as_str();
        let room = if after.is_empty() { LINE_MAX } else { LINE_MAX - 1 };
        if column + width(c, after, column) > room {
            out.push_str("=\r\n");
            column = 0;
        }
        let begins_line = column == 0;
        column += width(c, after, column);
        if stands_for_itself(c, after, begins_line) {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "={byte:02X}");
            }
        }
    }
}

fn width(c: char, after: &str, column: usize) -> usize {
    if stands_for_itself(c, after, column == 0) { 1 } else { 3 * c.len_utf8() }
}

fn stands_for_itself(c: char, after: &str, begins_line: bool) -> bool {
    match c {
        // Trailing white space is dropped on the way.
        ' ' | '\t' => !after.is_empty(),
        '=' => false,
        '.' => !begins_line,
        'F' => !(begins_line && after.starts_with("rom ")),
        _ => c.is_ascii_graphic(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(encoded: &str) -> String {
        let joined = encoded.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            if first == b'=' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            } else {
                bytes.push(first);
                rest = tail;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_servers_alter_is_encoded() {
        assert_eq!(encode("a = ü"), "a =3D =C3=BC");
        assert_eq!(encode("end \nx\t"), "end=20\r\nx=09");
        assert_eq!(encode(".\n..\nFrom me\nFrom: x"), "=2E\r\n=2E.\r\n=46rom me\r\nFrom: x");
        assert_eq!(encode("one\r\ntwo\rthree\n"), "one\r\ntwo\r\nthree\r\n");
    }

    #[test]
    fn a_full_line_needs_no_soft_break() {
        assert_eq!(encode(&"x".repeat(76)), "x".repeat(76));
        assert_eq!(encode(&"x".repeat(77)), format!("{}=\r\nxx", "x".repeat(75)));
    }

    proptest! {
        #[test]
        fn text_comes_back_and_lines_are_short(text in "([.=F \té€😀a-z]|From |[a-z]{30}|\n|\r\n|\\PC){0,80}") {
            let encoded = encode(&text);
            prop_assert_eq!(decode(&encoded), text.replace("\r\n", "\n").replace('\n', "\r\n"));
            for line in encoded.split("\r\n") {
                prop_assert!(line.len() <= LINE_MAX && line.is_ascii() && !line.starts_with('.'));
                prop_assert!(!line.starts_with("From ") && !line.ends_with([' ', '\t']));
            }
        }
    }
}
