//! Any XML-ish text in, one well-formed Atom 1.0 document out.
//!
//! Every feed takes this path, sound or broken: a repair that ran only after an error would change identities
//! from one fetch to the next, and much of what feeds get wrong is lost without any error at all. The stages:
//! `token` (tags and text, whatever the punctuation), `tree` (what encloses what), `names` (what a name means),
//! `select` (which of several dates, links and titles wins), `write`.

use url::Url;

use super::entry::{Prose, Raw, Reading};
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
mod write;

pub(crate) use charref::windows_1252;
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
    let feed = select::feed(&tree.document, url, reading, &mut tree.repairs)?;
    Ok(Canonical { feed, repairs: tree.repairs.into_words() })
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
        assert!(atom.contains("A &amp; B") && atom.contains("http://a.example/"), "{atom}");
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
