//! All outbound HTTP: who is asked when, and how to ask without being a nuisance or a hole.
//!
//! ```text
//! plan (P) ──► client ─► guard, host, exchange, body ──► outcome ──► state (P): what the next plan sees
//! ```
//!
//! Sources that a person subscribed to are asked as they stand; every other page goes through [`page`], which obeys
//! its site's robots.txt. [`mod@plan`], [`state`], [`freshness`] and [`robots`] are pure. Nothing else in the program opens an HTTP connection: the
//! lints refuse reqwest's builders everywhere but in [`client`].

pub mod client;
pub mod discover;
pub mod freshness;
pub mod guard;
pub mod outcome;
pub mod page;
pub mod plan;
pub mod robots;
pub mod state;

mod body;
mod budget;
mod exchange;
mod host;
mod human;
mod patience;
mod trail;
mod wanted;

#[cfg(test)]
mod test_server;

pub use budget::Body;
pub use client::{Fetcher, FetcherError, install_crypto};
pub use outcome::{Answer, Document, FetchError, FetchOutcome, Validators};
pub use page::{PageError, Pages};
pub use plan::{FetchPlan, Plan, plan};
pub use state::SourceState;
pub use wanted::Wanted;
