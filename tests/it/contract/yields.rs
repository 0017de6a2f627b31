//! What sources brought: what was stored of each, and what editions showed of it.

use bellwether::health::{Yield, Yields};
use bellwether::model::edition::EventCard;
use bellwether::store::Store;
use bellwether::store::sources::{Fetched, Listing};
use chrono::Duration;

use super::sample::{Draft, at, event, fetched, item_of};

contract![
    what_a_source_brought_is_counted_from_a_moment_on,
    a_story_is_counted_for_each_source_that_tells_it,
    events_are_counted_as_they_were_shown,
];

const FIRST: &str = "2026-11-13T06:00:00Z";
const SECOND: &str = "2026-11-20T06:00:00Z";

async fn what_a_source_brought_is_counted_from_a_moment_on(store: Store) {
    assert_eq!(store.yields(at(FIRST)).await.expect("yields"), Yields::default());
    let (old, new) = (at(FIRST) - Duration::days(300), at(SECOND));
    let items = vec![item_of("a", 1, old), item_of("a", 2, at(FIRST)), item_of("a", 3, new), item_of("a", 4, new)];
    store.keep(&[fetched("a", items, Listing::None)], new).await.expect("kept");
    store.keep(&[fetched("b", vec![item_of("b", 1, old)], Listing::None)], new).await.expect("kept");
    let yields = store.yields(at(FIRST)).await.expect("yields");
    assert_eq!(yields.editions, 0);
    assert_eq!(yields.sources["a"], Yield { stored: 2, newest: Some(new), shown: 0, editions: 0 });
    assert_eq!(yields.sources["b"], Yield { stored: 0, newest: Some(old), shown: 0, editions: 0 });
}

async fn a_story_is_counted_for_each_source_that_tells_it(store: Store) {
    let item = |key, n| item_of(key, n, at(FIRST));
    let batch = [("a", vec![item("a", 1), item("a", 2), item("a", 3)]), ("b", vec![item("b", 1), item("b", 2)])];
    let batch: Vec<Fetched> = batch.into_iter().map(|(key, items)| fetched(key, items, Listing::None)).collect();
    store.keep(&batch, at(FIRST)).await.expect("kept");
    let mut first = Draft::new(1, at(FIRST)).with(&item("a", 1), true).with(&item("a", 2), false);
    // `b` tells the story of `a`'s first item, too.
    first.ranked[0].story.items.push(item("b", 1).id);
    let second = Draft::new(2, at(SECOND)).with(&item("a", 3), true).with(&item("b", 2), true);
    for draft in [&first, &second] {
        store.publish(&draft.publication()).await.expect("published").expect("first");
    }
    let counts = |yields: &Yields, key: &str| (yields.sources[key].shown, yields.sources[key].editions);
    let all = store.yields(at(FIRST) - Duration::days(1)).await.expect("yields");
    assert_eq!((all.editions, counts(&all, "a"), counts(&all, "b")), (2, (2, 2), (2, 2)));
    let last = store.yields(at(FIRST)).await.expect("yields");
    assert_eq!((last.editions, counts(&last, "a"), counts(&last, "b")), (1, (1, 1), (1, 1)), "after that moment");
}

async fn events_are_counted_as_they_were_shown(store: Store) {
    let (one, other) = (event("one", "2026-12-01T19:00:00"), event("other", "2026-12-08T19:00:00"));
    let listing = Listing::Complete(vec![one.clone(), other.clone()]);
    store.keep(&[fetched("m", Vec::new(), listing)], at(FIRST)).await.expect("kept");
    let mut draft = Draft::new(1, at(SECOND));
    draft.edition.meet.near.extend([one, other].map(|event| EventCard { event, source: "M".into() }));
    store.publish(&draft.publication()).await.expect("published").expect("first");
    let yields = store.yields(at(FIRST) - Duration::days(1)).await.expect("yields");
    let newest = Some(at("2026-12-08T19:00:00Z"));
    assert_eq!(yields.sources["m"], Yield { stored: 2, newest, shown: 2, editions: 1 });
}
