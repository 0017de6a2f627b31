//! How surprising a count is, given what is usual.

/// The log-likelihood ratio of two Poisson counts over two exposures (times, or sizes, in any one unit): twice the
/// log of how much better two rates explain them than one. Positive where the first rate is the higher one,
/// negative where it is the lower one, 0 where either exposure is nothing. About 3.8 would be significant at 5 % for
/// a single term; among thousands of terms it takes far more. (Dunning, 1993, with Poisson counts.)
pub(crate) fn poisson(now: f64, exposure_now: f64, before: f64, exposure_before: f64) -> f64 {
    if exposure_now <= 0.0 || exposure_before <= 0.0 || now + before <= 0.0 {
        return 0.0;
    }
    let rate = (now + before) / (exposure_now + exposure_before);
    let part = |count: f64, exposure: f64| if count > 0.0 { count * (count / (rate * exposure)).ln() } else { 0.0 };
    let ratio = 2.0 * (part(now, exposure_now) + part(before, exposure_before));
    let ratio = ratio.max(0.0);
    if now / exposure_now >= before / exposure_before { ratio } else { -ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_hand_calculation() {
        // 4 in 7 days after none in 56: 2 · 4 · ln 9.
        assert!((poisson(4.0, 7.0, 0.0, 56.0) - 8.0 * 9.0_f64.ln()).abs() < 1e-9);
        assert!(poisson(1.0, 7.0, 8.0, 56.0).abs() < 1e-9);
        assert!(poisson(0.0, 7.0, 32.0, 56.0) < -7.0);
    }

    #[test]
    fn more_of_it_is_more_surprising_and_nothing_is_never_infinite() {
        assert!(poisson(6.0, 7.0, 4.0, 56.0) > poisson(5.0, 7.0, 4.0, 56.0));
        assert!(poisson(6.0, 7.0, 4.0, 56.0) > poisson(6.0, 7.0, 8.0, 56.0));
        for (a, b, c, d) in [(0.0, 7.0, 0.0, 56.0), (3.0, 0.0, 1.0, 56.0), (3.0, 7.0, 0.0, 0.0)] {
            assert!(poisson(a, b, c, d).abs() < 1e-9);
        }
    }
}
