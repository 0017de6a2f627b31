//! Sources whose address leads nowhere any more: their sites are searched for the new one, after everybody else was
//! fetched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use url::Url;

use super::report::FetchReport;
use crate::app::App;
use crate::fetch::client::Fetcher;
use crate::fetch::discover::{Discoverer, Limits, Search};
use crate::fetch::page::Pages;
use crate::fetch::plan::SourceState;
use crate::health::patch::addresses;
use crate::model::id::{ItemId, SourceKey};
use crate::model::item::Item;
use crate::model::source::{Format, Source};

/// Requests for one source, besides its site's robots.txt and page.
const LIMITS: Limits = Limits { probes: 4, first: true };
/// Sites that one run searches; the others have their turn when they are next missed.
const MOST: usize = 20;
/// Sites that are searched at once.
const AT_ONCE: usize = 4;

/// Searches for sources that were missed just now, those first that are missing longest, and keeps what was found.
///
/// # Errors
/// When the store refuses; a search that finds nothing is none.
pub(super) async fn search(
    app: &App,
    fetcher: &Fetcher,
    mut lost: Vec<SourceState>,
    report: &mut FetchReport,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    lost.sort_by(|a, b| (a.rediscovery.missing_since, &a.key).cmp(&(b.rediscovery.missing_since, &b.key)));
    let lost: Vec<(Url, SourceState)> = lost
        .into_iter()
        .filter_map(|state| Some((home(app.catalogue.source(&state.key)?)?, state)))
        .take(MOST)
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let states: BTreeMap<SourceKey, SourceState> = app.store.source_states().await?;
    let known = addresses(&app.catalogue.sources, &states, &app.config.fetch);
    let pages = Pages::new(fetcher.clone(), app.store.robots().await?);
    let named = |key: &SourceKey| app.catalogue.source(key).is_some_and(|source| source.site.is_some());
    // Sources of one site share one search.
    let mut sites: BTreeMap<Url, Vec<SourceState>> = BTreeMap::new();
    for (home, state) in lost {
        sites.entry(home).or_default().push(state);
    }
    let (pages, known, named) = (&pages, &known, &named);
    let searches = sites.into_iter().map(|(home, lost)| async move {
        let mut states = Vec::new();
        for state in lost {
            // Noted before anything is asked, so that no other process searches too, nor one after this was killed;
            // and only then, so that who is stopped before has a turn next time.
            let noted = state.after_search(None, &app.config.fetch, now);
            if app.store.replace_state(&state, &noted).await? {
                states.push(noted);
            }
        }
        let sure = matches!(states.as_slice(), [state] if named(&state.key));
        if states.is_empty() {
            return Ok((states, sure, Search::default()));
        }
        // Where the entries decide, the first feed need not be the one.
        let limits = Limits { first: sure, ..LIMITS };
        let search = Discoverer::new(fetcher, pages, limits, known.clone(), now).search(&home).await;
        anyhow::Ok((states, sure, search))
    });
    let mut searches = std::pin::pin!(futures_util::stream::iter(searches).buffer_unordered(AT_ONCE));
    let mut taken = BTreeSet::new();
    loop {
        let next = tokio::select! {
            next = searches.next() => next,
            () = app.stop.asked() => None,
        };
        let Some(next) = next else { break };
        let (states, sure, search) = next?;
        report.searched += states.len();
        for state in states {
            let Some(found) = best(app, &state.key, sure, &search, &taken).await? else {
                tracing::info!(source = %state.key, "the site of a feed that was lost shows no other");
                continue;
            };
            report.found += 1;
            tracing::warn!(
                source = %state.key, from = state.url, to = %found,
                "a feed that was lost was found on its site: `bellwether feeds health --patch` takes it over"
            );
            app.store.replace_state(&state, &state.after_search(Some(&found), &app.config.fetch, now)).await?;
            taken.insert(found);
        }
    }
    app.store.keep_robots(&pages.learned()).await?;
    Ok(())
}

/// What is to be asked from now on. A feed without entries may be anything, and one of comments is not what was lost.
/// It is `sure` where the curator named the site and one source of it is lost; elsewhere (a host may be shared by many,
/// and two feeds of a site must not be mistaken for each other) only a feed that repeats an entry of the lost one is it.
async fn best(
    app: &App,
    source: &SourceKey,
    sure: bool,
    search: &Search,
    taken: &BTreeSet<Url>,
) -> anyhow::Result<Option<Url>> {
    for found in search.found.iter().filter(|found| found.may_be_a_source() && !taken.contains(&found.url)) {
        let ids: Vec<ItemId> = found.ids.iter().map(|id| Item::id_of(source, id)).collect();
        if sure || !app.store.items(&ids).await?.is_empty() {
            return Ok(Some(found.url.clone()));
        }
    }
    Ok(None)
}

/// Where a feed is looked for. Calendars have other places.
fn home(source: &Source) -> Option<Url> {
    let origin = || source.url.join("/").ok();
    source.site.clone().or_else(origin).filter(|_| source.format == Format::Feed)
}
