use super::*;
use crate::model::event::EventMode;
use crate::model::id::SourceKey;
use crate::model::source::{Level, Lister, Role};
use crate::parse::tests::{CALENDARS, LISTS, mangled};

pub(crate) fn source(key: &str, format: Format, timezone: Option<Tz>) -> Source {
    Source {
        key: SourceKey::parse(key).unwrap(),
        format,
        url: Url::parse("https://group.example/cal").unwrap(),
        title: "Rust Harbour".into(),
        site: None,
        topics: vec![],
        weight: 1.0,
        level: Level::Any,
        language: None,
        owner: "harbour".into(),
        role: Role::Community,
        keep: vec![],
        skip: vec![],
        excerpt: true,
        paywall: false,
        paused: false,
        events: Some(EventSettings {
            timezone,
            city: Some("Hamburg".into()),
            country: Some("DE".into()),
            lister: Lister::Organiser,
            expect_min: 0,
        }),
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ics(events: &str) -> ParsedEvents {
    let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n").replace('\n', "\r\n").replace("\r\r", "\r");
    let source = source("rust-harbour", Format::Ics, Some(Tz::Europe__Berlin));
    read(text.as_bytes(), &source, utc("2026-10-01T00:00:00Z"), utc("2026-12-01T00:00:00Z")).unwrap()
}

fn starts(parsed: &ParsedEvents) -> Vec<String> {
    parsed.events.iter().map(|event| event.start.instant().format("%m-%dT%H:%M").to_string()).collect()
}

const SERIES: &str = "BEGIN:VEVENT\nUID:s@x\nSUMMARY:Borrowing &amp; owning\nDTSTART;TZID=Europe/Berlin:20261007T183000\n\
    DTEND;TZID=Europe/Berlin:20261007T210000\nRRULE:FREQ=WEEKLY;COUNT=6\nEXDATE;TZID=Europe/Berlin:20261014T183000\nEND:VEVENT\n";

#[test]
fn a_series_keeps_its_hour_across_the_clock_change() {
    let parsed = ics(SERIES);
    assert_eq!(starts(&parsed), ["10-07T16:30", "10-21T16:30", "10-28T17:30", "11-04T17:30", "11-11T17:30"]);
    assert_eq!(parsed.events[0].title, "Borrowing & owning");
    assert_eq!(parsed.events[4].end.unwrap().instant(), utc("2026-11-11T20:00:00Z"));
}

#[test]
fn an_instance_that_moves_keeps_its_id_and_one_called_off_says_so() {
    let before = ics(SERIES);
    let after = ics(&format!(
        "{SERIES}BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID:20261021T163000Z\nSUMMARY:Borrowing, later\nDTSTART;TZID=Europe/Berlin:20261022T190000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID;TZID=Europe/Berlin:20261104T183000\nSUMMARY:CANCELLED: Borrowing\nDTSTART;TZID=Europe/Berlin:20261104T183000\nEND:VEVENT\n"
    ));
    assert_eq!(starts(&after), ["10-07T16:30", "10-22T17:00", "10-28T17:30", "11-04T17:30", "11-11T17:30"]);
    let ids = |parsed: &ParsedEvents| parsed.events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after));
    assert_eq!(after.events[3].status, EventStatus::Cancelled);
    assert_eq!(after.events[3].title, "Borrowing");
}

#[test]
fn this_and_the_future_move_together() {
    let after = ics(&format!(
        "{SERIES}BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261028T183000\nDTSTART;TZID=Europe/Berlin:20261028T193000\nEND:VEVENT\n"
    ));
    assert_eq!(starts(&after), ["10-07T16:30", "10-21T16:30", "10-28T18:30", "11-04T18:30", "11-11T18:30"]);
}

#[test]
fn whole_days_are_never_converted_and_end_exclusively() {
    let parsed =
        ics("BEGIN:VEVENT\nUID:d\nSUMMARY:Harbour Conf\nDTSTART;VALUE=DATE:20261103\nDTEND;VALUE=DATE:20261105\n\
        RRULE:FREQ=WEEKLY;UNTIL=20261117\nEXDATE;VALUE=DATE:20261110\nEND:VEVENT\n");
    let days: Vec<_> = parsed.events.iter().map(|e| (e.start.local.to_string(), e.start.all_day, e.kind)).collect();
    let day = |text: &str| (format!("{text} 00:00:00"), true, EventKind::Conference);
    assert_eq!(days, [day("2026-11-03"), day("2026-11-17")]);
    assert_eq!(parsed.events[0].end.unwrap().local.to_string(), "2026-11-05 00:00:00");
}

