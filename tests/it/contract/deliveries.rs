//! The ledger: who may send what, step by step, whoever else is at it and wherever somebody was killed.

use std::collections::BTreeSet;

use bellwether::store::Store;
use bellwether::store::deliveries::{Claimed, Ending, Mark, Recovered, Recovery, Step};
use chrono::{DateTime, Duration, Utc};

use super::at_once;
use super::sample::{Draft, at, digest, hash, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    a_claim_takes_what_is_due_of_its_digests_and_no_more_than_asked_for,
    of_many_that_claim_at_once_each_delivery_goes_to_one,
    who_left_or_is_suppressed_is_not_claimed,
    nothing_is_marked_as_being_sent_after_its_lease_or_in_another_epoch,
    steps_of_one_commit_are_written_in_their_order,
    each_ending_is_kept_with_what_the_server_said,
    a_mailbox_that_does_not_exist_gets_nothing_more_of_any_digest,
    an_answer_after_its_lease_settles_what_was_in_doubt,
    steps_that_cannot_all_be_written_are_none,
    leases_are_respected_until_they_are_over,
    who_is_alone_takes_up_what_every_earlier_epoch_held,
    what_is_in_doubt_is_sent_again_once_where_that_is_wished,
    what_has_waited_too_long_expires,
];

fn friday() -> DateTime<Utc> {
    at("2026-11-20T07:00:00Z")
}

fn lease() -> DateTime<Utc> {
    friday() + Duration::minutes(10)
}

/// Publishes an edition to `readers` of `weekly`, due on Friday.
async fn ready(store: &Store, readers: usize) {
    for n in 0..readers {
        subscribe(store, "weekly", &format!("reader-{n}@example.org"), friday()).await;
    }
    store.publish(&Draft::new(1, friday()).publication()).await.expect("published").expect("an edition");
}

async fn claim(store: &Store, epoch: i64, limit: i64) -> Vec<Claimed> {
    store.claim_deliveries(epoch, &[weekly()], limit, friday(), lease()).await.expect("claimed")
}

async fn mark(store: &Store, epoch: i64, marks: &[Mark], now: DateTime<Utc>) -> Vec<bool> {
    store.mark_deliveries(epoch, marks, now).await.expect("marked")
}

fn sending(delivery: &Claimed) -> Mark {
    Mark { id: delivery.id, step: Step::Sending { lease_until: lease() } }
}

fn ended(delivery: &Claimed, ending: Ending) -> Mark {
    Mark { id: delivery.id, step: Step::Ended { ending, reply: "said so".into() } }
}

/// What a recovery goes by that finds nothing to expire and sends nothing again.
fn recovery(alone: Option<i64>, now: DateTime<Utc>) -> Recovery {
    Recovery { alone, resend: false, expire_before: friday() - Duration::days(3), now }
}

/// The state of every delivery, by id.
async fn states(store: &Store) -> Vec<String> {
    strings(store, "select state from deliveries order by id").await
}

async fn a_claim_takes_what_is_due_of_its_digests_and_no_more_than_asked_for(store: Store) {
    ready(&store, 5).await;
    let (early, key) = (friday() - Duration::microseconds(1), [weekly()]);
    assert_eq!(store.claim_deliveries(1, &key, 10, early, lease()).await.expect("none is due"), []);
    assert_eq!(store.claim_deliveries(1, &[], 10, friday(), lease()).await.expect("no digest"), []);
    let other = [digest("platform")];
    assert_eq!(store.claim_deliveries(1, &other, 10, friday(), lease()).await.expect("another digest"), []);
    let both = [digest("platform"), weekly()];
    let first = store.claim_deliveries(1, &both, 3, friday(), lease()).await.expect("claimed");
    let rest = claim(&store, 1, 3).await;
    assert_eq!((first.len(), rest.len()), (3, 2));
    assert_eq!(claim(&store, 1, 3).await, []);
    let mut all: Vec<&Claimed> = first.iter().chain(&rest).collect();
    assert!(first.is_sorted_by_key(|delivery| delivery.id));
    all.sort_by_key(|delivery| delivery.id);
    let addresses: Vec<&str> = all.iter().map(|delivery| delivery.address.as_str()).collect();
    assert_eq!(addresses, (0..5).map(|n| format!("reader-{n}@example.org")).collect::<Vec<_>>());
    assert!(all.iter().all(|one| one.attempts == 1 && one.digest == "weekly" && one.edition_id.is_some()));
    let ids: BTreeSet<&str> = all.iter().map(|delivery| delivery.message_id.as_str()).collect();
    assert_eq!(ids.len(), 5, "each has a Message-ID of its own");
}

