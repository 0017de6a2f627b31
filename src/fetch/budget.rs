//! The memory that bodies may take together, however many sources there are.
//!
//! A body takes its share as it grows and gives it back when it is dropped. When everything is taken, one body
//! at a time may grow beyond it, up to its own cap: so somebody always gets done, and what is in memory stays below
//! the budget and one cap. When bodies that their servers are slow to send hold most of it while others wait, one after
//! the other is given up, first the one that has kept the most idle for the longest: a few large bodies that drip must
//! not stop everybody.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

/// Taken at a time. Small feeds take one, and a large one does not ask too often.
const STEP: u32 = 32 << 10;
/// Who has waited for memory for so long takes it from a body that does not come.
const CROWDED: Duration = Duration::from_secs(3);

/// What all bodies share.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    total: usize,
    crowded: Duration,
    bytes: Arc<Semaphore>,
    overdraft: Arc<Semaphore>,
    growing: Arc<Mutex<Growing>>,
}

/// Bodies that are not whole yet.
#[derive(Debug, Default)]
struct Growing {
    next: u64,
    bodies: HashMap<u64, Holding>,
    /// When one was last given up, so that many who wait do not take more than one each time.
    given_up: Option<Instant>,
}

/// What a body that grows holds.
#[derive(Debug)]
struct Holding {
    bytes: usize,
    /// When it last took some. `None` while it waits for more: then its server is not slow, we are.
    since: Option<Instant>,
    give_up: Arc<Notify>,
}

/// What one body has taken.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    taken: Option<OwnedSemaphorePermit>,
    overdraft: Option<OwnedSemaphorePermit>,
    /// Bytes, in whole steps.
    covered: usize,
    number: u64,
    give_up: Arc<Notify>,
}

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        let total = usize::try_from(bytes).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self {
            total,
            crowded: CROWDED,
            bytes: Arc::new(Semaphore::new(total)),
            overdraft: Arc::new(Semaphore::new(1)),
            growing: Arc::default(),
        }
    }

    pub(crate) fn share(&self) -> Share {
        let give_up = Arc::new(Notify::new());
        let mut growing = self.growing();
        let number = growing.next;
        growing.next += 1;
        growing.bodies.insert(number, Holding { bytes: 0, since: None, give_up: Arc::clone(&give_up) });
        Share { budget: self.clone(), taken: None, overdraft: None, covered: 0, number, give_up }
    }

    fn growing(&self) -> MutexGuard<'_, Growing> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the body that has kept the most for the longest to be given up, if what grows is what is in the way: whole
    /// bodies are read soon.
    fn make_room(&self) {
        let now = Instant::now();
        let mut growing = self.growing();
        if growing.given_up.is_some_and(|last| now - last < self.crowded) {
            return;
        }
        let held: usize = growing.bodies.values().map(|body| body.bytes).sum();
        let coming = growing.bodies.values().filter_map(|body| Some((body, now - body.since?)));
        let mut worst = None;
        for (body, passed) in coming {
            let cost = passed.as_micros().saturating_mul(body.bytes as u128);
            if worst.is_none_or(|(_, most)| cost > most) {
                worst = Some((body, cost));
            }
        }
        if let Some((body, _)) = worst.filter(|_| held >= self.total / 2) {
            body.give_up.notify_one();
            growing.given_up = Some(now);
        }
    }
}

impl Growing {
    fn note(&mut self, number: u64, bytes: usize, since: Option<Instant>) {
        if let Some(body) = self.bodies.get_mut(&number) {
            (body.bytes, body.since) = (bytes, since);
        }
    }
}

impl Share {
    /// Waits until the body may take `bytes` in all.
    pub(crate) async fn cover(&mut self, bytes: usize) {
        while self.covered < bytes {
            if self.overdraft.is_none() {
                self.take_a_step().await;
            }
            self.covered = self.covered.saturating_add(STEP as usize);
            self.budget.growing().note(self.number, self.covered, Some(Instant::now()));
        }
    }

    async fn take_a_step(&mut self) {
        self.budget.growing().note(self.number, self.covered, None);
        let (more, alone) = (Arc::clone(&self.budget.bytes), Arc::clone(&self.budget.overdraft));
        let mut more = pin!(more.acquire_many_owned(STEP));
        let mut alone = pin!(alone.acquire_owned());
        loop {
            // The semaphores are never closed, so both yield a permit.
            tokio::select! {
                biased;
                more = &mut more => {
                    match (&mut self.taken, more) {
                        (Some(taken), Ok(more)) => taken.merge(more),
                        (taken, more) => *taken = more.ok(),
                    }
                    return;
                }
                alone = &mut alone => {
                    self.overdraft = alone.ok();
                    return;
                }
                () = sleep(self.budget.crowded) => self.budget.make_room(),
            }
        }
    }

    /// Comes when others need the memory more than this body, which its server is slow to send.
    pub(crate) async fn is_to_be_given_up(&self) {
        self.give_up.notified().await;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.growing().bodies.remove(&self.number);
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
        // It is whole: nobody waits for its server any more.
        share.budget.growing().bodies.remove(&share.number);
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

    #[tokio::test]
    async fn one_body_at_a_time_grows_beyond_the_budget() {
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

    #[tokio::test]
    async fn a_body_that_does_not_come_makes_room_for_others() {
        let budget = Budget { crowded: Duration::from_millis(5), ..Budget::new(6 * STEP as u64) };
        let (mut small, mut large, mut extra, mut next) =
            (budget.share(), budget.share(), budget.share(), budget.share());
        assert!(covers(&mut small, STEP) && covers(&mut large, STEP * 5) && covers(&mut extra, STEP));
        tokio::select! {
            () = next.cover(STEP) => panic!("nothing was given back"),
            () = large.is_to_be_given_up() => {}
        }
        assert!(small.is_to_be_given_up().now_or_never().is_none(), "one at a time, and first what holds the most");
        drop(large);
        assert!(covers(&mut next, STEP));
    }

    #[tokio::test]
    async fn those_who_wait_while_they_hold_memory_are_not_in_each_others_way() {
        let budget = Budget { crowded: Duration::from_millis(5), ..Budget::new(4 * STEP as u64) };
        let (mut one, mut two, mut alone) = (budget.share(), budget.share(), budget.share());
        assert!(covers(&mut one, STEP * 2) && covers(&mut two, STEP * 2) && covers(&mut alone, STEP));
        tokio::select! {
            () = one.cover(STEP * 3) => panic!("nothing was given back"),
            () = two.cover(STEP * 3) => panic!("nor here"),
            () = alone.is_to_be_given_up() => {}
        }
    }

    #[tokio::test]
    async fn what_waits_to_be_read_gives_nobody_up() {
        let budget = Budget { crowded: Duration::from_millis(2), ..Budget::new(6 * STEP as u64) };
        let (mut whole, mut small, mut extra, mut next) =
            (budget.share(), budget.share(), budget.share(), budget.share());
        assert!(covers(&mut whole, STEP * 5) && covers(&mut small, STEP) && covers(&mut extra, STEP));
        let whole = Body::new(vec![0; STEP * 5], whole);
        tokio::select! {
            () = next.cover(STEP) => panic!("nothing was given back"),
            () = small.is_to_be_given_up() => panic!("it is not in the way"),
            () = extra.is_to_be_given_up() => panic!("nor is this"),
            () = sleep(Duration::from_millis(50)) => {}
        }
        drop(whole);
        assert!(covers(&mut next, STEP));
    }

    #[tokio::test]
    async fn a_share_comes_back_with_the_last_clone() {
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
