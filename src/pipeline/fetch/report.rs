//! What a fetch of the catalogue brought, counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::batch::Written;
use super::reading::{Content, Read};
use crate::fetch::client::Spent;
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
    /// Asked, and told to wait (429, or 503 with a time): nothing is wrong with them.
    pub throttled: usize,
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
    /// Due, and not asked because the process was told to end.
    pub left: usize,
    /// Asked, and without an answer when the process ended.
    pub unanswered: usize,
    /// Since when no source at all can be reached, as far as this fetch could tell.
    pub outage_since: Option<DateTime<Utc>>,
    /// Whether the operator has not been told of that within a day.
    #[serde(skip)]
    pub outage_is_news: bool,
    /// How often each kind of failure occurred.
    pub failures: BTreeMap<String, usize>,
}

impl FetchReport {
    /// Sources that answered, with news or without.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.ok + self.not_modified
    }

    /// Whether it was told to end before it was through.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.left + self.unanswered > 0
    }

    /// Counts what was asked of others in all.
    pub(super) fn spend(&mut self, Spent { requests, bytes_wire }: Spent) {
        (self.requests, self.bytes_wire) = (requests, bytes_wire);
    }

    /// Counts one source's answer.
    pub(super) fn count(&mut self, read: &Read) {
        self.left = self.left.saturating_sub(1);
        self.parse_s += read.parse_time.as_secs_f64();
        if read.answer.permanent.is_some() {
            self.moved += 1;
        }
        self.bytes_decoded += read.bytes_decoded;
        match &read.answer.outcome {
            FetchOutcome::Fresh(_) => {}
            FetchOutcome::NotModified => self.not_modified += 1,
            // Held back by what another feed of its host was told: nothing was asked.
            FetchOutcome::Throttled { .. } if read.answer.requests == 0 => self.skipped += 1,
            FetchOutcome::Throttled { .. } => self.throttled += 1,
            FetchOutcome::Gone => self.gone += 1,
            FetchOutcome::Failed(error) => self.fail(error.class()),
        }
        match &read.content {
            Content::None => {}
            Content::Known | Content::Events { .. } => self.ok += 1,
            Content::Feed { prints, rejected, .. } => {
                self.ok += 1;
                self.items_seen += prints.len();
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

    /// What the operator must know although nobody asked, in a person's words: that nothing can be reached, once a day.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let classes: Vec<String> = self.failures.iter().map(|(class, count)| format!("{count} {class}")).collect();
        let classes = classes.join(", ");
        if let Some(since) = self.outage_since.filter(|_| self.outage_is_news) {
            let since = since.format("%Y-%m-%d %H:%M UTC");
            return Some(format!(
                "warning: no source can be reached since {since} ({classes}): check this machine's network and its name \
                 server; no source is blamed for it, and all are asked again in an hour"
            ));
        }
        let all = self.failed > 0 && self.failed == self.feeds && self.outage_since.is_none();
        all.then(|| {
            let (each, it) = if self.feeds == 1 { ("the source", "it") } else { ("each of the sources", "them") };
            format!("warning: {each} failed ({classes}): `bellwether feeds health` says what became of {it}")
        })
    }

    fn fail(&mut self, class: &str) {
        self.failed += 1;
        *self.failures.entry(class.to_owned()).or_default() += 1;
    }
}
