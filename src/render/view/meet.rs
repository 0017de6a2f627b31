//! Events in words.

use chrono::Datelike as _;
use serde::Serialize;

use super::{Context, safe};
use crate::model::edition::{Change, EventCard, EventChange, Meet};
use crate::model::event::{Event, EventMode, EventStatus, EventTime};
use crate::render::dates;
use crate::render::words::{dotted, line};

/// "Meet".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct MeetView {
    pub(crate) changes: Vec<ChangeView>,
    pub(crate) groups: Vec<GroupView>,
}

/// "Near you", with its events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct GroupView {
    pub(crate) heading: &'static str,
    pub(crate) events: Vec<EventView>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct EventView {
    /// "Thu 3 Dec"; of a call for papers its last day: "by Fri 4 Dec".
    pub(crate) day: String,
    pub(crate) title: String,
    pub(crate) url: Option<String>,
    /// "18:30–21:00 CET (UTC+1) · Speicher 7, Hamburg · free".
    pub(crate) facts: String,
    /// The file that adds it to a calendar.
    pub(crate) calendar: Option<String>,
}

/// What happened to an event since it was mailed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ChangeView {
    pub(crate) title: String,
    pub(crate) url: Option<String>,
    /// "moved", "cancelled", "no longer listed".
    pub(crate) change: &'static str,
    /// What follows it: " from Mon 7 Dec, 19:00 to Tue 8 Dec, 19:00 CET (UTC+1)".
    pub(crate) words: String,
    pub(crate) calendar: Option<String>,
}

impl MeetView {
    pub(crate) fn new(meet: &Meet, context: &Context<'_>) -> Self {
        let group = |heading, cards: &[EventCard], view: fn(&EventCard, &Context<'_>) -> EventView| GroupView {
            heading,
            events: cards.iter().map(|card| view(card, context)).collect(),
        };
        let groups = [
            group("Near you", &meet.near, EventView::new),
            group("Online", &meet.online, EventView::new),
            group("Conferences", &meet.conferences, EventView::new),
            group("Calls for papers closing soon", &meet.calls, EventView::call),
        ];
        Self {
            changes: meet.changes.iter().map(|change| ChangeView::new(change, context)).collect(),
            groups: groups.into_iter().filter(|group| !group.events.is_empty()).collect(),
        }
    }
}

impl EventView {
    pub(crate) fn new(card: &EventCard, context: &Context<'_>) -> Self {
        let event = &card.event;
        let online = matches!(event.mode, Some(EventMode::Online | EventMode::Hybrid));
        let hours = dates::hours(&event.start, event.end.as_ref(), online);
        Self {
            day: dates::column(dates::days(&event.start, event.end.as_ref()), context.today.year()),
            title: line(&event.title, 160),
            url: safe(event.url.as_deref()),
            facts: dotted([status(event), hours, place(event), terms(event), by(card)]),
            calendar: calendar(event, context),
        }
    }

    /// The same as a call for papers: by its deadline, under the name of the conference.
    pub(crate) fn call(card: &EventCard, context: &Context<'_>) -> Self {
        let event = &card.event;
        let whole = Self::new(card, context);
        let Some(call) = &event.cfp else { return whole };
        let (first, last) = dates::days(&event.start, event.end.as_ref());
        let closes = dates::short_day(call.closes, context.today.year());
        Self {
            day: format!("by {closes}"),
            url: safe(call.url.as_deref()).or(whole.url),
            facts: dotted([
                "call for papers".to_owned(),
                format!("the conference: {}", dates::span(first, last)),
                place(event),
                by(card),
            ]),
            // Its file would put the conference into a calendar, not the deadline.
            calendar: None,
            ..whole
        }
    }
}

impl ChangeView {
    fn new(change: &EventChange, context: &Context<'_>) -> Self {
        let year = context.today.year();
        let was = dates::moment(&change.was, year);
        let (label, words) = match (change.change, &change.now) {
            (Change::Moved, Some(now)) => ("moved", format!(" from {was} to {}", precise(now, year))),
            (Change::Moved, None) => ("moved", format!(" from {was}; ask the organiser for the new time")),
            (Change::Cancelled, _) => ("cancelled", format!(": it was planned for {was}")),
            (Change::NoLongerListed, _) => {
                ("no longer listed", format!(": it was planned for {was}; ask the organiser before you go"))
            }
        };
        let still_on = change.change == Change::Moved && change.now.is_some();
        Self {
            title: line(&change.title, 160),
            url: safe(change.url.as_deref()),
            change: label,
            words,
            calendar: context.root.filter(|_| still_on).map(|root| root.at(&format!("/events/{}.ics", change.id))),
        }
    }
}