async fn of_many_that_claim_at_once_each_delivery_goes_to_one(store: Store) {
    const READERS: usize = 2_000;
    const AGAIN: &str = "update deliveries set state = 'queued', attempts = 0, epoch = null, lease_until = null";
    ready(&store, READERS).await;
    let work = async |n: usize, process: Store| {
        let mut ids = Vec::new();
        loop {
            let claimed = claim(&process, i64::try_from(n).expect("small"), 25).await;
            assert!(claimed.len() <= 25, "no more than asked for");
            if claimed.is_empty() {
                return ids;
            }
            ids.extend(claimed.iter().map(|delivery| delivery.id));
        }
    };
    for run in 1..=5 {
        let each = at_once(&store, 8, work).await;
        let shares: Vec<usize> = each.iter().map(Vec::len).collect();
        let all = each.concat();
        let once: BTreeSet<i64> = all.iter().copied().collect();
        println!("run {run}: {} claims of {READERS} deliveries by 8 senders: {shares:?}", all.len());
        assert_eq!((all.len(), once.len()), (READERS, READERS), "run {run}");
        assert_eq!(strings(&store, "select cast(sum(attempts) as text) from deliveries").await, [READERS.to_string()]);
        execute(&store, AGAIN).await;
    }
}

async fn who_left_or_is_suppressed_is_not_claimed(store: Store) {
    ready(&store, 4).await;
    let all = store.subscribers().await.expect("subscribers");
    store.leave(all[0].id, friday()).await.expect("left");
    for (n, reason) in [(1, "bounced"), (2, "erased")] {
        let who = hash(&format!("reader-{n}@example.org"));
        let sql = format!("insert into suppressions values ('{who}', '{reason}', '2026-11-20T06:00:00+00:00')");
        execute(&store, &sql).await;
    }
    let claimed = claim(&store, 1, 10).await;
    let addresses: Vec<&str> = claimed.iter().map(|delivery| delivery.address.as_str()).collect();
    assert_eq!(addresses, ["reader-3@example.org"]);
    // Those that nobody may have are told as such by the next recovery.
    store.recover_deliveries(&recovery(None, friday())).await.expect("recovered");
    assert_eq!(states(&store).await, ["suppressed", "suppressed", "suppressed", "claimed"]);
}

async fn nothing_is_marked_as_being_sent_after_its_lease_or_in_another_epoch(store: Store) {
    ready(&store, 2).await;
    let claimed = claim(&store, 5, 2).await;
    let (one, two) = (&claimed[0], &claimed[1]);
    assert_eq!(mark(&store, 4, &[sending(one)], friday()).await, [false], "an epoch before");
    assert_eq!(mark(&store, 6, &[sending(one)], friday()).await, [false], "an epoch after");
    assert_eq!(mark(&store, 5, &[sending(one)], lease()).await, [false], "the lease is over");
    assert_eq!(mark(&store, 5, &[sending(one)], lease() - Duration::microseconds(1)).await, [true]);
    assert_eq!(mark(&store, 5, &[sending(one)], friday()).await, [false], "twice");
    let reader =
        strings(&store, &format!("select cast(subscriber_id as text) from deliveries where id = {}", two.id)).await;
    store.leave(reader[0].parse().expect("an id"), friday()).await.expect("left");
    assert_eq!(mark(&store, 5, &[sending(two)], friday()).await, [false], "they left meanwhile");
    let nobodys = Mark { id: i64::MAX, step: Step::Sending { lease_until: lease() } };
    assert_eq!(mark(&store, 5, &[nobodys], friday()).await, [false]);
    assert_eq!(states(&store).await, ["sending", "suppressed"]);
}

