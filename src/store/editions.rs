//! Editions: frozen when they are composed, in one transaction with everything that follows from them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::model::edition::{Change, Edition};
use crate::model::id::{DigestKey, ItemId};
use crate::model::story::Ranked;

/// An edition as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub id: i64,
    /// The moment of the digest's schedule that it was composed for.
    pub slot: DateTime<Utc>,
    pub edition: Edition,
}

/// Everything that is written when an edition is published.
#[derive(Debug, Clone)]
pub struct Publication<'a> {
    pub edition: &'a Edition,
    pub slot: DateTime<Utc>,
    /// Every item that it took, shown or not.
    pub taken: &'a [ItemId],
    /// Every story that was ranked, best first.
    pub ranked: &'a [Ranked],
    /// Each story's headline, by the id of its lead.
    pub titles: &'a BTreeMap<ItemId, String>,
    /// The addresses (as keys) behind the stories that it shows.
    pub shown_links: &'a BTreeSet<String>,
    /// The domain of Message-IDs.
    pub mail_domain: &'a str,
    pub now: DateTime<Utc>,
}

/// Why a story stands where it stands, in the last edition that ranked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub edition: String,
    pub digest: String,
    /// 1 for the best.
    pub place: i64,
    pub shown: bool,
    pub title: String,
    pub ranked: Ranked,
}

const COLUMNS: &str = "id, slot, edition";

