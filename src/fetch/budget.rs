//! The memory that bodies may take together, however many sources there are.
//!
//! A body takes its share as it grows and gives it back when it is dropped. When everything is taken, one body
//! at a time may grow beyond it, up to its own cap: so somebody always gets done, and what is in memory stays below
//! the budget and one cap.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Taken at a time. Small feeds take one, and a large one does not ask too often.
const STEP: u32 = 32 << 10;

/// What all bodies share.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    bytes: Arc<Semaphore>,
    overdraft: Arc<Semaphore>,
}

/// What one body has taken.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    taken: Option<OwnedSemaphorePermit>,
    overdraft: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { bytes: Arc::new(Semaphore::new(bytes)), overdraft: Arc::new(Semaphore::new(1)) }
    }

    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), taken: None, overdraft: None }
    }
}

impl Share {
    /// Waits until the body may take `bytes` in all.
    pub(crate) async fn cover(&mut self, bytes: usize) {
        while self.overdraft.is_none() && self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits) < bytes {
            let (bytes, overdraft) = (Arc::clone(&self.budget.bytes), Arc::clone(&self.budget.overdraft));
            // The semaphores are never closed, so both yield a permit.
            tokio::select! {
                biased;
                more = bytes.acquire_many_owned(STEP) => match (&mut self.taken, more) {
                    (Some(taken), Ok(more)) => taken.merge(more),
                    (taken, more) => *taken = more.ok(),
                },
                alone = overdraft.acquire_owned() => self.overdraft = alone.ok(),
            }
        }
    }
}

/// The bytes of a body. What they take of the budget is given back with the last clone.
#[derive(Clone, Default)]
pub struct Body {
    bytes: Arc<Vec<u8>>,
    _share: Option<Arc<Share>>,
}

impl Body {
    pub(crate) fn new(bytes: Vec<u8>, share: Share) -> Self {
        Self { bytes: Arc::new(bytes), _share: Some(Arc::new(share)) }
    }
}

impl From<Vec<u8>> for Body {
    /// A body that takes no share of any budget.
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::new(bytes), _share: None }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Body {}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes: {}", self.len(), self.get(..80).unwrap_or(self).escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const STEP: usize = super::STEP as usize;

    fn covers(share: &mut Share, bytes: usize) -> bool {
        share.cover(bytes).now_or_never().is_some()
    }

    #[test]
    fn one_body_at_a_time_grows_beyond_the_budget() {
        let budget = Budget::new(2 * STEP as u64);
        let (mut one, mut two, mut three) = (budget.share(), budget.share(), budget.share());
        assert!(covers(&mut one, STEP) && covers(&mut two, 1));
        assert!(covers(&mut three, STEP * 9), "the first to need more has it all");
        assert!(!covers(&mut one, STEP + 1) && !covers(&mut two, STEP * 2));
        drop(three);
        assert!(covers(&mut two, STEP * 99) && !covers(&mut one, STEP + 1));
        assert!(covers(&mut one, STEP), "what it has, it keeps");
        drop(two);
        assert!(covers(&mut one, STEP * 2), "and shares come back");
    }

    #[test]
    fn a_share_comes_back_with_the_last_clone() {
        let budget = Budget::new(0);
        let mut share = budget.share();
        assert!(covers(&mut share, 1));
        let body = Body::new(b"x".to_vec(), share);
        let clone = body.clone();
        drop(body);
        let mut next = budget.share();
        assert!(!covers(&mut next, 1));
        drop(clone);
        assert!(covers(&mut next, 1));
    }
}
