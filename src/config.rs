//! Settings: `bellwether.toml`, with the environment for secrets and flags above both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::model::id::{DigestKey, TopicKey};
use crate::schedule::Schedule;
use crate::settings::{Document, Problem, Section};

/// Everything that can be set, with every default filled in.
#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: String,
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
    /// # Errors
    /// [`ConfigError`] with every problem of the file at once.
    pub fn load(path: Option<&Path>, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let mut config = match path {
            None => Self::parse("").0,
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
                let (config, problems) = Self::parse(&text);
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
        let document = Document::read(text);
        let config = {
            let root = document.root();
            let config = Self {
                database_url: within(&root, "database", |section| {
                    section.and_then(|s| s.text("url")).unwrap_or("sqlite://bellwether.db").to_owned()
                }),
                fetch: within(&root, "fetch", fetch),
                digests: digests(&root),
                smtp: within(&root, "smtp", smtp),
                web: within(&root, "web", web),
                retention: within(&root, "retention", |section| Retention {
                    items: duration(section, "items", "400d"),
                    fetch_log: duration(section, "fetch_log", "30d"),
                }),
                out_dir: root.text("out_dir").unwrap_or("out").into(),
                templates_dir: root.text("templates_dir").map(PathBuf::from),
            };
            root.finish();
            config
        };
        (config, document.into_problems())
    }

    /// The digest of that key.
    #[must_use]
    pub fn digest(&self, key: &DigestKey) -> Option<&Digest> {
        self.digests.iter().find(|digest| &digest.key == key)
    }
}

fn secret(
    name: &'static str,
    file: &'static str,
    environment: Environment<'_>,
) -> Result<Option<String>, ConfigError> {
    if let Some(value) = environment(name) {
        return Ok(Some(value));
    }
    let Some(path) = environment(file) else { return Ok(None) };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) => Err(ConfigError::Environment { name: file, what: format!("{path} cannot be read ({error})") }),
    }
}

/// Reads the section `key`, present or not, and reports what in it is unknown.
fn within<T>(
    root: &Section<'_, '_>,
    key: &'static str,
    read: impl FnOnce(Option<&Section<'_, '_>>) -> T,
) -> T {
    let section = root.section(key);
    let value = read(section.as_ref());
    if let Some(section) = section {
        section.finish();
    }
    value
}

fn duration(section: Option<&Section<'_, '_>>, key: &'static str, default: &str) -> Duration {
    section
        .and_then(|s| s.parsed(key, "write a duration, like \"90s\", \"5m\", \"1h\" or \"7d\"", read_duration))
        .or_else(|| humantime::parse_duration(default).ok())
        .unwrap_or_default()
}

fn read_duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let read = humantime::parse_duration(text).map_err(|error| format!("`{text}` is not a duration ({error})"))?;
    if read > Duration::from_secs(10 * 366 * 86_400) {
        return Err(format!("`{text}` is longer than ten years"));
    }
    Ok(read)
}

fn count(section: Option<&Section<'_, '_>>, key: &'static str, range: (i64, i64), default: usize) -> usize {
    section.and_then(|s| s.integer(key, range.0..=range.1)).and_then(|n| usize::try_from(n).ok()).unwrap_or(default)
}

fn fetch(section: Option<&Section<'_, '_>>) -> Fetch {
    let text = |key| section.and_then(|s| s.text(key)).map(ToOwned::to_owned);
    Fetch {
        user_agent: text("user_agent").unwrap_or_else(|| concat!("bellwether/", env!("CARGO_PKG_VERSION")).to_owned()),
        contact: text("contact"),
        per_host: count(section, "per_host", (1, 16), 1),
        spacing: duration(section, "spacing", "1s"),
        timeout: duration(section, "timeout", "20s"),
        max_bytes: section
            .and_then(|s| {
                s.parsed("max_bytes", "write a size, like \"16MiB\"", |text| {
                    text.parse::<bytesize::ByteSize>()
                        .map(|size| size.as_u64())
                        .map_err(|error| format!("`{text}` is not a size ({error})"))
                })
            })
            .unwrap_or(16 << 20),
        deadline: duration(section, "deadline", "5m"),
        jobs: count(section, "jobs", (1, 1_024), 32),
        min_interval: duration(section, "min_interval", "1h"),
        max_interval: duration(section, "max_interval", "7d"),
        allow_nets: section
            .and_then(|s| s.list("allow_nets", "write a network, like \"10.0.0.0/8\"", network))
            .unwrap_or_default(),
    }
}

/// Reads a network or a single address, as settings and `--allow-net` write it.
pub fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| format!("`{text}` is not a network"))
}

