//! Fetch, parse, normalise, store: each source as it answers, written in batches.

mod reading;
mod report;
mod searching;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;

pub use self::reading::ahead;
use self::reading::{Read, Reader};
pub use self::report::FetchReport;
use crate::app::App;
use crate::fetch::client::Fetcher;
use crate::fetch::plan::{SourceState, plan};
use crate::fetch::state::rediscovery::is_missing;
use crate::model::id::SourceKey;
use crate::model::source::Source;
use crate::normalise::Vocabulary;
use crate::progress::Progress;
use crate::store::claims::Claimed;
use crate::store::sources::Fetched;

/// Which sources to fetch.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// One source only.
    pub only: Option<SourceKey>,
    /// Also what is not due yet; still conditional, and still honouring a server that asked to wait.
    pub force: bool,
}

/// Sources written in one transaction.
const BATCH: usize = 64;
/// A batch is written when it is this old, so that a kill loses little.
const BATCH_AGE: Duration = Duration::from_millis(500);

/// Fetches every source that is due and that no other process is asking, and keeps what it brought. Asked to stop, it
/// keeps what was read, and gives the others back.
///
/// # Errors
/// When the store refuses or the client cannot be made; a source's failure only counts.
pub async fn fetch(app: &App, request: &Request, progress: &Progress) -> anyhow::Result<FetchReport> {
    let began = Instant::now();
    let now = app.clock.now();
    let sources: Vec<Source> = match &request.only {
        None => app.catalogue.sources.clone(),
        Some(key) => vec![
            app.catalogue
                .source(key)
                .with_context(|| format!("no source has the key `{key}`: `bellwether feeds list` shows them"))?
                .clone(),
        ],
    };
    let choose =
        |states: &BTreeMap<SourceKey, SourceState>| plan(&sources, states, &app.config.fetch, now, request.force);
    let mut claimed = app.store.claim_sources(now, choose).await?;
    let plan = &claimed.plan;
    let mut report = FetchReport {
        feeds: sources.len(),
        skipped: plan.skipped,
        elsewhere: plan.elsewhere,
        ..FetchReport::default()
    };
    if plan.elsewhere > 0 {
        tracing::info!(sources = plan.elsewhere, "another process is asking them, or their hosts; they are left to it");
    }
    if !plan.due.is_empty() {
        let (done, asked) = match Fetcher::new(&app.config.fetch).context("the HTTP client cannot be made") {
            Ok(fetcher) => {
                let done = ask(app, &fetcher, &mut claimed, &mut report, progress, now).await;
                (done, fetcher.close())
            }
            Err(error) => (Err(error), BTreeSet::new()),
        };
        let released = app.store.release_claim(claimed.claim, &asked).await;
        done?;
        released?;
    }
    report.wall_s = began.elapsed().as_secs_f64();
    report.fetch_s = report.wall_s - report.store_s;
    Ok(report)
}

/// Asks for what is claimed and keeps each answer.
async fn ask(
    app: &App,
    fetcher: &Fetcher,
    Claimed { plan, states, claim }: &mut Claimed,
    report: &mut FetchReport,
    progress: &Progress,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let reader = Arc::new(Reader { vocabulary: Vocabulary::new(&app.catalogue.topics), now });
    let bar = progress.bar(plan.due.len() as u64, "fetching");
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let read = fetcher
        .fetch_all(std::mem::take(&mut plan.due), now)
        .map(|(planned, answer)| {
            let source = app.catalogue.source(&planned.key).cloned();
            // Of an address that was edited nothing is known: its archive is not news.
            let state = states.get(&planned.key).map(|state| state.for_address(&planned.address));
            let state = state.unwrap_or_else(|| SourceState::new(planned.key.clone(), &planned.address));
            let reader = Arc::clone(&reader);
            // Reading is work for the processor: off the threads that wait for the network.
            tokio::task::spawn_blocking(move || source.map(|source| reader.read(&source, &state, answer)))
        })
        .buffer_unordered(jobs);
    let mut read = std::pin::pin!(read);
    let mut batch: Vec<Read> = Vec::new();
    let mut lost: Vec<SourceState> = Vec::new();
    let mut opened = Instant::now();
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(BATCH_AGE, read.next()) => next,
            () = app.stop.asked() => Ok(None),
        };
        let over = matches!(next, Ok(None));
        app.store.renew_claim(claim, app.clock.now()).await?;
        if let Ok(Some(done)) = next
            && let Some(done) = done.context("reading a source broke down")?
        {
            bar.inc(1);
            report.count(&done);
            if batch.is_empty() {
                opened = Instant::now();
            }
            batch.push(done);
        }
        if over || batch.len() >= BATCH || (!batch.is_empty() && opened.elapsed() >= BATCH_AGE) {
            // What was so slow that another process has taken it since is kept there.
            batch.retain(|read| claim.holds(&read.state.key));
            for read in &batch {
                claim.kept(&read.state.key);
            }
            lost.extend(keep(app, &reader, std::mem::take(&mut batch), report, now).await?);
        }
        if over {
            break;
        }
    }
    bar.finish();
    searching::search(app, fetcher, lost, report, now).await
}

/// Keeps a batch; yields those whose sites are to be searched.
async fn keep(
    app: &App,
    reader: &Reader,
    batch: Vec<Read>,
    report: &mut FetchReport,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<SourceState>> {
    let mut lost = Vec::new();
    if batch.is_empty() {
        return Ok(lost);
    }
    let began = Instant::now();
    let settle = |read: Read| {
        let missing = is_missing(&read.answer.outcome);
        let fetched = reader.settle(app, read);
        if missing && fetched.state.is_to_be_searched(now) {
            lost.push(fetched.state.clone());
        }
        fetched
    };
    let fetched: Vec<Fetched> = batch.into_iter().map(settle).collect();
    let kept = app.store.keep(&fetched, now).await?;
    report.items_new += kept.items_new;
    report.items_updated += kept.items_updated;
    report.events_new += kept.events_new;
    report.store_s += began.elapsed().as_secs_f64();
    Ok(lost)
}
