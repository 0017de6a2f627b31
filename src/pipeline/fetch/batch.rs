//! What was read and is not yet written: sources that go into one transaction.

use std::time::{Duration, Instant};

use super::reading::{Content, Read};
use crate::fetch::plan::SourceState;
use crate::store::sources::Kept;

/// A batch is written when it is this old, so that a kill loses little.
const AGE: Duration = Duration::from_secs(1);
/// One that brings news is much work, and is written while others are still being asked.
const AGE_OF_NEWS: Duration = Duration::from_millis(200);
/// And when it holds so many rows, sources and items together, so that it stays small.
const ROWS: usize = 2_000;

/// Answers to be kept together. Most runs find little news, and need one.
#[derive(Default)]
pub(super) struct Batch {
    reads: Vec<Read>,
    /// Items and events in them.
    news: usize,
    opened: Option<Instant>,
}

/// What writing a batch came to.
pub(super) struct Written {
    pub(super) kept: Kept,
    /// Sources whose sites are to be searched.
    pub(super) lost: Vec<SourceState>,
    pub(super) time: Duration,
}

impl Batch {
    pub(super) fn extend(&mut self, reads: Vec<Read>) {
        for read in reads {
            self.push(read);
        }
    }

    fn push(&mut self, read: Read) {
        self.opened.get_or_insert_with(Instant::now);
        self.news += match &read.content {
            Content::Feed { items, .. } => items.len(),
            Content::Events { events, .. } => events.len(),
            Content::None | Content::Known | Content::Unreadable(_) => 0,
        };
        self.reads.push(read);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reads.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.reads.len() + self.news >= ROWS
    }

    /// Whether it is to be written now; `over`: nothing more will come.
    pub(super) fn is_due(&self, over: bool) -> bool {
        let old = self.opened.is_some_and(|opened| opened.elapsed() >= self.age());
        !self.is_empty() && (over || old || self.is_full())
    }

    /// At which it is written.
    fn age(&self) -> Duration {
        if self.news > 0 { AGE_OF_NEWS } else { AGE }
    }

    /// Waits until its age alone makes it due.
    pub(super) async fn grown_old(&self) {
        let age = self.opened.map_or(Duration::ZERO, |opened| opened.elapsed());
        tokio::time::sleep(self.age().saturating_sub(age)).await;
    }

    pub(super) fn take(&mut self) -> Vec<Read> {
        std::mem::take(self).reads
    }
}
