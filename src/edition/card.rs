//! A story as it is shown.

use std::collections::BTreeSet;

use url::Url;

use super::choose::Choice;
use super::life::{Lives, follow_up};
use super::question::question;
use super::reason::Reasons;
use super::{Material, team};
use crate::cluster::title::fold;
use crate::model::edition::{Also, Discussion, StoryCard, Team, TeamPick, TopicName, TopicSection};
use crate::model::id::TopicKey;
use crate::model::item::{Item, Items, Kind};
use crate::model::source::{Role, Topic};
use crate::model::story::Ranked;
use crate::rank::reach::reach;

/// Other reports of a story, at most.
const ALSO: usize = 6;
/// Stories with a question.
const QUESTIONS: usize = 2;

/// Makes cards from what an edition is made of.
pub(crate) struct Cards<'c, 'm> {
    pub(crate) items: &'c Items<'c>,
    pub(crate) material: &'c Material<'m>,
    pub(crate) reasons: Reasons<'c>,
    pub(crate) lives: &'c Lives<'m>,
}

impl Cards<'_, '_> {
    /// The top stories: reasons told apart, a question on one or two of different kinds.
    pub(crate) fn top(&self, stories: &[&Ranked]) -> Vec<StoryCard> {
        let mut asked: BTreeSet<Kind> = BTreeSet::new();
        stories
            .iter()
            .zip(self.reasons.apart(stories))
            .map(|(story, reason)| {
                let mut card = StoryCard { reason, ..self.card(story) };
                if asked.len() < QUESTIONS && !asked.contains(&card.kind) {
                    card.question = question(card.kind, &card.headline, self.material.number);
                    asked.extend(card.question.as_ref().map(|_| card.kind));
                }
                card
            })
            .collect()
    }

    pub(crate) fn sections(&self, topics: &[(&Topic, Vec<&Ranked>)]) -> Vec<TopicSection> {
        topics
            .iter()
            .map(|(topic, stories)| TopicSection {
                topic: TopicName { key: topic.key.clone(), name: topic.name.clone() },
                stories: stories.iter().map(|story| self.card(story)).collect(),
            })
            .collect()
    }

    /// The picks that are stories.
    pub(crate) fn team(&self, choice: &Choice<'_, '_>) -> Team {
        let pick = |story: Option<&Ranked>, prompt: &dyn Fn(&StoryCard) -> String| {
            story.map(|story| {
                let story = self.card(story);
                TeamPick { prompt: prompt(&story), story }
            })
        };
        let number = self.material.number;
        Team {
            junior: pick(choice.junior, &|_| team::junior_prompt(number)),
            practice: pick(choice.practice, &|_| team::practice_prompt(number)),
            product: pick(choice.product, &|card| team::product_prompt(card.takes_effect, self.material)),
            first_timers: None,
        }
    }

    /// One story. Its lead is at hand, or it would not have been chosen; if it is not, the card is bare.
    pub(crate) fn card(&self, ranked: &Ranked) -> StoryCard {
        let sources = self.material.sources;
        let reach = reach(&ranked.story, self.items, sources);
        let lead = self.items.lead(&ranked.story);
        let source = lead.and_then(|lead| sources.get(&lead.source));
        let others: Vec<&Item> = self.items.of(&ranked.story);
        StoryCard {
            id: ranked.story.id.clone(),
            headline: lead.map(|lead| lead.title.clone()).unwrap_or_default(),
            url: lead.and_then(|lead| lead.link.clone()),
            source: lead.map(|lead| sources.title(&lead.source).to_owned()).unwrap_or_default(),
            host: lead.and_then(|lead| host(lead.link.as_deref()?)),
            role: lead.map_or(Role::Community, |lead| sources.role(&lead.source)),
            // Who pointed at it did not write it.
            author: lead.filter(|lead| sources.role(&lead.source) != Role::Aggregator).and_then(|it| it.author.clone()),
            image: None,
            excerpt: lead.filter(|_| source.is_none_or(|source| source.excerpt)).and_then(excerpt),
            kind: lead.map(|lead| lead.kind).unwrap_or_default(),
            topics: lead.map(|lead| self.topics(lead)).unwrap_or_default(),
            reading_minutes: lead.and_then(|lead| lead.reading_minutes),
            paywall: lead.is_some_and(|lead| lead.paywall),
            date: lead.and_then(|lead| lead.date),
            language: lead.and_then(|lead| lead.language.clone()),
            reason: self.reasons.alone(ranked),
            sources: reach.owners,
            independent: reach.independent,
            also: lead.map(|lead| self.also(lead, &others)).unwrap_or_default(),
            discussions: self.discussions(&others),
            question: None,
            takes_effect: lead.and_then(|lead| lead.takes_effect),
            score: ranked.score,
            why: ranked.why.clone(),
            follow_up: (self.lives.before(&ranked.story))
                .and_then(|told| follow_up(&ranked.story, self.items, told, sources)),
        }
    }

