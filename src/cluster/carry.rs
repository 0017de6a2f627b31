//! What a citation says beyond its two reports: who cites a report of an event tells of that event, so it is near to the
//! event's other reports too, though their words may differ.

use std::collections::{BTreeMap, HashMap};

use foldhash::quality::FixedState;

use super::citations::Citation;
use super::linkage::Link;

/// Steps from a report to another: two who cite different reports of one event are three links apart.
const STEPS: usize = 2;

/// What is less likely than this is not carried on.
const LEAST: f32 = 0.5;

type Known = HashMap<(u32, u32), f32, FixedState>;

/// Raises the probability of a pair to that of the way over a citation: both links hold. What is not `allowed` to be one
/// stays as it is.
pub(crate) fn carry(links: &mut Vec<Link>, citations: &[Citation], allowed: impl Fn(usize, usize) -> bool) {
    let cited: Vec<(u32, u32)> = citations
        .iter()
        .filter_map(|citation| Some((u32::try_from(citation.a).ok()?, u32::try_from(citation.b).ok()?)))
        .collect();
    let mut nodes: Vec<u32> = cited.iter().flat_map(|(a, b)| [*a, *b]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let touched = |link: &Link| nodes.binary_search(&link.a).is_ok() || nodes.binary_search(&link.b).is_ok();
    let pair = |a: u32, b: u32| (a.min(b), a.max(b));
    let mut known: Known =
        links.iter().filter(|link| touched(link)).map(|link| (pair(link.a, link.b), link.probability)).collect();
    if known.is_empty() {
        return;
    }
    for _ in 0..STEPS {
        let raised = raised(&known, &cited);
        known.extend(raised.into_iter().filter(|((a, b), _)| allowed(*a as usize, *b as usize)));
    }
    for link in links.iter_mut() {
        if let Some(probability) = known.remove(&pair(link.a, link.b)) {
            link.probability = probability;
        }
    }
    let mut more: Vec<Link> = known.into_iter().map(|((a, b), probability)| Link { a, b, probability }).collect();
    more.sort_unstable_by_key(|link| (link.a, link.b));
    links.append(&mut more);
}

/// Pairs that one citation makes likelier than they are `known` to be.
fn raised(known: &Known, cited: &[(u32, u32)]) -> BTreeMap<(u32, u32), f32> {
    let mut near: BTreeMap<u32, Vec<(u32, f32)>> = BTreeMap::new();
    for ((a, b), probability) in known.iter().filter(|(_, probability)| **probability >= LEAST) {
        near.entry(*a).or_default().push((*b, *probability));
        near.entry(*b).or_default().push((*a, *probability));
    }
    let mut raised: BTreeMap<(u32, u32), f32> = BTreeMap::new();
    for (a, b) in cited {
        let Some(citation) = known.get(&(*a, *b)).filter(|citation| **citation >= LEAST) else { continue };
        for (from, over) in [(*a, *b), (*b, *a)] {
            for (to, probability) in near.get(&over).into_iter().flatten().filter(|(to, _)| *to != from) {
                let pair = (from.min(*to), from.max(*to));
                let carried = citation * probability;
                let before = known.get(&pair).copied().unwrap_or(LEAST).max(raised.get(&pair).copied().unwrap_or(0.0));
                if carried > before {
                    raised.insert(pair, carried);
                }
            }
        }
    }
    raised
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: u32, b: u32, probability: f32) -> Link {
        Link { a, b, probability }
    }

    fn carried(citations: &[(usize, usize)], allowed: impl Fn(usize, usize) -> bool) -> Vec<(u32, u32, f32)> {
        // 0 and 1 tell of one event; 2 cites the one, 3 the other.
        let mut links = vec![link(0, 1, 0.9), link(0, 2, 0.8), link(1, 3, 0.8), link(2, 3, 0.2)];
        let citations: Vec<Citation> = citations.iter().map(|(a, b)| Citation::alone(*a, *b)).collect();
        carry(&mut links, &citations, allowed);
        let mut found: Vec<_> = links.into_iter().map(|link| (link.a, link.b, link.probability)).collect();
        found.sort_by_key(|link| (link.0, link.1));
        found
    }

    #[test]
    fn who_cites_a_report_is_near_to_the_others_of_its_event_as_far_as_both_links_hold() {
        let found = carried(&[(0, 2), (1, 3)], |_, _| true);
        let pairs: Vec<(u32, u32)> = found.iter().map(|link| (link.0, link.1)).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
        let of = |pair: (u32, u32)| found.iter().find(|link| (link.0, link.1) == pair).map_or(0.0, |link| link.2);
        assert!((of((1, 2)) - 0.72).abs() < 1e-6 && (of((2, 3)) - 0.576).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn without_a_citation_and_against_a_veto_nothing_is_carried() {
        assert_eq!(carried(&[], |_, _| true).len(), 4);
        assert_eq!(carried(&[(0, 2), (1, 3)], |_, _| false).len(), 4);
    }
}
