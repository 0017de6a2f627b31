//! `bellwether feeds`: what is listened to.

mod add;
mod check;
mod discover;
mod entry;
mod health;
mod list;
mod pause;
mod write;

use clap::Subcommand;

use super::{Exit, Global};

/// List, add, check, find and pause feeds and event sources
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether feeds list")]
pub enum Feeds {
    /// List every source with its state
    #[command(after_help = "Example:\n  bellwether feeds list --json")]
    List,
    /// Check feeds.toml, or fetch one source and show what would be read; stores nothing
    #[command(
        after_help = "Examples:\n  bellwether feeds check\n  bellwether feeds check rust-blog\n  bellwether feeds check https://example.org/feed.xml"
    )]
    Check {
        /// A source's key, or an address that is not in the catalogue
        source: Option<String>,
    },
    Add(add::Add),
    Discover(discover::Discover),
    Pause(pause::Pause),
    Health(health::HealthOf),
}

impl Feeds {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::List => list::list(&global.open().await?, global).await,
            Self::Check { source: None } => check::catalogue(global),
            Self::Check { source: Some(name) } => check::source(global, &name).await,
            Self::Add(command) => command.execute(global).await,
            Self::Pause(command) => command.execute(global),
            Self::Discover(command) => command.execute(global).await,
            Self::Health(command) => command.execute(global).await,
        }
    }
}

/// A moment as people read it, in UTC.
fn day(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// A number of bytes in the units of storage and networks.
fn size(bytes: u64) -> String {
    bytesize::ByteSize(bytes).display().si_short().to_string()
}
