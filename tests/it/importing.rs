//! `import`: from SQLite to PostgreSQL, everything or nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use bellwether::store::Store;
use bellwether::store::import::tables::{Kind, TABLES, Table};
use chrono::{DateTime, SubsecRound as _, Utc};
use sqlx::AssertSqlSafe;

use crate::support::app::{App, Ran};
use crate::support::database::{Database, wait};
use crate::support::inbox::{self, Inbox, POSTAL};
use crate::support::site::{Answer, Site, rss};

/// An address that is never connected to.
const NOWHERE: &str = "postgres://127.0.0.1:1/nowhere";

/// An app without sources, and a SQLite database of it.
fn empty() -> (App, Database) {
    let app = App::new();
    app.settings("").write("feeds.toml", "");
    let source = Database::file(&app.path("old.db"));
    app.run(&["migrate", "--database", source.url()]).exits(0);
    (app, source)
}

fn import(app: &App, source: &Database, target: &Database) -> Ran {
    app.run(&["import", "--from", source.url(), "--database", target.url()])
}

fn get<'r, T, R>(row: &'r R, column: &'r str) -> T
where
    R: sqlx::Row,
    &'r str: sqlx::ColumnIndex<R>,
    T: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    row.try_get(column).expect("a value")
}

/// Every row of a table with its values as Rust reads them, times to the microsecond, sorted.
fn rows(database: &Database, table: &Table) -> Vec<String> {
    macro_rules! read {
        ($pool:expr, $sql:expr) => {{
            let rows = sqlx::query(AssertSqlSafe($sql)).fetch_all($pool).await.expect("rows");
            let values = |row| -> String {
                let value = |&(column, kind): &(&str, Kind)| match kind {
                    Kind::Text => format!("{:?}", get::<Option<String>, _>(row, column)),
                    Kind::Integer | Kind::Id => format!("{:?}", get::<Option<i64>, _>(row, column)),
                    Kind::Boolean => format!("{:?}", get::<Option<bool>, _>(row, column)),
                    Kind::Time => {
                        let time = get::<Option<DateTime<Utc>>, _>(row, column);
                        format!("{:?}", time.map(|time| time.trunc_subsecs(6)))
                    }
                };
                table.columns.iter().map(value).collect::<Vec<_>>().join(" ")
            };
            rows.iter().map(values).collect::<Vec<String>>()
        }};
    }
    let columns = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let sql = format!("select {columns} from {}", table.name);
    let mut rows = wait(async || {
        let store = database.store().await;
        let rows = match &store {
            Store::Sqlite(pool) => read!(pool, sql),
            Store::Postgres(pool) => read!(pool, sql),
        };
        store.close().await;
        rows
    });
    rows.sort();
    rows
}

/// That a table has the same rows in both; yields how many.
#[track_caller]
fn same(source: &Database, target: &Database, table: &Table) -> usize {
    let (from, to) = (rows(source, table), rows(target, table));
    assert_eq!(from.iter().zip(&to).find(|(from, to)| from != to), None, "{}", table.name);
    assert_eq!(from.len(), to.len(), "{}", table.name);
    from.len()
}

#[test]
fn the_list_of_tables_is_what_the_migrations_of_sqlite_make() {
    let (_app, source) = empty();
    let kind = |kind: Kind| match kind {
        Kind::Text | Kind::Time => "TEXT",
        Kind::Integer | Kind::Id | Kind::Boolean => "INTEGER",
    };
    let made = source.strings(
        "select t.name || ' ' || c.name || ' ' || c.type from sqlite_master t, pragma_table_info(t.name) c
         where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'",
    );
    all_are_listed(made, kind);
}

#[test]
fn the_list_of_tables_is_what_the_migrations_of_postgresql_make() {
    let Some(target) = Database::postgres() else { return };
    let kind = |kind: Kind| match kind {
        Kind::Text => "text",
        Kind::Integer => "bigint",
        Kind::Id => "bigint identity",
        Kind::Boolean => "boolean",
        Kind::Time => "timestamp with time zone",
    };
    let made = target.strings(
        "select table_name || ' ' || column_name || ' ' || data_type
             || case when is_identity = 'YES' then ' identity' else '' end
         from information_schema.columns where table_schema = 'public' and table_name <> '_sqlx_migrations'",
    );
    all_are_listed(made, kind);

    let place = |name: &str| TABLES.iter().position(|table| table.name == name).expect("a table of the list");
    let references = target.strings(
        "select conrelid::regclass::text || ' ' || confrelid::regclass::text from pg_constraint where contype = 'f'",
    );
    assert!(!references.is_empty());
    for reference in references {
        let (from, to) = reference.split_once(' ').expect("two tables");
        assert!(place(to) < place(from), "{from} is filled before {to}, to which it refers");
    }
}

