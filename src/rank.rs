//! Stories in order of what they are worth to this audience, each with its reasons.
//!
//! A score is nothing but the sum of its signals, so that every place in an edition can be explained.

pub mod diversity;
pub mod reach;
mod signals;

use chrono::{DateTime, Utc};

use crate::model::id::TopicKey;
use crate::model::item::Items;
use crate::model::source::{Sources, Topic};
use crate::model::story::{Ranked, Story};

/// What an audience cares about.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'a> {
    /// The topics it follows; empty: all.
    pub followed: &'a [TopicKey],
    /// The catalogue's topics, for their names.
    pub topics: &'a [Topic],
}

impl Profile<'_> {
    /// Whether it follows `topic`.
    #[must_use]
    pub fn follows(&self, topic: &TopicKey) -> bool {
        self.followed.is_empty() || self.followed.contains(topic)
    }
}

/// Scores stories, best first; of equal scores the smaller id first. `now` is the moment that recency is told from.
///
/// A story whose items are not at hand scores zero.
#[must_use]
pub fn rank(
    stories: &[Story],
    items: &Items<'_>,
    sources: &Sources<'_>,
    profile: &Profile<'_>,
    now: DateTime<Utc>,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = stories
        .iter()
        .map(|story| {
            let why = signals::of(story, items, sources, profile, now);
            Ranked { story: story.clone(), score: why.iter().map(|signal| signal.value).sum(), why }
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.story.id.cmp(&b.story.id)));
    ranked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::cluster;
    use crate::cluster::statistics::Background;
    use crate::cluster::tests::{at, item, source};
    use crate::model::item::{Item, Kind};
    use crate::model::judgement::Judgements;
    use crate::model::source::Role;

    const NOW: &str = "2026-11-20T06:00:00Z";

    fn ranked(items: &[Item]) -> Vec<Ranked> {
        let sources = [
            source("maker", Role::Primary),
            source("paper", Role::Press),
            source("gazette", Role::Press),
            source("links", Role::Aggregator),
            source("shop", Role::Vendor),
        ];
        let sources = Sources::new(&sources);
        let stories = cluster(items, &sources, &Background::shipped(), &Judgements::default()).stories;
        rank(&stories, &Items::new(items), &sources, &Profile { followed: &[], topics: &[] }, at(NOW))
    }

    fn words<'a>(ranked: &'a Ranked, name: &str) -> Option<&'a str> {
        ranked.why.iter().find(|signal| signal.name == name).map(|signal| signal.words.as_str())
    }

    #[test]
    fn only_those_who_report_are_independent_and_copies_are_not() {
        let title = "The day the queue stood still";
        let maker = item("maker", "How our queue stood still", "maker.example/q");
        let paper = Item { date: Some(at("2026-11-18T09:00:00Z")), ..item("paper", title, "maker.example/q") };
        let copy = Item { date: Some(at("2026-11-18T10:00:00Z")), ..item("gazette", title, "gazette.example/q") };
        let pointer = Item { points: Some(312), comment_count: Some(118), ..item("links", "Queue", "maker.example/q") };
        let discussed = Item { discussion: Some("https://links.example/1".to_owned()), ..pointer.clone() };
        let with = ranked(&[maker.clone(), paper.clone(), copy.clone(), discussed]);
        assert_eq!(words(&with[0], "sources"), Some("2 independent sources and 1 more; first by maker"));
        let all = ranked(&[maker, paper, copy, pointer]);
        assert_eq!(all.len(), 1);
        assert_eq!(words(&all[0], "sources"), Some("2 independent sources and 2 more; first by maker"));
        assert_eq!(words(&all[0], "discussion"), Some("312 points on links"));
        assert_eq!(words(&all[0], "originality"), Some("reported first-hand by maker"));
    }

    #[test]
    fn a_kind_moves_a_story() {
        let of = |kind, title: &str| Item { kind, ..item("paper", title, &format!("paper.example/{title}")) };
        let all = ranked(&[of(Kind::Listicle, "a"), of(Kind::Article, "b"), of(Kind::Advisory, "c")]);
        let kinds: Vec<_> = all.iter().map(|ranked| words(ranked, "kind")).collect();
        assert_eq!(kinds, [Some("an advisory"), None, Some("a list of tips")]);
    }

    proptest! {
        #[test]
        fn a_score_is_the_sum_of_its_reasons_and_the_order_is_total(
            rows in proptest::collection::vec((0..4_usize, 0..5_u8, proptest::option::of(0..2_000_u32), 0..9_i64), 0..20),
        ) {
            let names = ["maker", "paper", "links", "shop"];
            let items: Vec<Item> = rows
                .iter()
                .enumerate()
                .map(|(n, (s, page, points, days))| Item {
                    points: *points,
                    comment_count: points.map(|points| points / 3),
                    date: Some(at(NOW) - chrono::Duration::days(*days)),
                    ..item(names[*s], &format!("Title {n}"), &format!("maker.example/{page}/{}", n % 7))
                })
                .collect();
            let all = ranked(&items);
            for one in &all {
                let sum: f64 = one.why.iter().map(|signal| signal.value).sum();
                prop_assert!((one.score - sum).abs() < 1e-9);
                prop_assert!(one.why.iter().all(|signal| signal.value.is_finite() && !signal.words.is_empty()));
            }
            prop_assert!(all.is_sorted_by(|a, b| a.score > b.score || (a.score.total_cmp(&b.score).is_eq() && a.story.id < b.story.id)));
            let backwards: Vec<Item> = items.iter().rev().cloned().collect();
            prop_assert_eq!(ranked(&backwards), all);
        }
    }
}
