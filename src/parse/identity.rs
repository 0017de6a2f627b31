//! Whether what a feed gives its entries for an identity tells them apart.
//!
//! Some publishing systems write one guid on all entries, and an entry that is edited into another is lost. An
//! identity that stands on several entries of one document with links to different pages is none for any of them: they
//! go by their links, else by what finishing an entry makes of title and date. An entry that is merely repeated, with
//! its link, keeps its own, and so does an edit of it.
//!
//! Where there are no guids, the feed's own page is no better, nor is a link that most entries have: change logs and
//! pages of incidents link every entry to the one page that they are. Such an entry goes by its title and date, so an
//! edit of its title makes a new one of it; that also befalls a feed of one entry that links to the feed's own page. A
//! link that a few of many entries share stays the identity of each, and they are one: were it none, every entry that
//! comes or goes would change who the others are.
//!
//! With a single entry in the document nobody can tell. It keeps the guid, because nearly all are right, and changes
//! its identity once, when a second entry comes with the same; where what was read before is not read again, not even
//! then. To let one of the two keep the guid would be worse: it would pass from entry to entry as they leave the
//! document, and each would be stored as an edit of the one before. Only a guid that is the address of the feed's own
//! page, on an entry with a link of its own, is known to be wrong alone.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::content::page;
use crate::url_key::url_key;

/// How it is told that there are such entries.
pub(super) const SHARED: &str = "one identity on several entries";

/// In bytes. Of a longer link nobody asks whether another way of writing it leads to the same page.
const LONG_LINK: usize = 4_000;

/// What an entry of a document says of who it is.
pub(super) struct Claim<'d> {
    /// Its guid or id.
    pub(super) given: Option<Cow<'d, str>>,
    pub(super) link: Option<String>,
    /// A hash of its title, where it has one.
    pub(super) title: Option<u64>,
    /// The document ended before the entry did: a link that it has not may stand behind the cut.
    pub(super) cut: bool,
}

impl Claim<'_> {
    fn id(&self) -> Option<&str> {
        self.given.as_deref().filter(|id| !id.is_empty())
    }
}

/// What several entries of a document have that are not alike.
#[derive(Debug, Default)]
pub(super) struct Shared {
    ids: HashSet<String>,
    /// Links of those that go by them.
    links: HashSet<String>,
    /// Addresses without the place in the page.
    pages: HashSet<String>,
}

impl Shared {
    /// Of all entries of a document, whose own page is `page`. Takes time that grows with their number alone.
    pub(super) fn by(claims: &[Claim<'_>], page: Option<&str>) -> Self {
        let ids = shared_ids(claims, page);
        let links = shared_links(claims, &ids, page);
        Self { pages: shared_pages(claims), ids, links }
    }

    /// Whether no entry lost its identity.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.links.is_empty()
    }

    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether an entry without an id of its own cannot go by this link either.
    pub(super) fn has_link(&self, link: &str) -> bool {
        self.links.contains(link)
    }

    /// Whether several entries of different titles link to the page of this link.
    pub(super) fn has_page(&self, link: &str) -> bool {
        !self.pages.is_empty() && self.pages.contains(page(link))
    }
}

