use super::super::identity;
use super::*;
use proptest::prelude::*;

fn entries(text: &str) -> Vec<crate::model::entry::Entry> {
    read(text.as_bytes(), None, None).expect("a feed").entries
}

#[test]
fn rss_is_read() {
    let url = Url::parse("https://a.example/feed.xml").unwrap();
    let feed = read(
        b"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T &amp; U</title>\
          <link>https://a.example/</link><language>en</language><ttl>30</ttl>\
          <item><guid isPermaLink='false'>7</guid><title>A &amp;amp; &lt;b>B&lt;/b></title><link>/p/7</link>\
          <pubDate>Thu, 01 Jan 2026 10:00 CET</pubDate><dc:creator>Ann</dc:creator><category>x</category>\
          <description>&lt;p>Hello &lt;a href='q'>you&lt;/a></description>\
          <enclosure url='https://a.example/a.mp3' type='audio/mpeg' length='9'/></item></channel></rss>",
        None,
        Some(&url),
    )
    .unwrap();
    assert_eq!((feed.title.as_str(), feed.language.as_deref(), feed.cadence.ttl_minutes), ("T & U", Some("en"), 30));
    let entry = &feed.entries[0];
    assert_eq!((entry.id.as_str(), entry.title.as_str()), ("7", "A & B"));
    assert_eq!(entry.link.as_deref(), Some("https://a.example/p/7"));
    assert_eq!(entry.date.unwrap().to_rfc3339(), "2026-01-01T09:00:00+00:00");
    assert_eq!((entry.author.as_deref(), entry.summary.as_deref()), (Some("Ann"), Some("Hello you")));
    assert!(entry.content_html.as_deref().unwrap().contains("https://a.example/q"));
    assert_eq!(entry.enclosures[0].length, Some(9));
}

#[test]
fn skipped_hours_and_days_are_read() {
    let feed =
        |inner: &str| read(format!("<rss><channel><title>T</title>{inner}</channel></rss>").as_bytes(), None, None);
    let cadence = feed("<skipHours><hour>3</hour><hour> 4 </hour><hour>x</hour></skipHours><skipDays><day>Sunday</day><day>Noday</day></skipDays>").unwrap().cadence;
    let mut expected = crate::model::cadence::Cadence::default();
    for hour in [3, 4] {
        expected.skip_hour(hour);
    }
    expected.skip_day(chrono::Weekday::Sun);
    assert_eq!(cadence, expected);
}

#[test]
fn an_edited_title_keeps_its_identity() {
    let with = |title: &str, rest: &str| {
        entries(&format!("<rss><channel><item><title>{title}</title>{rest}</item></channel></rss>")).remove(0).id
    };
    assert_eq!(with("A", "<link>http://a.example/1</link>"), with("B", "<link>http://a.example/1</link>"));
    assert_eq!(with("A", ""), with("A", ""));
    assert_ne!(with("A", ""), with("A", "<pubDate>1 Jan 2026</pubDate>"));
}

#[test]
fn what_is_no_feed_says_so() {
    assert_eq!(read(b" \n", None, None), Err(FeedError::Empty));
    assert_eq!(read(b"<html><head><title>x</title>", None, None), Err(FeedError::Html));
    assert!(matches!(read(b"{\"a\":1}", None, None), Err(FeedError::NotAFeed { .. })));
    assert!(matches!(read(b"{", None, None), Err(FeedError::Malformed(_))));
}

#[test]
fn hostile_documents_are_bounded() {
    let many = "<item><title>x</title></item>".repeat(2_100);
    assert_eq!(entries(&format!("<rss><channel>{many}")).len(), 2_000);
    let deep = "<a>".repeat(100_000);
    assert_eq!(entries(&format!("<rss><channel><item><title>x</title><link>y</link><guid>z</guid>{deep}")).len(), 1);
    let attributes = " a='x'".repeat(1_000);
    assert_eq!(entries(&format!("<rss><channel><item><title{attributes}>x</title></item></rss>"))[0].title, "x");
    let laughs = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    assert_eq!(entries(&format!("{laughs}<rss><item><title>&b;</title></item></rss>"))[0].title, "&a;&a;&a;");
}

const MODULES: &str = "xmlns:slash='http://purl.org/rss/1.0/modules/slash/' \
    xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'";

