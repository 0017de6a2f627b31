//! Percent-encoding in one spelling: what need not be encoded is not, hex digits are capitals, text is NFC.

use unicode_normalization::UnicodeNormalization as _;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A path: reserved characters stay as they were written, encoded or not (RFC 3986, section 2.2), but for those
/// that no server tells from their encoding: some write `/wiki/A_(b)` and `/@ann`, others `/wiki/A_%28b%29` and `/%40ann`.
pub(super) fn path(path: &str) -> String {
    reserved(path, in_path)
}

/// A fragment by which a page finds its way: as a path, and `?` is in it too.
pub(super) fn route(fragment: &str) -> String {
    reserved(fragment, |byte| in_path(byte) || byte == b'?')
}

fn reserved(path: &str, allowed: fn(u8) -> bool) -> String {
    if path.bytes().all(allowed) {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.len());
    let mut run = Vec::new();
    let mut bytes = path.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let decoded = if byte == b'%' { escaped(&mut bytes) } else { None };
        match decoded {
            // A boundary for NFC, lest a combining mark joins the hex digits before it.
            Some(byte) if byte.is_ascii() && !unreserved(byte) && !ONE_MEANING.contains(&byte) => {
                push_run(&mut out, &mut run, allowed);
                push_escape(&mut out, byte);
            }
            Some(byte) => run.push(byte),
            None => run.push(byte),
        }
    }
    push_run(&mut out, &mut run, allowed);
    out
}

/// A name or a value of a query, in which `+` is a space and every encoding means its character.
pub(super) fn form(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_run(&mut out, &mut form_bytes(text), in_form);
    out
}

/// What a name or a value of a query says.
pub(super) fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&form_bytes(text)).into_owned()
}

fn form_bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => escaped(&mut bytes).unwrap_or(b'%'),
            other => other,
        });
    }
    out
}

/// The byte that two hex digits behind a `%` mean; consumes them only if they are two.
fn escaped(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> Option<u8> {
    let mut ahead = bytes.clone();
    let high = char::from(ahead.next()?).to_digit(16)?;
    let low = char::from(ahead.next()?).to_digit(16)?;
    *bytes = ahead;
    u8::try_from(high * 16 + low).ok()
}

fn push_run(out: &mut String, run: &mut Vec<u8>, allowed: fn(u8) -> bool) {
    let mut push = |byte: u8| if allowed(byte) { out.push(char::from(byte)) } else { push_escape(out, byte) };
    if run.is_ascii() {
        run.drain(..).for_each(push);
        return;
    }
    for chunk in run.utf8_chunks() {
        chunk.valid().nfc().collect::<String>().bytes().for_each(&mut push);
        chunk.invalid().iter().copied().for_each(&mut push);
    }
    run.clear();
}

fn push_escape(out: &mut String, byte: u8) {
    out.push('%');
    for digit in [byte >> 4, byte & 15] {
        out.push(HEX.get(usize::from(digit)).copied().map_or('0', char::from));
    }
}

/// Reserved, and in a path nothing but themselves.
const ONE_MEANING: &[u8] = b":@!'()*,";

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn in_path(byte: u8) -> bool {
    unreserved(byte) || b"/:@!$&'()*+,;=".contains(&byte)
}

fn in_form(byte: u8) -> bool {
    unreserved(byte) || b"/:@!$'()*,".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        assert_eq!(path("/%7ejane/%2f/e%cc%81/a|b/100%/%3D%CC%8C"), "/~jane/%2F/%C3%A9/a%7Cb/100%25/%3D%CC%8C");
        assert_eq!(path("/%ff%C3"), "/%FF%C3");
        assert_eq!(path("/%40a_%28b%29;%3b=%3D%3f"), "/@a_(b);%3B=%3D%3F");
        assert_eq!(route("!/a?b=%2f%3f"), "!/a?b=%2F%3F");
        assert_eq!(form("a+b%2fc%2B;%"), "a%20b/c%2B%3B%25");
    }
}
