//! What a fetch of the catalogue brought, counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::batch::Written;
use super::reading::{Content, Read};
use crate::fetch::outcome::FetchOutcome;
use crate::fetch::plan::SourceState;

/// What a fetch of the catalogue brought. Seconds are of the wall clock; reading and writing run beside
/// fetching.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FetchReport {
    pub feeds: usize,
    pub ok: usize,
    pub not_modified: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Of the skipped, those that were left to another process, which asks them or their hosts.
    pub elsewhere: usize,
    pub gone: usize,
    pub moved: usize,
    /// Sites that were searched for a feed that was lost, and how many of those were found.
    pub searched: usize,
    pub found: usize,
    pub items_seen: usize,
    pub items_new: usize,
    pub items_updated: usize,
    pub items_rejected: usize,
    pub events_new: usize,
    pub requests: u64,
    pub bytes_wire: u64,
    pub bytes_decoded: u64,
    pub wall_s: f64,
    pub fetch_s: f64,
    pub parse_s: f64,
    pub store_s: f64,
    /// How often each kind of failure occurred.
    pub failures: BTreeMap<String, usize>,
}

impl FetchReport {
    /// Sources that answered, with news or without.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.ok + self.not_modified
    }

    /// Counts one source's answer.
    pub(super) fn count(&mut self, read: &Read) {
        self.requests += u64::from(read.answer.requests);
        self.parse_s += read.parse_time.as_secs_f64();
        if read.answer.permanent.is_some() {
            self.moved += 1;
        }
        self.bytes_wire += read.answer.bytes_wire;
        self.bytes_decoded += read.bytes_decoded;
        match &read.answer.outcome {
            FetchOutcome::Fresh(_) => {}
            FetchOutcome::NotModified => self.not_modified += 1,
            // Held back by what another feed of its host was told: nothing was asked.
            FetchOutcome::Throttled { .. } if read.answer.requests == 0 => self.skipped += 1,
            FetchOutcome::Throttled { .. } => self.fail("throttled"),
            FetchOutcome::Gone => self.gone += 1,
            FetchOutcome::Failed(error) => self.fail(error.class()),
        }
        match &read.content {
            Content::None => {}
            Content::Known | Content::Events { .. } => self.ok += 1,
            Content::Feed { seen, rejected, .. } => {
                self.ok += 1;
                self.items_seen += seen;
                self.items_rejected += rejected;
            }
            Content::Unreadable(_) => self.fail("unreadable"),
        }
    }

    /// Counts what a batch brought; yields the sources whose sites are to be searched.
    pub(super) fn keep(&mut self, Written { kept, lost, time }: Written) -> Vec<SourceState> {
        self.items_new += kept.items_new;
        self.items_updated += kept.items_updated;
        self.events_new += kept.events_new;
        self.store_s += time.as_secs_f64();
        lost
    }

    fn fail(&mut self, class: &str) {
        self.failed += 1;
        *self.failures.entry(class.to_owned()).or_default() += 1;
    }
}
