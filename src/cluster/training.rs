//! Weights from days whose reports a person sorted into events.

use std::collections::BTreeMap;

use super::agreement::{Agreement, agreement};
use super::candidates::candidates;
use super::constraints::Constraints;
use super::cuts::{Cuts, cut, exact_groups, links};
use super::evidence::{MEASURES, measure};
use super::regression::{Fit, Row, fit};
use super::sketch::{Collection, Sketches};
use super::statistics::Background;
use super::veto::is_vetoed;
use super::weights::{Weight, Weights};

/// Pull towards 0 on the standardised measures. Between 10 and 80 the outcome is the same within its noise.
const RIDGE: f64 = 40.0;

/// For the two numbers of the calibration, which have thousands of rows.
const CALIBRATION_RIDGE: f64 = 0.01;

/// A story's threshold is at least this: one day's precision is no promise for another's.
const STORY_FLOOR: f64 = 0.85;

/// And the pairs of what is shown as one story shall be right this often.
const STORY_PRECISION: f64 = 0.9;

/// What persons said of a day's reports.
#[derive(Debug)]
pub struct Labels {
    /// The event of each by position; `None` where nobody could say.
    pub events: Vec<Option<u32>>,
    /// Whether two positions, the smaller first, are one story; goes before what their events say.
    pub pairs: BTreeMap<(usize, usize), bool>,
}

impl Labels {
    /// Whether the reports at two positions are one event, where somebody said so or that they are not, and how many
    /// reports that event has.
    fn of(&self, a: usize, b: usize) -> Option<(bool, usize)> {
        if let Some(together) = self.pairs.get(&(a.min(b), a.max(b))) {
            let with = |(pair, together): &(&(usize, usize), &bool)| **together && (pair.0 == a || pair.1 == a);
            return Some((*together, 1 + self.pairs.iter().filter(with).count()));
        }
        let event = |position: usize| self.events.get(position).copied().flatten();
        let (one, other) = event(a).zip(event(b))?;
        Some((one == other, self.events.iter().filter(|label| **label == Some(one)).count()))
    }
}

/// A day's reports, and what was said of them.
#[derive(Debug)]
pub struct Day {
    sketches: Sketches,
    gold: Vec<Option<u32>>,
    pairs: Vec<Row<MEASURES>>,
}

impl Day {
    /// Measures every candidate pair of a day.
    #[must_use]
    pub fn new(reports: Collection, labels: Labels, background: &Background) -> Self {
        let sketches = reports.sketch(background);
        let mut pairs = Vec::new();
        candidates(&sketches, &sketches.in_time(), |a, b| {
            let values = measure(&sketches, a, b);
            if let Some((holds, size)) = labels.of(a, b)
                && !is_vetoed(&sketches, a, b, &values)
            {
                // Each report counts once, not once for each other one of its event.
                let weight = if holds { 1.0 / (size.max(2) - 1) as f64 } else { 1.0 };
                pairs.push(Row { values, holds, weight });
            }
        });
        Self { sketches, gold: labels.events, pairs }
    }

    /// Whether its reports are sorted into events, and not only some pairs judged.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        self.gold.iter().any(Option::is_some)
    }

    /// How `weights` do on this day: events, and stories.
    #[must_use]
    pub fn agreement(&self, weights: &Weights) -> (Agreement, Agreement) {
        let cuts = self.cuts(weights);
        (agreement(&cuts.events, &self.gold), agreement(&cuts.stories, &self.gold))
    }

    fn cuts(&self, weights: &Weights) -> Cuts {
        cut(&exact_groups(&self.sketches), links(&self.sketches, weights), weights, &Constraints::default())
    }

    /// How many reports, events of two or more, and pairs compared.
    #[must_use]
    pub fn size(&self) -> (usize, usize, usize) {
        let mut labels: Vec<u32> = self.gold.iter().copied().flatten().collect();
        labels.sort_unstable();
        let events = labels.chunk_by(|a, b| a == b).filter(|event| event.len() > 1).count();
        (self.sketches.len(), events, self.pairs.len())
    }
}

