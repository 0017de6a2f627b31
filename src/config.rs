//! Settings: `bellwether.toml`, with the environment for secrets and flags above both.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::model::id::{DigestKey, TopicKey};
use crate::schedule::Schedule;

/// Everything that can be set, with every default filled in.
#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: String,
    pub fetch: Fetch,
    pub digests: Vec<Digest>,
    pub smtp: Smtp,
    pub web: Web,
    /// Where files go when no SMTP server is set.
    pub out_dir: PathBuf,
    /// Replaces the embedded templates, file by file.
    pub templates_dir: Option<PathBuf>,
}

/// How to fetch.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// The product token and version; the contact is added in brackets.
    pub user_agent: String,
    /// A URL or an address that a server's operator can turn to.
    pub contact: Option<String>,
    /// Requests in flight to one host (name and port).
    pub per_host: usize,
    /// Between the starts of two requests to one host.
    pub spacing: Duration,
    /// For connecting, and for each read.
    pub timeout: Duration,
    /// Of a decoded body, in bytes.
    pub max_bytes: u64,
    /// For one source, redirects included.
    pub deadline: Duration,
    /// Requests in flight in all.
    pub jobs: usize,
    pub min_interval: Duration,
    pub max_interval: Duration,
    /// Networks that the address guard lets through although they are not public.
    pub allow_nets: Vec<IpNet>,
}

/// One digest.
#[derive(Debug, Clone)]
pub struct Digest {
    pub key: DigestKey,
    pub title: String,
    /// Empty: every topic of the catalogue.
    pub topics: Vec<TopicKey>,
    /// BCP 47 primary tags; empty: every language.
    pub languages: Vec<String>,
    /// Lower-case words or phrases; a story whose title has one is left out.
    pub mute: Vec<String>,
    pub schedule: Schedule,
    pub timezone: Tz,
    /// An edition is composed this long before it is sent.
    pub compose_ahead: Duration,
    /// `Name <address>` or an address.
    pub from: String,
    pub reply_to: Option<String>,
    /// A public digest is not mailed without one.
    pub postal_address: Option<String>,
    /// Where "near you" is.
    pub city: Option<String>,
    pub country: Option<String>,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// `smtp://`, `smtps://` or `smtp+starttls://`, with credentials in it; `None`: files in `out_dir`.
    pub url: Option<Url>,
    /// Messages a second over all connections.
    pub rate: f64,
    pub connections: usize,
    pub lease: Duration,
    /// A message that could not be delivered for this long expires.
    pub not_after: Duration,
}

/// The web pages.
#[derive(Debug, Clone)]
pub struct Web {
    /// Where readers reach the pages; `None`: a mail carries no permalinks.
    pub base_url: Option<Url>,
    /// `address:port`.
    pub listen: String,
}
