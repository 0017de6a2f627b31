//! The list: who is on it, who left, and what stays of one who was erased.

use bellwether::store::Store;
use bellwether::store::subscribers::Added;
use bellwether::store::suppressions::Departure;
use chrono::{DateTime, Duration, Utc};

use super::sample::{Draft, address, at, digest, hash, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    an_address_is_on_a_list_once_whatever_its_capitals,
    one_who_left_is_back_when_they_are_added_again,
    what_is_suppressed_is_not_added_until_it_is_let_out,
    everyone_is_listed_by_digest_and_address_in_the_order_of_bytes,
    one_who_leaves_gets_nothing_of_what_was_queued,
    leaving_a_second_time_changes_nothing,
    of_one_who_is_erased_only_the_hash_stays,
    an_address_without_a_hash_gets_one,
    departures_are_repeated_unless_somebody_came_back_after_them,
    an_erasure_is_repeated_as_far_as_its_moment,
    departures_that_cannot_all_be_repeated_are_none,
];

fn noon() -> DateTime<Utc> {
    at("2026-11-20T12:00:00Z")
}

const ADA: &str = "ada@example.org";

async fn state(store: &Store, who: &str) -> Option<String> {
    let all = store.subscribers().await.expect("subscribers");
    all.into_iter().find(|subscriber| subscriber.address == who).map(|subscriber| subscriber.state)
}

async fn id(store: &Store, key: &str, who: &str) -> i64 {
    let all = store.subscribers().await.expect("subscribers");
    all.iter().find(|one| one.digest == key && one.address == who).expect("a subscriber").id
}

async fn an_address_is_on_a_list_once_whatever_its_capitals(store: Store) {
    let add = async |key: &str, who: &str| {
        store.add_subscriber(&digest(key), &address(who), &hash(ADA), false, noon()).await.expect("an answer")
    };
    assert_eq!(add("weekly", "Ada@Example.org").await, Added::New);
    assert_eq!(add("weekly", "aDA@example.ORG").await, Added::Known);
    assert_eq!(add("platform", ADA).await, Added::New, "another list");
    let one = store.subscriber(id(&store, "weekly", ADA).await).await.expect("an answer").expect("a subscriber");
    assert_eq!((one.address.as_str(), one.state.as_str(), one.created_at), (ADA, "confirmed", noon()));
    assert_eq!(one.suppressed, None);
    assert_eq!(store.subscriber(i64::MAX).await.expect("none"), None);
}

async fn one_who_left_is_back_when_they_are_added_again(store: Store) {
    subscribe(&store, "weekly", ADA, noon()).await;
    let before = id(&store, "weekly", ADA).await;
    store.leave(before, noon()).await.expect("left");
    assert_eq!(state(&store, ADA).await.as_deref(), Some("left"));
    let later = noon() + Duration::days(1);
    let (ada, weekly) = (address(ADA), weekly());
    let hash = hash(ADA);
    let add = |even_if_left| store.add_subscriber(&weekly, &ada, &hash, even_if_left, later);
    assert_eq!(add(false).await.expect("an answer"), Added::Left);
    let added = add(true).await.expect("an answer");
    assert_eq!((added, state(&store, ADA).await.as_deref()), (Added::New, Some("confirmed")));
    assert_eq!(id(&store, "weekly", ADA).await, before, "the same row");
}

async fn what_is_suppressed_is_not_added_until_it_is_let_out(store: Store) {
    for reason in ["bounced", "complained", "erased"] {
        let sql = format!("insert into suppressions values ('{}', '{reason}', '2026-11-20T06:00:00+00:00')", hash(ADA));
        execute(&store, &sql).await;
        let added = store.add_subscriber(&weekly(), &address(ADA), &hash(ADA), false, noon()).await.expect("an answer");
        assert_eq!(added, Added::Suppressed(reason.into()));
        assert_eq!(store.suppression(&hash(ADA)).await.expect("an answer").as_deref(), Some(reason));
        assert!(store.unsuppress(&hash(ADA)).await.expect("an answer"));
        assert!(!store.unsuppress(&hash(ADA)).await.expect("an answer"), "it was let out already");
    }
    assert_eq!(store.subscribers().await.expect("subscribers"), []);
    // One who is on the list shows why nothing comes.
    subscribe(&store, "weekly", ADA, noon()).await;
    execute(
        &store,
        &format!("insert into suppressions values ('{}', 'bounced', '2026-11-20T06:00:00+00:00')", hash(ADA)),
    )
    .await;
    assert_eq!(store.subscribers().await.expect("subscribers")[0].suppressed.as_deref(), Some("bounced"));
}

async fn everyone_is_listed_by_digest_and_address_in_the_order_of_bytes(store: Store) {
    // A language would put these elsewhere: it looks past punctuation first.
    let mut names = ["a_b", "ab", "a-b", "a.b", "a+z", "abc", "b", "a0", "0a", "_", "z-a", "za"]
        .map(|name| format!("{name}@example.org"));
    for name in &names {
        subscribe(&store, "weekly", name, noon()).await;
    }
    subscribe(&store, "a-digest", "zz@example.org", noon()).await;
    names.sort();
    let listed: Vec<String> =
        store.subscribers().await.expect("subscribers").into_iter().map(|one| one.address).collect();
    assert_eq!(listed[0], "zz@example.org");
    assert_eq!(listed[1..], names);
}

/// A letter to Ada in each of these states.
async fn letters(store: &Store, states: &[&str]) {
    subscribe(store, "weekly", ADA, noon()).await;
    for (number, state) in (1..).zip(states) {
        let draft = Draft::new(number, noon() + Duration::weeks(i64::from(number)));
        let edition = store.publish(&draft.publication()).await.expect("published").expect("an edition");
        let sql =
            format!("update deliveries set state = '{state}', epoch = 1, reply = 'said' where edition_id = {edition}");
        execute(store, &sql).await;
    }
}

