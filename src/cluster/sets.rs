//! Disjoint sets over positions. Right only for exact duplicates, where "the same as" is transitive.

use std::collections::BTreeMap;

/// Union-find; the smallest position of a set stands for it, so the result does not depend on the order of joins.
pub(crate) struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    pub(crate) fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    /// Positions out of range are left alone.
    pub(crate) fn join(&mut self, a: usize, b: usize) {
        if a >= self.parent.len() || b >= self.parent.len() {
            return;
        }
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parent.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }

    /// Every set, its positions ascending; sets by their smallest position.
    pub(crate) fn groups(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for position in 0..self.parent.len() {
            let root = self.root(position);
            groups.entry(root).or_default().push(position);
        }
        groups.into_values().collect()
    }

    /// The smallest position of the set that `position` is in.
    pub(crate) fn root(&mut self, mut position: usize) -> usize {
        while let Some(parent) = self.parent.get(position).copied() {
            if parent == position {
                break;
            }
            let above = self.parent.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parent.get_mut(position) {
                *slot = above;
            }
            position = above;
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_become_one_set() {
        let mut sets = Sets::new(5);
        for (a, b) in [(3, 4), (1, 3), (9, 0)] {
            sets.join(a, b);
        }
        assert_eq!(sets.groups(), vec![vec![0], vec![1, 3, 4], vec![2]]);
    }
}
