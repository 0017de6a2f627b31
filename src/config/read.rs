//! `bellwether.toml`, section by section, each with its defaults.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

use super::{Config, Digest, Fetch, InDoubt, Retention, Smtp, Web, network, smtp_url};
use crate::mail::address::Mailbox;
use crate::model::id::{DigestKey, TopicKey};
use crate::model::source::Topic;
use crate::settings::{self, Document, Problem, Section};

/// Reads the text of a settings file.
pub(super) fn config(text: &str, topics: Option<&[Topic]>) -> (Config, Vec<Problem>) {
    let document = Document::read(text);
    let config = {
        let root = document.root();
        let (database_url, journal_path) = within(&root, "database", database);
        let config = Config {
            database_url,
            journal_path,
            fetch: within(&root, "fetch", fetch),
            digests: digests(&root, topics),
            smtp: within(&root, "smtp", smtp),
            web: within(&root, "web", web),
            retention: within(&root, "retention", |section| Retention {
                items: bounded(
                    section,
                    "items",
                    "400d",
                    Duration::from_hours(60 * 24)..=Duration::from_hours(3_650 * 24),
                ),
                fetch_log: duration(section, "fetch_log", "30d"),
                unconfirmed: bounded(
                    section,
                    "unconfirmed",
                    "3d",
                    Duration::from_hours(1)..=Duration::from_hours(30 * 24),
                ),
            }),
            out_dir: root.text("out_dir").unwrap_or("out").into(),
            templates_dir: root.text("templates_dir").map(PathBuf::from),
        };
        root.finish();
        config
    };
    (config, document.into_problems())
}

/// Reads the section `key`, present or not, and reports what in it is unknown.
fn within<T>(root: &Section<'_, '_>, key: &'static str, read: impl FnOnce(Option<&Section<'_, '_>>) -> T) -> T {
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

/// As [`duration`], and within what makes sense.
fn bounded(
    section: Option<&Section<'_, '_>>,
    key: &'static str,
    default: &str,
    range: RangeInclusive<Duration>,
) -> Duration {
    let read = duration(section, key, default);
    if range.contains(&read) {
        return read;
    }
    if let Some(section) = section {
        let words = |duration: &Duration| humantime::format_duration(*duration).to_string();
        let hint = format!("use a duration from {} to {}", words(range.start()), words(range.end()));
        section.complain(key, format!("{key} = {} is out of range", words(&read)), hint);
    }
    read
}

fn read_duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let read = humantime::parse_duration(text).map_err(|error| format!("`{text}` is not a duration ({error})"))?;
    if read > Duration::from_hours(87840) {
        return Err(format!("`{text}` is longer than ten years"));
    }
    Ok(read)
}

fn count(section: Option<&Section<'_, '_>>, key: &'static str, range: (i64, i64), default: usize) -> usize {
    section.and_then(|s| s.integer(key, range.0..=range.1)).and_then(|n| usize::try_from(n).ok()).unwrap_or(default)
}

fn database(section: Option<&Section<'_, '_>>) -> (String, Option<PathBuf>) {
    let read = |text: &str| match text.split_once(':') {
        Some(("sqlite" | "postgres" | "postgresql", _)) => Ok(text.to_owned()),
        // It may carry a password, so it is not repeated.
        _ => Err("this names no database that Bellwether knows"),
    };
    let hint = "write sqlite://FILE or postgres://HOST/NAME";
    let url = section.and_then(|s| s.parsed("url", hint, read));
    let journal = section.and_then(|s| s.text("journal")).map(PathBuf::from);
    (url.unwrap_or_else(|| "sqlite://bellwether.db".to_owned()), journal)
}

fn fetch(section: Option<&Section<'_, '_>>) -> Fetch {
    let text = |key| section.and_then(|s| s.text(key)).map(ToOwned::to_owned);
    Fetch {
        user_agent: text("user_agent").unwrap_or_else(|| concat!("bellwether/", env!("CARGO_PKG_VERSION")).to_owned()),
        contact: text("contact"),
        per_host: count(section, "per_host", (1, 16), 1),
        spacing: duration(section, "spacing", "1s"),
        timeout: bounded(section, "timeout", "20s", Duration::from_millis(100)..=Duration::from_mins(10)),
        max_bytes: size(section, "max_bytes", 64 << 10, 16 << 20),
        deadline: bounded(section, "deadline", "5m", Duration::from_secs(1)..=Duration::from_hours(1)),
        in_flight_bytes: size(section, "in_flight_bytes", 64 << 10, 8 << 20),
        jobs: count(section, "jobs", (1, 1_024), 32),
        min_interval: duration(section, "min_interval", "1h"),
        max_interval: duration(section, "max_interval", "7d"),
        adopt_after: u32::try_from(count(section, "adopt_after", (1, 100), 3)).unwrap_or(3),
        articles: section.and_then(|s| s.flag("articles")).unwrap_or(true),
        allow_nets: section
            .and_then(|s| s.list("allow_nets", "write a network, like \"10.0.0.0/8\"", network))
            .unwrap_or_default(),
    }
}

