//! Asking long work to end at its next good moment.

use std::sync::Arc;

use tokio::sync::watch;

/// Whether the process was asked to stop. Every copy hears of it.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: Arc<watch::Sender<bool>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self { asked: Arc::new(watch::Sender::new(false)) }
    }
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        // An error would mean that the sender is gone, and this is one.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}