impl Store {
    /// Freezes an edition: the edition, the items that it took, its ranking, what it showed, and a delivery
    /// for each confirmed subscriber. One transaction; `None` when another process was first.
    ///
    /// # Errors
    /// When the database refuses; then nothing is kept.
    pub async fn publish(&self, publication: &Publication<'_>) -> Result<Option<i64>, StoreError> {
        const EDITION: &str = "insert into editions (digest, name, number, slot, cut_off, send_at, edition)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id";
        const SHOWN_LINK: &str = "insert into shown_links (digest, url_key, edition_id) values ($1, $2, $3)
            on conflict do nothing";
        const SHOWN_EVENT: &str = "insert into shown_events (edition_id, event, start, change) values ($1, $2, $3, $4)
            on conflict do nothing";
        const SUBSCRIBERS: &str = "select id from subscribers s where digest = $1 and state = 'confirmed'
                and not exists (select 1 from suppressions p where p.address_hash = s.address_hash) order by id";
        const EXPECTED: &str = "update editions set expected = $2 where id = $1";
        let edition = publication.edition;
        let digest = edition.digest.as_str();
        let json = serde_json::to_string(edition)?;
        let shown: BTreeSet<&str> = edition.stories().map(|card| card.id.as_str()).collect();
        let stories: Vec<(usize, &Ranked, String)> = publication
            .ranked
            .iter()
            .enumerate()
            .map(|(place, ranked)| Ok((place + 1, ranked, serde_json::to_string(ranked)?)))
            .collect::<Result<_, serde_json::Error>>()?;
        let shown_events = shown_events(edition)?;
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let id: Option<i64> = sqlx::query_scalar(EDITION)
                .bind(digest)
                .bind(&edition.name)
                .bind(i64::from(edition.number))
                .bind(publication.slot)
                .bind(edition.window.until)
                .bind(edition.send_at)
                .bind(&json)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(id) = id else { return Ok(None) };
            for chunk in publication.taken.chunks(super::items::CHUNK) {
                let mut insert = sqlx::QueryBuilder::new("insert into edition_items (digest, item, edition_id) ");
                insert.push_values(chunk, |mut values, item| {
                    values.push_bind(digest).push_bind(item.as_str()).push_bind(id);
                });
                insert.build().execute(&mut *tx).await?;
            }
            for chunk in stories.chunks(super::items::CHUNK) {
                let mut insert =
                    sqlx::QueryBuilder::new("insert into stories (edition_id, id, place, shown, title, ranked) ");
                insert.push_values(chunk, |mut values, (place, ranked, json)| {
                    values
                        .push_bind(id)
                        .push_bind(ranked.story.id.as_str())
                        .push_bind(i64::try_from(*place).unwrap_or(i64::MAX))
                        .push_bind(shown.contains(ranked.story.id.as_str()))
                        .push_bind(publication.titles.get(&ranked.story.lead).map_or("", String::as_str))
                        .push_bind(json.as_str());
                });
                insert.build().execute(&mut *tx).await?;
            }
            for key in publication.shown_links {
                sqlx::query(SHOWN_LINK).bind(digest).bind(key).bind(id).execute(&mut *tx).await?;
            }
            for (event, start, change) in &shown_events {
                sqlx::query(SHOWN_EVENT).bind(id).bind(event).bind(start).bind(change).execute(&mut *tx).await?;
            }
            super::meta::turn!(tx, super::meta::readers_of(digest));
            let subscribers: Vec<i64> = sqlx::query_scalar(SUBSCRIBERS).bind(digest).fetch_all(&mut *tx).await?;
            for chunk in subscribers.chunks(super::items::CHUNK) {
                let mut insert = sqlx::QueryBuilder::new(
                    "insert into deliveries (purpose, digest, edition_id, subscriber_id, message_id, state, attempts, resent,
                        wanted_at, due_at, changed_at) ",
                );
                insert.push_values(chunk, |mut values, subscriber| {
                    let parts = [digest, &edition.name, &subscriber.to_string()];
                    values
                        .push_bind("edition")
                        .push_bind(digest)
                        .push_bind(id)
                        .push_bind(*subscriber)
                        .push_bind(crate::mail::message::message_id(publication.mail_domain, &parts))
                        .push_bind("queued")
                        .push_bind(0_i64)
                        .push_bind(0_i64)
                        .push_bind(edition.send_at)
                        .push_bind(edition.send_at)
                        .push_bind(publication.now);
                });
                insert.build().execute(&mut *tx).await?;
            }
            let expected = i64::try_from(subscribers.len()).unwrap_or(i64::MAX);
            sqlx::query(EXPECTED).bind(id).bind(expected).execute(&mut *tx).await?;
            // A queue that was empty for a week looks empty to the planner, which would sort it for every claim.
            sqlx::query("analyze deliveries").execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(Some(id))
        })
    }

    /// The digest's last edition.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn latest_edition(&self, digest: &DigestKey) -> Result<Option<Stored>, StoreError> {
        self.editions(digest, 1).await.map(|mut editions| editions.pop())
    }

    /// The digest's last editions, newest first.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn editions(&self, digest: &DigestKey, limit: i64) -> Result<Vec<Stored>, StoreError> {
        let sql = format!("select {COLUMNS} from editions where digest = $1 order by cut_off desc, id desc limit $2");
        let rows: Vec<(i64, DateTime<Utc>, String)> = on!(self, pool =>
            sqlx::query_as(super::assembled(sql)).bind(digest.as_str()).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(stored).collect()
    }

    /// The edition of that name.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn edition(&self, digest: &DigestKey, name: &str) -> Result<Option<Stored>, StoreError> {
        // A visitor may ask for anything, and PostgreSQL refuses NUL even in a question.
        if name.contains('\0') {
            return Ok(None);
        }
        let sql = format!("select {COLUMNS} from editions where digest = $1 and name = $2");
        let row: Option<(i64, DateTime<Utc>, String)> = on!(self, pool =>
            sqlx::query_as(super::assembled(sql)).bind(digest.as_str()).bind(name).fetch_optional(pool).await?);
        row.map(stored).transpose()
    }

    /// The edition of that id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn edition_by_id(&self, id: i64) -> Result<Option<Stored>, StoreError> {
        let sql = format!("select {COLUMNS} from editions where id = $1");
        let row: Option<(i64, DateTime<Utc>, String)> = on!(self, pool =>
            sqlx::query_as(super::assembled(sql)).bind(id).fetch_optional(pool).await?);
        row.map(stored).transpose()
    }

    /// How many editions the digest has, and the first one's cut-off.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn edition_history(&self, digest: &DigestKey) -> Result<(u32, Option<DateTime<Utc>>), StoreError> {
        const SQL: &str = "select count(*), min(cut_off) from editions where digest = $1";
        let (count, first): (i64, Option<DateTime<Utc>>) =
            on!(self, pool => sqlx::query_as(SQL).bind(digest.as_str()).fetch_one(pool).await?);
        Ok((u32::try_from(count).unwrap_or(u32::MAX), first))
    }

    /// The keys of every address that an edition of this digest showed since `since`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn shown_links(&self, digest: &DigestKey, since: DateTime<Utc>) -> Result<BTreeSet<String>, StoreError> {
        const SQL: &str = "select l.url_key from shown_links l join editions e on e.id = l.edition_id
            where l.digest = $1 and e.cut_off > $2";
        let rows: Vec<String> =
            on!(self, pool => sqlx::query_scalar(SQL).bind(digest.as_str()).bind(since).fetch_all(pool).await?);
        Ok(rows.into_iter().collect())
    }

    /// The stories that the digest's editions showed since `since`, the last edition's first, the best of each first.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn shown_stories(&self, digest: &DigestKey, since: DateTime<Utc>) -> Result<Vec<Placed>, StoreError> {
        const SQL: &str = "select e.name, e.digest, s.place, s.shown, s.title, s.ranked
            from stories s join editions e on e.id = s.edition_id
            where e.digest = $1 and e.cut_off > $2 and s.shown order by e.cut_off desc, s.place";
        let rows: Vec<PlacedRow> =
            on!(self, pool => sqlx::query_as(SQL).bind(digest.as_str()).bind(since).fetch_all(pool).await?);
        rows.into_iter().map(placed).collect()
    }

    /// Where a story stood in the editions that ranked it, newest first. `id` may be its beginning.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn story(&self, id: &str) -> Result<Vec<Placed>, StoreError> {
        const SQL: &str = "select e.name, e.digest, s.place, s.shown, s.title, s.ranked
            from stories s join editions e on e.id = s.edition_id
            where s.id >= $1 and s.id < $2 order by e.cut_off desc, s.id limit 20";
        if !may_be_an_id(id) {
            return Ok(Vec::new());
        }
        // `g` is after everything that begins with `id`.
        let rows: Vec<PlacedRow> = on!(self, pool =>
            sqlx::query_as(SQL).bind(id).bind(format!("{id}g")).fetch_all(pool).await?);
        rows.into_iter().map(placed).collect()
    }

    /// The same for the story of a report. `id` may be the beginning of the report's.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn story_of_report(&self, id: &str) -> Result<Vec<Placed>, StoreError> {
        const SQL: &str = "select e.name, e.digest, s.place, s.shown, s.title, s.ranked
            from stories s join editions e on e.id = s.edition_id
            where s.ranked like $1 order by e.cut_off desc, s.id limit 20";
        if id.is_empty() || !may_be_an_id(id) {
            return Ok(Vec::new());
        }
        let rows: Vec<PlacedRow> =
            on!(self, pool => sqlx::query_as(SQL).bind(format!("%\"{id}%")).fetch_all(pool).await?);
        let mut found = rows.into_iter().map(placed).collect::<Result<Vec<_>, _>>()?;
        // What else begins so in it is no report's id.
        found.retain(|placed| placed.ranked.story.items.iter().any(|item| item.as_str().starts_with(id)));
        Ok(found)
    }
}