#[test]
fn a_time_in_utc_is_shown_on_the_sources_clock_and_found_by_its_end() {
    let parsed = ics(
        "BEGIN:VEVENT\nUID:u\nSUMMARY:x\nDESCRIPTION:Free entry\\, beginners welcome. See https://lu.ma/x.\nLOCATION:https://lu.ma/x\n\
        DTSTART:20260930T220000Z\nDTEND:20261001T003000Z\nEND:VEVENT\n",
    );
    let event = &parsed.events[0];
    assert_eq!((event.start.local.to_string(), event.start.tz), ("2026-10-01 00:00:00".into(), Tz::Europe__Berlin));
    assert_eq!((event.mode, event.free, event.beginners), (Some(EventMode::Online), Some(true), Some(true)));
    assert_eq!(event.url.as_deref(), Some("https://lu.ma/x"));
}

#[test]
fn what_cannot_be_read_is_told_and_harms_no_other() {
    let parsed = ics(&format!("{SERIES}BEGIN:VEVENT\nUID:b\nSUMMARY:Broken\nDTSTART:soon\nEND:VEVENT\n"));
    assert_eq!(parsed.events.len(), 5);
    assert_eq!(parsed.problems, ["Broken: it has no start that can be read"]);
    let source = source("x", Format::Ics, None);
    let error =
        |bytes: &[u8]| read(bytes, &source, utc("2026-10-01T00:00:00Z"), utc("2026-10-02T00:00:00Z")).unwrap_err();
    assert_eq!(error(b"<html>"), EventsError::NotACalendar);
    assert_eq!(error(b" \n"), EventsError::Empty);
}

#[test]
fn a_conference_is_kept_for_its_call() {
    let source = source("confs", Format::ConfsTech, None);
    let json = br#"[{"name":"CERN PGDay","url":"https://pg.example/","startDate":"2027-02-06","endDate":"2027-02-07","city":"Geneva","country":"Switzerland","online":true,"locales":"EN","cfpUrl":"https://pg.example/cfp","cfpEndDate":"2026-10-07"},
        {"name":"Far","url":"https://far.example/","startDate":"2027-03-06","endDate":"2027-03-06","online":false}]"#;
    let parsed = read(json, &source, utc("2026-10-01T00:00:00Z"), utc("2026-11-01T00:00:00Z")).unwrap();
    assert_eq!(parsed.events.len(), 1);
    let event = &parsed.events[0];
    assert_eq!((event.city.as_deref(), event.country.as_deref()), (Some("Geneva"), Some("CH")));
    assert_eq!(event.mode, Some(EventMode::Hybrid));
    assert_eq!(event.cfp.as_ref().unwrap().closes.to_string(), "2026-10-07");
}

proptest::proptest! {
    #[test]
    fn no_calendar_makes_it_panic(
        start in "[0-9]{8}(T[0-9]{6}Z?)?", end in "[0-9]{8}(T[0-9]{6}Z?)?", id in "[0-9]{8}(T[0-9]{6}Z?)?",
        freq in "(SECONDLY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)",
        part in "(|;COUNT=[0-9]{1,9}|;UNTIL=[0-9]{8}|;INTERVAL=[0-9]{1,6}|;BYDAY=-?[0-9]{0,3}MO|;BYMONTHDAY=-?[0-9]{1,3}|;BYMONTH=[0-9]{1,3}|;BYSETPOS=-?[0-9]{1,3}|;BYWEEKNO=[0-9]{1,3})",
    ) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:{start}\nDTEND:{end}\nRRULE:FREQ={freq}{part}\nEXDATE:{id}\nRDATE:{id}\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:{id}\nDTSTART:{end}\nEND:VEVENT\nEND:VCALENDAR\n");
        let source = source("x", Format::Ics, Some(Tz::Europe__Berlin));
        let parsed = read(text.as_bytes(), &source, DateTime::<Utc>::MIN_UTC, utc("2027-01-01T00:00:00Z")).unwrap();
        let ids: std::collections::BTreeSet<_> = parsed.events.iter().map(|event| &event.id).collect();
        proptest::prop_assert_eq!(ids.len(), parsed.events.len());
    }

    #[test]
    fn what_came_damaged_is_read_the_same_way_each_time(
        calendar in mangled(CALENDARS),
        list in mangled(LISTS),
        zone in proptest::option::of(proptest::sample::select(vec![Tz::Europe__Berlin, Tz::Pacific__Apia])),
    ) {
        for (bytes, format) in [(&calendar, Format::Ics), (&list, Format::ConfsTech), (&list, Format::DevelopersEvents)] {
            let source = source("x", format, zone);
            let read = || read(bytes, &source, utc("2026-07-01T00:00:00Z"), utc("2027-07-01T00:00:00Z"));
            let first = read();
            proptest::prop_assert_eq!(&first, &read());
            for event in first.map(|parsed| parsed.events).unwrap_or_default() {
                proptest::prop_assert!(event.end.is_none_or(|end| end.instant() > event.start.instant()), "{event:?}");
                proptest::prop_assert!(!event.title.is_empty(), "{event:?}");
            }
        }
    }
}
