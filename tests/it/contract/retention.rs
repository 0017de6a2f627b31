//! What grows is pruned, and nothing else.

use bellwether::fetch::robots::standing::Standing;
use bellwether::model::item::Item;
use bellwether::store::Store;
use bellwether::store::retention::Horizon;
use bellwether::store::sources::Listing;
use chrono::{DateTime, Duration, Utc};

use super::sample::{Draft, at, event, fetched, item, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    what_is_older_than_its_limit_goes_and_what_is_not_stays,
    an_undated_item_is_never_forgotten,
    an_item_that_stays_is_still_taken,
    what_pages_told_goes_with_their_own_limit,
    what_fails_to_be_pruned_is_left_as_it_was,
];

const LIMIT: &str = "2026-11-01T00:00:00Z";

fn limit() -> DateTime<Utc> {
    at(LIMIT)
}

/// The limit for everything but the log.
fn horizon(fetch_log: DateTime<Utc>) -> Horizon {
    Horizon { items: limit(), fetch_log, pages: limit(), unconfirmed: limit(), requests: limit() }
}

async fn left(store: &Store, table: &str) -> String {
    strings(store, &format!("select cast(count(*) as text) from {table}")).await.remove(0)
}

/// Dated an hour before it was seen.
fn dated(n: usize, seen: DateTime<Utc>) -> Item {
    Item { date: Some(seen - Duration::hours(1)), ..item(n, seen) }
}

async fn what_is_older_than_its_limit_goes_and_what_is_not_stays(store: Store) {
    let micro = Duration::microseconds(1);
    let (old, young) = (limit() - micro, limit());
    subscribe(&store, "weekly", "ada@example.org", old).await;
    // Each of them once older and once not; the old item is seen within the limit of the log.
    let (first, second) = (dated(1, old), dated(2, young));
    let (ended, ends) = (event("over", "2026-10-31T21:59:59"), event("at-the-limit", "2026-10-31T22:00:00"));
    let long_ago = at("2026-09-01T00:00:00Z");
    store.keep(&[fetched("m", Vec::new(), Listing::Complete(vec![ended, ends]))], long_ago).await.expect("kept");
    store.keep(&[fetched("a", vec![first.clone(), second.clone()], Listing::None)], young).await.expect("kept");
    for (number, cut_off, item) in [(1, old, &first), (2, young, &second)] {
        let draft = Draft::new(number, cut_off).with(item, true);
        store.publish(&draft.publication()).await.expect("published").expect("an edition");
    }
    // Of the old: the item, its place in the edition, its story, the delivery, the event, the log line.
    assert_eq!(store.prune(&horizon(at("2026-10-01T00:00:00Z"))).await.expect("pruned"), 6);
    for table in ["items", "edition_items", "stories", "deliveries", "events", "fetch_log"] {
        assert_eq!(left(&store, table).await, "1", "{table}");
    }
    assert_eq!(store.items(&[first.id]).await.expect("items"), []);
    for table in ["editions", "shown_links", "sources"] {
        assert_eq!(left(&store, table).await, "2", "{table} stay");
    }
    assert_eq!(store.prune(&horizon(at("2026-10-01T00:00:00Z"))).await.expect("pruned"), 0);
    assert_eq!(store.prune(&horizon(young + micro)).await.expect("pruned"), 1, "the log has a limit of its own");
}

async fn an_undated_item_is_never_forgotten(store: Store) {
    let ancient = at("2020-01-01T00:00:00.123456789Z");
    let undated = Item { date: None, ..item(1, ancient) };
    store.keep(&[fetched("a", vec![undated, dated(2, ancient)], Listing::None)], limit()).await.expect("kept");
    assert_eq!(store.prune(&horizon(at("2000-01-01T00:00:00Z"))).await.expect("pruned"), 1);
    assert_eq!(left(&store, "items").await, "1");
}

async fn an_item_that_stays_is_still_taken(store: Store) {
    let old = limit() - Duration::days(100);
    let undated = Item { date: None, ..item(1, old) };
    store.keep(&[fetched("a", vec![undated.clone()], Listing::None)], limit()).await.expect("kept");
    let draft = Draft::new(1, old).with(&undated, true);
    store.publish(&draft.publication()).await.expect("published").expect("an edition");
    store.prune(&horizon(at("2000-01-01T00:00:00Z"))).await.expect("pruned");
    let again = store.items_to_compose(&weekly(), at("1970-01-01T00:00:00Z"), limit(), old).await.expect("items");
    assert_eq!(again, [], "or it would be news again");
}

async fn what_pages_told_goes_with_their_own_limit(store: Store) {
    let standing = |asked_at| Standing { asked_at, robots: None, unreachable_since: None, error: None };
    let [old, young] = [limit() - Duration::microseconds(1), limit()];
    let learned = [("https://a.org", old), ("https://b.org", young)];
    store.keep_robots(&learned.map(|(origin, at)| (origin.to_owned(), standing(at))).into()).await.expect("kept");
    assert_eq!(store.prune(&horizon(old)).await.expect("pruned"), 1);
    assert_eq!(strings(&store, "select origin from robots").await, ["https://b.org"]);
}

async fn what_fails_to_be_pruned_is_left_as_it_was(store: Store) {
    let old = limit() - Duration::days(100);
    store.keep(&[fetched("a", vec![dated(1, old)], Listing::None)], old).await.expect("kept");
    execute(&store, "alter table fetch_log rename to hidden").await;
    assert!(store.prune(&horizon(limit())).await.is_err());
    assert_eq!(left(&store, "items").await, "1");
    execute(&store, "alter table hidden rename to fetch_log").await;
    assert_eq!(store.prune(&horizon(limit())).await.expect("pruned"), 2);
}
