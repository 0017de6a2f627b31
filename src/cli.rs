//! The command line: one file a group of commands.

pub mod curate;
pub mod deliveries;
pub mod demo;
pub mod digest;
pub mod doctor;
pub mod explain;
pub mod feeds;
pub mod fetch;
pub mod import;
pub mod inspect;
pub mod lab;
mod reports;
pub mod run;
pub mod send;
pub mod serve;
mod stories;
pub mod subscribers;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use serde::Serialize;

use crate::app::{App, BadSettings, Places};
use crate::progress::Progress;
use crate::stop::Stop;
use crate::store::Store;

/// How a command ended, as cron and scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    /// Usage or settings.
    Usage = 2,
    /// Done in part: mail is still queued or in doubt, or a fetch was told to stop.
    Partial = 3,
    /// Another run holds the lock.
    Locked = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Keeps up with the field for your team, and mails a digest once a week.
#[derive(Debug, Parser)]
#[command(name = "bellwether", version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Try it:\n  bellwether demo          nine weeks of a sample world, offline\n  bellwether run           fetch, compose what is due, deliver: the cron line\n\nExit codes: 0 done, 1 failed, 2 usage or settings, 3 done in part (mail still queued or in doubt, a fetch that was told to stop), 4 another run is at it."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The settings file [default: bellwether.toml, where there is one]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// The catalogue of feeds and event sources [default: feeds.toml]
    #[arg(long, global = true, value_name = "PATH")]
    feeds: Option<PathBuf>,
    /// The database, over the one in the settings: sqlite://FILE or postgres://HOST/NAME
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Pretend that it is this moment, like 2026-11-20T07:00:00Z
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<DateTime<Utc>>,
    /// Print one JSON object as the last line
    #[arg(long, global = true)]
    json: bool,
    /// Say only what needs somebody: errors, and mail that is held up
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Say more; -vv and -vvv even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto")]
    color: Color,
    /// Let fetches reach this network although it is not public, like 10.0.0.0/8 (may be repeated)
    #[arg(long = "allow-net", global = true, value_name = "CIDR", value_parser = crate::config::network)]
    allow_net: Vec<IpNet>,
    /// What was opened, to be closed at the end.
    #[arg(skip)]
    opened: Arc<Mutex<Vec<Store>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Fetch(fetch::Fetch),
    Digest(digest::Digest),
    Send(send::Send),
    #[command(subcommand)]
    Deliveries(deliveries::Deliveries),
    Serve(serve::Serve),
    #[command(subcommand)]
    Feeds(feeds::Feeds),
    #[command(subcommand)]
    Curate(curate::Curate),
    #[command(subcommand)]
    Subscribers(subscribers::Subscribers),
    #[command(subcommand)]
    Inspect(inspect::Inspect),
    #[command(subcommand)]
    Lab(lab::Lab),
    Explain(explain::Explain),
    Demo(demo::Demo),
    Doctor(doctor::Doctor),
    Migrate(Migrate),
    Import(import::Import),
}

/// Bring the database's tables up to date
///
/// Every other command does so by itself; this one is for doing it ahead of time.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether migrate --database sqlite://bellwether.db")]
struct Migrate {}

impl Global {
    /// Where settings come from.
    #[must_use]
    pub fn places(&self) -> Places {
        Places {
            config: self.config.clone(),
            feeds: self.feeds.clone(),
            database: self.database.clone(),
            now: self.now,
            allow_nets: self.allow_net.clone(),
        }
    }

    /// Reads everything and opens the database, which [`Global::close`] closes.
    ///
    /// # Errors
    /// As [`Places::open`].
    pub async fn open(&self) -> anyhow::Result<App> {
        let is_new = self.would_be_new();
        Ok(self.opened(self.places().open().await?, is_new))
    }

    /// As [`Global::open`], for what has nothing to do with sources: without a catalogue, or with one that cannot be
    /// read, there are none.
    ///
    /// # Errors
    /// As [`Places::open`], but for the catalogue.
    pub async fn open_without_sources(&self) -> anyhow::Result<App> {
        let is_new = self.would_be_new();
        Ok(self.opened(self.places().open_without_sources().await?, is_new))
    }

    /// That there is a database, for what only looks and would find nothing in a new one.
    ///
    /// # Errors
    /// When it was never made, or the settings cannot be read.
    pub fn must_exist(&self) -> anyhow::Result<()> {
        let url = self.places().settings()?.database_url;
        anyhow::ensure!(
            Store::exists(&url),
            "there is no database {url} yet: `bellwether run` makes it; or is it another one (--database), or another \
             directory?"
        );
        Ok(())
    }

