//! Pairs whose words agree and that are not one event all the same: what no weights can tell, as nobody sorts such days.

use super::evidence::{MEASURES, Measure};
use super::exact::{have_other_speakers, same_short_title};
use super::sketch::Sketches;

/// From this cosine on, two titles of one source follow one pattern.
const PATTERN: f64 = 0.4;

/// Why the reports at two positions cannot be taken for one event, on account of their `values` (see
/// [`super::evidence::measure`]); told to a reader.
pub(crate) fn veto(sketches: &Sketches, a: usize, b: usize, values: &[f64; MEASURES]) -> Option<&'static str> {
    if is_chance(sketches, a, b) {
        Some("they have nothing in common but a short title that names nothing")
    } else if is_series(values) {
        Some("one source gives such a title again and again, with other numbers")
    } else if are_other_notices(sketches, a, b) {
        Some("each is a notice of its own project or service")
    } else {
        None
    }
}

/// Whether there is such a reason.
pub(crate) fn is_vetoed(sketches: &Sketches, a: usize, b: usize, values: &[f64; MEASURES]) -> bool {
    veto(sketches, a, b, values).is_some()
}

/// Nothing in common but a short title that names nothing ("Weekly notes", "v1.2.0").
fn is_chance(sketches: &Sketches, a: usize, b: usize) -> bool {
    let prints = sketches.prints();
    let (Some(one), Some(other)) = (prints.get(a), prints.get(b)) else { return false };
    let sums = sketches.sums(a);
    same_short_title(one, other) && sums.title_names < sums.title / 2.0
}

/// Releases of two repositories and incidents of two services sound alike, and are two things.
fn are_other_notices(sketches: &Sketches, a: usize, b: usize) -> bool {
    let prints = sketches.prints();
    prints.get(a).zip(prints.get(b)).is_some_and(|(one, other)| have_other_speakers(one, other))
}

/// One source, one pattern, other numbers: the riddle of today and that of yesterday.
fn is_series(values: &[f64; MEASURES]) -> bool {
    let value = |measure: Measure| values.get(measure as usize).copied().unwrap_or_default();
    value(Measure::OtherNumbers) > 0.0 && value(Measure::Series) >= PATTERN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_stand_where_their_numbers_say() {
        assert!(Measure::ALL.iter().enumerate().all(|(at, measure)| *measure as usize == at));
    }

    #[test]
    fn a_series_has_one_pattern_and_other_numbers() {
        let mut values = [0.0; MEASURES];
        values[Measure::Series as usize] = 0.6;
        assert!(!is_series(&values));
        values[Measure::OtherNumbers as usize] = 1.0;
        assert!(is_series(&values));
    }
}
