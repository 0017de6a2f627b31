//! One event that several sources list becomes one, with the best of what each says.

use std::collections::BTreeSet;

use chrono::Duration;

use super::choose::Listed;
use crate::model::event::{Event, EventMode};
use crate::url_key::url_key;

/// Starts further apart than this are two events, whatever their links say.
const SAME_PAGE_WITHIN: Duration = Duration::hours(36);
const SAME_TITLE_WITHIN: Duration = Duration::minutes(30);
const SAME_TITLE_FROM: f64 = 0.85;

/// The listings of each event: first the one whose fields win (organiser over platform over list over aggregator).
///
/// The groups are in the order of their earliest start, then id; the order of `listed` changes nothing.
#[must_use]
pub fn merge(listed: &[Listed]) -> Vec<Vec<&Listed>> {
    let mut marked: Vec<Marked<'_>> = listed.iter().map(Marked::of).collect();
    marked.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut groups: Vec<Vec<Marked<'_>>> = Vec::new();
    // Groups before this one are over too long ago for any later listing.
    let mut open = 0;
    for one in marked {
        while groups.get(open).is_some_and(|group| group.iter().all(|other| one.start - other.start > SAME_PAGE_WITHIN))
        {
            open += 1;
        }
        let home = groups
            .iter_mut()
            .skip(open)
            .find(|group| group.iter().all(|other| one.compatible(other)) && group.iter().any(|other| one.same(other)));
        match home {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.into_iter().map(listings).collect()
}

fn listings(mut group: Vec<Marked<'_>>) -> Vec<&Listed> {
    group.sort_by(|a, b| (a.listed.lister, a.order()).cmp(&(b.listed.lister, b.order())));
    group.into_iter().map(|marked| marked.listed).collect()
}

/// The first listing's event, with what it leaves open filled in from the others in their order.
#[must_use]
pub fn filled(group: &[&Listed]) -> Option<Event> {
    let (first, others) = group.split_first()?;
    let mut event = first.event.clone();
    for Listed { event: other, .. } in others {
        event.end = event.end.or(other.end);
        event.url = event.url.or_else(|| other.url.clone());
        event.location = event.location.or_else(|| other.location.clone());
        event.city = event.city.or_else(|| other.city.clone());
        event.country = event.country.or_else(|| other.country.clone());
        event.organizer = event.organizer.or_else(|| other.organizer.clone());
        event.mode = event.mode.or(other.mode);
        event.price = event.price.or_else(|| other.price.clone());
        event.free = event.free.or(other.free);
        event.beginners = event.beginners.or(other.beginners);
        event.cfp = event.cfp.or_else(|| other.cfp.clone());
        event.language = event.language.or_else(|| other.language.clone());
        let new: Vec<_> = other.topics.iter().filter(|topic| !event.topics.contains(topic)).cloned().collect();
        event.topics.extend(new);
    }
    Some(event)
}

/// A city for comparing: without region, case and outer space.
#[must_use]
pub fn city_key(city: &str) -> String {
    city.split(',').next().unwrap_or_default().trim().to_lowercase()
}

/// A listing with what it is compared by.
struct Marked<'a> {
    listed: &'a Listed,
    start: chrono::DateTime<chrono::Utc>,
    page: Option<String>,
    words: BTreeSet<String>,
    numbers: BTreeSet<String>,
    city: Option<String>,
}

impl<'a> Marked<'a> {
    fn of(listed: &'a Listed) -> Self {
        let event = &listed.event;
        let words: BTreeSet<String> = event
            .title
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            listed,
            start: event.start.instant(),
            page: event.url.as_deref().and_then(url_key),
            numbers: words.iter().filter(|word| word.chars().any(|c| c.is_ascii_digit())).cloned().collect(),
            words,
            city: event.city.as_deref().map(city_key).filter(|city| !city.is_empty()),
        }
    }

    fn order(&self) -> impl Ord + use<'a> {
        (self.start, self.listed.lister, self.listed.event.id.clone(), self.listed.source_title.clone())
    }

    /// Whether nothing forbids that both are one event.
    fn compatible(&self, other: &Self) -> bool {
        let (a, b) = (&self.listed.event, &other.listed.event);
        let cities = match (&self.city, &other.city) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let modes = !matches!(
            (a.mode, b.mode),
            (Some(EventMode::Online), Some(EventMode::InPerson)) | (Some(EventMode::InPerson), Some(EventMode::Online))
        );
        a.source != b.source && cities && modes && (self.start - other.start).abs() <= SAME_PAGE_WITHIN
    }

    fn same(&self, other: &Self) -> bool {
        if self.page.is_some() && self.page == other.page {
            return true;
        }
        let (a, b) = (&self.listed.event, &other.listed.event);
        let same_time = a.start.local.date() == b.start.local.date()
            && a.start.all_day == b.start.all_day
            && (a.start.all_day || (self.start - other.start).abs() <= SAME_TITLE_WITHIN);
        same_time && self.same_title(other) && (!self.generic() || self.same_host(other))
    }

    /// Edition numbers are kept: #52 is not #53.
    fn same_title(&self, other: &Self) -> bool {
        let shared = self.words.intersection(&other.words).count();
        let all = self.words.len() + other.words.len();
        self.numbers == other.numbers && all > 0 && 2.0 * shared as f64 / all as f64 >= SAME_TITLE_FROM
    }

    /// "Hack Night" is held everywhere.
    fn generic(&self) -> bool {
        self.words.len() <= 2
    }

    fn same_host(&self, other: &Self) -> bool {
        let (a, b) = (&self.listed.event, &other.listed.event);
        let equal = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a.to_lowercase() == b.to_lowercase(),
            _ => false,
        };
        equal(&a.organizer, &b.organizer) || equal(&a.location, &b.location)
    }
}
