//! What the page behind a story told, beyond what its feed did.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What was learned from a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Article {
    /// The page's own words, plain text, at most 280 characters; `None` too when the page asks not to be quoted.
    pub excerpt: Option<String>,
    /// Who wrote it: "Ann Lind, Bo Ek".
    pub author: Option<String>,
    /// The address of its picture, http or https.
    pub image: Option<String>,
    /// Minutes, at 230 words a minute; `None` when the page holds too little of the text to tell.
    pub reading_minutes: Option<u16>,
    /// BCP 47, as the page declares it.
    pub language: Option<String>,
    pub published: Option<DateTime<Utc>>,
    /// The page says that only subscribers get the whole text.
    #[serde(default)]
    pub walled: bool,
}

/// What came of asking for a page: kept, so that it is asked for once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    Told(Article),
    /// Nothing was learned; why, as a key that such failures are counted under.
    Nothing(String),
}

impl Reading {
    #[must_use]
    pub fn told(&self) -> Option<&Article> {
        match self {
            Self::Told(article) => Some(article),
            Self::Nothing(_) => None,
        }
    }
}
