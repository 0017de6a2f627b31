//! `run` killed at any moment, and two of them at once: nobody gets two mails, nobody is lost, and what cannot be
//! known is told.
//!
//! `BELLWETHER_SEED` sets what chance decides, `BELLWETHER_KILLS` how often each scenario kills. A seed brings back
//! the choices, not the microsecond in which the system lets them happen.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::chance::Chance;
use crate::support::smtp::Rule;
use child::{end, first_to_end};
use scene::{InDoubt, RECIPIENTS, Scene, address};
use tally::Tally;

pub mod child;
mod scene;
mod tally;

/// As many as fit into the delivery of one edition; after that a fresh one begins.
const KILLS_A_ROUND: u64 = 10;

#[test]
fn a_run_that_is_killed_again_and_again_mails_nobody_twice_and_loses_nobody() {
    let scenario = Scenario { name: "killed", at_once: 1, stride: 40, in_doubt: InDoubt::Hold, rules: no_rules };
    assert_eq!(scenario.prove().doubles, 0);
}

#[test]
fn kills_among_refusals_deferrals_and_lost_answers_do_no_harm_either() {
    let name = "killed among failures";
    let scenario = Scenario { name, at_once: 1, stride: 40, in_doubt: InDoubt::Hold, rules: failures };
    assert_eq!(scenario.prove().doubles, 0);
}

#[test]
fn of_two_runs_at_once_with_one_of_them_killed_nobody_gets_two_mails() {
    let name = "one of two killed";
    let scenario = Scenario { name, at_once: 2, stride: 20, in_doubt: InDoubt::Hold, rules: no_rules };
    assert_eq!(scenario.prove().doubles, 0);
}

/// The strides are such that the first kills meet what is mailed for the first time, the last ones what is resent.
#[test]
fn what_kills_and_lost_answers_leave_in_doubt_is_sent_again_no_more_than_once_where_that_is_wished() {
    let name = "killed while resending";
    let rules = |chance: &mut Chance| {
        let mut rules = failures(chance);
        for n in (0..RECIPIENTS).filter(|n| n % 5 > 0) {
            rules.entry(address(n)).or_insert(Rule::Unanswered(1));
        }
        rules
    };
    let all = Scenario { name, at_once: 1, stride: 120, in_doubt: InDoubt::Resend, rules }.prove();
    assert!(all.doubles > 0, "nothing was sent again: {all}");
}

#[test]
fn what_is_in_doubt_is_sent_again_once_with_its_message_id_where_that_is_wished() {
    let seed = seed();
    println!("resent: BELLWETHER_SEED={seed}");
    let (lost_once, lost_always) = (0..10, 10..20);
    let rules = lost_once.clone().map(|n| (address(n), Rule::Unanswered(1)));
    let rules = rules.chain(lost_always.clone().map(|n| (address(n), Rule::Unanswered(u32::MAX))));
    let mut scene = Scene::new(seed, InDoubt::Resend, rules.collect());
    scene.mail_the_rest();
    scene.check();
    let ledger = scene.ledger();
    for n in 0..RECIPIENTS {
        let state = if lost_always.contains(&n) { "in_doubt" } else { "sent" };
        let copies = if lost_once.contains(&n) || lost_always.contains(&n) { 2 } else { 1 };
        let address = address(n);
        assert_eq!((ledger[&address].as_str(), scene.copies(&address)), (state, copies), "{address}");
    }
    println!("proof: resent: {}", scene.tally);
}

#[test]
fn of_two_runs_at_once_one_mails_everybody_and_the_other_leaves_at_once() {
    let seed = seed();
    println!("two at once: BELLWETHER_SEED={seed}");
    let mut scene = Scene::new(seed, InDoubt::Hold, HashMap::new());
    // Whoever mails cannot come to an end meanwhile.
    scene.hold_answers(true);
    let (loser, winner) = first_to_end([scene.start(), scene.start()]);
    for run in [loser, scene.start(), scene.start()] {
        let (code, told) = end(run);
        assert_eq!(code, Some(4), "{told}");
    }
    scene.hold_answers(false);
    let (code, told) = end(winner);
    assert_eq!(code, Some(0), "{told}");
    scene.check();
    assert_eq!(scene.tally.sent, RECIPIENTS);
    println!("proof: two at once: {}", scene.tally);
}

struct Scenario<R> {
    name: &'static str,
    /// Runs; one of them is killed at a time.
    at_once: usize,
    /// The most messages between two kills.
    stride: usize,
    in_doubt: InDoubt,
    rules: R,
}

impl<R: Fn(&mut Chance) -> HashMap<String, Rule>> Scenario<R> {
    /// Kills as often as is asked, lets the rest be mailed, and holds what the ledger says against what the server
    /// took.
    fn prove(&self) -> Tally {
        let (mut seed, mut left) = (seed(), kills());
        let mut all = Tally::default();
        while left > 0 {
            let kills = left.min(KILLS_A_ROUND);
            println!("{}: BELLWETHER_SEED={seed} BELLWETHER_KILLS={kills}", self.name);
            let mut chance = Chance::new(seed);
            let mut scene = Scene::new(seed, self.in_doubt, (self.rules)(&mut chance));
            for _ in 0..kills {
                // While one of two mails, a pause would let it mail everybody.
                if self.at_once == 1 && chance.one_in(4) {
                    scene.kill_early();
                }
                scene.kill_one_of(self.at_once, self.stride);
            }
            scene.mail_the_rest();
            scene.check();
            all.add(&scene.tally);
            left -= kills;
            seed = seed.wrapping_add(1);
        }
        println!("proof: {}: {all}", self.name);
        assert!(all.delivering * 10 >= all.kills * 8, "too few kills came while mail was being delivered: {all}");
        all
    }
}

fn no_rules(_: &mut Chance) -> HashMap<String, Rule> {
    HashMap::new()
}

/// Every sort of trouble, each for some.
fn failures(chance: &mut Chance) -> HashMap<String, Rule> {
    let mut rules = HashMap::new();
    for n in 0..RECIPIENTS {
        let rule = match chance.between(0, 99) {
            0..=7 => Rule::Unknown,
            8..=11 => Rule::PutOff(1),
            12..=15 => Rule::PutOff(2),
            16..=17 => Rule::HungUp(1),
            18..=19 => Rule::Unanswered(u32::MAX),
            20..=23 => Rule::Late(Duration::from_millis(150)),
            // Ends a run.
            24 if n < 200 => Rule::Distrusted(1),
            _ => continue,
        };
        rules.insert(address(n), rule);
    }
    rules
}

/// How often a scenario kills.
pub fn kills() -> u64 {
    variable("BELLWETHER_KILLS").unwrap_or(10)
}

pub fn seed() -> u64 {
    variable("BELLWETHER_SEED").unwrap_or_else(|| getrandom::u64().expect("randomness"))
}

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    Some(number.unwrap_or_else(|| panic!("{name} is no number: {}", value.display())))
}