/// Each of these would be many times its size as a tree, or is work without end for somebody behind.
#[test]
fn what_is_read_of_a_document_is_bounded() {
    let head = "<rss version='2.0'><channel><item><title>A</title><link>http://a.example/1</link><guid>1</guid>";
    let read_of = |inner: &str| {
        read_words(format!("{head}<description>{inner}</description></item></channel></rss>").as_bytes(), None, None)
            .unwrap()
            .entries
    };
    let many = |unit: &str, count: usize| unit.repeat(count);
    for unit in
        ["x<?>", "x<!---->", "x<![CDATA[]]>", "x<![CDATA[y]]>", "<", "&", "\"", "<a>", "<a></b>", "&lt;p&gt;&lt;b&gt;"]
    {
        let entries = read_of(&many(unit, 50_000));
        assert_eq!((entries.len(), entries[0].id.as_str()), (1, "1"), "{unit}");
        assert!(
            entries[0].content_text.len() <= 128 << 10
                && entries[0].summary.as_ref().is_none_or(|it| it.len() <= 40_000)
        );
    }
    for attributes in [64, 20_000] {
        let element = format!("<a{}>", many(" a=1", attributes));
        assert_eq!(read_of(&many(&element, 400_000 / attributes)).len(), 1);
    }
    let told = |text: &str, what: &str| {
        let feed = read_words(text.as_bytes(), None, None).unwrap();
        assert!(feed.recovered.iter().any(|repair| repair.contains(what)), "{:?}", feed.recovered);
        feed.entries.len()
    };
    let element = format!("<a{}></a>", many(" a=1", 64));
    assert_eq!(told(&format!("{head}</item>{}", many(&element, 20_000)), "800,000 attributes"), 1);
    assert_eq!(told(&format!("{head}</item>{}", many("<a></a>", 400_001)), "400,000 elements"), 1);
    assert_eq!(
        told(&format!("<rss><channel>{}", many("<item><title>x</title></item>", 200_000)), "2,000 entries"),
        2_000
    );
    assert_eq!(told(&format!("<rss><channel>{}", many("<item>", 200_000)), "2,000 entries"), 2_000);
    let parts = many("<category>x</category><enclosure url='y'/><author>z</author>", 50_000);
    let entry = &entries(&format!("{head}{parts}</item></channel></rss>"))[0];
    assert!(entry.tags.len() <= 32 && entry.enclosures.len() <= 32);
    // What an entry is compared by is looked up once, and what all have of their feed is short.
    let first = format!("<item><guid>x</guid>{}</item>", many("<link>a</link>", 50_000));
    let others = many("<item><guid>x</guid><link>b</link></item>", 1_998);
    assert_eq!(told(&format!("<rss><channel>{first}{others}"), "one identity on several entries"), 1_999);
    let of_all = many("a", 1 << 22);
    let feed = format!("<feed xml:base='http://a.example/{of_all}'><author><name>{of_all}</name></author>");
    let entries = entries(&format!("{feed}{}", many("<entry><id>1</id><title>x</title></entry>", 2_000)));
    assert!(entries.iter().all(|entry| entry.author.as_ref().is_some_and(|author| author.len() <= 1_000)));
    for nothing in ["<", "<?", "<!--", "<![CDATA[", "&", "[", "\0"] {
        assert!(read(many(nothing, 1 << 17).as_bytes(), None, None).is_err(), "{nothing}");
    }
}

#[test]
fn composed_names_are_one_name() {
    let feed = "<rss version='2.0'><channel><title>re\u{301}</title><item><title>e\u{301}</title><author>e\u{301}</author>\
                <category>e\u{301}</category><link>http://a.example/</link></item></channel></rss>";
    let feed = read(feed.as_bytes(), None, None).unwrap();
    let entry = &feed.entries[0];
    let names = [feed.title.as_str(), &entry.title, entry.author.as_deref().unwrap(), &entry.tags[0]];
    assert_eq!(names, ["r\u{e9}", "\u{e9}", "\u{e9}", "\u{e9}"]);
}

#[test]
fn links_of_a_content_are_read_where_its_words_are() {
    let text = "<rss version='2.0'><channel><item><title>A</title><link>http://a.example/1</link>\
                <description>&lt;p>See &lt;a href='/2'>two&lt;/a></description></item></channel></rss>";
    assert_eq!(entries(text)[0].links, ["http://a.example/2"]);
    let headline = read_chosen(text.as_bytes(), None, None, &mut |_| Depth::Headline).unwrap();
    assert_eq!(headline.entries[0].links, [""; 0]);
}

