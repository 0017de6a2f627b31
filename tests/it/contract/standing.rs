//! Where deliveries stand, and what an operator settles by hand.

use std::collections::BTreeMap;

use bellwether::store::Store;
use bellwether::store::deliveries::standing::{Choice, Resolution, Tally};
use bellwether::store::deliveries::{Ending, Mark, Step};
use chrono::{DateTime, Duration, Utc};

use super::sample::{Draft, at, hash, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    deliveries_are_counted_by_what_is_still_to_do,
    the_next_delivery_is_the_first_that_is_queued,
    tallies_add_up_to_what_was_published,
    deliveries_are_listed_newest_edition_first,
    one_who_was_erased_has_no_address_any_more,
    what_is_settled_by_hand_stays_so,
    what_is_sent_again_has_its_whole_time_again,
    what_waited_for_a_person_has_its_whole_time_again,
    more_deliveries_than_a_statement_has_places_for_are_settled,
];

/// Of the `number`th edition.
fn friday(number: u32) -> DateTime<Utc> {
    at("2026-11-20T07:00:00Z") + Duration::weeks(i64::from(number) - 1)
}

/// Publishes edition `number` to three readers, and leaves its deliveries in these states.
async fn edition(store: &Store, number: u32, states: [&str; 3]) -> i64 {
    for n in 0..3 {
        subscribe(store, "weekly", &format!("reader-{n}@example.org"), friday(1)).await;
    }
    let draft = Draft::new(number, friday(number));
    let id = store.publish(&draft.publication()).await.expect("published").expect("an edition");
    for (n, state) in states.iter().enumerate() {
        let sql = format!(
            "update deliveries set state = '{state}' where edition_id = {id} and subscriber_id =
                (select id from subscribers where address = 'reader-{n}@example.org')"
        );
        assert_eq!(execute(store, &sql).await, 1);
    }
    id
}

async fn deliveries_are_counted_by_what_is_still_to_do(store: Store) {
    edition(&store, 1, ["queued", "claimed", "in_doubt"]).await;
    edition(&store, 2, ["queued", "sending", "in_doubt"]).await;
    let micro = Duration::microseconds(1);
    for (now, due, waiting) in [(friday(1) - micro, 0, 0), (friday(1), 1, 2), (friday(2), 2, 4)] {
        assert_eq!(store.deliveries_due(now).await.expect("a count"), due, "{now}");
        assert_eq!(store.deliveries_waiting(now).await.expect("a count"), waiting, "{now}");
    }
    let ahead = async |now| store.deliveries_ahead(now).await.expect("a count");
    assert_eq!(ahead(friday(1) - micro).await, (2, Some(friday(1))));
    assert_eq!((ahead(friday(1)).await, ahead(friday(2)).await), ((1, Some(friday(2))), (0, None)));
    assert_eq!(store.deliveries_in_doubt(friday(1) - micro).await.expect("a count"), 2);
    assert_eq!(store.deliveries_in_doubt(friday(1)).await.expect("a count"), 1);
}

async fn the_next_delivery_is_the_first_that_is_queued(store: Store) {
    assert_eq!(store.next_delivery().await.expect("none"), None);
    edition(&store, 1, ["sent", "claimed", "in_doubt"]).await;
    assert_eq!(store.next_delivery().await.expect("none"), None);
    edition(&store, 3, ["queued", "queued", "sent"]).await;
    edition(&store, 2, ["queued", "sent", "sent"]).await;
    assert_eq!(store.next_delivery().await.expect("a moment"), Some(friday(2)));
}

async fn tallies_add_up_to_what_was_published(store: Store) {
    edition(&store, 1, ["sent", "sent", "failed"]).await;
    edition(&store, 2, ["queued", "in_doubt", "sent"]).await;
    let tally = |name: &str, states: &[(&str, i64)]| Tally {
        edition: format!("weekly/{name}"),
        expected: 3,
        states: states.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect::<BTreeMap<_, _>>(),
    };
    let (first, second) = (
        tally("2026-W41", &[("sent", 2), ("failed", 1)]),
        tally("2026-W42", &[("queued", 1), ("in_doubt", 1), ("sent", 1)]),
    );
    let since = async |moment| store.delivery_tallies(moment).await.expect("tallies");
    assert_eq!(since(friday(1)).await, std::slice::from_ref(&second));
    assert_eq!(since(friday(1) - Duration::microseconds(1)).await, [second, first]);
    assert_eq!(since(friday(2)).await, []);
}

