//! What a curator said of two reports stays, and the later word counts.

use std::collections::BTreeSet;

use bellwether::model::id::ItemId;
use bellwether::model::judgement::Judgements;
use bellwether::store::Store;

use super::at_once;
use super::sample::at;

contract![the_later_word_counts, of_several_at_once_none_is_lost];

fn items<const N: usize>(names: [&str; N]) -> BTreeSet<ItemId> {
    names.iter().map(|name| ItemId::of(&[name])).collect()
}

async fn the_later_word_counts(store: Store) {
    let now = at("2026-11-20T06:00:00Z");
    assert!(store.judgements().await.expect("read").is_empty());
    store.judge(&Judgements::default(), now).await.expect("nothing kept");
    let mut said = Judgements::default();
    said.merge(&items(["a", "b", "c"]));
    store.judge(&said, now).await.expect("kept");
    assert_eq!(store.judgements().await.expect("read"), said);
    let mut later = Judgements::default();
    later.split(&items(["c"]), &items(["a", "b"]));
    store.judge(&later, now).await.expect("kept");
    said.split(&items(["c"]), &items(["a", "b"]));
    assert_eq!(store.judgements().await.expect("read"), said);
}

async fn of_several_at_once_none_is_lost(store: Store) {
    let now = at("2026-11-20T06:00:00Z");
    let said = at_once(&store, 8, async |n, store| {
        let mut said = Judgements::default();
        said.merge(&items(["a", &n.to_string()]));
        store.judge(&said, now).await
    });
    assert!(said.await.iter().all(Result::is_ok));
    assert_eq!(store.judgements().await.expect("read").iter().count(), 8);
}
