//! What the fetches of late call for in `feeds.toml`.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::catalogue::edit::{Change, What};
use crate::config;
use crate::fetch::plan::SourceState;
use crate::model::id::SourceKey;
use crate::model::source::Source;

/// Changes to make, and in words those that a person has to make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub changes: Vec<Change>,
    pub by_hand: Vec<String>,
}

/// A source that moved gets its new address. One that is gone for good is paused, not removed: what a curator wrote
/// of it, and its name for what it brought, stay until somebody decides. Two sources never get one address.
#[must_use]
pub fn wanted(sources: &[Source], states: &BTreeMap<SourceKey, SourceState>, settings: &config::Fetch) -> Wanted {
    let mut wanted = Wanted::default();
    let mut taken: BTreeMap<&str, &SourceKey> =
        sources.iter().map(|source| (source.url.as_str(), &source.key)).collect();
    let moved: Vec<(&Source, SourceState)> = sources
        .iter()
        .filter(|source| !source.paused)
        .filter_map(|source| Some((source, states.get(&source.key)?.for_address(&source.url))))
        .collect();
    let targets: Vec<(&Source, &SourceState, Option<Url>)> =
        moved.iter().map(|(source, state)| (*source, state, state.instead(settings.adopt_after))).collect();
    for (source, state, target) in &targets {
        if state.gone {
            let since = state.last_attempt.map(|at| format!(" since {}", at.date_naive())).unwrap_or_default();
            let what = What::Pause(format!("gone (410){since}"));
            wanted.changes.push(Change { key: source.key.clone(), what });
            continue;
        }
        let Some(to) = target.as_ref().filter(|to| *to != &source.url) else { continue };
        if let Some(other) = taken.get(to.as_str()) {
            let key = &source.key;
            wanted.by_hand.push(format!("{key} moved to {to}, which is the address of {other}: remove one of the two"));
        } else {
            taken.insert(to.as_str(), &source.key);
            wanted.changes.push(Change { key: source.key.clone(), what: What::Move(to.clone()) });
        }
    }
    wanted
}

/// The addresses that are asked for these sources, or would be: none of them is news to a search.
#[must_use]
pub fn addresses(
    sources: &[Source],
    states: &BTreeMap<SourceKey, SourceState>,
    settings: &config::Fetch,
) -> BTreeSet<Url> {
    let now = states.values().filter_map(|state| state.instead(settings.adopt_after));
    sources.iter().map(|source| source.url.clone()).chain(now).collect()
}
