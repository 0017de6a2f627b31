//! Average linkage (UPGMA; Sokal and Michener, 1958): two groups become one when their reports agree on average, so one
//! pair that looks alike never chains two events together.
//!
//! Found by chains of nearest neighbours (Benzécri, 1982; Murtagh, 1983): an average never rises when one of the two
//! groups takes in another, so two that are each other's nearest become one whatever happens elsewhere.

use std::collections::BTreeSet;

use super::sets::Sets;

/// A pair of nodes and how likely they are one, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) probability: f32,
}

impl Link {
    /// `None` where positions do not fit into what a link has for them.
    #[allow(clippy::cast_possible_truncation, reason = "a probability keeps seven digits, in half the memory")]
    pub(crate) fn new(a: usize, b: usize, probability: f64) -> Option<Self> {
        let (a, b) = (u32::try_from(a).ok()?, u32::try_from(b).ok()?);
        Some(Self { a, b, probability: probability as f32 })
    }
}

/// Two groups that became one, by a node of each, and the average at which they did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Merge {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) average: f64,
}

/// Every merge of groups whose average is at least `threshold`. A node may stand for several reports (`sizes`); pairs
/// without a link count 0. Links of one pair of nodes add up. The pairs of nodes that are `apart` (the smaller first) are
/// never in one group.
///
/// Groups that nothing connects at `threshold` can never merge, so each component is looked at on its own. A merge can
/// be nothing but rarer than the ones before it: the merges above a stricter threshold make the groups at that one.
pub(crate) fn merges(sizes: &[u32], mut links: Vec<Link>, apart: &BTreeSet<(u32, u32)>, threshold: f64) -> Vec<Merge> {
    let index = |node: u32| usize::try_from(node).unwrap_or(usize::MAX);
    let mut components = Sets::new(sizes.len());
    // An average is at most the highest of what it is made of.
    for link in links.iter().filter(|link| f64::from(link.probability) >= threshold) {
        components.join(index(link.a), index(link.b));
    }
    let component: Vec<usize> = (0..sizes.len()).map(|node| components.root(node)).collect();
    drop(components);
    let component = |node: u32| component.get(index(node)).copied();
    links.retain(|link| link.a != link.b && component(link.a) == component(link.b));
    for link in &mut links {
        (link.a, link.b) = (link.a.min(link.b), link.a.max(link.b));
    }
    links.sort_unstable_by(|x, y| {
        (component(x.a), x.a, x.b)
            .cmp(&(component(y.a), y.a, y.b))
            .then_with(|| x.probability.total_cmp(&y.probability))
    });
    links.dedup_by(|next, kept| {
        let same = (next.a, next.b) == (kept.a, kept.b);
        if same {
            kept.probability += next.probability;
        }
        same
    });
    let mut places = vec![0; sizes.len()];
    links
        .chunk_by(|x, y| component(x.a) == component(y.a))
        .flat_map(|links| Groups::new(links, sizes, apart, &mut places).merges(threshold))
        .collect()
}

/// The groups of a component. A group goes by the place of its smallest node among the component's.
struct Groups {
    nodes: Vec<u32>,
    /// Reports of each; 0 of one that was taken into another.
    sizes: Vec<f64>,
    /// Sums of probabilities with each neighbour, by neighbour, ascending. Seven digits are enough, in half the memory.
    sums: Vec<Vec<(u32, f32)>>,
    /// Pairs that never merge, both ways.
    apart: BTreeSet<(u32, u32)>,
}

impl Groups {
    /// `links` by their nodes, ascending; `places` has room for a place of every node.
    fn new(links: &[Link], sizes: &[u32], apart: &BTreeSet<(u32, u32)>, places: &mut [u32]) -> Self {
        let mut nodes: Vec<u32> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for (place, node) in (0..).zip(&nodes) {
            if let Some(slot) = places.get_mut(*node as usize) {
                *slot = place;
            }
        }
        let place = |node: u32| places.get(node as usize).copied().unwrap_or_default();
        let mut sums = vec![Vec::new(); nodes.len()];
        for link in links {
            let (a, b) = (place(link.a), place(link.b));
            // Neighbours come in their order, as links do.
            for (of, with) in [(a, b), (b, a)] {
                if let Some(sums) = sums.get_mut(of as usize) {
                    sums.push((with, link.probability));
                }
            }
        }
        let here = |node: &u32| nodes.binary_search(node).is_ok();
        let apart = apart.iter().filter(|(a, b)| here(a) && here(b)).map(|(a, b)| (place(*a), place(*b)));
        let apart = apart.flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        let size = |node: &u32| sizes.get(*node as usize).copied().map_or(1.0, f64::from);
        Self { sizes: nodes.iter().map(size).collect(), nodes, sums, apart }
    }

