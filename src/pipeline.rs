//! The whole job, one stage after another: the only file that calls stages and I/O in turn.
//!
//! Fetching is in [`fetch`], composing in [`compose`]; [`run`] is the cron line.

pub mod articles;
pub mod compose;
pub mod fetch;

use serde::Serialize;

use crate::app::App;
use crate::deliver::{self, DeliveryReport};
use crate::pipeline::articles::ArticlesReport;
use crate::pipeline::compose::Due;
use crate::pipeline::fetch::{FetchReport, Request};
use crate::progress::Progress;
use crate::store::retention::Horizon;

/// What pages and robots.txt files told is kept this long.
const PAGES: chrono::Duration = chrono::Duration::days(90);

/// What one run did.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    pub fetch: FetchReport,
    /// Pages of stories that are shown, asked for what their feeds left out.
    pub articles: ArticlesReport,
    /// Names of the editions that were composed now, as `digest/name`.
    pub composed: Vec<String>,
    /// Digests whose edition is due, and nothing came since the last one.
    pub nothing_to_compose: Vec<String>,
    /// Of these, the digests for which no source at all could be reached since the last one.
    pub unreached: Vec<String>,
    /// Digests whose first edition waits for what another process is fetching.
    pub waiting: Vec<String>,
    pub deliveries: DeliveryReport,
}

/// Fetches what is due, composes every edition whose time has come, delivers what is to be delivered, and
/// prunes what is old. Any number of times, at any time: what was done is not done again. What fails keeps
/// nothing that comes after it from being done; the first error is returned at the end.
///
/// # Errors
/// When the store refuses; a source's failure is health, not an error.
pub async fn run(app: &App, progress: &Progress) -> anyhow::Result<RunReport> {
    let everything = Request::default();
    let fetched = fetch::fetch(app, &everything, progress).await;
    finish(app, fetched, progress).await
}

/// Everything that a run does after fetching.
///
/// # Errors
/// The first error of fetching or of what comes after it, when all of it was tried.
pub async fn finish(app: &App, fetched: anyhow::Result<FetchReport>, progress: &Progress) -> anyhow::Result<RunReport> {
    let mut first: anyhow::Result<()> = Ok(());
    let mut report = RunReport {
        fetch: FetchReport::default(),
        articles: ArticlesReport::default(),
        composed: Vec::new(),
        nothing_to_compose: Vec::new(),
        unreached: Vec::new(),
        waiting: Vec::new(),
        deliveries: DeliveryReport::default(),
    };
    match fetched {
        Ok(fetched) => report.fetch = fetched,
        Err(error) => first = first.and(Err(error)),
    }
    // Who is told to stop composes nothing of half a fetch, and leaves what is queued to the next run.
    if report.fetch.stopped() {
        return first.map(|()| report);
    }
    for digest in &app.config.digests {
        // What another process is asking just now would be missed most by those who never got anything.
        if report.fetch.elsewhere > 0 && app.store.edition_history(&digest.key).await?.0 == 0 {
            report.waiting.push(digest.key.to_string());
            continue;
        }
        // Boxed, like what it holds: a future that every command would carry room for.
        match Box::pin(compose::compose_due(app, digest, &mut report.articles)).await {
            Ok(Due::NotYet) => {}
            Ok(Due::Nothing { reached }) => {
                report.nothing_to_compose.push(digest.key.to_string());
                // What another process is fetching just now cannot be missed yet.
                if !reached && report.fetch.elsewhere == 0 {
                    report.unreached.push(digest.key.to_string());
                }
            }
            Ok(Due::Composed(stored)) => report.composed.push(format!("{}/{}", digest.key, stored.edition.name)),
            Err(error) => first = first.and(Err(error.context(format!("the digest {}", digest.key)))),
        }
    }
    match deliver::deliver(app, progress).await {
        Ok(delivered) => report.deliveries = delivered,
        Err(error) => first = first.and(Err(error)),
    }
    let now = app.clock.now();
    let before = |age| now - chrono::Duration::from_std(age).unwrap_or(chrono::Duration::days(400));
    let retention = &app.config.retention;
    let horizon = Horizon {
        items: before(retention.items),
        fetch_log: before(retention.fetch_log),
        pages: now - PAGES,
        unconfirmed: before(retention.unconfirmed),
        requests: now - chrono::Duration::days(1),
    };
    app.store.prune(&horizon).await?;
    first.map(|()| report)
}