/// A document in one of two dialects, with nothing to repair.
fn sound() -> impl Strategy<Value = String> {
    let text =
        "[a-zA-Z0-9 .,é—&;\n]{0,20}|&lt;p>a &lt;b>c&lt;/b>|<!\\[CDATA\\[ <p>x</p> &amp; y \\]\\]>|&#160;|&amp;amp;";
    let link = "https?://[a-z]{1,3}\\.example(:80|:443)?/[a-zA-Z%é ]{0,5}(\\?a=1&amp;b=%20)?|/[a-z]{0,3}|[a-z]{1,4}|tag:a,1:b| ";
    let date =
        prop::sample::select(vec!["Thu, 01 Jan 2026 10:00:00 +0100", "2026-01-01T10:00:00.123Z", "nonsense", ""]);
    // One author's name is of two signs that could be one.
    let entry =
        (text, text, text, link, link, date, "[a-zé ]{0,6}|e\u{301}", "[a-z,/ \n]{0,6}", prop::option::of(0..99_u32));
    (any::<bool>(), text, link, prop::collection::vec(entry, 0..4)).prop_map(|(atom, title, home, entries)| {
        let safe = |text: &str| {
            if text.starts_with("<!") || text.contains("lt;") { text.to_owned() } else { text.replace("&;", "").replace('&', "&amp;") }
        };
        let entries = entries.iter().map(|(title, summary, content, link, id, date, author, tag, count)| {
            let [title, summary, content] = [title, summary, content].map(|text| safe(text));
            let total = count.map(|count| format!("<thr:total>{count}</thr:total>")).unwrap_or_default();
            let comments = count.map(|count| format!("<slash:comments>{count}</slash:comments>")).unwrap_or_default();
            if atom {
                format!("<entry><title type='html'>{title}</title><link href=\"{link}\"/><id>{id}</id><published>{date}\
                         </published><author><name>{author}</name></author><author><name>{tag}</name></author>\
                         <category term=\"{tag}\"/>{total}\
                         <summary type='text'>{summary}</summary><content type='html'>{content}</content></entry>")
            } else {
                format!("<item><title>{title}</title><link>{link}</link><guid>{id}</guid><pubDate>{date}</pubDate>\
                         <author>{author}</author><author>{tag}</author><category>{tag}</category>\
                         <itunes:keywords>{tag},{author}</itunes:keywords>{comments}<description>{summary}</description>\
                         <enclosure url=\"{link}\" type=\"{tag}\" length=\"5\"/><comments>{link}</comments></item>")
            }
        });
        let (entries, title) = (entries.collect::<String>(), safe(&title));
        if atom {
            format!("<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0' xml:lang='en'><title>{title}</title><link href=\"{home}\"/>{entries}</feed>")
        } else {
            format!("<rss version='2.0' {MODULES}><channel><title>{title}</title><link>{home}</link><language>en</language>{entries}</channel></rss>")
        }
    })
}

proptest! {
    #[test]
    fn what_is_sound_is_as_feed_rs_reads_it(text in sound()) {
        let url = Url::parse("https://a.example/feed").unwrap();
        let canonical = || canonical(&text, Some(&url), &mut Reading::All(Contents::Words));
        let (Ok(Canonical { feed, .. }), Ok(same)) = (canonical(), canonical()) else { return Ok(()) };
        prop_assert_eq!(as_read(feed), read_again(same.feed).unwrap());
    }

    #[test]
    fn what_is_chosen_is_as_if_all_was_read(text in sound(), depths in prop::collection::vec(0_usize..3, 4)) {
        let all = read_words(text.as_bytes(), None, None).unwrap();
        let mut at = 0;
        let mut choose = |_: &Glance| {
            at += 1;
            [Depth::Nothing, Depth::Headline, Depth::Words][depths[at - 1]]
        };
        let some = read_chosen(text.as_bytes(), None, None, &mut choose).unwrap();
        let expected = all.entries.into_iter().zip(&depths).filter_map(|(entry, depth)| match depth {
            0 => None,
            // The summaries here are short.
            1 => {
                let summary = entry.summary.filter(|_| entry.title.is_empty());
                Some(crate::model::entry::Entry { summary, content_text: String::new(), links: Vec::new(), ..entry })
            }
            _ => Some(entry),
        });
        prop_assert_eq!(some.entries, expected.collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_ne!(read(&bytes, None, None).err(), Some(FeedError::Panic));
    }

    #[test]
    fn no_entry_of_a_feed_that_is_cut_off_has_an_identity_of_its_own(text in sound(), at in 0.0..1.0_f64) {
        let ids = |text: &str| -> Vec<String> {
            let feed = read_words(text.as_bytes(), None, None);
            feed.map(|feed| feed.entries.into_iter().map(|entry| entry.id).collect()).unwrap_or_default()
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at = text.floor_char_boundary((text.len() as f64 * at) as usize);
        let (whole, cut) = (ids(&text), text.get(..at).unwrap_or_default());
        // Of an identity that several entries have, a part of the document may have one alone.
        let shared = |feed: ParsedFeed| feed.recovered.iter().any(|repair| repair == identity::SHARED);
        prop_assume!(!read_words(text.as_bytes(), None, None).is_ok_and(shared));
        for id in ids(cut) {
            prop_assert!(whole.contains(&id), "{id} of {cut}");
        }
    }

    #[test]
    fn a_feed_cut_anywhere_is_read_or_refused(at in 0_usize..400) {
        let whole = "<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title><![CDATA[A]]>\
            </title><link>http://a.example/?a=1&amp;b=2</link><description>&lt;p>x</description></item><item>\
            <title>B</title><link>http://a.example/2</link><guid>2</guid></item></channel></rss>";
        let cut = whole.get(..at.min(whole.len())).unwrap();
        match read(cut.as_bytes(), None, None) {
            Ok(feed) => for entry in feed.entries {
                prop_assert!(["A", "B"].contains(&entry.title.as_str()), "{entry:?}");
                prop_assert!(entry.link.is_some_and(|link| link.ends_with('2')));
            },
            Err(e) => prop_assert_ne!(e, FeedError::Panic),
        }
    }
}
