//! What the field speaks of more, or less, than it used to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::id::StoryId;

/// How a term moves, against the eight weeks before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Movement {
    /// Not seen in the eight weeks before, nor in what is known from earlier.
    New,
    Rising,
    /// Quiet for at least four weeks, and heard before that.
    Back,
    Fading,
}

impl Movement {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Rising => "rising",
            Self::Back => "back",
            Self::Fading => "fading",
        }
    }
}

/// One trend with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// As sources spell it: "post-quantum TLS".
    pub label: String,
    /// Other spellings that were counted with it.
    pub aliases: Vec<String>,
    pub movement: Movement,
    /// Stories that name it in this window.
    pub count: u32,
    /// Mean stories a week over the weeks before.
    pub usual: f64,
    /// Distinct owners that name it in this window.
    pub owners: u32,
    /// Stories a week, oldest first, this window last; at most nine.
    pub weeks: Vec<u32>,
    /// For `Back`: the Monday of the last week in which it was heard.
    pub quiet_since: Option<NaiveDate>,
    /// Poisson log-likelihood ratio of this window against the weeks before.
    pub score: f64,
    /// The stories behind it, best first, at most five.
    pub evidence: Vec<Evidence>,
}

/// A story that names a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub story: StoryId,
    pub title: String,
    pub url: Option<String>,
    pub source: String,
}
