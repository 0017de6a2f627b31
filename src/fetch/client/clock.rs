//! Civil time during a fetch, from the one moment that it was given.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Civil time that moves with monotonic time from a given start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: DateTime<Utc>,
    since: Instant,
}

impl Clock {
    pub(super) fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, since: Instant::now() }
    }

    pub(super) fn now(self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.since.elapsed()).unwrap_or_default();
        self.start.checked_add_signed(elapsed).unwrap_or(self.start)
    }
}
