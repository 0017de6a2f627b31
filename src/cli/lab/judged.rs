//! What curators said of stored reports, as files that `train-pairs` reads.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use chrono::TimeDelta;
use serde_json::json;

use super::beside;
use crate::cli::Global;
use crate::model::id::ItemId;
use crate::model::item::Item;
use crate::model::source::Sources;

/// Reports of one event come within this time; the others of that time say how common a word was.
const WINDOW: TimeDelta = TimeDelta::hours(72);

/// Of one such time at most.
const MOST: i64 = 20_000;

/// Writes `path`.items.jsonl and `path`.pairs.jsonl, and returns how many lines each has.
pub(super) async fn write(global: &Global, path: &Path) -> anyhow::Result<(usize, usize)> {
    let app = global.open().await?;
    let judgements = app.store.judgements().await?;
    let ids: Vec<ItemId> = judgements.iter().flat_map(|(one, other, _)| [one.clone(), other.clone()]).collect();
    let judged = app.store.items(&ids).await?;
    anyhow::ensure!(!judged.is_empty(), "no curator has judged a report that is still stored: see `bellwether curate`");
    let mut items: BTreeMap<ItemId, Item> = BTreeMap::new();
    for item in &judged {
        let (from, until) = (item.when() - WINDOW, item.when() + WINDOW);
        let near = app.store.headlines(from, until, MOST).await?;
        let unknown: Vec<ItemId> =
            near.into_iter().map(|headline| headline.item).filter(|id| !items.contains_key(id)).collect();
        items.extend(app.store.items(&unknown).await?.into_iter().map(|item| (item.id.clone(), item)));
    }
    items.extend(judged.into_iter().map(|item| (item.id.clone(), item)));
    let sources = Sources::new(&app.catalogue.sources);
    let reports: Vec<String> = items
        .values()
        .map(|item| {
            let source = sources.get(&item.source);
            let source =
                source.map_or(item.source.as_str(), |source| source.site.as_ref().unwrap_or(&source.url).as_str());
            json!({
                "id": item.id, "source": source, "link": item.link, "title": item.title,
                "date": item.when(), "desc": item.excerpt,
            })
            .to_string()
        })
        .collect();
    let pairs: Vec<String> = judgements
        .iter()
        .filter(|(one, other, _)| items.contains_key(one) && items.contains_key(other))
        .map(|(one, other, together)| json!({"one": one, "other": other, "together": together}).to_string())
        .collect();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    for (ending, lines) in [(".items.jsonl", &reports), (".pairs.jsonl", &pairs)] {
        let path = beside(path, ending);
        let mut file = std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        for line in lines {
            writeln!(file, "{line}").with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok((reports.len(), pairs.len()))
}
