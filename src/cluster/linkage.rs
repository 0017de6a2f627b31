//! Average linkage (UPGMA; Sokal and Michener, 1958): two groups become one when their reports agree on average, so one
//! pair that looks alike never chains two events together.

use std::collections::{BTreeSet, BinaryHeap};

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
    let size = |node: u32| sizes.get(index(node)).copied().map_or(1.0, f64::from);
    links
        .chunk_by(|x, y| component(x.a) == component(y.a))
        .flat_map(|links| merges_of_component(links, apart, size, threshold))
        .collect()
}

/// A pair of groups in the queue: the highest average first, of equal ones the pair of the smallest nodes.
#[derive(PartialEq)]
struct Proposal {
    average: f64,
    a: u32,
    b: u32,
}

impl Eq for Proposal {}

impl Ord for Proposal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.average.total_cmp(&other.average).then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Proposal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A group by its smallest node: how many reports it has, and the sum of probabilities with each neighbour.
struct Group {
    size: f64,
    /// By neighbour, ascending. Seven digits are enough, in half the memory.
    sums: Vec<(u32, f32)>,
    /// Groups that it never merges with.
    apart: BTreeSet<u32>,
}

impl Group {
    fn sum(&self, neighbour: u32) -> Option<f32> {
        let at = self.sums.binary_search_by_key(&neighbour, |(neighbour, _)| *neighbour).ok()?;
        self.sums.get(at).map(|(_, sum)| *sum)
    }

    /// Takes up what `gone` is near to; of the two themselves, each other's neighbours, nothing stays.
    fn absorb(&mut self, gone: Self, itself: u32, other: u32) {
        self.size += gone.size;
        self.sums.extend(gone.sums);
        self.sums.retain(|(neighbour, _)| *neighbour != itself && *neighbour != other);
        self.sums.sort_by_key(|(neighbour, _)| *neighbour);
        self.sums.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.apart.extend(gone.apart);
    }

    /// The neighbour `gone` is a part of `kept` now, and together they are `sum`.
    fn rename(&mut self, gone: u32, kept: u32, sum: f32) {
        if let Ok(at) = self.sums.binary_search_by_key(&gone, |(neighbour, _)| *neighbour) {
            self.sums.remove(at);
        }
        match self.sums.binary_search_by_key(&kept, |(neighbour, _)| *neighbour) {
            Ok(at) => {
                if let Some(slot) = self.sums.get_mut(at) {
                    slot.1 = sum;
                }
            }
            Err(at) => self.sums.insert(at, (kept, sum)),
        }
    }
}

/// The groups of a component; those that were taken into others leave their place empty.
struct Groups(Vec<Option<Group>>);

impl Groups {
    fn get(&self, place: u32) -> Option<&Group> {
        self.0.get(place as usize)?.as_ref()
    }

    fn get_mut(&mut self, place: u32) -> Option<&mut Group> {
        self.0.get_mut(place as usize)?.as_mut()
    }

    fn take(&mut self, place: u32) -> Option<Group> {
        self.0.get_mut(place as usize)?.take()
    }

    fn put(&mut self, place: u32, group: Group) {
        if let Some(slot) = self.0.get_mut(place as usize) {
            *slot = Some(group);
        }
    }

    /// The two as one, where their average is high enough.
    fn propose(&self, a: u32, b: u32, threshold: f64) -> Option<Proposal> {
        let (one, other) = (self.get(a)?, self.get(b)?);
        if one.apart.contains(&b) {
            return None;
        }
        let average = f64::from(one.sum(b)?) / (one.size * other.size);
        (average >= threshold).then_some(Proposal { average, a: a.min(b), b: a.max(b) })
    }
}

/// `links` by their nodes, ascending. Inside, a node goes by its place among the component's.
fn merges_of_component(
    links: &[Link],
    apart: &BTreeSet<(u32, u32)>,
    size: impl Fn(u32) -> f64,
    threshold: f64,
) -> Vec<Merge> {
    let mut nodes: Vec<u32> = links.iter().flat_map(|link| [link.a, link.b]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let place = |node: u32| nodes.binary_search(&node).ok().and_then(|at| u32::try_from(at).ok());
    let group = |node: &u32| Some(Group { size: size(*node), sums: Vec::new(), apart: BTreeSet::new() });
    let mut groups = Groups(nodes.iter().map(group).collect());
    for link in links {
        let Some((a, b)) = place(link.a).zip(place(link.b)) else { continue };
        // Neighbours come in their order, as links do.
        for (of, with) in [(a, b), (b, a)] {
            if let Some(group) = groups.get_mut(of) {
                group.sums.push((with, link.probability));
            }
        }
    }
    for (a, b) in apart.iter().filter_map(|(a, b)| place(*a).zip(place(*b))) {
        for (of, with) in [(a, b), (b, a)] {
            if let Some(group) = groups.get_mut(of) {
                group.apart.insert(with);
            }
        }
    }
    let pairs = links.iter().filter_map(|link| place(link.a).zip(place(link.b)));
    let mut queue: BinaryHeap<Proposal> = pairs.filter_map(|(a, b)| groups.propose(a, b, threshold)).collect();
    let mut merges = Vec::new();
    while let Some(proposal) = queue.pop() {
        let Proposal { average, a, b } = proposal;
        // What was proposed before one of the two changed holds no longer.
        if groups.propose(a, b, threshold).is_none_or(|now| now != proposal) {
            continue;
        }
        let Some(gone) = groups.take(b) else { continue };
        for other in &gone.apart {
            if let Some(other) = groups.get_mut(*other) {
                other.apart.insert(a);
            }
        }
        let Some(mut kept) = groups.take(a) else { continue };
        kept.absorb(gone, a, b);
        for (neighbour, sum) in &kept.sums {
            if let Some(other) = groups.get_mut(*neighbour) {
                other.rename(b, a, *sum);
            }
        }
        let neighbours: Vec<u32> = kept.sums.iter().map(|(neighbour, _)| *neighbour).collect();
        groups.put(a, kept);
        queue.extend(neighbours.iter().filter_map(|neighbour| groups.propose(a, *neighbour, threshold)));
        let node =
            |place: u32| nodes.get(place as usize).and_then(|node| usize::try_from(*node).ok()).unwrap_or(usize::MAX);
        merges.push(Merge { a: node(a), b: node(b), average });
    }
    merges
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
