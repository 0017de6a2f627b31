//! Items become stories: every report of one thing together, one of them leading.
//!
//! What is the same beyond doubt is joined first (`exact`). Then reports that share heavy terms within three days are
//! compared (`candidates`, `evidence`), a scorer says how likely a pair is one event (`weights`), and groups merge while
//! they agree on average (`linkage`). Two thresholds: the looser makes *events*, of which an edition tells each once;
//! the stricter makes *stories*, whose sources are shown together.
//!
//! Nothing here depends on the order in which items arrive; the statistics of what was read before are an input.

pub mod agreement;
mod candidates;
pub mod evidence;
mod exact;
mod lead;
mod linkage;
mod number;
mod regression;
pub mod report;
mod sets;
pub mod sketch;
pub mod statistics;
mod stem;
pub mod title;
mod token;
pub mod training;
pub mod weights;

use std::collections::BTreeMap;

use candidates::candidates;
use evidence::{Measure, measure};
use linkage::{Link, merges};
use sketch::{Collection, Sketches};
use statistics::Background;
use weights::Weights;

pub(crate) use lead::own_page;

use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::source::Sources;
use crate::model::story::Story;
use report::Report;

/// A pair less likely than this counts as not alike at all.
const LEAST_PROBABILITY: f64 = 0.05;

/// Items, merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustered {
    /// Sorted by id. An id is that of the item first seen (of several, the smallest id), so it stays when further
    /// reports join. Each item is in exactly one.
    pub stories: Vec<Story>,
    /// The items of each event of two stories or more, by id: an event is made of whole stories.
    pub events: Vec<Vec<ItemId>>,
}

/// Merges items with the scorer that the program brings along.
#[must_use]
pub fn cluster(items: &[Item], sources: &Sources<'_>, background: &Background) -> Clustered {
    let mut reports = Collection::default();
    items.iter().for_each(|item| reports.push(&Report::of(item, sources)));
    let cuts = groups(reports, background, &Weights::shipped());
    let stories = stories(items, sources, &cuts.stories);
    let story_of: BTreeMap<usize, usize> = cuts
        .stories
        .iter()
        .enumerate()
        .flat_map(|(story, group)| group.iter().map(move |item| (*item, story)))
        .collect();
    let mut events: Vec<Vec<ItemId>> = cuts
        .events
        .iter()
        .filter(|group| {
            group.windows(2).any(|pair| {
                let story = |at: usize| pair.get(at).and_then(|item| story_of.get(item));
                story(0) != story(1)
            })
        })
        .map(|group| {
            let mut ids: Vec<ItemId> =
                group.iter().filter_map(|position| items.get(*position)).map(|item| item.id.clone()).collect();
            ids.sort();
            ids
        })
        .collect();
    events.sort();
    Clustered { stories, events }
}

/// Groups of positions at the two thresholds; each position is in exactly one group of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    /// At the stricter threshold: what is shown as one.
    pub stories: Vec<Vec<usize>>,
    /// At the looser one; each consists of whole stories.
    pub events: Vec<Vec<usize>>,
}

/// Groups reports; positions are those in which they were pushed.
#[must_use]
pub fn groups(reports: Collection, background: &Background, weights: &Weights) -> Cuts {
    let sketches = reports.sketch(background);
    let links = links(&sketches, weights);
    cut(&sketches, links, weights)
}

