//! Makes a corpus: feeds as the world publishes them, and the same feeds a week later.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::feed::Feed;
use super::manifest::{self, Listed};
use super::wild::Nature;
use super::words::Writer;

/// Of a hundred feeds, those with new entries after a week.
const CHANGED: u32 = 11;

/// Writes feeds `0..count` and their manifest into `folder`; the same count and seed give the same bytes.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn write(folder: &Path, count: u32, seed: u64) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let (next, listed, writer) = (AtomicU32::new(0), Mutex::new(Vec::new()), Writer::new());
    std::thread::scope(|scope| {
        let work = || -> anyhow::Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let line = one(folder, &writer, number, seed)?;
                listed.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        };
        let threads: Vec<_> =
            (0..std::thread::available_parallelism().map_or(2, usize::from)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a writer panicked")))
    })?;
    let mut listed = listed.into_inner().unwrap_or_else(PoisonError::into_inner);
    listed.sort_by_key(|line| line.number);
    let mut lines = String::new();
    for line in &listed {
        lines.push_str(&serde_json::to_string(line)?);
        lines.push('\n');
    }
    // Last, so that a folder with a manifest is whole.
    std::fs::write(folder.join(manifest::NAME), lines)?;
    let entries: usize = listed.iter().map(|line| line.entries).sum();
    let bytes: usize = listed.iter().map(|line| line.bytes).sum();
    println!("{count} feeds, {entries} entries, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}

fn one(folder: &Path, writer: &Writer, number: u32, seed: u64) -> anyhow::Result<Listed> {
    // 63 and 100 have no common divisor: in every hundred numbers, exactly so many change.
    let changes = (number % 100) * 63 % 100 < CHANGED;
    let feed = Feed::invent(writer, number, seed, changes);
    let body = feed.week(0);
    let listed = Listed {
        number,
        address: address(number),
        path: format!("/{number:05}.xml"),
        content_type: feed.content_type().to_owned(),
        entries: feed.entries_of(0),
        bytes: body.len(),
        new: feed.new_entries(),
        etag: number % 20 >= 3,
        last_modified: number % 10 != 9,
        wild: Nature::of(number),
        wild_ms: feed.latency_ms(),
    };
    save(folder, &listed.file(0), body.as_bytes())?;
    if changes {
        save(folder, &listed.file(1), feed.week(1).as_bytes())?;
    }
    Ok(listed)
}

/// One of 127/8 for each feed, so that each has a host to itself.
fn address(number: u32) -> Ipv4Addr {
    let [_, high, middle, low] = (number / 250 * 256 + number % 250 + 1).to_be_bytes();
    Ipv4Addr::new(127, 20 + high, middle, low)
}

fn save(folder: &Path, name: &str, body: &[u8]) -> anyhow::Result<()> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(5));
    gzip.write_all(body)?;
    Ok(std::fs::write(folder.join(name), gzip.finish()?)?)
}
