//! The sample world's calendars as bytes: iCalendar (RFC 5545), and the JSON rows of confs.tech.
//!
//! Every stamp is the time of the last change, never the time of the request: an unchanged calendar is the
//! same bytes, so that a conditional request can be answered with 304.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::world::{Calendar, CalendarKind, Conference, Event, Wall};

mod lines;
mod zone;

use lines::Lines;

/// Writes what `calendar` lists at `now`.
#[must_use]
pub fn write(calendar: &Calendar, now: DateTime<Utc>) -> Vec<u8> {
    match calendar.kind {
        CalendarKind::Ics => icalendar(calendar, now),
        CalendarKind::ConfsTech => conference_list(calendar, now),
    }
}

/// The `Content-Type` of a kind of calendar.
#[must_use]
pub fn content_type(kind: CalendarKind) -> &'static str {
    match kind {
        CalendarKind::Ics => "text/calendar; charset=utf-8",
        CalendarKind::ConfsTech => "application/json",
    }
}

/// When the calendar last changed, at or before `now`; `None` while it lists nothing.
#[must_use]
pub fn last_change(calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let events = calendar.events.iter().filter_map(|event| State::of(event, now)).map(|state| state.changed);
    let conferences = calendar.conferences.iter().map(|row| row.listed_from).filter(|from| *from <= now);
    events.chain(conferences).max()
}

/// An event as it stands at a moment.
struct State {
    start: Wall,
    end: Wall,
    cancelled: bool,
    /// How often it was changed after it was listed.
    sequence: u8,
    changed: DateTime<Utc>,
}

impl State {
    /// `None` before the event is listed.
    fn of(event: &Event, now: DateTime<Utc>) -> Option<Self> {
        let passed = |moment: Option<DateTime<Utc>>| moment.filter(|moment| *moment <= now);
        let listed = passed(Some(event.listed_from))?;
        let (moved, cancelled) = (passed(event.moved_from), passed(event.cancelled_from));
        let now_at = |moved_to: Option<Wall>, planned: Wall| moved_to.filter(|_| moved.is_some()).unwrap_or(planned);
        Some(Self {
            start: now_at(event.moved_start, event.start),
            end: now_at(event.moved_end, event.end),
            cancelled: cancelled.is_some(),
            sequence: u8::from(moved.is_some()) + u8::from(cancelled.is_some()),
            changed: listed.max(moved.unwrap_or(listed)).max(cancelled.unwrap_or(listed)),
        })
    }
}

fn icalendar(calendar: &Calendar, now: DateTime<Utc>) -> Vec<u8> {
    let mut lines = Lines::default();
    lines.property("BEGIN", "VCALENDAR");
    lines.property("VERSION", "2.0");
    lines.text("PRODID", &format!("-//{}//Events//EN", calendar.name));
    lines.property("CALSCALE", "GREGORIAN");
    lines.property("METHOD", "PUBLISH");
    lines.text("X-WR-CALNAME", &calendar.name);
    zone::write_all(&calendar.events, &mut lines);
    for event in &calendar.events {
        if let Some(state) = State::of(event, now) {
            write_event(event, &state, &mut lines);
        }
    }
    lines.property("END", "VCALENDAR");
    lines.finish()
}

fn write_event(event: &Event, state: &State, lines: &mut Lines) {
    let stamp = |instant: DateTime<Utc>| instant.format("%Y%m%dT%H%M%SZ").to_string();
    lines.property("BEGIN", "VEVENT");
    lines.text("UID", &event.uid);
    lines.property("DTSTAMP", &stamp(state.changed));
    lines.property("CREATED", &stamp(event.listed_from));
    lines.property("LAST-MODIFIED", &stamp(state.changed));
    lines.property("SEQUENCE", &state.sequence.to_string());
    if let Some(original) = event.recurrence_id {
        write_moment("RECURRENCE-ID", event, original, lines);
    }
    write_moment("DTSTART", event, state.start, lines);
    write_moment("DTEND", event, state.end, lines);
    if let Some(rule) = &event.rrule {
        lines.property("RRULE", rule);
    }
    lines.property("STATUS", if state.cancelled { "CANCELLED" } else { "CONFIRMED" });
    lines.text("SUMMARY", &event.title);
    lines.text("DESCRIPTION", &event.description);
    lines.text("LOCATION", &event.location);
    lines.property("URL", &event.url);
    lines.property("END", "VEVENT");
}

