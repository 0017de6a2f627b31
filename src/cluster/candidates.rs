//! Which reports are worth comparing: those that share enough of their heaviest terms within three days.

use super::evidence::cosine;
use super::sketch::{Held, SNIPPET_WEIGHT, Sketches};

/// Terms of a report by which others are found.
const HEAVIEST: usize = 12;

/// Reports of one event come within this time, in seconds.
const WINDOW: i64 = 72 * 3600;

/// Of the earlier reports that have a term, the latest that are looked at: what more have is an ordinary word, or an
/// event of which these are report enough.
const PER_TERM: usize = 150;

/// Pairs of one report with earlier ones, at most: those that share most. Both bounds keep the work of a million
/// reports in proportion to their number.
const PER_REPORT: usize = 120;

/// The cosine that the heaviest terms alone must give: pairs with less are never one event.
const LEAST_COSINE: f64 = 0.06;

/// Calls `pair` with the positions of each two reports to compare, the earlier one (in `order`, see
/// [`Sketches::in_time`]) first.
pub(crate) fn candidates(sketches: &Sketches, order: &[usize], mut pair: impl FnMut(usize, usize)) {
    let index = Index::new(sketches, order);
    let at = |rank: usize| order.get(rank).and_then(|position| sketches.origin(*position)).map(|origin| origin.at);
    let length = |rank: u32| order.get(rank as usize).map_or(0.0, |position| sketches.sums(*position).length);
    // What each earlier report shares with the one at hand, and which that was.
    let mut shared = vec![(u32::MAX, 0.0_f32); order.len()];
    // For each term, how many of its reports came so far.
    let mut passed = vec![0_u32; sketches.terms()];
    let mut found: Vec<(u32, f64)> = Vec::new();
    let mut oldest = 0;
    for (rank, position) in order.iter().copied().enumerate() {
        let Some(now) = at(rank) else { continue };
        while at(oldest).is_some_and(|then| now - then > WINDOW) {
            oldest += 1;
        }
        let mark = u32::try_from(rank).unwrap_or(u32::MAX);
        found.clear();
        for held in index.heaviest(rank) {
            let Some(passed) = passed.get_mut(held.term()) else { continue };
            let earlier = index.reports(held.term()).get(..*passed as usize).unwrap_or_default();
            *passed += 1;
            let worth = sketches.worth(held.term()).idf.powi(2) * weight(held.in_title());
            let near = |earlier: &&Posting| earlier.rank() as usize >= oldest;
            for earlier in earlier.iter().rev().take(PER_TERM).take_while(near) {
                let Some(slot) = shared.get_mut(earlier.rank() as usize) else { continue };
                if slot.0 != mark {
                    *slot = (mark, 0.0);
                    found.push((earlier.rank(), 0.0));
                }
                slot.1 += worth * earlier.weight();
            }
        }
        let own = length(mark);
        for (earlier, alike) in &mut found {
            let product = shared.get(*earlier as usize).map_or(0.0, |slot| f64::from(slot.1));
            *alike = cosine(product, own, length(*earlier));
        }
        found.retain(|(_, alike)| *alike >= LEAST_COSINE);
        if found.len() > PER_REPORT {
            found.select_nth_unstable_by(PER_REPORT, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            found.truncate(PER_REPORT);
        }
        // What lies side by side is compared one after the other.
        found.sort_unstable_by_key(|(earlier, _)| *earlier);
        for other in found.iter().filter_map(|(earlier, _)| order.get(*earlier as usize)) {
            pair(*other, position);
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a half is a half")]
fn weight(in_title: bool) -> f32 {
    if in_title { 1.0 } else { SNIPPET_WEIGHT as f32 }
}

/// A report that has a term: its rank in the order of time, and whether its title has it.
#[derive(Debug, Clone, Copy, Default)]
struct Posting(u32);

impl Posting {
    fn new(rank: u32, held: Held) -> Self {
        Self(rank << 1 | u32::from(held.in_title()))
    }

    fn rank(self) -> u32 {
        self.0 >> 1
    }

    fn weight(self) -> f32 {
        weight(self.0 & 1 == 1)
    }
}

/// The heaviest terms of each report, and for each term the reports that have it among theirs, in the order of time.
struct Index {
    heaviest: Vec<Held>,
    heaviest_ends: Vec<usize>,
    reports: Vec<Posting>,
    report_ends: Vec<usize>,
}

impl Index {
    fn new(sketches: &Sketches, order: &[usize]) -> Self {
        let mut heaviest = Vec::with_capacity(order.len() * HEAVIEST);
        let mut heaviest_ends = Vec::with_capacity(order.len());
        let mut count = vec![0_usize; sketches.terms()];
        let mut terms: Vec<(f64, Held)> = Vec::new();
        for position in order {
            terms.clear();
            let held = sketches.held(*position).iter().copied();
            terms.extend(held.map(|held| (held.weight() * f64::from(sketches.worth(held.term()).idf), held)));
            terms.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            for (_, held) in terms.iter().take(HEAVIEST) {
                if let Some(count) = count.get_mut(held.term()) {
                    *count += 1;
                }
                heaviest.push(*held);
            }
            heaviest_ends.push(heaviest.len());
        }
        let mut end = 0;
        let report_ends: Vec<usize> = count
            .iter()
            .map(|count| {
                end += count;
                end
            })
            .collect();
        let mut next: Vec<usize> = report_ends.iter().zip(&count).map(|(end, count)| end - count).collect();
        let mut reports = vec![Posting::default(); heaviest.len()];
        let mut start = 0;
        for (rank, end) in (0_u32..).zip(&heaviest_ends) {
            for held in heaviest.get(start..*end).unwrap_or_default() {
                if let Some(slot) = next.get_mut(held.term()) {
                    if let Some(report) = reports.get_mut(*slot) {
                        *report = Posting::new(rank, *held);
                    }
                    *slot += 1;
                }
            }
            start = *end;
        }
        Self { heaviest, heaviest_ends, reports, report_ends }
    }

    fn heaviest(&self, rank: usize) -> &[Held] {
        slice(&self.heaviest, &self.heaviest_ends, rank)
    }

    fn reports(&self, term: usize) -> &[Posting] {
        slice(&self.reports, &self.report_ends, term)
    }
}

fn slice<'a, T>(values: &'a [T], ends: &[usize], at: usize) -> &'a [T] {
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|end| values.get(start..*end)).unwrap_or_default()
}
