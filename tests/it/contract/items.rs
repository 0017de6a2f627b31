//! Items: what is new, what was edited, and which of them an edition may take.

use bellwether::model::item::Item;
use bellwether::store::Store;
use bellwether::store::sources::{Kept, Listing};
use chrono::{Duration, SubsecRound as _};

use super::sample::{Draft, at, digest, fetched, item, weekly};
use crate::support::database::strings;

contract![
    an_item_is_read_back_as_it_was_kept,
    what_is_kept_again_is_told_as_new_edited_or_unchanged,
    an_edit_changes_the_words_and_not_what_was_decided,
    the_last_of_two_entries_with_one_identity_wins,
    a_nul_in_any_text_is_no_reason_to_lose_a_batch,
    more_items_than_a_statement_has_places_for_are_kept_and_read,
    items_come_in_the_order_of_their_ids_and_each_once,
    asking_for_no_items_yields_none,
    a_window_takes_what_became_eligible_in_it_and_was_not_taken,
    the_first_edition_reaches_back_seven_days,
    headlines_come_newest_first_and_no_more_than_asked_for,
    headlines_leave_out_what_was_removed_and_what_has_no_date,
    a_moment_is_kept_to_the_microsecond_everywhere,
    items_are_counted_from_after_one_moment_until_another,
];

const MONDAY: &str = "2026-11-16T07:00:00Z";

async fn keep(store: &Store, items: Vec<Item>) -> Kept {
    store.keep(&[fetched("a", items, Listing::None)], at(MONDAY)).await.expect("kept")
}

async fn an_item_is_read_back_as_it_was_kept(store: Store) {
    let mut full = item(1, at(MONDAY));
    full.excerpt = Some("“Zwölf Boxkämpfer” — 12 \u{1F980} 'quoted' \\ \"twice\"; drop table items".into());
    full.tags = vec!["c++".into(), String::new()];
    full.language = Some("de".into());
    full.removed = Some("matches skip `boxing`".into());
    full.points = Some(u32::MAX);
    full.paywall = true;
    let mut bare = item(2, at(MONDAY));
    (bare.link, bare.url_key, bare.date, bare.eligible_at) = (None, None, None, None);
    keep(&store, vec![full.clone(), bare.clone()]).await;
    assert_eq!(store.items(std::slice::from_ref(&full.id)).await.expect("items"), [full]);
    assert_eq!(store.items(std::slice::from_ref(&bare.id)).await.expect("items"), [bare]);
}

async fn what_is_kept_again_is_told_as_new_edited_or_unchanged(store: Store) {
    let (one, two) = (item(1, at(MONDAY)), item(2, at(MONDAY)));
    let first = keep(&store, vec![one.clone(), two.clone()]).await;
    assert_eq!((first.items_new, first.items_updated), (2, 0));
    let edited = Item { title: "Another title".into(), ..two };
    let second = keep(&store, vec![one, edited, item(3, at(MONDAY))]).await;
    assert_eq!((second.items_new, second.items_updated), (1, 1));
}

async fn an_edit_changes_the_words_and_not_what_was_decided(store: Store) {
    let first = item(1, at(MONDAY));
    keep(&store, vec![first.clone()]).await;
    let later = at("2026-11-18T07:00:00Z");
    let edited = Item { title: "Told anew".into(), removed: Some("sponsored".into()), ..item(1, later) };
    keep(&store, vec![edited]).await;
    let expected = Item { title: "Told anew".into(), removed: Some("sponsored".into()), ..first.clone() };
    assert_eq!(store.items(&[first.id]).await.expect("items"), [expected]);
    let columns = strings(&store, "select title from items where removed").await;
    assert_eq!(columns, ["Told anew"], "the columns follow");
    let taken = store.items_to_compose(&weekly(), at("2026-11-17T00:00:00Z"), later, later).await.expect("items");
    assert_eq!(taken, [], "an edit is no news");
}

