//! Why the reports of a story are one: for each the bond that holds it, told as a colleague would.

mod words;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::citations::{self, Citation};
use super::evidence::measure;
use super::lead::own_page;
use super::report::Report;
use super::sets::Sets;
use super::sketch::{Collection, Origin, Sketches};
use super::statistics::Background;
use super::title::fold;
use super::weights::{Weights, sigmoid};
use crate::model::item::Item;
use crate::model::judgement::Judgements;
use crate::model::source::{Role, Sources};

/// What a bond rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// What both say, and whom else they cite.
    Words,
    Curator,
    /// One links to the other.
    Link,
    /// One headline.
    Title,
    /// One page.
    Page,
}

/// What holds a report in its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    /// The position of the report that it belongs with.
    pub to: usize,
    pub ground: Ground,
    /// "links to Crateyard's report; both say “42 packages”".
    pub words: String,
}

/// Each of a story's `items` with another one that is nearer to the one at `lead`, by the strongest bonds there are (a
/// maximum spanning tree; Prim, 1957), so that every reason leads there; `None` of the lead itself. Reports of one page
/// stand together, behind whoever wrote it. `before` are the URL keys of the story that this one follows up.
#[must_use]
pub fn bonds(
    items: &[Item],
    lead: usize,
    sources: &Sources<'_>,
    background: &Background,
    judgements: &Judgements,
    before: &BTreeSet<String>,
) -> Vec<Option<Bond>> {
    let mut reports = Collection::default();
    for item in items {
        reports.push(&Report::of(item, sources));
    }
    let sketches = reports.sketch(background);
    let cited = citations::citations(&sketches);
    let story =
        Telling { items, sources, background, judgements, before, sketches, cited, weights: Weights::shipped() };
    let mut held: Vec<Option<Bond>> = items.iter().map(|_| None).collect();
    let mut put = |position: usize, bond: Option<Bond>| {
        if let Some(slot) = held.get_mut(position) {
            *slot = bond;
        }
    };
    let pages: Vec<Page> = story.pages(lead);
    for page in &pages {
        for position in page.positions.iter().filter(|position| **position != page.head) {
            put(*position, story.same(*position, page.head));
        }
    }
    let Some(first) = pages.iter().position(|page| page.head == lead) else { return held };
    let tie = |page: usize, to: usize| story.tie(pages.get(page)?, pages.get(to)?, page, to);
    let mut waiting: BTreeMap<usize, Tie> =
        (0..pages.len()).filter(|n| *n != first).filter_map(|n| Some((n, tie(n, first)?))).collect();
    while let Some(strongest) = waiting.values().max_by(|a, b| a.strength(b)).map(|tie| tie.page) {
        let Some(tied) = waiting.remove(&strongest) else { break };
        for (page, before) in &mut waiting {
            // What holds it to the lead need not be told by way of another.
            if let Some(now) = tie(*page, strongest).filter(|now| now.strength(before).is_gt()) {
                *before = now;
            }
        }
        if let (Some(page), Some(to), Some(lead)) = (pages.get(tied.page), pages.get(tied.to), pages.get(first)) {
            put(page.head, Some(Bond { to: to.head, ground: tied.ground, words: story.words(&tied, page, to, lead) }));
        }
    }
    held
}

/// Reports of one page, or under one headline.
struct Page {
    positions: Vec<usize>,
    /// Whoever wrote it, as far as that can be told; the lead where it is among them.
    head: usize,
}

/// What speaks for two pages being of one event.
struct Tie {
    page: usize,
    to: usize,
    /// That they are, 0 to 1.
    likely: f64,
    ground: Ground,
}

impl Tie {
    /// A link first, then the likeliest; of equals the first.
    fn strength(&self, other: &Self) -> Ordering {
        let likely = self.likely.total_cmp(&other.likely);
        // Of several links, the first to be found is nearest to the lead.
        let likely = if self.ground == Ground::Link { Ordering::Equal } else { likely };
        self.ground.cmp(&other.ground).then(likely).then(other.page.cmp(&self.page))
    }
}