/// Other characters than those of an id have another order in every language.
fn may_be_an_id(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

type PlacedRow = (String, String, i64, bool, String, String);

fn placed((edition, digest, place, shown, title, ranked): PlacedRow) -> Result<Placed, StoreError> {
    Ok(Placed { edition, digest, place, shown, title, ranked: serde_json::from_str(&ranked)? })
}

/// What an edition printed of events: id, start, and the change that it told. A change comes first, so that it is
/// what is kept of an event that also has a card.
fn shown_events(edition: &Edition) -> Result<Vec<(String, String, Option<String>)>, serde_json::Error> {
    let word = |change: &Change| Ok(serde_json::to_value(change)?.as_str().map(ToOwned::to_owned));
    let changes = edition.meet.changes.iter().map(|told| {
        let start = serde_json::to_string(&told.now.unwrap_or(told.was))?;
        Ok((told.id.to_string(), start, word(&told.change)?))
    });
    let cards = edition.events().map(|event| Ok((event.id.to_string(), serde_json::to_string(&event.start)?, None)));
    changes.chain(cards).collect()
}

fn stored((id, slot, edition): (i64, DateTime<Utc>, String)) -> Result<Stored, StoreError> {
    Ok(Stored { id, slot, edition: serde_json::from_str(&edition)? })
}
