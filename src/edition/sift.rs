//! What an edition does not show, and why.

use std::collections::BTreeMap;

use super::Material;
use super::life::{Told, follow_up};
use crate::cluster::title::{fold, has_phrase};
use crate::model::edition::Removed;
use crate::model::id::ItemId;
use crate::model::item::{Item, Items};
use crate::model::source::Sources;
use crate::model::story::Story;
use crate::normalise::kept_out;

/// How a reason begins that [`kept_out`] gives.
const CURATORS: &str = "matches ";

/// The draft lists at most this many.
const LISTED: usize = 200;

/// The items that can become stories, by id and each once, and the others with their reasons.
pub(crate) fn items(material: &Material<'_>) -> (Vec<Item>, Vec<Removed>) {
    let by_id: BTreeMap<&ItemId, &Item> = material.items.iter().map(|item| (&item.id, item)).collect();
    let mut fit = Vec::with_capacity(by_id.len());
    let mut out = Vec::new();
    for item in by_id.into_values() {
        match unfit(item, material) {
            Some(reason) => out.push(removed(item, reason, material.sources)),
            None => fit.push(item.clone()),
        }
    }
    (fit, out)
}

/// A curator is obeyed as the catalogue stands now; what our own rules found when the item came stays.
fn unfit(item: &Item, material: &Material<'_>) -> Option<String> {
    let Some(source) = material.sources.get(&item.source) else {
        return Some("its source is not listed any more".to_owned());
    };
    if source.paused {
        return Some("its source is paused".to_owned());
    }
    let told = kept_out(source, &item.title, &item.tags, item.author.as_deref());
    let ours = || item.removed.clone().filter(|reason| !reason.starts_with(CURATORS));
    if let Some(reason) = told.or_else(ours) {
        return Some(reason);
    }
    if let Some(reason) = item.kind.unfit() {
        return Some(reason.to_owned());
    }
    let language = item.language.as_deref();
    if material.digest.reads(language) { None } else { language.map(|language| format!("language: {language}")) }
}

/// Why a story is not shown at all. `told` is what it was told as before.
pub(crate) fn story(story: &Story, told: Option<&Told>, items: &Items<'_>, material: &Material<'_>) -> Option<String> {
    let members = items.of(story);
    let titles: Vec<String> = members.iter().map(|item| fold(&item.title)).collect();
    let muted = material.digest.mute.iter().find(|word| titles.iter().any(|title| has_phrase(title, &fold(word))));
    if let Some(word) = muted {
        return Some(format!("muted: {word}"));
    }
    let is_shown = |item: &Item| item.url_key.as_ref().is_some_and(|key| material.shown_before.contains(key));
    let Some(told) = told else {
        return members.iter().any(|item| is_shown(item)).then(|| "was in an earlier edition".to_owned());
    };
    let news = items.lead(story).is_some_and(|lead| !is_shown(lead))
        && follow_up(story, items, told, material.sources).is_some();
    (!news).then(|| format!("was in {}: {}", told.edition, told.headline))
}

pub(crate) fn removed(item: &Item, reason: String, sources: &Sources<'_>) -> Removed {
    Removed {
        title: item.title.clone(),
        source: sources.title(&item.source).to_owned(),
        url: item.link.clone(),
        reason,
    }
}

/// Sorted by title, source, address and reason; the first [`LISTED`] of them.
pub(crate) fn listed(mut removed: Vec<Removed>) -> Vec<Removed> {
    removed.sort_by(|a, b| (&a.title, &a.source, &a.url, &a.reason).cmp(&(&b.title, &b.source, &b.url, &b.reason)));
    removed.truncate(LISTED);
    removed
}
