//! Items: written once, updated when their source edits them, read by window.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::{Store, StoreError, on};
use crate::model::id::{DigestKey, ItemId, SourceKey, content_hash};
use crate::model::item::Item;

/// What the trends of earlier weeks are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    pub item: ItemId,
    pub source: SourceKey,
    pub title: String,
    pub when: DateTime<Utc>,
    pub language: Option<String>,
    /// What merges it with other reports of its story.
    pub url_key: Option<String>,
}

/// Items in one statement: each binds eleven values, and SQLite takes 32,766.
pub(crate) const CHUNK: usize = 500;

/// Writes what is new or edited of `$items`, an iterator over references, within `$tx`; yields the ids of what is new,
/// and how many were edited. Rows that are known and unchanged are found by their fingerprints and not touched.
macro_rules! upsert {
    ($tx:ident, $items:expr) => {{
        // A key twice in one statement is refused by PostgreSQL: the last one of a document wins.
        let items: std::collections::BTreeMap<&str, &$crate::model::item::Item> =
            $items.map(|item| (item.id.as_str(), item)).collect();
        let items: Vec<&$crate::model::item::Item> = items.into_values().collect();
        let (mut new, mut updated) = (std::collections::BTreeSet::<&str>::new(), 0_usize);
        for chunk in items.chunks($crate::store::items::CHUNK) {
            let mut select = sqlx::QueryBuilder::new("select id, fingerprint from items where id in (");
            let mut list = select.separated(", ");
            for item in chunk {
                list.push_bind(item.id.as_str());
            }
            select.push(")");
            let known: Vec<(String, String)> =
                select.build_query_as().persistent(false).fetch_all(&mut *$tx).await?;
            let known: std::collections::BTreeMap<String, String> = known.into_iter().collect();
            let mut rows: Vec<$crate::store::items::Row> = Vec::new();
            for item in chunk {
                let id = item.id.as_str();
                match known.get(id) {
                    None => {
                        new.insert(id);
                        rows.push($crate::store::items::Row::new(item)?);
                    }
                    Some(print) => {
                        let row = $crate::store::items::Row::new(item)?;
                        if row.fingerprint != *print {
                            updated += 1;
                            let query = sqlx::query_scalar("select item from items where id = $1").bind(id);
                            let stored: String = query.fetch_one(&mut *$tx).await?;
                            rows.push(row.edited(item, &stored)?);
                        }
                    }
                }
            }
            if rows.is_empty() {
                continue;
            }
            let mut insert = sqlx::QueryBuilder::new(
                "insert into items (id, source, title, url_key, happened_at, first_seen, eligible_at, removed, language, fingerprint, item) ",
            );
            insert.push_values(rows, |mut values, row| {
                values
                    .push_bind(row.id)
                    .push_bind(row.source)
                    .push_bind(row.title)
                    .push_bind(row.url_key)
                    .push_bind(row.happened_at)
                    .push_bind(row.first_seen)
                    .push_bind(row.eligible_at)
                    .push_bind(row.removed)
                    .push_bind(row.language)
                    .push_bind(row.fingerprint)
                    .push_bind(row.json);
            });
            insert.push(
                " on conflict (id) do update set title = excluded.title, url_key = excluded.url_key,
                    happened_at = excluded.happened_at, removed = excluded.removed,
                    language = excluded.language, fingerprint = excluded.fingerprint, item = excluded.item",
            );
            insert.build().persistent(false).execute(&mut *$tx).await?;
        }
        (new, updated)
    }};
}
pub(crate) use upsert;

/// An item as it is written.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) title: String,
    pub(crate) url_key: Option<String>,
    pub(crate) happened_at: DateTime<Utc>,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) eligible_at: Option<DateTime<Utc>>,
    pub(crate) removed: bool,
    pub(crate) language: Option<String>,
    pub(crate) fingerprint: String,
    pub(crate) json: String,
}

