//! Any XML-ish text in, one well-formed Atom 1.0 document out.
//!
//! Every feed takes this path, sound or broken: a repair that ran only after an error would change identities
//! from one fetch to the next, and much of what feeds get wrong is lost without any error at all. The stages:
//! `token` (tags and text, whatever the punctuation), `tree` (what encloses what), `names` (what a name means),
//! `select` (which of several dates, links and titles wins), `write`.

use url::Url;

use super::content::Prose;
use super::entry::{Raw, Reading};
use crate::model::cadence::Cadence;
use crate::model::entry::FeedFormat;

mod charref;
mod fields;
mod lift;
mod names;
mod prose;
mod search;
mod select;
mod token;
mod tree;
mod write;

pub(crate) use charref::windows_1252;
pub(super) use prose::guessed;
pub(super) use token::{Token, Tokens};

/// No feed is read beyond this many entries.
pub const MAX_ENTRIES: usize = 2_000;

/// A feed whose choices are made.
#[derive(Debug, PartialEq)]
pub(in crate::parse) struct Feed {
    /// What the document was before.
    pub(in crate::parse) format: FeedFormat,
    pub(in crate::parse) title: Option<Prose>,
    pub(in crate::parse) link: Option<String>,
    pub(in crate::parse) language: Option<String>,
    /// When to ask again, as the feed wishes.
    pub(in crate::parse) cadence: Cadence,
    pub(in crate::parse) entries: Vec<Raw>,
}

/// A feed made well-formed.
#[derive(Debug, PartialEq)]
pub(in crate::parse) struct Canonical {
    pub(in crate::parse) feed: Feed,
    /// In words, each once.
    pub(in crate::parse) repairs: Vec<String>,
}

impl Feed {
    /// Atom 1.0 (RFC 4287), in UTF-8, one `<entry>` for each entry and in the same order.
    pub(in crate::parse) fn atom(&self) -> String {
        write::atom(self)
    }
}

/// Why a text holds no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::parse) enum NoFeed {
    /// A web page.
    Html,
    /// Some other document; the name of its outermost element, if it has one.
    Other(Option<String>),
}

/// Rewrites a feed in any dialect of RSS, Atom or CDF.
///
/// `url` is where it came from; relative links resolve against it unless the feed says otherwise. Entries that
/// `reading` does not want are left out.
///
/// # Errors
/// [`NoFeed`] when there is neither a feed nor an entry in the text.
pub(in crate::parse) fn canonical(
    text: &str,
    url: Option<&Url>,
    reading: &mut Reading<'_>,
) -> Result<Canonical, NoFeed> {
    let mut tree = tree::parse(text);
    let feed = select::feed(&tree.document, url, reading, &mut tree.repairs).map_err(|no| match no {
        // A page need not have an `<html>`.
        NoFeed::Other(_) if declares_html(text) => NoFeed::Html,
        no => no,
    })?;
    Ok(Canonical { feed, repairs: tree.repairs.into_words() })
}

fn declares_html(text: &str) -> bool {
    const DOCTYPE: &str = "<!doctype html";
    text.trim_start().get(..DOCTYPE.len()).is_some_and(|head| head.eq_ignore_ascii_case(DOCTYPE))
}

