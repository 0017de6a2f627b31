//! Which events a digest shows: near, online, conferences, closing calls; and what became of those it showed.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::merge::{city_key, filled, merge};
use crate::model::edition::{Change, EventCard, EventChange, Meet};
use crate::model::event::{Event, EventKind, EventMode, EventStatus, EventTime};
use crate::model::id::TopicKey;
use crate::model::source::Lister;

const AHEAD: Duration = Duration::days(21);
/// A conference is shown at first sight, and again when it is this near.
const CONFERENCE_AGAIN: Duration = Duration::days(28);
const CALL_CLOSES_WITHIN: Duration = Duration::days(14);
const NEAR: usize = 5;
const ONLINE: usize = 3;
const CONFERENCES: usize = 3;
const CALLS: usize = 3;
const OF_ONE_ORGANISER: usize = 2;

/// An event as the store knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub event: Event,
    pub source_title: String,
    pub lister: Lister,
    /// False when it was missing from the last two complete, healthy fetches of its source.
    pub listed: bool,
    /// The starts at which earlier editions of this digest showed it (as a card, or as moved), with that edition's
    /// cut-off; oldest first.
    pub shown: Vec<(EventTime, DateTime<Utc>)>,
    /// The change that an earlier edition told of it, so that nobody reads twice that it is off.
    pub told: Option<Change>,
}

/// For whom to choose.
#[derive(Debug, Clone, Copy)]
pub struct Taste<'a> {
    /// The edition's cut-off.
    pub until: DateTime<Utc>,
    pub timezone: Tz,
    pub city: Option<&'a str>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// The topics followed; empty: all.
    pub topics: &'a [TopicKey],
    /// The labels of the week's trends, lower case.
    pub hot: &'a [String],
}

/// What an edition shows of events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    pub meet: Meet,
    /// For the team's part; it does not stand in `meet` as well.
    pub first_timers: Option<EventCard>,
}

/// Chooses for one edition, by `events` and `taste` alone: their order changes nothing.
///
/// Cards stand by start (calls by deadline), after the best by topic, trend, place and time were picked. What an
/// earlier edition showed returns only as a change, or as a conference that is near now.
#[must_use]
pub fn choose(events: &[Listed], taste: &Taste<'_>) -> Chosen {
    let known: Vec<Known> = merge(events).iter().filter_map(|group| Known::of(group)).collect();
    let mut changes: Vec<EventChange> = known.iter().filter_map(|one| one.change(taste.until)).collect();
    changes.sort_by(|a, b| (a.was.instant(), &a.id).cmp(&(b.was.instant(), &b.id)));

    let mut alive: Vec<(f64, &Known)> =
        known.iter().filter(|one| one.alive()).map(|one| (one.score(taste), one)).collect();
    alive.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.order().cmp(&y.order())));
    let alive: Vec<&Known> = alive.into_iter().map(|(_, one)| one).collect();

    let mut pick = Pick::default();
    let first_timers = alive
        .iter()
        .find(|one| one.event.beginners == Some(true) && one.fresh(taste) && (one.near(taste) || one.online()))
        .filter(|one| pick.take(one))
        .map(|one| one.card());
    let today = taste.until.with_timezone(&taste.timezone).date_naive();
    let mut calls: Vec<&Known> = alive.iter().copied().filter(|one| one.closing(today, taste.timezone)).collect();
    calls = calls.into_iter().filter(|one| pick.take(one)).take(CALLS).collect();
    calls.sort_by_key(|one| (one.event.cfp.as_ref().map(|cfp| cfp.closes), one.order()));
    let near = pick.best(&alive, NEAR, |one| one.fresh(taste) && one.near(taste));
    let online = pick.best(&alive, ONLINE, |one| one.fresh(taste) && one.online());
    let conferences = pick.best(&alive, CONFERENCES, |one| one.conference_now(taste.until));
    let calls = calls.into_iter().map(Known::card).collect();
    Chosen { meet: Meet { changes, near, online, conferences, calls }, first_timers }
}

