//! Whether what a feed gives its entries for an identity tells them apart.
//!
//! Some publishing systems write one guid on all entries, and an entry that is edited into another is lost. An
//! identity that stands on several entries of one document is none for any of them: they go by their links, else by
//! what finishing an entry makes of title and date. An entry that is merely repeated, with its link, keeps its own.
//! Where there are no guids, a link on several entries of different titles is no better: change logs and pages of
//! incidents link every entry to the one page that they are.
//!
//! With a single entry in the document nobody can tell. It keeps the guid, because nearly all are right, and changes
//! its identity once, when a second entry comes with the same; where what was read before is not read again, not even
//! then. To let one of the two keep the guid would be worse: it would pass from entry to entry as they leave the
//! document, and each would be stored as an edit of the one before. Only a guid that is the address of the feed's own
//! page, on an entry with a link of its own, is known to be wrong alone.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::content::page;
use crate::url_key::url_key;

/// How it is told that there are such entries.
pub(super) const SHARED: &str = "one identity on several entries";

/// What the entries of a document say of who they are. Each is asked for by its place.
pub(super) struct Entries<'d> {
    /// The page that the feed is about.
    pub(super) page: Option<&'d str>,
    /// The guid or id of each.
    pub(super) given: &'d [Option<Cow<'d, str>>],
    pub(super) link: &'d dyn Fn(usize) -> Option<String>,
    /// The same as it is written.
    pub(super) written: &'d dyn Fn(usize) -> Option<Cow<'d, str>>,
    /// Whether nothing says that the titles of two differ.
    pub(super) same_title: &'d dyn Fn(usize, usize) -> bool,
    /// Whether its link, if it has none, may stand where the document was cut off.
    pub(super) cut: &'d dyn Fn(usize) -> bool,
}

/// What several entries of a document have that are not alike.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The guids, ids and links that they go by.
    pub(super) names: HashSet<String>,
    /// The pages that they link to, as it is written: addresses without the place in the page.
    pub(super) pages: HashSet<String>,
}

impl Shared {
    pub(super) fn has_page<'w>(&self, written: impl FnOnce() -> Option<Cow<'w, str>>) -> bool {
        !self.pages.is_empty() && written().is_some_and(|link| self.pages.contains(page(&link)))
    }
}