impl Row {
    pub(crate) fn new(item: &Item) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::to_string(item)?;
        // Of what the source wrote, or the same document would be an edit of itself.
        let fingerprint = content_hash(&[still(&json)]);
        // PostgreSQL refuses NUL in text, and with one item its whole batch.
        let clean = |text: &String| text.replace('\0', "");
        let (title, url_key, language) =
            (clean(&item.title), item.url_key.as_ref().map(clean), item.language.as_ref().map(clean));
        if title != item.title || url_key != item.url_key || language != item.language {
            let (title, url_key, language) = (title.clone(), url_key.clone(), language.clone());
            json = serde_json::to_string(&Item { title, url_key, language, ..item.clone() })?;
        }
        Ok(Self {
            id: item.id.as_str().to_owned(),
            source: item.source.as_str().to_owned(),
            title,
            url_key,
            happened_at: moment(item.when()),
            first_seen: moment(item.first_seen),
            eligible_at: item.eligible_at.map(moment),
            removed: item.removed.is_some(),
            language,
            fingerprint,
            json,
        })
    }

    /// The row of the same item as it is `stored`, with its source's edits: what was decided when it was first seen
    /// stays.
    pub(crate) fn edited(self, item: &Item, stored: &str) -> Result<Self, serde_json::Error> {
        let stored: Item = serde_json::from_str(stored)?;
        let row = Self::new(&Item {
            first_seen: stored.first_seen,
            eligible_at: stored.eligible_at,
            date: stored.date.or(item.date),
            ..item.clone()
        })?;
        Ok(Self { fingerprint: self.fingerprint, ..row })
    }
}

/// Of an item as JSON, what its source can edit. What depends on the moment of fetching stands last in it.
fn still(json: &str) -> &str {
    json.rfind(",\"first_seen\":").and_then(|at| json.get(..at)).unwrap_or(json)
}

/// A moment as both databases can keep it: PostgreSQL has microseconds, and text in SQLite would have more.
pub(crate) fn moment(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.trunc_subsecs(6)
}

impl Store {
    /// The items that became eligible after `since`, until `until`, and that no edition of `digest` has taken
    /// yet. The first edition reaches back seven days by date: what became eligible until `first_cut_off`
    /// must have happened after seven days before it.
    ///
    /// A fetch that runs beside a composition may commit an item after the cut-off that it became eligible
    /// before; asking for a `since` earlier than the last cut-off finds it for the next edition.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn items_to_compose(
        &self,
        digest: &DigestKey,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        first_cut_off: DateTime<Utc>,
    ) -> Result<Vec<Item>, StoreError> {
        const SQL: &str = "select item from items
            where eligible_at > $2 and eligible_at <= $3 and (eligible_at > $4 or happened_at > $5)
              and not exists (select 1 from edition_items e where e.digest = $1 and e.item = items.id)
            order by id";
        let rows: Vec<String> = on!(self, pool => sqlx::query_scalar(SQL)
            .bind(digest.as_str()).bind(since).bind(until).bind(first_cut_off)
            .bind(first_cut_off - chrono::Duration::days(7)).fetch_all(pool).await?);
        rows.iter().map(|row| Ok(serde_json::from_str(row)?)).collect()
    }

    /// The items of those ids, each once, in the order of their ids.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>, StoreError> {
        let ids: Vec<&ItemId> = ids.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut out = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let sql = format!("select item from items where id in ({}) order by id", placeholders(chunk.len()));
            let rows: Vec<String> = on!(self, pool => {
                let mut query = sqlx::query_scalar(super::assembled(sql));
                for id in chunk {
                    query = query.bind(id.as_str());
                }
                query.fetch_all(pool).await?
            });
            for row in rows {
                out.push(serde_json::from_str(&row)?);
            }
        }
        Ok(out)
    }

    /// The headlines that happened from `from` until before `until`, at most `limit`, newest first; what rules
    /// keep out of editions is left out, and so is what was undated when its feed was first read: nobody knows
    /// when that happened.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn headlines(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Headline>, StoreError> {
        const SQL: &str = "select id, source, title, happened_at, language, url_key from items
            where happened_at >= $1 and happened_at < $2 and not removed
              and (eligible_at is not null or happened_at <> first_seen) order by happened_at desc, id limit $3";
        type Row = (String, String, String, DateTime<Utc>, Option<String>, Option<String>);
        let rows: Vec<Row> =
            on!(self, pool => sqlx::query_as(SQL).bind(from).bind(until).bind(limit).fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .filter_map(|(id, source, title, when, language, url_key)| {
                let (item, source) = (ItemId::parse(&id)?, SourceKey::parse(&source).ok()?);
                Some(Headline { item, source, title, when, language, url_key })
            })
            .collect())
    }

    /// How many items were first stored after `since`, until `until`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn items_stored(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from items where first_seen > $1 and first_seen <= $2";
        Ok(on!(self, pool => sqlx::query_scalar(SQL).bind(since).bind(until).fetch_one(pool).await?))
    }
}

fn placeholders(count: usize) -> String {
    super::placeholders(1, count)
}
