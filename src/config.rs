//! Settings: `bellwether.toml`, with the environment for secrets and flags above both.

mod read;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::mail::smtp::SmtpSettings;
use crate::model::id::{DigestKey, TopicKey};
use crate::model::source::Topic;
use crate::schedule::Schedule;
use crate::settings::Problem;

/// Everything that can be set, with every default filled in.
#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: String,
    /// Where departures are kept besides the database; see [`Config::journal`].
    pub journal_path: Option<PathBuf>,
    pub fetch: Fetch,
    pub digests: Vec<Digest>,
    pub smtp: Smtp,
    pub web: Web,
    pub retention: Retention,
    /// Where mail goes as files when no SMTP server is set.
    pub out_dir: PathBuf,
    /// Replaces the embedded templates, file by file.
    pub templates_dir: Option<PathBuf>,
}

/// How long what grows is kept.
#[derive(Debug, Clone)]
pub struct Retention {
    pub items: Duration,
    pub fetch_log: Duration,
    /// Of subscriptions that nobody confirmed, and how long the link for it is good.
    pub unconfirmed: Duration,
}

/// How to fetch.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// The product token and version; the contact is added in brackets (RFC 9110 §10.1.5).
    pub user_agent: String,
    /// A page or an address that a server's operator can turn to, or several with `;` between.
    pub contact: Option<String>,
    /// Requests in flight to one host (name and port).
    pub per_host: usize,
    /// Between the starts of two requests to one host.
    pub spacing: Duration,
    /// Until the head of an answer is there, and then for each read.
    pub timeout: Duration,
    /// Of a decoded body, in bytes.
    pub max_bytes: u64,
    /// For one source, redirects included.
    pub deadline: Duration,
    /// Of all bodies in memory at once, in bytes; one body at a time may go beyond it, up to `max_bytes`.
    pub in_flight_bytes: u64,
    /// Requests in flight in all; those that have waited for a slow server for a second do not count.
    pub jobs: usize,
    pub min_interval: Duration,
    pub max_interval: Duration,
    /// Polls in a row that a permanent redirect must survive before its target is asked directly.
    pub adopt_after: u32,
    /// Whether the pages of short-listed stories are fetched, for what their feeds leave out.
    pub articles: bool,
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

impl Digest {
    /// Whether its readers read `language` (BCP 47); unknown languages are read.
    #[must_use]
    pub fn reads(&self, language: Option<&str>) -> bool {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let Some(language) = language.map(primary) else { return true };
        self.languages.is_empty() || self.languages.iter().any(|known| primary(known) == language)
    }
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
    pub in_doubt: InDoubt,
}

/// What becomes of a message that the server may or may not have taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InDoubt {
    /// It waits for somebody to decide.
    Hold,
    /// It is sent again, once, with the same Message-ID.
    Resend,
}

/// The web pages.
#[derive(Debug, Clone)]
pub struct Web {
    /// Where readers reach the pages; `None`: a mail carries no permalinks.
    pub base_url: Option<Url>,
    /// `address:port`.
    pub listen: String,
    /// Networks of web servers that stand before this one and say in `X-Forwarded-For` who asks.
    pub trusted_proxies: Vec<IpNet>,
}

/// Why settings could not be used: every problem, each with its file and line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: cannot be read ({error}) — check the path and its permissions")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{}", told(.file, .problems))]
    Problems { file: PathBuf, problems: Vec<Problem> },
    #[error("{name}: {what}")]
    Environment { name: &'static str, what: String },
}

fn told(file: &Path, problems: &[Problem]) -> String {
    let file = file.display().to_string();
    problems.iter().map(|problem| problem.told(&file)).collect::<Vec<_>>().join("\n")
}

