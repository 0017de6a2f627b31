//! Reading alone, on one thread and without network or store: how many megabytes of feeds a second.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bellwether::catalogue::Catalogue;
use bellwether::normalise::{Sighting, Vocabulary, normalise_all};
use bellwether::parse;
use chrono::DateTime;
use flate2::read::GzDecoder;
use url::Url;

use super::manifest;

/// A reader is measured for at least so long at a time: a folder of small feeds is read in less than a clock tells.
const AT_LEAST: Duration = Duration::from_millis(200);

/// A document, its content type and where it came from.
struct Document {
    bytes: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
}

/// Reads a document; how many entries it found.
type Way<'a> = &'a dyn Fn(&Document) -> usize;

/// Reads every feed of a folder in three ways, by turns and `rounds` times. Prints a line of JSON: of each way the
/// median in megabytes (of feeds, not compressed) a second, what it found, and the median of the rounds' ratios to
/// raw feed-rs.
///
/// The folder is a corpus, or any other: then every file in it and below that feed-rs can read is a feed.
///
/// # Errors
/// When there is no feed.
pub(crate) fn read(folder: &Path, rounds: usize) -> anyhow::Result<()> {
    let documents = if manifest::is_in(folder) { corpus(folder)? } else { files(folder)? };
    let bytes: usize = documents.iter().map(|document| document.bytes.len()).sum();
    anyhow::ensure!(bytes > 0, "no feed in {}", folder.display());
    let (catalogue, _) = Catalogue::parse(include_str!("../../feeds.toml"));
    let source = catalogue.sources.first().context("the catalogue is empty")?;
    let vocabulary = Vocabulary::new(&catalogue.topics);
    let sighting =
        Sighting { now: DateTime::from_timestamp(1_794_808_800, 0).unwrap_or_default(), source_known: false };

    let parsed = |document: &Document| {
        parse::feed::read_words(&document.bytes, document.content_type.as_deref(), document.url.as_ref())
    };
    let ways: [(&str, Way<'_>); 3] = [
        ("feed_rs", &|document| feed_rs::parser::parse(document.bytes.as_slice()).map_or(0, |feed| feed.entries.len())),
        ("parse", &|document| parsed(document).map_or(0, |feed| feed.entries.len())),
        ("parse_and_normalise", &|document| {
            parsed(document).map_or(0, |feed| normalise_all(&feed, source, &vocabulary, sighting).len())
        }),
    ];
    let measure = |work: Way<'_>| {
        let (began, mut times, mut entries) = (Instant::now(), 0_u32, 0);
        while began.elapsed() < AT_LEAST {
            entries = documents.iter().map(work).sum::<usize>();
            times += 1;
        }
        (bytes as f64 / 1e6 * f64::from(times) / began.elapsed().as_secs_f64(), entries)
    };
    // Once for nothing: the first to read would pay for all.
    for (_, work) in ways {
        measure(work);
    }
    let results: Vec<_> = (0..rounds).map(|_| ways.map(|(_, work)| measure(work))).collect();
    let mut told = serde_json::Map::from_iter([
        ("documents".to_owned(), documents.len().into()),
        ("bytes".to_owned(), bytes.into()),
    ]);
    for (at, (name, _)) in ways.into_iter().enumerate() {
        let column = || results.iter().filter_map(|round| Some((round.get(at)?, round.first()?)));
        let figures = serde_json::json!({
            "mb_per_s": median(column().map(|((speed, _), _)| *speed).collect()),
            "ratio": median(column().map(|((speed, _), (limit, _))| speed / limit).collect()),
            "entries": column().next().map(|((_, entries), _)| entries),
        });
        told.insert(name.to_owned(), figures);
    }
    println!("{}", serde_json::Value::Object(told));
    Ok(())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn corpus(folder: &Path) -> anyhow::Result<Vec<Document>> {
    let document = |listed: manifest::Listed| {
        let mut bytes = Vec::new();
        GzDecoder::new(std::fs::File::open(folder.join(listed.file(0)))?).read_to_end(&mut bytes)?;
        let url = Some(Url::parse(&listed.url(8_800))?);
        Ok(Document { bytes, content_type: Some(listed.content_type), url })
    };
    manifest::read(folder)?.into_iter().map(document).collect()
}

fn files(folder: &Path) -> anyhow::Result<Vec<Document>> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    let mut documents = Vec::new();
    for path in found {
        let bytes = std::fs::read(path)?;
        // It panics at some, and a reader that fails at once is no limit.
        if std::panic::catch_unwind(|| feed_rs::parser::parse(bytes.as_slice()).is_ok()).unwrap_or(false) {
            documents.push(Document { bytes, content_type: None, url: None });
        }
    }
    Ok(documents)
}
