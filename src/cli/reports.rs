//! Reports in files: JSON lines `{"id", "source", "link", "title", "date", "desc"}`, read one after the other.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

use crate::cluster::report::Report;
use crate::parse::date;
use crate::url_key::url_key;

#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    link: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    desc: Option<Cow<'a, str>>,
}

/// Calls `each` with every report of a file, in its order. Empty lines are passed over; a report without a readable
/// date is taken to be as old as the one before it.
///
/// # Errors
/// When the file cannot be read, or a line is no such object: the message names the line.
pub(super) fn read(path: &Path, mut each: impl FnMut(&Report<'_>)) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut reader = BufReader::new(file);
    let mut buffer = String::new();
    let mut number = 0_u64;
    let mut at = DateTime::<Utc>::UNIX_EPOCH;
    loop {
        buffer.clear();
        number += 1;
        let read = reader.read_line(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            return Ok(());
        }
        if buffer.trim().is_empty() {
            continue;
        }
        let line: Line<'_> = serde_json::from_str(&buffer).with_context(|| {
            format!(
                "{}:{number} is no report like {{\"id\", \"source\", \"link\", \"title\", \"date\", \"desc\"}}",
                path.display()
            )
        })?;
        at = line.date.as_deref().and_then(date::parse).unwrap_or(at);
        let home = Url::parse(&line.source).ok();
        each(&Report {
            id: &line.id,
            source: &line.source,
            source_title: "",
            home: home.as_ref().and_then(Url::host_str),
            title: line.title.as_deref().unwrap_or_default(),
            link: line.link.as_deref(),
            url_key: line.link.as_deref().and_then(url_key).as_deref(),
            snippet: line.desc.as_deref().unwrap_or_default(),
            out_links: &[],
            at,
        });
    }
}