/// Looks up an environment variable; a function, so that tests need not touch the process's own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's environment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Config {
    /// Reads `bellwether.toml` at `path`; without one every default holds. Secrets come from
    /// `BELLWETHER_SMTP_URL` and `BELLWETHER_DATABASE_URL`, or from the file that `…_FILE` names.
    ///
    /// With `topics` a digest that follows another one is a problem.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem of the file at once.
    pub fn load(
        path: Option<&Path>,
        environment: Environment<'_>,
        topics: Option<&[Topic]>,
    ) -> Result<Self, ConfigError> {
        let mut config = match path {
            None => read::config("", None).0,
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
                let (config, problems) = read::config(&text, topics);
                if !problems.is_empty() {
                    return Err(ConfigError::Problems { file: path.to_owned(), problems });
                }
                config
            }
        };
        if let Some(url) = secret("BELLWETHER_DATABASE_URL", "BELLWETHER_DATABASE_URL_FILE", environment)? {
            config.database_url = url;
        }
        if let Some(url) = secret("BELLWETHER_SMTP_URL", "BELLWETHER_SMTP_URL_FILE", environment)? {
            let url = smtp_url(&url).map_err(|what| ConfigError::Environment { name: "BELLWETHER_SMTP_URL", what })?;
            config.smtp.url = Some(url);
        }
        Ok(config)
    }

    /// Reads the text of a settings file, with every problem found in it.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        read::config(text, None)
    }

    /// The file that keeps departures besides the database: as set, or `bellwether.journal` beside `bellwether.db`,
    /// or in the working directory for PostgreSQL. `None` for a database in memory.
    #[must_use]
    pub fn journal(&self) -> Option<PathBuf> {
        if let Some(path) = &self.journal_path {
            return Some(path.clone());
        }
        match self.database_url.strip_prefix("sqlite:") {
            Some(file) if file.contains(":memory:") => None,
            Some(file) => {
                let path = file.strip_prefix("//").unwrap_or(file).split('?').next().unwrap_or_default();
                Some(Path::new(path).with_extension("journal"))
            }
            None => Some(PathBuf::from("bellwether.journal")),
        }
    }

    /// The digest of that key.
    #[must_use]
    pub fn digest(&self, key: &DigestKey) -> Option<&Digest> {
        self.digests.iter().find(|digest| &digest.key == key)
    }
}

fn secret(name: &'static str, file: &'static str, environment: Environment<'_>) -> Result<Option<String>, ConfigError> {
    if let Some(value) = environment(name) {
        return Ok(Some(value));
    }
    let Some(path) = environment(file) else { return Ok(None) };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) => Err(ConfigError::Environment { name: file, what: format!("{path} cannot be read ({error})") }),
    }
}

/// Reads a network or a single address, as settings and `--allow-net` write it.
pub fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| format!("`{text}` is not a network"))
}

fn smtp_url(text: &str) -> Result<Url, String> {
    // The address may carry a password, so no message repeats it.
    let url = Url::parse(text).map_err(|error| format!("not an address ({error})"))?;
    if !matches!(url.scheme(), "smtp" | "smtps" | "smtp+starttls") {
        return Err(format!("`{}:` is not a way to send mail", url.scheme()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("the address names no host".to_owned());
    }
    SmtpSettings::from_url(&url).map_err(|error| error.to_string())?;
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_defaults_written_out() {
        let (example, problems) = Config::parse(include_str!("../bellwether.example.toml"));
        assert_eq!(problems, []);
        let (defaults, _) = Config::parse("");
        assert_eq!(format!("{example:?}"), format!("{defaults:?}"));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let text = "[fetch]\nspacin = \"1s\"\ntimeout = \"soon\"\n[[digest]]\ntimezone = \"Mars/Olympus\"\n[smtp]\nurl = \"https://relay.example\"\n[web]\nbase_url = \"not a url\"\n";
        let (_, problems) = Config::parse(text);
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [2, 3, 5, 7, 9], "{problems:#?}");
    }

    #[test]
    fn a_secret_comes_from_the_environment_and_is_never_repeated() {
        let given = |name: &str| (name == "BELLWETHER_SMTP_URL").then(|| "https://me:secret@relay.example".to_owned());
        let error = Config::load(None, &given, None).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
        let given = |name: &str| (name == "BELLWETHER_SMTP_URL").then(|| "smtps://relay.example".to_owned());
        assert_eq!(Config::load(None, &given, None).unwrap().smtp.url.unwrap().as_str(), "smtps://relay.example");
    }
}
