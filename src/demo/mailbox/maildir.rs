//! A Maildir: one file a message, complete before it is seen.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt as _;

/// A directory with `tmp`, `new` and `cur`, into which messages are filed.
#[derive(Debug)]
pub(super) struct Maildir {
    root: PathBuf,
    next: AtomicU64,
    filed: AtomicU64,
}

impl Maildir {
    /// Makes the directories that are missing; what lies in them stays.
    pub(super) async fn open(root: &Path) -> io::Result<Self> {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(root.join(part)).await?;
        }
        Ok(Self { root: root.to_owned(), next: AtomicU64::new(1), filed: AtomicU64::new(0) })
    }

    /// Messages filed since it was opened.
    pub(super) fn filed(&self) -> u64 {
        self.filed.load(Ordering::Acquire)
    }

    /// Writes `message` in `tmp` and moves it to `new`.
    pub(super) async fn file(&self, message: &[u8]) -> io::Result<()> {
        loop {
            let name = format!("{:08}.eml", self.next.fetch_add(1, Ordering::Relaxed));
            if self.is_taken(&name).await? {
                continue;
            }
            let unfinished = self.root.join("tmp").join(&name);
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished).await?;
            file.write_all(message).await?;
            // A file of tokio's may still be writing when it is dropped.
            file.flush().await?;
            fs::rename(&unfinished, self.root.join("new").join(&name)).await?;
            self.filed.fetch_add(1, Ordering::Release);
            return Ok(());
        }
    }

    /// From an earlier run, read or unread; a reader adds flags behind a colon when it moves one to `cur`.
    async fn is_taken(&self, name: &str) -> io::Result<bool> {
        if fs::try_exists(self.root.join("new").join(name)).await? {
            return Ok(true);
        }
        let mut read = fs::read_dir(self.root.join("cur")).await?;
        while let Some(entry) = read.next_entry().await? {
            if entry.file_name().to_string_lossy().starts_with(name) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
