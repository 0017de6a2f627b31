//! The migrations of both databases: the same numbers and names, embedded as they stand, to the same tables.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType};

use crate::support::database::{Database, wait};

/// Version, name and text of each file, in order.
fn files(folder: &str) -> Vec<(i64, String, String)> {
    let folder = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            let (version, name) =
                name.strip_suffix(".sql").and_then(|name| name.split_once('_')).expect("0001_name.sql");
            let text = std::fs::read_to_string(&path).expect("a migration");
            (version.parse().expect("a number"), name.to_owned(), text)
        })
        .collect();
    files.sort();
    files
}

/// A SQLite file with all migrations.
fn sqlite() -> Database {
    let database = Database::sqlite();
    wait(async || database.store().await.close().await);
    database
}

#[test]
fn both_folders_have_the_same_numbers_and_names() {
    let names = |folder| files(folder).into_iter().map(|(version, name, _)| (version, name)).collect::<Vec<_>>();
    assert_eq!(names("sqlite"), names("postgres"));
    let numbers: Vec<i64> = names("sqlite").into_iter().map(|(version, _)| version).collect();
    assert_eq!(numbers, (1..=i64::try_from(numbers.len()).expect("few")).collect::<Vec<_>>(), "none is missing");
}

#[test]
fn what_is_embedded_is_what_stands_in_the_folders() {
    let expected = |folder: &str| -> Vec<String> {
        files(folder)
            .into_iter()
            .map(|(version, name, text)| {
                let migration = Migration::new(
                    version,
                    name.clone().into(),
                    MigrationType::Simple,
                    sqlx::AssertSqlSafe(text).into_sql_str(),
                    false,
                );
                let checksum: String = migration.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{version} {name} {checksum}")
            })
            .collect()
    };
    let applied = |database: &Database, hex: &str| {
        database.strings(&format!(
            "select version || ' ' || description || ' ' || {hex} from _sqlx_migrations order by version"
        ))
    };
    assert_eq!(applied(&sqlite(), "lower(hex(checksum))"), expected("sqlite"));
    if let Some(postgres) = Database::postgres() {
        assert_eq!(applied(&postgres, "encode(checksum, 'hex')"), expected("postgres"));
    }
}

/// What SQLite keeps of each type of PostgreSQL's. Another one is a decision that somebody has to take.
const TYPES: &[(&str, &str)] = &[
    ("text", "text"),
    ("timestamp with time zone", "text"),
    ("bigint", "integer"),
    ("boolean", "integer"),
    ("double precision", "real"),
    ("bytea", "blob"),
];

#[test]
fn both_databases_have_the_same_columns() {
    let Some(postgres) = Database::postgres() else { return };
    // A single integer key is SQLite's row number, and given when it is left out.
    let of_sqlite = "select t.name || '.' || c.name || ' ' || lower(c.type)
            || case when c.\"notnull\" or c.pk > 0 then ' not null' else '' end
            || case when lower(c.type) = 'integer' and c.pk > 0
                     and 1 = (select count(*) from pragma_table_info(t.name) where pk > 0)
                    then ' generated' else '' end
            || case when c.dflt_value is not null then ' default' else '' end
        from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table' and t.name not like '\\_sqlx%' escape '\\'";
    let of_postgres = "select table_name || '.' || column_name || ' <' || data_type || '>'
            || case when is_nullable = 'NO' then ' not null' else '' end
            || case when is_identity = 'YES' then ' generated' else '' end
            || case when column_default is not null then ' default' else '' end
        from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%'";
    let in_sqlite = |column: String| {
        let (start, end) = (column.find('<').expect("a type"), column.find('>').expect("a type"));
        let found = TYPES.iter().find(|(postgres, _)| *postgres == &column[start + 1..end]);
        let (_, sqlite) = found.unwrap_or_else(|| panic!("{column}: SQLite has no type for it"));
        format!("{}{sqlite}{}", &column[..start], &column[end + 1..])
    };
    let columns: BTreeSet<String> = sqlite().strings(of_sqlite).into_iter().collect();
    assert!(columns.len() > 50, "{columns:?}");
    same(&columns, &postgres.strings(of_postgres).into_iter().map(in_sqlite).collect());
}

