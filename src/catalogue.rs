//! `feeds.toml`: what a curator keeps in git, read into sources and topics.

mod diff;
pub mod edit;

use std::collections::BTreeMap;

use regex::Regex;
use url::Url;

use crate::model::id::{SourceKey, TopicKey};
use crate::model::source::{EventSettings, Format, Level, Lister, Role, Source, Topic};
use crate::settings::{Document, Problem, Section};

/// Everything that `feeds.toml` says, in the file's order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub topics: Vec<Topic>,
    pub sources: Vec<Source>,
}

impl Catalogue {
    /// Reads the text of a catalogue. What could be read is returned beside every problem; a caller that
    /// finds problems says them all and goes no further.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let document = Document::read(text);
        let mut catalogue = Self::default();
        {
            let root = document.root();
            if let Some(topics) = root.section("topics") {
                for (name, section) in topics.named_sections() {
                    catalogue.topics.extend(topic(name, section));
                }
            }
            let mut taken: BTreeMap<SourceKey, usize> = BTreeMap::new();
            let mut addresses: BTreeMap<String, usize> = BTreeMap::new();
            let mut add = |line: usize, source: Option<Source>, section: &Section<'_, '_>| {
                let Some(source) = source else { return };
                if let Some(first) = taken.insert(source.key.clone(), line) {
                    section.complain(
                        "key",
                        format!("the key `{}` is already taken in line {first}", source.key),
                        "give one of the two another `key`".to_owned(),
                    );
                    return;
                }
                if let Some(first) = addresses.insert(source.url.to_string(), line) {
                    section.complain(
                        "url",
                        format!("the address {} is already listed in line {first}", source.url),
                        "remove one of the two".to_owned(),
                    );
                }
                for topic in &source.topics {
                    if !catalogue.topics.iter().any(|known| &known.key == topic) {
                        section.complain(
                            "topics",
                            format!("the topic `{topic}` is not defined"),
                            format!("add [topics.{topic}] with a `name`, or use a topic that is"),
                        );
                    }
                }
                catalogue.sources.push(source);
            };
            for section in root.sections("feed") {
                let source = feed(&section);
                add(section.line(), source, &section);
                section.finish();
            }
            for section in root.sections("events") {
                let source = events(&section);
                add(section.line(), source, &section);
                section.finish();
            }
            root.finish();
        }
        (catalogue, document.into_problems())
    }

    /// The source of that key.
    #[must_use]
    pub fn source(&self, key: &SourceKey) -> Option<&Source> {
        self.sources.iter().find(|source| &source.key == key)
    }

    /// How many are feeds, and how many list events.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let events = self.sources.iter().filter(|source| source.events.is_some()).count();
        (self.sources.len() - events, events)
    }
}

fn topic(name: &str, section: Section<'_, '_>) -> Option<Topic> {
    let key = match TopicKey::parse(name) {
        Ok(key) => Some(key),
        Err(error) => {
            section.complain("name", error.to_string(), String::new());
            None
        }
    };
    let title = section.text("name").unwrap_or(name).to_owned();
    let aliases = section.list("aliases", "", |alias| Ok::<_, String>(alias.to_lowercase())).unwrap_or_default();
    section.finish();
    key.map(|key| Topic { key, name: title, aliases })
}

fn feed(section: &Section<'_, '_>) -> Option<Source> {
    let excerpt = section.parsed("excerpt", "write \"feed\" or \"none\"", |text| match text {
        "feed" => Ok(true),
        "none" => Ok(false),
        other => Err(format!("`{other}` is not a policy for excerpts")),
    });
    let role =
        section.parsed("role", ROLES, |text| serde_word::<Role>(text).ok_or_else(|| format!("`{text}` is not a role")));
    let patterns = |key| section.list(key, "write a regular expression", pattern).unwrap_or_default();
    let (keep, skip) = (patterns("keep"), patterns("skip"));
    let paywall = section.flag("paywall").unwrap_or(false);
    let title = section.text("title");
    let mut source = common(section, Format::Feed)?;
    source.title = title.map_or(source.title, ToOwned::to_owned);
    source.role = role.unwrap_or(Role::Community);
    source.excerpt = excerpt.unwrap_or(true);
    source.paywall = paywall;
    source.keep = keep;
    source.skip = skip;
    Some(source)
}

