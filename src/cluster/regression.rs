//! Logistic regression with a ridge penalty, by Newton's method (iteratively reweighted least squares): the same rows
//! give the same weights, to the last bit.

/// Newton steps at most; a handful suffices.
const STEPS: usize = 60;

/// A row: values, whether it holds, and what it counts.
#[derive(Debug, Clone)]
pub(crate) struct Row<const N: usize> {
    pub(crate) values: [f64; N],
    pub(crate) holds: bool,
    pub(crate) weight: f64,
}

/// Log-odds of a row: `bias + Σ weight · (value − mean)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit<const N: usize> {
    pub(crate) weights: [f64; N],
    pub(crate) means: [f64; N],
    pub(crate) bias: f64,
}

impl<const N: usize> Fit<N> {
    pub(crate) fn log_odds(&self, values: &[f64; N]) -> f64 {
        let parts =
            self.weights.iter().zip(&self.means).zip(values).map(|((weight, mean), value)| weight * (value - mean));
        self.bias + parts.sum::<f64>()
    }
}

/// Fits to `rows`. `ridge` pulls the weights of the standardised values towards 0, the bias not.
pub(crate) fn fit<const N: usize>(rows: &[Row<N>], ridge: f64) -> Fit<N> {
    let (means, scales) = moments(rows);
    let standard: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let values =
                row.values.iter().zip(&means).zip(&scales).map(|((value, mean), scale)| (value - mean) / scale);
            values.chain([1.0]).collect()
        })
        .collect();
    let penalty = |at: usize| if at == N { 0.0 } else { ridge };
    let loss = |weights: &[f64]| {
        let rows = rows.iter().zip(&standard).map(|(row, values)| {
            let log_odds = dot(weights, values);
            let sign = if row.holds { -1.0 } else { 1.0 };
            row.weight * (sign * log_odds).max(0.0) + row.weight * (-log_odds.abs()).exp().ln_1p()
        });
        let ridge = weights.iter().enumerate().map(|(at, weight)| penalty(at) * weight * weight / 2.0);
        rows.sum::<f64>() + ridge.sum::<f64>()
    };
    let mut weights = vec![0.0; N + 1];
    let mut before = loss(&weights);
    for _ in 0..STEPS {
        let mut slope: Vec<f64> = weights.iter().enumerate().map(|(at, weight)| -penalty(at) * weight).collect();
        let mut curve: Vec<Vec<f64>> = vec![vec![0.0; N + 1]; N + 1];
        for (row, values) in rows.iter().zip(&standard) {
            let likely = super::weights::sigmoid(dot(&weights, values));
            let off = row.weight * (f64::from(u8::from(row.holds)) - likely);
            let spread = row.weight * likely * (1.0 - likely);
            for ((slope, curve), value) in slope.iter_mut().zip(&mut curve).zip(values) {
                *slope += off * value;
                for (cell, other) in curve.iter_mut().zip(values) {
                    *cell += spread * value * other;
                }
            }
        }
        for (at, curve) in curve.iter_mut().enumerate() {
            if let Some(cell) = curve.get_mut(at) {
                *cell += penalty(at) + 1e-9;
            }
        }
        let step = solve(curve, slope);
        // A whole step can overshoot where rows are separable.
        let mut share = 1.0;
        let next = loop {
            let tried: Vec<f64> = weights.iter().zip(&step).map(|(weight, step)| weight + share * step).collect();
            if loss(&tried) <= before || share < 1e-9 {
                break tried;
            }
            share /= 2.0;
        };
        let after = loss(&next);
        if after.is_nan() || before - after < 1e-12 {
            break;
        }
        (weights, before) = (next, after);
    }
    let mut fit = Fit { weights: [0.0; N], means, bias: weights.get(N).copied().unwrap_or_default() };
    for ((slot, weight), scale) in fit.weights.iter_mut().zip(&weights).zip(&scales) {
        *slot = weight / scale;
    }
    fit
}

fn moments<const N: usize>(rows: &[Row<N>]) -> ([f64; N], [f64; N]) {
    let (mut means, mut scales) = ([0.0; N], [0.0; N]);
    let count = rows.len().max(1) as f64;
    for row in rows {
        means.iter_mut().zip(&row.values).for_each(|(mean, value)| *mean += value / count);
    }
    for row in rows {
        let spread = scales.iter_mut().zip(&row.values).zip(&means);
        spread.for_each(|((scale, value), mean)| *scale += (value - mean).powi(2) / count);
    }
    // What never varies is left as it is; its weight stays 0.
    for scale in &mut scales {
        *scale = if *scale > 0.0 { scale.sqrt() } else { 1.0 };
    }
    (means, scales)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Gaussian elimination; `matrix` is symmetric and positive definite, so no row need be exchanged.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let Some(row) = matrix.get(pivot).cloned() else { continue };
        let (Some(head), Some(value)) = (row.get(pivot).copied(), right.get(pivot).copied()) else { continue };
        for (lower, right) in matrix.iter_mut().zip(&mut right).skip(pivot + 1) {
            let factor = lower.get(pivot).copied().unwrap_or_default() / head;
            lower.iter_mut().zip(&row).for_each(|(cell, above)| *cell -= factor * above);
            *right -= factor * value;
        }
    }
    let mut solution = vec![0.0; size];
    for at in (0..size).rev() {
        let Some(row) = matrix.get(at) else { continue };
        let known: f64 = row.iter().zip(&solution).skip(at + 1).map(|(cell, known)| cell * known).sum();
        let head = row.get(at).copied().unwrap_or(1.0);
        if let (Some(slot), Some(right)) = (solution.get_mut(at), right.get(at)) {
            *slot = (right - known) / head;
        }
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: [f64; 2], holds: bool) -> Row<2> {
        Row { values, holds, weight: 1.0 }
    }

    #[test]
    fn odds_are_those_of_the_rows() {
        // Three of four hold, whatever the values: the bias is ln 3.
        let rows: Vec<_> = [true, true, true, false].map(|holds| row([1.0, 2.0], holds)).into();
        let fit = fit(&rows, 1.0);
        assert!((fit.log_odds(&[1.0, 2.0]) - 3.0_f64.ln()).abs() < 1e-5);
    }

    #[test]
    fn what_separates_weighs_and_the_ridge_bounds_it() {
        let rows: Vec<_> = (0..40).map(|n| row([f64::from(n), f64::from(n % 3)], n >= 20)).collect();
        let (loose, tight) = (fit(&rows, 0.1), fit(&rows, 10.0));
        assert!(loose.weights[0] > tight.weights[0] && tight.weights[0] > 0.0);
        assert!(tight.weights[1].abs() * 5.0 < tight.weights[0] * 20.0);
        assert!(loose.log_odds(&[30.0, 0.0]) > 0.0 && loose.log_odds(&[5.0, 0.0]) < 0.0);
    }

    #[test]
    fn no_rows_fit_nothing() {
        let fit = fit::<2>(&[], 1.0);
        assert!(fit.log_odds(&[1.0, 1.0]).is_finite());
    }
}