/// What was taken, so that nothing stands twice and nobody's evenings fill a list.
#[derive(Default)]
struct Pick {
    organisers: BTreeMap<String, usize>,
    taken: Vec<String>,
}

impl Pick {
    fn take(&mut self, one: &Known) -> bool {
        let id = one.event.id.to_string();
        let of_organiser = self.organisers.entry(one.organiser()).or_default();
        if *of_organiser >= OF_ONE_ORGANISER || self.taken.contains(&id) {
            return false;
        }
        *of_organiser += 1;
        self.taken.push(id);
        true
    }

    fn best(&mut self, ranked: &[&Known], most: usize, fits: impl Fn(&Known) -> bool) -> Vec<EventCard> {
        let mut best: Vec<&Known> =
            ranked.iter().copied().filter(|one| fits(one) && self.take(one)).take(most).collect();
        best.sort_by_key(|one| one.order());
        best.into_iter().map(Known::card).collect()
    }
}

/// One event, over all that list it.
struct Known {
    event: Event,
    source: String,
    lister: Lister,
    sources: usize,
    listed: bool,
    shown: Vec<(EventTime, DateTime<Utc>)>,
    told: Option<Change>,
}

impl Known {
    fn of(group: &[&Listed]) -> Option<Self> {
        // A listing that vanished says nothing any more while another one stands.
        let standing: Vec<&Listed> = group.iter().copied().filter(|one| one.listed).collect();
        let speaking = if standing.is_empty() { group } else { &standing };
        let first = speaking.first()?;
        let mut shown: Vec<_> = group.iter().flat_map(|one| one.shown.iter().copied()).collect();
        shown.sort_by_key(|(start, cut_off)| (*cut_off, start.instant()));
        Some(Self {
            event: filled(speaking)?,
            source: first.source_title.clone(),
            lister: first.lister,
            sources: speaking.len(),
            listed: !standing.is_empty(),
            shown,
            told: group.iter().find_map(|one| one.told),
        })
    }

    fn order(&self) -> (DateTime<Utc>, String) {
        (self.event.start.instant(), self.event.id.to_string())
    }

    fn card(&self) -> EventCard {
        EventCard { event: self.event.clone(), source: self.source.clone() }
    }

    fn alive(&self) -> bool {
        self.listed && self.event.status != EventStatus::Cancelled
    }

    /// Whole days compare by date: a time that is added later is no move.
    fn moved_from(&self, was: &EventTime) -> bool {
        let now = &self.event.start;
        if now.all_day || was.all_day { now.local.date() != was.local.date() } else { now.instant() != was.instant() }
    }

    /// What became of it since it was mailed; nothing once that day is past.
    fn change(&self, now: DateTime<Utc>) -> Option<EventChange> {
        let (was, _) = *self.shown.last()?;
        let change = if self.event.status == EventStatus::Cancelled {
            Change::Cancelled
        } else if !self.listed {
            Change::NoLongerListed
        } else if self.moved_from(&was) {
            Change::Moved
        } else {
            return None;
        };
        // A move is told by the start that was shown last, so a second move is news again.
        let told = change != Change::Moved && self.told == Some(change);
        (!told && was.instant() >= now).then(|| EventChange {
            id: self.event.id.clone(),
            title: self.event.title.clone(),
            url: self.event.url.clone(),
            change,
            was,
            now: (change == Change::Moved).then_some(self.event.start),
        })
    }

    /// A meetup that starts in the coming weeks, or runs, and was not shown.
    fn fresh(&self, taste: &Taste<'_>) -> bool {
        let start = self.event.start.instant();
        self.event.kind == EventKind::Meetup
            && self.shown.is_empty()
            && start < taste.until + AHEAD
            && (start >= taste.until || self.runs(taste.until))
    }

    fn runs(&self, now: DateTime<Utc>) -> bool {
        self.event.start.instant() < now && self.event.end.is_some_and(|end| end.instant() > now)
    }

    fn conference_now(&self, now: DateTime<Utc>) -> bool {
        let start = self.event.start.instant();
        let again = start - CONFERENCE_AGAIN;
        self.event.kind == EventKind::Conference
            && (start >= now || self.runs(now))
            && (self.shown.is_empty() || (now >= again && start >= now && self.shown.iter().all(|(_, at)| *at < again)))
    }

