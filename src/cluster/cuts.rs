//! From reports to groups of them, at two thresholds.

use super::candidates::candidates;
use super::carry::carry;
use super::citations::{self, Citation};
use super::constraints::Constraints;
use super::evidence::{Compared, measure};
use super::linkage::{Link, merges};
use super::sketch::{Collection, Sketches};
use super::statistics::Background;
use super::veto::is_vetoed;
use super::weights::{Weights, sigmoid};
use super::{exact, sets};

/// A pair less likely than this counts as not alike at all.
const LEAST_PROBABILITY: f64 = 0.1;

/// Groups of positions at the two thresholds; each position is in exactly one group of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    /// At the stricter threshold: what is shown as one.
    pub stories: Vec<Vec<usize>>,
    /// At the looser one; each consists of whole stories.
    pub events: Vec<Vec<usize>>,
}

/// Groups reports as their words have it, within the `constraints`; positions are those in which they were pushed.
#[must_use]
pub fn groups(reports: Collection, background: &Background, weights: &Weights, constraints: &Constraints) -> Cuts {
    let sketches = reports.sketch(background);
    let links = links(&sketches, weights);
    let exact = constraints.obeyed(exact_groups(&sketches));
    drop(sketches);
    cut(&exact, links, weights, constraints)
}

/// The exact duplicates as groups of positions, and each position's group: by the time of the earliest report, so that
/// numbers do not depend on the order of arrival.
pub(crate) fn exact_groups(sketches: &Sketches) -> Vec<Vec<usize>> {
    let order = sketches.in_time();
    let mut rank = vec![0; order.len()];
    for (n, position) in order.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*position) {
            *rank = n;
        }
    }
    let at = |position: usize| rank.get(position).copied().unwrap_or_default();
    let mut same = sets::Sets::new(order.len());
    for (a, b) in exact::pairs(sketches.prints()) {
        same.join(at(a), at(b));
    }
    let positions = |ranks: Vec<usize>| ranks.into_iter().filter_map(|rank| order.get(rank).copied()).collect();
    same.groups().into_iter().map(positions).collect()
}

/// Every pair that is likely enough to count, by positions: candidates, pairs that lead to one page, and what follows
/// from those.
pub(crate) fn links(sketches: &Sketches, weights: &Weights) -> Vec<Link> {
    let order = sketches.in_time();
    let cited = citations::citations(sketches);
    let mut links = Vec::new();
    let mut compared = Compared::new(sketches, 0);
    let mut link = |a: usize, b: usize, citation: Option<Citation>| {
        if compared.position != b {
            compared = Compared::new(sketches, b);
        }
        let values = compared.measure(a);
        let log_odds = weights.log_odds(&values);
        let probability = sigmoid(citation.map_or(log_odds, |citation| citation.with(log_odds)));
        if probability >= LEAST_PROBABILITY && !is_vetoed(sketches, a, b, &values) {
            links.extend(Link::new(a, b, probability));
        }
    };
    candidates(sketches, &order, |a, b| {
        if citations::between(&cited, a, b).is_none() {
            link(a, b, None);
        }
    });
    for citation in &cited {
        link(citation.a, citation.b, Some(*citation));
    }
    carry(&mut links, &cited, |a, b| !is_vetoed(sketches, a, b, &measure(sketches, a, b)));
    links
}

