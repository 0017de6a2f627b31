//! What a curator said of reports, obeyed whatever their words say: must-links and cannot-links.

use std::collections::{BTreeMap, BTreeSet};

use super::sets::Sets;
use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::judgement::Judgements;

/// Pairs of positions that are, or are not, one story.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Constraints {
    together: Vec<(usize, usize)>,
    apart: BTreeSet<(usize, usize)>,
}

impl Constraints {
    /// What was said of these items, by their positions.
    #[must_use]
    pub fn of(items: &[Item], judgements: &Judgements) -> Self {
        let mut constraints = Self::default();
        if judgements.is_empty() {
            return constraints;
        }
        let positions: BTreeMap<&ItemId, usize> =
            items.iter().enumerate().map(|(position, item)| (&item.id, position)).collect();
        for (one, other, together) in judgements.iter() {
            let (Some(one), Some(other)) = (positions.get(one), positions.get(other)) else { continue };
            if together {
                constraints.together.push((*one, *other));
            } else {
                constraints.apart.insert((*one.min(other), *one.max(other)));
            }
        }
        constraints
    }

    /// `groups` of what is the same, with what must be together joined and what must be apart parted. What is said to
    /// be together through a third report and yet apart stays apart.
    pub(crate) fn obeyed(&self, groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        if self.together.is_empty() && self.apart.is_empty() {
            return groups;
        }
        let mut parts: Vec<Vec<usize>> = groups.into_iter().flat_map(|group| self.parted(group)).collect();
        let part_of: BTreeMap<usize, usize> =
            parts.iter().enumerate().flat_map(|(n, part)| part.iter().map(move |position| (*position, n))).collect();
        let mut sets = Sets::new(parts.len());
        for (one, other) in &self.together {
            let (Some(one), Some(other)) = (part_of.get(one), part_of.get(other)) else { continue };
            let (one, other) = (sets.root(*one), sets.root(*other));
            let (Some(members), Some(others)) = (parts.get(one), parts.get(other)) else { continue };
            if one == other || members.iter().any(|a| others.iter().any(|b| self.are_apart(*a, *b))) {
                continue;
            }
            sets.join(one, other);
            let moved = parts.get_mut(one.max(other)).map(std::mem::take).unwrap_or_default();
            if let Some(kept) = parts.get_mut(one.min(other)) {
                kept.extend(moved);
            }
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// One group as the fewest that keep apart what must be; each report goes to the first that takes it.
    fn parted(&self, group: Vec<usize>) -> Vec<Vec<usize>> {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for position in group {
            let takes = |part: &&mut Vec<usize>| !part.iter().any(|other| self.are_apart(position, *other));
            match parts.iter_mut().find(takes) {
                Some(part) => part.push(position),
                None => parts.push(vec![position]),
            }
        }
        parts
    }

    fn are_apart(&self, a: usize, b: usize) -> bool {
        self.apart.contains(&(a.min(b), a.max(b)))
    }

    /// The pairs of groups that must stay apart, the smaller number first.
    pub(crate) fn apart(&self, group_of: &[u32]) -> BTreeSet<(u32, u32)> {
        let pair = |(a, b): &(usize, usize)| Some((*group_of.get(*a)?, *group_of.get(*b)?));
        self.apart.iter().filter_map(pair).map(|(a, b)| (a.min(b), a.max(b))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(together: &[(usize, usize)], apart: &[(usize, usize)]) -> Constraints {
        Constraints { together: together.to_vec(), apart: apart.iter().copied().collect() }
    }

    #[test]
    fn what_is_the_same_is_parted_and_what_differs_is_joined() {
        let groups = || vec![vec![0, 1, 2], vec![3], vec![4]];
        assert_eq!(constraints(&[], &[]).obeyed(groups()), groups());
        assert_eq!(constraints(&[], &[(0, 2)]).obeyed(groups()), [vec![0, 1], vec![2], vec![3], vec![4]]);
        assert_eq!(constraints(&[(2, 4)], &[]).obeyed(groups()), [vec![0, 1, 2, 4], vec![3]]);
        assert_eq!(constraints(&[(2, 4), (4, 3)], &[(0, 2)]).obeyed(groups()), [vec![0, 1], vec![2, 4, 3]]);
    }

    #[test]
    fn apart_weighs_more_than_together_through_a_third() {
        let found = constraints(&[(0, 1), (1, 2)], &[(0, 2)]).obeyed(vec![vec![0], vec![1], vec![2]]);
        assert_eq!(found, [vec![0, 1], vec![2]]);
    }
}
