//! What each measure weighs, as `bellwether lab train-pairs` found it: read from `weights.toml`.

use serde::{Deserialize, Serialize};

use super::evidence::{MEASURES, Measure};

/// One measure's part in the log-odds: `weight · (value − mean)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weight {
    pub(crate) weight: f64,
    /// Its mean over the pairs that it was trained on, so that an ordinary value speaks neither for nor against.
    pub(crate) mean: f64,
}

/// A scorer of pairs: logistic, calibrated so that .5 means even odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// In the order of [`Measure::ALL`].
    pub(crate) measures: [Weight; MEASURES],
    /// The log-odds of a pair that is ordinary in every measure.
    pub(crate) bias: f64,
    /// Reports that agree on average with this probability tell of one event: enough to suppress a repeat.
    pub(crate) event: f64,
    /// With this, they are shown as one story: nine of ten such pairs are.
    pub(crate) story: f64,
}

/// As the file has it.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    event: f64,
    story: f64,
    bias: f64,
    measure: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    name: String,
    weight: f64,
    mean: f64,
}

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
pub enum BadWeights {
    #[error("no TOML of the expected shape: {0}")]
    Shape(#[from] toml::de::Error),
    #[error("no weight for `{0}`")]
    Missing(&'static str),
}

impl Weights {
    /// Those that the program brings along.
    #[must_use]
    pub fn shipped() -> Self {
        Self::parse(include_str!("weights.toml")).unwrap_or_else(|_| Self::cautious())
    }

    /// Without weights only exact duplicates merge.
    fn cautious() -> Self {
        Self { measures: [Weight { weight: 0.0, mean: 0.0 }; MEASURES], bias: -30.0, event: 1.0, story: 1.0 }
    }

    /// Reads a file of weights.
    ///
    /// # Errors
    /// When it is no TOML of that shape, or lacks a measure.
    pub fn parse(text: &str) -> Result<Self, BadWeights> {
        let file: File = toml::from_str(text)?;
        let mut measures = [Weight { weight: 0.0, mean: 0.0 }; MEASURES];
        for (measure, slot) in Measure::ALL.into_iter().zip(&mut measures) {
            let row = file.measure.iter().find(|row| row.name == measure.as_str());
            let row = row.ok_or(BadWeights::Missing(measure.as_str()))?;
            *slot = Weight { weight: row.weight, mean: row.mean };
        }
        Ok(Self { measures, bias: file.bias, event: file.event, story: file.story })
    }

    /// As a file. `provenance` stands at its head, a comment.
    #[must_use]
    pub fn to_toml(&self, provenance: &str) -> String {
        let head: String = provenance.lines().map(|line| format!("# {line}\n")).collect();
        let rows: String = Measure::ALL
            .into_iter()
            .zip(&self.measures)
            .map(|(measure, row)| {
                let name = measure.as_str();
                format!("\n[[measure]]\nname = \"{name}\"\nweight = {:.6}\nmean = {:.6}\n", row.weight, row.mean)
            })
            .collect();
        format!("{head}event = {:.3}\nstory = {:.3}\nbias = {:.6}\n{rows}", self.event, self.story, self.bias)
    }

    /// The thresholds of events and of stories.
    #[must_use]
    pub fn thresholds(&self) -> (f64, f64) {
        (self.event, self.story)
    }

    /// What each measure adds to the log-odds.
    pub(crate) fn contributions(&self, values: &[f64; MEASURES]) -> [f64; MEASURES] {
        let mut parts = [0.0; MEASURES];
        for ((part, row), value) in parts.iter_mut().zip(&self.measures).zip(values) {
            *part = row.weight * (value - row.mean);
        }
        parts
    }

    /// How likely a pair is one event, 0 to 1.
    pub(crate) fn probability(&self, values: &[f64; MEASURES]) -> f64 {
        sigmoid(self.log_odds(values))
    }

    /// The same as the natural logarithm of the odds.
    pub(crate) fn log_odds(&self, values: &[f64; MEASURES]) -> f64 {
        self.bias + self.contributions(values).iter().sum::<f64>()
    }
}

/// The probability of log-odds.
pub(crate) fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_read_and_is_what_it_writes() {
        let text = include_str!("weights.toml");
        let weights = Weights::parse(text).unwrap();
        assert_eq!(Weights::shipped(), weights);
        assert!(weights.story > weights.event && weights.event > 0.1);
        let provenance: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        assert_eq!(weights.to_toml(&provenance.join("\n")), text);
    }

    #[test]
    fn a_file_that_lacks_a_measure_is_refused_by_name() {
        let text = "event = 0.3\nstory = 0.9\nbias = 0.0\nmeasure = []\n";
        assert!(Weights::parse(text).unwrap_err().to_string().contains("cosine"));
    }
}
