//! How long a server is waited for, leaving out the time in which it waits for us.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::host::Turn;
use super::outcome::FetchError;

/// A request that made us wait longer than this in all makes room for others: most servers are done by then, and
/// those that are not cost us nothing but a connection.
const BUSY: Duration = Duration::from_millis(100);

/// What is left of a fetch's deadline. Only what runs under it counts: neither the wait for a host's turn nor that
/// for memory is the server's slowness.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
    turn: Option<Turn>,
    before_aside: Duration,
}

impl Patience {
    pub(crate) fn new(deadline: Duration) -> Self {
        Self { left: deadline, turn: None, before_aside: Duration::MAX }
    }

    /// Holds the turn of the request that is waited for.
    pub(crate) fn hold(&mut self, turn: Turn) {
        self.turn = Some(turn);
        self.before_aside = BUSY;
    }

    /// The turn, when its request is over.
    pub(crate) fn release(&mut self) -> Option<Turn> {
        self.turn.take()
    }

    /// Waits for the server, until the deadline. A server that is slow makes room for those that are not.
    pub(crate) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T, FetchError> {
        let mut work = pin!(work);
        if let Some(done) = self.until(self.before_aside.min(self.left), work.as_mut()).await {
            return Ok(done);
        }
        self.before_aside = Duration::MAX;
        if let Some(turn) = &mut self.turn {
            turn.step_aside();
        }
        self.until(self.left, work).await.ok_or(FetchError::Deadline)
    }

    async fn until<T>(&mut self, most: Duration, work: impl Future<Output = T>) -> Option<T> {
        let began = Instant::now();
        let done = timeout(most, work).await.ok();
        let passed = began.elapsed();
        self.left = self.left.saturating_sub(passed);
        self.before_aside = self.before_aside.saturating_sub(passed);
        done
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::config;
    use crate::fetch::host::Hosts;
    use crate::fetch::test_server::settings;

    #[tokio::test]
    async fn only_the_server_uses_it_up() {
        let mut patience = Patience::new(Duration::from_millis(40));
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert!(!patience.left.is_zero());
        assert_eq!(patience.wait(pending::<()>()).await, Err(FetchError::Deadline));
        assert!(patience.left.is_zero());
    }

    #[tokio::test]
    async fn a_slow_server_keeps_nobody_else_from_being_asked() {
        let hosts = Hosts::new(&config::Fetch { jobs: 1, ..settings() });
        let [slow, other] = ["https://slow.org/", "https://other.org/"].map(|url| url.parse().unwrap());
        let mut patience = Patience::new(Duration::from_mins(5));
        patience.hold(hosts.turn(&slow).await);
        patience.before_aside = Duration::from_millis(5);
        tokio::select! {
            _ = patience.wait(pending::<()>()) => panic!("it never answers"),
            _ = hosts.turn(&other) => {}
        }
        assert!(patience.release().is_some());
    }
}
