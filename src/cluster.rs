//! Items become stories: every report of one thing together, one of them leading.
//!
//! What is the same beyond doubt is joined first (`exact`), and what a curator said is obeyed (`constraints`). Then
//! reports that share heavy terms within three days are compared (`candidates`, `evidence`), links between them count
//! (`citations`), a scorer says how likely a pair is one event (`weights`), and groups merge while they agree on average
//! (`linkage`). Two thresholds: the looser makes *events*, of which an edition tells each once;
//! the stricter makes *stories*, whose sources are shown together.
//!
//! Nothing here depends on the order in which items arrive; the statistics of what was read before are an input.

pub mod agreement;
pub mod bonds;
mod candidates;
mod carry;
mod citations;
mod constraints;
pub mod copies;
pub mod cuts;
pub mod evidence;
mod exact;
pub mod explanation;
mod lead;
mod linkage;
mod number;
mod regression;
pub mod report;
mod sets;
mod shared_phrases;
pub mod sketch;
pub mod statistics;
mod stem;
pub mod title;
mod token;
pub mod training;
mod veto;
pub mod weights;

use std::collections::BTreeMap;

pub use constraints::Constraints;
use cuts::groups;
use sketch::Collection;
use statistics::Background;
use weights::Weights;

pub(crate) use lead::own_page;

use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::judgement::Judgements;
use crate::model::source::Sources;
use crate::model::story::Story;
use report::Report;

/// Items, merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustered {
    /// Sorted by id. An id is that of the item first seen (of several, the smallest id), so it stays when further
    /// reports join. Each item is in exactly one.
    pub stories: Vec<Story>,
    /// The items of each event of two stories or more, by id: an event is made of whole stories.
    pub events: Vec<Vec<ItemId>>,
}

/// Merges items with the scorer that the program brings along, and as a curator said.
#[must_use]
pub fn cluster(items: &[Item], sources: &Sources<'_>, background: &Background, judgements: &Judgements) -> Clustered {
    let mut reports = Collection::default();
    for item in items {
        reports.push(&Report::of(item, sources));
    }
    let cuts = groups(reports, background, &Weights::shipped(), &Constraints::of(items, judgements));
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
        cluster(items, sources, &Background::shipped(), &Judgements::default()).stories
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
    fn services_and_projects_that_speak_of_their_own_are_not_one_event() {
        let sources = world();
        let count = |items: &[Item]| merged(items, &Sources::new(&sources)).len();
        let over = "This incident has been resolved. Some requests to the API failed.";
        let told = |source, title, link| Item { excerpt: Some(over.to_owned()), ..item(source, title, link) };
        let title = "Increased API error rates in the eastern region";
        let lumen = told("maker", title, "status.lumen.example/1");
        let other = told("shop", title, "quill.statuspage.io/1");
        assert_eq!(count(&[lumen.clone(), other]), 2);
        let paper = told("paper", title, "paper.example/1");
        assert_eq!(count(&[lumen.clone(), paper.clone()]), 1);
        assert_eq!(count(&[paper, lumen]), 1);
        let release = |source, link| item(source, "core v3.1.9: faster starts", link);
        let sable = release("maker", "github.com/sable/core/releases/tag/v3.1.9");
        assert_eq!(count(&[sable, release("shop", "github.com/tornwald/core/releases/tag/v3.1.9")]), 2);
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