async fn steps_of_one_commit_are_written_in_their_order(store: Store) {
    ready(&store, 3).await;
    let claimed = claim(&store, 1, 3).await;
    let marks = [
        sending(&claimed[0]),
        ended(&claimed[0], Ending::Sent),
        ended(&claimed[0], Ending::Failed { suppress: false }),
        sending(&claimed[1]),
        sending(&claimed[1]),
    ];
    assert_eq!(mark(&store, 1, &marks, friday()).await, [true, true, false, true, false]);
    assert_eq!(states(&store).await, ["sent", "sending", "claimed"]);
    assert_eq!(mark(&store, 1, &[], friday()).await, [true; 0]);
}

async fn each_ending_is_kept_with_what_the_server_said(store: Store) {
    ready(&store, 5).await;
    let claimed = claim(&store, 1, 5).await;
    let again = friday() + Duration::minutes(20);
    let endings = [
        Ending::Sent,
        Ending::Failed { suppress: false },
        Ending::Failed { suppress: true },
        Ending::InDoubt,
        Ending::Again { at: again },
    ];
    let marks: Vec<Mark> = claimed.iter().zip(endings).map(|(one, ending)| ended(one, ending)).collect();
    assert_eq!(mark(&store, 1, &marks, friday()).await, [true; 5]);
    assert_eq!(states(&store).await, ["sent", "failed", "failed", "in_doubt", "queued"]);
    assert_eq!(strings(&store, "select distinct reply from deliveries").await, ["said so"]);
    assert_eq!(claim(&store, 2, 5).await, [], "not before its time");
    let later = store.claim_deliveries(2, &[weekly()], 5, again, again + Duration::minutes(1)).await.expect("claimed");
    assert_eq!((later.len(), later[0].attempts), (1, 2));
    assert_eq!(later[0].message_id, claimed[4].message_id, "the same message");
    // Servers say what they like.
    let reply = format!("\0554 5.7.1 “nö” \u{1F4EE}{}", "é".repeat(2000));
    let told = Mark { id: later[0].id, step: Step::Ended { ending: Ending::Failed { suppress: false }, reply } };
    assert_eq!(mark(&store, 2, &[told], again).await, [true]);
    let kept = strings(&store, &format!("select reply from deliveries where id = {}", later[0].id)).await;
    assert!(kept[0].starts_with("554 5.7.1 “nö” \u{1F4EE}é") && kept[0].chars().count() == 500, "{kept:?}");
}

async fn a_mailbox_that_does_not_exist_gets_nothing_more_of_any_digest(store: Store) {
    subscribe(&store, "platform", "reader-0@example.org", friday()).await;
    let mut other = Draft::new(1, friday());
    other.edition.digest = digest("platform");
    store.publish(&other.publication()).await.expect("published").expect("an edition");
    ready(&store, 2).await;
    let claimed = claim(&store, 1, 1).await;
    assert_eq!(claimed[0].address, "reader-0@example.org");
    assert_eq!(mark(&store, 1, &[ended(&claimed[0], Ending::Failed { suppress: true })], friday()).await, [true]);
    assert_eq!(states(&store).await, ["suppressed", "failed", "queued"]);
    assert_eq!(store.suppression(&hash("reader-0@example.org")).await.expect("an answer").as_deref(), Some("bounced"));
    assert_eq!(store.suppression(&hash("reader-1@example.org")).await.expect("an answer"), None);
}

async fn an_answer_after_its_lease_settles_what_was_in_doubt(store: Store) {
    ready(&store, 1).await;
    let claimed = claim(&store, 1, 1).await;
    assert_eq!(mark(&store, 1, &[sending(&claimed[0])], friday()).await, [true]);
    let late = lease() + Duration::microseconds(1);
    let found = store.recover_deliveries(&recovery(None, late)).await.expect("recovered");
    assert_eq!(found, Recovered { in_doubt: 1, expired: 0, resent: 0 });
    assert_eq!(mark(&store, 2, &[ended(&claimed[0], Ending::Sent)], late).await, [false], "somebody else's answer");
    assert_eq!(mark(&store, 1, &[ended(&claimed[0], Ending::Sent)], late).await, [true]);
    assert_eq!(states(&store).await, ["sent"]);
}

