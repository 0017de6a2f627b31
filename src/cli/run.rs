//! `bellwether run`: the cron line.

use clap::Args;

use super::{Exit, Global};
use crate::pipeline::fetch::FetchReport;
use crate::pipeline::{self, RunReport};
use crate::render::words::counted;

/// Fetch what is due, compose an edition whose time has come, deliver it
///
/// Run it as often as you like, for instance hourly from cron: what was done is not done again.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  7 * * * *  cd /srv/digest && bellwether run --quiet")]
pub struct Run {}

impl Run {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        super::stop_on_signals(&app.stop);
        let Some(_lock) = app.store.lock_run().await? else {
            global.tell("another run is at it; this one leaves everything to it");
            return Ok(Exit::Locked);
        };
        let report = pipeline::run(&app, &global.progress()).await?;
        if app.config.smtp.url.is_none() {
            crate::files::write_missing(&app).await?;
        }
        global.print(&report, || words(&report))?;
        if !report.unreached.is_empty() {
            anyhow::bail!(
                "an edition of {} is due, but no source could be reached{} and nothing was stored since the last one — \
                 check this machine's network (`bellwether feeds list` says what each source told), then `bellwether \
                 fetch --force` and run again; nothing is lost",
                report.unreached.join(", "),
                causes(&report.fetch)
            );
        }
        if let Some(trouble) = report.fetch.trouble() {
            global.warn(&trouble);
        }
        if report.fetch.stopped() {
            global.tell(&format!("{}; nothing was composed or mailed", super::fetch::stopped(&report.fetch)));
            return Ok(Exit::Partial);
        }
        if let Some(trouble) = report.deliveries.trouble() {
            global.warn(&trouble);
        }
        Ok(if report.deliveries.partial() { Exit::Partial } else { Exit::Done })
    }
}

/// ` (3 blocked, 1 timeout)`
fn causes(fetch: &FetchReport) -> String {
    let causes: Vec<String> = fetch.failures.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
    let ours = if fetch.failures.contains_key("blocked") {
        "; blocked: their addresses are not public, and [fetch] allow_nets opens networks of your own"
    } else {
        ""
    };
    if causes.is_empty() { String::new() } else { format!(" ({}{ours})", causes.join(", ")) }
}

fn words(report: &RunReport) -> String {
    let mut lines = vec![super::fetch::words(&report.fetch)];
    let pages = &report.articles;
    if pages.asked > 0 {
        let asked = u32::try_from(pages.asked).unwrap_or(u32::MAX);
        let asked = counted(asked, "page behind a story", "pages behind stories");
        lines.push(format!("{asked} asked for what feeds left out, {} told it", pages.told));
    }
    for name in &report.composed {
        lines.push(format!("composed {name}"));
    }
    for digest in &report.waiting {
        lines.push(format!("the first edition of {digest} waits until those sources are read"));
    }
    for digest in report.nothing_to_compose.iter().filter(|digest| !report.unreached.contains(digest)) {
        lines.push(format!("an edition of {digest} is due, but nothing new came since the last one"));
    }
    let mail = &report.deliveries;
    if mail.sent + mail.failed > 0 || mail.partial() {
        lines.push(mail.words());
    }
    lines.join("\n")
}
