//! Whether what a feed gives its entries for an identity tells them apart.
//!
//! Some publishing systems write one guid on all entries, and an entry that is edited into another is lost. An
//! identity that stands on several entries of one document is none for any of them: they go by their links, else by
//! what finishing an entry makes of title and date. An entry that is merely repeated, with its link, keeps its own.
//!
//! With a single entry in the document nobody can tell. It keeps the guid, because nearly all are right, and changes
//! its identity once, when a second entry comes with the same; where what was read before is not read again, not even
//! then. To let one of the two keep the guid would be worse: it would pass from entry to entry as they leave the
//! document, and each would be stored as an edit of the one before. Only a guid that is the address of the feed's own
//! page, on an entry with a link of its own, is known to be wrong alone.

use std::collections::{HashMap, HashSet};

use crate::url_key::url_key;

/// How it is told that there are such entries.
pub(super) const SHARED: &str = "one identity on several entries";

/// The identities that stand on entries which are not alike. `alike` compares two entries by their places in `ids`.
pub(super) fn shared<'i>(
    ids: impl Iterator<Item = Option<&'i str>>,
    alike: impl Fn(usize, usize) -> bool,
) -> HashSet<String> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut shared = HashSet::new();
    for (place, id) in ids.enumerate() {
        let Some(id) = id.filter(|id| !id.is_empty()) else { continue };
        let other = *first.entry(id).or_insert(place);
        if other != place && !shared.contains(id) && !alike(other, place) {
            shared.insert(id.to_owned());
        }
    }
    shared
}

/// Whether two entries with one identity are one: their links lead to the same page, or, where one has no link, nothing
/// says that their titles differ.
pub(super) fn alike(links: (Option<&str>, Option<&str>), same_title: impl FnOnce() -> bool) -> bool {
    match links {
        (Some(one), Some(other)) => one == other || url_key(one).is_some_and(|key| url_key(other) == Some(key)),
        _ => same_title(),
    }
}

/// Whether an identity is but the address of the feed's `page`: its entry's own `link` is another.
pub(super) fn is_of_the_feed(id: &str, page: Option<&str>, link: Option<&str>) -> bool {
    let bare = |address: &'_ str| address.trim_end_matches('/').to_owned();
    page.is_some_and(|page| bare(page) == bare(id)) && link.is_some_and(|link| bare(link) != bare(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_two_pages_is_no_identity() {
        let entries =
            [(Some("a"), "1"), (Some("b"), "2"), (Some("a"), "1"), (Some("b"), "3"), (None, "4"), (None, "5")];
        let shared = shared(entries.iter().map(|(id, _)| *id), |one, other| entries[one].1 == entries[other].1);
        assert_eq!(shared, HashSet::from(["b".to_owned()]));
    }

    #[test]
    fn links_are_alike_when_they_lead_to_one_page() {
        let page = "https://a.example/1";
        assert!(alike((Some(page), Some("http://www.a.example/1/?utm_source=rss")), || false));
        assert!(!alike((Some(page), Some("https://a.example/2")), || true));
        assert!(alike((Some(page), None), || true) && !alike((None, None), || false));
    }
}
