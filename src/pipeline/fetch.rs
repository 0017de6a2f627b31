//! Fetch, parse, normalise, store: each source as it answers, written in batches.

mod batch;
mod reach;
mod reading;
mod report;
mod searching;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;

use self::batch::{Batch, Written};
use self::reach::Reach;
pub use self::reading::ahead;
use self::reading::{Read, Reader};
pub use self::report::FetchReport;
use crate::app::App;
use crate::fetch::client::Fetcher;
use crate::fetch::outcome::FetchOutcome;
pub use crate::fetch::plan::Request;
use crate::fetch::plan::{SourceState, plan};
use crate::fetch::state::rediscovery::is_missing;
use crate::model::id::SourceKey;
use crate::model::source::{Format, Sources};
use crate::progress::Progress;
use crate::store::claims::Claimed;
use crate::store::sources::Fetched;

/// Who is told to stop waits this long for answers that are on their way.
const GRACE: Duration = Duration::from_secs(2);
/// A fetch to which nothing happens looks up after this time.
const LOOK_UP: Duration = Duration::from_secs(15);

/// Fetches every source that is due and that no other process is asking, and keeps what it brought. Asked to stop, it
/// asks nobody else, keeps what soon comes of those who were asked, and gives the others back.
///
/// # Errors
/// When the store refuses or the client cannot be made; a source's failure only counts.
pub async fn fetch(app: &App, request: &Request, progress: &Progress) -> anyhow::Result<FetchReport> {
    let began = Instant::now();
    let now = app.clock.now();
    let sources = &app.catalogue.sources;
    if let Some(key) = request.only.as_ref().filter(|key| app.catalogue.source(key).is_none()) {
        anyhow::bail!("no source has the key `{key}`: `bellwether feeds list` shows them");
    }
    let choose = |states: &BTreeMap<SourceKey, SourceState>| plan(sources, states, &app.config.fetch, now, request);
    // Reading the root certificates takes as long as claiming.
    let settings = app.config.fetch.clone();
    let client = tokio::task::spawn_blocking(move || Fetcher::new(&settings));
    let mut claimed = app.store.claim_sources(now, choose).await?;
    let plan = &claimed.plan;
    let mut report = FetchReport {
        feeds: request.only.as_ref().map_or(sources.len(), |_| 1),
        skipped: plan.skipped,
        elsewhere: plan.elsewhere,
        ..FetchReport::default()
    };
    if plan.elsewhere > 0 {
        tracing::info!(sources = plan.elsewhere, "another process is asking them, or their hosts; they are left to it");
    }
    if !plan.due.is_empty() {
        let client = client.await.map_err(anyhow::Error::new).and_then(|client| Ok(client?));
        let (done, asked) = match client.context("the HTTP client cannot be made") {
            Ok(fetcher) => {
                // Boxed, so that those who wait for a fetch are small.
                let done = Box::pin(ask(app, &fetcher, &mut claimed, &mut report, progress, now)).await;
                report.spend(fetcher.spent());
                fetcher.close();
                (done, fetcher.asked())
            }
            Err(error) => (Err(error), BTreeSet::new()),
        };
        report.unanswered = asked.iter().filter(|key| claimed.claim.holds(key)).count();
        report.left = report.left.saturating_sub(report.unanswered);
        if !app.stop.is_asked() {
            (report.left, report.unanswered) = (0, 0);
        }
        let released = app.store.release_claim(claimed.claim, &asked).await;
        done?;
        released?;
    }
    report.wall_s = began.elapsed().as_secs_f64();
    report.fetch_s = report.wall_s - report.store_s;
    Ok(report)
}

