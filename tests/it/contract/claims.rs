//! Claims: of many who want to ask the same sources at once, each source has one; and what becomes of a claim.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::catalogue::Catalogue;
use bellwether::config::Config;
use bellwether::fetch::plan::{CLAIM_LEASE, CLAIM_RENEWAL, FetchPlan, Plan, Request, SourceState, plan};
use bellwether::model::id::SourceKey;
use bellwether::model::source::Source;
use bellwether::store::Store;
use bellwether::store::claims::Claimed;
use bellwether::store::sources::{Fetched, Listing};
use chrono::{DateTime, Duration, Utc};

use super::at_once;
use super::sample::{at, fetched, item_of, source};
use crate::support::database::{execute, strings};

contract![
    of_many_claimers_at_once_each_source_has_one,
    those_who_come_again_and_again_share_everything_between_them,
    two_with_different_sources_of_one_host_do_not_meet_there,
    a_claim_ends_when_an_answer_is_kept_and_leaves_what_was_known,
    what_was_not_asked_is_given_back_and_what_was_is_not,
    a_claim_that_is_renewed_outlives_its_lease,
    who_was_taken_for_dead_holds_nothing_and_takes_nothing_back,
    an_edited_address_is_claimed_as_the_new_one,
    thousands_are_claimed_renewed_and_released,
    an_item_that_two_processes_store_is_as_the_first_of_them_saw_it,
];

const NOW: &str = "2026-11-16T07:00:00Z";

/// `count` sources, so many of them to a host.
fn catalogue(count: usize, to_a_host: usize) -> Catalogue {
    let one = read("[[feed]]\nkey = \"one\"\nurl = \"https://one.example/\"\n");
    let feed = |n: usize| Source {
        key: source(&format!("s-{n}")),
        url: format!("https://h{}.example/{n}", n / to_a_host).parse().expect("an address"),
        ..one.sources[0].clone()
    };
    Catalogue { sources: (0..count).map(feed).collect(), ..one.clone() }
}

fn read(text: &str) -> Catalogue {
    let (catalogue, problems) = Catalogue::parse(text);
    assert!(problems.is_empty(), "{problems:?}");
    catalogue
}

async fn claim(store: &Store, catalogue: &Catalogue, now: DateTime<Utc>, force: bool) -> Claimed {
    let settings = Config::parse("").0.fetch;
    let choose = |states: &BTreeMap<SourceKey, SourceState>| {
        plan(&catalogue.sources, states, &settings, now, &Request { only: None, force })
    };
    store.claim_sources(now, choose).await.expect("a claim")
}

/// In order, as the plan has it.
fn keys(claimed: &Claimed) -> Vec<String> {
    let mut keys: Vec<String> = claimed.plan.due.iter().map(|due| due.key.to_string()).collect();
    keys.sort();
    assert!(claimed.plan.due.iter().all(|due| claimed.claim.holds(&due.key)));
    keys
}

/// What keeping a 304 writes, so that it is due again in an hour.
fn answer(state: SourceState, now: DateTime<Utc>) -> Fetched {
    let next_due = Some(now + Duration::hours(1));
    let state = SourceState { last_attempt: Some(now), next_due, claimed_at: None, ..state };
    Fetched { state, ..fetched("unused", Vec::new(), Listing::None) }
}

/// The sources that a row says are claimed.
async fn claimed_rows(store: &Store) -> Vec<String> {
    strings(store, "select key from sources where claimed_at is not null order by key").await
}

async fn of_many_claimers_at_once_each_source_has_one(store: Store) {
    let catalogue = catalogue(300, 1);
    for force in [false, true] {
        let now = if force { at(NOW) + Duration::hours(2) } else { at(NOW) };
        let won = at_once(&store, 8, async |_, process| keys(&claim(&process, &catalogue, now, force).await)).await;
        let mut sizes: Vec<usize> = won.iter().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [0, 0, 0, 0, 0, 0, 0, 300]);
    }
}

/// Each takes a few at a time and keeps them, while the others do the same.
async fn those_who_come_again_and_again_share_everything_between_them(store: Store) {
    let catalogue = catalogue(120, 1);
    let settings = Config::parse("").0.fetch;
    let now = at(NOW);
    let asked = at_once(&store, 6, async |n, process| {
        let mut asked = Vec::new();
        loop {
            let mut due = usize::MAX;
            let choose = |states: &BTreeMap<SourceKey, SourceState>| {
                let mut plan: Plan = plan(&catalogue.sources, states, &settings, now, &Request::default());
                due = plan.due.len();
                // From another place each, so that most choices differ in part.
                plan.due.rotate_left(n % due.max(1));
                plan.due.truncate(7);
                plan
            };
            let claimed = process.claim_sources(now, choose).await.expect("a claim");
            if due == 0 {
                return asked;
            }
            let new = |due: &FetchPlan| SourceState::new(due.key.clone(), &due.address);
            let answers: Vec<Fetched> = claimed.plan.due.iter().map(|due| answer(new(due), now)).collect();
            process.keep(&answers, now).await.expect("kept");
            asked.extend(keys(&claimed));
        }
    })
    .await;
    let mut all: Vec<String> = asked.into_iter().flatten().collect();
    assert_eq!(all.len(), 120, "none was asked twice");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 120);
    assert_eq!(claimed_rows(&store).await, [""; 0]);
}

