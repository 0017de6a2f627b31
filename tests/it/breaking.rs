//! A feed that is broken every second time, as those are whose server writes while it reads: nothing is news twice,
//! and what was edited stays what it was.

use std::collections::BTreeMap;

use crate::support::app::App;
use crate::support::site::{Answer, Site};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Rss,
    Atom,
}

/// What befalls a document on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// It ends in the middle of an item: in its title, in what it is known by, in its date.
    CutOff,
    /// It is UTF-8 and says that it is something else.
    SaysLatin,
    SaysUtf16,
    /// It says UTF-8 and is something else.
    IsLatin,
    /// Control characters, references to nothing, a bare ampersand, bytes of another encoding.
    BadCharacters,
    NoEndTags,
}

const DIALECTS: [Dialect; 2] = [Dialect::Rss, Dialect::Atom];
const DAMAGES: [Damage; 6] =
    [Damage::CutOff, Damage::SaysLatin, Damage::SaysUtf16, Damage::IsLatin, Damage::BadCharacters, Damage::NoEndTags];
const FETCHES: usize = 6;

/// Entries of the first fetch; each later one has one more.
const FIRST: usize = 6;

/// An entry's title, as it is at a fetch: three of them are edited while the document is broken.
fn title(entry: usize, fetch: usize) -> String {
    let edited = (2..=4).contains(&entry) && fetch >= 4;
    format!("{} café, R&D, no. {entry}", if edited { "An edited" } else { "A" })
}

/// The document of a fetch, newest entry first.
fn document(dialect: Dialect, key: &str, fetch: usize) -> String {
    let entries: String = (1..FIRST + fetch).rev().map(|entry| written(dialect, key, entry, fetch)).collect();
    let declared = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    match dialect {
        Dialect::Rss => format!(
            "{declared}<rss version=\"2.0\"><channel><title>{key}</title><link>https://a.example/</link>{entries}</channel></rss>"
        ),
        Dialect::Atom => {
            format!(
                "{declared}<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{key}</title><id>{key}</id>{entries}</feed>"
            )
        }
    }
}

/// An entry is known by its guid, by its link, by both, or (the fifth) by neither.
fn written(dialect: Dialect, key: &str, entry: usize, fetch: usize) -> String {
    let title = title(entry, fetch).replace('&', "&amp;");
    let (guid, link) = (entry != 5 && entry % 3 != 1, entry != 5 && entry % 3 != 2);
    let address = format!("https://a.example/{key}/{entry}?a=1&amp;b=2");
    let given = |wanted: bool, text: String| if wanted { text } else { String::new() };
    match dialect {
        Dialect::Rss => {
            let guid = given(guid, format!("<guid isPermaLink=\"false\">urn:{key}:{entry}</guid>"));
            let link = given(link, format!("<link>{address}</link>"));
            format!(
                "<item><title>{title}</title>{link}{guid}<pubDate>Sun, 15 Nov 2026 {entry:02}:00:00 GMT</pubDate>\
                 <description>What no. {entry} means, and why the café is closed.</description></item>\n"
            )
        }
        Dialect::Atom => {
            let id = given(guid, format!("<id>urn:{key}:{entry}</id>"));
            let link = given(link, format!("<link rel=\"alternate\" href=\"{address}\"/>"));
            format!(
                "<entry><title>{title}</title>{link}{id}<published>2026-11-15T{entry:02}:00:00Z</published>\
                 <summary>What no. {entry} means, and why the café is closed.</summary></entry>\n"
            )
        }
    }
}

