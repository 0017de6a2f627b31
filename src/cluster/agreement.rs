//! How well groups agree with those that a person made: B-cubed (Bagga and Baldwin, 1998) and pairs.

use std::collections::{BTreeMap, HashMap};

/// Precision, recall, and their harmonic mean.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Rates {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl Rates {
    fn new(precision: f64, recall: f64) -> Self {
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Self { precision, recall, f1 }
    }

    /// The mean of each.
    #[must_use]
    pub fn mean(all: &[Self]) -> Self {
        let count = all.len().max(1) as f64;
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / count;
        Self {
            precision: mean(|rates| rates.precision),
            recall: mean(|rates| rates.recall),
            f1: mean(|rates| rates.f1),
        }
    }
}

/// Both measures of one grouping.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Agreement {
    /// Averaged over reports.
    pub b_cubed: Rates,
    /// Over pairs of reports in one group: large groups weigh by the square of their size.
    pub pairs: Rates,
}

/// Compares `groups` (of positions) with `gold` (by position; `None` is not counted, nor is a position beyond it).
#[must_use]
pub fn agreement(groups: &[Vec<usize>], gold: &[Option<u32>]) -> Agreement {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut told: BTreeMap<u32, usize> = BTreeMap::new();
    let mut both: HashMap<(usize, u32), usize> = HashMap::new();
    for (group, members) in groups.iter().enumerate() {
        for label in members.iter().filter_map(|position| gold.get(*position).copied().flatten()) {
            *found.entry(group).or_default() += 1;
            *told.entry(label).or_default() += 1;
            *both.entry((group, label)).or_default() += 1;
        }
    }
    let mut cells: Vec<((usize, u32), usize)> = both.into_iter().collect();
    cells.sort_unstable();
    let all = found.values().sum::<usize>().max(1) as f64;
    let share = |of: &dyn Fn(usize, u32) -> usize| {
        cells
            .iter()
            .map(|((group, label), count)| (count * count) as f64 / of(*group, *label).max(1) as f64)
            .sum::<f64>()
            / all
    };
    let precision = share(&|group, _| found.get(&group).copied().unwrap_or_default());
    let recall = share(&|_, label| told.get(&label).copied().unwrap_or_default());
    let pairs =
        |counts: &mut dyn Iterator<Item = usize>| counts.map(|n| n * n.saturating_sub(1) / 2).sum::<usize>() as f64;
    let right = pairs(&mut cells.iter().map(|(_, count)| *count));
    let rate = |of: f64| if of > 0.0 { right / of } else { 1.0 };
    let pair_rates = Rates::new(rate(pairs(&mut found.values().copied())), rate(pairs(&mut told.values().copied())));
    Agreement { b_cubed: Rates::new(precision, recall), pairs: pair_rates }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_grouping_and_a_known_one() {
        let gold = [Some(1), Some(1), Some(2), None];
        let perfect = agreement(&[vec![0, 1], vec![2], vec![3]], &gold);
        assert!((perfect.b_cubed.f1 - 1.0).abs() < 1e-12 && (perfect.pairs.f1 - 1.0).abs() < 1e-12);
        // All in one: each of the two has precision 2/3, the third 1/3.
        let lumped = agreement(&[vec![0, 1, 2, 3]], &gold);
        assert!((lumped.b_cubed.precision - 5.0 / 9.0).abs() < 1e-12);
        assert!((lumped.b_cubed.recall - 1.0).abs() < 1e-12);
        assert!((lumped.pairs.precision - 1.0 / 3.0).abs() < 1e-12);
    }
}
