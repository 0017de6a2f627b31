//! What the store promises, held on SQLite and on PostgreSQL alike: each test runs on both, a file for each aggregate.

/// Makes `name::on_sqlite` and `name::on_postgres` of each `async fn name(store: Store)`.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                use crate::contract::hold;
                use crate::support::database::Database;

                #[test]
                fn on_sqlite() {
                    hold(Some(Database::sqlite()), super::$name);
                }

                #[test]
                fn on_postgres() {
                    hold(Database::postgres(), super::$name);
                }
            }
        )+
    };
}

mod articles;
mod claims;
mod complete;
mod deliveries;
mod editions;
mod epoch;
mod events;
mod items;
mod judgements;
mod lock;
mod meta;
mod opening;
mod opt_in;
mod retention;
mod robots;
mod sample;
mod sources;
mod standing;
mod subscribers;
mod yields;

use bellwether::store::Store;
use futures_util::future::join_all;

use crate::support::database::Database;

/// Runs `test` over a store on a database of its own; does nothing where there is no such database.
fn hold<F: Future<Output = ()>>(database: Option<Database>, test: impl FnOnce(Store) -> F) {
    let Some(database) = database else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let store = database.store().await;
        test(store.clone()).await;
        store.close().await;
    });
}

/// The database of `store` opened once more, as another process would have it.
async fn beside(store: &Store) -> Store {
    Store::open(&address(store)).await.expect("the same database")
}

/// What `act` yields to each of `count` processes that begin at the same moment.
async fn at_once<T>(store: &Store, count: usize, act: impl AsyncFn(usize, Store) -> T) -> Vec<T> {
    let mut processes = Vec::new();
    for _ in 0..count {
        processes.push(beside(store).await);
    }
    let work = processes.iter().cloned().enumerate().map(|(n, process)| act(n, process));
    let out = join_all(work).await;
    for process in processes {
        process.close().await;
    }
    out
}

/// The address that `store` was opened with.
fn address(store: &Store) -> String {
    use sqlx::ConnectOptions as _;
    match store {
        Store::Sqlite(pool) => format!("sqlite://{}", pool.connect_options().get_filename().display()),
        Store::Postgres(pool) => pool.connect_options().to_url_lossy().to_string(),
    }
}

/// Tries again until `act` yields something: what another process sees of a change may take a moment.
async fn eventually<T>(what: &str, mut act: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(out) = act().await {
            return out;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{what} did not come about in ten seconds");
}
