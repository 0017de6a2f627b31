//! What a curator said of two reports: one story, or two.

use std::collections::{BTreeMap, BTreeSet};

use super::id::ItemId;

/// Every pair of reports that somebody judged: the must-links and cannot-links of constrained clustering (Wagstaff and
/// others, *Constrained K-means Clustering with Background Knowledge*, 2001).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgements(BTreeMap<(ItemId, ItemId), bool>);

impl Judgements {
    /// That two reports are `together` in one story, or are not; the later word counts. Of a report and itself nothing
    /// can be said.
    pub fn judge(&mut self, one: &ItemId, other: &ItemId, together: bool) {
        if one != other {
            self.0.insert(pair(one, other), together);
        }
    }

    /// That each of `these` is in one story with each other.
    pub fn merge(&mut self, these: &BTreeSet<ItemId>) {
        for one in these {
            for other in these.range((std::ops::Bound::Excluded(one.clone()), std::ops::Bound::Unbounded)) {
                self.judge(one, other, true);
            }
        }
    }

    /// That none of `these` is in one story with any of `others`.
    pub fn split(&mut self, these: &BTreeSet<ItemId>, others: &BTreeSet<ItemId>) {
        for one in these {
            for other in others {
                self.judge(one, other, false);
            }
        }
    }

    /// What was said of two reports, if anything.
    #[must_use]
    pub fn of(&self, one: &ItemId, other: &ItemId) -> Option<bool> {
        self.0.get(&pair(one, other)).copied()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each pair once, the smaller id first.
    pub fn iter(&self) -> impl Iterator<Item = (&ItemId, &ItemId, bool)> {
        self.0.iter().map(|((one, other), together)| (one, other, *together))
    }
}

fn pair(one: &ItemId, other: &ItemId) -> (ItemId, ItemId) {
    if one < other { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_word_counts_and_the_order_of_the_two_does_not() {
        let [a, b, c] = ["a", "b", "c"].map(|text| ItemId::of(&[text]));
        let mut judgements = Judgements::default();
        judgements.merge(&BTreeSet::from([a.clone(), b.clone(), c.clone()]));
        judgements.split(&BTreeSet::from([c.clone()]), &BTreeSet::from([a.clone(), b.clone(), c.clone()]));
        assert_eq!((judgements.of(&a, &b), judgements.of(&b, &a)), (Some(true), Some(true)));
        assert_eq!(
            (judgements.of(&a, &c), judgements.of(&c, &b), judgements.of(&c, &c)),
            (Some(false), Some(false), None)
        );
        assert_eq!(judgements.iter().count(), 3);
    }
}
