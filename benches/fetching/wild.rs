//! How the servers of the wild profile behave: mostly well, and in every known bad way.

use serde::{Deserialize, Serialize};

/// What a server does to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Nature {
    Sound,
    /// Takes five seconds to answer.
    Slow,
    /// 301, and then it answers.
    Moved,
    /// 302, 307, 301, and then it answers.
    Chain,
    /// Never answers, and keeps the connection.
    Hang,
    Missing,
    Gone,
    Throttled,
    Broken,
    /// 503 with a Retry-After.
    Busy,
    /// Redirects to itself by way of another address.
    Loop,
    /// Promises more bytes than it sends.
    Cut,
    /// Never ends, and is never compressed.
    Endless,
    /// A small body that unfolds to 256 MiB.
    Bomb,
    /// A web page instead of a feed.
    Page,
    /// A few bytes each second.
    Drip,
}

/// How many of a thousand are what; the rest is sound.
const SHARES: [(Nature, u32); 15] = [
    (Nature::Slow, 10),
    (Nature::Hang, 5),
    (Nature::Missing, 20),
    (Nature::Gone, 5),
    (Nature::Throttled, 10),
    (Nature::Broken, 10),
    (Nature::Busy, 5),
    (Nature::Moved, 20),
    (Nature::Chain, 10),
    (Nature::Loop, 3),
    (Nature::Cut, 5),
    (Nature::Endless, 3),
    (Nature::Bomb, 2),
    (Nature::Page, 5),
    (Nature::Drip, 3),
];

impl Nature {
    /// Of the feed of that number: in every thousand each nature occurs exactly by its share, strewn about.
    pub(crate) fn of(number: u32) -> Self {
        // 377 and 1,000 have no common divisor: a thousand numbers meet a thousand slots.
        let mut slot = (number % 1_000) * 377 % 1_000;
        for (nature, share) in SHARES {
            if slot < share {
                return nature;
            }
            slot -= share;
        }
        Self::Sound
    }
}
