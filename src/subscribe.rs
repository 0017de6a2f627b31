//! The double opt-in: who may ask for a subscription, how often, and for how long the answer is waited for.

use chrono::{DateTime, Duration, Utc};

/// How much may be asked for. The form is open to everyone, and its letters go to people who may not have asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Between two letters to one address.
    pub cooldown: Duration,
    /// Letters to one address while it is pending.
    pub letters: i64,
    /// Requests an hour from one network address.
    pub per_client: i64,
    /// Letters an hour to addresses of one domain, and in all.
    pub per_domain: i64,
    pub overall: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cooldown: Duration::hours(1), letters: 3, per_client: 20, per_domain: 100, overall: 500 }
    }
}

/// What was asked for in the last hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub overall: i64,
    pub by_client: i64,
    pub by_domain: i64,
}

impl Limits {
    /// Whether one more request may be served.
    #[must_use]
    pub fn admit(&self, load: &Load) -> bool {
        load.overall < self.overall && load.by_client < self.per_client && load.by_domain < self.per_domain
    }
}

/// Whether a link to confirm, made at `asked_at`, is still good: as long as the pending row is kept.
#[must_use]
pub fn is_fresh(asked_at: DateTime<Utc>, now: DateTime<Utc>, pending_for: Duration) -> bool {
    asked_at <= now + Duration::minutes(5) && now - asked_at <= pending_for
}
