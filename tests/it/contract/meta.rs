//! Small facts: kept once, whoever comes first.

use bellwether::store::Store;

use super::beside;

contract![what_was_kept_first_stays, of_many_that_make_a_value_at_once_all_get_the_same];

async fn what_was_kept_first_stays(store: Store) {
    assert_eq!(store.meta_or("key", || "Größe \u{1F511}".into()).await.expect("a value"), "Größe \u{1F511}");
    let again = store.meta_or("key", || panic!("nothing is made when there is a value")).await;
    assert_eq!(again.expect("a value"), "Größe \u{1F511}");
    assert_eq!(store.meta_or("Key", String::new).await.expect("a value"), "", "another key, an empty value");
    assert_eq!(store.meta_or("Key", || "late".into()).await.expect("a value"), "");
}

async fn of_many_that_make_a_value_at_once_all_get_the_same(store: Store) {
    let mut tasks = Vec::new();
    for n in 0..8 {
        let process = beside(&store).await;
        tasks.push(tokio::spawn(async move {
            let value = process.meta_or("secret", || format!("made by {n}")).await.expect("a value");
            process.close().await;
            value
        }));
    }
    let mut values = Vec::new();
    for task in tasks {
        values.push(task.await.expect("a task"));
    }
    values.dedup();
    assert_eq!(values.len(), 1, "{values:?}");
}
