//! The scene of one row: a server, the binary in a directory, and a clock that is moved.

use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::page;
use crate::support::app::{App, Ran};
use crate::support::origin::{Asked, Origin};
use crate::support::reply::Reply;
use crate::support::site::rss;

/// A Monday.
pub const START: &str = "2026-11-16T07:00:00Z";
/// Signed what [`Origin::secure`] shows.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/loopback/root.pem");
/// More than the spread between the feeds of a fleet: who asks this late after the moment, asks at that moment.
const SLACK: Duration = Duration::from_mins(11);

/// One row of the table.
pub struct Row {
    number: u8,
    /// What the server does, in the table's words.
    does: &'static str,
    pub app: App,
    pub origin: Origin,
    pub now: DateTime<Utc>,
    /// What was asked of the row's own host, poll by poll.
    polls: Vec<(DateTime<Utc>, Vec<String>)>,
}

/// What one poll of everything brought.
pub struct Poll {
    pub asked: Vec<Asked>,
    pub report: Value,
    /// Standard error of `-v`.
    pub log: String,
}

impl Row {
    /// A scene with a host of its own, and settings for loopback.
    pub fn new(number: u8, does: &'static str) -> Self {
        let app = App::new();
        app.settings("");
        let origin = Origin::on(Ipv4Addr::new(127, 47, number, 1));
        Self { number, does, app, origin, now: START.parse().expect("a moment"), polls: Vec::new() }
    }

    /// One more host of this row.
    pub fn host(&self, n: u8) -> Origin {
        Origin::on(Ipv4Addr::new(127, 47, self.number, n))
    }

    /// `feeds.toml` with the feeds of these targets on the row's own host, each keyed by its name.
    pub fn feeds(&self, names: &[&str]) -> &Self {
        let feed = |name: &&str| feed(name, &self.origin.url(&format!("/{name}")), "");
        self.app.write("feeds.toml", &names.iter().map(feed).collect::<String>());
        self
    }

    /// Polls everything that is due at the moment.
    pub fn poll(&mut self) -> Poll {
        self.poll_with(&[])
    }

    /// As [`Row::poll`], with more arguments.
    pub fn poll_with(&mut self, more: &[&str]) -> Poll {
        let command = self.command("fetch", more);
        self.poll_as(command)
    }

    /// The binary at the moment, with a report in the end. It trusts the root of the tests and no other, which is also
    /// quicker than reading the system's.
    pub fn command(&self, name: &str, more: &[&str]) -> Command {
        let now = self.now.to_rfc3339();
        let mut command = self.app.command(&[&["--json", "-v", name, "--now", &now], more].concat());
        command.env("SSL_CERT_FILE", ROOT);
        command
    }

    /// As [`Row::poll`], by a command that was made elsewhere.
    pub fn poll_as(&mut self, mut command: Command) -> Poll {
        let before = self.origin.asked().len();
        let output = command.output().expect("the binary starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, log) = (text(&output.stdout), text(&output.stderr));
        let ran = Ran { code: output.status.code().unwrap_or(-1), stdout, stderr: log.clone() }.exits(0);
        assert!(!log.contains("panicked"), "{log}");
        let report = serde_json::from_str(ran.stdout.lines().last().expect("a report")).expect("a report");
        let poll = Poll { asked: self.origin.asked().split_off(before), report, log };
        self.polls.push((self.now, poll.asked.iter().map(|asked| asked.target.clone()).collect()));
        poll
    }

    /// Polls after the clock was moved on.
    pub fn after(&mut self, wait: &str) -> Poll {
        self.now += span(wait);
        self.poll()
    }

    /// Polls a minute before so much has passed, when nobody may be asked, and soon after it, which is what is
    /// returned.
    #[track_caller]
    pub fn not_before(&mut self, wait: &str) -> Poll {
        let begin = self.now;
        self.now = begin + span(wait) - TimeDelta::minutes(1);
        let early = self.poll();
        assert_eq!(early.targets(), [""; 0], "asked a minute before {wait} had passed");
        self.now = begin + span(wait) + TimeDelta::from_std(SLACK).expect("a span");
        self.poll()
    }

    /// What `feeds list --json` says, in the catalogue's order.
    pub fn list(&self) -> Vec<Value> {
        let list = self.app.json(&["feeds", "list", "--now", &self.now.to_rfc3339()]);
        list["sources"].as_array().expect("sources").clone()
    }

    /// What it says of one source.
    #[track_caller]
    pub fn listed(&self, key: &str) -> Value {
        self.list().into_iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("{key} is not listed"))
    }

    /// The statuses that a target was answered with so far: "200, 304, 304".
    pub fn statuses(&self, target: &str) -> String {
        let asked = self.origin.asked();
        let statuses = asked.iter().filter(|asked| asked.target == target).map(|asked| asked.status.to_string());
        statuses.collect::<Vec<_>>().join(", ")
    }

