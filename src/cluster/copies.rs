//! Syndicated copies: one text under several names. Who prints another's text reports nothing of their own.

use std::collections::BTreeSet;

use super::lead::own_page;
use super::title::fold;
use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::source::{Role, Sources};

/// A title of fewer words is shared by chance; a longer one that comes second is a copy.
const WORDS_OF_A_TITLE: usize = 5;

/// Words in a row that are compared (shingles; Broder, 1997).
const SHINGLE: usize = 3;

/// An excerpt of fewer words says what others might say too.
const WORDS_OF_AN_EXCERPT: usize = 15;

/// The share of the shorter excerpt's shingles that the other must have.
const SAME: f64 = 0.8;

/// What the items of a story have from others.
#[derive(Debug, Clone, Default)]
pub struct Copies<'a> {
    /// Text that another owner had before.
    pub texts: BTreeSet<&'a ItemId>,
    /// Or a long title.
    pub texts_and_titles: BTreeSet<&'a ItemId>,
}

/// Finds the copies among a story's `items`. Whose own page it is wrote it, whenever it is dated; of others, the
/// earlier. Aggregators only point, their titles are meant to be another's.
#[must_use]
pub fn copies<'a>(items: &[&'a Item], sources: &Sources<'_>) -> Copies<'a> {
    let mut writing: Vec<&'a Item> =
        items.iter().copied().filter(|item| sources.role(&item.source) != Role::Aggregator).collect();
    let is_maker = |item: &Item| sources.role(&item.source) == Role::Primary && own_page(item, sources);
    writing.sort_by_key(|item| (!is_maker(item), item.when(), &item.id));
    let mut copies = Copies::default();
    let mut before: Vec<(&str, Text)> = Vec::new();
    for item in writing {
        let (owner, text) = (sources.owner(&item.source), Text::of(item));
        let mut others = before.iter().filter(|(other, _)| *other != owner).map(|(_, text)| text);
        if others.clone().any(|other| text.copies(other)) {
            copies.texts.insert(&item.id);
        }
        if copies.texts.contains(&item.id) || others.any(|other| text.has_title_of(other)) {
            copies.texts_and_titles.insert(&item.id);
        }
        before.push((owner, text));
    }
    copies
}

/// What is compared of an item.
struct Text {
    title: String,
    shingles: BTreeSet<Vec<String>>,
}

impl Text {
    fn of(item: &Item) -> Self {
        let words: Vec<String> =
            fold(item.excerpt.as_deref().unwrap_or_default()).split(' ').map(str::to_owned).collect();
        let shingles = if words.len() < WORDS_OF_AN_EXCERPT {
            BTreeSet::new()
        } else {
            words.windows(SHINGLE).map(<[String]>::to_vec).collect()
        };
        Self { title: fold(&item.title), shingles }
    }

    fn copies(&self, other: &Self) -> bool {
        let shorter = self.shingles.len().min(other.shingles.len());
        let same = self.shingles.intersection(&other.shingles).count();
        shorter > 0 && same as f64 >= SAME * shorter as f64
    }

    fn has_title_of(&self, other: &Self) -> bool {
        self.title == other.title && self.title.split(' ').count() >= WORDS_OF_A_TITLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::tests::{at, item, source};

    const TEXT: &str = "The registry will refuse packages without a second factor from March on, its maintainers said. \
                        Whoever publishes has four months to set one up.";

    fn found(items: &[Item]) -> (Vec<usize>, Vec<usize>) {
        let known = [
            source("maker", Role::Primary),
            source("paper", Role::Press),
            source("gazette", Role::Press),
            source("links", Role::Aggregator),
        ];
        let items: Vec<&Item> = items.iter().collect();
        let copies = copies(&items, &Sources::new(&known));
        let of = |ids: &BTreeSet<&ItemId>| (0..items.len()).filter(|n| ids.contains(&items[*n].id)).collect();
        (of(&copies.texts), of(&copies.texts_and_titles))
    }

    fn told(source: &str, title: &str, text: &str, hour: u32) -> Item {
        Item {
            excerpt: Some(text.to_owned()),
            date: Some(at(&format!("2026-11-17T{hour:02}:00:00Z"))),
            ..item(source, title, &format!("{source}.example/{hour}"))
        }
    }

    #[test]
    fn the_same_text_under_other_headlines_is_a_copy_and_its_maker_has_none() {
        let cut = TEXT.strip_suffix(" Whoever publishes has four months to set one up.").unwrap();
        let (texts, all) = found(&[
            told("gazette", "No second factor, no package", cut, 9),
            told("maker", "Second factors become mandatory", TEXT, 11),
            told(
                "paper",
                "What the registry wants",
                "It wants second factors, and packages without one will be refused.",
                10,
            ),
            told("links", "Second factors become mandatory", TEXT, 12),
        ]);
        assert_eq!((texts, all), (vec![0], vec![0]));
    }

    #[test]
    fn short_texts_and_titles_are_shared_by_chance_and_long_titles_are_not() {
        let (texts, all) = found(&[
            told("gazette", "Registry wants second factors from March", "Read more here.", 9),
            told("paper", "Registry wants second factors from March", "Read more here.", 10),
            told("maker", "Second factors", "We want them.", 11),
        ]);
        assert_eq!((texts, all), (vec![], vec![1]));
        let one_owner = [told("paper", "One", TEXT, 9), told("paper", "Two", TEXT, 10)];
        assert_eq!(found(&one_owner).0, Vec::<usize>::new());
    }
}