    /// Its call closes soon, and no edition has stood in that fortnight that showed it.
    fn closing(&self, today: NaiveDate, timezone: Tz) -> bool {
        self.event.cfp.as_ref().is_some_and(|cfp| {
            let opens = cfp.closes - CALL_CLOSES_WITHIN;
            (opens..=cfp.closes).contains(&today)
                && self.shown.iter().all(|(_, at)| at.with_timezone(&timezone).date_naive() < opens)
        })
    }

    fn online(&self) -> bool {
        matches!(self.event.mode, Some(EventMode::Online | EventMode::Hybrid))
    }

    /// In the reader's city; without one in the settings in the country; without either anywhere.
    fn near(&self, taste: &Taste<'_>) -> bool {
        let event = &self.event;
        if event.mode == Some(EventMode::Online) {
            return false;
        }
        match (taste.city, taste.country) {
            (Some(city), _) => self.in_city(city),
            (None, Some(country)) => event.country.as_deref().is_none_or(|found| found.eq_ignore_ascii_case(country)),
            (None, None) => event.mode.is_some() || event.city.is_some() || event.location.is_some(),
        }
    }

    fn in_city(&self, city: &str) -> bool {
        match self.event.city.as_deref() {
            Some(found) => city_key(found) == city_key(city),
            None => {
                self.event.location.as_deref().is_some_and(|place| mentions(&place.to_lowercase(), &city_key(city)))
            }
        }
    }

    /// At most two of one: of an organiser, else of the group whose calendar it is; lists bring many hosts together.
    fn organiser(&self) -> String {
        match (&self.event.organizer, self.lister) {
            (Some(organizer), _) => organizer.to_lowercase(),
            (None, Lister::Organiser | Lister::Platform) => self.event.source.to_string(),
            (None, _) => {
                let host = self.event.url.as_deref().and_then(|url| url::Url::parse(url).ok());
                let host = host.and_then(|url| url.host_str().map(str::to_owned));
                host.unwrap_or_else(|| self.event.id.to_string())
            }
        }
    }

    fn score(&self, taste: &Taste<'_>) -> f64 {
        let event = &self.event;
        let followed = if taste.topics.is_empty() {
            f64::from(u8::from(!event.topics.is_empty())) * 0.5
        } else {
            f64::from(u8::from(event.topics.iter().any(|topic| taste.topics.contains(topic))))
        };
        let title = event.title.to_lowercase();
        let hot = taste.hot.iter().filter(|label| mentions(&title, label)).take(2).count() as f64 * 0.75;
        let place = if taste.city.is_some_and(|city| self.in_city(city)) {
            0.6
        } else if taste.country.is_some_and(|c| event.country.as_deref().is_some_and(|f| f.eq_ignore_ascii_case(c))) {
            0.3
        } else {
            0.0
        };
        let kind = f64::from(u8::from(event.beginners == Some(true))) * 0.2
            + f64::from(u8::from(event.free == Some(true))) * 0.1;
        let sources = self.sources.saturating_sub(1).min(3) as f64 * 0.1;
        followed + hot + place + kind + sources + self.imminence(taste.until)
    }

    /// 1 where there is time to decide and it is not yet forgotten.
    fn imminence(&self, now: DateTime<Utc>) -> f64 {
        let days = (self.event.start.instant() - now).num_hours() as f64 / 24.0;
        let (soon, late, far) = match self.event.kind {
            EventKind::Meetup => (3.0, 10.0, 21.0),
            EventKind::Conference => (21.0, 90.0, 365.0),
        };
        if days < soon {
            0.6
        } else if days <= late {
            1.0
        } else {
            1.0 - 0.6 * ((days - late) / (far - late)).min(1.0)
        }
    }
}

/// Whether the label stands in the text as words; both lower case.
fn mentions(text: &str, label: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !label.is_empty()
        && text.match_indices(label).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
            edge(before) && edge(after)
        })
}

#[cfg(test)]
mod tests;