/// "Tue 8 Dec, 19:00 CET (UTC+1)".
fn precise(time: &EventTime, year: i32) -> String {
    let (day, _) = dates::days(time, None);
    let hours = dates::hours(time, None, false);
    let day = dates::short_day(day, year);
    if hours.is_empty() { day } else { format!("{day}, {hours}") }
}

fn status(event: &Event) -> String {
    match event.status {
        EventStatus::Tentative => "not confirmed yet".to_owned(),
        EventStatus::Confirmed => String::new(),
        EventStatus::Cancelled => "cancelled".to_owned(),
    }
}

/// Where: the venue, the city unless the venue names it, and "online" where one can take part so.
fn place(event: &Event) -> String {
    let venue = event.location.as_deref().map(|text| line(text, 90)).unwrap_or_default();
    let city = event.city.as_deref().map(|text| line(text, 60)).unwrap_or_default();
    let city = if venue.to_lowercase().contains(&city.to_lowercase()) { String::new() } else { city };
    let spot = [venue, city].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    match event.mode {
        // The "venue" of an online event is an address to join at, or the word itself.
        Some(EventMode::Online) => "online".to_owned(),
        Some(EventMode::Hybrid) => dotted([spot, "also online".to_owned()]),
        Some(EventMode::InPerson) | None => spot,
    }
}

/// Price and welcome; what is not known is not said.
fn terms(event: &Event) -> String {
    let price = match (&event.price, event.free) {
        (_, Some(true)) => "free".to_owned(),
        (Some(price), _) => line(price, 40),
        (None, _) => String::new(),
    };
    let welcome = if event.beginners == Some(true) { "beginners welcome" } else { "" };
    dotted([price, welcome.to_owned()])
}

/// The organiser, else the source that lists it.
fn by(card: &EventCard) -> String {
    let organizer = card.event.organizer.as_deref().map(|text| line(text, 60)).filter(|text| !text.is_empty());
    organizer.unwrap_or_else(|| line(&card.source, 60))
}

fn calendar(event: &Event, context: &Context<'_>) -> Option<String> {
    context.root.map(|root| root.at(&format!("/events/{}.ics", event.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::sample_edition;

    fn facts(change: impl FnOnce(&mut Event)) -> String {
        let mut card = sample_edition().meet.near.swap_remove(0);
        change(&mut card.event);
        EventView::new(&card, &CONTEXT).facts
    }

    const CONTEXT: Context<'static> = Context {
        root: None,
        path: "/editions/2026-W47",
        zone: chrono_tz::Tz::Europe__Berlin,
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
    };

    #[test]
    fn what_is_unknown_is_not_said() {
        let bare = facts(|it| {
            (it.free, it.price, it.mode, it.city, it.location) = (None, None, None, None, None);
        });
        assert_eq!(bare, "18:30–21:00 CET (UTC+1) · Rust Harbour");
        assert!(!facts(|it| it.free = Some(false)).contains("free"));
    }

    #[test]
    fn an_online_event_names_utc_and_no_room() {
        let online = facts(|it| it.mode = Some(EventMode::Online));
        assert_eq!(online, "18:30–21:00 CET (UTC+1), 17:30 UTC · online · free · Rust Harbour");
    }

    #[test]
    fn a_date_without_a_time_shows_none() {
        let whole = facts(|it| {
            it.start.all_day = true;
            it.end = None;
        });
        assert_eq!(whole, "Speicher 7, Hamburg · free · Rust Harbour");
    }

    #[test]
    fn a_call_stands_under_its_conference_by_its_deadline() {
        let root = crate::render::address::Root::path(None);
        let call = EventView::call(&sample_edition().meet.calls[0], &Context { root: Some(&root), ..CONTEXT });
        assert_eq!(call.calendar, None, "the file holds the conference, not the deadline");
        assert_eq!((call.day.as_str(), call.title.as_str()), ("by Fri 4 Dec", "Systems in Practice"));
        assert_eq!(call.url.as_deref(), Some("https://practice.example/cfp"));
    }
}
