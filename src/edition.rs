//! An edition, composed once from what became eligible since the last cut-off.
//!
//! Sift what cannot be shown, merge and rank the rest, find the trends, then choose: top stories, the team's part,
//! lines by topic, one line from outside. A story is shown once; a part without content stays empty.

mod card;
mod choose;
pub mod learned;
mod life;
mod once;
mod question;
mod reason;
mod sift;
mod team;
mod title;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::cluster::cluster;
use crate::cluster::statistics::Background;
use crate::config::Digest;
use crate::model::edition::{Counts, Edition, EventCard, Meet, Team, Window};
use crate::model::item::{Item, Items};
use crate::model::judgement::Judgements;
use crate::model::source::{Sources, Topic};
use crate::model::story::Ranked;
use crate::rank::{Profile, rank};
use crate::trends::{Mention, trends};

pub use life::Told;
pub use title::preheader;

use life::Lives;

/// Everything that an edition is made of.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    pub digest: &'a Digest,
    /// `2026-W47`.
    pub name: &'a str,
    /// 1 for the digest's first edition.
    pub number: u32,
    /// From the last cut-off to this one, which is the moment of composing.
    pub window: Window,
    pub send_at: DateTime<Utc>,
    /// All items that became eligible in the window, those that rules keep out too; in any order.
    pub items: &'a [Item],
    pub sources: &'a Sources<'a>,
    /// The catalogue's topics, in its order.
    pub topics: &'a [Topic],
    /// How common words are, for merging.
    pub background: &'a Background,
    /// What curators said of pairs of reports.
    pub judgements: &'a Judgements,
    /// What was published before the window: see [`trends`].
    pub earlier: &'a [Mention<'a>],
    /// URL keys of all items of the stories that earlier editions of this digest showed.
    pub shown_before: &'a BTreeSet<String>,
    /// The stories that earlier editions of this digest showed lately, the last edition's first.
    pub told: &'a [Told],
    /// Sources that answered at least once since the last cut-off.
    pub answered_sources: u32,
    /// The part about events, already chosen.
    pub meet: Meet,
    pub first_timers: Option<EventCard>,
}

/// An edition, and every story it was chosen from.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    pub edition: Edition,
    /// Best first: for the store, and to explain what was left out.
    pub ranked: Vec<Ranked>,
}

/// Composes an edition. The same material gives the same edition, in whatever order its items come.
#[must_use]
pub fn compose(material: &Material<'_>) -> Composed {
    let (fit, mut removed) = sift::items(material);
    let told = material.told.iter().flat_map(|told| &told.items);
    let all: Vec<Item> = fit.iter().chain(told).cloned().collect();
    let merged = cluster(&all, material.sources, material.background, material.judgements);
    let lives = Lives::of(&merged, &fit, material.told, material.sources);
    let mut stories = lives.stories.clone();
    let items = Items::new(&fit);
    let read = Counts {
        sources: material.answered_sources,
        items: u32::try_from(material.items.len()).unwrap_or(u32::MAX),
        stories: u32::try_from(stories.len()).unwrap_or(u32::MAX),
    };
    stories.retain(|story| match sift::story(story, lives.told(story), &items, material) {
        Some(reason) => {
            removed.extend(items.lead(story).map(|lead| sift::removed(lead, reason, material.sources)));
            false
        }
        None => true,
    });
    let profile = Profile { followed: &material.digest.topics, topics: material.topics };
    let ranked = rank(&stories, &items, material.sources, &profile, material.window.until);
    let trends = trends(material.window, &ranked, &items, material.sources, material.earlier, material.topics);
    let choice = choose::choose(&once::once_each(&ranked, &merged.events, &items), &items, material);
    let reasons = reason::Reasons::new(&ranked, &items, material);
    let cards = card::Cards { items: &items, material, reasons, lives: &lives };
    let top = cards.top(&choice.top);
    let edition = Edition {
        digest: material.digest.key.clone(),
        name: material.name.to_owned(),
        number: material.number,
        title: material.digest.title.clone(),
        headline: title::headline(&top),
        preheader: preheader(&top, &trends),
        note: None,
        window: material.window,
        timezone: material.digest.timezone,
        send_at: material.send_at,
        read,
        trends,
        topics: cards.sections(&choice.topics),
        outside: choice.outside.map(|story| cards.card(story)),
        team: Team { first_timers: material.first_timers.clone(), ..cards.team(&choice) },
        top,
        meet: material.meet.clone(),
        corrections: Vec::new(),
        removed: sift::listed(removed),
    };
    Composed { edition, ranked }
}

#[cfg(test)]
mod tests;
