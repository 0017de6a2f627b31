//! What holds of every reader, whatever it is given: it does not panic, and the same bytes are the same values.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use url::Url;

use super::*;

const FEEDS: &[&str] = &[
    "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE rss [<!ENTITY a \"b\">]><rss version='2.0' \
     xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
     xmlns:media='http://search.yahoo.com/mrss/'><channel><title>T &amp; &a;</title><link>https://a.example/</link>\
     <ttl>30</ttl><skipHours><hour>3</hour></skipHours><item><guid isPermaLink='false'>7</guid><title>A &lt;b>B&lt;/b>\
     </title><link>/p/7</link><pubDate>Thu, 01 Jan 2026 10:00 CET</pubDate><dc:creator>Ann</dc:creator>\
     <category>x</category><description>&lt;p>Hello &lt;a href='q'>you&lt;/a></description><content:encoded>\
     <![CDATA[<p>Long <i>words</i> &hellip;<br>]]></content:encoded><enclosure url='/a.mp3' type='audio/mpeg' length='9'/>\
     <media:group><media:title>M</media:title><media:thumbnail url='t.png'/></media:group></item><item><title>no \
     identity</title><pubDate>1072929600</pubDate></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de' xml:base='https://a.example/blog/'><title type='html'>T \
     &amp;lt; U</title><link href='/'/><link rel='self' href='feed'/><entry><id>tag:a.example,2026:1</id><title \
     type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <em>B</em></div></title><link href='1'/><published>\
     2026-01-01T10:00:00.5+01:00</published><updated>2026-01-02T00:00Z</updated><author><name>Ann</name></author>\
     <content type='html'>&lt;p>x&lt;script>y&lt;/script></content><summary>s</summary></entry></feed>",
    "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped'>A &amp;amp; B</title><link \
     rel='alternate' href='http://a.example/1'/><issued>2003-12-13T18:30:02Z</issued></entry></feed>",
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel \
     rdf:about='http://a.example/'><title>T</title><items><rdf:Seq><rdf:li rdf:resource='http://a.example/1'/></rdf:Seq>\
     </items></channel><item rdf:about='http://a.example/1'><title>A</title><link>http://a.example/1</link></item></rdf:RDF>",
    "<CHANNEL BASE='http://a.example/' HREF='x'><TITLE>T</TITLE><ITEM HREF='/1' LASTMOD='2004-04-06T23:05:43-05:00'>\
     <TITLE>A</TITLE><ABSTRACT>b</ABSTRACT></ITEM></CHANNEL>",
    r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "home_page_url": "https://a.example/", "items":
        [{"id": 7, "title": "A", "url": "/1", "content_html": "<p>x <b>y", "date_published": "2026-01-01T00:00:00Z",
        "authors": [{"name": "Ann"}], "tags": ["x"], "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg"}]}, {}]}"#,
];

const PAGES: &[&str] = &[
    "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><base href='/b/'><title>T &amp; U</title><link rel=\"alternate \
     feed\" type='application/rss+xml' href=\"feed.xml\" title='All'><script type='application/ld+json'>{\"@type\": \
     \"NewsArticle\", \"author\": [{\"name\": \"Ann\"}], \"isAccessibleForFree\": \"False\"}</script></head><body><article>\
     <h1>T</h1><p>One, two, three.</p><p>Four</article><a href=/rss>RSS</a><!-- a --><svg><style>p{}</style></body></html>",
];

pub(crate) const CALENDARS: &[&str] = &[
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\n\
     DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
     END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n\
     RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:s@a\r\nSUMMARY:A\\, B\r\n\
     DTSTART;TZID=Own:20261007T183000\r\nDURATION:PT2H30M\r\nRRULE:FREQ=MONTHLY;BYDAY=1WE;COUNT=9\r\n\
     EXDATE;TZID=Own:20261104T183000\r\nRDATE;VALUE=PERIOD:20261120T100000Z/PT1H\r\nURL:https://a.example/\r\n\
     ORGANIZER;CN=\"Ann\":mailto:a@a.example\r\nDESCRIPTION:https://a.example/x Free\\n\r\n folded\r\nEND:VEVENT\r\n\
     BEGIN:VEVENT\r\nUID:s@a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Own:20261202T183000\r\nSEQUENCE:2\r\n\
     DTSTART;VALUE=DATE:20261203\r\nDTEND;VALUE=DATE:20261205\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
];

pub(crate) const LISTS: &[&str] = &[
    r#"[{"name": "AConf", "url": "https://a.example/", "startDate": "2026-11-03", "endDate": "2026-11-05", "city": "Bern",
        "country": "Switzerland", "online": true, "locales": "EN,DE", "cfpUrl": "https://a.example/cfp", "cfpEndDate":
        "2026-08-01"}, {"name": 7}]"#,
    r#"[{"name": "BConf", "date": [1793664000000, 1793750400000], "hyperlink": "https://b.example/", "location":
        "Bern (Switzerland) & Online", "city": "Bern", "country": "Switzerland", "status": "open", "cfp": {"link":
        "https://b.example/cfp", "until": "1-August-2026", "untilDate": 1785542400000}}]"#,
    r#"[{"link": "https://c.example/cfp", "untilDate": 1785542400000, "conf": {"name": "CConf", "date": [1793664000000],
        "hyperlink": "https://c.example/", "location": "Online"}}]"#,
];