async fn the_last_of_two_entries_with_one_identity_wins(store: Store) {
    let one = item(1, at(MONDAY));
    let other = Item { title: "The second of the two".into(), ..one.clone() };
    let kept = keep(&store, vec![one.clone(), item(2, at(MONDAY)), other.clone()]).await;
    assert_eq!((kept.items_new, kept.items_updated), (2, 0));
    assert_eq!(store.items(&[one.id]).await.expect("items"), [other]);
}

async fn a_nul_in_any_text_is_no_reason_to_lose_a_batch(store: Store) {
    let mut nul = item(1, at(MONDAY));
    nul.title = "A\0B".into();
    for text in [&mut nul.excerpt, &mut nul.author, &mut nul.url_key, &mut nul.link, &mut nul.language] {
        *text = Some("\0x\0".into());
    }
    nul.tags = vec!["\0".into()];
    let again = nul.clone();
    assert_eq!(keep(&store, vec![nul, item(2, at(MONDAY))]).await.items_new, 2);
    assert_eq!(
        strings(&store, "select title || ' ' || url_key || ' ' || language from items where url_key = 'x'").await,
        ["AB x x"]
    );
    let second = keep(&store, vec![again]).await;
    assert_eq!((second.items_new, second.items_updated), (0, 0), "the same document is no edit");
}

async fn more_items_than_a_statement_has_places_for_are_kept_and_read(store: Store) {
    // Eleven values each: 44,000 in all, where SQLite takes 32,766 in one statement.
    let many: Vec<Item> = (0..4000).map(|n| item(n, at(MONDAY))).collect();
    assert_eq!(keep(&store, many.clone()).await.items_new, 4000);
    assert_eq!(keep(&store, many.clone()).await, Kept::default(), "all of them are known");
    let read = store.items_to_compose(&weekly(), at("2026-11-16T00:00:00Z"), at(MONDAY), at(MONDAY)).await;
    assert_eq!(read.expect("items").len(), 4000);
    // 33,000 ids, of which the first 4,000 are of items.
    let ids: Vec<_> = (0..33_000).map(|n| item(n, at(MONDAY)).id).collect();
    assert_eq!(store.items(&ids).await.expect("items").len(), 4000);
}