    /// When a target was asked for, and at which polls it was not: "asked at 0:00, 1:11; not at 0:59".
    pub fn times(&self, target: &str) -> String {
        format!("{}; not at {}", self.asked_at(target), self.moments(target, false))
    }

    /// When a target was asked for, in hours and minutes after [`START`].
    pub fn asked_at(&self, target: &str) -> String {
        format!("asked at {}", self.moments(target, true))
    }

    fn moments(&self, target: &str, asked: bool) -> String {
        let start: DateTime<Utc> = START.parse().expect("a moment");
        let polls = self.polls.iter().filter(|(_, targets)| targets.iter().any(|one| one == target) == asked);
        let moments = polls.map(|(now, _)| (*now - start).num_minutes());
        moments.map(|minutes| format!("{}:{:02}", minutes / 60, minutes % 60)).collect::<Vec<_>>().join(", ")
    }

    /// The titles that are stored.
    pub fn titles(&self) -> Vec<String> {
        let mut titles = self.app.database().strings("select title from items");
        titles.sort();
        titles
    }

    /// Ends the row: what was seen must be what docs/etiquette.md says.
    #[track_caller]
    pub fn shows(&self, seen: &str) {
        assert!(self.polls.len() >= 3, "three polls at least");
        page::row(self.number, self.does, seen);
    }
}

impl Poll {
    pub fn targets(&self) -> Vec<&str> {
        self.asked.iter().map(|asked| asked.target.as_str()).collect()
    }

    /// The one request for this target.
    #[track_caller]
    pub fn one(&self, target: &str) -> &Asked {
        let all: Vec<&Asked> = self.asked.iter().filter(|asked| asked.target == target).collect();
        assert_eq!(all.len(), 1, "requests for {target} among {:?}", self.targets());
        all[0]
    }

    /// The two fields of the one request for this target.
    #[track_caller]
    pub fn conditions(&self, target: &str) -> (Option<&str>, Option<&str>) {
        let asked = self.one(target);
        (asked.header("If-None-Match"), asked.header("If-Modified-Since"))
    }

    /// How many failures of a class the report counts.
    pub fn failures(&self, class: &str) -> u64 {
        self.report["failures"][class].as_u64().unwrap_or(0)
    }

    /// A count of the report.
    #[track_caller]
    pub fn count(&self, name: &str) -> u64 {
        self.report[name].as_u64().unwrap_or_else(|| panic!("no {name} in {}", self.report))
    }
}

/// When a listed source is due next.
#[track_caller]
pub fn due(listed: &Value) -> DateTime<Utc> {
    listed["next_due"].as_str().and_then(|due| due.parse().ok()).unwrap_or_else(|| panic!("{listed}"))
}

/// A feed's section of feeds.toml; `more` are further lines.
pub fn feed(key: &str, url: &str, more: &str) -> String {
    format!("[[feed]]\nkey = \"{key}\"\nurl = \"{url}\"\n{more}\n")
}

/// "1d 2h 30m"
pub fn span(text: &str) -> TimeDelta {
    TimeDelta::from_std(humantime::parse_duration(text).expect("a span")).expect("a span")
}

/// A feed with one entry of this title, which is its link too.
pub fn entry(title: &str) -> String {
    entries(&[title])
}

/// A feed with these entries, all of the day before [`START`].
pub fn entries(titles: &[&str]) -> String {
    let link = |title: &str| format!("https://a.example/{}", title.to_lowercase().replace(' ', "-"));
    let links: Vec<String> = titles.iter().map(|title| link(title)).collect();
    let items: Vec<_> = titles
        .iter()
        .zip(&links)
        .map(|(title, link)| (*title, link.as_str(), "Sun, 15 Nov 2026 08:00:00 GMT"))
        .collect();
    rss("A feed", &items)
}

/// Answers 304 to whom it gave these header lines before, as RFC 9110 §13.2.2 has it: an entity-tag goes before a date.
pub fn unless(lines: &[&str], full: &Reply, bare: &Reply) -> impl Fn(&Asked) -> Reply + Send + Sync + use<> {
    let value = |name: &str| {
        let found = lines.iter().find_map(|line| line.strip_prefix(name));
        found.map(|value| value.trim_start_matches(": ").to_owned())
    };
    let (etag, date) = (value("ETag"), value("Last-Modified"));
    let full = lines.iter().fold(full.clone(), |full, line| full.with(line));
    let bare = bare.clone();
    move |asked| {
        let same = match asked.header("If-None-Match") {
            Some(given) => Some(given) == etag.as_deref(),
            None => asked.header("If-Modified-Since").is_some_and(|given| Some(given) == date.as_deref()),
        };
        if same { bare.clone() } else { full.clone() }
    }
}
