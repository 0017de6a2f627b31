//! All outbound HTTP: who is asked when, and how to ask without being a nuisance or a hole.
//!
//! ```text
//! plan (P) ──► client ─► guard, host, exchange, body ──► outcome ──► state (P): what the next plan sees
//! ```
//!
//! [`mod@plan`], [`state`] and [`freshness`] are pure. Nothing else in the program opens an HTTP connection: the
//! lints refuse reqwest's builders everywhere but in [`client`].

pub mod client;
pub mod freshness;
pub mod guard;
pub mod outcome;
pub mod plan;
pub mod state;

mod body;
mod budget;
mod exchange;
mod host;
mod human;
mod patience;
mod trail;

#[cfg(test)]
mod test_server;

pub use budget::Body;
pub use client::{Fetcher, FetcherError, install_crypto};
pub use outcome::{Answer, Document, FetchError, FetchOutcome, Validators};
pub use plan::{FetchPlan, Plan, plan};
pub use state::SourceState;
