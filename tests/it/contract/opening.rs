//! Opening a database, and bringing its tables up to date.

use bellwether::store::Store;

use super::address;
use crate::support::app::App;
use crate::support::database::{Database, execute, strings, wait};

contract![
    what_was_kept_is_there_when_it_is_opened_again,
    its_version_is_that_of_the_last_migration,
    migrating_again_changes_nothing,
    a_database_of_a_newer_version_is_refused,
    a_closed_store_answers_nothing,
    a_new_database_is_sound,
];

async fn what_was_kept_is_there_when_it_is_opened_again(store: Store) {
    store.meta_or("key", || "kept".into()).await.expect("a value");
    store.close().await;
    assert!(Store::exists(&address(&store)) && !Store::exists("sqlite:///no/where.db"));
    let again = Store::open(&address(&store)).await.expect("the same database");
    assert_eq!(again.meta_or("key", || "lost".into()).await.expect("a value"), "kept");
    again.close().await;
}

async fn its_version_is_that_of_the_last_migration(store: Store) {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).expect("a folder").count();
    assert_eq!(store.version().await.expect("a version"), i64::try_from(files).expect("few"));
}

async fn a_new_database_is_sound(store: Store) {
    assert!(store.is_sound().await.expect("an answer"));
}

async fn migrating_again_changes_nothing(store: Store) {
    let applied = async || strings(&store, "select version || ' ' || installed_on from _sqlx_migrations").await;
    let before = applied().await;
    store.migrate().await.expect("nothing to do");
    assert_eq!(applied().await, before);
}

async fn a_database_of_a_newer_version_is_refused(store: Store) {
    let sql = "insert into _sqlx_migrations select 9999, description, installed_on, success, checksum, execution_time \
               from _sqlx_migrations where version = 1";
    assert_eq!(execute(&store, sql).await, 1);
    let error = Store::open(&address(&store)).await.expect_err("a newer version").to_string();
    assert!(error.contains("newer version") && error.contains("9999"), "{error}");
}

async fn a_closed_store_answers_nothing(store: Store) {
    store.close().await;
    assert!(store.version().await.is_err());
}

/// Four binaries at once on a database without a table, several times.
fn race(empty: impl Fn() -> Option<Database>) {
    for _ in 0..3 {
        let Some(database) = empty() else { return };
        let app = App::new();
        app.write("feeds.toml", "");
        let start = |_| {
            let mut command = app.command(&["migrate", "--database", database.url()]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().expect("the binary starts")
        };
        for process in (0..4).map(start).collect::<Vec<_>>() {
            let out = process.wait_with_output().expect("it ends");
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        }
        let files = database.strings("select cast(count(*) as text) from _sqlx_migrations where success");
        let known = database.strings("select cast(max(version) as text) from _sqlx_migrations");
        assert_eq!(files, known, "each once");
    }
}

mod four_processes_that_migrate_at_once_all_succeed {
    use super::{Database, race};

    #[test]
    fn on_sqlite() {
        race(|| Some(Database::sqlite()));
    }

    #[test]
    fn on_postgres() {
        race(Database::empty_postgres);
    }
}

#[test]
fn an_address_of_no_known_kind_is_refused_without_its_password() {
    let open = |url| wait(async move || Store::open(url).await.expect_err("refused").to_string());
    let error = open("mysql://me:secret@db.example/x");
    assert!(error.contains("postgres://") && !error.contains("secret"), "{error}");
    let error = open("postgres://me:secret@%2Fnowhere/x");
    assert!(error.contains("%2Fnowhere/x") && !error.contains("secret"), "{error}");
    let error = open("sqlite:///nowhere/at/all/x.db");
    assert!(error.contains("/nowhere/at/all/x.db"), "{error}");
}
