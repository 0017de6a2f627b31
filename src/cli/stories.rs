//! The story that somebody names by its id, or by the beginning of it: as an edition ranked it last, or as it stands in
//! the draft of the next one.

use anyhow::bail;

use crate::app::App;
use crate::model::item::Item;
use crate::model::story::Ranked;
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
}

impl Named {
    /// The edition that it stands in, when that is composed.
    pub(super) fn composed(&self) -> Option<String> {
        (!self.is_draft).then(|| self.edition.clone())
    }
}

/// Finds the story whose id begins with `name`.
pub(super) async fn named(app: &App, name: &str) -> anyhow::Result<Named> {
    let id = name.to_lowercase();
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("`{name}` is not a story's id: `bellwether digest --why` shows them");
    }
    let mut placed = app.store.story(&id).await?;
    if placed.is_empty() {
        placed = in_drafts(app, &id).await?;
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
    let Placed { place, shown, title, ranked, .. } = placed;
    Ok(Named { ranked, title, edition, is_draft, place, shown, items })
}

/// Where it stands in what would be composed now; such an edition has no name yet.
async fn in_drafts(app: &App, id: &str) -> anyhow::Result<Vec<Placed>> {
    let now = app.clock.now();
    let mut placed = Vec::new();
    for digest in &app.config.digests {
        let last = app.store.latest_edition(&digest.key).await?;
        let draft = compose::draft(app, digest, last.as_ref(), now, now).await?;
        let titles = draft.titles();
        for (place, ranked) in (1..).zip(&draft.composed.ranked) {
            if ranked.story.id.as_str().starts_with(id) {
                placed.push(Placed {
                    edition: String::new(),
                    digest: digest.key.to_string(),
                    place,
                    shown: draft.composed.edition.stories().any(|card| card.id == ranked.story.id),
                    title: titles.get(&ranked.story.lead).cloned().unwrap_or_default(),
                    ranked: ranked.clone(),
                });
            }
        }
    }
    Ok(placed)
}
