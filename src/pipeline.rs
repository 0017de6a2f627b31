//! The whole job, one stage after another: the only file that calls stages and I/O in turn.
//!
//! Fetching is in [`fetch`], composing in [`compose`]; [`run`] is the cron line.

pub mod compose;
pub mod fetch;

use serde::Serialize;

use crate::app::App;
use crate::deliver::{self, DeliveryReport};
use crate::pipeline::compose::Due;
use crate::pipeline::fetch::{FetchReport, Request};
use crate::progress::Progress;

/// What one run did.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    pub fetch: FetchReport,
    /// Names of the editions that were composed now, as `digest/name`.
    pub composed: Vec<String>,
    /// Digests whose edition is due and could not be composed: nothing was stored since the last cut-off.
    pub nothing_to_compose: Vec<String>,
    pub deliveries: DeliveryReport,
}

impl RunReport {
    /// Whether an edition was due, the network gave nothing, and nothing was stored to make one from.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.nothing_to_compose.is_empty() && self.fetch.reached() == 0 && self.fetch.failed > 0
    }
}

/// Fetches what is due, composes every edition whose time has come, delivers what is to be delivered, and
/// prunes what is old. Any number of times, at any time: what was done is not done again.
///
/// # Errors
/// When the store refuses, or mail cannot be made; a source's failure is health, not an error.
pub async fn run(app: &App, progress: &Progress) -> anyhow::Result<RunReport> {
    let fetched = fetch::fetch(app, &Request::default(), progress).await?;
    let mut report = RunReport {
        fetch: fetched,
        composed: Vec::new(),
        nothing_to_compose: Vec::new(),
        deliveries: DeliveryReport::default(),
    };
    for digest in &app.config.digests {
        match compose::compose_due(app, digest).await? {
            Due::NotYet => {}
            Due::Nothing => report.nothing_to_compose.push(digest.key.to_string()),
            Due::Composed(stored) => report.composed.push(format!("{}/{}", digest.key, stored.edition.name)),
        }
    }
    report.deliveries = deliver::deliver(app, progress).await?;
    let now = app.clock.now();
    let before = |age| now - chrono::Duration::from_std(age).unwrap_or(chrono::Duration::days(400));
    app.store.prune(before(app.config.retention.items), before(app.config.retention.fetch_log)).await?;
    Ok(report)
}
