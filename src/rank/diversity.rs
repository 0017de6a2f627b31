//! A choice that does not say the same thing twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::title::{content_words, similarity};
use crate::model::id::TopicKey;
use crate::model::item::Items;
use crate::model::source::Sources;
use crate::model::story::Ranked;

/// How much a story's own worth counts against its likeness to what is chosen already.
const LAMBDA: f64 = 0.7;

/// From this likeness on, a title tells again what another told.
const SAME_AGAIN: f64 = 0.5;

/// What a choice may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Stories in all.
    pub count: usize,
    /// Stories whose leads have one owner.
    pub per_owner: usize,
    /// Stories of one topic.
    pub per_topic: usize,
    /// The least score of a story.
    pub floor: f64,
}

/// Chooses from `ranked` (best first) by maximal marginal relevance (Carbonell and Goldstein, 1998): the best
/// story, then always the one that is best for what it adds. Titles too like one chosen, or one of `beside`
/// (what the edition shows elsewhere), are passed over. Fewer come back where fewer are worth it.
#[must_use]
pub fn pick<'r>(
    ranked: &[&'r Ranked],
    beside: &[&Ranked],
    limits: &Limits,
    items: &Items<'_>,
    sources: &Sources<'_>,
) -> Vec<&'r Ranked> {
    let words = |story: &Ranked| items.lead(&story.story).map(|lead| content_words(&lead.title)).unwrap_or_default();
    let shown: Vec<BTreeSet<String>> = beside.iter().map(|story| words(story)).collect();
    let best = ranked.iter().map(|story| story.score).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut pool: Vec<Candidate<'_, 'r>> = ranked
        .iter()
        .filter(|story| story.score >= limits.floor)
        .filter_map(|story| {
            let lead = items.lead(&story.story)?;
            let words = content_words(&lead.title);
            let likeness = shown.iter().map(|other| similarity(&words, other)).fold(0.0, f64::max);
            Some(Candidate { story, owner: sources.owner(&lead.source), topics: &lead.topics, words, likeness })
        })
        .collect();
    let mut chosen: Vec<&'r Ranked> = Vec::new();
    let mut room = Room { limits, owners: BTreeMap::new(), topics: BTreeMap::new() };
    while chosen.len() < limits.count {
        pool.retain(|candidate| candidate.likeness < SAME_AGAIN && room.for_one(candidate));
        let marginal = |c: &Candidate<'_, '_>| LAMBDA * c.story.score / best - (1.0 - LAMBDA) * c.likeness;
        let next = pool.iter().enumerate().max_by(|(_, a), (_, b)| {
            marginal(a).total_cmp(&marginal(b)).then_with(|| b.story.story.id.cmp(&a.story.story.id))
        });
        let Some((position, _)) = next else { break };
        let next = pool.swap_remove(position);
        room.take(&next);
        for candidate in &mut pool {
            candidate.likeness = candidate.likeness.max(similarity(&candidate.words, &next.words));
        }
        chosen.push(next.story);
    }
    chosen
}

/// Whether a story's title tells again what one of `shown` tells.
#[must_use]
pub fn tells_again(story: &Ranked, shown: &[&Ranked], items: &Items<'_>) -> bool {
    let words = |story: &Ranked| items.lead(&story.story).map(|lead| content_words(&lead.title)).unwrap_or_default();
    let own = words(story);
    shown.iter().any(|other| similarity(&own, &words(other)) >= SAME_AGAIN)
}

struct Candidate<'w, 'r> {
    story: &'r Ranked,
    owner: &'w str,
    topics: &'w [TopicKey],
    words: BTreeSet<String>,
    /// To the nearest of what is chosen.
    likeness: f64,
}

/// What is left of the limits.
struct Room<'w, 'l> {
    limits: &'l Limits,
    owners: BTreeMap<&'w str, usize>,
    topics: BTreeMap<&'w TopicKey, usize>,
}

impl<'w> Room<'w, '_> {
    fn for_one(&self, candidate: &Candidate<'w, '_>) -> bool {
        self.owners.get(candidate.owner).is_none_or(|taken| *taken < self.limits.per_owner)
            && candidate
                .topics
                .iter()
                .all(|topic| self.topics.get(topic).is_none_or(|taken| *taken < self.limits.per_topic))
    }

    fn take(&mut self, candidate: &Candidate<'w, '_>) {
        *self.owners.entry(candidate.owner).or_default() += 1;
        for topic in candidate.topics {
            *self.topics.entry(topic).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stories;
    use crate::cluster::tests::{item, source};
    use crate::model::item::Item;
    use crate::model::source::Role;

    fn titles(items: &[Item], scores: &[f64], limits: &Limits) -> Vec<String> {
        let known = [source("one", Role::Press), source("two", Role::Press)];
        let sources = Sources::new(&known);
        let at_hand = Items::new(items);
        let apart: Vec<Vec<usize>> = (0..items.len()).map(|position| vec![position]).collect();
        let mut ranked: Vec<Ranked> = stories(items, &sources, &apart)
            .into_iter()
            .map(|story| {
                let position = items.iter().position(|item| item.id == story.lead).unwrap();
                Ranked { story, score: scores[position], why: Vec::new() }
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        let refs: Vec<&Ranked> = ranked.iter().collect();
        pick(&refs, &[], limits, &at_hand, &sources)
            .into_iter()
            .map(|story| at_hand.lead(&story.story).unwrap().title.clone())
            .collect()
    }

    const WIDE: Limits = Limits { count: 9, per_owner: 9, per_topic: 9, floor: 0.0 };

    #[test]
    fn the_same_again_is_passed_over_and_the_floor_holds() {
        let items = [
            item("one", "Ferrow 5.0 released", "one.example/1"),
            item("two", "What is new in Ferrow 5.0", "two.example/1"),
            item("two", "A queue and its ghosts", "two.example/2"),
            item("two", "Notes on nothing much", "two.example/3"),
        ];
        let chosen = titles(&items, &[3.0, 2.9, 1.0, 0.1], &Limits { floor: 0.5, ..WIDE });
        assert_eq!(chosen, ["Ferrow 5.0 released", "A queue and its ghosts"]);
    }

    #[test]
    fn nobody_takes_more_than_their_share() {
        let topic = TopicKey::parse("web").unwrap();
        let of = |source: &str, title: &str, topics: &[TopicKey]| Item {
            topics: topics.to_vec(),
            ..item(source, title, &format!("{source}.example/{}", title.len()))
        };
        let items = [
            of("one", "Alpha", &[]),
            of("one", "Beta gamma", &[]),
            of("two", "Delta epsilon zeta", std::slice::from_ref(&topic)),
            of("two", "Eta theta iota kappa", std::slice::from_ref(&topic)),
        ];
        let scores = [4.0, 3.0, 2.0, 1.0];
        assert_eq!(titles(&items, &scores, &Limits { per_owner: 1, ..WIDE }), ["Alpha", "Delta epsilon zeta"]);
        assert_eq!(titles(&items, &scores, &Limits { per_topic: 1, ..WIDE }).len(), 3);
        assert_eq!(titles(&items, &scores, &Limits { count: 0, ..WIDE }).len(), 0);
    }
}
