//! What a corpus holds, one JSON line a feed: the server serves by it, and what was stored is compared with it.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::wild::Nature;

pub(crate) const NAME: &str = "manifest.jsonl";

/// One feed of a corpus.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) number: u32,
    /// Nobody else's.
    pub(crate) address: Ipv4Addr,
    pub(crate) path: String,
    pub(crate) content_type: String,
    /// In the first week.
    pub(crate) entries: usize,
    /// In the first week, before compression.
    pub(crate) bytes: usize,
    /// The addresses of the entries that are new a week later; mostly none.
    pub(crate) new: Vec<String>,
    pub(crate) etag: bool,
    pub(crate) last_modified: bool,
    /// What it is like in the wild profile.
    pub(crate) wild: Nature,
    /// What its server takes to begin an answer in the wild profile, in milliseconds.
    pub(crate) wild_ms: u64,
}

impl Listed {
    pub(crate) fn url(&self, port: u16) -> String {
        format!("http://{}:{port}{}", self.address, self.path)
    }

    /// The file of its body in a week, compressed with gzip.
    pub(crate) fn file(&self, week: u8) -> String {
        format!("{:05}.week{week}.gz", self.number)
    }
}

/// Whether a folder is a corpus.
pub(crate) fn is_in(folder: &Path) -> bool {
    folder.join(NAME).is_file()
}

/// The feeds of a corpus, in their order.
///
/// # Errors
/// When the folder holds no corpus.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Listed>> {
    let path = folder.join(NAME);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("no corpus at {}: `fetching corpus` makes one", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
