//! `bellwether doctor`: what is wrong, in plain words, before it costs an edition.

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde::Serialize;

use super::{Exit, Global};
use crate::app::App;
use crate::departures::{self, Beyond};
use crate::fetch::client::Fetcher;
use crate::mail::address::Mailbox;
use crate::mail::mailer::Mailer;
use crate::mail::smtp::SmtpSettings;
use crate::render::words::counted;

/// Check the settings, the database, the mail server and the sources
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether doctor")]
pub struct Doctor {}

/// How late a worker that is well may be.
const STALE: TimeDelta = TimeDelta::days(2);

/// How one check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    /// Works, but somebody should know.
    Note,
    Bad,
}

#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    verdict: Verdict,
    words: String,
}

impl Doctor {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.open().await?;
        let checks = checks(&app).await?;
        let line = |check: &Check| {
            let mark = match check.verdict {
                Verdict::Good => "ok  ",
                Verdict::Note => "note",
                Verdict::Bad => "BAD ",
            };
            format!("{mark}  {:<10} {}", check.what, check.words)
        };
        // Asked for quiet, it tells what is wrong alone.
        let told = checks.iter().filter(|check| !global.quiet || check.verdict == Verdict::Bad);
        let told: Vec<String> = told.map(line).collect();
        if global.json || !told.is_empty() {
            global.answer(&serde_json::json!({ "checks": checks }), || told.join("\n"))?;
        }
        let bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
        Ok(if bad { Exit::Failed } else { Exit::Done })
    }
}

async fn checks(app: &App) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    let mut add = |what, verdict, words| checks.push(Check { what, verdict, words });
    let (feeds, events) = app.catalogue.counts();
    let digests = u32::try_from(app.config.digests.len()).unwrap_or(u32::MAX);
    add("settings", Verdict::Good, counted(digests, "digest", "digests"));
    let catalogue = if feeds + events == 0 { Verdict::Bad } else { Verdict::Good };
    add("catalogue", catalogue, format!("{feeds} feeds and {events} event sources"));
    add("database", Verdict::Good, format!("open, its tables are at version {}", app.store.version().await?));
    match app.journal.path() {
        Some(path) => match departures::catch_up(app).await {
            Ok(Beyond { alarm: None, .. }) => {
                add("journal", Verdict::Good, format!("departures are also kept in {}", path.display()));
            }
            Ok(_) => {
                let words = format!(
                    "{} and the database do not belong together, so all mail is held: `bellwether run` says why",
                    path.display()
                );
                add("journal", Verdict::Bad, words);
            }
            Err(error) => add("journal", Verdict::Bad, error.to_string()),
        },
        None => add("journal", Verdict::Note, "departures are kept in the database alone".to_owned()),
    }
    if let Some(why) = app.store.meta(crate::deliver::PAUSED).await? {
        add("mail", Verdict::Note, format!("{why}: `bellwether deliveries resume` lets it out"));
    }
    if !app.store.is_sound().await? {
        let words = "the file is damaged: put a copy back, see \"Putting a copy back\" in docs/operating.md";
        add("database", Verdict::Bad, words.to_owned());
    }
    let in_doubt = app.store.deliveries_in_doubt(DateTime::<Utc>::UNIX_EPOCH).await?;
    let waiting = app.store.deliveries_waiting(app.clock.now()).await?;
    if in_doubt + waiting > 0 {
        let words = format!(
            "messages waiting: {waiting}, in doubt: {in_doubt}; `bellwether deliveries list --state all` shows them"
        );
        add("deliveries", Verdict::Note, words);
    }
    match app.store.lock_run().await? {
        Some(_lock) => add("lock", Verdict::Good, "free".to_owned()),
        None => add("lock", Verdict::Note, "a run is at it right now".to_owned()),
    }
    match Fetcher::new(&app.config.fetch) {
        Ok(_) => add("fetching", Verdict::Good, "the HTTP client can be made".to_owned()),
        Err(error) => add("fetching", Verdict::Bad, error.to_string()),
    }
    if app.config.fetch.contact.is_none() {
        let words = "servers cannot tell whom to ask: set [fetch] contact to an address or a page";
        add("fetching", Verdict::Note, words.to_owned());
    }
    sources(app, &mut add).await?;
    mail(app, &mut add).await?;
    Ok(checks)
}

