//! `bellwether subscribers`: who reads.

use anyhow::bail;
use clap::Subcommand;

use super::{Exit, Global};
use crate::app::{App, TOKEN_KEY};
use crate::departures;
use crate::mail::address::Address;
use crate::model::id::DigestKey;
use crate::render::words::counted;
use crate::store::subscribers::{Added, Subscriber};

/// Add, list, remove and erase subscribers
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
        /// Also who left or complained, whose mail bounced, or who was erased: because they asked you to
        #[arg(long)]
        despite_suppression: bool,
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
    /// Forget a person: every subscription of the address, and what is known of it
    ///
    /// Only a keyed hash is kept, so that no import brings the address back; they themselves can subscribe again.
    #[command(after_help = "Example:\n  bellwether subscribers erase ada@example.org")]
    Erase {
        #[arg(value_parser = Address::parse)]
        address: Address,
    },
    /// Sign the links of mails with a new secret from now on; links in mails that were sent still work
    #[command(after_help = "Example:\n  bellwether subscribers rotate-key")]
    RotateKey,
}

impl Subscribers {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        if matches!(self, Self::List) {
            global.must_exist()?;
        }
        let app = global.open_without_sources().await?;
        match self {
            Self::Add { addresses, digest, despite_suppression } => {
                return add(&app, global, &addresses, digest.as_ref(), despite_suppression).await;
            }
            Self::List => {
                let subscribers = app.store.subscribers().await?;
                let rows: Vec<serde_json::Value> = subscribers
                    .iter()
                    .map(|s| {
                        serde_json::json!({ "digest": s.digest, "address": s.address, "state": s.state,
                            "created_at": s.created_at, "suppressed": s.suppressed })
                    })
                    .collect();
                global.answer(&serde_json::json!({ "subscribers": rows }), || {
                    if subscribers.is_empty() {
                        return "nobody has subscribed yet: `bellwether subscribers add ADDRESS`".to_owned();
                    }
                    let line = |s: &Subscriber| {
                        let kept_back = s.suppressed.as_deref().map(|why| format!("  no mail: {why}"));
                        format!(
                            "{:<10} {:<10} {}  since {}{}",
                            s.digest,
                            s.state,
                            s.address,
                            s.created_at.date_naive(),
                            kept_back.unwrap_or_default()
                        )
                    };
                    subscribers.iter().map(line).collect::<Vec<_>>().join("\n")
                })?;
            }
            Self::Remove { address } => {
                let mut removed = 0;
                for subscriber in app.store.subscribers().await? {
                    if subscriber.address.eq_ignore_ascii_case(address.as_str())
                        && departures::leave(&app, &subscriber).await?
                    {
                        removed += 1;
                    }
                }
                if removed == 0 {
                    bail!("{address} is not subscribed to any digest");
                }
                global.print(&serde_json::json!({ "removed": removed }), || format!("removed {address}"))?;
            }
            Self::Erase { address } => {
                let erased = departures::erase(&app, address.as_str()).await?;
                global.print(&serde_json::json!({ "erased": erased }), || {
                    if erased == 0 {
                        return "that address had no subscription; a keyed hash of it is kept, so that no import adds it"
                            .to_owned();
                    }
                    let erased = counted(u32::try_from(erased).unwrap_or(u32::MAX), "subscription", "subscriptions");
                    format!("erased {erased} of that address; only a keyed hash of it is kept")
                })?;
            }
            Self::RotateKey => {
                let keys = app.store.meta_below(TOKEN_KEY).await?.len();
                anyhow::ensure!(keys < 255, "there are 255 keys already, and a link names its key in one byte");
                let name = format!("{TOKEN_KEY}.{}", keys + 1);
                app.store.set_meta(&name, Some(&crate::token::secret()?)).await?;
                global.print(&serde_json::json!({ "keys": keys + 1 }), || {
                    "new links are signed with a new key; what serves the pages must be started again".to_owned()
                })?;
            }
        }
        Ok(Exit::Done)
    }
}

async fn add(
    app: &App,
    global: &Global,
    addresses: &[Address],
    digest: Option<&DigestKey>,
    despite_suppression: bool,
) -> anyhow::Result<Exit> {
    let digest = super::digest::choose(app, digest)?;
    let (mut added, mut suppressed) = (0, Vec::new());
    for address in addresses {
        let hash = app.signer.address_hash(address.as_str());
        if despite_suppression {
            app.store.unsuppress(&hash).await?;
        }
        match app.store.add_subscriber(&digest.key, address, &hash, despite_suppression, app.clock.now()).await? {
            Added::New => added += 1,
            Added::Known => {}
            Added::Left => suppressed.push(format!("{address} (left)")),
            Added::Suppressed(why) => suppressed.push(format!("{address} ({why})")),
        }
    }
    let known = addresses.len() - added - suppressed.len();
    let told = serde_json::json!({ "added": added, "known": known, "suppressed": suppressed.len() });
    global.print(&told, || {
        let also = if known > 0 { format!(" ({known} were there already)") } else { String::new() };
        let next = if added > 0 { "; they get the next edition that is composed" } else { "" };
        format!("added {added} to {}{also}{next}", digest.key)
    })?;
    if suppressed.is_empty() {
        return Ok(Exit::Done);
    }
    bail!(
        "not added, since nothing may be mailed to them: {}; --despite-suppression adds those who asked you to",
        suppressed.join(", ")
    )
}
