//! Calendars and conference lists, down to the events of a year.
#![no_main]

use bellwether::events::read::{MAX_EVENTS, read};
use bellwether::model::id::SourceKey;
use bellwether::model::source::{EventSettings, Format, Level, Role, Source};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let format = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') if bytes.len() % 2 == 0 => Format::ConfsTech,
        Some(b'[') => Format::DevelopersEvents,
        _ => Format::Ics,
    };
    let (from, until) = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let moment = |text: &str| text.parse().expect("a moment");
    let first = read(bytes, &source(format), moment(from), moment(until));
    assert_eq!(first, read(bytes, &source(format), moment(from), moment(until)));
    assert!(first.map_or(0, |parsed| parsed.events.len()) <= MAX_EVENTS);
});

fn source(format: Format) -> Source {
    Source {
        key: SourceKey::parse("source").expect("a key"),
        format,
        url: Url::parse("https://example.org/calendar").expect("an address"),
        title: "A calendar".into(),
        site: None,
        topics: vec![],
        weight: 1.0,
        level: Level::Any,
        language: None,
        owner: "owner".into(),
        role: Role::Community,
        keep: vec![],
        skip: vec![],
        excerpt: true,
        paywall: false,
        paused: false,
        events: Some(EventSettings::default()),
    }
}
