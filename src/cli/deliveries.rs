//! `bellwether deliveries`: where mail stands, and what an operator settles by hand.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, Global};
use crate::app::App;
use crate::deliver::PAUSED;
use crate::departures::{self, Alarm};
use crate::model::id::DigestKey;
use crate::render::words::counted;
use crate::store::deliveries::standing::{Choice, Resolution, Standing, Tally};
use crate::store::meta;

/// Show where mail stands, settle what is in doubt, pause and resume
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether deliveries list")]
pub enum Deliveries {
    /// Show how each edition's deliveries stand, and those that need somebody
    #[command(
        after_help = "Examples:\n  bellwether deliveries list\n  bellwether deliveries list --edition 2026-W47 --state all\n  bellwether deliveries list --state queued,failed --json"
    )]
    List {
        #[command(flatten)]
        which: Which,
        /// States, separated by commas, or `all` [default: in_doubt,failed,bounced,complained,expired]
        #[arg(long, value_name = "STATES", value_delimiter = ',')]
        state: Vec<String>,
    },
    /// Settle deliveries: as sent, to be sent again, or given up
    #[command(
        after_help = "Examples:\n  bellwether deliveries resolve 17 ada@example.org --as sent\n  bellwether deliveries resolve --state in_doubt --edition 2026-W47 --as again"
    )]
    Resolve {
        /// Their numbers, addresses or Message-IDs, as `deliveries list --json` shows them
        #[arg(value_name = "DELIVERY", required_unless_present = "state")]
        deliveries: Vec<String>,
        /// Every one of this state instead
        #[arg(long, value_name = "STATE", conflicts_with = "deliveries")]
        state: Option<String>,
        #[command(flatten)]
        which: Which,
        /// What they are to be
        #[arg(long = "as", value_enum, value_name = "WHAT")]
        to: To,
    },
    /// Keep all mail back until `deliveries resume`; editions are still composed
    #[command(after_help = "Example:\n  bellwether deliveries pause")]
    Pause,
    /// Let mail out again: after a pause, or after the database was restored from an earlier copy
    #[command(after_help = "Example:\n  bellwether deliveries resume")]
    Resume,
}

/// Of which edition.
#[derive(Debug, Args)]
pub struct Which {
    /// Only of this edition
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,
    /// Of which digest the edition is [default: the first of the settings]
    #[arg(long, value_name = "KEY", value_parser = DigestKey::parse)]
    digest: Option<DigestKey>,
}

/// What a delivery is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// Arrived
    Sent,
    /// Queued: it is sent again, with the same Message-ID
    Again,
    /// Given up
    Failed,
}

/// Every state that a delivery can be in.
const STATES: [&str; 10] =
    ["queued", "claimed", "sending", "sent", "failed", "in_doubt", "suppressed", "expired", "bounced", "complained"];
/// Those that somebody should look at.
const NEEDY: [&str; 5] = ["in_doubt", "failed", "bounced", "complained", "expired"];
/// Deliveries listed at most.
const LIMIT: i64 = 1_000_000;

impl Deliveries {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        if matches!(self, Self::List { .. } | Self::Resolve { .. }) {
            global.must_exist()?;
        }
        let app = global.open_without_sources().await?;
        match self {
            Self::List { which, state } => list(&app, global, &which, state).await?,
            Self::Resolve { deliveries, state, which, to } => {
                return resolve(&app, global, deliveries, state, &which, to).await;
            }
            Self::Pause => {
                let since = app.clock.now().format("%Y-%m-%d %H:%M UTC");
                app.store.set_meta(PAUSED, Some(&format!("mail is paused since {since}"))).await?;
                global.print(&serde_json::json!({ "paused": true }), || {
                    "mail is kept back until `bellwether deliveries resume`".to_owned()
                })?;
            }
            Self::Resume => {
                let Some(_lock) = app.store.lock_run().await? else {
                    global.tell("another run is at it; try again when it is done");
                    return Ok(Exit::Locked);
                };
                match departures::catch_up(&app).await?.alarm {
                    Some(Alarm::Ahead(known)) => {
                        departures::begin_epoch(&app, known).await?;
                    }
                    Some(Alarm::Lost) => app.store.set_meta(meta::JOURNAL, None).await?,
                    None => {}
                }
                app.store.set_meta(PAUSED, None).await?;
                // What waited for a person has its whole time again.
                app.store.renew_deliveries(app.clock.now()).await?;
                let due = app.store.deliveries_due(app.clock.now()).await?;
                global.print(&serde_json::json!({ "paused": false, "due": due }), || {
                    let due = counted(u32::try_from(due).unwrap_or(u32::MAX), "message is due", "messages are due");
                    format!("mail goes out with the next run; {due}")
                })?;
            }
        }
        Ok(Exit::Done)
    }
}

