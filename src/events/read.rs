//! What an event source sent, as the events of a window.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use regex::Regex;
use url::Url;

use super::expand::{Instance, Trouble, expand};
use super::words;
use super::zone::{Zones, year_of};
use crate::model::event::{Event, EventKind, EventStatus, EventTime};
use crate::model::id::EventId;
use crate::model::source::{EventSettings, Format, Source};
use crate::parse::ical::{self, Calendar};
use crate::parse::lists::{self, Conference};
use crate::text::plain;

/// A calendar may be this long.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;

/// A source yields this many events at most.
pub const MAX_EVENTS: usize = 5_000;

/// So many problems are told one by one.
const MAX_PROBLEMS: usize = 20;

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedEvents {
    /// By start, then id; cancelled ones are among them.
    pub events: Vec<Event>,
    /// What could not be read, or was put right, in a person's words: the source's health shows it.
    pub problems: Vec<String>,
}

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventsError {
    #[error("the answer is empty")]
    Empty,
    #[error("the answer has {bytes} bytes; a calendar may have {MAX_BYTES}")]
    TooLarge { bytes: usize },
    #[error("this is not an iCalendar file: it has no BEGIN:VCALENDAR; check that the address is the calendar's own")]
    NotACalendar,
    #[error("this is not the JSON of a conference list: {0}")]
    NotAList(String),
    #[error("the source is a feed; events are read from calendars and conference lists")]
    NotAnEventSource,
}

/// Reads what `source` sent, by its format.
///
/// `from` (inclusive) to `until` (exclusive) is the window in which instances are made; what runs at `from` is in it
/// by its end. A conference of a list is kept too when its call for papers closes in the window.
pub fn read(
    bytes: &[u8],
    source: &Source,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<ParsedEvents, EventsError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(EventsError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(EventsError::TooLarge { bytes: bytes.len() });
    }
    let default = EventSettings::default();
    let settings = source.events.as_ref().unwrap_or(&default);
    // Beyond the years of four digits there is nothing to read, and sums of dates could overflow.
    let bound = |instant: DateTime<Utc>| instant.clamp(year(1), year(9999));
    let reader = Reader { source, settings, from: bound(from), until: bound(until) };
    let (events, problems) = match source.format {
        Format::Ics => reader.calendars(ical::parse(bytes).ok_or(EventsError::NotACalendar)?),
        Format::ConfsTech => reader.conferences(lists::confs_tech(bytes).map_err(EventsError::NotAList)?),
        Format::DevelopersEvents => reader.conferences(lists::developers_events(bytes).map_err(EventsError::NotAList)?),
        Format::Feed => return Err(EventsError::NotAnEventSource),
    };
    Ok(in_order(events, problems))
}

fn year(year: i32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc()
}

/// One event an id (the latest revision), by start and id; within the caps.
fn in_order(events: Vec<Event>, mut problems: Vec<String>) -> ParsedEvents {
    let mut by_id: BTreeMap<EventId, Event> = BTreeMap::new();
    for event in events {
        match by_id.get(&event.id) {
            Some(known) if known.sequence >= event.sequence => {}
            _ => {
                by_id.insert(event.id.clone(), event);
            }
        }
    }
    let mut events: Vec<Event> = by_id.into_values().collect();
    events.sort_by(|a, b| (a.start.instant(), &a.id).cmp(&(b.start.instant(), &b.id)));
    if events.len() > MAX_EVENTS {
        problems.insert(0, format!("{} events: only the first {MAX_EVENTS} are kept", events.len()));
        events.truncate(MAX_EVENTS);
    }
    if problems.len() > MAX_PROBLEMS {
        let more = problems.len() - MAX_PROBLEMS;
        problems.truncate(MAX_PROBLEMS);
        problems.push(format!("and {more} more"));
    }
    ParsedEvents { events, problems }
}

