//! What robots.txt files said comes back as it was, and the later answer stays.

use std::collections::BTreeMap;

use bellwether::fetch::robots::Robots;
use bellwether::fetch::robots::standing::Standing;
use bellwether::store::Store;
use chrono::Duration;

use super::sample::at;
use crate::support::database::execute;

contract![what_was_learned_comes_back, the_later_answer_stays, a_row_of_another_version_is_not_known];

fn standing(text: &str, hours: i64) -> Standing {
    Standing {
        asked_at: at("2026-11-07T03:00:00.25Z") + Duration::hours(hours),
        robots: Some(Robots::parse(
            format!("User-agent: *\nCrawl-delay: 2\nDisallow: {text}").as_bytes(),
            "bellwether",
        )),
        unreachable_since: Some(at("2026-11-01T00:00:00Z")),
        error: Some("the server answered 500".to_owned()),
    }
}

fn one(standing: Standing) -> BTreeMap<String, Standing> {
    BTreeMap::from([("https://example.org".to_owned(), standing)])
}

async fn what_was_learned_comes_back(store: Store) {
    store.keep_robots(&BTreeMap::new()).await.expect("nothing kept");
    assert!(store.robots().await.expect("read").is_empty());
    store.keep_robots(&one(standing("/a\u{0}'\u{1f600}", 0))).await.expect("kept");
    assert_eq!(store.robots().await.expect("read"), one(standing("/a\u{0}'\u{1f600}", 0)));
}

async fn the_later_answer_stays(store: Store) {
    for (text, hours) in [("/first", 0), ("/second", 2), ("/late", 1)] {
        store.keep_robots(&one(standing(text, hours))).await.expect("kept");
    }
    assert_eq!(store.robots().await.expect("read"), one(standing("/second", 2)));
}

async fn a_row_of_another_version_is_not_known(store: Store) {
    store.keep_robots(&one(standing("/a", 0))).await.expect("kept");
    execute(&store, "update robots set robots = '{}'").await;
    assert!(store.robots().await.expect("read").is_empty());
    store.keep_robots(&one(standing("/b", 1))).await.expect("kept");
    assert_eq!(store.robots().await.expect("read"), one(standing("/b", 1)));
}
