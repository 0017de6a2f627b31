//! Why the reports of a story are one: for each the bond that holds it, told as a colleague would.

use super::evidence::Measure;
use super::explanation::of_pair;
use super::report::Report;
use super::sketch::{Collection, Origin, Sketches};
use super::statistics::Background;
use super::stem::stem;
use super::title::{fold, is_function_word};
use super::weights::Weights;
use super::{citations, title};
use crate::model::item::Item;
use crate::model::judgement::Judgements;
use crate::model::source::Sources;

/// Shared names that are told of a pair.
const NAMES: usize = 4;
/// Reasons that are told of a pair, beside what proves it.
const REASONS: usize = 2;

/// What holds a report in its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    /// The position of the report that it belongs with.
    pub to: usize,
    /// "it links to it; both speak of Crateyard, 42, CI".
    pub words: String,
}

/// The strongest bond of each of a story's `items` to another one; `None` of the one at `lead`.
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
    let bond = |position: usize| {
        let item = items.get(position)?;
        let others = items.iter().enumerate().filter(|(other, _)| *other != position);
        let pairs = others.map(|(other, with)| {
            let is_cited = citations::between(&cited, position, other).is_some();
            let proof = proof(item, with, judgements).or_else(|| is_cited.then(|| citation(item, with)));
            let (probability, reasons) = reasons(&sketches, &weights, position, other);
            (proof, probability, reasons, other, with)
        });
        // What is proved first, then the likeliest; of equals the one that is shown, then the first.
        let rank = |proof: &Option<Proof>| proof.as_ref().map_or(0, |proof| proof.rank);
        let (proof, _, reasons, to, with) = pairs.max_by(|a, b| {
            let proved = rank(&a.0).cmp(&rank(&b.0));
            let shown = (a.3 == lead).cmp(&(b.3 == lead));
            // Of several that are proved, the one that is shown says most.
            let likelier = a.1.total_cmp(&b.1);
            let closer = if rank(&a.0) > 0 { shown.then(likelier) } else { likelier.then(shown) };
            proved.then(closer).then(b.3.cmp(&a.3))
        })?;
        let mut said: Vec<String> = proof.iter().map(|proof| proof.words.to_owned()).collect();
        let names = names(item, with);
        if !names.is_empty() && proof.as_ref().is_none_or(|proof| proof.rank == Proof::CITATION) {
            said.push(format!("both speak of {}", names.join(", ")));
        }
        if proof.is_none() {
            let told = |reason: &&&str| names.is_empty() || **reason != Measure::SharedNames.words(true);
            said.extend(reasons.iter().filter(told).take(REASONS).map(|reason| (*reason).to_owned()));
        }
        Some(Bond { to, words: said.join("; ") })
    };
    (0..items.len()).map(|position| if position == lead { None } else { bond(position) }).collect()
}

/// What is beyond doubt, or as good as.
struct Proof {
    rank: u8,
    words: &'static str,
}

impl Proof {
    const CITATION: u8 = 1;
}

fn proof(item: &Item, with: &Item, judgements: &Judgements) -> Option<Proof> {
    if judgements.of(&item.id, &with.id) == Some(true) {
        Some(Proof { rank: 4, words: "a curator said so" })
    } else if item.url_key.is_some() && item.url_key == with.url_key {
        Some(Proof { rank: 3, words: "it leads to the same page" })
    } else if fold(&item.title) == fold(&with.title) {
        Some(Proof { rank: 2, words: "it has the same title" })
    } else {
        None
    }
}

fn citation(item: &Item, with: &Item) -> Proof {
    let cites = |one: &Item, other: &Item| other.url_key.as_ref().is_some_and(|key| one.out_links.contains(key));
    let words = match (cites(item, with), cites(with, item)) {
        (true, _) => "it links to it",
        (false, true) => "it is linked from there",
        (false, false) => "both link to one page",
    };
    Proof { rank: Proof::CITATION, words }
}

/// How likely two are one, and what speaks for it, the strongest first, each said once.
fn reasons(sketches: &Sketches, weights: &Weights, a: usize, b: usize) -> (f64, Vec<&'static str>) {
    let moment = |position: usize| sketches.origin(position).map(Origin::moment);
    let (a, b) = if moment(a) <= moment(b) { (a, b) } else { (b, a) };
    let (probability, evidence) = of_pair(sketches, weights, a, b);
    let mut reasons: Vec<&'static str> = Vec::new();
    for one in evidence.iter().filter(|one| one.contribution > 0.0) {
        if !reasons.contains(&one.words) {
            reasons.push(one.words);
        }
    }
    (probability, reasons)
}

/// Names and numbers that both have, as the first writes them.
fn names(item: &Item, other: &Item) -> Vec<String> {
    let keys: Vec<String> = words(other).map(|word| stem(word.to_lowercase())).collect();
    let mut names: Vec<String> = Vec::new();
    for word in words(item) {
        let telling = word.contains(|c: char| c.is_uppercase() || c.is_ascii_digit())
            && !is_function_word(&word.to_lowercase())
            && keys.contains(&stem(word.to_lowercase()));
        if telling && !names.iter().any(|name| name.eq_ignore_ascii_case(word)) && names.len() < NAMES {
            names.push(word.to_owned());
        }
    }
    names
}

fn words(item: &Item) -> impl Iterator<Item = &str> {
    let texts = [Some(item.title.as_str()), item.excerpt.as_deref()];
    let sign = |c: char| !c.is_alphanumeric();
    texts
        .into_iter()
        .flatten()
        .flat_map(str::split_whitespace)
        .map(move |word| word.trim_matches(sign))
        .filter(|word| !word.is_empty() && !title::is_function_word(word))
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
        assert!(words[1].is_some_and(|words| words == "it links to it; both speak of Ferrow, 5.0"), "{words:?}");
        odd.title.clone_from(&lead.title);
        let told = bonds(&items(odd), 0, &sources, &Background::shipped(), &Judgements::default());
        assert_eq!(told[3].as_ref().map(|bond| (bond.to, bond.words.as_str())), Some((0, "it has the same title")));
    }
}