async fn sources(app: &App, add: &mut impl FnMut(&'static str, Verdict, String)) -> anyhow::Result<()> {
    let states = app.store.source_states().await?;
    if states.is_empty() {
        add("sources", Verdict::Note, "nothing was fetched yet: `bellwether run`".to_owned());
        return Ok(());
    }
    let last = states.values().filter(|state| state.failures > 0).max_by_key(|state| state.last_attempt);
    let unreached = states.values().filter(|state| state.failures > 0).count();
    if let Some(last) = last.filter(|_| unreached == states.len()) {
        let when = last.last_attempt.map(|at| format!(" ({})", at.format("%Y-%m-%d %H:%M UTC"))).unwrap_or_default();
        let told = last.last_error.as_deref().unwrap_or("no answer");
        let words = format!(
            "none of {unreached} could be reached; the last one tried{when}, {}, told: {told} — if the others told the \
             same (`bellwether feeds health`), look at this machine's network and settings",
            last.key
        );
        add("sources", Verdict::Bad, words);
        return Ok(());
    }
    let now = app.clock.now();
    let listed = app.catalogue.sources.iter().filter(|source| !source.paused);
    let due = listed.filter_map(|source| states.get(&source.key)?.for_address(&source.url).next_due).min();
    if let Some(due) = due.filter(|due| now - *due > STALE) {
        let words = format!(
            "somebody was to be asked at {} and was not for {} days: does cron run `bellwether run`, or `bellwether serve`?",
            due.format("%Y-%m-%d %H:%M UTC"),
            (now - due).num_days()
        );
        add("sources", Verdict::Bad, words);
        return Ok(());
    }
    if let Some((since, _)) = app.store.outage_before(now).await? {
        add("sources", Verdict::Bad, format!("{}: is this machine's network up?", super::fetch::outage(since)));
        return Ok(());
    }
    let failing: Vec<&str> = app
        .catalogue
        .sources
        .iter()
        .filter(|source| !source.paused)
        .filter(|source| states.get(&source.key).is_some_and(|state| state.failures >= 3 || state.gone))
        .map(|source| source.key.as_str())
        .collect();
    if failing.is_empty() {
        add("sources", Verdict::Good, "none has failed three times in a row".to_owned());
    } else {
        let shown = failing.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let more = failing.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let words = format!(
            "{} keep failing: {shown}{more} — `bellwether feeds health` says why, and what to do",
            failing.len()
        );
        add("sources", Verdict::Note, words);
    }
    Ok(())
}

async fn mail(app: &App, add: &mut impl FnMut(&'static str, Verdict, String)) -> anyhow::Result<()> {
    let confirmed = app.store.subscribers().await?.iter().filter(|s| s.state == "confirmed").count();
    match &app.config.smtp.url {
        None if confirmed > 0 => {
            add("mail", Verdict::Bad, format!("{confirmed} subscribers wait for mail: set [smtp] url"));
        }
        None => add("mail", Verdict::Note, "no mail server is set: editions are written as files".to_owned()),
        Some(url) => match Mailer::Smtp(SmtpSettings::from_url(url)?).connect().await {
            Ok(courier) => {
                courier.quit().await;
                add("mail", Verdict::Good, "the mail server answers".to_owned());
            }
            Err(error) => add("mail", Verdict::Bad, error.to_string()),
        },
    }
    for digest in &app.config.digests {
        if digest.postal_address.is_none() {
            let verdict = if app.config.smtp.url.is_some() { Verdict::Bad } else { Verdict::Note };
            add("mail", verdict, format!("{} has no postal_address, so nothing of it is mailed", digest.key));
        }
        match Mailbox::parse(&digest.from) {
            Ok(from) if from.address().domain() == "localhost" => {
                let words =
                    format!("{} is sent from {}: set `from` to an address of yours", digest.key, from.address());
                let verdict = if app.config.smtp.url.is_some() { Verdict::Bad } else { Verdict::Note };
                add("mail", verdict, words);
            }
            Ok(_) => {}
            Err(error) => add("mail", Verdict::Bad, format!("{}: {error}", digest.key)),
        }
    }
    let words = match &app.config.web.base_url {
        None => "no [web] base_url: mails carry no permalinks and are left by answering",
        Some(url) if url.scheme() != "https" => {
            "[web] base_url is not https: mail programs offer to leave with one click only there (RFC 8058)"
        }
        Some(_) => return Ok(()),
    };
    add("web", Verdict::Note, words.to_owned());
    Ok(())
}