fn write_moment(name: &str, event: &Event, wall: Wall, lines: &mut Lines) {
    match wall {
        Wall::Time(time) => {
            lines.property(&format!("{name};TZID={}", event.tz.name()), &time.format("%Y%m%dT%H%M%S").to_string());
        }
        Wall::Day(day) => lines.property(&format!("{name};VALUE=DATE"), &day.format("%Y%m%d").to_string()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    name: &'a str,
    url: &'a str,
    start_date: NaiveDate,
    end_date: NaiveDate,
    city: &'a str,
    country: &'a str,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cfp_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cfp_end_date: Option<NaiveDate>,
}

fn conference_list(calendar: &Calendar, now: DateTime<Utc>) -> Vec<u8> {
    let listed = calendar.conferences.iter().filter(|conference| conference.listed_from <= now);
    let rows: Vec<Row<'_>> = listed.map(row).collect();
    // Strings and dates cannot fail to be written.
    let mut bytes = serde_json::to_vec_pretty(&rows).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn row(conference: &Conference) -> Row<'_> {
    Row {
        name: &conference.name,
        url: &conference.url,
        start_date: conference.start,
        end_date: conference.end,
        city: &conference.city,
        country: &conference.country,
        online: conference.online,
        cfp_url: conference.cfp_url.as_deref(),
        cfp_end_date: conference.cfp_end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::world::World;

    fn served(path: &str, now: &str) -> String {
        let document = World::load().unwrap().document(path, now.parse().unwrap()).unwrap();
        String::from_utf8(document.body).unwrap().replace("\r\n ", "")
    }

    fn event<'a>(calendar: &'a str, uid: &str) -> Vec<&'a str> {
        calendar.split("BEGIN:VEVENT").filter(|text| text.contains(&format!("UID:{uid}\r\n"))).collect()
    }

    #[test]
    fn an_event_moves_and_says_so() {
        let uid = "sr-2026-23@systems-readers.example";
        assert!(event(&served("calendars/systems-readers.ics", "2026-11-02T00:00:00Z"), uid).is_empty());
        let before = served("calendars/systems-readers.ics", "2026-11-17T09:59:59Z");
        let after = served("calendars/systems-readers.ics", "2026-11-17T10:00:00Z");
        assert!(event(&before, uid)[0].contains("SEQUENCE:0\r\nDTSTART;TZID=Europe/Berlin:20261201T190000\r\n"));
        assert!(event(&after, uid)[0].contains("SEQUENCE:1\r\nDTSTART;TZID=Europe/Berlin:20261208T190000\r\n"));
        assert!(event(&after, uid)[0].contains("DTSTAMP:20261117T100000Z\r\n"));
    }

    #[test]
    fn one_instance_of_a_series_is_cancelled() {
        let uid = "harbour-monthly@rust-harbour.example";
        assert_eq!(event(&served("calendars/rust-harbour.ics", "2026-11-13T06:00:00Z"), uid).len(), 1);
        let after = served("calendars/rust-harbour.ics", "2026-11-20T06:00:00Z");
        let [series, instance] = event(&after, uid)[..] else { panic!("{after}") };
        assert!(series.contains("RRULE:FREQ=MONTHLY;BYDAY=1WE\r\n") && series.contains("STATUS:CONFIRMED\r\n"));
        assert!(instance.contains("RECURRENCE-ID;TZID=Europe/Berlin:20261202T183000\r\n"));
        assert!(instance.contains("SEQUENCE:1\r\n") && instance.contains("STATUS:CANCELLED\r\n"));
    }

    #[test]
    fn a_day_has_no_time() {
        let calendar = served("calendars/spree-evenings.ics", "2026-11-20T06:00:00Z");
        let day = event(&calendar, "spree-day-2026@spree-evenings.example")[0];
        assert!(day.contains("DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261129\r\n"), "{day}");
    }

    #[test]
    fn calendars_parse_every_friday() {
        let world = World::load().unwrap();
        for week in 0..9 {
            let now = "2026-09-25T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::weeks(week);
            for path in world.paths().filter(|path| path.starts_with("calendars/")) {
                let body = world.document(path, now).unwrap().body;
                if body.starts_with(b"[") {
                    let rows: Vec<serde_json::Value> = serde_json::from_slice(&body).unwrap();
                    assert!(!rows.is_empty() && rows.iter().all(|row| row["startDate"].is_string()), "{path}");
                    continue;
                }
                let text = String::from_utf8(body).unwrap();
                assert!(text.split_terminator("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{path}");
                let parsed = calcard::icalendar::ICalendar::parse(&text).unwrap();
                let events = text.matches("BEGIN:VEVENT").count();
                let read = parsed.components.iter().filter(|c| c.component_type.as_str() == "VEVENT").count();
                assert!(events > 0 && events == read, "{path}: {events} {read}");
            }
        }
    }
}
