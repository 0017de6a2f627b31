//! What kills did, in numbers.

use std::collections::BTreeMap;
use std::fmt;

use crate::support::smtp::Phase;

/// Sums over one or more editions.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub recipients: usize,
    /// Aimed at the delivery.
    pub kills: usize,
    /// Of them, those that ended a run while the server was being spoken to.
    pub delivering: usize,
    /// Aimed at a run's first moments, besides.
    pub early: usize,
    pub sent: usize,
    pub in_doubt: usize,
    /// In doubt, and the server has it.
    pub arrived: usize,
    pub failed: usize,
    /// Recipients that got more than one mail.
    pub doubles: usize,
    /// Where the open conversations stood when kills came.
    pub phases: BTreeMap<Phase, usize>,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.recipients += other.recipients;
        self.kills += other.kills;
        self.delivering += other.delivering;
        self.early += other.early;
        self.sent += other.sent;
        self.in_doubt += other.in_doubt;
        self.arrived += other.arrived;
        self.failed += other.failed;
        self.doubles += other.doubles;
        for (phase, count) in &other.phases {
            *self.phases.entry(*phase).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills, {} of them while delivering, and {} early ones; {} recipients: {} sent, {} in doubt ({} of them arrived), \
             {} failed, {} doubles; conversations then: {:?}",
            self.kills,
            self.delivering,
            self.early,
            self.recipients,
            self.sent,
            self.in_doubt,
            self.arrived,
            self.failed,
            self.doubles,
            self.phases
        )
    }
}
