//! The story that somebody names by its id, or by the beginning of it: as an edition ranked it last, or as it stands in
//! the draft of the next one.

use std::collections::BTreeMap;

use anyhow::bail;

use crate::app::App;
use crate::model::edition::FollowUp;
use crate::model::id::{DigestKey, StoryId};
use crate::model::item::Item;
use crate::model::story::{Ranked, Story};
use crate::pipeline::compose;
use crate::store::editions::Placed;

/// A story with its items.
pub(super) struct Named {
    pub(super) ranked: Ranked,
    pub(super) title: String,
    /// `weekly/2026-W47`, or `the draft of weekly`.
    pub(super) edition: String,
    is_draft: bool,
    /// 1 for the best.
    pub(super) place: i64,
    pub(super) shown: bool,
    pub(super) items: Vec<Item>,
    /// What it goes on from, where it is shown as such.
    pub(super) follow_up: Option<FollowUp>,
}

impl Named {
    /// The edition that it stands in, when that is composed.
    pub(super) fn composed(&self) -> Option<String> {
        (!self.is_draft).then(|| self.edition.clone())
    }
}

/// Finds the story whose id begins with `name`, or one of whose reports' ids does.
pub(super) async fn named(app: &App, name: &str) -> anyhow::Result<Named> {
    let id = name.to_lowercase();
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("`{name}` is not a story's id: `bellwether digest --why` shows them");
    }
    let mut placed = app.store.story(&id).await?;
    let mut follow_ups = BTreeMap::new();
    if placed.is_empty() {
        (placed, follow_ups) = in_drafts(app, |story| story.id.as_str().starts_with(&id)).await?;
    }
    if placed.is_empty() {
        placed = app.store.story_of_report(&id).await?;
    }
    if placed.is_empty() {
        let has = |story: &Story| story.items.iter().any(|item| item.as_str().starts_with(&id));
        (placed, follow_ups) = in_drafts(app, has).await?;
    }
    let mut ids: Vec<&str> = placed.iter().map(|placed| placed.ranked.story.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > 1 {
        bail!("several stories' ids begin with {id}: {}", ids.join(", "));
    }
    let Some(placed) = placed.into_iter().next() else {
        bail!("no edition and no draft has a story {id}: `bellwether digest --why` shows the ids");
    };
    let items = app.store.items(&placed.ranked.story.items).await?;
    let is_draft = placed.edition.is_empty();
    let edition = if is_draft {
        format!("the draft of {}", placed.digest)
    } else {
        format!("{}/{}", placed.digest, placed.edition)
    };
    let follow_up = match follow_ups.remove(&placed.ranked.story.id) {
        Some(told) => told,
        None => in_edition(app, &placed).await?,
    };
    let Placed { place, shown, title, ranked, .. } = placed;
    Ok(Named { ranked, title, edition, is_draft, place, shown, items, follow_up })
}

/// What a story goes on from, as its edition says.
async fn in_edition(app: &App, placed: &Placed) -> anyhow::Result<Option<FollowUp>> {
    let stored = app.store.edition(&DigestKey::parse(&placed.digest)?, &placed.edition).await?;
    let card = stored.iter().flat_map(|stored| stored.edition.stories()).find(|card| card.id == placed.ranked.story.id);
    Ok(card.and_then(|card| card.follow_up.clone()))
}

/// The stories asked for in what would be composed now, and what each goes on from; such an edition has no name yet.
async fn in_drafts(
    app: &App,
    asked: impl Fn(&Story) -> bool,
) -> anyhow::Result<(Vec<Placed>, BTreeMap<StoryId, Option<FollowUp>>)> {
    let now = app.clock.now();
    let (mut placed, mut follow_ups) = (Vec::new(), BTreeMap::new());
    for digest in &app.config.digests {
        let last = app.store.latest_edition(&digest.key).await?;
        let draft = compose::draft(app, digest, last.as_ref(), now, now).await?;
        let titles = draft.titles();
        for (place, ranked) in (1..).zip(&draft.composed.ranked).filter(|(_, ranked)| asked(&ranked.story)) {
            let card = draft.composed.edition.stories().find(|card| card.id == ranked.story.id);
            follow_ups.insert(ranked.story.id.clone(), card.and_then(|card| card.follow_up.clone()));
            placed.push(Placed {
                edition: String::new(),
                digest: digest.key.to_string(),
                place,
                shown: card.is_some(),
                title: titles.get(&ranked.story.lead).cloned().unwrap_or_default(),
                ranked: ranked.clone(),
            });
        }
    }
    Ok((placed, follow_ups))
}