#[test]
fn both_databases_have_the_same_keys_and_indexes() {
    let Some(postgres) = Database::postgres() else { return };
    let of_sqlite = "select t.name || ' primary (' || (select group_concat(name, ', ')
                from (select name from pragma_table_info(t.name) where pk > 0 order by pk)) || ')'
            from sqlite_master t where t.type = 'table'
        union all
        select t.name || case when i.\"unique\" then ' unique' else ' index' end
                || case when i.partial then ' where' else '' end || ' (' || (select group_concat(coalesce(name, '?'), ', ')
                    from (select name from pragma_index_info(i.name) order by seqno)) || ')'
            from sqlite_master t join pragma_index_list(t.name) i where t.type = 'table' and i.origin <> 'pk'";
    let of_postgres = "select t.relname
            || case when i.indisprimary then ' primary' when i.indisunique then ' unique' else ' index' end
            || case when i.indpred is not null then ' where' else '' end || ' ('
            || (select string_agg(coalesce(a.attname, '?'), ', ' order by k.place)
                from unnest(i.indkey::int2[]) with ordinality k (number, place)
                left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) || ')'
        from pg_index i join pg_class t on t.oid = i.indrelid where t.relnamespace = 'public'::regnamespace";
    let of = |database: &Database, sql: &str| -> BTreeSet<String> { database.strings(sql).into_iter().collect() };
    same(&of(&sqlite(), of_sqlite), &of(&postgres, of_postgres));
}

#[test]
fn both_databases_have_the_same_references() {
    let Some(postgres) = Database::postgres() else { return };
    let of_sqlite =
        "select t.name || '.' || f.\"from\" || ' of ' || f.\"table\" || '.' || f.\"to\" || ' ' || lower(f.on_delete)
        from sqlite_master t join pragma_foreign_key_list(t.name) f where t.type = 'table'";
    let of_postgres = "select t.relname || '.' || a.attname || ' of ' || o.relname || '.' || b.attname
            || case c.confdeltype when 'a' then ' no action' when 'c' then ' cascade' when 'n' then ' set null'
               when 'r' then ' restrict' else ' set default' end
        from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class o on o.oid = c.confrelid
        join pg_attribute a on a.attrelid = t.oid and a.attnum = any (c.conkey)
        join pg_attribute b on b.attrelid = o.oid and b.attnum = any (c.confkey) where c.contype = 'f'";
    let of = |database: &Database, sql: &str| -> BTreeSet<String> { database.strings(sql).into_iter().collect() };
    same(&of(&sqlite(), of_sqlite), &of(&postgres, of_postgres));
}

#[test]
fn both_databases_allow_the_same_words() {
    let Some(postgres) = Database::postgres() else { return };
    // The words in quotes of each table: those of its checks, there are no others.
    let words = |rows: Vec<String>| {
        let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            let (table, text) = row.split_once(' ').expect("a table");
            let code: String = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
            let quoted = code.split('\'').skip(1).step_by(2).filter(|word| !word.is_empty()).map(ToOwned::to_owned);
            words.entry(table.to_owned()).or_default().extend(quoted);
        }
        words.retain(|_, words| !words.is_empty());
        words
    };
    let of_sqlite = words(sqlite().strings("select name || ' ' || sql from sqlite_master where type = 'table'"));
    let of_postgres = "select t.relname || ' ' || pg_get_constraintdef(c.oid)
        from pg_constraint c join pg_class t on t.oid = c.conrelid
        where c.contype = 'c' and t.relnamespace = 'public'::regnamespace";
    assert!(of_sqlite["subscribers"].contains("confirmed"), "{of_sqlite:?}");
    assert_eq!(of_sqlite, words(postgres.strings(of_postgres)));
}

#[track_caller]
fn same(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) {
    assert!(!sqlite.is_empty());
    let here: Vec<_> = sqlite.difference(postgres).collect();
    let there: Vec<_> = postgres.difference(sqlite).collect();
    assert!(here.is_empty() && there.is_empty(), "on SQLite only: {here:#?}\non PostgreSQL only: {there:#?}");
}