#[track_caller]
fn all_are_listed(made: Vec<String>, kind: impl Fn(Kind) -> &'static str) {
    let columns = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|(column, of)| format!("{} {column} {}", table.name, kind(*of))).collect()
    };
    let (made, listed) = (BTreeSet::from_iter(made), TABLES.iter().flat_map(columns).collect());
    let (forgotten, gone): (Vec<_>, Vec<_>) = (made.difference(&listed).collect(), listed.difference(&made).collect());
    assert!(forgotten.is_empty() && gone.is_empty(), "import forgets {forgotten:?}, and there is no {gone:?}");
}

#[test]
fn a_demonstration_is_the_same_on_postgresql_and_nothing_of_it_is_mailed_again() {
    let Some(target) = Database::empty_postgres() else { return };
    let (app, inbox) = (App::new(), Inbox::new());
    app.settings(&format!("[smtp]\nurl = \"{}\"\n[[digest]]\n{POSTAL}\n", inbox.mailbox.url())).write("feeds.toml", "");
    app.run_env(&["demo", "--once"], &[("BELLWETHER_DATABASE_URL", "")]).exits(0);
    let source = Database::file(&app.path("out/demo.db"));
    // The new database has secrets of its own by now, which no link depends on.
    app.run(&["migrate", "--database", target.url()]).exits(0);

    let told = app.json(&["import", "--from", source.url(), "--database", target.url()]);
    assert_eq!(told["tables"]["editions"], 9);
    assert_eq!(told["tables"]["deliveries"], 27);
    let sum: i64 =
        told["tables"].as_object().expect("tables").values().map(|count| count.as_i64().expect("rows")).sum();
    assert_eq!(told["rows"], sum);
    for table in TABLES {
        assert_eq!(told["tables"][table.name], same(&source, &target, table), "{}", table.name);
    }
    let commands: [&[&str]; 5] = [
        &["digest", "--week", "2026-W39", "--format", "json"],
        &["digest", "--week", "2026-W47", "--format", "json"],
        &["subscribers", "list", "--json"],
        &["deliveries", "list", "--state", "all", "--json", "--now", "2026-11-20T09:00:00Z"],
        &["digest", "--week", "2026-W47", "--why"],
    ];
    let shown = |database: &Database| -> Vec<String> {
        commands
            .iter()
            .map(|args| app.run(&[args, &["--database", database.url()][..]].concat()).exits(0).stdout)
            .collect()
    };
    let before = shown(&source);
    assert_eq!(shown(&target), before);

    let journal = |key: &str| told["journal"][key].as_str().expect("a path").to_owned();
    assert!(journal("from").ends_with("/out/demo.journal"), "{told}");
    std::fs::copy(journal("from"), journal("to")).expect("the journal");
    let run = app.json(&["run", "--now", "2026-11-20T09:00:00Z", "--database", target.url()]);
    assert_eq!((&run["deliveries"]["sent"], &run["composed"]), (&0.into(), &serde_json::json!([])), "{run}");
    assert_eq!(inbox.mailbox.received(), 0);
    assert_eq!(shown(&target), before);
}

#[test]
fn what_waited_is_mailed_from_postgresql_and_everything_goes_on_from_there() {
    let Some(target) = Database::empty_postgres() else { return };
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = inbox::app(&inbox, &site, POSTAL);
    let source = Database::file(&app.path("old.db"));
    let on = |database: &Database, args: &[&str]| app.run(&[args, &["--database", database.url()][..]].concat());
    on(&source, &["subscribers", "add", "ada@example.org", "grace@example.net", "linus@example.com"]).exits(0);
    on(&source, &["run", "--now", "2026-11-20T06:10:00Z"]).exits(0);
    on(&source, &["subscribers", "remove", "linus@example.com"]).exits(0);

    let ran = import(&app, &source, &target).exits(0);
    assert!(ran.stdout.contains("deliveries") && ran.stdout.contains("in all"), "{}", ran.stdout);
    let (from, to) = (app.path("old.journal"), app.path("bellwether.journal"));
    let real = |path: &Path| {
        path.parent().expect("a folder").canonicalize().expect("it").join(path.file_name().expect("a name"))
    };
    let copy = format!("cp {} {}", real(&from).display(), real(&to).display());
    assert!(ran.stderr.contains(&copy), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("journal = {:?}", real(&to))), "{}", ran.stderr);
    assert!(!app.path("old.db-wal").exists(), "one file can be put away");
    std::fs::copy(from, to).expect("the journal");

    for (now, sent) in [("2026-11-20T07:10:00Z", 2), ("2026-11-20T07:20:00Z", 0)] {
        assert_eq!(app.json(&["run", "--now", now, "--database", target.url()])["deliveries"]["sent"], sent, "{now}");
    }
    let next = ("A linker that is done before you ask", "https://a.example/2", "Wed, 25 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[next])));
    on(&target, &["subscribers", "add", "edsger@example.org"]).exits(0);
    let run = app.json(&["run", "--now", "2026-11-27T07:10:00Z", "--database", target.url()]);
    assert_eq!((&run["composed"], &run["deliveries"]["sent"]), (&serde_json::json!(["weekly/2026-W48"]), &3.into()));
    assert_eq!(inbox.mailbox.received(), 5);
    assert!(!inbox.messages().concat().contains("linus@example.com"));
}