    fn would_be_new(&self) -> bool {
        self.places().settings().is_ok_and(|config| !Store::exists(&config.database_url))
    }

    fn opened(&self, app: App, is_new: bool) -> App {
        if is_new {
            // Where another one was meant, nothing else would tell.
            self.warn(&format!("made a new database: {}", app.config.database_url));
        }
        if let Ok(mut opened) = self.opened.lock() {
            opened.push(app.store.clone());
        }
        app
    }

    /// Closes what was opened: a SQLite database is then one file, which can be copied as it is.
    async fn close(&self) {
        let opened = self.opened.lock().map(|mut opened| std::mem::take(&mut *opened)).unwrap_or_default();
        for store in opened {
            store.close().await;
        }
    }

    /// Whether results are to be coloured: where a person looks at them, unless told otherwise.
    fn paints_results(&self) -> bool {
        match self.color {
            Color::Auto => std::io::stdout().is_terminal(),
            Color::Always => true,
            Color::Never => false,
        }
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::new(self.quiet || self.json)
    }

    /// Prints what was asked for, also when asked for quiet: `value` as one line of JSON with `--json`, else `words`.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn answer<T: Serialize>(&self, value: &T, words: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.json { say(&serde_json::to_string(value)?) } else { say(&words()) }
    }

    /// Prints what was done, unless asked for quiet: `value` as one line of JSON with `--json`, else `words`.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn print<T: Serialize>(&self, value: &T, words: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.quiet && !self.json { Ok(()) } else { self.answer(value, words) }
    }

    /// Tells the operator what they must know on standard error, also when asked for quiet: cron mails it.
    pub fn warn(&self, words: &str) {
        let _ = writeln!(std::io::stderr(), "{words}");
    }

    /// Tells the operator something on standard error, unless asked for quiet.
    pub fn tell(&self, words: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{words}");
        }
    }
}

/// Asks `stop` when the process is asked to end, by Ctrl-C or by its supervisor; asked twice, it ends at once.
fn stop_on_signals(stop: &Stop) {
    let stop = stop.clone();
    tokio::spawn(async move {
        signal().await;
        stop.ask();
        signal().await;
        let _ = writeln!(std::io::stderr(), "bellwether: ended at once; the next run goes on from what was kept");
        // 128 + SIGINT, as shells have it.
        std::process::exit(130);
    });
}

async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Writes a line to standard output; a reader that has gone away is not an error.
pub(crate) fn say(line: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Reads the arguments, runs the command, and tells what went wrong in words.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let color = match cli.global.color {
        Color::Auto => std::io::stderr().is_terminal(),
        Color::Always => true,
        Color::Never => false,
    };
    crate::telemetry::start(cli.global.verbose, cli.global.quiet, color);
    crate::fetch::install_crypto();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error)),
    };
    let global = cli.global.clone();
    let done = runtime.block_on(async {
        let done = dispatch(cli).await;
        global.close().await;
        done
    });
    // A look-up of a name that we gave up on still waits for its name server, for as long as the system likes.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match done {
        Ok(exit) => exit.into(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "bellwether: {error:#}");
    if error.is::<BadSettings>() { Exit::Usage.into() } else { Exit::Failed.into() }
}

async fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    let global = &cli.global;
    match cli.command {
        Command::Run(command) => command.execute(global).await,
        Command::Fetch(command) => command.execute(global).await,
        Command::Digest(command) => command.execute(global).await,
        Command::Send(command) => command.execute(global).await,
        Command::Deliveries(command) => command.execute(global).await,
        Command::Serve(command) => Box::pin(command.execute(global)).await,
        Command::Feeds(command) => command.execute(global).await,
        Command::Subscribers(command) => command.execute(global).await,
        Command::Inspect(command) => command.execute(global),
        Command::Lab(command) => command.execute(global).await,
        Command::Explain(command) => command.execute(global).await,
        Command::Curate(command) => command.execute(global).await,
        Command::Demo(command) => command.execute(global).await,
        Command::Doctor(command) => command.execute(global).await,
        Command::Import(command) => command.execute(global).await,
        Command::Migrate(_) => {
            let app = global.open_without_sources().await?;
            let version = app.store.version().await?;
            global.print(&serde_json::json!({ "version": version }), || {
                format!("the database's tables are at version {version}")
            })?;
            Ok(Exit::Done)
        }
    }
}
