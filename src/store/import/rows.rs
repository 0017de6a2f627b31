//! The rows of one table, from SQLite to PostgreSQL, in pieces that fit in memory.

use chrono::{DateTime, SubsecRound as _, Utc};
use futures_util::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _, SqliteConnection};

use super::tables::{Kind, Table};
use crate::store::assembled;

/// PostgreSQL takes 65,535 values in one statement.
const VALUES: usize = 65_535;
/// A piece is sent when it has grown to this, counted in bytes of text.
const BYTES: usize = 1 << 20;
/// Larger pieces take memory and save little: the work of PostgreSQL is what takes the time.
const ROWS: usize = 1000;

enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Boolean(Option<bool>),
    Time(Option<DateTime<Utc>>),
}

/// Copies every row of `table` in the order in which they were written, telling `copied` how many more there are.
pub(super) async fn copy(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    table: &Table,
    copied: &mut impl FnMut(u64),
) -> Result<(), sqlx::Error> {
    let most = (VALUES / table.columns.len().max(1)).min(ROWS);
    let select = format!("select {} from {} order by rowid", table.listed(), table.name);
    let mut rows = sqlx::query(assembled(select)).fetch(source);
    let (mut piece, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        let values = read(&row, table, &mut bytes)?;
        piece.push(values);
        if piece.len() >= most || bytes >= BYTES {
            copied(write(target, table, &mut piece).await?);
            bytes = 0;
        }
    }
    if !piece.is_empty() {
        copied(write(target, table, &mut piece).await?);
    }
    Ok(())
}

fn read(row: &SqliteRow, table: &Table, bytes: &mut usize) -> Result<Vec<Value>, sqlx::Error> {
    let value = |&(name, kind): &(&str, Kind)| {
        Ok(match kind {
            Kind::Text => {
                let mut text: Option<String> = row.try_get(name)?;
                if let Some(text) = &mut text {
                    // PostgreSQL refuses NUL in text.
                    text.retain(|c| c != '\0');
                    *bytes += text.len();
                }
                Value::Text(text)
            }
            Kind::Integer | Kind::Id => Value::Integer(row.try_get(name)?),
            Kind::Boolean => Value::Boolean(row.try_get(name)?),
            Kind::Time => {
                // Cut off here as everywhere; PostgreSQL's own way would be another.
                Value::Time(row.try_get::<Option<DateTime<Utc>>, _>(name)?.map(|time| time.trunc_subsecs(6)))
            }
        })
    };
    table.columns.iter().map(value).collect()
}

/// Empties `piece` into the target; yields how many rows there were.
async fn write(target: &mut PgConnection, table: &Table, piece: &mut Vec<Vec<Value>>) -> Result<u64, sqlx::Error> {
    // Ids are kept, since links in letters that were mailed name them.
    let insert = format!("insert into {} ({}) overriding system value ", table.name, table.listed());
    let mut insert = QueryBuilder::<Postgres>::new(insert);
    insert.push_values(piece.drain(..), |mut tuple, row| {
        for value in row {
            match value {
                Value::Text(text) => tuple.push_bind(text),
                Value::Integer(number) => tuple.push_bind(number),
                Value::Boolean(truth) => tuple.push_bind(truth),
                Value::Time(time) => tuple.push_bind(time),
            };
        }
    });
    // Hardly two pieces have the same number of rows, so their statements are not worth keeping.
    Ok(insert.build().persistent(false).execute(target).await?.rows_affected())
}
