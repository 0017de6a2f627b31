//! The double opt-in: one letter at a time, within limits, and a link that is good once.

use bellwether::store::Store;
use bellwether::store::opt_in::{Asked, Confirmed, Wish};
use bellwether::store::retention::Horizon;
use bellwether::subscribe::Limits;
use chrono::{DateTime, Duration, Utc};

use super::at_once;
use super::sample::{Draft, address, at, digest, hash, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    who_asks_gets_one_letter_until_the_cooldown_is_over,
    letters_end_when_nobody_answers,
    the_cooldown_is_one_for_all_digests,
    of_many_that_ask_at_once_for_one_address_one_gets_a_letter,
    a_limit_holds_however_many_ask_at_once,
    who_is_subscribed_or_bounced_gets_no_letter_and_who_was_erased_may_ask,
    the_limits_of_an_hour_hold,
    a_letter_that_asks_is_claimed_before_any_edition,
    confirming_brings_the_latest_edition_and_the_coming_one,
    who_confirms_while_an_edition_is_published_gets_it,
    a_link_from_before_somebody_left_confirms_nothing,
    one_who_was_erased_is_back_when_they_confirm,
    what_is_never_confirmed_is_forgotten,
];

const ADA: &str = "ada@example.org";

fn noon() -> DateTime<Utc> {
    at("2026-11-20T12:00:00Z")
}

async fn ask(store: &Store, key: &str, who: &str, now: DateTime<Utc>, limits: Limits) -> Asked {
    let (digest, address) = (digest(key), address(who));
    let wish = Wish {
        digest: &digest,
        address: &address,
        address_hash: &hash(&who.to_lowercase()),
        client: "a client",
        mail_domain: "example.org",
        limits,
        now,
    };
    store.ask(&wish).await.expect("an answer")
}

/// Ada asks for `weekly`, within the usual limits.
async fn ada(store: &Store, now: DateTime<Utc>) -> Asked {
    ask(store, "weekly", ADA, now, Limits::default()).await
}

async fn letters(store: &Store) -> usize {
    strings(store, "select message_id from deliveries where purpose = 'confirmation'").await.len()
}

async fn id(store: &Store, who: &str) -> i64 {
    let all = store.subscribers().await.expect("subscribers");
    all.iter().find(|one| one.address == who).expect("a subscriber").id
}

async fn confirm(store: &Store, asked_at: DateTime<Utc>, now: DateTime<Utc>) -> Confirmed {
    store.confirm(id(store, ADA).await, asked_at, "example.org", now).await.expect("an answer")
}

async fn who_asks_gets_one_letter_until_the_cooldown_is_over(store: Store) {
    assert_eq!(ada(&store, noon()).await, Asked::Queued);
    let hour = Duration::hours(1);
    assert_eq!(ada(&store, noon() + hour - Duration::microseconds(1)).await, Asked::Nothing);
    assert_eq!(ask(&store, "weekly", "ADA@example.org", noon(), Limits::default()).await, Asked::Nothing);
    assert_eq!(letters(&store).await, 1);
    assert_eq!(ada(&store, noon() + hour).await, Asked::Queued);
    assert_eq!(letters(&store).await, 2);
    let all = store.subscribers().await.expect("subscribers");
    assert_eq!(all.iter().map(|one| one.state.as_str()).collect::<Vec<_>>(), ["pending"]);
}

async fn letters_end_when_nobody_answers(store: Store) {
    for (day, expected) in
        [Asked::Queued, Asked::Queued, Asked::Queued, Asked::Nothing, Asked::Nothing].into_iter().enumerate()
    {
        assert_eq!(
            ada(&store, noon() + Duration::days(i64::try_from(day).expect("small"))).await,
            expected,
            "day {day}"
        );
    }
}

async fn the_cooldown_is_one_for_all_digests(store: Store) {
    assert_eq!(ada(&store, noon()).await, Asked::Queued);
    assert_eq!(ask(&store, "platform", ADA, noon(), Limits::default()).await, Asked::Nothing);
    assert_eq!(ask(&store, "platform", ADA, noon() + Duration::hours(1), Limits::default()).await, Asked::Queued);
}