struct Reader<'a> {
    source: &'a Source,
    settings: &'a EventSettings,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Reader<'_> {
    fn calendars(&self, calendars: Vec<Calendar>) -> (Vec<Event>, Vec<String>) {
        let mut events = Vec::new();
        let mut problems = Vec::new();
        let mut left = MAX_EVENTS;
        for mut calendar in calendars {
            if calendar.events.len() > left {
                problems.push(format!("more than {MAX_EVENTS} entries: the rest of the calendar is left out"));
                calendar.events.truncate(left);
            }
            left -= calendar.events.len();
            let zones = Zones::new(&calendar, self.settings.timezone, year_of(self.from));
            let (instances, troubles) = expand(&calendar, &zones, self.from, self.until);
            events.extend(instances.into_iter().map(|instance| self.event(instance, calendar.cancels)));
            problems.extend(troubles.into_iter().map(|Trouble { title, what }| match plain(&title) {
                title if title.is_empty() => what,
                title => format!("{title}: {what}"),
            }));
        }
        (events, problems)
    }

    fn event(&self, instance: Instance<'_>, cancels: bool) -> Event {
        let Instance { event: raw, start, end, original } = instance;
        let whole = plain(raw.summary.as_deref().unwrap_or_default());
        let (title, off) = words::called_off(&whole);
        let title = if title.is_empty() { self.source.title.clone() } else { title.into_owned() };
        let status = match raw.status {
            _ if off || cancels => EventStatus::Cancelled,
            Some(status) => status,
            None => EventStatus::Confirmed,
        };
        let location = raw.location.as_deref().map(plain).filter(|location| !location.is_empty());
        let description = raw.description.as_deref().map(plain).unwrap_or_default();
        let url = raw.url.as_deref().and_then(link).or_else(|| first_link(&description));
        let said = format!("{title}. {description}");
        let (price, free) = words::price(&said);
        let start = self.shown(start.event_time());
        let end = end.map(|end| self.shown(end.event_time())).filter(|end| end.instant() > start.instant());
        let city = self.settings.city.clone();
        let identity = raw.uid.clone().or_else(|| url.clone()).unwrap_or_else(|| {
            // Title and city stand in for a UID.
            format!("{title}\n{}", city.as_deref().unwrap_or_default())
        });
        // A meeting on its own that moves is still the same one: its UID says so. Of a series, each instance is
        // known by the start that the series planned.
        let series = raw.recurrence_id.is_some() || !raw.rules.is_empty() || !raw.dates.is_empty();
        let planned = if raw.uid.is_some() && !series { "" } else { original.as_str() };
        Event {
            id: EventId::of(&[self.source.key.as_str(), &identity, planned]),
            source: self.source.key.clone(),
            uid: raw.uid.clone(),
            kind: kind(&title, &start, end.as_ref()),
            mode: words::mode(&title, location.as_deref(), raw.conference.is_some()),
            title,
            start,
            end,
            status,
            sequence: raw.sequence.unwrap_or(0),
            url,
            location,
            city,
            country: self.settings.country.clone(),
            organizer: raw.organizer.as_deref().map(plain).filter(|name| !name.is_empty() && !name.contains('@')),
            price,
            free,
            beginners: words::beginners(&said),
            cfp: None,
            topics: self.source.topics.clone(),
            language: self.source.language.clone(),
        }
    }

    /// A time in UTC means no place: it is shown on the source's clock. The instant stays.
    fn shown(&self, time: EventTime) -> EventTime {
        match self.settings.timezone {
            Some(tz) if time.tz == Tz::UTC && !time.all_day => {
                EventTime { local: tz.from_utc_datetime(&time.local).naive_local(), tz, all_day: false }
            }
            _ => time,
        }
    }

    fn conferences(&self, list: (Vec<Conference>, Vec<String>)) -> (Vec<Event>, Vec<String>) {
        let (conferences, problems) = list;
        let tz = self.settings.timezone.unwrap_or(Tz::UTC);
        let events = conferences.into_iter().filter_map(|conference| {
            let day =
                |date: chrono::NaiveDate| EventTime { local: date.and_time(chrono::NaiveTime::MIN), tz, all_day: true };
            let (start, end) = (day(conference.first_day), day(conference.last_day.succ_opt()?));
            let closes = conference.cfp.as_ref().map(|cfp| day(cfp.closes).instant());
            let held = start.instant() < self.until && end.instant() > self.from;
            let called = closes.is_some_and(|closes| closes >= self.from && closes < self.until);
            let year = conference.first_day.format("%Y").to_string();
            let title = plain(&conference.name);
            let location = conference.location.as_deref().map(plain).filter(|text| !text.is_empty());
            (held || called).then(|| Event {
                id: EventId::of(&[self.source.key.as_str(), &title.to_lowercase(), &year]),
                source: self.source.key.clone(),
                uid: None,
                kind: EventKind::Conference,
                beginners: words::beginners(&title),
                title,
                start,
                end: Some(end),
                status: if conference.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed },
                sequence: 0,
                url: conference.url.as_deref().and_then(link),
                location,
                city: conference.city.as_deref().map(plain).or_else(|| self.settings.city.clone()),
                country: conference.country.or_else(|| self.settings.country.clone()),
                organizer: None,
                mode: conference.mode,
                price: None,
                free: None,
                cfp: conference.cfp.map(|mut cfp| {
                    cfp.url = cfp.url.as_deref().and_then(link);
                    cfp
                }),
                topics: self.source.topics.clone(),
                language: conference.language.or_else(|| self.source.language.clone()),
            })
        });
        (events.collect(), problems)
    }
}

/// A meetup, unless the title names a conference and it fills a day.
fn kind(title: &str, start: &EventTime, end: Option<&EventTime>) -> EventKind {
    #[allow(clippy::expect_used, reason = "a constant pattern, compiled by every test that reads a calendar")]
    static CONFERENCE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:conference|konferenz|conférence|congreso|summit)\b|conf\b")
            .expect("the pattern is constant")
    });
    let long = start.all_day || end.is_some_and(|end| end.instant() - start.instant() >= chrono::Duration::hours(7));
    if long && CONFERENCE.is_match(title) { EventKind::Conference } else { EventKind::Meetup }
}

/// The address in a text, when it is one that a reader can open.
fn link(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.to_string())
}

fn first_link(text: &str) -> Option<String> {
    text.split_whitespace().find_map(|word| {
        let start = word.find("https://").or_else(|| word.find("http://"))?;
        let word = word.get(start..)?;
        let end = word.find(['"', '<', '>', ')', ']']).unwrap_or(word.len());
        link(word.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?']))
    })
}

#[cfg(test)]
pub(crate) mod tests;