async fn states(store: &Store) -> Vec<String> {
    strings(store, "select state from deliveries order by id").await
}

async fn one_who_leaves_gets_nothing_of_what_was_queued(store: Store) {
    letters(&store, &["sent", "sending", "claimed", "queued"]).await;
    subscribe(&store, "platform", ADA, noon()).await;
    assert!(store.leave(id(&store, "weekly", ADA).await, noon()).await.expect("left"));
    assert_eq!(states(&store).await, ["sent", "sending", "suppressed", "suppressed"]);
    let all = store.subscribers().await.expect("subscribers");
    let told: Vec<_> = all.iter().map(|one| (one.digest.as_str(), one.state.as_str())).collect();
    assert_eq!(told, [("platform", "confirmed"), ("weekly", "left")], "this list, and no other");
}

async fn leaving_a_second_time_changes_nothing(store: Store) {
    letters(&store, &["sent"]).await;
    let ada = id(&store, "weekly", ADA).await;
    assert!(store.leave(ada, noon()).await.expect("left"));
    assert!(!store.leave(ada, noon()).await.expect("an answer"));
    assert!(!store.leave(i64::MAX, noon()).await.expect("an answer"), "nobody");
    assert_eq!(state(&store, ADA).await.as_deref(), Some("left"));
}

async fn of_one_who_is_erased_only_the_hash_stays(store: Store) {
    letters(&store, &["sent", "sending", "queued"]).await;
    subscribe(&store, "platform", ADA, noon()).await;
    subscribe(&store, "weekly", "grace@example.org", noon()).await;
    assert_eq!(store.erase(&hash(ADA), noon()).await.expect("erased"), 2);
    assert_eq!(states(&store).await, ["sent", "sending", "suppressed"]);
    assert_eq!(strings(&store, "select reply from deliveries where reply is not null").await, [""; 0]);
    assert_eq!(strings(&store, "select address from subscribers").await, ["grace@example.org"]);
    assert_eq!(store.suppression(&hash(ADA)).await.expect("an answer").as_deref(), Some("erased"));
    assert_eq!(store.erase(&hash(ADA), noon()).await.expect("erased"), 0);
    let nobody = store.erase(&hash("nobody@example.org"), noon()).await.expect("erased");
    assert_eq!(nobody, 0);
}

async fn an_address_without_a_hash_gets_one(store: Store) {
    subscribe(&store, "weekly", ADA, noon()).await;
    subscribe(&store, "weekly", "grace@example.org", noon()).await;
    execute(&store, &format!("update subscribers set address_hash = '' where address = '{ADA}'")).await;
    store.fill_address_hashes(|who| format!("filled for {who}")).await.expect("filled");
    let hashes = strings(&store, "select address_hash from subscribers order by id").await;
    assert_eq!(hashes, [format!("filled for {ADA}"), hash("grace@example.org")]);
    store.fill_address_hashes(|_| panic!("nobody is without")).await.expect("nothing to do");
}

/// Ada left, as the journal tells it.
fn departure(key: Option<&str>, at: DateTime<Utc>) -> Departure {
    Departure { address_hash: hash(ADA), digest: key.map(ToOwned::to_owned), at }
}

async fn departures_are_repeated_unless_somebody_came_back_after_them(store: Store) {
    letters(&store, &["queued", "claimed", "sending"]).await;
    subscribe(&store, "platform", ADA, noon()).await;
    let replay = async |departure, entry| {
        let now = noon() + Duration::days(9);
        store.replay_departures(&[departure], Some(entry), now).await.expect("repeated")
    };
    let before = departure(Some("weekly"), noon() - Duration::microseconds(1));
    assert_eq!(replay(before, "1").await, 0, "they subscribed after that");
    assert_eq!(states(&store).await, ["queued", "claimed", "sending"]);
    assert_eq!(replay(departure(Some("weekly"), noon()), "2").await, 1);
    assert_eq!(states(&store).await, ["suppressed", "suppressed", "sending"]);
    assert_eq!(replay(departure(Some("weekly"), noon()), "3").await, 0, "repeated once");
    assert_eq!(store.meta("journal").await.expect("an answer").as_deref(), Some("3"));
    let all = store.subscribers().await.expect("subscribers");
    assert_eq!(all.iter().map(|one| one.state.as_str()).collect::<Vec<_>>(), ["confirmed", "left"]);
}

async fn an_erasure_is_repeated_as_far_as_its_moment(store: Store) {
    letters(&store, &["queued"]).await;
    let later = noon() + Duration::days(1);
    subscribe(&store, "platform", ADA, later).await;
    let erased = store.replay_departures(&[departure(None, noon())], Some("entry"), later).await.expect("repeated");
    assert_eq!((erased, states(&store).await), (1, vec!["suppressed".to_owned()]));
    let left: Vec<String> = store.subscribers().await.expect("subscribers").into_iter().map(|one| one.digest).collect();
    assert_eq!(left, ["platform"], "they came back");
    assert_eq!(store.suppression(&hash(ADA)).await.expect("an answer"), None, "and so may be mailed");
}

async fn departures_that_cannot_all_be_repeated_are_none(store: Store) {
    letters(&store, &["queued"]).await;
    execute(&store, "alter table suppressions rename to hidden").await;
    let departures = [departure(Some("weekly"), noon()), departure(None, noon())];
    assert!(store.replay_departures(&departures, Some("entry"), noon()).await.is_err());
    execute(&store, "alter table hidden rename to suppressions").await;
    assert_eq!(state(&store, ADA).await.as_deref(), Some("confirmed"));
    assert_eq!(store.meta("journal").await.expect("an answer"), None);
}
