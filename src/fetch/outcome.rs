//! What came of asking for a source.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::budget::Body;
use super::guard::Refusal;

/// A body that arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Decompressed, in whatever character encoding it came.
    pub body: Body,
    /// The `Content-Type` field as it stood.
    pub content_type: Option<String>,
    /// Where the body came from in the end; relative links are relative to it.
    pub final_url: Url,
}

/// What a server gave to ask again with, byte for byte (bytes above 0x7F are kept as the characters
/// U+0080 to U+00FF).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// With its quotes, and `W/` where there was one.
    pub etag: Option<String>,
    /// Never re-formatted, however oddly it was written.
    pub last_modified: Option<String>,
}

/// All that one fetch of one source taught us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub outcome: FetchOutcome,
    /// The curator's address that this answers for.
    pub address: Url,
    /// Requests that were sent, redirects included; 0 when none was allowed.
    pub requests: u32,
    /// Bytes of all bodies that came, as they were sent, whatever became of them.
    pub bytes_wire: u64,
    /// The redirects that were followed, in order.
    pub hops: Vec<Hop>,
    /// Where permanent redirects alone, from the first hop on, led to; `None` when that must not be adopted.
    pub permanent: Option<Url>,
    /// Of the last response.
    pub validators: Validators,
    /// No request is wanted before this has passed; zero: stale at once; `None`: the server said nothing.
    pub fresh_for: Option<Duration>,
    /// Of a fresh body, to tell the same body under a new validator.
    pub body_hash: Option<String>,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    pub to: Url,
}

impl Answer {
    /// An answer that carries nothing beyond its outcome; a fresh body's hash is filled in.
    #[must_use]
    pub fn new(address: Url, requests: u32, outcome: FetchOutcome) -> Self {
        let body_hash = match &outcome {
            FetchOutcome::Fresh(document) => Some(hash(&document.body)),
            _ => None,
        };
        let validators = Validators::default();
        Self {
            outcome,
            address,
            requests,
            bytes_wire: 0,
            hops: Vec::new(),
            permanent: None,
            validators,
            fresh_for: None,
            body_hash,
        }
    }
}

impl Answer {
    /// Gives a body's memory back, once it was read; the hash of it stays. Yields how many bytes it had.
    pub fn drop_body(&mut self) -> u64 {
        match &mut self.outcome {
            FetchOutcome::Fresh(document) => std::mem::take(&mut document.body).len() as u64,
            _ => 0,
        }
    }
}

/// How a fetch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchOutcome {
    Fresh(Document),
    NotModified,
    /// The server, or the host for another of its feeds, asked us to wait.
    Throttled {
        /// Until when, if it said so.
        until: Option<DateTime<Utc>>,
    },
    /// 410: never ask again.
    Gone,
    Failed(FetchError),
}

/// Why a fetch failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the whole fetch took longer than its deadline")]
    Deadline,
    #[error("the name `{0}` could not be looked up; check its spelling, or wait for its owner to mend it")]
    Dns(String),
    #[error("refused before connecting: {0}")]
    Refused(#[from] Refusal),
    #[error("no connection: {0}")]
    Connect(String),
    #[error("no secure connection: {0}")]
    Tls(String),
    #[error("the server broke the rules of HTTP: {0}")]
    Protocol(String),
    #[error("the server answered {0}")]
    Status(u16),
    #[error("the server answered {0}, which nobody asked for")]
    Unasked(u16),
    #[error("the body is larger than {0} bytes, the limit of [fetch] max_bytes")]
    TooLarge(u64),
    #[error("the body came so slowly that others needed the memory that it held ([fetch] in_flight_bytes)")]
    Crowded,
    #[error("the body broke off")]
    CutShort,
    #[error("the body could not be decompressed, and the server does not send it plainly")]
    Encoding,
    #[error("the body is empty")]
    Empty,
    #[error("a web page came where a feed was expected, from {0}; look for the feed's new address there")]
    WebPage(String),
    #[error("the server shows a page that asks for a human ({0}); ask its owner to let feed readers through")]
    Challenge(u16),
    #[error("the server answered {0}: it is somewhere else")]
    Redirected(u16, Option<String>),
    #[error("redirected in a circle, or more than {0} times")]
    TooManyRedirects(usize),
    #[error("redirected nowhere: {0}")]
    BadRedirect(String),
    #[error("the fetch itself broke down; this is an error in Bellwether, please report it")]
    Internal,
}

/// `concat!` once per status, so that a class is a static text.
macro_rules! status_class {
    ($status:expr, $($code:literal)*) => {
        match $status {
            $($code => concat!("http_", $code),)*
            400..=499 => "http_4xx",
            500..=599 => "http_5xx",
            _ => "http_other",
        }
    };
}

impl FetchError {
    /// The key under which failures of this kind are counted: `timeout`, `dns`, `blocked`, `http_404` …
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Deadline => "deadline",
            Self::Dns(_) => "dns",
            Self::Refused(_) => "blocked",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Protocol(_) => "protocol",
            Self::Status(status) | Self::Unasked(status) => status_class!(
                *status, 201 202 204 205 206 226 300 304 305 306 400 401 402 403 404 405 406 407 408 409 410 411 412
                413 414 415 416 417 418 421 422 423 424 425 426 428 429 431 451 500 501 502 503 504 505 506 507 508
                510 511 520 521 522 523 524 525 526 530
            ),
            Self::TooLarge(_) => "too_large",
            Self::Crowded => "crowded",
            Self::CutShort => "cut_short",
            Self::Encoding => "encoding",
            Self::Empty => "empty",
            Self::Challenge(_) => "challenge",
            Self::WebPage(_) => "web_page",
            Self::Redirected(..) => "redirected",
            Self::TooManyRedirects(_) => "too_many_redirects",
            Self::BadRedirect(_) => "bad_redirect",
            Self::Internal => "internal",
        }
    }

    /// Whether a body came that is not the source's, so that the next request must ask for all of it.
    #[must_use]
    pub fn spoils_validators(&self) -> bool {
        matches!(self, Self::CutShort | Self::Encoding | Self::Empty | Self::WebPage(_) | Self::Challenge(200..=299))
    }
}

/// The first 128 bits of SHA-256, as hex.
fn hash(body: &[u8]) -> String {
    let bits = Sha256::digest(body).iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    format!("{bits:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_names_the_status() {
        assert_eq!(FetchError::Status(404).class(), "http_404");
        assert_eq!(FetchError::Status(499).class(), "http_4xx");
        assert_eq!(FetchError::Unasked(206).class(), "http_206");
        assert_eq!(FetchError::Status(799).class(), "http_other");
    }
}
