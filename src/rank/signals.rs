//! The signals of a score: what each adds, and how a reader is told.

use chrono::{DateTime, Utc};

use super::Profile;
use super::reach::reach;
use crate::cluster::own_page;
use crate::model::item::{Item, Items, Kind};
use crate::model::source::{Role, Sources};
use crate::model::story::{Signal, Story};

/// For a story on a topic that is followed, and for each further such topic (at most two).
const TOPIC: f64 = 0.5;
const FURTHER_TOPIC: f64 = 0.1;
/// For every doubling of the independent owners, and of all owners.
const INDEPENDENT: f64 = 0.6;
const OWNERS: f64 = 0.2;
/// For a story of today, falling to nothing in [`RECENCY_DAYS`].
const RECENCY: f64 = 0.15;
const RECENCY_DAYS: f64 = 7.0;
/// For a source whose weight is e times the ordinary.
const WEIGHT: f64 = 0.5;
/// For every e-fold of points over the root of comments.
const DISCUSSION: f64 = 0.3;
/// When those who made or found the thing, or to whom it happened, tell it; of an incident that is worth more.
const ORIGINALITY: f64 = 0.3;
const ORIGINAL_INCIDENT: f64 = 0.4;

/// All signals of a story that say something, in a fixed order.
pub(crate) fn of(
    story: &Story,
    items: &Items<'_>,
    sources: &Sources<'_>,
    profile: &Profile<'_>,
    now: DateTime<Utc>,
) -> Vec<Signal> {
    let Some(lead) = items.lead(story) else { return Vec::new() };
    let members = items.of(story);
    [
        topics(lead, profile),
        reporting(story, items, sources),
        kind(lead),
        originality(lead, sources),
        discussion(&members, sources),
        weight(lead, sources),
        recency(lead, now),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Rounded, so that what is printed adds up; `None` when it comes to nothing.
fn signal(name: &str, value: f64, words: String) -> Option<Signal> {
    let value = (value * 1000.0).round() / 1000.0;
    (value != 0.0 && value.is_finite()).then(|| Signal { name: name.to_owned(), value, words })
}

fn topics(lead: &Item, profile: &Profile<'_>) -> Option<Signal> {
    let names: Vec<&str> = lead
        .topics
        .iter()
        .filter(|topic| profile.follows(topic))
        .map(|key| profile.topics.iter().find(|topic| topic.key == *key).map_or(key.as_str(), |topic| &topic.name))
        .take(3)
        .collect();
    let (last, before) = names.split_last()?;
    let told = if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
    let words = if profile.followed.is_empty() { format!("about {told}") } else { format!("you follow {told}") };
    signal("topics", TOPIC + FURTHER_TOPIC * before.len() as f64, words)
}

fn reporting(story: &Story, items: &Items<'_>, sources: &Sources<'_>) -> Option<Signal> {
    let reach = reach(story, items, sources);
    let telling = reach.owners.saturating_sub(reach.discussing);
    let who = match (reach.independent, telling.saturating_sub(reach.independent)) {
        (0 | 1, _) if telling < 2 => "discussed beyond its source".to_owned(),
        (0 | 1, _) => format!("{telling} sources"),
        (independent, 0) => format!("{independent} independent sources"),
        (independent, more) => format!("{independent} independent sources and {more} more"),
    };
    let first = reach.first.map(|item| format!("; first by {}", sources.title(&item.source))).unwrap_or_default();
    let value =
        INDEPENDENT * f64::from(reach.independent.max(1)).log2() + OWNERS * f64::from(reach.owners.max(1)).log2();
    signal("sources", value, who + &first)
}

fn kind(lead: &Item) -> Option<Signal> {
    let (value, words) = match lead.kind {
        Kind::Advisory => (0.6, "an advisory"),
        Kind::Incident => (0.5, "about an incident"),
        Kind::Release => (0.5, "a release"),
        Kind::Deprecation => (0.5, "something ends, with a date to plan for"),
        Kind::DeepDive => (0.45, "a deep dive"),
        Kind::Practice => (0.4, "practice that a team can try"),
        Kind::Research => (0.3, "research"),
        Kind::Introduction => (0.2, "an introduction"),
        Kind::Tutorial => (0.15, "a tutorial"),
        Kind::Listicle => (-0.6, "a list of tips"),
        Kind::Job | Kind::Sponsored | Kind::Event => (-1.0, "not news"),
        Kind::Opinion | Kind::Announcement | Kind::Article => (0.0, ""),
    };
    let words = match (lead.kind, lead.takes_effect) {
        (Kind::Deprecation, None) => "something ends",
        _ => words,
    };
    signal("kind", value, words.to_owned())
}

fn originality(lead: &Item, sources: &Sources<'_>) -> Option<Signal> {
    if sources.role(&lead.source) != Role::Primary || !own_page(lead, sources) {
        return None;
    }
    // True of those who had it and of those who found it: a primary source is either.
    match lead.kind {
        Kind::Incident => signal("originality", ORIGINAL_INCIDENT, "a first-hand report of an incident".to_owned()),
        _ => signal("originality", ORIGINALITY, format!("reported first-hand by {}", sources.title(&lead.source))),
    }
}

/// Points alone reward the loud; comments grow faster than points where people quarrel, so they divide.
fn discussion(members: &[&Item], sources: &Sources<'_>) -> Option<Signal> {
    let (heat, item, points) = members
        .iter()
        .filter_map(|item| {
            let points = item.points?;
            let heat = f64::from(points) / (f64::from(item.comment_count.unwrap_or(0)) + 10.0).sqrt();
            Some((heat, *item, points))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.id.cmp(&a.1.id)))?;
    let unit = if points == 1 { "point" } else { "points" };
    signal("discussion", DISCUSSION * heat.ln_1p(), format!("{points} {unit} on {}", sources.title(&item.source)))
}

fn weight(lead: &Item, sources: &Sources<'_>) -> Option<Signal> {
    let source = sources.get(&lead.source)?;
    let words = if source.weight > 1.0 {
        format!("{} counts more than most here", source.title)
    } else {
        format!("{} counts less than most here", source.title)
    };
    signal("weight", WEIGHT * source.weight.max(0.01).ln(), words)
}

fn recency(lead: &Item, now: DateTime<Utc>) -> Option<Signal> {
    let days = ((now - lead.when()).num_minutes() as f64 / 1440.0).max(0.0);
    let words = match days {
        d if d < 1.0 => "less than a day old".to_owned(),
        d if d < 2.0 => "a day old".to_owned(),
        d => format!("{d:.0} days old", d = d.floor()),
    };
    signal("recency", RECENCY * (1.0 - days / RECENCY_DAYS).max(0.0), words)
}
