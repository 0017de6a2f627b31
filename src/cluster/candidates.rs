//! Which reports are worth comparing: those that share one of their heaviest terms within three days.

use super::sketch::Sketches;

/// Terms of a report by which others are found.
const HEAVIEST: usize = 12;

/// Reports of one event come within this time, in seconds.
const WINDOW: i64 = 72 * 3600;

/// Of the earlier reports that have a term, the latest that are looked at: what more have is an ordinary word, or an
/// event of which these are report enough.
const PER_TERM: usize = 150;

/// Pairs of one report with earlier ones, at most; its rarest terms come first. Both bounds keep the work of a million
/// reports in proportion to their number.
const PER_REPORT: usize = 200;

/// Calls `pair` with the positions of each two reports to compare, the earlier one (in `order`, see
/// [`Sketches::in_time`]) first.
pub(crate) fn candidates(sketches: &Sketches, order: &[usize], mut pair: impl FnMut(usize, usize)) {
    let index = Index::new(sketches, order);
    // For each report, the last one that it was paired with.
    let mut paired_with = vec![u32::MAX; order.len()];
    // For each term, how many of its reports came so far.
    let mut passed = vec![0_u32; sketches.terms()];
    for (rank, position) in order.iter().copied().enumerate() {
        let Some(now) = sketches.origin(position).map(|origin| origin.at) else { continue };
        let mark = u32::try_from(rank).unwrap_or(u32::MAX);
        let mut found = 0;
        for term in index.heaviest(rank) {
            let Some(passed) = passed.get_mut(*term as usize) else { continue };
            let earlier = index.reports(*term).get(..*passed as usize).unwrap_or_default();
            *passed += 1;
            for earlier in earlier.iter().rev().take(PER_TERM) {
                let earlier = *earlier as usize;
                let Some(other) = order.get(earlier).copied() else { continue };
                if sketches.origin(other).is_none_or(|origin| now - origin.at > WINDOW) || found >= PER_REPORT {
                    break;
                }
                if let Some(last) = paired_with.get_mut(earlier)
                    && *last != mark
                {
                    *last = mark;
                    found += 1;
                    pair(other, position);
                }
            }
        }
    }
}

/// The heaviest terms of each report, and for each term the reports that have it among theirs: ranks in the order of
/// time.
struct Index {
    heaviest: Vec<u32>,
    heaviest_ends: Vec<usize>,
    reports: Vec<u32>,
    report_ends: Vec<usize>,
}

impl Index {
    fn new(sketches: &Sketches, order: &[usize]) -> Self {
        let mut heaviest = Vec::with_capacity(order.len() * HEAVIEST);
        let mut heaviest_ends = Vec::with_capacity(order.len());
        let mut count = vec![0_usize; sketches.terms()];
        let mut terms: Vec<(f64, usize)> = Vec::new();
        for position in order {
            terms.clear();
            terms.extend(sketches.held(*position).iter().map(|held| {
                let term = held.term();
                (held.weight() * f64::from(sketches.worth(term).idf), term)
            }));
            terms.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            for (_, term) in terms.iter().take(HEAVIEST) {
                if let Some(count) = count.get_mut(*term) {
                    *count += 1;
                }
                heaviest.extend(u32::try_from(*term));
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
        let mut reports = vec![0_u32; heaviest.len()];
        let mut start = 0;
        for (rank, end) in (0_u32..).zip(&heaviest_ends) {
            for term in heaviest.get(start..*end).unwrap_or_default() {
                if let Some(slot) = next.get_mut(*term as usize) {
                    if let Some(report) = reports.get_mut(*slot) {
                        *report = rank;
                    }
                    *slot += 1;
                }
            }
            start = *end;
        }
        Self { heaviest, heaviest_ends, reports, report_ends }
    }

    fn heaviest(&self, rank: usize) -> &[u32] {
        slice(&self.heaviest, &self.heaviest_ends, rank)
    }

    fn reports(&self, term: u32) -> &[u32] {
        slice(&self.reports, &self.report_ends, term as usize)
    }
}

fn slice<'a>(values: &'a [u32], ends: &[usize], at: usize) -> &'a [u32] {
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|end| values.get(start..*end)).unwrap_or_default()
}
