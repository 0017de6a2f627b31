//! The ledger's one writer: steps that several connections take at the same moment become one commit.
//!
//! A commit waits for the disk; with a commit for each step the disk, not the mail server, sets the pace.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::app::App;
use crate::store::StoreError;
use crate::store::deliveries::Mark;

/// Where connections hand in their steps. Steps of one connection are written in the order of their coming, so that
/// never more than one of its messages can be in doubt.
#[derive(Clone)]
pub(super) struct Ledger {
    steps: mpsc::Sender<Request>,
}

struct Request {
    mark: Mark,
    /// Told whether the delivery was the sender's to mark, or why nothing could be written.
    told: Option<oneshot::Sender<Result<bool, String>>>,
}

/// The task that writes.
pub(super) struct Writer {
    task: JoinHandle<Result<(), StoreError>>,
}

/// Steps in one commit.
const BATCH: usize = 128;
/// A busy database is asked this often.
const TRIES: u32 = 5;

/// Begins to write for `epoch`.
pub(super) fn open(app: &App, epoch: i64) -> (Ledger, Writer) {
    let (steps, requests) = mpsc::channel(BATCH);
    let app = app.clone();
    (Ledger { steps }, Writer { task: tokio::spawn(async move { write(&app, epoch, requests).await }) })
}

impl Ledger {
    /// Writes a step and waits for the disk. False when the delivery is no longer this sender's.
    pub(super) async fn write(&self, mark: Mark) -> Result<bool, String> {
        let (told, answer) = oneshot::channel();
        let gone = || "the ledger is closed".to_owned();
        self.steps.send(Request { mark, told: Some(told) }).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Writes a step with whatever is written next; a failure is told by [`Writer::close`].
    pub(super) async fn note(&self, mark: Mark) {
        // The writer goes only when every sender is gone.
        let _ = self.steps.send(Request { mark, told: None }).await;
    }
}

impl Writer {
    /// Waits until everything is written; every [`Ledger`] must be dropped before.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        Ok(self.task.await??)
    }
}

async fn write(app: &App, epoch: i64, mut requests: mpsc::Receiver<Request>) -> Result<(), StoreError> {
    let mut first = Ok(());
    let mut batch = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut batch, BATCH).await > 0 {
        let (marks, tellers): (Vec<Mark>, Vec<_>) = batch.drain(..).map(|step| (step.mark, step.told)).unzip();
        let written = commit(app, epoch, &marks).await;
        for (at, told) in tellers.into_iter().enumerate() {
            let Some(told) = told else { continue };
            let answer = match &written {
                Ok(written) => Ok(written.get(at).copied().unwrap_or(false)),
                Err(error) => Err(error.to_string()),
            };
            // Who no longer listens does not send.
            let _ = told.send(answer);
        }
        if let Err(error) = written {
            first = first.and(Err(error));
        }
    }
    first
}

/// Does not give up at the first "busy": a server has answered, and an answer that is not written is a message in
/// doubt. A step that was written and looks as if it was not is then refused, which sends nothing.
async fn commit(app: &App, epoch: i64, marks: &[Mark]) -> Result<Vec<bool>, StoreError> {
    let mut tried = 0;
    loop {
        match app.store.mark_deliveries(epoch, marks, app.clock.now()).await {
            Ok(written) => return Ok(written),
            Err(error) if tried == TRIES => return Err(error),
            Err(_) => tried += 1,
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