fn events(section: &Section<'_, '_>) -> Option<Source> {
    let format = section.parsed("kind", "write \"ics\", \"confs-tech\" or \"developers-events\"", |text| {
        serde_word::<Format>(text)
            .filter(|format| *format != Format::Feed)
            .ok_or_else(|| format!("`{text}` is not a kind of event source that this version reads"))
    });
    if section.text("kind").is_none() {
        section.complain("kind", "an event source without `kind`".to_owned(), "add kind = \"ics\"".to_owned());
    }
    let settings = EventSettings {
        timezone: section.parsed("timezone", "write an IANA zone, like \"Europe/Berlin\"", |text| {
            text.parse().map_err(|_| format!("`{text}` is not a time zone"))
        }),
        city: section.text("city").map(ToOwned::to_owned),
        country: section.parsed("country", "write two capital letters, like \"DE\"", crate::settings::country),
        lister: section
            .parsed("role", "write \"organiser\", \"platform\", \"list\" or \"aggregator\"", |text| {
                serde_word::<Lister>(text).ok_or_else(|| format!("`{text}` is not a role of an event source"))
            })
            .unwrap_or_default(),
        expect_min: section.integer("expect_min", 0..=10_000).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
    };
    let name = section.text("name");
    let mut source = common(section, format.unwrap_or(Format::Ics))?;
    source.title = name.map_or(source.title, ToOwned::to_owned);
    source.role = Role::Community;
    source.events = Some(settings);
    Some(source)
}

const ROLES: &str = "write \"primary\", \"press\", \"community\", \"aggregator\", \"vendor\" or \"database\"";

/// What feeds and event sources share. Every key is read before giving up on a bad address, so that all
/// problems are told.
fn common(section: &Section<'_, '_>, format: Format) -> Option<Source> {
    let url = section.parsed("url", "write an address that begins with https:// or http://", address);
    if section.text("url").is_none() {
        section.complain("url", "a source without `url`".to_owned(), "add url = \"https://…\"".to_owned());
    }
    let site = section.parsed("site", "write an address that begins with https:// or http://", address);
    let key = section.parsed("key", "", SourceKey::parse);
    let topics = section.list("topics", "", TopicKey::parse).unwrap_or_default();
    let weight = section.number("weight", 0.0..=10.0).unwrap_or(1.0);
    let level = section
        .parsed("level", "write \"introductory\", \"intermediate\", \"advanced\" or \"any\"", |text| {
            serde_word::<Level>(text).ok_or_else(|| format!("`{text}` is not a level"))
        })
        .unwrap_or_default();
    let language = section.parsed("language", crate::settings::LANGUAGES, crate::settings::language);
    let owner = section.text("owner").map(ToOwned::to_owned);
    let paused = section.flag("paused").unwrap_or(false);
    let _ = section.text("note");
    let url = url?;
    let host = url.host_str().unwrap_or_default().to_owned();
    Some(Source {
        key: key.unwrap_or_else(|| SourceKey::from_address(url.as_str())),
        format,
        title: title_of(&url),
        site,
        topics,
        weight,
        level,
        language,
        owner: owner.unwrap_or_else(|| registrable_domain(&host)),
        role: Role::Community,
        keep: Vec::new(),
        skip: Vec::new(),
        excerpt: true,
        paywall: false,
        paused,
        events: None,
        url,
    })
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is not an address ({error})"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{text}` is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address here must not carry a password: the catalogue is kept in git".to_owned());
    }
    Ok(url)
}

fn pattern(text: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| format!("`{text}` is not a pattern ({})", error.to_string().replace('\n', " ")))
}

/// What a source is called that is given no title: its host.
fn title_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned()
}

/// The domain that a publisher registered, by the public suffix list: each blog on github.io is its own.
fn registrable_domain(host: &str) -> String {
    psl::domain_str(host).unwrap_or(host).to_owned()
}

fn serde_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_alone_is_enough() {
        let (catalogue, problems) = Catalogue::parse("[[feed]]\nurl = \"https://blog.example.github.io/feed.xml\"\n");
        assert_eq!(problems, []);
        let source = catalogue.sources.first().unwrap();
        assert_eq!(source.key.as_str(), "blog-example-github-io-feed-xml");
        assert_eq!(source.owner, "example.github.io");
        assert!((source.weight - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn all_problems_are_told_each_with_its_line() {
        let text = r#"[topics.web]
name = "Web"

[[feed]]
url = "ftp://example.org/"
topics = ["web", "wbe"]

[[feed]]
url = "https://a.example/"
key = "a"
topics = ["wbe"]
wieght = 2

[[feed]]
url = "https://a.example/"
key = "b"
role = "king"
keep = ["("]

[[events]]
url = "https://b.example/"
kind = "ics"
timezone = "Mars/Olympus"
"#;
        let (_, problems) = Catalogue::parse(text);
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [5, 11, 12, 15, 17, 18, 23], "{problems:#?}");
    }

    #[test]
    fn the_shipped_catalogue_has_no_problem_and_is_broad() {
        let (catalogue, problems) = Catalogue::parse(include_str!("../feeds.toml"));
        assert_eq!(problems, []);
        let (feeds, events) = catalogue.counts();
        assert!(feeds >= 120 && events >= 20, "{feeds} feeds, {events} event sources");
        assert!(catalogue.topics.len() >= 12);
        for topic in &catalogue.topics {
            assert!(catalogue.sources.iter().any(|s| s.topics.contains(&topic.key)), "nothing on {}", topic.key);
        }
    }
}