    /// In the order in which the lead has them.
    fn topics(&self, lead: &Item) -> Vec<TopicName> {
        let named = |key: &TopicKey| self.material.topics.iter().find(|topic| topic.key == *key);
        let name = |topic: &Topic| TopicName { key: topic.key.clone(), name: topic.name.clone() };
        lead.topics.iter().filter_map(named).map(name).collect()
    }

    /// The best report of each other owner that has a page of its own to show. Where it is only discussed is said beside
    /// it.
    fn also(&self, lead: &Item, items: &[&Item]) -> Vec<Also> {
        let sources = self.material.sources;
        let mut reports: Vec<&Item> = items.iter().copied().filter(|item| !sources.discusses(item)).collect();
        reports.sort_by(|a, b| {
            let weight = |item: &Item| sources.get(&item.source).map_or(1.0, |source| source.weight);
            (sources.role(&a.source).cmp(&sources.role(&b.source)))
                .then(a.paywall.cmp(&b.paywall))
                .then(weight(b).total_cmp(&weight(a)))
                .then_with(|| (a.when(), &a.id).cmp(&(b.when(), &b.id)))
        });
        let mut owners = BTreeSet::from([sources.owner(&lead.source)]);
        let mut pages: BTreeSet<&str> = lead.url_key.as_deref().into_iter().collect();
        let mut also = Vec::new();
        for item in reports {
            let Some(url) = &item.link else { continue };
            let page = item.url_key.as_deref().unwrap_or(url);
            if also.len() < ALSO && !pages.contains(page) && owners.insert(sources.owner(&item.source)) {
                pages.insert(page);
                also.push(Also {
                    source: sources.title(&item.source).to_owned(),
                    title: item.title.clone(),
                    url: url.clone(),
                    role: sources.role(&item.source),
                });
            }
        }
        also
    }

    /// Where aggregators' readers talk about it, the most points first.
    fn discussions(&self, items: &[&Item]) -> Vec<Discussion> {
        let sources = self.material.sources;
        let mut seen = BTreeSet::new();
        let mut discussions: Vec<Discussion> = items
            .iter()
            .filter(|item| sources.discusses(item))
            .filter_map(|item| {
                let url = item.discussion.clone()?;
                seen.insert(url.clone()).then(|| Discussion {
                    source: sources.title(&item.source).to_owned(),
                    url,
                    points: item.points,
                    comments: item.comment_count,
                })
            })
            .collect();
        discussions.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.url.cmp(&b.url)));
        discussions
    }
}

fn host(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// The source's own words, unless they only say the headline again.
fn excerpt(lead: &Item) -> Option<String> {
    let text = lead.excerpt.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    says_more(text, &lead.title).then(|| text.to_owned())
}

/// Whether a text says more than the headline that it stands under.
pub(super) fn says_more(text: &str, headline: &str) -> bool {
    let (headline, folded) = (fold(headline), fold(text));
    let known: BTreeSet<&str> = headline.split(' ').collect();
    let words = folded.split(' ').count();
    let new = folded.split(' ').filter(|word| !known.contains(word)).count();
    new * 4 > words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::tests::item;

    #[test]
    fn an_excerpt_that_says_the_headline_again_is_left_out() {
        let of = |text: &str| {
            excerpt(&Item { excerpt: Some(text.to_owned()), ..item("one", "Ferrow 5.0 released today", "one.example") })
        };
        assert_eq!(of("Ferrow 5.0 released today."), None);
        assert_eq!(of("Today Ferrow 5.0 released…"), None);
        assert_eq!(of("  "), None);
        assert!(of("Reads overlap by default, and two settings deserve a look before upgrading.").is_some());
    }
}