/// A story, and everything by which its reports are compared.
struct Telling<'a> {
    items: &'a [Item],
    sources: &'a Sources<'a>,
    background: &'a Background,
    judgements: &'a Judgements,
    before: &'a BTreeSet<String>,
    sketches: Sketches,
    cited: Vec<Citation>,
    weights: Weights,
}

impl Telling<'_> {
    fn pages(&self, lead: usize) -> Vec<Page> {
        let mut sets = Sets::new(self.items.len());
        for (n, item) in self.items.iter().enumerate() {
            let before = self.items.iter().take(n).position(|other| same_page(item, other) || same_title(item, other));
            if let Some(before) = before {
                sets.join(n, before);
            }
        }
        let standing = |position: usize| {
            let item = self.items.get(position)?;
            let points = self.sources.role(&item.source) == Role::Aggregator;
            Some((position != lead, points, !own_page(item, self.sources), item.when(), &item.id))
        };
        let page = |positions: Vec<usize>| {
            let head = positions.iter().copied().min_by_key(|position| standing(*position))?;
            Some(Page { positions, head })
        };
        sets.groups().into_iter().filter_map(page).collect()
    }

    /// The strongest of what speaks for any report of the one and any of the other.
    fn tie(&self, one: &Page, other: &Page, page: usize, to: usize) -> Option<Tie> {
        let pairs = one.positions.iter().flat_map(|a| other.positions.iter().map(move |b| (*a, *b)));
        pairs
            .map(|(a, b)| {
                let citation = citations::between(&self.cited, a, b);
                let log_odds = self.log_odds(a, b);
                let likely = sigmoid(citation.map_or(log_odds, |citation| citation.with(log_odds)));
                let said = self.items.get(a).zip(self.items.get(b)).and_then(|(a, b)| self.judgements.of(&a.id, &b.id));
                let ground = if citation.is_some_and(|_| self.link(a, b).is_some()) {
                    Ground::Link
                } else if said == Some(true) && likely < self.weights.story {
                    Ground::Curator
                } else {
                    Ground::Words
                };
                Tie { page, to, likely, ground }
            })
            .max_by(Tie::strength)
    }

    /// As their words have it.
    fn log_odds(&self, a: usize, b: usize) -> f64 {
        let moment = |position: usize| self.sketches.origin(position).map(Origin::moment);
        let (a, b) = if moment(a) <= moment(b) { (a, b) } else { (b, a) };
        self.weights.log_odds(&measure(&self.sketches, a, b))
    }

    /// Whether the report at `a` links to the page of that at `b`, or is linked from there.
    fn link(&self, a: usize, b: usize) -> Option<bool> {
        let (item, with) = (self.items.get(a)?, self.items.get(b)?);
        let cites = |one: &Item, other: &Item| other.url_key.as_ref().is_some_and(|key| one.out_links.contains(key));
        cites(item, with).then_some(true).or_else(|| cites(with, item).then_some(false))
    }
}

fn same_page(one: &Item, other: &Item) -> bool {
    one.url_key.is_some() && one.url_key == other.url_key
}

