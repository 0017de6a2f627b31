//! Editions: frozen in one transaction with everything that follows from them, and by one process alone.

use std::collections::BTreeSet;

use bellwether::model::edition::Edition;
use bellwether::store::Store;
use bellwether::store::editions::{Placed, Stored};
use chrono::{DateTime, Duration, Utc};

use super::at_once;
use super::sample::{Draft, at, digest, item, ranked, subscribe, weekly};
use crate::support::database::{execute, strings};

contract![
    an_edition_is_read_back_as_it_was_composed,
    a_digest_without_editions_has_none,
    editions_come_newest_first_and_of_their_digest_alone,
    one_that_is_there_already_is_not_published_again,
    of_many_that_publish_at_once_one_wins_and_the_others_leave_nothing,
    an_item_that_another_edition_took_undoes_the_whole,
    a_subscriber_gets_one_delivery_unless_unconfirmed_or_gone,
    more_rows_than_a_statement_has_places_for_are_published,
    shown_links_are_those_of_the_digest_since_a_moment,
    a_link_that_is_shown_again_is_no_error,
    a_story_is_found_by_its_id_or_its_reports_or_the_beginning_of_one,
    a_story_is_told_newest_first,
    what_a_digests_editions_showed_lately_is_found,
    what_cannot_be_an_id_finds_no_story,
];

const FRIDAY: &str = "2026-11-20T06:00:00Z";

fn friday(number: u32) -> DateTime<Utc> {
    at(FRIDAY) + Duration::weeks(i64::from(number) - 1)
}

async fn publish(store: &Store, draft: &Draft) -> Option<i64> {
    store.publish(&draft.publication()).await.expect("published")
}

/// How many rows each table has that an edition writes.
async fn rows(store: &Store) -> Vec<String> {
    let mut out = Vec::new();
    for table in ["editions", "edition_items", "stories", "shown_links", "shown_events", "deliveries"] {
        out.extend(strings(store, &format!("select '{table} ' || count(*) from {table}")).await);
    }
    out
}

async fn an_edition_is_read_back_as_it_was_composed(store: Store) {
    let fine = at("2026-11-20T06:00:00.123456Z");
    let mut draft = Draft::new(1, fine).with(&item(1, fine), true).with(&item(2, fine), false);
    draft.edition.note = Some("“Zwölf Boxkämpfer” \u{1F980}\0".into());
    let mut publication = draft.publication();
    publication.slot = at("2026-11-20T07:00:00Z");
    let id = store.publish(&publication).await.expect("published").expect("an edition");
    let expected = Stored { id, slot: publication.slot, edition: draft.edition.clone() };
    assert_eq!(store.edition_by_id(id).await.expect("an edition"), Some(expected.clone()));
    assert_eq!(store.edition(&weekly(), "2026-W41").await.expect("an edition"), Some(expected.clone()));
    assert_eq!(store.latest_edition(&weekly()).await.expect("an edition"), Some(expected));
    assert_eq!(store.edition_history(&weekly()).await.expect("history"), (1, Some(fine)));
}

async fn a_digest_without_editions_has_none(store: Store) {
    assert_eq!(store.latest_edition(&weekly()).await.expect("none"), None);
    assert_eq!(store.edition(&weekly(), "2026-W41").await.expect("none"), None);
    assert_eq!(store.edition(&weekly(), "\0").await.expect("none"), None);
    assert_eq!(store.edition_by_id(1).await.expect("none"), None);
    assert_eq!(store.editions(&weekly(), 10).await.expect("none"), []);
    assert_eq!(store.edition_history(&weekly()).await.expect("history"), (0, None));
    assert_eq!(store.shown_links(&weekly(), at(FRIDAY)).await.expect("none"), BTreeSet::new());
    assert_eq!(store.story("0123456789abcdef").await.expect("none"), []);
}