async fn of_many_that_ask_at_once_for_one_address_one_gets_a_letter(store: Store) {
    let race = async |n, process: Store| ask(&process, &format!("digest-{n}"), ADA, noon(), Limits::default()).await;
    let asked = at_once(&store, 8, race).await;
    let queued = asked.iter().filter(|asked| **asked == Asked::Queued).count();
    assert_eq!((queued, letters(&store).await), (1, 1));
}

async fn a_limit_holds_however_many_ask_at_once(store: Store) {
    let race = async |n, process: Store| {
        let limits = Limits { per_client: 3, ..Limits::default() };
        ask(&process, "weekly", &format!("reader-{n}@example-{n}.org"), noon(), limits).await
    };
    let asked = at_once(&store, 8, race).await;
    let queued = asked.iter().filter(|asked| **asked == Asked::Queued).count();
    assert_eq!((queued, letters(&store).await), (3, 3));
}

async fn who_is_subscribed_or_bounced_gets_no_letter_and_who_was_erased_may_ask(store: Store) {
    subscribe(&store, "weekly", ADA, noon()).await;
    assert_eq!(ada(&store, noon()).await, Asked::Nothing);
    for (who, reason, expected) in [
        ("bounced@example.org", "bounced", Asked::Nothing),
        ("complained@example.org", "complained", Asked::Nothing),
        ("erased@example.org", "erased", Asked::Queued),
    ] {
        execute(
            &store,
            &format!("insert into suppressions values ('{}', '{reason}', '2026-11-20T06:00:00+00:00')", hash(who)),
        )
        .await;
        assert_eq!(ask(&store, "weekly", who, noon(), Limits::default()).await, expected, "{reason}");
    }
    assert_eq!(letters(&store).await, 1);
}

async fn the_limits_of_an_hour_hold(store: Store) {
    let wide = Limits { per_client: 1000, per_domain: 1000, overall: 1000, ..Limits::default() };
    for narrow in [Limits { per_client: 2, ..wide }, Limits { per_domain: 2, ..wide }, Limits { overall: 2, ..wide }] {
        execute(&store, "delete from subscription_requests").await;
        execute(&store, "delete from deliveries").await;
        execute(&store, "delete from subscribers").await;
        for (n, expected) in [Asked::Queued, Asked::Queued, Asked::TooMany].into_iter().enumerate() {
            assert_eq!(ask(&store, "weekly", &format!("reader-{n}@example.org"), noon(), narrow).await, expected);
        }
        let later = noon() + Duration::hours(1);
        assert_eq!(ask(&store, "weekly", "late@example.org", later, narrow).await, Asked::Queued, "an hour is over");
    }
}

async fn a_letter_that_asks_is_claimed_before_any_edition(store: Store) {
    subscribe(&store, "weekly", "reader@example.org", noon()).await;
    let week_ago = noon() - Duration::weeks(1);
    store.publish(&Draft::new(1, week_ago).publication()).await.expect("published").expect("an edition");
    ada(&store, noon()).await;
    let claim = async || {
        let claimed = store.claim_deliveries(1, &[weekly()], 1, noon(), noon() + Duration::minutes(1)).await;
        claimed.expect("claimed").remove(0)
    };
    let first = claim().await;
    assert_eq!((first.edition_id, first.address.as_str(), first.asked_at), (None, ADA, Some(noon())));
    assert!(claim().await.edition_id.is_some());
}

