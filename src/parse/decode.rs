//! Bytes to text: which character encoding a document is really in, whatever it says of itself.
//!
//! Order of belief (RFC 7303, then experience): a byte order mark, the shape of UTF-16 and UTF-32, the HTTP
//! charset, the XML declaration, and then a guess. A declaration counts only when the bytes decode by it.

use std::borrow::Cow;
use std::io::Read as _;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::repair::windows_1252;

/// No document is read beyond this many bytes, compressed or not, nor beyond this many bytes of text.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How gzip begins (RFC 1952 §2.3.1).
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// What was packed more often is meant to do harm.
const MOST_LAYERS: usize = 3;

/// A document as text, and how it became that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// Without byte order mark and without control characters other than tab, line feed and carriage return.
    pub text: Cow<'b, str>,
    /// The encoding's WHATWG name, or `UTF-32LE`, `UTF-32BE`.
    pub encoding: &'static str,
    /// In words, each once.
    pub repairs: Vec<String>,
}

/// Decodes a document of any kind. Bytes beyond [`MAX_BYTES`] are left out, and a repair says so.
///
/// What was fetched has been unpacked already, as often as it was packed; a file has not, and may well be packed, since
/// servers store feeds so.
///
/// `content_type` is the value of the HTTP header; only its `charset` is looked at.
#[must_use]
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    let mut repairs = Vec::new();
    match unpacked(bytes, &mut repairs) {
        Cow::Borrowed(bytes) => read(bytes, content_type, repairs),
        Cow::Owned(bytes) => {
            let Decoded { text, encoding, repairs } = read(&bytes, content_type, repairs);
            Decoded { text: Cow::Owned(text.into_owned()), encoding, repairs }
        }
    }
}

/// Most documents are text as they stand, and are not copied.
fn read<'b>(bytes: &'b [u8], content_type: Option<&str>, mut repairs: Vec<String>) -> Decoded<'b> {
    let within = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    let (text, encoding) = to_text(within, content_type, &mut repairs);
    let mut text = clean(text, &mut repairs);
    // A byte of a legacy encoding may take three in UTF-8.
    if bytes.len() > MAX_BYTES || text.len() > MAX_BYTES {
        let kept = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
        text = Cow::Owned(kept.to_owned());
        repairs.push("more than 16 MiB: the rest was left out".to_owned());
    }
    Decoded { text, encoding, repairs }
}

fn to_text<'b>(bytes: &'b [u8], content_type: Option<&str>, repairs: &mut Vec<String>) -> (Cow<'b, str>, &'static str) {
    if let Some((text, encoding)) = utf_32(bytes) {
        return (Cow::Owned(text), encoding);
    }
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(skip..).unwrap_or_default();
        return if encoding == UTF_8 { as_utf_8(rest, repairs) } else { with(encoding, rest) };
    }
    match bytes.get(..4) {
        Some([b'<', 0, ..]) => return with(UTF_16LE, bytes),
        Some([0, b'<', ..]) => return with(UTF_16BE, bytes),
        _ => {}
    }
    let declared = [content_type.and_then(charset_of_header), charset_of_declaration(bytes)];
    let utf_8 = std::str::from_utf8(bytes);
    for label in declared.iter().flatten() {
        let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else { continue };
        if encoding == UTF_16LE || encoding == UTF_16BE {
            repairs.push(format!("declared as {label}, which it is not"));
            continue;
        }
        if encoding.is_single_byte() && !bytes.is_ascii() && utf_8.is_ok() {
            repairs.push(format!("declared as {label}, really UTF-8"));
            continue;
        }
        let text = match utf_8 {
            Ok(text) if encoding == UTF_8 => Some(Cow::Borrowed(text)),
            _ => encoding.decode_without_bom_handling_and_without_replacement(bytes),
        };
        if let Some(text) = text {
            return (text, encoding.name());
        }
        repairs.push(format!("declared as {label}, which does not decode"));
    }
    match utf_8 {
        Ok(text) => (Cow::Borrowed(text), UTF_8.name()),
        Err(_) if mostly_utf_8(bytes) => as_utf_8(bytes, repairs),
        Err(_) => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            let guess = detector.guess(None, Utf8Detection::Deny);
            repairs.push(format!("encoding guessed as {}", guess.name()));
            with(guess, bytes)
        }
    }
}

fn with<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> (Cow<'b, str>, &'static str) {
    (encoding.decode_without_bom_handling(bytes).0, encoding.name())
}

/// Whether more characters are sound UTF-8 sequences than bytes are not.
fn mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += chunk.invalid().len();
    }
    sound > broken
}

fn as_utf_8<'b>(bytes: &'b [u8], repairs: &mut Vec<String>) -> (Cow<'b, str>, &'static str) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), UTF_8.name());
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    repairs.push("bytes that are not UTF-8 read as windows-1252".to_owned());
    (Cow::Owned(text), UTF_8.name())
}

/// UTF-32 by its mark or by the shape of a first `<`; encoding_rs leaves it out, as browsers do.
fn utf_32(bytes: &[u8]) -> Option<(String, &'static str)> {
    let (little, skip) = match bytes.get(..4)? {
        [0xff, 0xfe, 0, 0] => (true, 4),
        [0, 0, 0xfe, 0xff] => (false, 4),
        [b'<', 0, 0, 0] => (true, 0),
        [0, 0, 0, b'<'] => (false, 0),
        _ => return None,
    };
    let units = bytes.get(skip..)?.as_chunks::<4>().0;
    let text = units
        .iter()
        .map(|&unit| if little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) })
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some((text, if little { "UTF-32LE" } else { "UTF-32BE" }))
}

fn charset_of_header(header: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| unquoted(value))
    })
}