fn shared_ids(claims: &[Claim<'_>], page: Option<&str>) -> HashSet<String> {
    let (mut first, mut shared) = (HashMap::<&str, &Claim<'_>>::new(), HashSet::new());
    for claim in claims {
        let Some(id) = claim.id().filter(|id| !shared.contains(*id)) else { continue };
        let other = *first.entry(id).or_insert(claim);
        let is_page = page.is_some_and(|page| bare(page) == bare(id));
        let alike = if is_page { same_title(other, claim) } else { alike(other, claim) };
        if !alike {
            shared.insert(id.to_owned());
        }
    }
    shared
}

/// Whether two entries with one id are one: their links lead to the same page, or, where one has no link, nothing says
/// that their titles differ.
fn alike(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    match (&one.link, &other.link) {
        (Some(one), Some(other)) => {
            let short = one.len() <= LONG_LINK && other.len() <= LONG_LINK;
            one == other || short && url_key(one).is_some_and(|key| url_key(other) == Some(key))
        }
        (None, _) if one.cut => true,
        (_, None) if other.cut => true,
        _ => same_title(one, other),
    }
}

fn same_title(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    one.title.zip(other.title).is_none_or(|(one, other)| one == other)
}

fn shared_links(claims: &[Claim<'_>], shared_ids: &HashSet<String>, page: Option<&str>) -> HashSet<String> {
    let own_id = |claim: &Claim<'_>| claim.id().filter(|id| !shared_ids.contains(*id)).map(str::to_owned);
    let ids: HashSet<String> = claims.iter().filter_map(own_id).collect();
    let by_link = claims.iter().filter(|claim| claim.id().is_none_or(|id| shared_ids.contains(id)));
    // How many go by it, and whether their titles differ.
    let mut links = HashMap::<&str, (usize, Titles)>::new();
    for (link, title) in by_link.filter_map(|claim| Some((claim.link.as_deref()?, claim.title))) {
        let (count, titles) = links.entry(link).or_default();
        *count += 1;
        titles.add(title);
    }
    let none = |(link, (count, titles)): &(&str, (usize, Titles))| {
        let is_page = page.is_some_and(|page| bare(page) == bare(link));
        is_page || ids.contains(*link) || titles.differ && 2 * count > claims.len()
    };
    links.into_iter().filter(none).map(|(link, _)| link.to_owned()).collect()
}

fn shared_pages(claims: &[Claim<'_>]) -> HashSet<String> {
    let mut pages = HashMap::<&str, Titles>::new();
    for claim in claims {
        if let Some(link) = claim.link.as_deref() {
            pages.entry(page(link)).or_default().add(claim.title);
        }
    }
    pages.into_iter().filter(|(_, titles)| titles.differ).map(|(page, _)| page.to_owned()).collect()
}

/// Whether the titles of several entries differ; those without one say nothing.
#[derive(Default)]
struct Titles {
    first: Option<u64>,
    differ: bool,
}

impl Titles {
    fn add(&mut self, title: Option<u64>) {
        self.differ |= self.first.zip(title).is_some_and(|(one, other)| one != other);
        self.first = self.first.or(title);
    }
}

/// Whether an identity is but the address of the feed's `page`: its entry's own `link` is another.
pub(super) fn is_of_the_feed(id: &str, page: Option<&str>, link: Option<&str>) -> bool {
    page.is_some_and(|page| bare(page) == bare(id)) && link.is_some_and(|link| bare(link) != bare(id))
}

fn bare(address: &str) -> &str {
    address.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of entries with these ids, links and titles.
    fn shared(entries: &[(&str, &str, &str)]) -> Shared {
        let claims = entries.iter().map(|&(id, link, title)| Claim {
            given: Some(id.into()),
            link: Some(link.to_owned()).filter(|link| !link.is_empty()),
            title: title.bytes().next().map(u64::from),
            cut: false,
        });
        Shared::by(&claims.collect::<Vec<_>>(), Some("https://a.example"))
    }

    fn ids(entries: &[(&str, &str, &str)]) -> Vec<String> {
        shared(entries).ids.into_iter().collect()
    }

    fn links(entries: &[(&str, &str, &str)]) -> Vec<String> {
        shared(entries).links.into_iter().collect()
    }

    #[test]
    fn what_stands_on_two_pages_is_no_identity() {
        let entries = [("a", "1", ""), ("b", "2", ""), ("a", "1", ""), ("b", "3", ""), ("", "4", ""), ("", "5", "")];
        assert_eq!(ids(&entries), ["b"]);
        let home = "https://a.example/";
        assert_eq!(ids(&[(home, home, "A"), (home, home, "B")]), [home]);
        assert_eq!(ids(&[("x", "1", "A"), ("x", "1", "B")]), [""; 0], "an edit, as far as can be told");
    }

    #[test]
    fn links_are_alike_when_they_lead_to_one_page() {
        let page = "https://a.example/1";
        assert_eq!(ids(&[("x", page, "A"), ("x", "http://www.a.example/1/?utm_source=rss", "B")]), [""; 0]);
        assert_eq!(ids(&[("x", page, "A"), ("x", "https://a.example/2", "A")]), ["x"]);
        assert_eq!(ids(&[("x", page, "A"), ("x", "", "A")]), [""; 0]);
        assert_eq!(ids(&[("x", "", "A"), ("x", "", "B")]), ["x"]);
    }

    #[test]
    fn a_link_of_most_or_of_the_feed_is_no_identity() {
        assert_eq!(links(&[("", "1", "A"), ("", "1", "B"), ("", "2", "C")]), ["1"]);
        assert_eq!(links(&[("", "1", ""), ("", "1", "A"), ("", "1", "B")]), ["1"], "whichever has no title");
        assert_eq!(links(&[("", "1", "A"), ("", "1", "A")]), [""; 0], "one that is repeated");
        assert_eq!(links(&[("", "1", "A"), ("", "1", "B"), ("", "2", "C"), ("", "3", "D")]), [""; 0], "sent in twice");
        assert_eq!(links(&[("", "https://a.example/", "A")]), ["https://a.example/"]);
        assert_eq!(links(&[("1", "1", "A"), ("", "1", "B")]), ["1"], "the id of one is the link of the other");
        assert_eq!(links(&[("x", "1", "A"), ("x", "1", "B"), ("x", "2", "C")]), ["1"], "who shares an id goes by it");
    }

    #[test]
    fn places_of_one_page_share_it() {
        let entries =
            [("a", "/log#1", "A"), ("b", "/log#2", "B"), ("c", "/c#1", "C"), ("d", "/c", "C"), ("e", "/e", "E")];
        let shared = shared(&entries);
        assert!(shared.is_empty());
        assert!(shared.has_page("/log#3") && !shared.has_page("/c"));
    }
}
