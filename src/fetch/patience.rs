//! How long a server is waited for, leaving out the time in which it waits for us.

use std::time::Duration;

use tokio::time::Instant;

use super::outcome::FetchError;

/// What is left of a fetch's deadline. Only what runs under it counts: neither the wait for a host's turn nor that
/// for memory is the server's slowness.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
}

impl Patience {
    pub(crate) fn new(deadline: Duration) -> Self {
        Self { left: deadline }
    }

    /// Waits for the server, until the deadline.
    pub(crate) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T, FetchError> {
        let began = Instant::now();
        let done = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        done.map_err(|_| FetchError::Deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_server_uses_it_up() {
        let mut patience = Patience::new(Duration::from_millis(40));
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert!(!patience.left.is_zero());
        assert_eq!(patience.wait(std::future::pending::<()>()).await, Err(FetchError::Deadline));
        assert!(patience.left.is_zero());
    }
}
