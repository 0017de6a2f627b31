//! The loop that sleeps: what cron does for `run`, within the process that serves the pages.

use std::sync::Arc;

use chrono::Duration;
use tokio::sync::Notify;

use crate::app::{App, Places};
use crate::deliver;
use crate::pipeline::fetch::{self, Request};
use crate::pipeline::{self, RunReport};
use crate::progress::Progress;
use crate::schedule::next_run;

/// How often it is looked which sources are due.
const TICK: Duration = Duration::minutes(10);
/// How long another run is waited for.
const LOCKED: Duration = Duration::seconds(30);

/// Runs whenever something is due, and delivers when `wake` says that a letter waits, until the app is asked to
/// stop. The catalogue is read again before each run, so that an edit of `feeds.toml` needs no restart. What fails
/// is told in the log, and tried again at the next turn.
pub async fn keep_running(mut app: App, places: &Places, wake: &Arc<Notify>) {
    while !app.stop.is_asked() {
        match places.read() {
            Ok((_, catalogue)) => app.catalogue = catalogue,
            Err(error) => tracing::error!("the catalogue is used as it was: {error}"),
        }
        let next = match turn(&app, wake).await {
            Ok(true) => next(&app).await,
            Ok(false) => app.clock.now() + LOCKED,
            Err(error) => {
                tracing::error!("the run failed: {error:#}");
                app.clock.now() + TICK
            }
        };
        rest(&app, wake, next).await;
    }
}

/// Only delivers, whenever `wake` says that a letter waits.
pub async fn deliver_when_woken(app: &App, wake: &Arc<Notify>) {
    while !app.stop.is_asked() {
        rest(app, wake, app.clock.now() + TICK).await;
    }
}

/// One run; false when another process is at it.
async fn turn(app: &App, wake: &Arc<Notify>) -> anyhow::Result<bool> {
    let Some(_lock) = app.store.lock_run().await? else { return Ok(false) };
    let fetching = {
        let app = app.clone();
        tokio::spawn(async move { fetch::fetch(&app, &Request::default(), &Progress::hidden()).await })
    };
    let mut fetching = std::pin::pin!(fetching);
    let fetched = loop {
        tokio::select! {
            fetched = &mut fetching => break fetched?,
            // A slow source keeps nobody waiting for a confirmation.
            () = wake.notified() => match deliver::deliver(app, &Progress::hidden()).await {
                Ok(report) => tell_mail(&report),
                Err(error) => tracing::error!("delivering failed: {error:#}"),
            },
            () = app.stop.asked() => {
                // It stops too, and gives back what it has claimed.
                fetching.await??;
                return Ok(true);
            }
        }
    };
    tell(&pipeline::finish(app, fetched, &Progress::hidden()).await?);
    Ok(true)
}

/// Sleeps until `next`, and delivers whenever it is woken.
async fn rest(app: &App, wake: &Arc<Notify>, next: chrono::DateTime<chrono::Utc>) {
    loop {
        let left = (next - app.clock.now()).to_std().unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep(left) => return,
            () = app.stop.asked() => return,
            () = wake.notified() => {}
        }
        let delivered = async {
            match app.store.lock_run().await? {
                Some(_lock) => deliver::deliver(app, &Progress::hidden()).await.map(Some),
                None => Ok(None),
            }
        };
        match delivered.await {
            Ok(Some(report)) => tell_mail(&report),
            Ok(None) => {
                // Another run holds the lock, and delivers what it finds; what came too late for it is ours again.
                tokio::time::sleep(std::time::Duration::from_secs(2)).await;
                wake.notify_one();
            }
            Err(error) => tracing::error!("delivering failed: {error:#}"),
        }
    }
}

async fn next(app: &App) -> chrono::DateTime<chrono::Utc> {
    let now = app.clock.now();
    let composing = app.config.digests.iter().map(|digest| {
        let ahead = Duration::from_std(digest.compose_ahead).unwrap_or_default();
        digest.schedule.next_after(now + ahead, digest.timezone) - ahead
    });
    let delivery = app.store.next_delivery().await.unwrap_or_else(|error| {
        tracing::error!("the next delivery is not known: {error}");
        None
    });
    next_run(now, TICK, composing.chain(delivery))
}

fn tell(report: &RunReport) {
    tracing::info!(
        fetched = report.fetch.reached(),
        failed = report.fetch.failed,
        new = report.fetch.items_new,
        composed = report.composed.join(", "),
        "ran"
    );
    if !report.unreached.is_empty() {
        tracing::error!("an edition of {} is due, but no source could be reached", report.unreached.join(", "));
    }
    tell_mail(&report.deliveries);
}

fn tell_mail(report: &deliver::DeliveryReport) {
    if report.sent > 0 {
        tracing::info!(sent = report.sent, "mailed");
    }
    if let Some(trouble) = report.trouble() {
        tracing::warn!("{trouble}");
    }
}