async fn deliveries_are_listed_newest_edition_first(store: Store) {
    edition(&store, 1, ["sent", "failed", "in_doubt"]).await;
    let second = edition(&store, 2, ["queued", "sent", "in_doubt"]).await;
    let list = async |states: &[&str], edition_id, limit| {
        let choice = Choice { states: states.iter().map(ToString::to_string).collect(), edition_id };
        let listed = store.deliveries(&choice, limit).await.expect("deliveries");
        let row = |one: bellwether::store::deliveries::standing::Standing| {
            format!("{} {} {}", one.edition.expect("an edition"), one.address.expect("an address"), one.state)
        };
        listed.into_iter().map(row).collect::<Vec<_>>()
    };
    let all = [
        "weekly/2026-W42 reader-0@example.org queued",
        "weekly/2026-W42 reader-1@example.org sent",
        "weekly/2026-W42 reader-2@example.org in_doubt",
        "weekly/2026-W41 reader-0@example.org sent",
        "weekly/2026-W41 reader-1@example.org failed",
        "weekly/2026-W41 reader-2@example.org in_doubt",
    ];
    assert_eq!(list(&[], None, 100).await, all);
    assert_eq!(list(&[], None, 2).await, all[..2]);
    assert_eq!(list(&[], Some(second), 100).await, all[..3]);
    assert_eq!(list(&["in_doubt", "failed"], None, 100).await, [all[2], all[4], all[5]]);
    assert_eq!(list(&["in_doubt"], Some(second), 100).await, [all[2]]);
    assert_eq!(list(&["bounced"], None, 100).await, [""; 0]);
}

async fn one_who_was_erased_has_no_address_any_more(store: Store) {
    edition(&store, 1, ["sent", "sent", "sent"]).await;
    store.erase(&hash("reader-1@example.org"), friday(1)).await.expect("erased");
    let listed = store.deliveries(&Choice::default(), 10).await.expect("deliveries");
    let addresses: Vec<Option<&str>> = listed.iter().map(|one| one.address.as_deref()).collect();
    assert_eq!(addresses, [Some("reader-0@example.org"), None, Some("reader-2@example.org")]);
    let tallies = store.delivery_tallies(friday(1) - Duration::days(1)).await.expect("tallies");
    assert_eq!((tallies[0].expected, tallies[0].states["sent"]), (3, 3), "the sum stays");
}

async fn ids(store: &Store) -> Vec<i64> {
    let ids = strings(store, "select cast(id as text) from deliveries order by id").await;
    ids.iter().map(|id| id.parse().expect("an id")).collect()
}

async fn what_is_settled_by_hand_stays_so(store: Store) {
    const STATES: [&str; 10] = [
        "queued",
        "claimed",
        "sending",
        "sent",
        "failed",
        "in_doubt",
        "suppressed",
        "expired",
        "bounced",
        "complained",
    ];
    for (number, resolution, state, from) in [
        (1, Resolution::Sent, "sent", ["queued", "failed", "in_doubt", "expired"].as_slice()),
        (2, Resolution::Again, "queued", &["failed", "in_doubt", "expired"]),
        (3, Resolution::Failed, "failed", &["queued", "in_doubt", "expired"]),
    ] {
        edition(&store, number, ["sent"; 3]).await;
        let id = *ids(&store).await.last().expect("a delivery");
        for before in STATES {
            execute(&store, &format!("update deliveries set state = '{before}' where id = {id}")).await;
            let settled = store.resolve_deliveries(&[id], resolution, friday(number)).await.expect("settled");
            assert_eq!(settled, u64::from(from.contains(&before)), "{resolution:?} {before}");
            let after = strings(&store, &format!("select state from deliveries where id = {id}")).await;
            assert_eq!(after, [if settled > 0 { state } else { before }]);
        }
    }
    assert_eq!(store.resolve_deliveries(&[], Resolution::Sent, friday(1)).await.expect("none"), 0);
    assert_eq!(store.resolve_deliveries(&[i64::MAX], Resolution::Sent, friday(1)).await.expect("none"), 0);
}

async fn what_is_sent_again_has_its_whole_time_again(store: Store) {
    edition(&store, 1, ["expired", "in_doubt", "sent"]).await;
    let now = friday(4);
    assert_eq!(store.resolve_deliveries(&ids(&store).await, Resolution::Again, now).await.expect("settled"), 2);
    assert_eq!(store.deliveries_due(now).await.expect("a count"), 2);
    assert_eq!(store.deliveries_in_doubt(friday(1)).await.expect("a count"), 0);
    let claimed = store.claim_deliveries(1, &[weekly()], 10, now, now + Duration::minutes(1)).await.expect("claimed");
    let marks: Vec<Mark> = claimed
        .iter()
        .map(|one| Mark { id: one.id, step: Step::Ended { ending: Ending::InDoubt, reply: String::new() } })
        .collect();
    assert_eq!(store.mark_deliveries(1, &marks, now).await.expect("marked"), [true, true]);
    assert_eq!(store.deliveries_in_doubt(now - Duration::microseconds(1)).await.expect("a count"), 2, "of now");
}

async fn more_deliveries_than_a_statement_has_places_for_are_settled(store: Store) {
    edition(&store, 1, ["in_doubt", "in_doubt", "sent"]).await;
    let many: Vec<i64> = (1..=40_000).collect();
    assert_eq!(store.resolve_deliveries(&many, Resolution::Sent, friday(1)).await.expect("settled"), 2);
}

async fn what_waited_for_a_person_has_its_whole_time_again(store: Store) {
    edition(&store, 1, ["queued", "queued", "sent"]).await;
    let later = friday(3);
    assert_eq!(store.renew_deliveries(later).await.expect("renewed"), 2);
    let wanted = "select count(distinct wanted_at) || ' ' || count(*) from deliveries where state = 'queued'";
    assert_eq!(strings(&store, wanted).await, ["1 2"]);
    assert_eq!(store.renew_deliveries(friday(2)).await.expect("nothing to do"), 0);
}
