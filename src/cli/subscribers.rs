//! `bellwether subscribers`: who reads.

use anyhow::bail;
use clap::Subcommand;

use super::{Exit, Global};
use crate::mail::address::Address;
use crate::model::id::DigestKey;

/// Add, list and remove subscribers
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether subscribers add ada@example.org")]
pub enum Subscribers {
    /// Add an address whose consent you have; it gets the next edition
    #[command(after_help = "Example:\n  bellwether subscribers add ada@example.org --digest weekly")]
    Add {
        #[arg(value_parser = Address::parse, required = true)]
        addresses: Vec<Address>,
        /// Which digest [default: the first of the settings]
        #[arg(long, value_name = "KEY", value_parser = DigestKey::parse)]
        digest: Option<DigestKey>,
    },
    /// List everyone who ever subscribed, and whether they still do
    #[command(after_help = "Example:\n  bellwether subscribers list --json")]
    List,
    /// Remove an address from every digest; nothing that is queued for it is sent
    #[command(after_help = "Example:\n  bellwether subscribers remove ada@example.org")]
    Remove {
        #[arg(value_parser = Address::parse)]
        address: Address,
    },
}

impl Subscribers {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let app = global.places().open().await?;
        let now = app.clock.now();
        match self {
            Self::Add { addresses, digest } => {
                let digest = super::digest::choose(&app, digest.as_ref())?;
                let mut added = 0;
                for address in &addresses {
                    added += usize::from(app.store.add_subscriber(&digest.key, address, now).await?);
                }
                let known = addresses.len() - added;
                global.print(&serde_json::json!({ "added": added, "known": known }), || {
                    let also = if known > 0 { format!(" ({known} were there already)") } else { String::new() };
                    format!("added {added} to {}{also}; they get the next edition that is composed", digest.key)
                })?;
            }
            Self::List => {
                let subscribers = app.store.subscribers().await?;
                let rows: Vec<serde_json::Value> = subscribers
                    .iter()
                    .map(|s| {
                        serde_json::json!({ "digest": s.digest, "address": s.address, "state": s.state,
                            "created_at": s.created_at })
                    })
                    .collect();
                global.print(&serde_json::json!({ "subscribers": rows }), || {
                    if subscribers.is_empty() {
                        return "nobody has subscribed yet: `bellwether subscribers add ADDRESS`".to_owned();
                    }
                    let line = |s: &crate::store::subscribers::Subscriber| {
                        format!("{:<10} {:<10} {}  since {}", s.digest, s.state, s.address, s.created_at.date_naive())
                    };
                    subscribers.iter().map(line).collect::<Vec<_>>().join("\n")
                })?;
            }
            Self::Remove { address } => {
                let mut removed = 0;
                for subscriber in app.store.subscribers().await? {
                    if subscriber.address.eq_ignore_ascii_case(address.as_str())
                        && app.store.leave(subscriber.id, now).await?
                    {
                        removed += 1;
                    }
                }
                if removed == 0 {
                    bail!("{address} is not subscribed to any digest");
                }
                global.print(&serde_json::json!({ "removed": removed }), || format!("removed {address}"))?;
            }
        }
        Ok(Exit::Done)
    }
}
