//! Events: what a source lists, what it stops listing, and what editions printed of them.

use bellwether::model::edition::{Change, EventCard, EventChange};
use bellwether::model::event::{Event, EventStatus, EventTime};
use bellwether::store::Store;
use bellwether::store::events::Known;
use bellwether::store::sources::Listing;
use chrono::{DateTime, Duration, Utc};

use super::sample::{Draft, at, digest, event, fetched, weekly};

contract![
    an_event_is_read_back_as_it_was_listed,
    events_come_by_start_then_id,
    an_event_is_in_the_window_until_it_is_over,
    what_lasts_a_day_is_not_over_before_its_day_is_over_everywhere,
    the_last_of_two_listings_of_one_event_wins_and_is_new_once,
    an_event_is_unlisted_when_two_listings_in_a_row_leave_it_out,
    a_source_that_loses_more_than_half_is_broken_and_cancels_nothing,
    an_event_that_is_listed_again_was_never_gone,
    an_empty_listing_of_a_source_without_events_is_fine,
    what_editions_printed_is_known_with_the_last_change_told,
    what_was_shown_is_known_wherever_it_moved,
    a_nul_in_a_listing_is_no_reason_to_lose_it,
];

const NOW: &str = "2026-11-16T07:00:00Z";

async fn list(store: &Store, events: &[Event]) -> usize {
    let fetched = fetched("m", Vec::new(), Listing::Complete(events.to_vec()));
    store.keep(&[fetched], at(NOW)).await.expect("kept").events_new
}

async fn window(store: &Store, from: &str, until: &str) -> Vec<Known> {
    store.events_between(&weekly(), at(from), at(until)).await.expect("events")
}

/// Whether each event that begins in the year from now is still listed, by start.
async fn listed(store: &Store) -> Vec<bool> {
    window(store, NOW, "2027-11-16T00:00:00Z").await.into_iter().map(|known| known.listed).collect()
}

/// Four evenings, one a week.
fn evenings() -> Vec<Event> {
    ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"]
        .iter()
        .enumerate()
        .map(|(n, day)| event(&format!("evening-{n}"), &format!("{day}T19:00:00")))
        .collect()
}

async fn an_event_is_read_back_as_it_was_listed(store: Store) {
    let mut one = event("one", "2026-12-01T19:00:00");
    one.title = "Köln: “Größer denken” \u{1F389}".into();
    one.free = Some(false);
    one.sequence = i64::MAX;
    assert_eq!(list(&store, &[one.clone()]).await, 1);
    assert_eq!(store.event(one.id.as_str()).await.expect("an event"), Some(one.clone()));
    for id in ["0000000000000000", "", "\0"] {
        assert_eq!(store.event(id).await.expect("none"), None);
    }
    let known = window(&store, NOW, "2027-01-01T00:00:00Z").await;
    let expected = Known { event: one, first_seen: at(NOW), listed: true, shown: Vec::new(), told: None };
    assert_eq!(known, [expected]);
}

async fn events_come_by_start_then_id(store: Store) {
    let mut events: Vec<Event> = (0..20).map(|n| event(&format!("e-{n}"), "2026-12-01T19:00:00")).collect();
    events.push(event("earlier", "2026-12-01T18:59:59"));
    assert_eq!(list(&store, &events).await, 21);
    events.sort_by_key(|event| (event.start.instant(), event.id.clone()));
    let read: Vec<Event> =
        window(&store, NOW, "2027-01-01T00:00:00Z").await.into_iter().map(|known| known.event).collect();
    assert_eq!(read, events);
}

async fn an_event_is_in_the_window_until_it_is_over(store: Store) {
    list(&store, &[event("one", "2026-12-01T19:00:00")]).await;
    for (from, until, there) in [
        ("2026-12-01T20:59:59Z", "2026-12-31T00:00:00Z", true),
        ("2026-12-01T21:00:00Z", "2026-12-31T00:00:00Z", false),
        ("2026-11-20T00:00:00Z", "2026-12-01T19:00:01Z", true),
        ("2026-11-20T00:00:00Z", "2026-12-01T19:00:00Z", false),
    ] {
        assert_eq!(!window(&store, from, until).await.is_empty(), there, "{from} {until}");
    }
}

async fn what_lasts_a_day_is_not_over_before_its_day_is_over_everywhere(store: Store) {
    let mut day = event("a-day", "2026-12-01T00:00:00");
    day.start = EventTime { all_day: true, ..day.start };
    day.end = None;
    list(&store, &[day]).await;
    assert_eq!(window(&store, "2026-12-02T11:59:59Z", "2026-12-31T00:00:00Z").await.len(), 1);
    assert_eq!(window(&store, "2026-12-02T12:00:00Z", "2026-12-31T00:00:00Z").await.len(), 0);
}

async fn the_last_of_two_listings_of_one_event_wins_and_is_new_once(store: Store) {
    let one = event("one", "2026-12-01T19:00:00");
    let moved = event("one", "2026-12-02T19:00:00");
    assert_eq!(list(&store, &[one, moved.clone()]).await, 1);
    assert_eq!(store.event(moved.id.as_str()).await.expect("an event"), Some(moved));
}