/// Groups at both thresholds of `weights`, made of the exact ones.
pub(crate) fn cut(groups: &[Vec<usize>], mut links: Vec<Link>, weights: &Weights, constraints: &Constraints) -> Cuts {
    let mut group_of = vec![0_u32; groups.iter().map(Vec::len).sum()];
    for (n, group) in (0_u32..).zip(groups) {
        for position in group {
            if let Some(slot) = group_of.get_mut(*position) {
                *slot = n;
            }
        }
    }
    let group = |position: u32| usize::try_from(position).ok().and_then(|position| group_of.get(position)).copied();
    for link in &mut links {
        link.a = group(link.a).unwrap_or_default();
        link.b = group(link.b).unwrap_or_default();
    }
    let sizes: Vec<u32> = groups.iter().map(|group| u32::try_from(group.len()).unwrap_or(u32::MAX)).collect();
    let merges = merges(&sizes, links, &constraints.apart(&group_of), weights.event.min(weights.story));
    let at = |threshold: f64| {
        let mut sets = sets::Sets::new(groups.len());
        for merge in merges.iter().filter(|merge| merge.average >= threshold) {
            sets.join(merge.a, merge.b);
        }
        let members = |set: Vec<usize>| {
            let mut positions: Vec<usize> = set.iter().filter_map(|n| groups.get(*n)).flatten().copied().collect();
            positions.sort_unstable();
            positions
        };
        let mut found: Vec<Vec<usize>> = sets.groups().into_iter().map(members).collect();
        found.sort_unstable();
        found
    };
    Cuts { stories: at(weights.story), events: at(weights.event) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::report::Report;

    /// Source, words of the title, words of the snippet, hours.
    type Draft = (usize, Vec<usize>, Vec<usize>, i64);

    const WORDS: [&str; 12] = [
        "Ferrow",
        "Lumen",
        "Pebble",
        "5.0",
        "released",
        "outage",
        "2 million",
        "lockfile",
        "the",
        "quietly",
        "Crateyard",
        "servers",
    ];
    const SOURCES: [&str; 4] = ["https://a.example", "https://b.example", "https://c.example", "https://d.example"];

    fn drafts() -> impl Strategy<Value = Vec<Draft>> {
        let words = || proptest::collection::vec(0..WORDS.len(), 1..7);
        proptest::collection::vec((0..SOURCES.len(), words(), words(), 0..120_i64), 1..30)
    }

    fn push(reports: &mut Collection, id: &str, (source, title, snippet, hours): &Draft) {
        let text = |words: &[usize]| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
        reports.push(&Report {
            id,
            source: SOURCES[*source],
            source_title: "",
            home: None,
            title: &text(title),
            link: Some(&format!("https://pages.example/{id}")),
            url_key: Some(id),
            snippet: &text(snippet),
            out_links: &[],
            at: DateTime::UNIX_EPOCH + TimeDelta::hours(*hours),
        });
    }

    fn named(groups: &[Vec<usize>], ids: &[String]) -> BTreeSet<BTreeSet<String>> {
        groups.iter().map(|group| group.iter().map(|position| ids[*position].clone()).collect()).collect()
    }

    fn all(drafts: &[(String, Draft)]) -> Collection {
        let mut reports = Collection::default();
        for (id, draft) in drafts {
            push(&mut reports, id, draft);
        }
        reports
    }

    proptest! {
        #[test]
        fn the_order_of_reports_is_nothing(
            (drafts, shuffled) in drafts()
                .prop_map(|drafts| drafts.into_iter().enumerate().map(|(n, draft)| (n.to_string(), draft)).collect::<Vec<_>>())
                .prop_flat_map(|drafts| (Just(drafts.clone()), Just(drafts).prop_shuffle())),
        ) {
            let cut = |drafts: &[(String, Draft)]| {
                let ids: Vec<String> = drafts.iter().map(|(id, _)| id.clone()).collect();
                let cuts = groups(all(drafts), &Background::shipped(), &Weights::shipped(), &Constraints::default());
                (named(&cuts.stories, &ids), named(&cuts.events, &ids))
            };
            prop_assert_eq!(cut(&drafts), cut(&shuffled));
        }

        #[test]
        fn each_report_is_in_one_story_and_each_story_in_one_event(drafts in drafts()) {
            let drafts: Vec<_> = drafts.into_iter().enumerate().map(|(n, draft)| (n.to_string(), draft)).collect();
            let cuts = groups(all(&drafts), &Background::shipped(), &Weights::shipped(), &Constraints::default());
            for groups in [&cuts.stories, &cuts.events] {
                let mut positions: Vec<usize> = groups.iter().flatten().copied().collect();
                positions.sort_unstable();
                prop_assert_eq!(positions, (0..drafts.len()).collect::<Vec<_>>());
            }
            for story in &cuts.stories {
                prop_assert!(cuts.events.iter().any(|event| story.iter().all(|position| event.contains(position))));
            }
        }

        #[test]
        fn a_report_that_nothing_has_terms_in_common_with_changes_no_story(drafts in drafts(), hours in 0..120_i64) {
            let drafts: Vec<_> = drafts.into_iter().enumerate().map(|(n, draft)| (n.to_string(), draft)).collect();
            let ids: Vec<String> = (0..=drafts.len()).map(|n| n.to_string()).collect();
            let mut more = all(&drafts);
            more.push(&Report {
                id: ids.last().map_or("", String::as_str),
                source: SOURCES[0],
                source_title: "",
                home: None,
                title: "Nightingales nest beneath municipal bridges",
                link: None,
                url_key: None,
                snippet: "Ornithologists counted seventeen broods",
                out_links: &[],
                at: DateTime::UNIX_EPOCH + TimeDelta::hours(hours),
            });
            let (weights, background) = (Weights::shipped(), Background::shipped());
            // The statistics are an input: those of the larger window for both.
            let window = more.window.clone();
            let cut = |reports: Collection| {
                let sketches = reports.sketch_within(&window, &background);
                cut(&exact_groups(&sketches), links(&sketches, &weights), &weights, &Constraints::default())
            };
            let (before, after) = (cut(all(&drafts)), cut(more));
            let mut expected = named(&before.stories, &ids);
            expected.insert(BTreeSet::from([drafts.len().to_string()]));
            prop_assert_eq!(named(&after.stories, &ids), expected);
        }
    }

    #[test]
    fn reports_of_one_event_meet_and_a_series_does_not() {
        let at = DateTime::UNIX_EPOCH;
        let report = |id, source, title, snippet| Report {
            id,
            source,
            source_title: "",
            home: None,
            title,
            link: None,
            url_key: None,
            snippet,
            out_links: &[],
            at,
        };
        let mut reports = Collection::default();
        for (id, source, title, snippet) in [
            (
                "0",
                "a",
                "Ferrow 5.0 brings overlapped reads",
                "The database Ferrow reads a page while it waits for another.",
            ),
            (
                "1",
                "b",
                "Overlapped reads arrive in Ferrow 5.0",
                "Ferrow, the database, can read pages while others wait.",
            ),
            ("2", "c", "Lumen drops third-party storage", "The browser ends it on 1 March."),
            ("3", "d", "Weekly notes", ""),
            ("4", "e", "Weekly notes", ""),
            (
                "5",
                "f",
                "Answers to the riddle of 16 November (no. 811)",
                "Looking for hints? We have them, and the answer.",
            ),
            (
                "6",
                "f",
                "Answers to the riddle of 17 November (no. 812)",
                "Looking for hints? We have them, and the answer.",
            ),
        ] {
            reports.push(&report(id, source, title, snippet));
        }
        let cuts = groups(reports, &Background::shipped(), &Weights::shipped(), &Constraints::default());
        assert_eq!(cuts.stories.first(), Some(&vec![0, 1]));
        assert!(cuts.stories.contains(&vec![3]) && cuts.stories.contains(&vec![5]));
    }
}
