//! Reports that lead to one page: one cites the other, or both cite the same (co-citation; Small, 1973).
//!
//! No sorted day has bodies, so what a citation is worth is not trained but set.

use super::exact::page;
use super::sketch::Sketches;

/// Who cites more is a round-up, and its parts are about many things.
const CITED_AT_MOST: usize = 7;
/// A page that more reports lead to is where everybody leads.
const LEADING_AT_MOST: usize = 60;
/// Reports further apart do not cite one event. Their words must be closer (see `candidates`).
const WINDOW_SECONDS: i64 = 7 * 24 * 3_600;
/// What a citation adds to the log-odds of one event, and how little the words can say against it before.
const WORTH: f64 = 3.5;
/// The same where whoever cites does so with hardly another page: that page is what it is about.
const WORTH_ALONE: f64 = 4.5;
const ALONE: usize = 2;
const DOUBT: f64 = -1.6;
/// What it adds where both cite a page that no report here is: often a manual, a repository, a book that stays.
const WORTH_ELSEWHERE: f64 = 2.5;

/// Two reports of different sources that lead to one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Citation {
    /// Positions, the smaller first.
    pub(crate) a: usize,
    pub(crate) b: usize,
    /// Both cite it, and it is no report here.
    elsewhere: bool,
    /// Whoever cites it cites much else.
    among_others: bool,
}

#[cfg(test)]
impl Citation {
    /// Of a report that is about another's page.
    pub(crate) fn alone(a: usize, b: usize) -> Self {
        Self { a, b, elsewhere: false, among_others: false }
    }
}

impl Citation {
    /// The log-odds of the pair, given what its words have.
    pub(crate) fn with(self, log_odds: f64) -> f64 {
        if self.elsewhere {
            log_odds + WORTH_ELSEWHERE
        } else {
            log_odds.max(DOUBT) + if self.among_others { WORTH } else { WORTH_ALONE }
        }
    }
}

/// The citation between two positions, among the sorted `citations`.
pub(crate) fn between(citations: &[Citation], one: usize, other: usize) -> Option<Citation> {
    let pair = (one.min(other), one.max(other));
    let at = citations.binary_search_by_key(&pair, |citation| (citation.a, citation.b)).ok()?;
    citations.get(at).copied()
}

/// The pages that a report cites, as hashes: none where there are too many. `keys` are URL keys; one without a path is
/// a site and no page.
pub(crate) fn cited(keys: &[String]) -> Vec<u64> {
    let is_page = |key: &&String| key.splitn(4, '/').nth(3).is_some_and(|path| !path.is_empty());
    if keys.len() > CITED_AT_MOST { Vec::new() } else { keys.iter().filter(is_page).map(|key| page(key)).collect() }
}