/// Asks for what is claimed and keeps each answer. While one batch is written, the next is read.
async fn ask(
    app: &App,
    fetcher: &Fetcher,
    Claimed { plan, states, claim }: &mut Claimed,
    report: &mut FetchReport,
    progress: &Progress,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let reader = Arc::new(Reader::new(&app.catalogue.topics, now));
    let bar = progress.bar(plan.due.len() as u64, "fetching");
    report.left = plan.due.len();
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let sources = Sources::new(&app.catalogue.sources);
    let read = fetcher
        .fetch_all(std::mem::take(&mut plan.due), now)
        .map(|(planned, answer)| {
            let source = sources.get(&planned.key).cloned();
            // Of an address that was edited nothing is known: its archive is not news.
            let state = states.get(&planned.key).map(|state| state.for_address(&planned.address));
            let state = state.unwrap_or_else(|| SourceState::new(planned.key.clone(), &planned.address));
            let reader = Arc::clone(&reader);
            let at = app.clock.now();
            let light = !matches!(answer.outcome, FetchOutcome::Fresh(_));
            async move {
                let Some(source) = source else { return Ok(None) };
                if light {
                    return Ok(Some(reader.read(&source, &state, answer, at, &HashSet::new())));
                }
                let known = match state.first_success {
                    Some(_) if source.format == Format::Feed => app.store.prints(&state.key).await?,
                    _ => HashSet::new(),
                };
                // Reading is work for the processor: off the threads that wait for the network.
                let read = tokio::task::spawn_blocking(move || reader.read(&source, &state, answer, at, &known));
                anyhow::Ok(Some(read.await.context("reading a source broke down")?))
            }
        })
        .buffer_unordered(jobs);
    let mut read = std::pin::pin!(read);
    let mut over = false;
    let mut batch = Batch::default();
    let mut reach = Reach::default();
    let mut outage = false;
    let mut stopping = None;
    let mut lost: Vec<SourceState> = Vec::new();
    let mut writing = std::pin::pin!(None);
    while !over || !batch.is_empty() || writing.is_some() {
        tokio::select! {
            written = wait(writing.as_mut()), if writing.is_some() => {
                writing.set(None);
                lost.extend(report.keep(written?));
            }
            next = read.next(), if !over && (writing.is_none() || !batch.is_full()) => match next {
                None => over = true,
                // Nobody asked for it, since the fetcher was closed.
                Some(Ok(Some(done))) if stopping.is_some() && done.answer.requests == 0 => {}
                Some(done) => if let Some(done) = done? {
                    bar.inc(1);
                    report.count(&done);
                    batch.extend(reach.take(done));
                }
            },
            () = batch.grown_old(), if writing.is_none() && !batch.is_empty() => {}
            () = app.stop.asked(), if stopping.is_none() => {
                fetcher.close();
                stopping = Some(Instant::now() + GRACE);
            }
            () = until(stopping), if !over && stopping.is_some() => over = true,
            // While nobody answers for minutes, the claims must be renewed all the same.
            () = tokio::time::sleep(LOOK_UP) => {}
        }
        if over {
            let (silent, nobody) = reach.end();
            outage |= nobody;
            batch.extend(silent);
        }
        // SQLite has one writer: a renewal beside a batch that nobody drives on would wait for it in vain.
        if writing.is_none() {
            app.store.renew_claim(claim, app.clock.now()).await?;
        }
        if writing.is_none() && batch.is_due(over) {
            let mut reads = batch.take();
            // What was so slow that another process has taken it since is kept there.
            reads.retain(|read| claim.holds(&read.state.key));
            for read in &reads {
                claim.kept(&read.state.key);
            }
            writing.set(Some(write(app, reads, now)));
        }
    }
    bar.finish_and_clear();
    if outage {
        let before = app.store.outage_before(now).await?;
        report.outage_since = Some(before.map_or(now, |(since, _)| since));
        report.outage_is_news = before.is_none_or(|(since, last)| (now - since).num_days() > (last - since).num_days());
    }
    if app.stop.is_asked() {
        return Ok(());
    }
    searching::search(app, fetcher, lost, report, now).await
}

/// Waits for what is there; what is not there never comes.
async fn wait<F: Future>(future: Pin<&mut Option<F>>) -> F::Output {
    match future.as_pin_mut() {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

/// Waits until then.
async fn until(moment: Option<Instant>) {
    tokio::time::sleep(moment.map_or(Duration::ZERO, |moment| moment.saturating_duration_since(Instant::now()))).await;
}

/// Writes a batch in one transaction.
async fn write(app: &App, reads: Vec<Read>, now: DateTime<Utc>) -> anyhow::Result<Written> {
    let began = Instant::now();
    let mut lost = Vec::new();
    let settle = |read: Read| {
        let missing = is_missing(&read.answer.outcome);
        let fetched = Reader::settle(app, read);
        if missing && fetched.state.is_to_be_searched(now) {
            lost.push(fetched.state.clone());
        }
        fetched
    };
    let fetched: Vec<Fetched> = reads.into_iter().map(settle).collect();
    let kept = app.store.keep(&fetched, now).await?;
    Ok(Written { kept, lost, time: began.elapsed() })
}