async fn two_with_different_sources_of_one_host_do_not_meet_there(store: Store) {
    let whole = catalogue(60, 20);
    let hosts = |claimed: &Claimed| -> BTreeSet<String> {
        claimed.plan.due.iter().map(|due| due.url.host_str().expect("a host").to_owned()).collect()
    };
    for round in 0..20 {
        let now = at(NOW) + Duration::hours(2 * round);
        let asked = at_once(&store, 6, async |n, process| {
            // Nobody has a source of another's.
            let part = Catalogue {
                sources: whole.sources.iter().skip(n).step_by(6).cloned().collect(),
                ..Catalogue::clone(&whole)
            };
            let claimed = claim(&process, &part, now, false).await;
            (hosts(&claimed), claimed.plan.due.len(), claimed.plan.elsewhere)
        })
        .await;
        let all: BTreeSet<String> = asked.iter().flat_map(|(hosts, ..)| hosts.clone()).collect();
        assert_eq!(all.len(), 3, "every host is asked by one");
        assert_eq!(asked.iter().map(|(hosts, ..)| hosts.len()).sum::<usize>(), 3, "and by one only: {asked:?}");
        assert_eq!(asked.iter().map(|(_, asked, elsewhere)| asked + elsewhere).sum::<usize>(), 60);
    }
}

async fn a_claim_ends_when_an_answer_is_kept_and_leaves_what_was_known(store: Store) {
    let catalogue = catalogue(2, 1);
    let first = claim(&store, &catalogue, at(NOW), false).await;
    assert_eq!(keys(&first), ["s-0", "s-1"]);
    let states = store.source_states().await.expect("states");
    assert!(states.values().all(|state| state.claimed_at == Some(at(NOW)) && state.last_attempt.is_none()));
    let known = SourceState { etag: Some("\"v1\"".into()), ..states[&source("s-0")].clone() };
    store.keep(&[answer(known, at(NOW))], at(NOW)).await.expect("kept");
    assert_eq!(claimed_rows(&store).await, ["s-1"]);

    let later = at(NOW) + Duration::hours(2);
    let second = claim(&store, &catalogue, later, false).await;
    assert_eq!(keys(&second), ["s-0", "s-1"], "a claim that nobody kept wears off");
    assert_eq!(second.states[&source("s-0")].etag.as_deref(), Some("\"v1\""));
    let due = second.plan.due.iter().find(|due| due.key == source("s-0")).expect("it is due");
    assert_eq!(due.etag.as_deref(), Some("\"v1\""));
    let state = &store.source_states().await.expect("states")[&source("s-0")];
    assert_eq!(
        (state.etag.as_deref(), state.last_attempt),
        (Some("\"v1\""), Some(at(NOW))),
        "claiming forgets nothing"
    );
    assert_eq!(state.next_due, Some(later - Duration::hours(1)));
}

async fn what_was_not_asked_is_given_back_and_what_was_is_not(store: Store) {
    let catalogue = catalogue(3, 1);
    let Claimed { claim: mut held, .. } = claim(&store, &catalogue, at(NOW), false).await;
    held.kept(&source("s-2"));
    assert!(held.holds(&source("s-1")) && !held.holds(&source("s-2")));
    store.release_claim(held, &BTreeSet::from([source("s-0")])).await.expect("released");
    assert_eq!(claimed_rows(&store).await, ["s-0", "s-2"]);
    assert_eq!(keys(&claim(&store, &catalogue, at(NOW), false).await), ["s-1"]);
}

async fn a_claim_that_is_renewed_outlives_its_lease(store: Store) {
    let catalogue = catalogue(3, 1);
    let Claimed { claim: mut held, .. } = claim(&store, &catalogue, at(NOW), false).await;
    store.renew_claim(&mut held, at(NOW) + CLAIM_RENEWAL - Duration::milliseconds(1)).await.expect("too early");
    assert!(store.source_states().await.expect("states").values().all(|state| state.claimed_at == Some(at(NOW))));
    held.kept(&source("s-0"));
    // Clocks have nanoseconds, PostgreSQL has microseconds.
    let mut now = at(NOW) + Duration::nanoseconds(1);
    for _ in 0..12 {
        now += CLAIM_RENEWAL;
        store.renew_claim(&mut held, now).await.expect("renewed");
    }
    assert!(now - at(NOW) > CLAIM_LEASE);
    assert_eq!(keys(&claim(&store, &catalogue, now, true).await), ["s-0"], "what is not open any more is not renewed");
    assert!(!held.holds(&source("s-0")) && held.holds(&source("s-1")) && held.holds(&source("s-2")));
    store.release_claim(held, &BTreeSet::new()).await.expect("released");
    assert_eq!(claimed_rows(&store).await, ["s-0"]);
}