/// Every pair that leads to one page, once and sorted. What both *are* is no citation: such reports are the same.
pub(crate) fn citations(sketches: &Sketches) -> Vec<Citation> {
    // Page, the report, whether it cites it.
    let mut leads: Vec<(u64, usize, bool)> = Vec::new();
    for (position, print) in sketches.prints().iter().enumerate() {
        leads.extend(sketches.cited(position).iter().map(|page| (*page, position, true)));
        leads.extend(print.page().map(|page| (page, position, false)));
    }
    if !leads.iter().any(|(_, _, cites)| *cites) {
        return Vec::new();
    }
    leads.sort_unstable();
    leads.dedup();
    let mut pairs = Vec::new();
    for leading in leads.chunk_by(|a, b| a.0 == b.0).filter(|leading| (2..=LEADING_AT_MOST).contains(&leading.len())) {
        // What one source cites again and again is its own furniture.
        let sources =
            |cites: bool| leading.iter().filter(move |lead| lead.2 == cites).filter_map(|lead| sketches.origin(lead.1));
        let repeats = |source: u32| sources(true).filter(|origin| origin.source == source).count() > 2;
        let elsewhere = leading.iter().all(|(_, _, cites)| *cites);
        for (n, (_, a, a_cites)) in leading.iter().enumerate() {
            for (_, b, b_cites) in leading.iter().skip(n + 1) {
                let Some((one, other)) = sketches.origin(*a).zip(sketches.origin(*b)) else { continue };
                let near = (one.at - other.at).abs() <= WINDOW_SECONDS;
                if (*a_cites || *b_cites)
                    && one.source != other.source
                    && near
                    && !(*a_cites && repeats(one.source))
                    && !(*b_cites && repeats(other.source))
                {
                    let among = |position: usize, cites: bool| cites && sketches.cited(position).len() > ALONE;
                    let among_others = among(*a, *a_cites) || among(*b, *b_cites);
                    pairs.push(Citation { a: *a.min(b), b: *a.max(b), elsewhere, among_others });
                }
            }
        }
    }
    // Of two citations of one pair, the one that says more comes first.
    pairs.sort_unstable();
    pairs.dedup_by_key(|citation| (citation.a, citation.b));
    pairs
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::cluster::report::Report;
    use crate::cluster::sketch::Collection;
    use crate::cluster::statistics::Background;

    /// Source, its own page, what it cites, hours.
    type Draft<'a> = (&'a str, &'a str, &'a [&'a str], i64);

    fn push(reports: &mut Collection, (source, own, cites, hours): Draft<'_>) {
        let out_links: Vec<String> = cites.iter().map(|key| (*key).to_owned()).collect();
        reports.push(&Report {
            id: &reports.len().to_string(),
            source,
            source_title: "",
            home: None,
            title: "A title",
            link: None,
            url_key: Some(own),
            snippet: "",
            out_links: &out_links,
            at: DateTime::UNIX_EPOCH + TimeDelta::hours(hours),
        });
    }

    fn found(drafts: &[Draft<'_>]) -> Vec<(usize, usize)> {
        let mut reports = Collection::default();
        for draft in drafts {
            push(&mut reports, *draft);
        }
        let found = citations(&reports.sketch(&Background::shipped()));
        found.iter().map(|citation| (citation.a, citation.b)).collect()
    }

    const NOTICE: &str = "https://maker.example/notice";

    #[test]
    fn who_cites_a_page_belongs_to_it_and_to_others_who_do() {
        let maker = ("maker", NOTICE, &[][..], 0);
        let by = |source| (source, "", &[NOTICE][..], 5);
        assert_eq!(found(&[maker, by("a"), by("b")]), [(0, 1), (0, 2), (1, 2)]);
        assert_eq!(found(&[maker, ("a", "https://a.example/1", &[], 5)]), []);
        assert_eq!(found(&[by("a"), maker]), [(0, 1)]);
    }

    #[test]
    fn a_page_that_is_no_report_says_less() {
        let citation = |elsewhere, among_others| Citation { a: 0, b: 1, elsewhere, among_others };
        assert!(citation(false, true).with(-9.0) > 0.0, "words can say only so much against it");
        assert!(citation(false, false).with(-9.0) > citation(false, true).with(-9.0));
        assert!(citation(true, false).with(-9.0) < -5.0 && citation(true, false).with(-1.0) > 0.0);
        let by = |source| (source, "", &[NOTICE][..], 5);
        let mut reports = Collection::default();
        for draft in [by("a"), by("b")] {
            push(&mut reports, draft);
        }
        assert!(citations(&reports.sketch(&Background::shipped())).iter().all(|found| found.elsewhere));
    }

    #[test]
    fn furniture_round_ups_sites_and_old_pages_are_no_citations() {
        let maker = ("maker", NOTICE, &[][..], 0);
        let furniture = ("a", "", &[NOTICE][..], 5);
        assert_eq!(found(&[maker, furniture, furniture, furniture]), []);
        let many = ["1", "2", "3", "4", "5", "6", "7"].map(|n| format!("https://b.example/{n}"));
        let many: Vec<&str> = many.iter().map(String::as_str).chain([NOTICE]).collect();
        assert_eq!(found(&[maker, ("a", "", &many, 5)]), []);
        assert_eq!(
            found(&[("maker", "https://maker.example/", &[], 0), ("a", "", &["https://maker.example/"], 5)]),
            []
        );
        assert_eq!(found(&[maker, ("a", "", &[NOTICE], 24 * 7 + 1)]), []);
        assert_eq!(found(&[maker, ("maker", "", &[NOTICE], 5)]), [], "its own");
    }
}
