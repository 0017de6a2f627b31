use super::*;
use crate::parse::ical;

fn zones(text: &str, source: Option<Tz>) -> Zones {
    let text = format!("BEGIN:VCALENDAR\n{text}END:VCALENDAR\n");
    Zones::new(&ical::parse(text.as_bytes()).unwrap()[0], source, 2026)
}

fn summer(name: &str) -> RawTime {
    let zone = if name.is_empty() { RawZone::Floating } else { RawZone::Named(name.into()) };
    let date = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    RawTime { date, time: NaiveTime::from_hms_opt(18, 0, 0), zone }
}

const HOME_MADE: &str = "BEGIN:VTIMEZONE\nTZID:Home made\n\
    BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n\
    BEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n\
    END:VTIMEZONE\n";

#[test]
fn names_are_found_in_the_order_told() {
    let zones = zones(HOME_MADE, None);
    for (name, tz) in [
        ("Europe/lisbon", Tz::Europe__Lisbon),
        ("/mozilla.org/20070129_1/America/New_York", Tz::America__New_York),
        ("/x/Tzfile/America/Argentina/Buenos_Aires", Tz::America__Argentina__Buenos_Aires),
        ("Home made", Tz::Europe__Berlin),
        ("Romance Standard Time", Tz::Europe__Paris),
        ("UTC+11", Tz::Etc__GMTMinus11),
    ] {
        assert_eq!(zones.place(&summer(name)).unwrap().event_time().tz, tz, "{name}");
    }
    assert_eq!(zones.place(&summer("Mars")).unwrap_err(), ZoneError::Unknown("Mars".into()));
    assert_eq!(zones.place(&summer("")).unwrap_err(), ZoneError::Missing);
}

#[test]
fn the_source_never_overrides_the_calendar() {
    let zones = zones("X-WR-TIMEZONE:Europe/Berlin\n", Some(Tz::Asia__Tokyo));
    assert_eq!(zones.place(&summer("")).unwrap().event_time().tz, Tz::Europe__Berlin);
}

#[test]
fn rules_that_no_iana_zone_has_give_instants_all_the_same() {
    let odd = HOME_MADE.replace("+0100", "+0117").replace("+0200", "+0217");
    let moment = zones(&odd, None).place(&summer("Home made")).unwrap();
    assert_eq!(moment.instant().to_rfc3339(), "2026-07-01T15:43:00+00:00");
    assert_eq!(moment.event_time().tz, Tz::UTC);
}
