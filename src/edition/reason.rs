//! The one reason that sets a story apart from those beside it.

use std::collections::BTreeMap;

use crate::model::story::{Ranked, Signal};

/// What a signal loses for each story above that gave it as its reason already.
const TOLD: f64 = 0.25;

/// A second source that reports adds more than this; one or two that point at the story do not.
const OF_NOTE: f64 = 0.45;

/// For each of `stories` (in the order they are shown) the signal in which it stands out most against the others,
/// in words; different stories give different reasons where they can. `chosen`: whether the digest chose its topics;
/// if not, that a story has one is no reason.
pub(crate) fn reasons(stories: &[&Ranked], chosen: bool) -> Vec<String> {
    let mut mean: BTreeMap<&str, f64> = BTreeMap::new();
    for signal in stories.iter().flat_map(|story| &story.why) {
        *mean.entry(&signal.name).or_default() += signal.value / stories.len() as f64;
    }
    let mut told: BTreeMap<&str, u32> = BTreeMap::new();
    stories
        .iter()
        .map(|story| {
            let distinction = |signal: &Signal| {
                let times = told.get(signal.name.as_str()).copied().unwrap_or(0);
                signal.value - mean.get(signal.name.as_str()).copied().unwrap_or(0.0) - TOLD * f64::from(times)
            };
            let best = story
                .why
                .iter()
                .filter(|signal| tells(signal, chosen))
                .max_by(|a, b| distinction(a).total_cmp(&distinction(b)).then_with(|| b.name.cmp(&a.name)));
            let Some(best) = best else { return plain(story) };
            *told.entry(&best.name).or_default() += 1;
            best.words.clone()
        })
        .collect()
}

/// The reason of a story alone: its strongest signal.
pub(crate) fn reason(story: &Ranked, chosen: bool) -> String {
    story
        .why
        .iter()
        .filter(|signal| tells(signal, chosen))
        .max_by(|a, b| a.value.total_cmp(&b.value).then_with(|| b.name.cmp(&a.name)))
        .map_or_else(|| plain(story), |signal| signal.words.clone())
}

/// What is true of many tells a reader little: that a source weighs more here, that a story is fresh, that a
/// source or two point at it.
fn tells(signal: &Signal, chosen: bool) -> bool {
    match signal.name.as_str() {
        "weight" | "recency" => false,
        "topics" => chosen,
        "sources" => signal.value > OF_NOTE,
        _ => signal.value > 0.0,
    }
}

fn plain(story: &Ranked) -> String {
    story
        .why
        .iter()
        .filter(|signal| signal.value > 0.0)
        .max_by(|a, b| a.value.total_cmp(&b.value))
        .map_or_else(|| "new this week".to_owned(), |signal| signal.words.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{ItemId, StoryId};
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

    #[test]
    fn a_story_gives_the_reason_that_the_others_lack() {
        let a = story(&[("topics", 0.5), ("kind", 0.5), ("discussion", 0.9)]);
        let b = story(&[("topics", 0.5), ("kind", 0.6)]);
        let c = story(&[("topics", 0.6), ("kind", 0.5)]);
        assert_eq!(reasons(&[&a, &b, &c], true), ["discussion words", "kind words", "topics words"]);
    }

    #[test]
    fn weight_is_the_last_thing_to_say() {
        assert_eq!(reason(&story(&[("weight", 0.9), ("topics", 0.5)]), true), "topics words");
        assert_eq!(reason(&story(&[("weight", 0.9)]), true), "weight words");
        assert_eq!(reason(&story(&[]), true), "new this week");
    }
}
