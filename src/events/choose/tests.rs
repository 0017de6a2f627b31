use super::*;
use crate::model::event::CallForPapers;
use crate::model::id::{EventId, SourceKey};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn time(text: &str) -> EventTime {
    EventTime { local: text.parse().unwrap(), tz: Tz::Europe__Berlin, all_day: false }
}

fn listed(source: &str, title: &str, start: &str) -> Listed {
    let event = Event {
        id: EventId::of(&[source, title, start]),
        source: SourceKey::parse(source).unwrap(),
        uid: None,
        kind: EventKind::Meetup,
        title: title.into(),
        start: time(start),
        end: None,
        status: EventStatus::Confirmed,
        sequence: 0,
        url: None,
        location: None,
        city: Some("Hamburg".into()),
        country: Some("DE".into()),
        organizer: None,
        mode: Some(EventMode::InPerson),
        price: None,
        free: None,
        beginners: None,
        cfp: None,
        topics: vec![],
        language: None,
    };
    let lister = Lister::Organiser;
    Listed { event, source_title: source.into(), lister, listed: true, shown: vec![], told: None }
}

fn taste() -> Taste<'static> {
    Taste {
        until: at("2026-10-02T06:00:00Z"),
        timezone: Tz::Europe__Berlin,
        city: Some("Hamburg"),
        country: Some("DE"),
        topics: &[],
        hot: &[],
    }
}

fn titles(cards: &[EventCard]) -> Vec<&str> {
    cards.iter().map(|card| card.event.title.as_str()).collect()
}

#[test]
fn three_weeks_of_the_city_at_most_two_of_one_group() {
    let events = [
        listed("a", "Past evening of ours", "2026-10-01T18:00:00"),
        listed("a", "First evening of ours", "2026-10-07T18:00:00"),
        listed("a", "Second evening of ours", "2026-10-08T18:00:00"),
        listed("a", "Third evening of ours", "2026-10-20T18:00:00"),
        listed("b", "Too far ahead", "2026-10-23T18:00:00"),
        Listed {
            event: Event { city: Some("Berlin".into()), ..listed("c", "Elsewhere", "2026-10-09T18:00:00").event },
            ..listed("c", "x", "2026-10-09T18:00:00")
        },
    ];
    assert_eq!(titles(&choose(&events, &taste()).meet.near), ["First evening of ours", "Second evening of ours"]);
    let everywhere = Taste { city: None, country: None, ..taste() };
    assert_eq!(choose(&events, &everywhere).meet.near.len(), 3);
}

#[test]
fn one_event_of_two_sources_is_shown_once_with_the_organisers_words() {
    let mut platform = listed("platform", "Rust Harbour #52: Borrowing across awaits", "2026-10-07T18:30:00");
    platform.lister = Lister::Aggregator;
    platform.event.price = Some("5 €".into());
    let organiser = listed("harbour", "Rust Harbour #52 – Borrowing across awaits", "2026-10-07T18:30:00");
    let next = listed("platform", "Rust Harbour #53: Borrowing across awaits", "2026-10-07T18:30:00");
    let events = [platform, organiser, next];
    let near = choose(&events, &taste()).meet.near;
    assert_eq!(near.len(), 2);
    let card = near.iter().find(|card| card.event.title.contains("52")).unwrap();
    assert_eq!((card.source.as_str(), card.event.price.as_deref()), ("harbour", Some("5 €")));
}

#[test]
fn what_was_mailed_returns_only_when_it_changed() {
    let shown = vec![(time("2026-10-07T18:00:00"), at("2026-09-25T06:00:00Z"))];
    let same = Listed { shown: shown.clone(), ..listed("a", "Same", "2026-10-07T18:00:00") };
    let moved = Listed { shown: shown.clone(), ..listed("b", "Moved", "2026-10-08T18:00:00") };
    let gone = Listed { shown: shown.clone(), listed: false, ..listed("c", "Gone", "2026-10-07T18:00:00") };
    let mut off = Listed { shown, ..listed("d", "Off", "2026-10-07T18:00:00") };
    off.event.status = EventStatus::Cancelled;
    let told = Listed {
        told: Some(Change::NoLongerListed),
        event: Event { id: EventId::of(&["t"]), ..gone.event.clone() },
        ..gone.clone()
    };
    let meet = choose(&[same, moved, gone, off, told], &taste()).meet;
    let mut changes: Vec<_> = meet.changes.iter().map(|one| (one.title.as_str(), one.change)).collect();
    changes.sort_by_key(|(title, _)| *title);
    assert_eq!(changes, [("Gone", Change::NoLongerListed), ("Moved", Change::Moved), ("Off", Change::Cancelled)]);
    assert!(meet.near.is_empty());
}

#[test]
fn a_conference_comes_twice_and_its_call_once() {
    let mut conf = listed("list", "Harbour Conf", "2026-10-28T00:00:00");
    conf.event.kind = EventKind::Conference;
    let times = |conf: &Listed| choose(std::slice::from_ref(conf), &taste()).meet.conferences.len();
    assert_eq!(times(&conf), 1);
    conf.shown = vec![(conf.event.start, at("2026-08-07T06:00:00Z"))];
    assert_eq!(times(&conf), 1);
    conf.shown.push((conf.event.start, at("2026-10-01T06:00:00Z")));
    assert_eq!(times(&conf), 0);
    conf.event.start = time("2027-03-01T00:00:00");
    conf.shown = vec![(conf.event.start, at("2026-08-07T06:00:00Z"))];
    conf.event.cfp = Some(CallForPapers { closes: "2026-10-11".parse().unwrap(), url: None });
    let meet = choose(std::slice::from_ref(&conf), &taste()).meet;
    assert_eq!((meet.calls.len(), meet.conferences.len()), (1, 0));
    conf.shown.push((conf.event.start, at("2026-09-28T06:00:00Z")));
    assert!(choose(&[conf], &taste()).meet.is_empty());
}

proptest::proptest! {
    #[test]
    fn the_order_of_the_events_changes_nothing(days in proptest::collection::vec((0_u32..25, 0_usize..3, 0_usize..4), 0..14), turn in 0_usize..14) {
        let events: Vec<Listed> = days.iter().enumerate().map(|(i, (day, source, title))| {
            let start = (at("2026-10-01T16:00:00Z") + Duration::days(i64::from(*day))).naive_utc().to_string().replace(' ', "T");
            let title = ["Hack Night", "Async in practice for all", "Async in practice for most", "Query plans"][*title];
            let mut one = listed(["a", "b", "c"][*source], title, &start);
            one.event.id = EventId::of(&[&i.to_string()]);
            one
        }).collect();
        let mut turned = events.clone();
        turned.rotate_left(turn.min(events.len()));
        proptest::prop_assert_eq!(choose(&events, &taste()), choose(&turned, &taste()));
    }
}
