//! Character references of HTML: `&amp;`, `&#8217;`, `&#x2019;`.

use html5ever::data::NAMED_ENTITIES;

/// What 0x80 to 0x9F mean in windows-1252; a numeric reference to one of these means that (WHATWG HTML,
/// "numeric character reference end state").
const C1: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// What a reference stands for, and its own length in bytes.
pub(super) struct Reference {
    pub(super) chars: [Option<char>; 2],
    pub(super) length: usize,
}

/// Reads the reference that `tail`, which begins with `&`, begins with; `None` when it begins with none.
///
/// Without its semicolon only one of the old names counts, as a whole word, and not before `=`, where the text
/// shows a query string.
pub(super) fn read(tail: &str) -> Option<Reference> {
    let after = tail.get(1..)?;
    if let Some((c, length)) = after.strip_prefix('#').and_then(numeric) {
        return Some(Reference { chars: [Some(c), None], length: length + 2 });
    }
    let length = after.bytes().take(32).take_while(u8::is_ascii_alphanumeric).count();
    let name = match after.as_bytes().get(length) {
        Some(b';') => after.get(..=length)?,
        Some(b'=') => return None,
        _ => after.get(..length)?,
    };
    let &(first, second) = NAMED_ENTITIES.get(name)?;
    // The table also holds every beginning of a name, with nothing behind it.
    (first != 0).then(|| Reference {
        chars: [char::from_u32(first), char::from_u32(second).filter(|&c| c != '\0')],
        length: name.len() + 1,
    })
}

/// A numeric reference behind `&#`: its character and its length without the `&#`.
fn numeric(text: &str) -> Option<(char, usize)> {
    let (digits, radix, mark) = match text.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let len = digits.chars().take(10).take_while(|c| c.is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..len)?, radix).ok()?;
    let semicolon = usize::from(digits.as_bytes().get(len) == Some(&b';'));
    let c = match code {
        0x80..=0x9f => C1.get(usize::try_from(code - 0x80).ok()?).copied()?,
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    Some((c, mark + len + semicolon))
}
