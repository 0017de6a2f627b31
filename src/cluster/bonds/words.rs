//! A bond as a colleague would tell it.

use std::collections::BTreeSet;

use super::{Bond, Ground, Page, Telling, Tie, same_page};
use crate::cluster::citations;
use crate::cluster::shared_phrases::shared_phrases;
use crate::cluster::title::fold;
use crate::model::item::Item;
use crate::model::source::Role;

/// As many phrases are told.
const PHRASES: usize = 4;

/// Even odds.
const EVEN: f64 = 0.5;

/// What two pages have in common, each as a list in words; `None` where it is nothing.
struct Common {
    /// Phrases that both say.
    phrases: Option<String>,
    /// Phrases that are a tag of one of them.
    subjects: Option<String>,
    /// What the one says of the other's name.
    named: Option<String>,
}

impl Telling<'_> {
    /// Whose the report at a position is.
    fn of(&self, position: usize) -> String {
        let title = self.items.get(position).map_or("", |item| self.sources.title(&item.source));
        possessive(title)
    }

    /// What makes a report the same as another.
    pub(super) fn same(&self, position: usize, head: usize) -> Option<Bond> {
        let (item, with, of) = (self.items.get(position)?, self.items.get(head)?, self.of(head));
        let (ground, words) = if same_page(item, with) {
            (Ground::Page, format!("leads to {of} page"))
        } else {
            (Ground::Title, format!("has the headline of {of} post"))
        };
        Some(Bond { to: head, ground, words })
    }

    /// What holds `page` to the page that it is tied `to`.
    pub(super) fn words(&self, tie: &Tie, page: &Page, to: &Page, lead: &Page) -> String {
        let of = self.of(to.head);
        let pairs = || page.positions.iter().flat_map(|a| to.positions.iter().map(move |b| (*a, *b)));
        let ground = match tie.ground {
            Ground::Link if pairs().any(|(a, b)| self.link(a, b) == Some(true)) => format!("links to {of} post"),
            Ground::Link => format!("{of} post links to it"),
            Ground::Curator => format!("a curator said that it tells of the same as {of} post"),
            Ground::Words | Ground::Title | Ground::Page => match pairs().find_map(|(a, b)| self.cited_by_both(a, b)) {
                Some(cited) => format!("like {of} post, it links to {cited}"),
                None if self.links_back(page) => format!("links to what {of} post follows up"),
                None => format!("no link to {of} post"),
            },
        };
        // Where words are all there is, more of them; where the way is long, what it shares with its end says more.
        let all = tie.ground == Ground::Words;
        let near = self.common(page, to, all);
        let far = Some(lead).filter(|lead| lead.head != to.head).map(|lead| self.common(page, lead, all));
        let beside = match (far.and_then(|far| far.phrases), near) {
            (Some(phrases), _) => format!("like the one shown, it says {phrases}"),
            (None, Common { phrases: Some(phrases), .. }) => format!("both say {phrases}"),
            (None, Common { named: Some(name), .. }) => format!("it names {name}"),
            (None, Common { subjects: Some(subjects), .. }) => {
                format!("beside that only the subject is the same, {subjects}")
            }
            _ if tie.ground == Ground::Curator => String::new(),
            _ if self.is_foreign(page, to) => "in another language, so no telling words in common".to_owned(),
            _ if !all => "no telling words in common".to_owned(),
            _ if tie.likely < EVEN => "they have little in common".to_owned(),
            _ => "their words are alike".to_owned(),
        };
        let words = if beside.is_empty() { ground } else { format!("{ground}; {beside}") };
        match tie.ground {
            Ground::Words if tie.likely < EVEN => format!("a guess: {words}"),
            Ground::Words if tie.likely < self.weights.story => format!("probably: {words}"),
            _ => words,
        }
    }

    fn common(&self, one: &Page, other: &Page, words: bool) -> Common {
        let texts = |page: &Page| -> Vec<&str> {
            let items = self.telling(page);
            let titles = items.iter().map(|item| item.title.as_str());
            titles.chain(items.iter().filter_map(|item| item.excerpt.as_deref())).collect()
        };
        let tags: BTreeSet<String> = [one, other]
            .into_iter()
            .flat_map(|page| self.telling(page))
            .flat_map(|item| &item.tags)
            .map(|tag| fold(tag))
            .collect();
        let (mut phrases, mut subjects) = (Vec::new(), Vec::new());
        for phrase in shared_phrases(&texts(one), &texts(other), self.background) {
            if tags.contains(&fold(&phrase.spelling)) {
                subjects.push(phrase.spelling);
            } else if words || !phrase.is_word() {
                phrases.push(phrase.spelling);
            }
        }
        phrases.truncate(PHRASES);
        subjects.truncate(PHRASES);
        let name = self.items.get(other.head).map_or("", |item| self.sources.title(&item.source));
        let named = shared_phrases(&texts(one), &[name], self.background);
        let named: Vec<String> = named.into_iter().take(1).map(|phrase| phrase.spelling).collect();
        Common { phrases: quoted(&phrases), subjects: quoted(&subjects), named: quoted(&named) }
    }

    /// The items of a page that tell something: who only points at it says nothing of what stands there.
    fn telling(&self, page: &Page) -> Vec<&Item> {
        let points = |item: &Item| self.sources.role(&item.source) == Role::Aggregator;
        let of = |position: &usize| self.items.get(*position);
        page.positions.iter().filter(|at| **at == page.head || !of(at).is_some_and(points)).filter_map(of).collect()
    }

    fn is_foreign(&self, one: &Page, other: &Page) -> bool {
        let language = |page: &Page| self.items.get(page.head).and_then(|item| item.language.as_deref());
        language(one).zip(language(other)).is_some_and(|(one, other)| one != other)
    }

    /// Whether one of a page's reports links to the story that this one follows up.
    fn links_back(&self, page: &Page) -> bool {
        let items = page.positions.iter().filter_map(|position| self.items.get(*position));
        items.flat_map(|item| &item.out_links).any(|key| self.before.contains(key))
    }

    /// A page that both link to, as a reader is told.
    fn cited_by_both(&self, a: usize, b: usize) -> Option<String> {
        citations::between(&self.cited, a, b)?;
        let (item, with) = (self.items.get(a)?, self.items.get(b)?);
        let page = item.out_links.iter().find(|key| with.out_links.contains(key))?;
        let told = self.items.iter().position(|item| item.url_key.as_ref() == Some(page));
        Some(told.map_or_else(|| page.clone(), |told| format!("{} post", self.of(told))))
    }
}

/// “42 packages”, “Crateyard” and “tokens”; `None` where there is none.
fn quoted(phrases: &[String]) -> Option<String> {
    let (last, others) = phrases.split_last()?;
    let others: Vec<String> = others.iter().map(|phrase| format!("“{phrase}”")).collect();
    Some(if others.is_empty() { format!("“{last}”") } else { format!("{} and “{last}”", others.join(", ")) })
}

/// "Lanterns'", "The Rack's".
fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
}
