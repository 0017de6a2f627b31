//! An edition on its way to its readers, the server that takes it, and the hand that kills.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::child::{GLANCE, PATIENCE, end, ends_well, kill};
use super::tally::Tally;
use crate::support::app::App;
use crate::support::chance::Chance;
use crate::support::inbox::POSTAL;
use crate::support::site::{Answer, Site, rss};
use crate::support::smtp::{Rule, SmtpServer};

pub(super) const RECIPIENTS: usize = 500;
const CONNECTIONS: usize = 4;

/// Ten readers a domain: a server that asks for patience gets it from a whole domain.
pub(super) fn address(n: usize) -> String {
    format!("reader-{n}@domain-{}.example", n / 10)
}

/// What becomes of mail that is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InDoubt {
    Hold,
    Resend,
}

pub(super) struct Scene {
    app: App,
    server: SmtpServer,
    _site: Site,
    rules: HashMap<String, Rule>,
    in_doubt: InDoubt,
    chance: Chance,
    now: DateTime<Utc>,
    /// Each with the count of conversations before it.
    running: Vec<(Child, usize)>,
    pub tally: Tally,
}

impl Scene {
    /// An edition is composed, and its mail is due in an hour.
    pub fn new(seed: u64, in_doubt: InDoubt, rules: HashMap<String, Rule>) -> Self {
        let (site, app) = (Site::start(), App::new());
        let server = SmtpServer::start(seed, rules.clone());
        let policy = if in_doubt == InDoubt::Resend { "in_doubt = \"resend\"" } else { "" };
        app.settings(&format!(
            "[[digest]]\nfrom = \"Bellwether <digest@example.org>\"\n{POSTAL}\n\
             [smtp]\nurl = \"{}\"\nrate = 10000\nconnections = {CONNECTIONS}\n{policy}\n\
             [web]\nbase_url = \"https://digest.example.org\"\n",
            server.url()
        ));
        app.write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
        let item = ("A ledger that outlives its clerk", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
        site.set("/feed", Answer::feed(rss("A", &[item])));
        let addresses: Vec<String> = (0..RECIPIENTS).map(address).collect();
        let mut add = vec!["subscribers", "add"];
        add.extend(addresses.iter().map(String::as_str));
        app.run(&add).exits(0);
        app.run(&["run", "--now", "2026-11-20T06:10:00Z"]).exits(0);
        let now = "2026-11-20T07:00:00Z".parse().expect("a moment");
        let (chance, running, tally) = (Chance::new(seed), Vec::new(), Tally::default());
        Self { app, server, _site: site, rules, in_doubt, chance, now, running, tally }
    }

    /// Starts a run, ten minutes after the one before by its clock: what was put off comes around again.
    pub fn start(&mut self) -> Child {
        self.now += TimeDelta::minutes(10);
        self.app
            .command(&["run", "--quiet", "--now", &self.now.to_rfc3339()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts")
    }

    /// The server takes messages and answers none of them, until it is told to go on.
    pub fn hold_answers(&self, held: bool) {
        self.server.hold_answers(held);
    }

    /// Sees to it that `at_once` runs are there, waits until the server took one to `stride` messages more, and kills
    /// one of them. What the others do then is theirs: they go on, take over or leave.
    pub fn kill_one_of(&mut self, at_once: usize, stride: usize) {
        self.tally.kills += 1;
        let (taken, begun) = self.server.counts();
        // Mostly in the middle of things, sometimes over the first words of a run.
        let opening = self.running.is_empty() && self.chance.one_in(5);
        let aim = if opening { begun + self.number(1, CONNECTIONS) } else { taken + self.number(1, stride) };
        let mut ended = 0;
        let oldest = loop {
            while self.running.len() < at_once {
                let before = self.server.counts().1;
                let run = self.start();
                self.running.push((run, before));
            }
            let oldest = self.running.iter().map(|(_, before)| *before).min().unwrap_or(begun);
            let reached = if opening {
                self.server.wait_for_conversations(aim, GLANCE)
            } else {
                self.server.wait_for(aim, oldest, GLANCE)
            };
            if reached {
                break oldest;
            }
            ended += self.let_go_who_ended();
            if ended > 100 {
                // Nothing is left to be mailed; how many kills hit is looked at in the end.
                return;
            }
        };
        if self.chance.one_in(2) {
            sleep(Duration::from_micros(self.chance.between(0, 8_000)));
        }
        self.let_go_who_ended();
        // Of two, mostly the one that came first: it is likelier to be the one that mails.
        let Some(last) = self.running.len().checked_sub(1) else { return };
        let victim = if self.chance.one_in(4) { last } else { 0 };
        let (victim, _) = self.running.remove(victim);
        let phases = self.server.phases(oldest);
        if kill(victim) && !phases.is_empty() {
            self.tally.delivering += 1;
            for phase in phases {
                *self.tally.phases.entry(phase).or_default() += 1;
            }
        }
    }

    /// Starts a run and kills it in its first moments, wherever it is: over its settings, its lock, its recovery.
    pub fn kill_early(&mut self) {
        self.tally.early += 1;
        let run = self.start();
        sleep(Duration::from_millis(self.chance.between(0, 150)));
        kill(run);
    }

    /// Runs that found another at it, found nothing to do, or gave up for now; yields how many there were.
    fn let_go_who_ended(&mut self) -> usize {
        let is_over = |(run, _): &mut (Child, usize)| run.try_wait().expect("a child").is_some();
        let ended: Vec<(Child, usize)> = self.running.extract_if(.., is_over).collect();
        let count = ended.len();
        for (run, _) in ended {
            ends_well(run);
        }
        count
    }

    /// Lets the runs that are left end, and runs again, hours later each time, until nothing waits and a run mails
    /// nothing more.
    pub fn mail_the_rest(&mut self) {
        for (run, _) in self.running.drain(..) {
            ends_well(run);
        }
        for _ in 0..120 {
            let (taken, _) = self.server.counts();
            // Longer than any pause after a refusal.
            self.now += TimeDelta::minutes(250);
            let (code, told) = end(self.start());
            let ledger = self.ledger();
            let of = |states: &[&str]| ledger.values().filter(|state| states.contains(&state.as_str())).count();
            let waits = of(&["sent", "failed", "in_doubt"]) < ledger.len();
            if code == Some(4) {
                // The database has not noticed yet that the last one died.
                continue;
            }
            assert_eq!(code, Some(if waits || of(&["in_doubt"]) > 0 { 3 } else { 0 }), "{told}");
            if !waits && self.server.counts().0 == taken {
                return;
            }
        }
        panic!("mail still waits or is still sent: {:?}", self.ledger());
    }

    /// Everybody is in the ledger, once and in one state, and the server's count agrees.
    pub fn check(&mut self) {
        assert!(self.server.wait_for_silence(PATIENCE), "conversations without an end");
        let (taken, ledger) = (self.server.taken(), self.ledger());
        let everybody: BTreeSet<String> = (0..RECIPIENTS).map(address).collect();
        assert!(ledger.keys().eq(&everybody), "the ledger names others than those who read: {ledger:?}");
        assert!(taken.keys().all(|address| everybody.contains(address)), "mail to strangers: {taken:?}");
        let message_ids: BTreeSet<&String> = taken.values().flatten().collect();
        assert_eq!(message_ids.len(), taken.len(), "a Message-ID for each reader, and the same in every copy");
        let most = if self.in_doubt == InDoubt::Resend { 2 } else { 1 };
        let mut unanswered = 0;
        for (address, state) in &ledger {
            let copies = taken.get(address).map_or(0, Vec::len);
            let rule = self.rules.get(address);
            assert!(copies <= most, "{address} got {copies} mails: {:?}", taken[address]);
            self.tally.doubles += usize::from(copies > 1);
            // Who was distrusted once is given up, unless a kill made the run forget it.
            let may_fail = matches!(rule, Some(Rule::Unknown | Rule::Distrusted(_)));
            assert!(state != "failed" || may_fail, "{address} is {state}, with {rule:?}");
            assert!(state == "failed" || rule != Some(&Rule::Unknown), "{address} is {state}, with {rule:?}");
            match state.as_str() {
                "sent" => {
                    assert!(copies > 0, "{address} is {state} and got nothing");
                    self.tally.sent += 1;
                }
                "in_doubt" => {
                    self.tally.in_doubt += 1;
                    self.tally.arrived += usize::from(copies > 0);
                }
                "failed" => {
                    assert_eq!(copies, 0, "{address} is {state} and has mail");
                    self.tally.failed += 1;
                }
                _ => panic!("{address} is {state}"),
            }
            if rule == Some(&Rule::Unanswered(u32::MAX)) {
                unanswered += 1;
                assert_eq!(state, "in_doubt", "{address} was never answered");
            }
        }
        self.tally.recipients = ledger.len();
        let most = (self.tally.kills + self.tally.early) * CONNECTIONS + unanswered;
        assert!(self.tally.in_doubt <= most, "more than {most} in doubt: {}", self.tally);
    }

    /// What an operator is told: the state of every delivery, by address. The sums that are told agree with it.
    pub fn ledger(&self) -> BTreeMap<String, String> {
        let told = self.app.json(&["deliveries", "list", "--state", "all", "--now", &self.now.to_rfc3339()]);
        let mut ledger = BTreeMap::new();
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for delivery in told["deliveries"].as_array().expect("deliveries") {
            let text = |key: &str| delivery[key].as_str().unwrap_or_else(|| panic!("no {key}: {delivery}")).to_owned();
            *sums.entry(text("state")).or_default() += 1;
            let before = ledger.insert(text("address"), text("state"));
            assert_eq!(before, None, "twice in the ledger: {delivery}");
        }
        let edition = serde_json::json!({ "edition": "weekly/2026-W47", "expected": RECIPIENTS, "states": sums });
        assert_eq!(told["editions"], serde_json::json!([edition]));
        ledger
    }

    /// How many copies of the mail an address got.
    pub fn copies(&self, address: &str) -> usize {
        self.server.taken().get(address).map_or(0, Vec::len)
    }

    fn number(&mut self, first: usize, last: usize) -> usize {
        usize::try_from(self.chance.between(first as u64, last as u64)).expect("a small number")
    }
}
