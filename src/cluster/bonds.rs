//! Why the reports of a story are one: for each the bond that holds it, told as a colleague would.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::citations;
use super::evidence::NAMES_SHARED;
use super::explanation::of_pair;
use super::report::Report;
use super::shared_names::shared_names;
use super::sketch::{Collection, Origin, Sketches};
use super::statistics::Background;
use super::title::fold;
use super::weights::Weights;
use crate::model::item::Item;
use crate::model::judgement::Judgements;
use crate::model::source::Sources;

/// Reasons that are told of a pair, beside what proves it.
const REASONS: usize = 2;

/// What adds less to the log-odds is not told.
const TELLING: f64 = 0.3;

/// What holds a report in its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    /// The position of the report that it belongs with.
    pub to: usize,
    /// "it links to it; both speak of Crateyard, 42, CI".
    pub words: String,
}

/// Each of a story's `items` with another one that is nearer to the one at `lead`, by the strongest bonds there are (a
/// maximum spanning tree; Prim, 1957), so that every reason leads there; `None` of the lead itself.
#[must_use]
pub fn bonds(
    items: &[Item],
    lead: usize,
    sources: &Sources<'_>,
    background: &Background,
    judgements: &Judgements,
) -> Vec<Option<Bond>> {
    let mut reports = Collection::default();
    for item in items {
        reports.push(&Report::of(item, sources));
    }
    let sketches = reports.sketch(background);
    let (weights, cited) = (Weights::shipped(), citations::citations(&sketches));
    let tie = |position: usize, to: usize| {
        let (item, with) = (items.get(position)?, items.get(to)?);
        let (likely, reasons) = reasons(&sketches, &weights, position, to);
        let proof = proof(item, with)
            .or_else(|| citations::between(&cited, position, to).map(|_| citation(item, with)))
            .or_else(|| {
                let said = judgements.of(&item.id, &with.id) == Some(true) && likely < weights.story;
                said.then(|| Proof { rank: Proof::CURATOR, words: "a curator said so".to_owned() })
            });
        Some(Tie { position, to, likely, proof, reasons })
    };
    let mut held: Vec<Option<Bond>> = items.iter().map(|_| None).collect();
    let mut waiting: BTreeMap<usize, Tie> =
        (0..items.len()).filter(|n| *n != lead).filter_map(|n| Some((n, tie(n, lead)?))).collect();
    while let Some(strongest) = waiting.values().max_by(|a, b| a.strength(b)).map(|tie| tie.position) {
        let Some(tied) = waiting.remove(&strongest) else { break };
        for (position, before) in &mut waiting {
            // What holds it to the lead need not be told by way of another.
            if let Some(now) = tie(*position, strongest).filter(|now| now.strength(before).is_gt()) {
                *before = now;
            }
        }
        if let (Some(slot), Some(item), Some(with)) =
            (held.get_mut(tied.position), items.get(tied.position), items.get(tied.to))
        {
            *slot = Some(Bond { to: tied.to, words: tied.words(item, with, background) });
        }
    }
    held
}

/// What speaks for two reports being one.
struct Tie {
    position: usize,
    to: usize,
    likely: f64,
    proof: Option<Proof>,
    reasons: Vec<&'static str>,
}

impl Tie {
    /// What is proved first, then the likeliest; of equals the first.
    fn strength(&self, other: &Self) -> Ordering {
        let rank = |tie: &Self| tie.proof.as_ref().map_or(0, |proof| proof.rank);
        let likely = self.likely.total_cmp(&other.likely);
        // Of several that are proved alike, the first to be found is nearest to the lead.
        let likely = if rank(self) >= Proof::CITATION { Ordering::Equal } else { likely };
        rank(self).cmp(&rank(other)).then(likely).then(other.position.cmp(&self.position))
    }

    fn words(&self, item: &Item, with: &Item, background: &Background) -> String {
        let mut said: Vec<String> = self.proof.iter().map(|proof| proof.words.clone()).collect();
        let names = shared_names([&item.title, text(item)], [&with.title, text(with)], background);
        if !names.is_empty() && self.proof.as_ref().is_none_or(|proof| proof.rank == Proof::CITATION) {
            said.push(format!("both speak of {}", names.join(", ")));
        }
        if self.proof.is_none() {
            let told = |reason: &&&str| names.is_empty() || **reason != NAMES_SHARED;
            said.extend(self.reasons.iter().filter(told).take(REASONS).map(|reason| (*reason).to_owned()));
        }
        said.join("; ")
    }
}

fn text(item: &Item) -> &str {
    item.excerpt.as_deref().unwrap_or_default()
}

/// What is beyond doubt, or as good as.
struct Proof {
    rank: u8,
    words: String,
}

impl Proof {
    const CURATOR: u8 = 1;
    const CITATION: u8 = 2;
    const TITLE: u8 = 3;
    const PAGE: u8 = 4;
}

fn proof(item: &Item, with: &Item) -> Option<Proof> {
    if item.url_key.is_some() && item.url_key == with.url_key {
        Some(Proof { rank: Proof::PAGE, words: "it leads to the same page".to_owned() })
    } else if fold(&item.title) == fold(&with.title) {
        Some(Proof { rank: Proof::TITLE, words: "it has the same title".to_owned() })
    } else {
        None
    }
}

fn citation(item: &Item, with: &Item) -> Proof {
    let cites = |one: &Item, other: &Item| other.url_key.as_ref().is_some_and(|key| one.out_links.contains(key));
    let words = if cites(item, with) {
        "it links there".to_owned()
    } else if cites(with, item) {
        "it is linked from there".to_owned()
    } else {
        let shared = item.out_links.iter().find(|key| with.out_links.contains(key));
        shared.map_or_else(|| "both link to one page".to_owned(), |page| format!("both link to {page}"))
    };
    Proof { rank: Proof::CITATION, words }
}

/// How likely two are one, and what speaks for it, the strongest first, each said once.
fn reasons(sketches: &Sketches, weights: &Weights, a: usize, b: usize) -> (f64, Vec<&'static str>) {
    let moment = |position: usize| sketches.origin(position).map(Origin::moment);
    let (a, b) = if moment(a) <= moment(b) { (a, b) } else { (b, a) };
    let (probability, evidence) = of_pair(sketches, weights, a, b);
    let mut reasons: Vec<&'static str> = Vec::new();
    for one in evidence.iter().filter(|one| one.contribution > TELLING) {
        if !reasons.contains(&one.words) {
            reasons.push(one.words);
        }
    }
    (probability, reasons)
}

#[cfg(test)]
mod tests {
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
        let told = bonds(&items(odd.clone()), 0, &sources, &Background::shipped(), &judgements);
        let words: Vec<Option<&str>> = told.iter().map(|bond| bond.as_ref().map(|bond| bond.words.as_str())).collect();
        assert_eq!(
            (words[0], words[2], words[3]),
            (None, Some("it leads to the same page"), Some("a curator said so"))
        );
        assert!(words[1].is_some_and(|words| words == "it links there; both speak of Ferrow 5.0"), "{words:?}");
        odd.title.clone_from(&lead.title);
        let told = bonds(&items(odd), 0, &sources, &Background::shipped(), &Judgements::default());
        assert_eq!(told[3].as_ref().map(|bond| (bond.to, bond.words.as_str())), Some((0, "it has the same title")));
    }
}
