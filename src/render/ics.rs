//! "Add to calendar": events as iCalendar (RFC 5545).

use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};

use crate::model::event::{Event, EventStatus};

/// The calendar of `events`, named `name`, as a program can subscribe to or import it.
///
/// Timed events stand in UTC: no program has to know our zones. `now` is what DTSTAMP says.
#[must_use]
pub fn calendar(name: &str, events: &[Event], now: DateTime<Utc>) -> String {
    let mut out = Lines(String::new());
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Bellwether//Bellwether//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    out.line(&format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        out.event(event, now);
    }
    out.line("END:VCALENDAR");
    out.0
}

struct Lines(String);

impl Lines {
    fn event(&mut self, event: &Event, now: DateTime<Utc>) {
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{}@bellwether", event.id));
        self.line(&format!("DTSTAMP:{}", utc(now)));
        self.times(event);
        self.line(&format!("SUMMARY:{}", escaped(&event.title)));
        if event.sequence > 0 {
            self.line(&format!("SEQUENCE:{}", event.sequence));
        }
        self.line(match event.status {
            EventStatus::Tentative => "STATUS:TENTATIVE",
            EventStatus::Confirmed => "STATUS:CONFIRMED",
            EventStatus::Cancelled => "STATUS:CANCELLED",
        });
        if let Some(location) = event.location.as_deref().or(event.city.as_deref()) {
            self.line(&format!("LOCATION:{}", escaped(location)));
        }
        // A URI is not text: what would need escaping in it cannot stand in one.
        if let Some(url) = event.url.as_deref().filter(|url| !url.contains(|c: char| c.is_control() || c == ' ')) {
            self.line(&format!("URL:{url}"));
            self.line(&format!("DESCRIPTION:{}", escaped(&described(event, url))));
        }
        self.line("END:VEVENT");
    }

    fn times(&mut self, event: &Event) {
        if event.start.all_day {
            let first = event.start.local.date();
            let end = event.end.map(|end| end.local.date()).filter(|end| *end > first);
            let end = end.or_else(|| first.succ_opt()).unwrap_or(first);
            self.line(&format!("DTSTART;VALUE=DATE:{}", first.format("%Y%m%d")));
            self.line(&format!("DTEND;VALUE=DATE:{}", end.format("%Y%m%d")));
            return;
        }
        let start = event.start.instant();
        self.line(&format!("DTSTART:{}", utc(start)));
        // An end that nobody gave is not made up; one years away is a mistake of the source.
        let end = event.end.map(|end| end.instant()).filter(|end| *end > start && *end - start < Duration::days(366));
        if let Some(end) = end {
            self.line(&format!("DTEND:{}", utc(end)));
        }
    }

    /// Folded so that no line has more than 75 octets, never inside a character (RFC 5545 §3.1).
    fn line(&mut self, text: &str) {
        let mut octets = 0;
        for c in text.chars() {
            if octets + c.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn described(event: &Event, url: &str) -> String {
    let mut text = String::new();
    for part in [event.organizer.as_deref(), event.price.as_deref()].into_iter().flatten() {
        let _ = writeln!(text, "{part}");
    }
    text + url
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 5545 §3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::read::{read, tests::source};
    use crate::model::source::Format;
    use chrono_tz::Tz;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn events(lines: &str) -> Vec<Event> {
        let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        let source = source("x", Format::Ics, Some(Tz::Europe__Berlin));
        read(text.as_bytes(), &source, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap().events
    }

    #[test]
    fn whole_days_end_the_day_after() {
        let out = calendar(
            "Meet",
            &events("UID:a\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20261103"),
            at("2026-10-01T00:00:00Z"),
        );
        assert!(out.contains("DTSTART;VALUE=DATE:20261103\r\nDTEND;VALUE=DATE:20261104\r\n"), "{out}");
    }

    proptest::proptest! {
        #[test]
        fn what_we_write_we_read_again(title in "[\\PC\\\\,;:\"]{1,120}") {
            let mut event = events("UID:a\r\nSUMMARY:x\r\nDTSTART;TZID=Europe/Berlin:20261103T183000\r\nDTEND;TZID=Europe/Berlin:20261103T203000").remove(0);
            event.title.clone_from(&title);
            let out = calendar("Meet, and more", &[event.clone()], at("2026-10-01T00:00:00Z"));
            proptest::prop_assert!(out.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
            let raw = crate::parse::ical::parse(out.as_bytes()).unwrap().remove(0).events.remove(0);
            let read = raw.summary.unwrap_or_default();
            proptest::prop_assert_eq!(read.trim(), title.trim());
        }
    }
}