#[test]
fn values_that_only_sqlite_takes_are_made_fit_and_many_are_moved_in_pieces() {
    let Some(target) = Database::empty_postgres() else { return };
    let (app, source) = empty();
    source.execute(
        "insert into items values ('a', 's', 'nul' || char(0) || 'l', null, '2026-11-20T07:00:00.123456789+00:00',
             '2026-11-20T07:00:00+00:00', null, 1, 'en', 'f', '{}')",
    );
    source.execute(
        "insert into events values ('far', 's', '2026-11-20T07:00:00+00:00', '+10000-01-01T12:00:00+00:00',
             '2026-11-20T07:00:00+00:00', 0, '{}')",
    );
    // More rows than one statement takes, and rows so large that few of them make a statement.
    source.execute(
        "with recursive n(n) as (values (1) union all select n + 1 from n where n < 2501)
         insert into fetch_log select n * 2, 's', '2026-11-20T07:00:00+00:00', 'ok', n, 0 from n",
    );
    source.execute(
        "with recursive n(n) as (values (1) union all select n + 1 from n where n < 9)
         insert into sources (key, next_due, last_success, state) select 'large-' || n, null, null, hex(zeroblob(200000)) from n",
    );
    import(&app, &source, &target).exits(0);
    let item = "select title || ' ' || removed || to_char(happened_at at time zone 'utc', ' SS.US') from items";
    assert_eq!(target.strings(item), ["null true 00.123456"]);
    // Of the item only the NUL is missing.
    for table in TABLES.iter().filter(|table| table.name != "items") {
        same(&source, &target, table);
    }
}

#[test]
fn a_row_that_cannot_be_moved_leaves_the_new_database_empty() {
    let Some(target) = Database::empty_postgres() else { return };
    let (app, source) = empty();
    source.execute("insert into sources (key, next_due, last_success, state) values ('s', null, null, '{}')");
    source.execute("insert into suppressions values ('hash', 'erased', 'soon')");
    let ran = import(&app, &source, &target).exits(1);
    assert!(ran.stderr.contains("`suppressions` cannot be copied") && ran.stderr.contains("soon"), "{}", ran.stderr);
    for table in TABLES {
        assert_eq!(rows(&target, table), [""; 0], "{}", table.name);
    }
    source.execute("update suppressions set at = '2026-11-20T07:00:00+00:00'");
    import(&app, &source, &target).exits(0);
}

#[test]
fn a_database_that_is_not_empty_stays_as_it_is() {
    let Some(target) = Database::postgres() else { return };
    let (app, source) = empty();
    app.run(&["subscribers", "add", "ada@example.org", "--database", target.url()]).exits(0);
    app.run(&["deliveries", "pause", "--database", target.url()]).exits(0);
    let before: Vec<_> = TABLES.iter().map(|table| rows(&target, table)).collect();
    let ran = import(&app, &source, &target).exits(1);
    assert!(ran.stderr.contains("it has rows in `meta` (paused), `subscribers` —"), "{}", ran.stderr);
    assert_eq!(TABLES.iter().map(|table| rows(&target, table)).collect::<Vec<_>>(), before);
}

