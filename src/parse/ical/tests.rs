use super::*;

fn one(lines: &str) -> RawEvent {
    let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
    parse(text.as_bytes()).unwrap().remove(0).events.remove(0)
}

#[test]
fn a_time_keeps_the_zone_it_names() {
    let event = one("DTSTART;TZID=\"Western/Central Europe\":20260105T183000\nDTEND:20260105T200000Z\nEXDATE:20260112");
    let start = event.start.unwrap();
    assert_eq!(start.zone, RawZone::Named("Western/Central Europe".into()));
    assert_eq!(start.time, NaiveTime::from_hms_opt(18, 30, 0));
    assert_eq!(event.end.unwrap().zone, RawZone::Offset(0));
    assert_eq!(event.exceptions[0].time, None);
}

#[test]
fn latin_1_and_folds_inside_a_character_are_read() {
    let latin = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Caf\xe9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(parse(latin).unwrap()[0].events[0].summary.as_deref(), Some("Café"));
    let folded = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Caf\xc3\r\n \xa9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(parse(folded).unwrap()[0].events[0].summary.as_deref(), Some("Café"));
}

#[test]
fn a_negative_count_is_no_count() {
    let event = one("DTSTART:20260105T183000Z\nRRULE:FREQ=WEEKLY;COUNT=-1;BYDAY=MO");
    assert_eq!(event.rules[0].recur.count, None);
    assert_eq!(event.rules[0].recur.byday.len(), 1);
}

#[test]
fn a_page_is_no_calendar() {
    assert!(parse(b"<!doctype html><p>Not found").is_none());
    assert!(parse(b"").is_none());
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, lines in "(BEGIN:V(CALENDAR|EVENT|TIMEZONE)\n|END:VEVENT\n|DT(START|END)[:;=A-Z0-9\"\\\\, \t]{0,24}\r?\n ?|RRULE:[A-Z0-9=;,-]{0,24}\n){0,12}") {
        let _ = parse(&bytes);
        let _ = parse(lines.as_bytes());
    }
}
