//! What a batch of fetches leaves: states, the log, and all of it or nothing.

use bellwether::fetch::plan::SourceState;
use bellwether::store::Store;
use bellwether::store::sources::{Fetched, Kept, Listing};
use chrono::Duration;

use super::at_once;
use super::sample::{at, fetched, item_of, source};
use crate::support::database::{execute, strings};

contract![
    a_state_is_read_back_as_it_was_kept,
    a_state_that_is_kept_again_replaces_the_first,
    a_source_twice_in_one_batch_is_kept_as_it_came_last,
    an_empty_batch_changes_nothing,
    a_state_is_replaced_only_while_it_is_the_one_that_is_kept,
    a_batch_that_fails_leaves_nothing,
    sources_that_answered_are_counted_once_each_from_after_one_moment_until_another,
    what_cannot_be_read_is_an_error_and_no_guess,
    two_that_keep_the_same_sources_at_once_both_succeed,
    an_outage_lasts_until_somebody_answers,
    prints_are_those_of_the_document_that_was_read_last,
];

const NOW: &str = "2026-11-16T07:00:00Z";

async fn a_state_is_read_back_as_it_was_kept(store: Store) {
    assert!(store.source_states().await.expect("states").is_empty());
    let mut full = fetched("a", Vec::new(), Listing::None);
    full.state = SourceState {
        etag: Some("W/\"a\\b\"".into()),
        last_error: Some("the server said “nö\0”".into()),
        next_due: Some(at("2026-11-17T07:00:00.000001Z")),
        last_success: Some(at(NOW)),
        throttled_until: Some(at("2026-11-16T09:00:00.123456789Z")),
        gone: true,
        bytes_total: u64::MAX,
        ..full.state
    };
    let bare = fetched("b", Vec::new(), Listing::None);
    store.keep(&[full.clone(), bare.clone()], at(NOW)).await.expect("kept");
    let states = store.source_states().await.expect("states");
    assert_eq!(states.into_iter().collect::<Vec<_>>(), [(source("a"), full.state), (source("b"), bare.state)]);
}

async fn a_state_that_is_kept_again_replaces_the_first(store: Store) {
    let mut one = fetched("a", Vec::new(), Listing::None);
    one.state.next_due = Some(at(NOW));
    store.keep(&[one.clone()], at(NOW)).await.expect("kept");
    one.state.next_due = None;
    one.state.failures = 3;
    store.keep(&[one.clone()], at(NOW)).await.expect("kept");
    assert_eq!(store.source_states().await.expect("states")[&source("a")], one.state);
    assert_eq!(strings(&store, "select key from sources where next_due is null").await, ["a"], "the columns follow");
}

async fn a_source_twice_in_one_batch_is_kept_as_it_came_last(store: Store) {
    let first = fetched("a", vec![item_of("a", 1, at(NOW))], Listing::None);
    let mut second = fetched("a", vec![item_of("a", 1, at(NOW)), item_of("a", 2, at(NOW))], Listing::None);
    second.state.failures = 7;
    let kept = store.keep(&[first, second.clone()], at(NOW)).await.expect("kept");
    assert_eq!(kept, Kept { items_new: 2, items_updated: 0, events_new: 0 });
    assert_eq!(store.source_states().await.expect("states")[&source("a")], second.state);
}

async fn a_state_is_replaced_only_while_it_is_the_one_that_is_kept(store: Store) {
    let first = fetched("a", Vec::new(), Listing::None);
    store.keep(std::slice::from_ref(&first), at(NOW)).await.expect("kept");
    let mut next = first.state.clone();
    (next.failures, next.next_due) = (4, Some(at(NOW)));
    next.rediscovery.found = Some("https://elsewhere.example/feed".into());
    assert!(store.replace_state(&first.state, &next).await.expect("replaced"));
    assert_eq!(store.source_states().await.expect("states")[&source("a")], next);
    assert_eq!(
        strings(&store, "select key from sources where next_due is not null").await,
        ["a"],
        "the columns follow"
    );
    let late = SourceState { failures: 9, ..first.state.clone() };
    assert!(!store.replace_state(&first.state, &late).await.expect("asked"), "another process was there meanwhile");
    let other = fetched("b", Vec::new(), Listing::None).state;
    assert!(!store.replace_state(&other, &other).await.expect("asked"), "nothing is added");
    assert_eq!(store.source_states().await.expect("states").into_values().collect::<Vec<_>>(), [next]);
}

async fn an_empty_batch_changes_nothing(store: Store) {
    assert_eq!(store.keep(&[], at(NOW)).await.expect("kept"), Kept::default());
    assert!(store.source_states().await.expect("states").is_empty());
}