async fn who_was_taken_for_dead_holds_nothing_and_takes_nothing_back(store: Store) {
    let catalogue = catalogue(3, 1);
    let Claimed { claim: mut slow, .. } = claim(&store, &catalogue, at(NOW), false).await;
    let later = at(NOW) + CLAIM_LEASE;
    let one = Catalogue { sources: catalogue.sources[..1].to_vec(), ..Catalogue::clone(&catalogue) };
    assert_eq!(keys(&claim(&store, &one, later, true).await), ["s-0"]);
    let mut also_slow = slow.clone();
    store.renew_claim(&mut slow, later + Duration::seconds(1)).await.expect("renewed");
    assert!(!slow.holds(&source("s-0")) && slow.holds(&source("s-1")) && slow.holds(&source("s-2")));
    let states = store.source_states().await.expect("states");
    assert_eq!(states[&source("s-0")].claimed_at, Some(later), "the other's");
    store.release_claim(slow, &BTreeSet::new()).await.expect("released");
    assert_eq!(claimed_rows(&store).await, ["s-0"]);
    store.renew_claim(&mut also_slow, later + Duration::seconds(1)).await.expect("renewed");
    assert!(!also_slow.holds(&source("s-1")), "what was released is nobody's");
}

async fn an_edited_address_is_claimed_as_the_new_one(store: Store) {
    let old = read("[[feed]]\nkey = \"a\"\nurl = \"https://old.example/feed\"\n");
    let first = claim(&store, &old, at(NOW), false).await;
    let state = SourceState {
        etag: Some("\"old\"".into()),
        fetches: 5,
        ..first
            .states
            .get(&source("a"))
            .cloned()
            .unwrap_or(SourceState::new(source("a"), &"https://old.example/feed".parse().expect("an address")))
    };
    store.keep(&[answer(state, at(NOW))], at(NOW)).await.expect("kept");

    let new = read("[[feed]]\nkey = \"a\"\nurl = \"https://new.example/feed\"\n");
    assert_eq!(keys(&claim(&store, &new, at(NOW), false).await), ["a"], "an edited address is due at once");
    let state = &store.source_states().await.expect("states")[&source("a")];
    assert_eq!((state.url.as_str(), state.etag.as_deref(), state.fetches), ("https://new.example/feed", None, 5));
    assert_eq!(strings(&store, "select key from sources where next_due is not null").await, [""; 0], "columns follow");

    let beside = read(
        "[[feed]]\nkey = \"b\"\nurl = \"https://new.example/b\"\n[[feed]]\nkey = \"c\"\nurl = \"https://old.example/c\"\n",
    );
    assert_eq!(keys(&claim(&store, &beside, at(NOW), false).await), ["c"], "it is the new host that is being asked");
}

/// More than fit into one statement.
async fn thousands_are_claimed_renewed_and_released(store: Store) {
    let catalogue = catalogue(6_000, 1);
    for round in 0..2 {
        let now = at(NOW) + Duration::hours(2 * round);
        let began = std::time::Instant::now();
        let Claimed { plan, claim: mut held, .. } = claim(&store, &catalogue, now, false).await;
        println!("6,000 claimed in {:?}", began.elapsed());
        assert_eq!(plan.due.len(), 6_000);
        store.renew_claim(&mut held, now + CLAIM_RENEWAL).await.expect("renewed");
        assert!(plan.due.iter().all(|due| held.holds(&due.key)));
        store.release_claim(held, &BTreeSet::new()).await.expect("released");
        assert_eq!(claimed_rows(&store).await, [""; 0]);
        // Whose claims have worn off are a group of their own.
        assert_eq!(execute(&store, "update sources set claimed_at = '2020-01-01T00:00:00+00:00'").await, 6_000);
    }
}

/// Two that were not kept apart: one was taken for dead.
async fn an_item_that_two_processes_store_is_as_the_first_of_them_saw_it(store: Store) {
    for round in 0..20_usize {
        let now = at(NOW) + Duration::hours(i64::try_from(round).expect("a small number"));
        let kept = at_once(&store, 4, async |n, process| {
            let seen = now + Duration::seconds(i64::try_from(n).expect("a small number"));
            process.keep(&[fetched("a", vec![item_of("a", round, seen)], Listing::None)], seen).await.expect("kept")
        })
        .await;
        assert_eq!(kept.iter().map(|kept| kept.items_new).sum::<usize>(), 1);
    }
    let (first_seen, eligible) = match &store {
        Store::Sqlite(_) => ("json_extract(item, '$.first_seen')", "json_extract(item, '$.eligible_at')"),
        Store::Postgres(_) => ("item::jsonb->>'first_seen'", "item::jsonb->>'eligible_at'"),
    };
    let (columns, time) = match &store {
        Store::Sqlite(_) => (["first_seen", "eligible_at"], "datetime"),
        Store::Postgres(_) => (["first_seen", "eligible_at"], "timestamptz"),
    };
    for (json, column) in [first_seen, eligible].into_iter().zip(columns) {
        let differs = format!("select id from items where {time}({json}) <> {time}({column})");
        assert_eq!(strings(&store, &differs).await, [""; 0], "{column}");
    }
}