/// A document to which something happened, a few times: bytes were lost, doubled, overwritten, put in, or moved.
pub(crate) fn mangled(documents: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let harm = (0..5_u8, any::<Index>(), 0..60_usize, "[<>/&;:\"'=\\[\\]{}0-9a-z \n]{0,4}|[\u{80}-\u{ff}]{1,2}");
    (select(documents), prop::collection::vec(harm, 0..8)).prop_map(|(document, harms)| {
        let mut bytes = document.as_bytes().to_vec();
        for (what, at, length, text) in harms {
            let at = at.index(bytes.len() + 1);
            let end = bytes.len().min(at + length);
            // A byte for each character: not UTF-8 beyond ASCII.
            let put: Vec<u8> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
            let piece = bytes[at..end].to_vec();
            match what {
                0 => drop(bytes.drain(at..end)),
                1 => drop(bytes.splice(at..at, piece)),
                2 => drop(bytes.splice(at..bytes.len().min(at + put.len()), put)),
                3 => drop(bytes.splice(at..at, put)),
                _ => bytes.truncate(at.max(20)),
            }
        }
        bytes
    })
}

/// Pieces of which dates are made, in any order.
fn dates() -> impl Strategy<Value = String> {
    "[0-9]{8}([0-5][0-9]|60){3}|([0-9]{1,4}|[-/:.,+ ()]|T|Z|Thu, |Jan|febr\\. |déc|年|月|일|오후|PM|GMT|CEST|\\+0[0-9]00|99999|\\PC){0,14}"
}

proptest! {
    #[test]
    fn a_feed_is_read_the_same_way_each_time_and_by_every_depth(bytes in mangled(FEEDS)) {
        let url = Url::parse("https://a.example/feed").unwrap();
        let read = feed::read(&bytes, None, Some(&url));
        prop_assert_ne!(read.as_ref().err(), Some(&feed::FeedError::Panic));
        prop_assert_eq!(&read, &feed::read(&bytes, None, Some(&url)));
        let words = feed::read_words(&bytes, None, Some(&url));
        prop_assert_eq!(&words, &feed::read_words(&bytes, None, Some(&url)));
        let without_html = read.map(|mut feed| {
            for entry in &mut feed.entries {
                entry.content_html = None;
                entry.content_text.clear();
            }
            feed
        });
        let without_text = words.map(|mut feed| {
            feed.entries.iter_mut().for_each(|entry| entry.content_text.clear());
            feed
        });
        prop_assert_eq!(without_html, without_text);
    }

    #[test]
    fn every_entry_is_known_by_something(bytes in mangled(FEEDS)) {
        for entry in feed::read_words(&bytes, None, None).map(|feed| feed.entries).unwrap_or_default() {
            prop_assert!(!entry.id.trim().is_empty(), "{entry:?}");
        }
    }

    #[test]
    fn a_page_is_looked_through_the_same_way_each_time(bytes in mangled(PAGES)) {
        let url = Url::parse("https://a.example/").unwrap();
        prop_assert_eq!(links::read(&bytes, None, &url), links::read(&bytes, None, &url));
    }

    #[test]
    fn a_calendar_is_read_the_same_way_each_time(bytes in mangled(CALENDARS)) {
        let read = || ical::parse(&bytes).map(|calendars| format!("{calendars:?}"));
        prop_assert_eq!(read(), read());
    }

    #[test]
    fn a_list_is_read_the_same_way_each_time(bytes in mangled(LISTS)) {
        prop_assert_eq!(lists::confs_tech(&bytes), lists::confs_tech(&bytes));
        prop_assert_eq!(lists::developers_events(&bytes), lists::developers_events(&bytes));
    }

    #[test]
    fn bytes_of_any_kind_are_decoded_the_same_way_each_time(bytes in mangled(FEEDS), kind in "(text/xml(; charset=[a-z0-9-]{0,8})?)?") {
        prop_assert_eq!(decode::decode(&bytes, Some(&kind)), decode::decode(&bytes, Some(&kind)));
    }

    #[test]
    fn a_date_is_a_moment_that_can_be_written_and_read(text in dates()) {
        let Some(moment) = date::parse(&text) else { return Ok(()) };
        prop_assert_eq!(date::parse(&text), Some(moment));
        if (1..=9999).contains(&chrono::Datelike::year(&moment)) {
            let again = date::parse(&moment.to_rfc3339()).map(|again| again.timestamp());
            prop_assert_eq!(again, Some(moment.timestamp()), "{}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn an_article_is_found_the_same_way_each_time(bytes in mangled(PAGES)) {
        let read = article::read(&bytes, Some("text/html"));
        prop_assert!(read.is_ok());
        prop_assert_eq!(read, article::read(&bytes, Some("text/html")));
    }
}
