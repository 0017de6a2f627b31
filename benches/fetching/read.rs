//! Reading alone, on one thread and without network or store: how many megabytes of feeds a second.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bellwether::catalogue::Catalogue;
use bellwether::normalise::{Sighting, Vocabulary, normalise_all};
use bellwether::parse;
use chrono::DateTime;
use flate2::read::GzDecoder;
use url::Url;

use super::manifest;

/// Reads every feed of the corpus `rounds` times in three ways; the fastest round of each counts. Prints a line of
/// JSON, in megabytes (of feeds, not compressed) a second.
///
/// # Errors
/// When there is no corpus.
pub(crate) fn read(folder: &Path, rounds: u32) -> anyhow::Result<()> {
    let mut feeds = Vec::new();
    for listed in manifest::read(folder)? {
        let mut body = Vec::new();
        GzDecoder::new(std::fs::File::open(folder.join(listed.file(0)))?).read_to_end(&mut body)?;
        feeds.push((body, listed.content_type.clone(), Url::parse(&listed.url(8_800))?));
    }
    let bytes: usize = feeds.iter().map(|(body, ..)| body.len()).sum();
    let (catalogue, _) = Catalogue::parse(include_str!("../../feeds.toml"));
    let source = catalogue.sources.first().context("the catalogue is empty")?;
    let vocabulary = Vocabulary::new(&catalogue.topics);
    let sighting =
        Sighting { now: DateTime::from_timestamp(1_794_808_800, 0).unwrap_or_default(), source_known: false };

    let fastest = |work: &dyn Fn(&[u8], &str, &Url) -> usize| {
        let mut best = (Duration::MAX, 0);
        for _ in 0..rounds {
            let began = Instant::now();
            let entries = feeds.iter().map(|(body, kind, url)| work(body, kind, url)).sum::<usize>();
            best = best.min((began.elapsed(), entries));
        }
        serde_json::json!({"mb_per_s": bytes as f64 / 1e6 / best.0.as_secs_f64(), "entries": best.1})
    };
    let parsed = |body: &[u8], kind: &str, url: &Url| parse::feed::read_words(body, Some(kind), Some(url));
    let results = serde_json::json!({
        "feed_rs": fastest(&|body, _, _| feed_rs::parser::parse(body).map_or(0, |feed| feed.entries.len())),
        "parse": fastest(&|body, kind, url| parsed(body, kind, url).map_or(0, |feed| feed.entries.len())),
        "parse_and_normalise": fastest(&|body, kind, url| {
            let Ok(feed) = parsed(body, kind, url) else { return 0 };
            normalise_all(&feed, source, &vocabulary, sighting).len()
        }),
    });
    println!("{results}");
    Ok(())
}