    /// The merges whose average is at least `threshold`, the highest first.
    fn merges(mut self, threshold: f64) -> Vec<Merge> {
        let mut merges = Vec::new();
        // Groups whose neighbours were not looked at since they changed.
        let mut pending: Vec<u32> = (0..).take(self.nodes.len()).collect();
        let mut chain: Vec<u32> = Vec::new();
        while let Some(first) = pending.pop() {
            chain.extend(Some(first).filter(|first| self.size(*first) > 0.0));
            while let Some(last) = chain.pop() {
                let before = chain.last().copied();
                let Some((nearest, average)) = self.nearest(last, before, threshold) else {
                    chain.clear();
                    break;
                };
                if before == Some(nearest) {
                    chain.pop();
                    let (kept, gone) = (last.min(nearest), last.max(nearest));
                    merges.push(Merge { a: self.node(kept), b: self.node(gone), average });
                    self.merge(kept, gone);
                    pending.push(kept);
                } else {
                    chain.extend([last, nearest]);
                }
            }
        }
        merges.sort_by(|x, y| y.average.total_cmp(&x.average).then((x.a, x.b).cmp(&(y.a, y.b))));
        merges
    }

    fn size(&self, place: u32) -> f64 {
        self.sizes.get(place as usize).copied().unwrap_or_default()
    }

    fn node(&self, place: u32) -> usize {
        self.nodes.get(place as usize).map_or(usize::MAX, |node| *node as usize)
    }

    /// The neighbour with the highest average of at least `threshold`, and that; of equals `before`, or the first.
    fn nearest(&self, place: u32, before: Option<u32>, threshold: f64) -> Option<(u32, f64)> {
        let size = self.size(place);
        let mut nearest: Option<(u32, f64)> = None;
        for (neighbour, sum) in self.sums.get(place as usize).into_iter().flatten() {
            let average = f64::from(*sum) / (size * self.size(*neighbour));
            let least = nearest.map_or(threshold, |(_, nearest)| nearest);
            let is_nearer = average > least || average >= least && (nearest.is_none() || before == Some(*neighbour));
            if is_nearer && !self.apart.contains(&(place, *neighbour)) {
                nearest = Some((*neighbour, average));
            }
        }
        nearest
    }

    /// `kept` takes up `gone` and what that is near to.
    fn merge(&mut self, kept: u32, gone: u32) {
        let mut take = |place: u32| self.sums.get_mut(place as usize).map(std::mem::take).unwrap_or_default();
        let mut sums = take(kept);
        sums.extend(take(gone));
        // Of the two themselves, each other's neighbours, nothing stays.
        sums.retain(|(neighbour, _)| *neighbour != kept && *neighbour != gone);
        sums.sort_by_key(|(neighbour, _)| *neighbour);
        sums.dedup_by(|next, sum| {
            let same = next.0 == sum.0;
            if same {
                sum.1 += next.1;
            }
            same
        });
        for (neighbour, sum) in &sums {
            if let Some(theirs) = self.sums.get_mut(*neighbour as usize) {
                rename(theirs, gone, kept, *sum);
            }
        }
        if let Some(slot) = self.sums.get_mut(kept as usize) {
            *slot = sums;
        }
        if let Some(size) = self.sizes.get_mut(gone as usize).map(std::mem::take)
            && let Some(kept) = self.sizes.get_mut(kept as usize)
        {
            *kept += size;
        }
        let others: Vec<u32> = self.apart.range((gone, 0)..=(gone, u32::MAX)).map(|(_, other)| *other).collect();
        self.apart.extend(others.into_iter().flat_map(|other| [(kept, other), (other, kept)]));
    }
}

