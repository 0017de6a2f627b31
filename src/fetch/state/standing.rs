//! How a source is, in a word.

use serde::Serialize;

use super::SourceState;

/// How a source is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It was never read.
    New,
    Well,
    Failing,
    /// The server asked us to wait; that is no fault of the source.
    Throttled,
    Gone,
}

impl SourceState {
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self { gone: true, .. } => Standing::Gone,
            Self { throttled_until: Some(_), .. } => Standing::Throttled,
            Self { failures: 1.., .. } => Standing::Failing,
            Self { last_success: None, .. } => Standing::New,
            _ => Standing::Well,
        }
    }
}
