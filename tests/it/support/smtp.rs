//! A mail server that counts what it takes, takes its time, and misbehaves where it is told to.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::chance::Chance;
use conversation::Conversation;

mod conversation;

/// How mail for one recipient is received; without a rule it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// No such user: RCPT is refused with 550 5.1.1.
    Unknown,
    /// The first so many RCPT are put off with 450.
    PutOff(u32),
    /// The first so many RCPT are answered with 421, and the connection is closed.
    HungUp(u32),
    /// The first so many messages are taken, and the connection is closed without a word: a 250 that got lost.
    Unanswered(u32),
    /// The first so many messages are refused after their final dot with 554 5.7.1.
    Distrusted(u32),
    /// The message is taken, and the 250 comes this much later.
    Late(Duration),
}

/// Where a conversation stands, as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Between messages, or in their envelope.
    Talking,
    /// After DATA, before the 354.
    Asked,
    /// After the 354, before the final dot.
    Reading,
    /// After the final dot, before the answer.
    Judging,
}

struct State {
    rules: HashMap<String, Rule>,
    /// How often a rule that wears off was applied.
    applied: HashMap<String, u32>,
    /// The Message-IDs of what was taken, by recipient.
    taken: BTreeMap<String, Vec<String>>,
    total: usize,
    /// Conversations ever begun; also the name of the next one.
    begun: usize,
    open: BTreeMap<usize, Phase>,
    chance: Chance,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    held: watch::Sender<bool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    /// From here on the message is the server's: it counts before anybody is told.
    fn take(&self, recipient: String, message_id: String) {
        let mut state = self.state();
        state.taken.entry(recipient).or_default().push(message_id);
        state.total += 1;
        drop(state);
        self.changed.notify_all();
    }

    fn rule(&self, recipient: &str) -> Option<Rule> {
        self.state().rules.get(recipient).copied()
    }

    /// Whether a rule that holds `times` times holds once more.
    fn applies(&self, recipient: &str, times: u32) -> bool {
        let mut state = self.state();
        let applied = state.applied.entry(recipient.to_owned()).or_default();
        *applied += 1;
        *applied <= times
    }

    /// Waits for as long as answers are held.
    async fn while_held(&self) {
        // It fails when the sender is gone, which lives as long as this.
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }
}

/// Listens on loopback until it is dropped.
pub struct SmtpServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl SmtpServer {
    /// `seed` decides how long it hesitates, and when.
    pub fn start(seed: u64, rules: HashMap<String, Rule>) -> Self {
        let state = State {
            rules,
            applied: HashMap::new(),
            taken: BTreeMap::new(),
            total: 0,
            begun: 0,
            open: BTreeMap::new(),
            chance: Chance::new(seed),
        };
        let (held, _) = watch::channel(false);
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), held });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("loopback");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self { shared, address, _runtime: runtime }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The Message-IDs of every message that it took responsibility for, by recipient. A message counts from its
    /// final dot on, whether or not the sender lives to hear of it.
    pub fn taken(&self) -> BTreeMap<String, Vec<String>> {
        self.shared.state().taken.clone()
    }

    /// How many messages it took, and how many conversations were begun.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.shared.state();
        (state.total, state.begun)
    }

    /// Where the conversations stand that are open and were not among the first `before`.
    pub fn phases(&self, before: usize) -> Vec<Phase> {
        self.shared.state().open.range(before..).map(|(_, phase)| *phase).collect()
    }

    /// While it is told to, it takes messages and answers none.
    pub fn hold_answers(&self, held: bool) {
        self.shared.held.send_replace(held);
    }

    /// Waits until it took `n` messages and is spoken to in a conversation that was not among the first `before`;
    /// false when `patience` ends first.
    pub fn wait_for(&self, n: usize, before: usize, patience: Duration) -> bool {
        self.wait_until(patience, |state| state.total >= n && state.open.range(before..).next().is_some())
    }

    /// Waits until `n` conversations were begun; false when `patience` ends first.
    pub fn wait_for_conversations(&self, n: usize, patience: Duration) -> bool {
        self.wait_until(patience, |state| state.begun >= n)
    }

    /// Waits until every conversation is over: then everything that dead senders left in the sockets is counted.
    pub fn wait_for_silence(&self, patience: Duration) -> bool {
        self.wait_until(patience, |state| state.open.is_empty())
    }

    fn wait_until(&self, patience: Duration, reached: impl Fn(&State) -> bool) -> bool {
        let waiting = self.shared.changed.wait_timeout_while(self.shared.state(), patience, |state| !reached(state));
        !waiting.expect("a lock").1.timed_out()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let id = {
            let mut state = shared.state();
            let id = state.begun;
            state.begun += 1;
            state.open.insert(id, Phase::Talking);
            id
        };
        shared.changed.notify_all();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A sender that was killed is no error of ours.
            let _ = Conversation::new(stream, id, &shared).hold().await;
            shared.state().open.remove(&id);
            shared.changed.notify_all();
        });
    }
}
