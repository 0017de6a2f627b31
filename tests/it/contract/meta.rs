//! Small facts: kept once, whoever comes first.

use bellwether::store::Store;

use super::at_once;

contract![
    what_was_kept_first_stays,
    of_many_that_make_a_value_at_once_all_get_the_same,
    a_value_is_set_replaced_and_removed,
    values_are_found_by_the_beginning_of_their_keys,
];

async fn what_was_kept_first_stays(store: Store) {
    assert_eq!(store.meta_or("key", || "Größe \u{1F511}".into()).await.expect("a value"), "Größe \u{1F511}");
    let again = store.meta_or("key", || panic!("nothing is made when there is a value")).await;
    assert_eq!(again.expect("a value"), "Größe \u{1F511}");
    assert_eq!(store.meta_or("Key", String::new).await.expect("a value"), "", "another key, an empty value");
    assert_eq!(store.meta_or("Key", || "late".into()).await.expect("a value"), "");
}

async fn of_many_that_make_a_value_at_once_all_get_the_same(store: Store) {
    let make = async |n, process: Store| process.meta_or("secret", || format!("made by {n}")).await.expect("a value");
    let mut values = at_once(&store, 8, make).await;
    values.dedup();
    assert_eq!(values.len(), 1, "{values:?}");
}

async fn a_value_is_set_replaced_and_removed(store: Store) {
    assert_eq!(store.meta("paused").await.expect("an answer"), None);
    for value in [Some("since “noon”"), Some(""), None, None] {
        store.set_meta("paused", value).await.expect("set");
        assert_eq!(store.meta("paused").await.expect("an answer").as_deref(), value);
    }
}

async fn values_are_found_by_the_beginning_of_their_keys(store: Store) {
    for key in ["token_key", "token_key.2", "token_key.10", "tokenXkey", "Token_key", "token"] {
        store.set_meta(key, Some(&format!("of {key}"))).await.expect("set");
    }
    let found = store.meta_below("token_key").await.expect("values");
    let expected = ["token_key", "token_key.10", "token_key.2"].map(|key| (key.to_owned(), format!("of {key}")));
    assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(store.meta_below("%").await.expect("none").len(), 0);
}