fn digests(root: &Section<'_, '_>) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::new();
    let mut numbers: Vec<usize> = Vec::new();
    for section in root.sections("digest") {
        let line = section.line();
        let digest = digest(Some(&section));
        if let Some(at) = digests.iter().position(|known| known.key == digest.key) {
            let first = numbers.get(at).copied().unwrap_or(line);
            section.complain(
                "key",
                format!("the digest `{}` is already set in line {first}", digest.key),
                "give one of the two another `key`".to_owned(),
            );
        } else {
            digests.push(digest);
            numbers.push(line);
        }
        section.finish();
    }
    if digests.is_empty() {
        digests.push(digest(None));
    }
    digests
}

#[expect(clippy::expect_used, reason = "the two defaults are constants that the tests read")]
fn digest(section: Option<&Section<'_, '_>>) -> Digest {
    let text = |key| section.and_then(|s| s.text(key)).map(ToOwned::to_owned);
    let lower = |word: &str| Ok::<_, String>(word.to_lowercase());
    let mailbox = |key| {
        section.and_then(|s| {
            s.parsed(key, "write an address, like \"Bellwether <digest@example.org>\"", |text| {
                text.parse::<lettre::message::Mailbox>()
                    .map(|_| text.to_owned())
                    .map_err(|error| format!("`{text}` is not a mail address ({error})"))
            })
        })
    };
    Digest {
        key: section
            .and_then(|s| s.parsed("key", "", DigestKey::parse))
            .unwrap_or_else(|| DigestKey::parse("weekly").expect("a slug")),
        title: text("title").unwrap_or_else(|| "Bellwether".to_owned()),
        topics: section.and_then(|s| s.list("topics", "", TopicKey::parse)).unwrap_or_default(),
        languages: section.and_then(|s| s.list("languages", "", lower)).unwrap_or_default(),
        mute: section.and_then(|s| s.list("mute", "", lower)).unwrap_or_default(),
        schedule: section
            .and_then(|s| s.parsed("schedule", "write a weekday and a time, like \"Fri 07:00\"", str::parse))
            .unwrap_or_else(|| "Fri 07:00".parse().expect("a schedule")),
        timezone: section
            .and_then(|s| {
                s.parsed("timezone", "write an IANA zone, like \"Europe/Berlin\"", |text| {
                    text.parse::<Tz>().map_err(|_| format!("`{text}` is not a time zone"))
                })
            })
            .unwrap_or(Tz::UTC),
        compose_ahead: duration(section, "compose_ahead", "1h").min(Duration::from_secs(6 * 86_400)),
        from: mailbox("from").unwrap_or_else(|| "Bellwether <bellwether@localhost>".to_owned()),
        reply_to: mailbox("reply_to"),
        postal_address: text("postal_address"),
        city: text("city"),
        country: text("country"),
    }
}

fn smtp(section: Option<&Section<'_, '_>>) -> Smtp {
    Smtp {
        url: section.and_then(|s| s.parsed("url", SMTP_FORMS, smtp_url)),
        rate: section.and_then(|s| s.number("rate", 0.01..=10_000.0)).unwrap_or(10.0),
        connections: count(section, "connections", (1, 64), 4),
        lease: duration(section, "lease", "10m"),
        not_after: duration(section, "not_after", "3d"),
    }
}

const SMTP_FORMS: &str = "write smtp://, smtps:// or smtp+starttls:// with a host";

fn smtp_url(text: &str) -> Result<Url, String> {
    // The address may carry a password, so no message repeats it.
    let url = Url::parse(text).map_err(|error| format!("not an address ({error})"))?;
    if !matches!(url.scheme(), "smtp" | "smtps" | "smtp+starttls") {
        return Err(format!("`{}:` is not a way to send mail", url.scheme()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("the address names no host".to_owned());
    }
    Ok(url)
}

fn web(section: Option<&Section<'_, '_>>) -> Web {
    Web {
        base_url: section.and_then(|s| {
            s.parsed("base_url", "write the address that readers use, like \"https://digest.example.org\"", |text| {
                let url = Url::parse(text).map_err(|error| format!("`{text}` is not an address ({error})"))?;
                if matches!(url.scheme(), "http" | "https") && url.has_host() {
                    Ok(url)
                } else {
                    Err(format!("`{text}` is neither http nor https"))
                }
            })
        }),
        listen: section
            .and_then(|s| {
                s.parsed("listen", "write an address and a port, like \"127.0.0.1:8080\"", |text| {
                    text.parse::<std::net::SocketAddr>()
                        .map(|_| text.to_owned())
                        .map_err(|_| format!("`{text}` is not an address with a port"))
                })
            })
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
    }
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
        let error = Config::load(None, &given).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
        let given = |name: &str| (name == "BELLWETHER_SMTP_URL").then(|| "smtps://relay.example".to_owned());
        assert_eq!(Config::load(None, &given).unwrap().smtp.url.unwrap().as_str(), "smtps://relay.example");
    }
}