async fn a_batch_that_fails_leaves_nothing(store: Store) {
    // Whatever it is that fails, it is the last thing of the last source.
    execute(&store, "alter table fetch_log rename to hidden").await;
    let batch = ["a", "b"].map(|key| fetched(key, vec![item_of(key, 1, at(NOW))], Listing::Complete(Vec::new())));
    assert!(store.keep(&batch, at(NOW)).await.is_err());
    assert!(store.source_states().await.expect("states").is_empty());
    assert_eq!(strings(&store, "select id from items").await, [""; 0]);
    execute(&store, "alter table hidden rename to fetch_log").await;
    assert_eq!(store.keep(&batch, at(NOW)).await.expect("kept").items_new, 2, "nothing is locked or half done");
}

async fn sources_that_answered_are_counted_once_each_from_after_one_moment_until_another(store: Store) {
    let (since, until) = (at("2026-11-13T06:00:00Z"), at("2026-11-20T06:00:00Z"));
    let micro = Duration::microseconds(1);
    let answer =
        |key: &str, outcome: &str| Fetched { outcome: outcome.into(), ..fetched(key, Vec::new(), Listing::None) };
    for (key, outcome, when) in [
        ("on-the-edge", "ok", since),
        ("a", "ok", since + micro),
        ("a", "not_modified", until),
        ("b", "not_modified", until),
        ("failed", "timeout", until),
        ("late", "ok", until + micro),
    ] {
        store.keep(&[answer(key, outcome)], when).await.expect("kept");
    }
    assert_eq!(store.sources_answered(since, until).await.expect("a count"), 2);
    assert_eq!(store.sources_answered(until + Duration::days(1), until + Duration::days(2)).await.expect("a count"), 0);
}

async fn prints_are_those_of_the_document_that_was_read_last(store: Store) {
    assert!(store.prints(&source("a")).await.expect("none").is_empty());
    for (prints, expected) in [(Some(vec![1, u64::MAX]), 2), (None, 2), (Some(vec![7]), 1), (Some(Vec::new()), 0)] {
        store.keep(&[Fetched { prints, ..fetched("a", Vec::new(), Listing::None) }], at(NOW)).await.expect("kept");
        assert_eq!(store.prints(&source("a")).await.expect("prints").len(), expected);
    }
    store
        .keep(&[Fetched { prints: Some(vec![0, 1 << 63]), ..fetched("a", Vec::new(), Listing::None) }], at(NOW))
        .await
        .expect("kept");
    assert_eq!(store.prints(&source("a")).await.expect("prints"), [0, 1 << 63].into());
}

async fn an_outage_lasts_until_somebody_answers(store: Store) {
    let keep = async |outcome: &str, when: &str| {
        let answer = Fetched { outcome: outcome.into(), ..fetched("a", Vec::new(), Listing::None) };
        store.keep(&[answer], at(when)).await.expect("kept");
    };
    assert_eq!(store.outage_before(at(NOW)).await.expect("a span"), None);
    keep("outage", "2026-11-16T07:00:00Z").await;
    keep("outage", "2026-11-16T08:00:00Z").await;
    let span = Some((at("2026-11-16T07:00:00Z"), at("2026-11-16T08:00:00Z")));
    assert_eq!(store.outage_before(at("2026-11-16T09:00:00Z")).await.expect("a span"), span);
    keep("timeout", "2026-11-16T09:00:00Z").await;
    assert_eq!(store.outage_before(at("2026-11-16T10:00:00Z")).await.expect("a span"), None);
    keep("outage", "2026-11-16T10:00:00Z").await;
    let span = Some((at("2026-11-16T10:00:00Z"), at("2026-11-16T10:00:00Z")));
    assert_eq!(store.outage_before(at("2026-11-16T11:00:00Z")).await.expect("a span"), span);
}

async fn what_cannot_be_read_is_an_error_and_no_guess(store: Store) {
    store.keep(&[fetched("a", Vec::new(), Listing::None)], at(NOW)).await.expect("kept");
    assert_eq!(execute(&store, "update sources set state = '{\"key\": 1}'").await, 1);
    let error = store.source_states().await.expect_err("a row of another version").to_string();
    assert!(error.contains("newer version"), "{error}");
}

/// A `fetch` by hand beside the one of cron: answers come in another order there.
async fn two_that_keep_the_same_sources_at_once_both_succeed(store: Store) {
    let new = at_once(&store, 2, async |n, process| keep_often(process, n == 1).await).await;
    assert_eq!(new[0] + new[1], 8 * (ROUNDS + 1), "each item is new once");
}

const ROUNDS: usize = 30;

/// Keeps eight sources again and again, each time with one item edited and one more; yields how many were new.
async fn keep_often(store: Store, backwards: bool) -> usize {
    let mut new = 0;
    for round in 0..ROUNDS {
        let of = |n: usize| {
            let key = format!("s-{n}");
            let mut edited = item_of(&key, 0, at(NOW));
            edited.title = format!("Round {round}, backwards {backwards}");
            fetched(&key, vec![edited, item_of(&key, round + 1, at(NOW))], Listing::None)
        };
        let mut batch: Vec<Fetched> = (0..8).map(of).collect();
        if backwards {
            batch.reverse();
        }
        new += store.keep(&batch, at(NOW)).await.expect("kept beside another").items_new;
    }
    new
}