/// The `encoding` of an XML declaration among the first kilobyte.
fn charset_of_declaration(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(1024).map(|&b| char::from(b)).collect();
    let declaration = head.split_once("<?xml")?.1.split_once('>')?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.split(quote).nth(1).map(unquoted)
}

fn unquoted(value: &str) -> String {
    value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).to_owned()
}

/// Without its layers of gzip: of each what could be unpacked, up to the limit and one byte, so that the caller notices.
fn unpacked<'b>(bytes: &'b [u8], repairs: &mut Vec<String>) -> Cow<'b, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    for layer in 0..MOST_LAYERS {
        if !bytes.starts_with(&GZIP) {
            break;
        }
        let mut inner = Vec::new();
        let limit = MAX_BYTES as u64 + 1;
        let read = flate2::read::MultiGzDecoder::new(bytes.as_ref()).take(limit).read_to_end(&mut inner);
        if layer == 0 {
            repairs.push("packed with gzip".to_owned());
        }
        if read.is_err() {
            // What came before is worth reading.
            repairs.push("gzip that breaks off".to_owned());
        }
        bytes = Cow::Owned(inner);
    }
    bytes
}

/// Drops control characters and gives the C1 range the meaning its authors had, that of windows-1252.
fn clean<'b>(text: Cow<'b, str>, repairs: &mut Vec<String>) -> Cow<'b, str> {
    let odd = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
    };
    // Most documents have no byte that could be one of these, or begin one; whole chunks are looked at in one go.
    let may_be_odd =
        |byte: u8| (byte < b' ') & !matches!(byte, b'\t' | b'\n' | b'\r') | matches!(byte, 0x7f | 0xc2 | 0xef);
    let suspicious = |chunk: &[u8]| chunk.iter().fold(false, |suspicious, byte| suspicious | may_be_odd(*byte));
    if !text.as_bytes().chunks(1_024).any(suspicious) || !text.contains(odd) {
        return text;
    }
    repairs.push("control characters".to_owned());
    text.chars().filter_map(|c| if odd(c) { windows_1252(u32::from(c)) } else { Some(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], content_type: Option<&str>) -> (String, &'static str) {
        let decoded = decode(bytes, content_type);
        (decoded.text.into_owned(), decoded.encoding)
    }

    #[test]
    fn a_mark_or_a_shape_wins_over_words() {
        assert_eq!(read(b"\xef\xbb\xbf<a/>", Some("text/xml; charset=iso-8859-1")), ("<a/>".into(), "UTF-8"));
        assert_eq!(read(b"<\0a\0>\0", None), ("<a>".into(), "UTF-16LE"));
        assert_eq!(read(b"\0\0\0<\0\0\0a", None), ("<a".into(), "UTF-32BE"));
    }

    #[test]
    fn a_declaration_counts_when_it_is_true() {
        assert_eq!(read(b"<?xml encoding='iso-8859-2'?>\xb1", None).1, "ISO-8859-2");
        let lie = decode("<?xml encoding=\"iso-8859-1\"?>ü".as_bytes(), None);
        assert_eq!((lie.encoding, lie.repairs.len()), ("UTF-8", 1));
        assert!(lie.text.ends_with('ü'));
        assert_eq!(read("<?xml encoding='utf-16'?>é".as_bytes(), None).1, "UTF-8");
        assert_eq!(read(b"\xc4\xe3", Some("text/xml; charset = \"gb2312\"")).0, "你");
    }

    #[test]
    fn a_few_bad_bytes_do_not_spoil_the_rest() {
        let (text, encoding) = read(b"\xc3\xa9\xc3\xa8\xc3\xa0 \x93x\x94", None);
        assert_eq!((text.as_str(), encoding), ("éèà “x”", "UTF-8"));
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn files_are_unpacked_and_bombs_are_cut() {
        let once = packed(b"<a>text</a>");
        assert_eq!(read(&once, None).0, "<a>text</a>");
        assert_eq!(read(&packed(&once), None).0, "<a>text</a>");
        assert_eq!(decode(&packed(&once), None).repairs, ["packed with gzip"]);
        let bomb = packed(&packed(&vec![b' '; 3 * MAX_BYTES]));
        assert!(bomb.len() < 10_000, "{}", bomb.len());
        let decoded = decode(&bomb, None);
        assert_eq!(decoded.text.len(), MAX_BYTES);
        assert!(decoded.repairs.iter().any(|repair| repair.contains("16 MiB")), "{:?}", decoded.repairs);
    }

    #[test]
    fn gzip_that_breaks_off_leaves_what_came_before() {
        let text: String = (0..5_000).map(|n| format!("{n} ")).collect();
        let whole = packed(text.as_bytes());
        let decoded = decode(&whole[..whole.len() - 9], None);
        assert!(decoded.text.starts_with("0 1 2 3 ") && decoded.repairs.len() == 2, "{:?}", decoded.repairs);
    }

    #[test]
    fn text_is_bounded_however_few_bytes_it_was() {
        let bytes = [b"<?xml encoding='windows-1252'?>".as_slice(), &vec![0x93; MAX_BYTES / 2]].concat();
        let decoded = decode(&bytes, None);
        assert!(decoded.text.len() <= MAX_BYTES && decoded.text.ends_with('“'), "{}", decoded.text.len());
        assert!(decoded.repairs.iter().any(|repair| repair.contains("16 MiB")), "{:?}", decoded.repairs);
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(read(b"a\0b\x0bc\td", None).0, "abc\td");
        assert_eq!(read("\u{93}x\u{94}".as_bytes(), None).0, "“x”");
    }

    proptest! {
        #[test]
        fn any_bytes_yield_clean_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = decode(&bytes, None).text;
            prop_assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')));
        }
    }
}
