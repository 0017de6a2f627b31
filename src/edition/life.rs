//! The life of a story across editions: what was told does not return, unless there is news to it, and then marked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::cluster::title::{content_words, fold, has_phrase, similarity};
use crate::cluster::{Clustered, own_page, stories};
use crate::model::edition::FollowUp;
use crate::model::id::{ItemId, StoryId};
use crate::model::item::{Item, Items, Kind};
use crate::model::source::{Role, Sources};
use crate::model::story::Story;

/// What is further apart is not told again: a column has its name every week.
const NEAR: TimeDelta = TimeDelta::days(6);

/// How much of the shorter headline the other has, where one goes on from the other.
const ALIKE: f64 = 0.4;

/// What the report of an incident is called.
const REPORTS: [&str; 6] =
    ["incident report", "postmortem", "post mortem", "root cause", "final report", "retrospective"];

/// A story that an earlier edition showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Its name with its digest's, where that is not the usual one.
    pub edition: String,
    pub story: StoryId,
    pub headline: String,
    pub items: Vec<Item>,
}

/// The stories of what is new, and what each of them was told as before.
pub(crate) struct Lives<'m> {
    pub(crate) stories: Vec<Story>,
    told: BTreeMap<StoryId, &'m Told>,
    /// What a report of it links back to, however long ago that was told.
    cited: BTreeMap<StoryId, &'m Told>,
}

impl<'m> Lives<'m> {
    /// Takes what is new out of what was merged with what was `told` (newest first): `new` are the items that are.
    pub(crate) fn of(merged: &Clustered, new: &[Item], told: &'m [Told], sources: &Sources<'_>) -> Self {
        let position: BTreeMap<&ItemId, usize> = new.iter().enumerate().map(|(at, item)| (&item.id, at)).collect();
        let told_as: BTreeMap<&ItemId, (&Told, &Item)> =
            told.iter().rev().flat_map(|told| told.items.iter().map(move |item| (&item.id, (told, item)))).collect();
        let groups: Vec<Vec<usize>> = merged
            .stories
            .iter()
            .map(|story| story.items.iter().filter_map(|id| position.get(id).copied()).collect())
            .collect();
        let mut told_before: BTreeMap<&ItemId, &Told> = BTreeMap::new();
        let mut look = |ids: &[ItemId], is_event: bool| {
            let before: Vec<(&Told, &Item)> = ids.iter().filter_map(|id| told_as.get(id).copied()).collect();
            for item in ids.iter().filter_map(|id| new.get(*position.get(id)?)) {
                // An introduction to what was told is another thing, and wanted by others.
                let other = is_event && item.kind == Kind::Introduction;
                let near = |(_, told): &&(&Told, &Item)| (item.when() - told.when()).abs() <= NEAR;
                if let Some((told, _)) = before.iter().find(near).filter(|_| !other) {
                    told_before.entry(&item.id).or_insert(told);
                }
            }
        };
        merged.stories.iter().for_each(|story| look(&story.items, false));
        merged.events.iter().for_each(|event| look(event, true));
        let stories = stories(new, sources, &groups);
        let cited = cited(&stories, &Items::new(new), told);
        let told = stories
            .iter()
            .filter_map(|story| Some((story.id.clone(), *story.items.iter().find_map(|id| told_before.get(id))?)))
            .collect();
        Self { stories, told, cited }
    }

    /// What a story goes on from: what it was told as before, or what it links back to.
    pub(crate) fn before(&self, story: &Story) -> Option<&'m Told> {
        self.told(story).or_else(|| self.cited.get(&story.id).copied())
    }

    /// What a story was told as before.
    pub(crate) fn told(&self, story: &Story) -> Option<&'m Told> {
        self.told.get(&story.id).copied()
    }
}

/// What each story goes on from: a page that was `told` (newest first) and that one of its reports links to, where the
/// headlines are alike.
fn cited<'m>(stories: &[Story], items: &Items<'_>, told: &'m [Told]) -> BTreeMap<StoryId, &'m Told> {
    let pages = told.iter().rev().flat_map(|told| told.items.iter().map(move |item| (item.url_key.as_deref(), told)));
    let pages: BTreeMap<&str, &Told> = pages.filter_map(|(key, told)| Some((key?, told))).collect();
    let of = |story: &Story| {
        let headline = content_words(&items.lead(story)?.title);
        let alike = |told: &&Told| similarity(&headline, &content_words(&told.headline)) >= ALIKE;
        let reports = items.of(story);
        let mut links = reports.iter().flat_map(|item| &item.out_links);
        links.find_map(|key| pages.get(key.as_str()).copied().filter(alike))
    };
    stories.iter().filter_map(|story| Some((story.id.clone(), of(story)?))).collect()
}

/// A story that was `told`, when there is material news to it: its maker speaks now, another version is out, or it has
/// come to an advisory, a release, a report, an end. `None`: it is a repetition.
pub(crate) fn follow_up(story: &Story, items: &Items<'_>, told: &Told, sources: &Sources<'_>) -> Option<FollowUp> {
    let lead = items.lead(story)?;
    let news = new_source(lead, told, sources)
        .or_else(|| new_version(lead, told))
        .or_else(|| new_kind(lead, told, sources))
        .or_else(|| resolution(lead, told))?;
    Some(FollowUp { edition: told.edition.clone(), story: told.story.clone(), headline: told.headline.clone(), news })
}

fn is_primary(item: &Item, sources: &Sources<'_>) -> bool {
    sources.role(&item.source) == Role::Primary && own_page(item, sources)
}

fn new_source(lead: &Item, told: &Told, sources: &Sources<'_>) -> Option<String> {
    let knew = told.items.iter().any(|item| is_primary(item, sources));
    (!knew && is_primary(lead, sources)).then(|| format!("{} speaks for itself now", sources.title(&lead.source)))
}

fn new_version(lead: &Item, told: &Told) -> Option<String> {
    let texts = told.items.iter().flat_map(|item| [item.title.as_str(), item.excerpt.as_deref().unwrap_or_default()]);
    let known: BTreeSet<String> = texts.flat_map(versions).collect();
    let mut new = versions(&lead.title).filter(|version| !known.contains(version));
    (!known.is_empty()).then(|| new.next()).flatten().map(|version| format!("it is about {version} now"))
}

fn new_kind(lead: &Item, told: &Told, sources: &Sources<'_>) -> Option<String> {
    let words = match lead.kind {
        Kind::Release => "there is a release now",
        Kind::Advisory => "there is an advisory now",
        Kind::Incident => "there is a report of the incident now",
        Kind::Deprecation => "there is an end to it now",
        _ => return None,
    };
    let knew = told.items.iter().any(|item| item.kind == lead.kind);
    (!knew && is_primary(lead, sources)).then(|| words.to_owned())
}

/// What was an outage has its report.
fn resolution(lead: &Item, told: &Told) -> Option<String> {
    let reports = |item: &Item| {
        let title = fold(&item.title);
        item.kind == Kind::Incident && REPORTS.iter().any(|phrase| has_phrase(&title, phrase))
    };
    let is_new = reports(lead) && !told.items.iter().any(reports);
    is_new.then(|| "there is a report of what happened now".to_owned())
}

/// Numbers with a point in them, as versions are written.
fn versions(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded.split(' ').map(|word| word.trim_start_matches('v').to_owned()).collect();
    words.into_iter().filter(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()))
}