/// The exact duplicates as groups of positions, and each position's group: by the time of the earliest report, so that
/// numbers do not depend on the order of arrival.
fn exact_groups(sketches: &Sketches) -> Vec<Vec<usize>> {
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

/// Every candidate pair that is likely enough to count, by positions.
fn links(sketches: &Sketches, weights: &Weights) -> Vec<Link> {
    let mut links = Vec::new();
    candidates(sketches, &sketches.in_time(), |a, b| {
        if by_chance(sketches, a, b) {
            return;
        }
        let probability = weights.probability(&measure(sketches, a, b));
        if probability >= LEAST_PROBABILITY
            && let (Ok(a), Ok(b)) = (u32::try_from(a), u32::try_from(b))
        {
            links.push(Link { a, b, probability: probability as f32 });
        }
    });
    links
}

/// Whether two reports share nothing but a short title that names nothing ("Weekly notes", "v1.2.0"): then the words
/// agree perfectly, and say nothing.
fn by_chance(sketches: &Sketches, a: usize, b: usize) -> bool {
    let prints = sketches.prints();
    let (Some(one), Some(other)) = (prints.get(a), prints.get(b)) else { return false };
    let sums = sketches.sums(a);
    exact::same_short_title(one, other) && sums.title_names < sums.title / 2.0
}

/// Groups at both thresholds of `weights`.
fn cut(sketches: &Sketches, mut links: Vec<Link>, weights: &Weights) -> Cuts {
    let groups = exact_groups(sketches);
    let mut group_of = vec![0_u32; sketches.len()];
    for (n, group) in (0_u32..).zip(&groups) {
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
    let merges = merges(&sizes, links, weights.event.min(weights.story));
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

/// Why the reports at two positions are or are not one event, the strongest evidence first; and how likely they are,
/// 0 to 1. `None` when a position is not there.
#[must_use]
pub fn evidence(
    reports: Collection,
    background: &Background,
    weights: &Weights,
    pair: (usize, usize),
) -> Option<(f64, Vec<Evidence>)> {
    let sketches = reports.sketch(background);
    let order = sketches.in_time();
    let place = |position: usize| order.iter().position(|other| *other == position);
    let (a, b) = if place(pair.0)? <= place(pair.1)? { pair } else { (pair.1, pair.0) };
    let values = measure(&sketches, a, b);
    let mut told: Vec<Evidence> = Measure::ALL
        .into_iter()
        .zip(values)
        .zip(weights.contributions(&values))
        .map(|((measure, value), contribution)| Evidence {
            measure,
            value,
            contribution,
            words: measure.words(contribution >= 0.0),
        })
        .collect();
    told.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()).then(a.measure.cmp(&b.measure)));
    Some((weights.probability(&values), told))
}

/// A story for each group of positions in `items`: its lead, its order, its id. Sorted by id.
#[must_use]
pub fn stories(items: &[Item], sources: &Sources<'_>, groups: &[Vec<usize>]) -> Vec<Story> {
    let mut stories: Vec<Story> = groups
        .iter()
        .filter_map(|group| {
            let members: Vec<&Item> = group.iter().filter_map(|position| items.get(*position)).collect();
            lead::story(&members, sources)
        })
        .collect();
    stories.sort_by(|a, b| a.id.cmp(&b.id));
    stories
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::model::id::{ItemId, SourceKey};
    use crate::model::item::Kind;
    use crate::model::source::{Format, Level, Role, Source};

    pub(crate) fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    pub(crate) fn source(key: &str, role: Role) -> Source {
        Source {
            key: SourceKey::parse(key).unwrap(),
            format: Format::Feed,
            url: Url::parse(&format!("https://{key}.example/feed")).unwrap(),
            title: key.to_owned(),
            site: Some(Url::parse(&format!("https://{key}.example/")).unwrap()),
            topics: Vec::new(),
            weight: 1.0,
            level: Level::Any,
            language: None,
            owner: key.to_owned(),
            role,
            keep: Vec::new(),
            skip: Vec::new(),
            excerpt: true,
            paywall: false,
            paused: false,
            events: None,
        }
    }

    pub(crate) fn item(source: &str, title: &str, link: &str) -> Item {
        let when = at("2026-11-17T12:00:00Z");
        Item {
            id: ItemId::of(&[source, title, link]),
            source: SourceKey::parse(source).unwrap(),
            title: title.to_owned(),
            link: (!link.is_empty()).then(|| format!("https://{link}")),
            url_key: (!link.is_empty()).then(|| link.to_owned()),
            excerpt: None,
            author: None,
            tags: Vec::new(),
            language: None,
            kind: Kind::Article,
            topics: Vec::new(),
            level: Level::Any,
            reading_minutes: None,
            points: None,
            comment_count: None,
            discussion: None,
            paywall: false,
            takes_effect: None,
            date: Some(when),
            first_seen: when,
            eligible_at: Some(when),
            removed: None,
            out_links: Vec::new(),
        }
    }

    fn merged(items: &[Item], sources: &Sources<'_>) -> Vec<Story> {
        cluster(items, sources, &Background::shipped()).stories
    }

    fn world() -> Vec<Source> {
        vec![
            source("maker", Role::Primary),
            source("paper", Role::Press),
            source("links", Role::Aggregator),
            source("shop", Role::Vendor),
        ]
    }

    #[test]
    fn one_page_is_one_story_and_its_maker_leads() {
        let sources = world();
        let items = [
            item("links", "A release, commented", "maker.example/a"),
            item("maker", "Release 2.0", "maker.example/a"),
            item("paper", "Something else", "paper.example/b"),
        ];
        let stories = merged(&items, &Sources::new(&sources));
        assert_eq!(stories.len(), 2);
        let merged = stories.iter().find(|story| story.items.len() == 2).unwrap();
        assert_eq!(merged.lead, items[1].id);
        assert_eq!(merged.items, vec![items[1].id.clone(), items[0].id.clone()]);
    }

    #[test]
    fn a_title_merges_on_one_host_and_across_hosts_only_when_it_is_long() {
        let sources = world();
        let count = |items: &[Item]| merged(items, &Sources::new(&sources)).len();
        assert_eq!(
            count(&[item("maker", "Weekly notes", "a.example/1"), item("shop", "weekly  NOTES", "a.example/2")]),
            1
        );
        assert_eq!(
            count(&[item("maker", "Weekly notes", "a.example/1"), item("shop", "Weekly notes", "b.example/1")]),
            2
        );
        let long = "The day the queue stood still";
        assert_eq!(count(&[item("maker", long, "a.example/1"), item("shop", long, "b.example/1")]), 1);
    }

    #[test]
    fn an_address_that_a_source_gives_to_everything_merges_nothing() {
        let sources = world();
        let items: Vec<Item> = ["One thing", "Another matter", "A third affair"]
            .iter()
            .map(|title| Item { id: ItemId::of(&[title]), ..item("maker", title, "maker.example") })
            .collect();
        assert_eq!(merged(&items, &Sources::new(&sources)).len(), 3);
    }

    #[test]
    fn a_paywalled_page_does_not_lead_when_another_can() {
        let sources = world();
        let title = "How the certificate expired unseen";
        let mut walled = item("maker", title, "maker.example/a");
        walled.paywall = true;
        let pointer = item("links", title, "maker.example/a");
        let open = item("shop", title, "shop.example/a");
        let stories = merged(&[walled, pointer, open.clone()], &Sources::new(&sources));
        assert_eq!(stories.len(), 1);
        assert_eq!(stories[0].lead, open.id);
    }

    #[test]
    fn an_id_stays_when_a_better_lead_joins() {
        let sources = world();
        let first = item("links", "Release", "maker.example/a");
        let mut later = item("maker", "Release 2.0", "maker.example/a");
        later.first_seen = at("2026-11-18T12:00:00Z");
        let sources = Sources::new(&sources);
        let before = merged(std::slice::from_ref(&first), &sources);
        let after = merged(&[later.clone(), first], &sources);
        assert_eq!(before[0].id, after[0].id);
        assert_eq!(after[0].lead, later.id);
    }

    proptest! {
        #[test]
        fn each_item_is_in_one_story_whatever_the_order(
            seeds in proptest::collection::vec((0..4_usize, 0..6_u8, 0..6_u8), 0..24).prop_shuffle(),
            turn in 0..24_usize,
        ) {
            let sources = world();
            let names = ["maker", "paper", "links", "shop"];
            let mut items: Vec<Item> = seeds
                .iter()
                .enumerate()
                .map(|(n, (s, page, title))| Item {
                    id: ItemId::of(&[&n.to_string()]),
                    ..item(names[*s], &format!("Report {title} on a thing"), &format!("maker.example/{page}"))
                })
                .collect();
            let sources = Sources::new(&sources);
            let stories = merged(&items, &sources);
            let mut seen: Vec<_> = stories.iter().flat_map(|story| story.items.clone()).collect();
            seen.sort();
            let mut all: Vec<_> = items.iter().map(|item| item.id.clone()).collect();
            all.sort();
            prop_assert_eq!(seen, all);
            let by = turn % items.len().max(1);
            items.rotate_left(by);
            prop_assert_eq!(merged(&items, &sources), stories);
        }
    }
}