/// What was repaired: a short phrase for each kind, once.
#[derive(Debug, Default)]
struct Repairs(Vec<&'static str>);

impl Repairs {
    fn note(&mut self, what: &'static str) {
        if !self.0.contains(&what) {
            self.0.push(what);
        }
    }

    fn into_words(self) -> Vec<String> {
        self.0.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Contents;
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str, url: Option<&Url>) -> Result<Canonical, NoFeed> {
        super::canonical(text, url, &mut Reading::All(Contents::Html))
    }

    fn atom(text: &str) -> String {
        canonical(text, None).expect("a feed").feed.atom()
    }

    #[test]
    fn a_page_is_not_a_feed() {
        assert_eq!(canonical("<!doctype html><html><p>x", None), Err(NoFeed::Html));
        assert_eq!(canonical("<!DOCTYPE html><title>x</title><p>y", None), Err(NoFeed::Html));
        assert_eq!(canonical("<opml/>", None), Err(NoFeed::Other(Some("opml".into()))));
        assert_eq!(canonical("hello", None), Err(NoFeed::Other(None)));
    }

    #[test]
    fn old_atom_is_new_atom() {
        let feed = canonical(
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped'>A &amp;amp; B</title>\
             <issued>2003-12-13T18:30:02Z</issued></entry></feed>",
            None,
        )
        .unwrap();
        assert_eq!(feed.feed.format, FeedFormat::Atom03);
        let atom = feed.feed.atom();
        assert!(atom.contains("<published>2003-12-13T18:30:02Z</published>"), "{atom}");
    }

    #[test]
    fn a_broken_item_ends_where_the_next_begins() {
        let atom = atom("junk <rss><channel><item><title>A & B <link>http://a.example/<item><title>C</title></rss>");
        assert_eq!(atom.matches("<entry>").count(), 2, "{atom}");
        assert!(atom.contains("<![CDATA[A & B]]>") && atom.contains("http://a.example/"), "{atom}");
    }

    #[test]
    fn a_cut_off_item_stays_when_title_link_and_identity_are_whole() {
        let entries = |items: &str| {
            let atom = atom(&format!("<rss version='2.0'><channel>{items}"));
            atom.matches("<entry>").count()
        };
        let fields = "<item><title>A</title><link>http://a.example/</link>";
        assert_eq!(entries(&format!("{fields}<guid>1</guid><descr")), 1);
        assert_eq!(entries("<item><title>A</title><guid>1</guid><link>http://a.exam"), 0);
        assert_eq!(entries(&format!("{fields}<guid>http://a.exam")), 0, "half an identity is another one");
        assert_eq!(entries(&format!("{fields}<descr")), 0, "it may come behind the cut");
        assert_eq!(entries(&format!("{fields}</item>{fields}<descr")), 2, "but not in this feed");
        assert_eq!(entries("<item><title>A</title><link> </link><guid/><descr"), 0, "nothing to know it by");
        assert_eq!(entries(&format!("{fields}<guid>0</guid></item>{fields}<descr")), 1);
    }

    #[test]
    fn several_authors_key_words_and_comments_are_read() {
        let entry = |inner: &str| {
            let text = format!("<rss version='2.0'><channel><item><title>A</title>{inner}</item></channel></rss>");
            canonical(&text, None).expect("a feed").feed.entries.remove(0)
        };
        let authors = "<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator><dc:creator>Ann</dc:creator>";
        assert_eq!(entry(authors).author.as_deref(), Some("Ann, Bo"));
        let mail = "<author>a@a.example (Ann)</author><author><name>Bo</name></author><dc:creator>Cy</dc:creator>";
        assert_eq!(entry(mail).author.as_deref(), Some("Ann, Bo"));
        for (written, name) in [
            ("Ann Bo &lt;a@a.example&gt;", "Ann Bo"),
            ("Ann [a@a.example]", "Ann"),
            ("Ann (mailto:a@a.example)", "Ann"),
            ("&lt;a@a.example&gt;", "a@a.example"),
            ("Ann (@ann)", "Ann (@ann)"),
            ("a@a.example (Ann [admin])", "Ann [admin]"),
            ("Ann @ Lumen &lt;a@a.example&gt;", "Ann @ Lumen"),
            ("Ann (The Lab)", "Ann (The Lab)"),
            ("a@a.example", "a@a.example"),
        ] {
            assert_eq!(entry(&format!("<author>{written}</author>")).author.as_deref(), Some(name));
        }
        let words = "<category>x, y</category><itunes:keywords>a, b,,</itunes:keywords>\
                     <media:group><media:keywords>c</media:keywords></media:group>";
        assert_eq!(entry(words).tags, ["x, y", "a", "b", "c"]);
        assert_eq!(entry("<slash:comments> 3 </slash:comments>").comment_count, Some(3));
        assert_eq!(entry("<slash:comments>many</slash:comments><thr:total>4</thr:total>").comment_count, Some(4));
        let link = |rel: &str| format!("<link rel='{rel}' href='http://a.example/c' thr:count='5'/>");
        assert_eq!(entry(&link("replies")).comment_count, Some(5));
        assert_eq!(entry(&link("alternate")).comment_count, None);
    }

    #[test]
    fn an_entry_of_atom_without_an_author_is_by_its_feed() {
        let feed = |title: &str, entry: &str| {
            let text = format!(
                "<feed xmlns='http://www.w3.org/2005/Atom'><title>{title}</title><author><name>Ann</name></author>\
                 <entry><title>A</title>{entry}</entry></feed>"
            );
            canonical(&text, None).expect("a feed").feed.entries.remove(0).author
        };
        assert_eq!(feed("T", "").as_deref(), Some("Ann"));
        assert_eq!(feed("T", "<author><name>Bo</name></author>").as_deref(), Some("Bo"));
        assert_eq!(feed("T", "<source><author><name>Cy</name></author></source>").as_deref(), Some("Cy"));
        assert_eq!(feed("T", "<source><title>U</title></source>"), None);
        assert_eq!(feed("Ann", ""), None, "a feed that is its own author");
    }

    #[test]
    fn an_identity_of_several_entries_is_none() {
        let ids = |items: &[(&str, &str)]| {
            let item = |(guid, page): &(&str, &str)| {
                let link =
                    if page.is_empty() { String::new() } else { format!("<link>http://a.example/{page}</link>") };
                format!("<item><title>About {page}</title><guid>{guid}</guid>{link}</item>")
            };
            let items: String = items.iter().map(item).collect();
            let text = format!("<rss version='2.0'><channel><link>http://a.example</link>{items}</channel></rss>");
            let canonical = canonical(&text, None).expect("a feed");
            let ids: Vec<_> = canonical.feed.entries.into_iter().map(|entry| entry.id.unwrap_or_default()).collect();
            (ids.join(" "), canonical.repairs.len())
        };
        assert_eq!(ids(&[("x", "1"), ("x", "2"), ("y", "3")]), ("  y".to_owned(), 1));
        assert_eq!(ids(&[("x", "1"), ("x", "1"), ("y", "1")]), ("x x y".to_owned(), 0));
        assert_eq!(ids(&[("x", "1")]), ("x".to_owned(), 0), "nobody can tell");
        assert_eq!(ids(&[("http://a.example/", "1")]), (String::new(), 1), "the feed's own page");
        assert_eq!(ids(&[("http://a.example/", "")]), ("http://a.example/".to_owned(), 1), "it is also the link");
        assert_eq!(ids(&[("http://a.example/", ""), ("http://a.example/", "")]).1, 1, "their titles are the same");
    }

    #[test]
    fn a_base_of_cdf_is_followed() {
        let cdf = "<CHANNEL BASE='http://b.example/' HREF='http://a.example/'><ITEM HREF='/1'><TITLE>A</TITLE></ITEM>\
                   <ITEM HREF='2' BASE='c/'><TITLE>B</TITLE></ITEM></CHANNEL>";
        let feed = canonical(cdf, None).expect("a feed").feed;
        let links: Vec<_> = feed.entries.iter().filter_map(|entry| entry.link.as_deref()).collect();
        assert_eq!((feed.format, links), (FeedFormat::Cdf, vec!["http://b.example/1", "http://b.example/c/2"]));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_xml_goes_out(text in "(<[/!?]?[a-z:]{1,6}( [a-z]=['\"]?[a-z<&]{0,3}['\"]?)?/?>|[a-z&;#<>\\PC]|<item>|<title>|</item>|\\]\\]>|<!\\[CDATA\\[){0,40}") {
            if let Ok(feed) = canonical(&format!("<rss>{text}"), None) {
                let atom = feed.feed.atom();
                let read = feed_rs::parser::parse(atom.as_bytes());
                prop_assert!(read.is_ok(), "{:?} from {}", read.err(), atom);
                prop_assert_eq!(read.map(|f| f.entries.len()).ok(), Some(atom.matches("<entry>").count()));
            }
        }
    }
}
