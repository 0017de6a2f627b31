//! Which story stands where. Each is taken once: by the top, then the team, then its topic, then from outside.

use std::collections::BTreeSet;

use super::{Material, team};
use crate::model::id::StoryId;
use crate::model::item::Items;
use crate::model::source::Topic;
use crate::model::story::Ranked;
use crate::rank::Profile;
use crate::rank::diversity::{Limits, pick, tells_again};

/// Stories at the top, at most.
const TOP: usize = 7;
/// Of these, as many are shown for an ordinary score; the rest only for a high one.
const TOP_ORDINARY: usize = 5;
/// Top stories that stay there whatever they are about.
const TOP_KEPT: usize = 3;
/// Scores below which nothing is filled up: at the top, in its last places, in a line elsewhere.
const TOP_FLOOR: f64 = 0.9;
const TOP_HIGH: f64 = 1.2;
const LINE_FLOOR: f64 = 0.5;
/// A story from outside has no topic that speaks for it.
const OUTSIDE_FLOOR: f64 = 0.4;
const PER_OWNER: usize = 2;
const PER_TOPIC: usize = 3;
/// Lines of one topic, and of all topics together: who follows many gets fewer of each.
const LINES: usize = 3;
const LINES_IN_ALL: usize = 18;

/// The stories of an edition, by place.
pub(crate) struct Choice<'r, 'm> {
    /// The first leads.
    pub(crate) top: Vec<&'r Ranked>,
    pub(crate) junior: Option<&'r Ranked>,
    pub(crate) practice: Option<&'r Ranked>,
    pub(crate) product: Option<&'r Ranked>,
    pub(crate) topics: Vec<(&'m Topic, Vec<&'r Ranked>)>,
    pub(crate) outside: Option<&'r Ranked>,
}

pub(crate) fn choose<'r, 'm>(ranked: &[&'r Ranked], items: &Items<'_>, material: &Material<'m>) -> Choice<'r, 'm> {
    let profile = Profile { followed: &material.digest.topics, topics: material.topics };
    let followed = |story: &Ranked| {
        items.lead(&story.story).is_some_and(|lead| lead.topics.iter().any(|topic| profile.follows(topic)))
    };
    let (inside, outside): (Vec<&Ranked>, Vec<&Ranked>) =
        ranked.iter().copied().partition(|story| profile.followed.is_empty() || followed(story));
    // What a team needs is not bound to what it follows.
    let all: Vec<&Ranked> = ranked.to_vec();
    let mut left = Left { taken: BTreeSet::new(), shown: Vec::new() };
    // Who follows one or two topics wants no more of others for it.
    let per_topic = if (1..PER_TOPIC).contains(&profile.followed.len()) { TOP } else { PER_TOPIC };
    // A quiet week is short, not empty: its best three are told unless something speaks against them.
    let third = inside.iter().map(|story| story.score).filter(|score| *score >= 0.0).nth(TOP_KEPT - 1);
    let floor = third.unwrap_or(0.0).min(TOP_FLOOR);
    let limits = Limits { count: TOP, per_owner: PER_OWNER, per_topic, floor };
    let best = |from: &[&'r Ranked], beside: &[&Ranked]| {
        let mut top: Vec<&Ranked> = pick(from, beside, &limits, items, material.sources)
            .into_iter()
            .enumerate()
            .filter(|(place, story)| *place < TOP_ORDINARY || story.score >= TOP_HIGH)
            .map(|(_, story)| story)
            .collect();
        best_first(&mut top);
        top
    };

    let mut top = best(&inside, &[]);
    let dated =
        |stories: &[&'r Ranked]| team::product(stories, items, material).filter(|story| team::dated(story, items));
    let mut product = dated(&left.of_new(&all, &top, items));
    if product.is_none() {
        // A date in the lower half of the top serves better where product looks for it; the next story moves up.
        product = dated(top.get(TOP_KEPT..).unwrap_or_default());
        if let Some(moved) = product {
            left.take(moved);
            top = best(&left.of(&inside), &[moved]);
        }
    }
    top.iter().chain(&product).for_each(|story| left.take(story));
    let mut one = |choose: &dyn Fn(&[&'r Ranked]) -> Option<&'r Ranked>| {
        let chosen = choose(&left.of_new(&all, &left.shown, items));
        if let Some(story) = chosen {
            left.take(story);
        }
        chosen
    };
    let product = product.or_else(|| one(&|stories| team::product(stories, items, material)));
    let practice = one(&|stories| team::practice(stories, items));
    // An introduction to what the top tells is no repetition of it.
    let junior = team::junior(&left.of(&all), items);
    if let Some(story) = junior {
        left.take(story);
    }

    let mut topics = Vec::new();
    let followed: Vec<&Topic> = material.topics.iter().filter(|topic| profile.follows(&topic.key)).collect();
    let lines = (LINES_IN_ALL / followed.len().max(1)).clamp(1, LINES);
    for topic in followed {
        let on_topic: Vec<&Ranked> = left
            .of(&inside)
            .into_iter()
            .filter(|story| items.lead(&story.story).is_some_and(|lead| lead.topics.contains(&topic.key)))
            .collect();
        let limits = Limits { count: lines, per_owner: PER_OWNER, per_topic: LINES, floor: LINE_FLOOR };
        let mut lines = pick(&on_topic, &left.shown, &limits, items, material.sources);
        best_first(&mut lines);
        for story in &lines {
            left.take(story);
        }
        if !lines.is_empty() {
            topics.push((topic, lines));
        }
    }
    let limits = Limits { count: 1, per_owner: 1, per_topic: 1, floor: OUTSIDE_FLOOR };
    let outside = pick(&left.of(&outside), &left.shown, &limits, items, material.sources).into_iter().next();
    Choice { top, junior, practice, product, topics, outside }
}

fn best_first(stories: &mut [&Ranked]) {
    stories.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.story.id.cmp(&b.story.id)));
}

/// What no place has taken yet.
struct Left<'r> {
    taken: BTreeSet<&'r StoryId>,
    shown: Vec<&'r Ranked>,
}

impl<'r> Left<'r> {
    fn of(&self, stories: &[&'r Ranked]) -> Vec<&'r Ranked> {
        stories.iter().copied().filter(|story| !self.taken.contains(&story.story.id)).collect()
    }

    /// Of these, what none of `shown` tells already.
    fn of_new(&self, stories: &[&'r Ranked], shown: &[&Ranked], items: &Items<'_>) -> Vec<&'r Ranked> {
        self.of(stories).into_iter().filter(|story| !tells_again(story, shown, items)).collect()
    }

    fn take(&mut self, story: &'r Ranked) {
        if self.taken.insert(&story.story.id) {
            self.shown.push(story);
        }
    }
}