async fn items_come_in_the_order_of_their_ids_and_each_once(store: Store) {
    let many: Vec<Item> = (0..1200).map(|n| item(n, at(MONDAY))).collect();
    keep(&store, many.clone()).await;
    let mut ids: Vec<_> = many.iter().map(|item| item.id.clone()).collect();
    ids.extend_from_within(..600);
    let read: Vec<_> = store.items(&ids).await.expect("items").into_iter().map(|item| item.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(read, ids);
}

async fn asking_for_no_items_yields_none(store: Store) {
    assert_eq!(store.items(&[]).await.expect("items"), []);
    assert_eq!(keep(&store, Vec::new()).await, Kept::default());
}

async fn a_window_takes_what_became_eligible_in_it_and_was_not_taken(store: Store) {
    let (since, until) = (at("2026-11-13T06:00:00Z"), at("2026-11-20T06:00:00Z"));
    let micro = Duration::microseconds(1);
    let never = Item { eligible_at: None, ..item(5, until) };
    let at_the_edges = [item(1, since), item(2, since + micro), item(3, until), item(4, until + micro), never];
    keep(&store, at_the_edges.to_vec()).await;
    let mut expected = vec![at_the_edges[1].clone(), at_the_edges[2].clone()];
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    let compose = async |digest| store.items_to_compose(&digest, since, until, since).await.expect("items");
    assert_eq!(compose(weekly()).await, expected);
    // One that an edition took, shown or not, is taken for this digest and no other.
    let draft = Draft::new(1, until).with(&at_the_edges[1], false);
    store.publish(&draft.publication()).await.expect("published").expect("an edition");
    assert_eq!(compose(weekly()).await, [at_the_edges[2].clone()]);
    assert_eq!(compose(digest("platform")).await, expected);
}

async fn the_first_edition_reaches_back_seven_days(store: Store) {
    let first_cut_off = at("2026-11-20T06:00:00Z");
    let week = Duration::days(7);
    let seen_before = |n, happened| Item { date: Some(happened), ..item(n, first_cut_off - Duration::hours(1)) };
    let old = seen_before(1, first_cut_off - week);
    let young = seen_before(2, first_cut_off - week + Duration::microseconds(1));
    let old_but_later = Item { date: old.date, ..item(3, first_cut_off + Duration::microseconds(1)) };
    keep(&store, vec![old, young.clone(), old_but_later.clone()]).await;
    let mut expected = vec![young, old_but_later];
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    let long_ago = at("1970-01-01T00:00:00Z");
    let until = first_cut_off + week;
    assert_eq!(store.items_to_compose(&weekly(), long_ago, until, first_cut_off).await.expect("items"), expected);
}

async fn headlines_come_newest_first_and_no_more_than_asked_for(store: Store) {
    let (from, until) = (at("2026-11-01T00:00:00Z"), at("2026-11-08T00:00:00Z"));
    let micro = Duration::microseconds(1);
    let mut inside = vec![item(1, from), item(2, until - micro), item(3, until - micro)];
    inside[0].language = Some("en".into());
    inside[0].url_key = None;
    keep(&store, [inside.clone(), vec![item(4, from - micro), item(5, until)]].concat()).await;
    inside.sort_by_key(|item| (std::cmp::Reverse(item.when()), item.id.clone()));
    let read = store.headlines(from, until, 10).await.expect("headlines");
    let all: Vec<_> = read.iter().map(|headline| headline.item.clone()).collect();
    assert_eq!(all, inside.iter().map(|item| item.id.clone()).collect::<Vec<_>>());
    let last = read.last().expect("a headline");
    assert_eq!((last.source.as_str(), last.title.as_str(), last.when), ("a", inside[2].title.as_str(), from));
    assert_eq!((last.language.as_deref(), last.url_key.as_deref()), (Some("en"), None));
    assert_eq!(store.headlines(from, until, 2).await.expect("headlines"), read[..2]);
}

async fn headlines_leave_out_what_was_removed_and_what_has_no_date(store: Store) {
    let when = at(MONDAY);
    let removed = Item { removed: Some("a job ad".into()), ..item(1, when) };
    // Undated when its feed was first read: it may be of any year.
    let undated = Item { date: None, eligible_at: None, ..item(2, when) };
    // Undated, but seen to arrive.
    let arrived = Item { date: None, ..item(3, when) };
    let old = Item { date: Some(when - Duration::hours(1)), eligible_at: None, ..item(4, when) };
    keep(&store, vec![removed, undated, arrived.clone(), old.clone()]).await;
    let read = store.headlines(when - Duration::days(1), when + Duration::days(1), 10).await.expect("headlines");
    assert_eq!(read.iter().map(|one| one.item.clone()).collect::<Vec<_>>(), [arrived.id, old.id]);
}

async fn a_moment_is_kept_to_the_microsecond_everywhere(store: Store) {
    let fine = at("2026-11-16T07:00:00.123456789Z");
    keep(&store, vec![item(1, fine)]).await;
    let coarse = fine.trunc_subsecs(6);
    let read = store.headlines(coarse, coarse + Duration::microseconds(1), 10).await.expect("headlines");
    assert_eq!(read.iter().map(|headline| headline.when).collect::<Vec<_>>(), [coarse]);
    assert_eq!(store.items_stored(coarse - Duration::microseconds(1), coarse).await.expect("a count"), 1);
    let until = store.items_to_compose(&weekly(), at("2026-11-16T00:00:00Z"), coarse, coarse).await.expect("items");
    assert_eq!(until.len(), 1, "what became eligible within the microsecond of the cut-off is in");
}

async fn items_are_counted_from_after_one_moment_until_another(store: Store) {
    let (since, until) = (at("2026-11-13T06:00:00Z"), at("2026-11-20T06:00:00Z"));
    let micro = Duration::microseconds(1);
    keep(&store, vec![item(1, since), item(2, since + micro), item(3, until), item(4, until + micro)]).await;
    assert_eq!(store.items_stored(since, until).await.expect("a count"), 2);
    assert_eq!(store.items_stored(until, since).await.expect("a count"), 0);
}
