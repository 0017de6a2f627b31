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
    #[command(
        after_help = "Examples:\n  bellwether inspect feed saved.xml\n  bellwether inspect feed --manifest manifest.json --root files"
    )]
    Feed {
        files: Vec<PathBuf>,
        /// Where the file came from; relative links are relative to it
        #[arg(long)]
        url: Option<Url>,
        /// The Content-Type that it came with
        #[arg(long)]
        content_type: Option<String>,
        /// A JSON list of {"file", "content_type", "url"}
        #[arg(long, value_name = "PATH", conflicts_with = "files")]
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
                if let Some(manifest) = manifest {
                    let text = std::fs::read_to_string(&manifest)
                        .with_context(|| format!("cannot read {}", manifest.display()))?;
                    let listed: Vec<Listed> = serde_json::from_str(&text)
                        .with_context(|| format!("{} is not such a list", manifest.display()))?;
                    for entry in listed {
                        let url = entry.url.as_deref().and_then(|url| Url::parse(url).ok());
                        feed(&entry.file, &root.join(&entry.file), url.as_ref(), entry.content_type.as_deref())?;
                    }
                } else {
                    for file in files {
                        feed(&file.display().to_string(), &file, url.as_ref(), content_type.as_deref())?;
                    }
                }
            }
            Self::Url => {
                for line in std::io::stdin().lock().lines() {
                    let line = line.context("standard input cannot be read")?;
                    say(&serde_json::to_string(&serde_json::json!({ "url": line, "key": url_key(line.trim()) }))?)?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn feed(name: &str, path: &Path, url: Option<&Url>, content_type: Option<&str>) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = parse::feed::read(&bytes, content_type, url);
    let line = match &read {
        Ok(feed) => FeedLine { file: name, ok: true, error: None, feed: Some(feed) },
        Err(FeedError::Panic) => FeedLine { file: name, ok: false, error: Some("panic".to_owned()), feed: None },
        Err(error) => FeedLine { file: name, ok: false, error: Some(error.to_string()), feed: None },
    };
    say(&serde_json::to_string(&line)?)
}
