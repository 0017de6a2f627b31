//! What is asked for, and what that means for the request and its answer.

use super::robots;

/// A page that is longer is none that somebody would read.
const PAGE_MAX: u64 = 4 << 20;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A feed; a redirect to a web page is an error.
    Feed,
    /// A calendar, a conference list, or a page of events.
    Events,
    /// A page for people. Its redirects are not followed without asking their robots.txt.
    Page,
    /// A robots.txt.
    Robots,
}

impl Wanted {
    /// The `Accept` field.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                 application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
            }
            Self::Events => "text/calendar, application/json;q=0.9, */*;q=0.1",
            Self::Page => "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
            Self::Robots => "text/plain, */*;q=0.1",
        }
    }

    /// How many decoded bytes are taken, where the settings take `max_bytes` of a feed.
    pub(crate) fn cap(self, max_bytes: u64) -> u64 {
        match self {
            Self::Feed | Self::Events => max_bytes,
            Self::Page => max_bytes.min(PAGE_MAX),
            Self::Robots => robots::MAX_BYTES,
        }
    }

    /// Whether what exceeds the cap is left out; otherwise it is an error.
    pub(crate) fn may_be_cut(self) -> bool {
        self == Self::Robots
    }
}