/// In a neighbour's `sums`: `gone` is a part of `kept` now, and together they are `sum`.
fn rename(sums: &mut Vec<(u32, f32)>, gone: u32, kept: u32, sum: f32) {
    let at = |sums: &[(u32, f32)], place: u32| sums.binary_search_by_key(&place, |(neighbour, _)| *neighbour);
    if let Ok(at) = at(sums, gone) {
        sums.remove(at);
    }
    match at(sums, kept) {
        Ok(at) => {
            if let Some(slot) = sums.get_mut(at) {
                slot.1 = sum;
            }
        }
        Err(at) => sums.insert(at, (kept, sum)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn none() -> BTreeSet<(u32, u32)> {
        BTreeSet::new()
    }

    fn link(a: u32, b: u32, probability: f32) -> Link {
        Link { a, b, probability }
    }

    #[test]
    fn a_chain_does_not_merge_its_ends() {
        // 0–1 and 1–2 look alike, 0–2 do not: the average of the second merge is .45.
        let found = merges(&[1, 1, 1], vec![link(0, 1, 0.95), link(1, 2, 0.9)], &none(), 0.5);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].a, found[0].b), (0, 1));
        assert_eq!(merges(&[1, 1, 1], vec![link(0, 1, 0.95), link(1, 2, 0.9)], &none(), 0.4).len(), 2);
    }

    #[test]
    fn what_must_be_apart_is_so_through_any_third() {
        let links = || vec![link(0, 1, 0.9), link(1, 2, 0.8), link(0, 2, 0.7)];
        assert_eq!(merges(&[1, 1, 1], links(), &none(), 0.5).len(), 2);
        for apart in [(0, 1), (1, 2), (0, 2)] {
            let found = merges(&[1, 1, 1], links(), &BTreeSet::from([apart]), 0.5);
            assert_eq!(found.len(), 1, "{apart:?}");
            assert_ne!((found[0].a.min(found[0].b), found[0].a.max(found[0].b)), (apart.0 as usize, apart.1 as usize));
        }
    }

    #[test]
    fn a_node_of_many_reports_needs_many_links() {
        assert!(merges(&[3, 1], vec![link(0, 1, 0.9)], &none(), 0.5).is_empty());
        let all = vec![link(0, 1, 0.9), link(1, 0, 0.9), link(0, 1, 0.9)];
        assert_eq!(merges(&[3, 1], all, &none(), 0.5).len(), 1);
    }

    proptest! {
        #[test]
        fn averages_never_rise_and_the_order_of_links_is_nothing(
            links in proptest::collection::vec((0..12_u32, 0..12_u32, 0.0..1.0_f32), 0..60).prop_shuffle(),
        ) {
            let sizes = [1; 12];
            // One link a pair, as a scorer gives them.
            let unique: BTreeMap<(u32, u32), f32> =
                links.iter().filter(|(a, b, _)| a != b).map(|(a, b, p)| ((*a.min(b), *a.max(b)), *p)).collect();
            let mut links: Vec<Link> = unique.into_iter().map(|((a, b), p)| link(a, b, p)).collect();
            let found = merges(&sizes, links.clone(), &none(), 0.3);
            let whole: Vec<Merge> = merges(&sizes, links.clone(), &none(), 0.0);
            prop_assert!(found.iter().all(|merge| merge.average >= 0.3));
            prop_assert!(whole.windows(2).all(|pair| pair[1].average <= pair[0].average + 1e-9) || whole.len() > 11 || has_components(&links));
            links.reverse();
            prop_assert_eq!(merges(&sizes, links, &none(), 0.3), found);
        }

        #[test]
        fn groups_are_those_of_the_definition(
            links in proptest::collection::vec((0..12_u32, 0..12_u32, 0.0..1.0_f32), 0..60),
            sizes in proptest::collection::vec(1..4_u32, 12),
        ) {
            // At most one link of each two reports.
            let mut left: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let mut is_free = |a: u32, b: u32| {
                let left = left.entry((a.min(b), a.max(b))).or_insert(sizes[a as usize] * sizes[b as usize]);
                let is_free = a != b && *left > 0;
                *left = left.saturating_sub(1);
                is_free
            };
            let links: Vec<Link> =
                links.iter().filter(|(a, b, _)| is_free(*a, *b)).map(|(a, b, p)| link(*a, *b, *p)).collect();
            let mut sets = Sets::new(12);
            for merge in merges(&sizes, links.clone(), &none(), 0.3) {
                sets.join(merge.a, merge.b);
            }
            let groups: Vec<BTreeSet<usize>> =
                sets.groups().into_iter().map(|group| group.into_iter().collect()).collect();
            prop_assert_eq!(groups, by_definition(&sizes, &links, 0.3));
        }
    }

    /// The same by definition: of all pairs of groups the one with the highest average, again and again.
    fn by_definition(sizes: &[u32], links: &[Link], threshold: f64) -> Vec<BTreeSet<usize>> {
        let mut groups: Vec<BTreeSet<usize>> = (0..sizes.len()).map(|node| BTreeSet::from([node])).collect();
        loop {
            let size = |group: &BTreeSet<usize>| group.iter().map(|node| f64::from(sizes[*node])).sum::<f64>();
            let average = |one: &BTreeSet<usize>, other: &BTreeSet<usize>| {
                let has = |group: &BTreeSet<usize>, node: u32| group.contains(&(node as usize));
                let between =
                    |link: &&Link| has(one, link.a) && has(other, link.b) || has(one, link.b) && has(other, link.a);
                let sum: f64 = links.iter().filter(between).map(|link| f64::from(link.probability)).sum();
                sum / (size(one) * size(other))
            };
            let pairs = (0..groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let best = pairs.map(|(a, b)| (average(&groups[a], &groups[b]), a, b)).max_by(|x, y| x.0.total_cmp(&y.0));
            let Some((_, a, b)) = best.filter(|(average, ..)| *average >= threshold) else { break };
            let gone = groups.remove(a);
            groups[b].extend(gone);
        }
        groups.sort();
        groups
    }

    /// Merges of several components come one component after the other.
    fn has_components(links: &[Link]) -> bool {
        let mut sets = Sets::new(12);
        for link in links {
            sets.join(link.a as usize, link.b as usize);
        }
        sets.groups().iter().filter(|group| group.len() > 1).count() > 1
    }
}