impl Entries<'_> {
    pub(super) fn shared(&self) -> Shared {
        Shared { names: self.shared_names(), pages: self.shared_pages() }
    }

    fn shared_pages(&self) -> HashSet<String> {
        let (mut first, mut pages) = (HashMap::new(), HashSet::new());
        for place in 0..self.given.len() {
            let page = match (self.written)(place) {
                Some(Cow::Borrowed(link)) => Cow::Borrowed(page(link)),
                Some(Cow::Owned(link)) => Cow::Owned(page(&link).to_owned()),
                None => continue,
            };
            match first.entry(page) {
                Entry::Vacant(free) => {
                    free.insert(place);
                }
                Entry::Occupied(taken) if (self.same_title)(*taken.get(), place) => {}
                Entry::Occupied(taken) => {
                    pages.insert(taken.key().to_string());
                }
            }
        }
        pages
    }

    fn shared_names(&self) -> HashSet<String> {
        let mut shared = HashSet::new();
        // Who shares an id goes by a link, and that may be shared as well.
        for _ in 0..2 {
            let found = self.shared_beside(&shared);
            if found.is_empty() {
                break;
            }
            shared.extend(found);
        }
        shared
    }

    fn shared_beside(&self, known: &HashSet<String>) -> HashSet<String> {
        let own = |place: usize| {
            let id = self.given.get(place).and_then(Option::as_deref);
            id.filter(|id| !id.is_empty() && !known.contains(*id))
        };
        let (mut first, mut shared) = (HashMap::new(), HashSet::new());
        for place in 0..self.given.len() {
            let id = own(place).map(Cow::Borrowed).or_else(|| (self.link)(place).map(Cow::Owned));
            let Some(id) = id.filter(|id| !known.contains(id.as_ref())) else { continue };
            match first.entry(id) {
                Entry::Vacant(free) => {
                    free.insert(place);
                }
                Entry::Occupied(taken) => {
                    let other = *taken.get();
                    let ids = own(other).zip(own(place)).is_some() && !self.is_page(taken.key());
                    if !(if ids { self.alike(other, place) } else { (self.same_title)(other, place) }) {
                        shared.insert(taken.key().to_string());
                    }
                }
            }
        }
        shared
    }

    /// Whether two entries with one id are one: their links lead to the same page, or, where one has no link, nothing
    /// says that their titles differ.
    fn alike(&self, one: usize, other: usize) -> bool {
        match ((self.link)(one), (self.link)(other)) {
            (Some(one), Some(other)) => one == other || url_key(&one).is_some_and(|key| url_key(&other) == Some(key)),
            (None, _) if (self.cut)(one) => true,
            (_, None) if (self.cut)(other) => true,
            _ => (self.same_title)(one, other),
        }
    }

    fn is_page(&self, id: &str) -> bool {
        self.page.is_some_and(|page| bare(page) == bare(id))
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
    fn shared(entries: &[(&str, &str, &str)]) -> Vec<String> {
        let mut names: Vec<_> = all_shared(entries).names.into_iter().collect();
        names.sort();
        names
    }

    fn all_shared(entries: &[(&str, &str, &str)]) -> Shared {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let given: Vec<_> = entries.iter().map(|(id, ..)| some(id).map(Cow::Owned)).collect();
        let entries = Entries {
            page: Some("https://a.example"),
            given: &given,
            link: &|place| some(entries[place].1),
            written: &|place| some(entries[place].1).map(Cow::Owned),
            same_title: &|one, other| entries[one].2 == entries[other].2,
            cut: &|_| false,
        };
        entries.shared()
    }

    #[test]
    fn places_of_one_page_share_it() {
        let entries =
            [("a", "/log#1", "A"), ("b", "/log#2", "B"), ("c", "/c#1", "C"), ("d", "/c", "C"), ("e", "/e", "E")];
        let shared = all_shared(&entries);
        assert_eq!((shared.names.len(), shared.pages.len()), (0, 1));
        assert!(shared.has_page(|| Some("/log#3".into())) && !shared.has_page(|| Some("/c".into())));
    }

    #[test]
    fn what_stands_on_two_pages_is_no_identity() {
        let entries = [("a", "1", ""), ("b", "2", ""), ("a", "1", ""), ("b", "3", ""), ("", "4", ""), ("", "5", "")];
        assert_eq!(shared(&entries), ["b"]);
    }

    #[test]
    fn what_several_go_by_is_no_identity() {
        let page = "https://a.example/1";
        assert_eq!(shared(&[("", page, "A"), ("", page, "B"), ("", "2", "C")]), [page]);
        assert_eq!(shared(&[("", page, "A"), ("", page, "A")]), [""; 0], "one that is repeated");
        assert_eq!(shared(&[(page, page, "A"), ("", page, "B")]), [page], "the id of one is the link of the other");
        assert_eq!(shared(&[("x", page, "A"), ("x", page, "B"), ("x", "2", "C")]), [page, "x"]);
        assert_eq!(shared(&[("x", page, "A"), ("x", page, "B")]), [""; 0], "an edit, as far as can be told");
        let home = "https://a.example/";
        assert_eq!(shared(&[(home, home, "A"), (home, home, "B")]), [home]);
    }

    #[test]
    fn links_are_alike_when_they_lead_to_one_page() {
        let page = "https://a.example/1";
        assert_eq!(shared(&[("x", page, "A"), ("x", "http://www.a.example/1/?utm_source=rss", "B")]), [""; 0]);
        assert_eq!(shared(&[("x", page, "A"), ("x", "https://a.example/2", "A")]), ["x"]);
        assert_eq!(shared(&[("x", page, "A"), ("x", "", "A")]), [""; 0]);
        assert_eq!(shared(&[("x", "", "A"), ("x", "", "B")]), ["x"]);
    }
}