async fn confirming_brings_the_latest_edition_and_the_coming_one(store: Store) {
    for (number, moment) in
        [(1, noon() - Duration::weeks(2)), (2, noon() - Duration::weeks(1)), (3, noon() + Duration::hours(1))]
    {
        store.publish(&Draft::new(number, moment).publication()).await.expect("published").expect("an edition");
    }
    ada(&store, noon()).await;
    assert_eq!(confirm(&store, noon(), noon()).await, Confirmed::Now { editions: 2 });
    assert_eq!(confirm(&store, noon(), noon()).await, Confirmed::Already);
    let nobody = store.confirm(i64::MAX, noon(), "example.org", noon()).await.expect("an answer");
    assert_eq!(nobody, Confirmed::Gone);
    let editions = "select e.name from deliveries d join editions e on e.id = d.edition_id order by d.due_at";
    assert_eq!(strings(&store, editions).await, ["2026-W42", "2026-W43"]);
    let tallies = store.delivery_tallies(noon() - Duration::weeks(4)).await.expect("tallies");
    assert_eq!(tallies.iter().map(|tally| tally.expected).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(store.deliveries_due(noon()).await.expect("a count"), 2, "one edition now, and the letter that asked");
}

async fn who_confirms_while_an_edition_is_published_gets_it(store: Store) {
    for number in 1..=10 {
        let who = format!("reader-{number}@example.org");
        assert_eq!(ask(&store, "weekly", &who, noon(), Limits::default()).await, Asked::Queued);
        let reader = id(&store, &who).await;
        let race = async |n, process: Store| {
            if n == 0 {
                let draft = Draft::new(number, noon() + Duration::weeks(i64::from(number)));
                process.publish(&draft.publication()).await.expect("published").expect("an edition");
            } else {
                process.confirm(reader, noon(), "example.org", noon()).await.expect("confirmed");
            }
        };
        at_once(&store, 2, race).await;
        let theirs = format!(
            "select e.name from deliveries d join editions e on e.id = d.edition_id
            where d.subscriber_id = {reader} and e.number = {number}"
        );
        assert_eq!(strings(&store, &theirs).await.len(), 1, "{who}");
        let all = store.delivery_tallies(at("2000-01-01T00:00:00Z")).await.expect("tallies");
        assert_eq!(all[0].expected, i64::from(number), "whichever was first, the sum is right");
    }
}

async fn a_link_from_before_somebody_left_confirms_nothing(store: Store) {
    ada(&store, noon()).await;
    confirm(&store, noon(), noon()).await;
    let later = noon() + Duration::days(1);
    store.leave(id(&store, ADA).await, later).await.expect("left");
    assert_eq!(confirm(&store, noon(), later).await, Confirmed::Gone);
    assert_eq!(ada(&store, later).await, Asked::Queued);
    assert_eq!(
        confirm(&store, later - Duration::microseconds(1), later).await,
        Confirmed::Gone,
        "an old letter's link"
    );
    assert_eq!(confirm(&store, later, later).await, Confirmed::Now { editions: 0 });
}

async fn one_who_was_erased_is_back_when_they_confirm(store: Store) {
    subscribe(&store, "weekly", ADA, noon()).await;
    store.erase(&hash(ADA), noon()).await.expect("erased");
    assert_eq!(ada(&store, noon()).await, Asked::Queued);
    assert_eq!(store.suppression(&hash(ADA)).await.expect("an answer").as_deref(), Some("erased"), "not by asking");
    assert_eq!(confirm(&store, noon(), noon()).await, Confirmed::Now { editions: 0 });
    assert_eq!(store.suppression(&hash(ADA)).await.expect("an answer"), None);
}

async fn what_is_never_confirmed_is_forgotten(store: Store) {
    ada(&store, noon()).await;
    subscribe(&store, "weekly", "confirmed@example.org", noon()).await;
    let long_ago = at("2000-01-01T00:00:00Z");
    let horizon =
        |limit| Horizon { items: long_ago, fetch_log: long_ago, unconfirmed: limit, requests: limit, pages: limit };
    assert_eq!(store.prune(&horizon(noon())).await.expect("pruned"), 0);
    assert_eq!(store.prune(&horizon(noon() + Duration::microseconds(1))).await.expect("pruned"), 2);
    let left: Vec<String> =
        store.subscribers().await.expect("subscribers").into_iter().map(|one| one.address).collect();
    assert_eq!(left, ["confirmed@example.org"]);
    assert_eq!(strings(&store, "select client from subscription_requests").await, [""; 0]);
    // The letter stays in the ledger, and nobody can be mailed it.
    let claimed = store.claim_deliveries(1, &[weekly()], 9, noon(), noon() + Duration::minutes(1)).await;
    assert_eq!(claimed.expect("claimed"), []);
}
