//! `bellwether inspect`: one pure stage over files, a line of JSON for each.

use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use url::Url;

use super::curate::LEAST_DIGITS;
use super::{Exit, Global, reports, say};
use crate::cluster::Constraints;
use crate::cluster::cuts::groups;
use crate::cluster::explanation::explain;
use crate::cluster::sketch::Collection;
use crate::cluster::statistics::Background;
use crate::cluster::weights::Weights;
use crate::model::entry::ParsedFeed;
use crate::parse;
use crate::parse::feed::FeedError;
use crate::url_key::url_key;

/// Run one pure stage over files; prints JSON lines and touches nothing
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  bellwether inspect feed saved.xml --url https://example.org/feed.xml")]
pub enum Inspect {
    /// Read feeds from files
    ///
    /// A feed that is broken, or none at all, is a line like any other. A file that cannot be read is a line too, and
    /// exit code 1 when all are through.
    #[command(
        after_help = "Examples:\n  bellwether inspect feed saved.xml\n  bellwether inspect feed --manifest manifest.json --root files"
    )]
    Feed {
        #[arg(required_unless_present = "manifest")]
        files: Vec<PathBuf>,
        /// Where the file came from; relative links are relative to it
        #[arg(long)]
        url: Option<Url>,
        /// The Content-Type that it came with
        #[arg(long)]
        content_type: Option<String>,
        /// A JSON list of {"file", "content_type", "url"}
        #[arg(long, value_name = "PATH", conflicts_with_all = ["files", "url", "content_type"])]
        manifest: Option<PathBuf>,
        /// The directory that the manifest's files are in
        #[arg(long, value_name = "DIR", default_value = ".")]
        root: PathBuf,
    },
    /// Read addresses from standard input, one a line, and print the key that each merges by
    #[command(after_help = "Example:\n  echo 'https://www.example.org/a/?utm_source=x' | bellwether inspect url")]
    Url,
    /// Merge reports, and print for each the cluster that it is in
    ///
    /// Reads {"id", "source", "link", "title", "date", "desc"} lines, prints {"id", "cluster"} lines in their order. A
    /// cluster bears the id of its first report.
    #[command(
        after_help = "Examples:\n  bellwether inspect cluster items.jsonl\n  bellwether inspect cluster items.jsonl --pair a7 b3    why the two are one, or are not"
    )]
    Cluster {
        file: PathBuf,
        /// By the stricter threshold: what an edition shows as one story
        #[arg(long)]
        shown: bool,
        /// Print what speaks for and against two reports being one event instead, the strongest first
        #[arg(long, num_args = 2, value_names = ["ID", "ID"], conflicts_with = "shown")]
        pair: Option<Vec<String>>,
    },
}

#[derive(Debug, Deserialize)]
struct Listed {
    file: String,
    content_type: Option<String>,
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct FeedLine<'a> {
    file: &'a str,
    ok: bool,
    error: Option<String>,
    #[serde(flatten)]
    feed: Option<&'a ParsedFeed>,
}

#[derive(Debug, Serialize)]
struct Clustered<'a> {
    id: &'a str,
    cluster: &'a str,
}

impl Inspect {
    pub(super) fn execute(self, _global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::Feed { files, url, content_type, manifest, root } => {
                let (mut all, mut unread) = (0_usize, 0_usize);
                let mut count = |read: bool| {
                    all += 1;
                    unread += usize::from(!read);
                };
                if let Some(manifest) = manifest {
                    for entry in listed(&manifest)? {
                        let url = entry.url.as_deref().and_then(|url| Url::parse(url).ok());
                        count(feed(&entry.file, &root.join(&entry.file), url.as_ref(), entry.content_type.as_deref())?);
                    }
                } else {
                    for file in &files {
                        count(feed(&file.display().to_string(), file, url.as_ref(), content_type.as_deref())?);
                    }
                }
                // The rest was read all the same: whoever asks for many files wants to hear of every one.
                anyhow::ensure!(unread == 0, "{unread} of {all} files cannot be read; their lines say why");
            }
            Self::Url => {
                for line in std::io::stdin().lock().split(b'\n') {
                    let line = line.context("standard input cannot be read")?;
                    let line = line.strip_suffix(b"\r").unwrap_or(&line);
                    // What is no text is no address, and costs the lines behind it nothing.
                    let key = std::str::from_utf8(line).ok().and_then(url_key);
                    let url = String::from_utf8_lossy(line);
                    say(&serde_json::to_string(&serde_json::json!({ "url": url, "key": key }))?)?;
                }
            }
            Self::Cluster { file, shown, pair: None } => cluster(&file, shown)?,
            Self::Cluster { file, pair: Some(pair), .. } => told(&file, &pair)?,
        }
        Ok(Exit::Done)
    }
}

