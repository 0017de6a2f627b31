//! What each source has brought: what was stored of it, and what editions showed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Store, StoreError, on};
use crate::health::{Yield, Yields};
use crate::model::story::Ranked;

impl Store {
    /// What every source has brought: items and events that were first seen after `since`, and what the editions
    /// since then showed of them. `newest` looks at all that is kept, however old.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn yields(&self, since: DateTime<Utc>) -> Result<Yields, StoreError> {
        const ITEMS: &str = "select source, count(case when first_seen > $1 then 1 end), max(happened_at)
            from items group by source";
        const EVENTS: &str = "select source, count(case when first_seen > $1 then 1 end), max(starts_at)
            from events group by source";
        const EDITIONS: &str = "select count(*) from editions where cut_off > $1";
        const STORIES: &str = "select s.edition_id, s.ranked from stories s join editions e on e.id = s.edition_id
            where s.shown and e.cut_off > $1";
        const SHOWN_EVENTS: &str = "select s.edition_id, s.event, v.source
            from shown_events s join editions e on e.id = s.edition_id join events v on v.id = s.event
            where e.cut_off > $1";
        let mut kept: Vec<(String, i64, Option<DateTime<Utc>>)> =
            on!(self, pool => sqlx::query_as(ITEMS).bind(since).fetch_all(pool).await?);
        let events: Vec<(String, i64, Option<DateTime<Utc>>)> =
            on!(self, pool => sqlx::query_as(EVENTS).bind(since).fetch_all(pool).await?);
        kept.extend(events);
        let editions: i64 = on!(self, pool => sqlx::query_scalar(EDITIONS).bind(since).fetch_one(pool).await?);
        let stories: Vec<(i64, String)> = on!(self, pool => sqlx::query_as(STORIES).bind(since).fetch_all(pool).await?);
        let events: Vec<(i64, String, String)> =
            on!(self, pool => sqlx::query_as(SHOWN_EVENTS).bind(since).fetch_all(pool).await?);

        let mut yields = Yields { editions: count(editions), sources: BTreeMap::new() };
        for (source, stored, newest) in kept {
            let of = entry(&mut yields.sources, &source);
            of.stored += count(stored);
            of.newest = of.newest.max(newest);
        }
        let stories: Vec<(i64, Ranked)> = stories
            .iter()
            .map(|(edition, ranked)| Ok((*edition, serde_json::from_str(ranked)?)))
            .collect::<Result<_, serde_json::Error>>()?;
        let items: BTreeSet<&str> =
            stories.iter().flat_map(|(_, ranked)| &ranked.story.items).map(crate::model::id::ItemId::as_str).collect();
        let sources = self.sources_of(&items.into_iter().collect::<Vec<_>>()).await?;
        let mut shown: BTreeSet<(&str, i64, &str)> = BTreeSet::new();
        for (edition, ranked) in &stories {
            let told = ranked.story.items.iter().filter_map(|item| sources.get(item.as_str()));
            shown.extend(told.map(|source| (source.as_str(), *edition, ranked.story.id.as_str())));
        }
        shown.extend(events.iter().map(|(edition, event, source)| (source.as_str(), *edition, event.as_str())));
        let mut last = None;
        // In order of source and edition.
        for (source, edition, _) in shown {
            let of = entry(&mut yields.sources, source);
            of.shown += 1;
            of.editions += u32::from(last != Some((source, edition)));
            last = Some((source, edition));
        }
        Ok(yields)
    }

    /// Whose each of these items is.
    async fn sources_of(&self, items: &[&str]) -> Result<BTreeMap<String, String>, StoreError> {
        let mut out = BTreeMap::new();
        for chunk in items.chunks(super::items::CHUNK) {
            let sql = format!("select id, source from items where id in ({})", super::placeholders(1, chunk.len()));
            let rows: Vec<(String, String)> = on!(self, pool => {
                let mut query = sqlx::query_as(super::assembled(sql));
                for item in chunk {
                    query = query.bind((*item).to_owned());
                }
                query.fetch_all(pool).await?
            });
            out.extend(rows);
        }
        Ok(out)
    }
}

fn entry<'a>(sources: &'a mut BTreeMap<String, Yield>, source: &str) -> &'a mut Yield {
    sources.entry(source.to_owned()).or_default()
}

fn count(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