/// A size in bytes, like "16MiB", of at least so many.
fn size(section: Option<&Section<'_, '_>>, key: &'static str, least: u64, default: u64) -> u64 {
    let read = |text: &str| match text.parse::<bytesize::ByteSize>() {
        Ok(size) if size.as_u64() >= least => Ok(size.as_u64()),
        Ok(_) => Err(format!("`{text}` is less than {}", bytesize::ByteSize(least).display().iec())),
        Err(error) => Err(format!("`{text}` is not a size ({error})")),
    };
    section.and_then(|s| s.parsed(key, "write a size, like \"16MiB\"", read)).unwrap_or(default)
}

fn digests(root: &Section<'_, '_>, topics: Option<&[Topic]>) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::new();
    let mut numbers: Vec<usize> = Vec::new();
    for section in root.sections("digest") {
        let line = section.line();
        let digest = digest(Some(&section), topics);
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
        digests.push(digest(None, None));
    }
    digests
}

#[expect(clippy::expect_used, reason = "the two defaults are constants that the tests read")]
fn digest(section: Option<&Section<'_, '_>>, known: Option<&[Topic]>) -> Digest {
    let text = |key| section.and_then(|s| s.text(key)).map(ToOwned::to_owned);
    let lower = |word: &str| Ok::<_, String>(word.to_lowercase());
    let topic = |text: &str| {
        let key = TopicKey::parse(text).map_err(|error| error.to_string())?;
        let defined = known.is_none_or(|known| known.iter().any(|topic| topic.key == key));
        if defined { Ok(key) } else { Err(format!("the catalogue defines no topic `{key}`")) }
    };
    let mailbox = |key| {
        section.and_then(|s| {
            s.parsed(key, "write an address, like \"Bellwether <digest@example.org>\"", |text| {
                Mailbox::parse(text).map(|_| text.to_owned())
            })
        })
    };
    Digest {
        key: section
            .and_then(|s| s.parsed("key", "", DigestKey::parse))
            .unwrap_or_else(|| DigestKey::parse(DigestKey::USUAL).expect("a slug")),
        title: text("title").unwrap_or_else(|| "Bellwether".to_owned()),
        topics: section.and_then(|s| s.list("topics", TOPICS, topic)).unwrap_or_default(),
        languages: section
            .and_then(|s| s.list("languages", settings::LANGUAGES, settings::language))
            .unwrap_or_default(),
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
        compose_ahead: duration(section, "compose_ahead", "1h").min(Duration::from_hours(144)),
        from: mailbox("from").unwrap_or_else(|| "Bellwether <bellwether@localhost>".to_owned()),
        reply_to: mailbox("reply_to"),
        postal_address: text("postal_address"),
        city: text("city"),
        country: section.and_then(|s| s.parsed("country", "write two capital letters, like \"DE\"", settings::country)),
    }
}

const TOPICS: &str = "use a topic of feeds.toml, or define it there as [topics.<key>]";

fn smtp(section: Option<&Section<'_, '_>>) -> Smtp {
    Smtp {
        url: section.and_then(|s| s.parsed("url", SMTP_FORMS, smtp_url)),
        rate: section.and_then(|s| s.number("rate", 0.01..=10_000.0)).unwrap_or(10.0),
        connections: count(section, "connections", (1, 64), 4),
        lease: bounded(section, "lease", "10m", Duration::from_mins(1)..=Duration::from_hours(24)),
        not_after: bounded(section, "not_after", "3d", Duration::from_hours(24)..=Duration::from_hours(14 * 24)),
        in_doubt: section
            .and_then(|s| {
                s.parsed("in_doubt", "write \"hold\" or \"resend\"", |text| match text {
                    "hold" => Ok(InDoubt::Hold),
                    "resend" => Ok(InDoubt::Resend),
                    other => Err(format!("`{other}` is not a way to treat what is in doubt")),
                })
            })
            .unwrap_or(InDoubt::Hold),
    }
}

const SMTP_FORMS: &str =
    "write smtp://, smtps:// or smtp+starttls:// with a host, and in a password / as %2F, # as %23 and @ as %40";

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
        trusted_proxies: section
            .and_then(|s| s.list("trusted_proxies", "write a network, like \"127.0.0.1/32\"", network))
            .unwrap_or_default(),
    }
}