fn same_title(one: &Item, other: &Item) -> bool {
    let title = fold(&one.title);
    !title.is_empty() && title == fold(&other.title)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::tests::{item, source};
    use crate::model::source::Role;

    #[test]
    fn each_report_says_what_holds_it() {
        let known = [source("maker", Role::Primary), source("paper", Role::Press), source("links", Role::Aggregator)];
        let sources = Sources::new(&known);
        let mut lead = item("maker", "Ferrow 5.0 released with overlapped reads", "maker.example/5");
        lead.url_key = Some("https://maker.example/5".to_owned());
        let mut report = item("paper", "What Ferrow 5.0 changes for readers", "paper.example/1");
        report.out_links = vec!["https://maker.example/5".to_owned()];
        let mut pointer = item("links", "Ferrow 5.0", "maker.example/5");
        pointer.url_key.clone_from(&lead.url_key);
        let mut odd = item("paper", "A quiet evening", "paper.example/2");
        let items = |odd: Item| [lead.clone(), report.clone(), pointer.clone(), odd];
        let mut judgements = Judgements::default();
        judgements.judge(&odd.id, &lead.id, true);
        let told = bonds(&items(odd.clone()), 0, &sources, &Background::shipped(), &judgements, &BTreeSet::new());
        let words: Vec<Option<&str>> = told.iter().map(|bond| bond.as_ref().map(|bond| bond.words.as_str())).collect();
        let expected = [
            None,
            Some("links to maker's post; both say “Ferrow 5.0”"),
            Some("leads to maker's page"),
            Some("a curator said that it tells of the same as maker's post"),
        ];
        assert_eq!(words, expected);
        odd.title.clone_from(&lead.title);
        let told = bonds(&items(odd), 0, &sources, &Background::shipped(), &Judgements::default(), &BTreeSet::new());
        let told = told[3].as_ref().map(|bond| (bond.to, bond.ground, bond.words.as_str()));
        assert_eq!(told, Some((0, Ground::Title, "has the headline of maker's post")));
    }

    #[test]
    fn what_points_at_a_page_stands_behind_who_wrote_it_and_doubt_is_told() {
        let known = [source("maker", Role::Primary), source("paper", Role::Press), source("links", Role::Aggregator)];
        let sources = Sources::new(&known);
        let page = |key: &str| Some(format!("https://{key}"));
        let mut notes = item("maker", "First notes on the outage", "maker.example/notes");
        notes.url_key = page("maker.example/notes");
        notes.out_links.extend(page("paper.example/1"));
        let mut pointer = item("links", "Ferrow is down across Europe", "paper.example/1");
        pointer.url_key = page("paper.example/1");
        let mut report = item("paper", "Databases stall at thousands of shops", "paper.example/1");
        report.url_key = page("paper.example/1");
        let mut odd = item("diary", "A quiet evening with old maps", "diary.example/1");
        odd.out_links.push("maker.example/last-week".to_owned());
        let before = BTreeSet::from(["maker.example/last-week".to_owned()]);
        let items = [notes, pointer, report, odd];
        let told = bonds(&items, 0, &sources, &Background::shipped(), &Judgements::default(), &before);
        let told: Vec<_> = told.iter().flatten().map(|bond| (bond.to, bond.words.as_str())).collect();
        assert_eq!(
            told[..2],
            [(2, "leads to paper's page"), (0, "maker's post links to it; no telling words in common")]
        );
        assert!(told[2].1.starts_with("a guess: links to what maker's post follows up; "), "{told:?}");
    }

    proptest! {
        #[test]
        fn every_report_leads_to_the_one_shown(
            drafts in proptest::collection::vec((0..4_usize, 0..5_u8, 0..5_u8, proptest::option::of(0..5_u8)), 1..9),
            lead in 0..9_usize,
        ) {
            let known = [source("maker", Role::Primary), source("paper", Role::Press), source("links", Role::Aggregator)];
            let sources = Sources::new(&known);
            let items: Vec<Item> = drafts
                .iter()
                .map(|(by, page, title, cites)| {
                    let by = ["maker", "paper", "links", "diary"][*by];
                    let titles = ["Ferrow 5.0", "", "Ferrow stalls", "An evening", "Outage of 9 November"];
                    let mut item = item(by, titles[usize::from(*title)], &format!("maker.example/{page}"));
                    item.out_links = cites.iter().map(|page| format!("maker.example/{page}")).collect();
                    item
                })
                .collect();
            let lead = lead % items.len();
            let told = bonds(&items, lead, &sources, &Background::shipped(), &Judgements::default(), &BTreeSet::new());
            for position in 0..items.len() {
                let way = std::iter::successors(Some(position), |at| told[*at].as_ref().map(|bond| bond.to));
                prop_assert_eq!(way.take(items.len() + 1).last(), Some(lead), "{:?}", told);
            }
            prop_assert!(told.iter().flatten().all(|bond| !bond.words.is_empty()));
        }
    }
}