async fn editions_come_newest_first_and_of_their_digest_alone(store: Store) {
    for number in [2, 1, 3] {
        publish(&store, &Draft::new(number, friday(number))).await.expect("an edition");
    }
    let mut other = Draft::new(9, friday(9));
    other.edition.digest = digest("platform");
    publish(&store, &other).await.expect("an edition");
    let numbers = async |limit| {
        let editions = store.editions(&weekly(), limit).await.expect("editions");
        editions.into_iter().map(|stored| stored.edition.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(10).await, [3, 2, 1]);
    assert_eq!(numbers(2).await, [3, 2]);
    assert_eq!(numbers(0).await, [0; 0]);
    let latest = store.latest_edition(&weekly()).await.expect("an edition").expect("an edition");
    assert_eq!(latest.edition.number, 3);
    assert_eq!(store.edition_history(&weekly()).await.expect("history"), (3, Some(friday(1))));
    assert_eq!(store.edition(&digest("platform"), "2026-W41").await.expect("none"), None);
}

async fn one_that_is_there_already_is_not_published_again(store: Store) {
    let first = Draft::new(1, friday(1)).with(&item(1, friday(1)), true);
    publish(&store, &first).await.expect("an edition");
    let before = rows(&store).await;
    let fresh = || Draft::new(2, friday(2)).with(&item(2, friday(2)), true);
    let same = |edit: fn(&mut Edition, &Edition)| {
        let mut draft = fresh();
        edit(&mut draft.edition, &first.edition);
        draft
    };
    for draft in [
        same(|new, old| new.name.clone_from(&old.name)),
        same(|new, old| new.number = old.number),
        same(|new, old| new.send_at = old.send_at),
    ] {
        assert_eq!(publish(&store, &draft).await, None, "{:?}", draft.edition);
        assert_eq!(rows(&store).await, before);
    }
    publish(&store, &fresh()).await.expect("another one");
}

async fn of_many_that_publish_at_once_one_wins_and_the_others_leave_nothing(store: Store) {
    subscribe(&store, "weekly", "ada@example.org", friday(1)).await;
    let race = async |n, process: Store| {
        // Each read something else before it came to this.
        let taken = item(n, friday(1));
        let draft = Draft::new(1, friday(1)).with(&taken, true);
        publish(&process, &draft).await.map(|id| (id, taken))
    };
    let winners: Vec<_> = at_once(&store, 8, race).await.into_iter().flatten().collect();
    let [(id, taken)] = winners.as_slice() else { panic!("one wins: {winners:?}") };
    let stored = store.edition_by_id(*id).await.expect("an edition").expect("an edition");
    assert_eq!(stored.edition.top[0].id, ranked(taken).story.id);
    assert_eq!(strings(&store, "select item from edition_items").await, [taken.id.to_string()]);
    assert_eq!(
        rows(&store).await,
        ["editions 1", "edition_items 1", "stories 1", "shown_links 1", "shown_events 0", "deliveries 1"]
    );
}

async fn an_item_that_another_edition_took_undoes_the_whole(store: Store) {
    subscribe(&store, "weekly", "ada@example.org", friday(1)).await;
    publish(&store, &Draft::new(1, friday(1)).with(&item(1, friday(1)), true)).await.expect("an edition");
    let before = rows(&store).await;
    let second = Draft::new(2, friday(2)).with(&item(2, friday(2)), true).with(&item(1, friday(1)), false);
    assert!(store.publish(&second.publication()).await.is_err());
    assert_eq!(rows(&store).await, before);
    let third = Draft::new(2, friday(2)).with(&item(2, friday(2)), true);
    publish(&store, &third).await.expect("nothing is locked or half done");
}

async fn a_subscriber_gets_one_delivery_unless_unconfirmed_or_gone(store: Store) {
    for (key, who) in [
        ("weekly", "ada@example.org"),
        ("weekly", "pending@example.org"),
        ("weekly", "left@example.org"),
        ("platform", "ada@example.org"),
    ] {
        subscribe(&store, key, who, friday(1)).await;
    }
    for state in ["pending", "left"] {
        execute(&store, &format!("update subscribers set state = '{state}' where address = '{state}@example.org'"))
            .await;
    }
    let mut draft = Draft::new(1, friday(1));
    draft.edition.send_at = friday(1) + Duration::hours(1);
    publish(&store, &draft).await.expect("an edition");
    let deliveries = strings(
        &store,
        "select s.address || ' ' || d.state || ' ' || d.attempts || ' of ' || e.expected from deliveries d
            join subscribers s on s.id = d.subscriber_id join editions e on e.id = d.edition_id",
    )
    .await;
    assert_eq!(deliveries, ["ada@example.org queued 0 of 1"]);
    assert_eq!(store.deliveries_due(draft.edition.send_at - Duration::microseconds(1)).await.expect("a count"), 0);
    assert_eq!(store.deliveries_due(draft.edition.send_at).await.expect("a count"), 1);
}

async fn more_rows_than_a_statement_has_places_for_are_published(store: Store) {
    // Items bind three values each and stories six, where SQLite takes 32,766 in one statement.
    let mut draft = Draft::new(1, friday(1));
    for n in 0..11_000 {
        draft = draft.with(&item(n, friday(1)), false);
    }
    publish(&store, &draft).await.expect("an edition");
    let rows = rows(&store).await;
    assert_eq!(rows[1..3], ["edition_items 11000", "stories 11000"]);
}

async fn shown_links_are_those_of_the_digest_since_a_moment(store: Store) {
    for number in [1, 2] {
        let n = number as usize;
        publish(&store, &Draft::new(number, friday(number)).with(&item(n, friday(1)), true)).await.expect("an edition");
    }
    let since = async |moment| Vec::from_iter(store.shown_links(&weekly(), moment).await.expect("links"));
    assert_eq!(since(friday(1)).await, ["a.example/2"], "since a moment is after it");
    assert_eq!(since(friday(1) - Duration::microseconds(1)).await, ["a.example/1", "a.example/2"]);
    assert_eq!(store.shown_links(&digest("platform"), at("1970-01-01T00:00:00Z")).await.expect("none").len(), 0);
}

async fn a_link_that_is_shown_again_is_no_error(store: Store) {
    let again = |n| {
        let mut item = item(n, friday(1));
        item.url_key = Some("a.example/the-same".into());
        item
    };
    publish(&store, &Draft::new(1, friday(1)).with(&again(1), true)).await.expect("an edition");
    publish(&store, &Draft::new(2, friday(2)).with(&again(2), true)).await.expect("an edition");
    assert_eq!(store.shown_links(&weekly(), at("1970-01-01T00:00:00Z")).await.expect("links").len(), 1);
}

async fn a_story_is_found_by_its_id_or_its_reports_or_the_beginning_of_one(store: Store) {
    let (shown, not) = (item(1, friday(1)), item(2, friday(1)));
    publish(&store, &Draft::new(1, friday(1)).with(&shown, true).with(&not, false)).await.expect("an edition");
    for (place, item, is_shown) in [(1, &shown, true), (2, &not, false)] {
        let ranked = ranked(item);
        let expected = Placed {
            edition: "2026-W41".into(),
            digest: "weekly".into(),
            place,
            shown: is_shown,
            title: item.title.clone(),
            ranked: ranked.clone(),
        };
        let id = ranked.story.id.as_str();
        for beginning in [id, &id[..6]] {
            assert_eq!(store.story(beginning).await.expect("a story"), std::slice::from_ref(&expected));
        }
        for beginning in [item.id.as_str(), &item.id.as_str()[..6]] {
            assert_eq!(store.story_of_report(beginning).await.expect("a story"), std::slice::from_ref(&expected));
            assert_eq!(store.story(beginning).await.expect("none"), Vec::new(), "it is no story's id");
        }
    }
    assert_eq!(store.story("").await.expect("all").len(), 2);
    assert_eq!(store.story_of_report("").await.expect("none"), Vec::new());
}

async fn a_story_is_told_newest_first(store: Store) {
    let again = item(1, friday(1));
    for number in 1..=22 {
        let mut draft = Draft::new(number, friday(number)).with(&again, false);
        // An item is taken once; a story may grow by another one, and is ranked again.
        draft.taken = vec![item(number as usize, friday(1)).id];
        publish(&store, &draft).await.expect("an edition");
    }
    let told = store.story(ranked(&again).story.id.as_str()).await.expect("a story");
    let expected: Vec<String> = (3..=22).rev().map(|number| format!("2026-W{}", 40 + number)).collect();
    assert_eq!(told.into_iter().map(|placed| placed.edition).collect::<Vec<_>>(), expected, "twenty at most");
}

async fn what_a_digests_editions_showed_lately_is_found(store: Store) {
    for number in 1..=3 {
        let (shown, not) = (item(number as usize, friday(number)), item(10 + number as usize, friday(number)));
        publish(&store, &Draft::new(number, friday(number)).with(&not, false).with(&shown, true))
            .await
            .expect("an edition");
    }
    let mut other = Draft::new(9, friday(3)).with(&item(20, friday(3)), true);
    other.edition.digest = digest("platform");
    publish(&store, &other).await.expect("an edition");
    let told = store.shown_stories(&weekly(), friday(1)).await.expect("stories");
    let told: Vec<_> =
        told.iter().map(|placed| (placed.edition.as_str(), placed.place, placed.title.clone())).collect();
    let expected = |number: usize| item(number, friday(3)).title;
    assert_eq!(told, [("2026-W43", 2, expected(3)), ("2026-W42", 2, expected(2))]);
}

async fn what_cannot_be_an_id_finds_no_story(store: Store) {
    let mut draft = Draft::new(1, friday(1));
    for n in 0..100 {
        draft = draft.with(&item(n, friday(1)), false);
    }
    publish(&store, &draft).await.expect("an edition");
    for text in ["A", "F", "%", "_", "g", "é", " ", "'", "a\0b", "-", "Z", "\u{fffd}"] {
        assert_eq!(store.story(text).await.expect("an answer"), [], "{text:?}");
        assert_eq!(store.story_of_report(text).await.expect("an answer"), [], "{text:?}");
    }
}
