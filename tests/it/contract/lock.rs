//! One run at a time, and nobody waits for the dead.

use bellwether::store::Store;
use bellwether::store::lock::RunLock;

use super::{address, beside, eventually};
use crate::support::app::App;
use crate::support::database::Database;
use crate::support::site::Silent;

contract![
    a_second_holder_is_refused_until_the_first_lets_go,
    one_process_does_not_get_it_twice_either,
    a_lock_of_another_database_is_another_lock,
    a_killed_process_holds_nothing,
];

async fn lock(store: &Store) -> Option<RunLock> {
    store.lock_run().await.expect("an answer")
}

async fn a_second_holder_is_refused_until_the_first_lets_go(store: Store) {
    let other = beside(&store).await;
    let held = lock(&store).await.expect("nobody has it");
    for _ in 0..20 {
        assert!(lock(&other).await.is_none(), "asking often changes nothing");
    }
    drop(held);
    let held = eventually("the lock", async || lock(&other).await).await;
    assert!(lock(&store).await.is_none(), "the first has truly let go");
    drop(held);
    other.close().await;
}

async fn one_process_does_not_get_it_twice_either(store: Store) {
    let held = lock(&store).await.expect("nobody has it");
    for _ in 0..20 {
        assert!(lock(&store).await.is_none());
    }
    drop(held);
    eventually("the lock", async || lock(&store).await).await;
}

async fn a_lock_of_another_database_is_another_lock(store: Store) {
    let _held = lock(&store).await.expect("nobody has it");
    let other = match store {
        Store::Sqlite(_) => Database::sqlite(),
        Store::Postgres(_) => Database::postgres().expect("this one is there"),
    };
    let elsewhere = other.store().await;
    assert!(lock(&elsewhere).await.is_some());
    elsewhere.close().await;
}

async fn a_killed_process_holds_nothing(store: Store) {
    let silent = Silent::start();
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nurl = \"{}\"\n", silent.url("/feed")));
    let mut run = app.command(&["run", "--database", &address(&store)]).spawn().expect("the binary starts");
    let _unanswered = silent.wait();
    assert!(lock(&store).await.is_none());
    run.kill().expect("SIGKILL");
    run.wait().expect("it has ended");
    eventually("the lock of the killed process", async || lock(&store).await).await;
}