async fn choice(app: &App, which: &Which, states: Vec<String>) -> anyhow::Result<Choice> {
    if let Some(wrong) = states.iter().find(|state| !STATES.contains(&state.as_str())) {
        bail!("`{wrong}` is no state of a delivery; there are {}", STATES.join(", "));
    }
    let edition_id = match &which.edition {
        None => None,
        Some(name) => {
            let digest = super::digest::choose(app, which.digest.as_ref())?;
            let stored = app.store.edition(&digest.key, name).await?;
            Some(stored.with_context(|| format!("no edition of {} is named {name}", digest.key))?.id)
        }
    };
    Ok(Choice { states, edition_id })
}

async fn list(app: &App, global: &Global, which: &Which, states: Vec<String>) -> anyhow::Result<()> {
    let states = match states.as_slice() {
        [] => NEEDY.map(str::to_owned).to_vec(),
        [all] if all == "all" => Vec::new(),
        _ => states,
    };
    let choice = choice(app, which, states).await?;
    let since = app.clock.now() - chrono::Duration::from_std(app.config.retention.items)?;
    let mut tallies = app.store.delivery_tallies(since).await?;
    if let Some(name) = &which.edition {
        let digest = super::digest::choose(app, which.digest.as_ref())?;
        tallies.retain(|tally| tally.edition == format!("{}/{name}", digest.key));
    }
    let deliveries = app.store.deliveries(&choice, LIMIT).await?;
    let paused = app.store.meta(PAUSED).await?;
    let told = serde_json::json!({ "editions": tallies, "deliveries": deliveries, "paused": paused });
    global.answer(&told, || {
        let paused = paused.map(|why| format!("{why}: `bellwether deliveries resume` lets it out\n"));
        paused.unwrap_or_default() + &words(&tallies, &deliveries)
    })
}

fn words(tallies: &[Tally], deliveries: &[Standing]) -> String {
    if tallies.is_empty() && deliveries.is_empty() {
        return "nothing was composed yet".to_owned();
    }
    let mut lines: Vec<String> = tallies.iter().take(12).map(tally).collect();
    for delivery in deliveries {
        let of = delivery.edition.as_deref().unwrap_or("confirmation");
        let whom = delivery.address.as_deref().unwrap_or("(erased)");
        let why = delivery.reply.as_deref().map(|reply| format!("  {reply}")).unwrap_or_default();
        let when = delivery.changed_at.format("%Y-%m-%d %H:%M");
        lines.push(format!("{:>6}  {:<10} {of}  {whom}  {when}{why}", delivery.id, delivery.state));
    }
    lines.join("\n")
}

/// `weekly/2026-W47: 500 expected = 497 sent + 3 in_doubt`
fn tally(tally: &Tally) -> String {
    let states: Vec<String> = tally.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    if states.is_empty() {
        return format!("{}: {} expected", tally.edition, tally.expected);
    }
    let sum: i64 = tally.states.values().sum();
    let sign = if sum == tally.expected { "=" } else { "≠" };
    format!("{}: {} expected {sign} {}", tally.edition, tally.expected, states.join(" + "))
}

async fn resolve(
    app: &App,
    global: &Global,
    named: Vec<String>,
    state: Option<String>,
    which: &Which,
    to: To,
) -> anyhow::Result<Exit> {
    let choice = choice(app, which, state.into_iter().collect()).await?;
    let all = app.store.deliveries(&choice, LIMIT).await?;
    let is = |delivery: &Standing, name: &str| {
        let name = name.trim_matches(['<', '>']);
        delivery.id.to_string() == name
            || delivery.message_id == name
            || delivery.address.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(name))
    };
    if let Some(unknown) = named.iter().find(|name| !all.iter().any(|delivery| is(delivery, name))) {
        bail!("no delivery has the number, address or Message-ID {unknown}: `bellwether deliveries list --state all`");
    }
    let chosen = all.iter().filter(|delivery| named.is_empty() || named.iter().any(|name| is(delivery, name)));
    let ids: Vec<i64> = chosen.map(|delivery| delivery.id).collect();
    let (resolution, one, many) = match to {
        To::Sent => (Resolution::Sent, "counts as sent", "count as sent"),
        To::Again => (Resolution::Again, "is sent again with the next run", "are sent again with the next run"),
        To::Failed => (Resolution::Failed, "is given up", "are given up"),
    };
    let settled = app.store.resolve_deliveries(&ids, resolution, app.clock.now()).await?;
    let left = (ids.len() as u64).saturating_sub(settled);
    global.print(&serde_json::json!({ "resolved": settled, "left": left }), || {
        let done = counted(u32::try_from(settled).unwrap_or(u32::MAX), one, many);
        let why = "sent or settled already, on the way, or nothing may be mailed there any more";
        let left = match left {
            0 => String::new(),
            1 => format!("; 1 stays as it is: {why}"),
            _ => format!("; {left} stay as they are: {why}"),
        };
        format!("{done}{left}")
    })?;
    Ok(if settled == 0 && left > 0 { Exit::Failed } else { Exit::Done })
}