/// Weights that fit `days`, calibrated on their pairs, with the thresholds that fit their events.
#[must_use]
pub fn train(days: &[Day]) -> Weights {
    let mut weights = scorer(days.iter());
    // Each day is judged by the weights themselves, whose probabilities the thresholds are for, and where there are
    // several, by a scorer that has not seen it.
    let others = |held_out: usize| days.iter().enumerate().filter(move |(n, _)| *n != held_out).map(|(_, day)| day);
    let sorted = || days.iter().enumerate().filter(|(_, day)| day.is_sorted());
    let unseen = sorted().filter(|_| sorted().count() > 1).map(|(n, day)| (scorer(others(n)), day));
    let judged: Vec<(Weights, &Day)> = sorted().map(|(_, day)| (weights.clone(), day)).chain(unseen).collect();
    weights.event = event_threshold(&judged).unwrap_or(weights.event);
    weights.story = story_threshold(&judged);
    weights
}

/// The scorer of pairs that fits `days`, without thresholds.
fn scorer<'d>(days: impl Iterator<Item = &'d Day>) -> Weights {
    let rows: Vec<Row<MEASURES>> = days.flat_map(|day| &day.pairs).cloned().collect();
    let scorer = fit(&rows, RIDGE);
    let log_odds: Vec<Row<1>> =
        rows.iter().map(|row| Row { values: [scorer.log_odds(&row.values)], holds: row.holds, weight: 1.0 }).collect();
    calibrated(&scorer, &fit(&log_odds, CALIBRATION_RIDGE))
}

/// Platt's scaling (1999): the log-odds stretched and shifted so that probabilities are those of the pairs.
fn calibrated(scorer: &Fit<MEASURES>, scale: &Fit<1>) -> Weights {
    let [factor] = scale.weights;
    let mut measures = [Weight { weight: 0.0, mean: 0.0 }; MEASURES];
    for ((slot, weight), mean) in measures.iter_mut().zip(&scorer.weights).zip(&scorer.means) {
        *slot = Weight { weight: weight * factor, mean: *mean };
    }
    Weights { measures, bias: scale.log_odds(&[scorer.bias]), event: 0.5, story: 0.5 }
}

/// The threshold of the best events, B-cubed with a quarter of the pairs, averaged over neighbours: the top of a curve
/// that is all noise at its top.
fn event_threshold(judged: &[(Weights, &Day)]) -> Option<f64> {
    let grid: Vec<f64> = (0..=24).map(|step| 0.1 + 0.025 * f64::from(step)).collect();
    let worth = |threshold: f64| {
        judged
            .iter()
            .map(|(weights, day)| {
                let (events, _) = day.agreement(&Weights { event: threshold, story: threshold, ..weights.clone() });
                events.b_cubed.f1 + events.pairs.f1 / 4.0
            })
            .sum::<f64>()
    };
    let worths: Vec<f64> = grid.iter().map(|threshold| worth(*threshold)).collect();
    let smooth = |at: usize| {
        let near = worths.get(at.saturating_sub(2)..(at + 3).min(worths.len())).unwrap_or_default();
        near.iter().sum::<f64>() / near.len().max(1) as f64
    };
    let best = (0..grid.len()).max_by(|a, b| smooth(*a).total_cmp(&smooth(*b)).then(b.cmp(a)));
    best.and_then(|at| grid.get(at)).copied()
}

/// The lowest threshold at which the pairs of stories are right often enough on every day.
fn story_threshold(judged: &[(Weights, &Day)]) -> f64 {
    let mut grid = (0..=12).map(|step| STORY_FLOOR + 0.01 * f64::from(step));
    let right = |threshold: f64| {
        judged.iter().all(|(weights, day)| {
            let weights = Weights { event: threshold, story: threshold, ..weights.clone() };
            day.agreement(&weights).1.pairs.precision >= STORY_PRECISION
        })
    };
    grid.find(|threshold| right(*threshold)).unwrap_or(STORY_FLOOR + 0.13)
}
