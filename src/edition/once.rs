//! An event is told once: of its stories the best stands for all.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::ItemId;
use crate::model::item::{Items, Kind};
use crate::model::story::Ranked;

/// Of `ranked` (best first) the stories that an edition chooses from: of each event the first. An introduction stays,
/// as it serves others than who reads the news.
pub(crate) fn once_each<'r>(ranked: &'r [Ranked], events: &[Vec<ItemId>], items: &Items<'_>) -> Vec<&'r Ranked> {
    let event_of: BTreeMap<&ItemId, usize> =
        events.iter().enumerate().flat_map(|(event, ids)| ids.iter().map(move |id| (id, event))).collect();
    let mut told = BTreeSet::new();
    ranked
        .iter()
        .filter(|story| {
            let introduces = items.lead(&story.story).is_some_and(|lead| lead.kind == Kind::Introduction);
            introduces || event_of.get(&story.story.lead).is_none_or(|event| told.insert(*event))
        })
        .collect()
}
