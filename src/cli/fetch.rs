//! `bellwether fetch`: fetching alone.

use chrono::{DateTime, Utc};
use clap::Args;

use super::{Exit, Global};
use crate::model::id::SourceKey;
use crate::pipeline::fetch::{FetchReport, Request, fetch};
use crate::render::words::counted;

/// Fetch what is due, and store what is new
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether fetch\n  bellwether fetch --feed rust-blog --force --json")]
pub struct Fetch {
    /// Only the source of this key
    #[arg(long, value_name = "KEY", value_parser = SourceKey::parse)]
    feed: Option<SourceKey>,
    /// Also what is not due yet; still asks conditionally, and waits where a server said so
    #[arg(long)]
    force: bool,
}

impl Fetch {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        super::stop_on_signals(&app.stop);
        let request = Request { only: self.feed, force: self.force };
        let report = fetch(&app, &request, &global.progress()).await?;
        global.print(&report, || words(&report))?;
        if let Some(trouble) = report.trouble() {
            global.warn(&trouble);
        }
        if let Some(key) = request.only.filter(|_| report.requests == 0) {
            global.tell(&format!("{key} was not asked: `bellwether feeds health {key}` says why"));
        }
        if report.stopped() {
            global.tell(&stopped(&report));
        }
        Ok(if report.stopped() { Exit::Partial } else { Exit::Done })
    }
}

/// That nobody can be reached, and since when.
pub(super) fn outage(since: DateTime<Utc>) -> String {
    format!("no source can be reached since {}", since.format("%Y-%m-%d %H:%M UTC"))
}

/// What became of a fetch that was told to end.
pub(super) fn stopped(report: &FetchReport) -> String {
    let many = |count: usize| counted(u32::try_from(count).unwrap_or(u32::MAX), "source", "sources");
    format!(
        "stopped: what was read is kept; not asked, and due as before: {}; asked, and waiting for min_interval because no \
         answer came: {}",
        many(report.left),
        many(report.unanswered)
    )
}

/// What a fetch did, as a person reads it.
pub(super) fn words(report: &FetchReport) -> String {
    let many = |count: usize, one, many| counted(u32::try_from(count).unwrap_or(u32::MAX), one, many);
    let mut line = format!(
        "{}: {} read, {} unchanged, {} failed, {} not due; {}, {} ({:.1} s)",
        many(report.feeds, "source", "sources"),
        report.ok,
        report.not_modified,
        report.failed + report.gone,
        report.skipped,
        many(report.items_new, "new item", "new items"),
        many(report.events_new, "new event", "new events"),
        report.wall_s
    );
    if report.throttled > 0 {
        line.push_str(&format!("\n{} told us to wait, and are asked when they said", report.throttled));
    }
    if report.elsewhere > 0 {
        line.push_str(&format!(
            "\n{} left to another process, which is fetching there or was killed a few minutes ago; after a killed one they \
             are asked once min_interval is over, or in five minutes with --force",
            many(report.elsewhere, "source is", "sources are")
        ));
    }
    if let Some(since) = report.outage_since.filter(|_| !report.outage_is_news) {
        line.push_str(&format!("\n{}", outage(since)));
    }
    if !report.failures.is_empty() || report.gone > 0 {
        let gone = (report.gone > 0).then(|| format!("gone {}", report.gone));
        let failures = report.failures.iter().map(|(class, count)| format!("{class} {count}"));
        let classes: Vec<String> = failures.chain(gone).collect();
        line.push_str(&format!("\nfailures: {}", classes.join(", ")));
    }
    line
}
