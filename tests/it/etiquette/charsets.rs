//! Row 45: which of a body's encodings is the true one.

use super::row::{Row, entry, feed};
use crate::support::origin::Asked;
use crate::support::reply::{Body, Reply};

/// A body's bytes under a declaration in its first line; no label, no declaration.
fn encoded(title: &str, label: Option<&str>, encode: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let declared = label.map_or_else(
        || "<?xml version=\"1.0\"?>".to_owned(),
        |label| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>"),
    );
    encode(&entry(title).replace("<?xml version=\"1.0\"?>", &declared))
}

fn in_charset(label: &'static str) -> impl Fn(&str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a charset");
    move |text| encoding.encode(text).0.into_owned()
}

#[test]
fn row_45_a_bom_goes_before_http_before_xml_before_a_guess() {
    let mut row =
        Row::new(45, "names a charset in `Content-Type`, in the XML declaration and by a BOM, and they disagree");
    let latin = "Größe naïve";
    let russian = "Большие изменения";
    let utf8_bom = |text: &str| [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let utf16_bom = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let cases = [
        ("bom", latin, Some("iso-8859-1"), encoded(latin, Some("iso-8859-1"), utf8_bom)),
        ("wide", russian, Some("utf-8"), encoded(russian, Some("utf-8"), utf16_bom)),
        ("http", russian, Some("windows-1251"), encoded(russian, Some("utf-8"), in_charset("windows-1251"))),
        ("over", russian, Some("koi8-r"), encoded(russian, Some("windows-1251"), in_charset("koi8-r"))),
        ("xml", russian, None, encoded(russian, Some("koi8-r"), in_charset("koi8-r"))),
        ("none", latin, None, encoded(latin, None, |text| text.as_bytes().to_vec())),
        ("guess", latin, None, encoded(latin, None, in_charset("windows-1252"))),
    ];
    let mut catalogue = String::new();
    for (name, title, charset, body) in cases.clone() {
        let host = format!("/{name}");
        catalogue += &feed(name, &row.origin.url(&host), "");
        let kind = charset.map_or_else(
            || "Content-Type: application/rss+xml".to_owned(),
            |charset| format!("Content-Type: application/rss+xml; charset={charset}"),
        );
        // A body of its own each time, so that each is read: the entry's title never changes.
        let reply = move |asked: &Asked| {
            let mut body = body.clone();
            if name != "wide" {
                body.extend(vec![b'\n'; asked.nth]);
            }
            Reply::new("200 OK").with(&kind).body(Body::Whole(body))
        };
        row.origin.on_asked(&host, reply);
        let _ = title;
    }
    row.app.write("feeds.toml", &catalogue);
    for n in 0..3 {
        let poll = row.after("25h");
        assert_eq!((poll.count("ok"), poll.count("items_updated")), (7, 0), "{}", poll.report);
        assert_eq!(poll.count("items_new"), if n == 0 { 7 } else { 0 });
        for (name, title, ..) in &cases {
            let sql = format!("select title from items where source = '{name}'");
            assert_eq!(row.app.database().strings(&sql), [*title], "{name}");
        }
    }
    row.shows("the BOM is believed before `Content-Type`, that before the XML declaration, that before a guess; titles are stored whole");
}
