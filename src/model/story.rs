//! A story: every report of one thing, with the score that put it where it stands.

use serde::{Deserialize, Serialize};

use super::id::{ItemId, StoryId};

/// One or more items that report the same thing. The lead comes first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    pub id: StoryId,
    /// The item a reader is sent to; one of `items`.
    pub lead: ItemId,
    /// All of its items, lead first, the others by date, then id.
    pub items: Vec<ItemId>,
}

/// One reason for a score: its share, and the sentence a reader gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable and short: `topics`, `sources`, `recency`, `kind`, `weight`, `discussion`.
    pub name: String,
    /// What it adds to the score; the score is the sum of these.
    pub value: f64,
    /// "3 independent sources; first by the Ferrow project".
    pub words: String,
}

/// A story with its score; `score` is the sum of `why`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    pub story: Story,
    pub score: f64,
    pub why: Vec<Signal>,
}