#[test]
fn what_is_no_source_is_refused_and_nothing_is_made() {
    let (app, source) = empty();
    app.write("empty.db", "").write("notes.txt", &"These are notes, and no database. ".repeat(40));
    let files = || -> BTreeSet<_> {
        std::fs::read_dir(app.dir()).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect()
    };
    let before = files();
    for (from, code, words) in [
        ("old.db", 2, "`old.db` is not a SQLite database"),
        ("postgres://127.0.0.1:1/old", 2, "is not a SQLite database"),
        ("sqlite://nothing.db", 1, "`sqlite://nothing.db` names no file that exists"),
        ("sqlite://nothing.db?mode=rwc", 1, "names no file that exists"),
        ("sqlite::memory:", 1, "names no file that exists"),
        ("sqlite://old.db?mode=memory", 1, "old.db is not a database of Bellwether's"),
        ("sqlite://empty.db", 1, "empty.db is not a database of Bellwether's"),
        ("sqlite://notes.txt", 1, "cannot open the database notes.txt"),
    ] {
        let ran = app.run(&["import", "--from", from, "--database", NOWHERE]).exits(code);
        assert!(ran.stderr.contains(words), "{from}: {}", ran.stderr);
    }
    for target in ["sqlite://new.db", "sqlite::memory:"] {
        let ran = app.run(&["import", "--from", source.url(), "--database", target]).exits(2);
        assert!(ran.stderr.contains(&format!("`{target}` is not a PostgreSQL database")), "{}", ran.stderr);
    }
    let made: Vec<_> = files().difference(&before).cloned().collect();
    assert_eq!(made, [""; 0]);
}

#[test]
fn a_source_of_another_version_is_refused_and_stays_as_it_is() {
    let migrations = "select cast(version as text) from _sqlx_migrations order by version";
    let last = |database: &Database| database.strings(migrations).pop().expect("a migration");
    for (change, words) in [
        ("delete from _sqlx_migrations where version > 1", "first `bellwether migrate --database sqlite://"),
        ("update _sqlx_migrations set version = 999 where version = 2", "import with the version that wrote it"),
    ] {
        let (app, source) = empty();
        let current = last(&source);
        source.execute(change);
        let before = std::fs::read(app.path("old.db")).expect("the file");
        let ran = app.run(&["import", "--from", source.url(), "--database", NOWHERE]).exits(1);
        assert!(ran.stderr.contains(words) && ran.stderr.contains(&current), "{}", ran.stderr);
        assert_eq!(std::fs::read(app.path("old.db")).expect("the file"), before);
    }
}

#[test]
fn a_run_at_either_database_is_waited_for() {
    let Some(target) = Database::postgres() else { return };
    let (app, source) = empty();
    let lock = File::create(app.path("old.db.lock")).expect("the lock's file");
    lock.lock().expect("the lock");
    let ran = import(&app, &source, &target).exits(4);
    assert!(ran.stderr.contains("another run is at the SQLite database"), "{}", ran.stderr);
    drop(lock);

    let ran = wait(async || {
        let store = target.store().await;
        let lock = store.lock_run().await.expect("a lock").expect("that is free");
        let ran = import(&app, &source, &target);
        drop(lock);
        store.close().await;
        ran
    });
    assert!(ran.exits(4).stderr.contains("another run is at the PostgreSQL database"));
    import(&app, &source, &target).exits(0);
}

#[test]
fn while_it_works_no_run_begins_on_either() {
    const WAITS: &str = "select count(*) from pg_locks where not granted and database =
        (select oid from pg_database where datname = current_database())";
    let Some(target) = Database::postgres() else { return };
    let (app, source) = empty();
    app.run(&["migrate", "--database", target.url()]).exits(0);
    // Somebody who writes keeps the import waiting, with both locks in its hand.
    let (released, ran) = wait(async || {
        let Store::Postgres(pool) = target.store().await else { panic!("PostgreSQL") };
        let mut writer = pool.begin().await.expect("a transaction");
        sqlx::query("insert into suppressions values ('hash', 'erased', now())")
            .execute(&mut *writer)
            .await
            .expect("a row");
        let mut importing = app.command(&["import", "--quiet", "--from", source.url(), "--database", target.url()]);
        let mut importing = importing.spawn().expect("the binary starts");
        while sqlx::query_scalar::<_, i64>(WAITS).fetch_one(&pool).await.expect("locks") == 0 {
            assert_eq!(importing.try_wait().expect("a child"), None, "it waited for nobody");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let runs = [&source, &target].map(|database| app.run(&["run", "--database", database.url()]).code);
        writer.rollback().await.expect("the end");
        let ended = importing.wait_with_output().expect("an end");
        pool.close().await;
        (ended.status.code(), runs)
    });
    assert_eq!((released, ran), (Some(0), [4, 4]));
}
