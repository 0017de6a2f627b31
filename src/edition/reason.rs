//! The one reason that sets a story apart from those beside it.
//!
//! What its card says anyway (its kind, its source, its topics where none were chosen) is no reason, and what most of
//! its neighbours could say too is none either. A story without one is shown without one.

use std::collections::BTreeMap;

use super::Material;
use crate::model::id::StoryId;
use crate::model::item::Items;
use crate::model::story::{Ranked, Signal};

/// What a signal loses for each story above that gave it as its reason already.
const TOLD: f64 = 0.25;
/// How far above its neighbours a story must be in a signal for that to be told.
const APART: f64 = 0.1;
/// A second source that reports adds more than this; one or two that point at the story do not.
const OF_NOTE: f64 = 0.45;

/// Tells why a story is here.
pub(crate) struct Reasons<'r> {
    /// Whether the digest chose its topics; if not, that a story has one is no reason.
    chosen: bool,
    /// The story with the most points of all that were read, and how that is said.
    most_points: Option<(&'r StoryId, String)>,
}

impl<'r> Reasons<'r> {
    /// `ranked`: every story of the window that could have been chosen.
    pub(crate) fn new(ranked: &'r [Ranked], items: &Items<'_>, material: &Material<'_>) -> Self {
        let pointed = ranked.iter().flat_map(|one| items.of(&one.story).into_iter().map(|item| (&one.story.id, item)));
        let most = pointed
            .filter_map(|(story, item)| Some((story, item, item.points?)))
            .max_by(|(_, a, more), (_, b, points)| more.cmp(points).then_with(|| b.id.cmp(&a.id)));
        let words = |item, points| format!("the most points this week, {points} on {}", material.sources.title(item));
        Self {
            chosen: !material.digest.topics.is_empty(),
            most_points: most.map(|(story, item, points)| (story, words(&item.source, points))),
        }
    }

    /// For each of `stories`, in the order they are shown, the signal in which it stands out most against the others,
    /// in words; different stories give different reasons where they can. Empty where nothing stands out.
    pub(crate) fn apart(&self, stories: &[&Ranked]) -> Vec<String> {
        let mut sum: BTreeMap<&str, f64> = BTreeMap::new();
        for signal in stories.iter().flat_map(|story| &story.why) {
            *sum.entry(&signal.name).or_default() += signal.value;
        }
        let others = stories.len().saturating_sub(1).max(1) as f64;
        let mut told: BTreeMap<&str, u32> = BTreeMap::new();
        stories
            .iter()
            .map(|story| {
                let distinction = |signal: &Signal| {
                    let sum = sum.get(signal.name.as_str()).copied().unwrap_or(0.0);
                    let times = told.get(signal.name.as_str()).copied().unwrap_or(0);
                    // A superlative stands out by itself.
                    let usual = if signal.name == "discussion" { 0.0 } else { (sum - signal.value) / others };
                    signal.value - usual - TOLD * f64::from(times)
                };
                let best = (story.why.iter())
                    .filter_map(|signal| Some((signal, distinction(signal), self.words(story, signal)?)))
                    .filter(|(_, distinction, _)| *distinction > APART)
                    .max_by(|(a, more, _), (b, than, _)| more.total_cmp(than).then_with(|| b.name.cmp(&a.name)));
                best.map_or_else(String::new, |(signal, _, words)| {
                    *told.entry(&signal.name).or_default() += 1;
                    words.to_owned()
                })
            })
            .collect()
    }

    /// The reason of a story alone: its strongest signal. Empty when it has none that tells something.
    pub(crate) fn alone(&self, story: &Ranked) -> String {
        (story.why.iter())
            .filter_map(|signal| Some((signal, self.words(story, signal)?)))
            .max_by(|(a, _), (b, _)| a.value.total_cmp(&b.value).then_with(|| b.name.cmp(&a.name)))
            .map_or_else(String::new, |(_, words)| words.to_owned())
    }

    /// What a signal tells beyond the card, if it does: that a source weighs more here, that a story is fresh, that
    /// it is a release or has some points, or that a source or two point at it, is true of many or stands there.
    fn words<'s>(&'s self, story: &Ranked, signal: &'s Signal) -> Option<&'s str> {
        let tells = match signal.name.as_str() {
            "weight" | "recency" | "kind" => false,
            "topics" => self.chosen,
            "sources" => signal.value > OF_NOTE,
            "discussion" => {
                let most = self.most_points.as_ref().filter(|(most, _)| **most == story.story.id);
                return most.map(|(_, words)| words.as_str());
            }
            _ => signal.value > 0.0,
        };
        tells.then_some(signal.words.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::ItemId;
    use crate::model::story::Story;

    fn story(signals: &[(&str, f64)]) -> Ranked {
        let id = ItemId::of(&[&format!("{signals:?}")]);
        let why: Vec<Signal> = signals
            .iter()
            .map(|(name, value)| Signal { name: (*name).to_owned(), value: *value, words: format!("{name} words") })
            .collect();
        Ranked {
            story: Story { id: StoryId::of(&[id.as_str()]), lead: id.clone(), items: vec![id] },
            score: why.iter().map(|signal| signal.value).sum(),
            why,
        }
    }

    fn reasons(most: Option<&Ranked>) -> Reasons<'_> {
        Reasons { chosen: true, most_points: most.map(|one| (&one.story.id, "the most points".to_owned())) }
    }

    #[test]
    fn a_story_gives_the_reason_that_the_others_lack() {
        let a = story(&[("topics", 0.5), ("kind", 0.5), ("discussion", 0.9)]);
        let b = story(&[("topics", 0.5), ("kind", 0.6), ("originality", 0.3), ("discussion", 1.1)]);
        let c = story(&[("topics", 0.7), ("kind", 0.5)]);
        let told = reasons(Some(&a)).apart(&[&a, &b, &c]);
        assert_eq!(told, ["the most points", "originality words", "topics words"]);
    }

    #[test]
    fn what_all_could_say_and_what_the_card_says_is_left_out() {
        let a = story(&[("topics", 0.5), ("originality", 0.3), ("weight", 0.4), ("kind", 0.6)]);
        let b = story(&[("topics", 0.5), ("originality", 0.3), ("discussion", 0.9)]);
        assert_eq!(reasons(None).apart(&[&a, &b]), ["", ""]);
        assert_eq!(reasons(None).apart(&[&b]), ["topics words"], "alone, it stands out from nothing");
    }

    #[test]
    fn weight_and_kind_are_nothing_to_say() {
        assert_eq!(reasons(None).alone(&story(&[("weight", 0.9), ("topics", 0.5)])), "topics words");
        assert_eq!(reasons(None).alone(&story(&[("weight", 0.9), ("kind", 0.6)])), "");
    }
}
