//! Any XML-ish text in, one feed out, its choices made.
//!
//! Every feed takes this path, sound or broken: a repair that ran only after an error would change identities
//! from one fetch to the next, and much of what feeds get wrong is lost without any error at all. The stages:
//! `token` (tags and text, whatever the punctuation), `tree` (what encloses what), `names` (what a name means),
//! `select` (which of several dates, links and titles wins). What comes out is what an Atom 1.0 document would say,
//! and the tests write it as one and have a reader of Atom read it back.

use url::Url;

use super::entry::{Prose, Raw};
use crate::model::cadence::Cadence;
use crate::model::entry::FeedFormat;

mod charref;
mod fields;
mod names;
mod prose;
mod search;
mod select;
mod token;
mod tree;
#[cfg(test)]
mod write;

pub(crate) use charref::windows_1252;

/// No feed is read beyond this many entries.
pub const MAX_ENTRIES: usize = 2_000;

/// A feed made sound.
#[derive(Debug, PartialEq)]
pub(crate) struct Canonical {
    /// What the document was before.
    pub(crate) format: FeedFormat,
    pub(crate) title: Option<Prose>,
    pub(crate) link: Option<String>,
    pub(crate) language: Option<String>,
    /// When to ask again, as the feed wishes.
    pub(crate) cadence: Cadence,
    /// In the order of the document.
    pub(crate) entries: Vec<Raw>,
    /// In words, each once.
    pub(crate) repairs: Vec<String>,
}

/// Why a text holds no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoFeed {
    /// A web page.
    Html,
    /// Some other document; the name of its outermost element, if it has one.
    Other(Option<String>),
}

/// Reads a feed in any dialect of RSS, Atom or CDF.
///
/// `url` is where it came from; relative links resolve against it unless the feed says otherwise.
///
/// # Errors
/// [`NoFeed`] when there is neither a feed nor an entry in the text.
pub(crate) fn canonical(text: &str, url: Option<&Url>) -> Result<Canonical, NoFeed> {
    let mut tree = tree::parse(text);
    let feed = select::feed(&tree.document, url, &mut tree.repairs)?;
    Ok(Canonical { repairs: tree.repairs.into_words(), ..feed })
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
    use super::*;
    use proptest::prelude::*;

    fn atom(text: &str) -> String {
        write::atom(&canonical(text, None).expect("a feed"))
    }

    #[test]
    fn a_page_is_not_a_feed() {
        assert_eq!(canonical("<!doctype html><html><p>x", None), Err(NoFeed::Html));
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
        assert_eq!(feed.format, FeedFormat::Atom03);
        let atom = write::atom(&feed);
        assert!(atom.contains("<published>2003-12-13T18:30:02Z</published>"), "{atom}");
    }

    #[test]
    fn a_broken_item_ends_where_the_next_begins() {
        let atom = atom("junk <rss><channel><item><title>A & B <link>http://a.example/<item><title>C</title></rss>");
        assert_eq!(atom.matches("<entry>").count(), 2, "{atom}");
        assert!(atom.contains("A &amp; B") && atom.contains("http://a.example/"), "{atom}");
    }

    #[test]
    fn a_cut_off_item_stays_when_title_and_link_are_whole() {
        let whole = "<rss version='2.0'><channel><item><title>A</title><link>http://a.example/</link><descr";
        assert_eq!(atom(whole).matches("<entry>").count(), 1);
        let cut = "<rss version='2.0'><channel><item><title>A</title><link>http://a.exam";
        assert_eq!(atom(cut).matches("<entry>").count(), 0);
    }

    #[test]
    fn every_field_is_what_a_reader_of_atom_would_read() {
        let feed = canonical(
            "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><link>http://a.example</link>\
             <item><title> A &amp;amp; B </title><link> HTTP://A.example/ü?a=1&amp;b=2\n </link><guid> 7 </guid>\
             <pubDate>Thu, 01 Jan 2026 10:00:01.5 +0100</pubDate><dc:creator> Ann </dc:creator><category> x </category>\
             <enclosure url='b c.mp3' type='audio/mpeg' length='9'/><comments>/c</comments>\
             <description> &lt;p>Hello\r\n </description><content>\u{a0} x</content></item>\
             <item><link>www.a.example/?q</link><content type='base64' mode='base64'>IGEg</content></item></channel></rss>",
            None,
        )
        .unwrap();
        assert_eq!(write::read_back(&write::atom(&feed)), feed.entries);
        assert_eq!(feed.link.as_deref(), Some("http://a.example/"));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_xml_goes_out(text in "(<[/!?]?[a-z:]{1,6}( [a-z]=['\"]?[a-z<&]{0,3}['\"]?)?/?>|[a-z&;#<>\\PC]|<item>|<title>|</item>|\\]\\]>|<!\\[CDATA\\[){0,40}") {
            if let Ok(feed) = canonical(&format!("<rss>{text}"), None) {
                prop_assert_eq!(write::read_back(&write::atom(&feed)), feed.entries);
            }
        }
    }
}