fn damaged(sound: &str, damage: Damage, fetch: usize) -> Vec<u8> {
    let latin = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    match damage {
        Damage::CutOff => {
            let (nth, place) = [(1, "<title>"), (3, "urn:"), (4, "2026")][fetch / 2 - 1];
            let item = if sound.contains("<item>") { "<item>" } else { "<entry>" };
            let begins = sound.rmatch_indices(item).nth(nth).expect("an item").0;
            let at = begins + sound[begins..].find(place).expect("the place") + place.len() + 2;
            sound.as_bytes()[..at].to_vec()
        }
        Damage::SaysLatin => sound.replace("UTF-8", "iso-8859-1").into_bytes(),
        Damage::SaysUtf16 => sound.replace("UTF-8", "utf-16").into_bytes(),
        Damage::IsLatin => latin(sound),
        Damage::BadCharacters => {
            let text = sound.replace("&amp;D", "&D").replace("café,", "ca\u{1}fé\0,&#0;&#x1F;");
            let mut bytes = Vec::new();
            for piece in text.split_inclusive("why ") {
                bytes.extend_from_slice(piece.as_bytes());
                bytes.push(0xff);
            }
            bytes
        }
        Damage::NoEndTags => ["</title>", "</guid>", "</id>", "</link>", "</item>", "</entry>", "</channel>", "</rss>"]
            .iter()
            .fold(sound.to_owned(), |text, tag| text.replace(tag, ""))
            .into_bytes(),
    }
}

/// What is stored of each source: the titles of its items, each with its id.
fn stored(app: &App) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in app.database().strings("select source || '|' || title || '|' || id from items") {
        let mut parts = row.split('|').map(str::to_owned);
        let mut next = || parts.next().expect("three parts");
        let (source, title, id) = (next(), next(), next());
        all.entry(source).or_default().push((title, id));
    }
    for items in all.values_mut() {
        items.sort();
    }
    all
}

#[test]
fn a_feed_that_is_broken_every_second_time_brings_nothing_twice() {
    let site = Site::start();
    let app = App::new();
    let feeds: Vec<(String, Dialect, Damage)> = DIALECTS
        .iter()
        .flat_map(|dialect| DAMAGES.map(|damage| (format!("{dialect:?}-{damage:?}").to_lowercase(), *dialect, damage)))
        .collect();
    let catalogue: String = feeds
        .iter()
        .map(|(key, ..)| format!("[[feed]]\nkey = \"{key}\"\nurl = \"{}\"\n", site.url(&format!("/{key}"))))
        .collect();
    app.settings("").write("feeds.toml", &catalogue);
    let mut before = BTreeMap::new();
    for fetch in 1..=FETCHES {
        for (key, dialect, damage) in &feeds {
            let sound = document(*dialect, key, fetch);
            let body = if fetch % 2 == 0 { damaged(&sound, *damage, fetch) } else { sound.clone().into_bytes() };
            assert_eq!(fetch % 2 == 0, body != sound.as_bytes(), "{key} is damaged every second time");
            site.set(&format!("/{key}"), Answer { etag: Some(format!("\"{fetch}\"")), ..Answer::feed(body) });
        }
        let report = app.json(&["fetch", "--now", &format!("2026-11-16T{:02}:00:00Z", 5 + 2 * fetch)]);
        assert_eq!((&report["ok"], &report["failed"]), (&feeds.len().into(), &0.into()), "{report}");
        let after = stored(&app);
        let mut expected: Vec<String> = (1..FIRST + fetch).map(|entry| title(entry, fetch)).collect();
        expected.sort();
        for (key, _, damage) in &feeds {
            let titles: Vec<&String> = after[key].iter().map(|(title, _)| title).collect();
            if *damage == Damage::CutOff && fetch % 2 == 0 {
                // The cut may have taken an edit with it, never an item that was there.
                assert_eq!(titles.len(), expected.len(), "{key}, fetch {fetch}: {titles:?}");
            } else {
                assert_eq!(titles, expected.iter().collect::<Vec<_>>(), "{key}, fetch {fetch}");
            }
        }
        if fetch == 3 {
            before = after;
        }
    }
    let after = stored(&app);
    for (key, ..) in &feeds {
        let id = |stored: &BTreeMap<String, Vec<(String, String)>>, title: &str| {
            let found = stored[key].iter().find(|(other, _)| other == title);
            found.map_or_else(|| panic!("{key}: {title}"), |(_, id)| id.clone())
        };
        for entry in 1..FIRST + 3 {
            let (was, is) = (title(entry, 3), title(entry, FETCHES));
            assert_eq!(was != is, (2..=4).contains(&entry));
            assert_eq!(id(&before, &was), id(&after, &is), "{key}: entry {entry} is another one now");
        }
    }
}