async fn an_event_is_unlisted_when_two_listings_in_a_row_leave_it_out(store: Store) {
    let events = evenings();
    list(&store, &events).await;
    list(&store, &events[1..]).await;
    assert_eq!(listed(&store).await, [true; 4], "once may be a mistake");
    // The same document again is the same listing.
    store.keep(&[fetched("m", Vec::new(), Listing::Unchanged)], at(NOW)).await.expect("kept");
    assert_eq!(listed(&store).await, [false, true, true, true]);
    // A failure tells nothing, and nor does another source.
    store.keep(&[fetched("m", Vec::new(), Listing::None)], at(NOW)).await.expect("kept");
    store.keep(&[fetched("n", Vec::new(), Listing::Complete(Vec::new()))], at(NOW)).await.expect("kept");
    assert_eq!(listed(&store).await, [false, true, true, true]);
}

async fn a_source_that_loses_more_than_half_is_broken_and_cancels_nothing(store: Store) {
    let events = evenings();
    list(&store, &events).await;
    for _ in 0..3 {
        list(&store, &events[..1]).await;
    }
    assert_eq!(listed(&store).await, [true; 4], "three of four");
    for _ in 0..2 {
        list(&store, &events[..2]).await;
    }
    assert_eq!(listed(&store).await, [true, true, false, false], "two of four");
}

async fn an_event_that_is_listed_again_was_never_gone(store: Store) {
    let events = evenings();
    list(&store, &events).await;
    list(&store, &events[1..]).await;
    assert_eq!(list(&store, &events).await, 0, "it is not new");
    list(&store, &events[1..]).await;
    assert_eq!(listed(&store).await, [true; 4]);
}

async fn an_empty_listing_of_a_source_without_events_is_fine(store: Store) {
    assert_eq!(list(&store, &[]).await, 0);
    assert_eq!(window(&store, NOW, "2027-01-01T00:00:00Z").await, []);
}

/// The edition `number`, a week after the one before, with this card and this change.
async fn print(store: &Store, number: u32, card: Option<&Event>, change: Option<EventChange>) -> DateTime<Utc> {
    let cut_off = at("2026-11-20T06:00:00Z") + Duration::weeks(i64::from(number) - 1);
    let mut draft = Draft::new(number, cut_off);
    draft.edition.meet.near.extend(card.map(|event| EventCard { event: event.clone(), source: "M".into() }));
    draft.edition.meet.changes.extend(change);
    store.publish(&draft.publication()).await.expect("published").expect("an edition");
    cut_off
}

async fn what_editions_printed_is_known_with_the_last_change_told(store: Store) {
    let was = event("one", "2026-12-20T19:00:00");
    let now = event("one", "2026-12-21T19:00:00");
    let off = Event { status: EventStatus::Cancelled, ..now.clone() };
    let told = |change, was: &Event, now: Option<&Event>| EventChange {
        id: was.id.clone(),
        title: was.title.clone(),
        url: None,
        change,
        was: was.start,
        now: now.map(|event| event.start),
    };
    list(&store, &[off]).await;
    let first = print(&store, 1, Some(&was), None).await;
    let second = print(&store, 2, Some(&now), Some(told(Change::Moved, &was, Some(&now)))).await;
    let third = print(&store, 3, None, Some(told(Change::Cancelled, &now, None))).await;
    let known = window(&store, NOW, "2027-01-01T00:00:00Z").await;
    assert_eq!(known[0].shown, [(was.start, first), (now.start, second), (now.start, third)]);
    assert_eq!(known[0].told, Some(Change::Cancelled));
    // Another digest has shown nothing of it, and a year is enough to remember.
    let other = store.events_between(&digest("platform"), at(NOW), at("2027-01-01T00:00:00Z")).await.expect("events");
    assert_eq!((other[0].shown.len(), other[0].told), (0, None));
}

async fn what_was_shown_is_known_wherever_it_moved(store: Store) {
    let was = event("one", "2026-12-20T19:00:00");
    print(&store, 1, Some(&was), None).await;
    for elsewhere in ["2026-11-18T19:00:00", "2029-01-01T19:00:00"] {
        let moved = event("one", elsewhere);
        list(&store, &[moved.clone(), event("unseen", elsewhere)]).await;
        let known = window(&store, "2026-11-27T06:00:00Z", "2027-01-01T00:00:00Z").await;
        assert_eq!(known.iter().map(|known| &known.event).collect::<Vec<_>>(), [&moved], "{elsewhere}");
        assert_eq!(known[0].shown.iter().map(|(start, _)| *start).collect::<Vec<_>>(), [was.start]);
    }
    // Once the day that was printed is past, nobody waits for it.
    assert_eq!(window(&store, "2026-12-21T06:00:00Z", "2027-01-01T00:00:00Z").await, []);
}

async fn a_nul_in_a_listing_is_no_reason_to_lose_it(store: Store) {
    let mut nul = event("a\0b", "2026-12-01T19:00:00");
    nul.location = Some("\0".into());
    assert_eq!(list(&store, &[nul.clone()]).await, 1);
    assert_eq!(store.event(nul.id.as_str()).await.expect("an event"), Some(nul));
}
