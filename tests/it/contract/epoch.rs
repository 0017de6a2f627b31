//! Epochs: a number for each sender, higher than all before.

use std::collections::BTreeSet;

use bellwether::store::Store;

use super::at_once;

contract![
    each_epoch_is_the_next,
    an_epoch_that_somebody_knows_of_is_passed,
    of_many_that_begin_at_once_each_has_an_epoch_of_its_own,
];

async fn each_epoch_is_the_next(store: Store) {
    assert_eq!(store.epoch().await.expect("an epoch"), 0);
    for expected in 1..=3 {
        assert_eq!(store.begin_epoch(0).await.expect("an epoch"), expected);
        assert_eq!(store.epoch().await.expect("an epoch"), expected);
    }
}

async fn an_epoch_that_somebody_knows_of_is_passed(store: Store) {
    assert_eq!(store.begin_epoch(41).await.expect("an epoch"), 42);
    assert_eq!(store.begin_epoch(7).await.expect("an epoch"), 43);
}

async fn of_many_that_begin_at_once_each_has_an_epoch_of_its_own(store: Store) {
    let begin = async |_, process: Store| process.begin_epoch(0).await.expect("an epoch");
    let epochs: BTreeSet<i64> = at_once(&store, 8, begin).await.into_iter().collect();
    assert_eq!(epochs, (1..=8).collect());
}