fn cluster(file: &Path, shown: bool) -> anyhow::Result<()> {
    let (mut reports, mut ids) = (Collection::default(), Vec::<Box<str>>::new());
    reports::read(file, |report| {
        ids.push(report.id.into());
        reports.push(report);
    })?;
    let cuts = groups(reports, &Background::shipped(), &Weights::shipped(), &Constraints::default());
    let groups = if shown { cuts.stories } else { cuts.events };
    let mut first = vec![0; ids.len()];
    for group in groups {
        for position in &group {
            if let (Some(slot), Some(lowest)) = (first.get_mut(*position), group.first()) {
                *slot = *lowest;
            }
        }
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (id, cluster) in ids.iter().zip(first) {
        serde_json::to_writer(&mut out, &Clustered { id, cluster: ids.get(cluster).unwrap_or(id) })?;
        match out.write_all(b"\n") {
            // Whoever read has gone away.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(out.flush()?)
}

/// What adds less to the log-odds of a pair is not told.
const LITTLE: f64 = 0.05;

/// Prints the evidence for and against a pair, how likely it is one event, and what forbids it all the same.
fn told(file: &Path, pair: &[String]) -> anyhow::Result<()> {
    let mut reports = Collection::default();
    // Of each id the report, and those whose ids begin so.
    let mut at: Vec<(Option<usize>, Vec<usize>)> = vec![(None, Vec::new()); pair.len()];
    reports::read(file, |report| {
        for (id, (exact, begin)) in pair.iter().zip(&mut at) {
            if id == report.id {
                *exact = Some(reports.len());
            } else if id.len() >= LEAST_DIGITS && report.id.starts_with(id.as_str()) {
                begin.push(reports.len());
            }
        }
        reports.push(report);
    })?;
    let mut found = Vec::new();
    for (id, (exact, begin)) in pair.iter().zip(at) {
        match (exact, begin.as_slice()) {
            (Some(at), _) => found.push(at),
            (None, [at]) => found.push(*at),
            (None, []) => anyhow::bail!("{} has no report `{id}`", file.display()),
            (None, several) => anyhow::bail!("the ids of {} reports begin with {id}: write more of it", several.len()),
        }
    }
    let [a, b] = found.as_slice() else { return Ok(()) };
    let weights = Weights::shipped();
    let Some(told) = explain(reports, &Background::shipped(), &weights, (*a, *b)) else { return Ok(()) };
    for one in told.evidence.iter().filter(|one| one.contribution.abs() >= LITTLE) {
        say(&serde_json::to_string(&one)?)?;
    }
    let (event, story) = weights.thresholds();
    let verdict = serde_json::json!({
        "probability": told.probability, "veto": told.veto, "one_event_from": event, "shown_together_from": story,
    });
    say(&verdict.to_string())
}

fn listed(manifest: &Path) -> anyhow::Result<Vec<Listed>> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no JSON list of {{\"file\", \"content_type\", \"url\"}}", manifest.display()))
}

/// Prints a file's line; whether its bytes could be had. What they are is no failure of the command.
fn feed(name: &str, path: &Path, url: Option<&Url>, content_type: Option<&str>) -> anyhow::Result<bool> {
    let bytes = std::fs::read(path);
    let read = match &bytes {
        Ok(bytes) => parse::feed::read(bytes, content_type, url).map_err(|error| match error {
            FeedError::Panic => "panic".to_owned(),
            error => error.to_string(),
        }),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    };
    let line = FeedLine { file: name, ok: read.is_ok(), error: read.as_ref().err().cloned(), feed: read.as_ref().ok() };
    say(&serde_json::to_string(&line)?)?;
    Ok(bytes.is_ok())
}
