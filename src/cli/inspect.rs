//! `bellwether inspect`: one pure stage over files, a line of JSON for each.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Exit, Global, say};
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
        }
        Ok(Exit::Done)
    }
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
