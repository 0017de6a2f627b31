//! Why two reports are, or are not, taken for one event.

use super::evidence::{Measure, measure};
use super::sketch::{Collection, Origin, Sketches};
use super::statistics::Background;
use super::veto::veto;
use super::weights::Weights;

/// What one measure of a pair says.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Evidence {
    pub measure: Measure,
    pub value: f64,
    /// What it adds to the log-odds that both tell of one event.
    pub contribution: f64,
    /// Told to a reader.
    pub words: &'static str,
}

/// What is known of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// That both tell of one event, 0 to 1, as their words have it.
    pub probability: f64,
    /// Why they are not one all the same.
    pub veto: Option<&'static str>,
    /// The strongest first.
    pub evidence: Vec<Evidence>,
}

/// Why the reports at two positions are or are not one event. `None` when a position is not there.
#[must_use]
pub fn explain(reports: Collection, background: &Background, weights: &Weights, pair: (usize, usize)) -> Option<Told> {
    let sketches = reports.sketch(background);
    let at = |position: usize| sketches.origin(position).map(Origin::moment);
    let (a, b) = if at(pair.0)? <= at(pair.1)? { pair } else { (pair.1, pair.0) };
    let (probability, evidence) = of_pair(&sketches, weights, a, b);
    Some(Told { probability, veto: veto(&sketches, a, b, &measure(&sketches, a, b)), evidence })
}

/// How likely two positions are one event, the earlier first, and what says so, the strongest first.
pub(crate) fn of_pair(sketches: &Sketches, weights: &Weights, a: usize, b: usize) -> (f64, Vec<Evidence>) {
    let values = measure(sketches, a, b);
    let mut told: Vec<Evidence> = Measure::ALL
        .into_iter()
        .zip(values)
        .zip(weights.contributions(&values))
        .map(|((measure, value), contribution)| Evidence { measure, value, contribution, words: measure.words(value) })
        .collect();
    told.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()).then(a.measure.cmp(&b.measure)));
    (weights.probability(&values), told)
}