async fn steps_that_cannot_all_be_written_are_none(store: Store) {
    ready(&store, 2).await;
    let claimed = claim(&store, 1, 2).await;
    execute(&store, "alter table suppressions rename to hidden").await;
    let marks = [sending(&claimed[0]), ended(&claimed[1], Ending::Failed { suppress: true })];
    assert!(store.mark_deliveries(1, &marks, friday()).await.is_err());
    execute(&store, "alter table hidden rename to suppressions").await;
    assert_eq!(states(&store).await, ["claimed", "claimed"]);
    assert_eq!(mark(&store, 1, &marks, friday()).await, [true, true]);
}

async fn leases_are_respected_until_they_are_over(store: Store) {
    ready(&store, 3).await;
    let claimed = claim(&store, 1, 2).await;
    mark(&store, 1, &[sending(&claimed[0])], friday()).await;
    let found = store.recover_deliveries(&recovery(None, lease())).await.expect("recovered");
    assert_eq!(
        (found, states(&store).await),
        (Recovered::default(), ["sending", "claimed", "queued"].map(Into::into).to_vec())
    );
    let late = lease() + Duration::microseconds(1);
    let found = store.recover_deliveries(&recovery(None, late)).await.expect("recovered");
    assert_eq!(found, Recovered { in_doubt: 1, expired: 0, resent: 0 });
    assert_eq!(states(&store).await, ["in_doubt", "queued", "queued"]);
    assert_eq!(mark(&store, 1, &[sending(&claimed[1])], friday()).await, [false], "its claim is over");
}

async fn who_is_alone_takes_up_what_every_earlier_epoch_held(store: Store) {
    ready(&store, 4).await;
    let old = claim(&store, 7, 2).await;
    mark(&store, 7, &[sending(&old[0])], friday()).await;
    claim(&store, 8, 2).await;
    let found = store.recover_deliveries(&recovery(Some(8), friday())).await.expect("recovered");
    assert_eq!(found, Recovered { in_doubt: 1, expired: 0, resent: 0 });
    assert_eq!(states(&store).await, ["in_doubt", "queued", "claimed", "claimed"], "its own are not touched");
}

async fn what_is_in_doubt_is_sent_again_once_where_that_is_wished(store: Store) {
    ready(&store, 1).await;
    let hold = recovery(Some(i64::MAX), friday());
    let resend = Recovery { resend: true, ..hold };
    let mut message_ids = BTreeSet::new();
    for (recovery, found, state) in [
        (hold, Recovered { in_doubt: 1, ..Recovered::default() }, "in_doubt"),
        (resend, Recovered { resent: 1, ..Recovered::default() }, "queued"),
        (resend, Recovered { in_doubt: 1, ..Recovered::default() }, "in_doubt"),
        (resend, Recovered::default(), "in_doubt"),
    ] {
        for delivery in claim(&store, 1, 1).await {
            mark(&store, 1, &[sending(&delivery)], friday()).await;
            message_ids.insert(delivery.message_id);
        }
        assert_eq!(store.recover_deliveries(&recovery).await.expect("recovered"), found);
        assert_eq!(states(&store).await, [state]);
    }
    assert_eq!(message_ids.len(), 1, "a reader's program can tell that it is the same letter");
}

async fn what_has_waited_too_long_expires(store: Store) {
    ready(&store, 2).await;
    claim(&store, 1, 1).await;
    let mut given_up = recovery(None, friday());
    given_up.expire_before = friday();
    assert_eq!(store.recover_deliveries(&given_up).await.expect("recovered"), Recovered::default());
    given_up.expire_before = friday() + Duration::microseconds(1);
    assert_eq!(store.recover_deliveries(&given_up).await.expect("recovered").expired, 1);
    assert_eq!(states(&store).await, ["claimed", "expired"], "what is held by somebody is not");
}
