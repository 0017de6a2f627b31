//! What pages told comes back as it was, and the last answer stays.

use std::collections::BTreeMap;

use bellwether::model::article::{Article, Reading};
use bellwether::store::Store;
use chrono::Duration;

use super::sample::at;
use crate::support::database::execute;

contract![what_a_page_told_comes_back, the_last_reading_stays, an_article_of_another_version_is_not_known];

const URL: &str = "https://example.org/1?a=\u{e4}";

fn told(excerpt: &str) -> Reading {
    Reading::Told(Article { excerpt: Some(excerpt.to_owned()), reading_minutes: Some(4), ..Article::default() })
}

fn one(reading: Reading) -> BTreeMap<String, Reading> {
    BTreeMap::from([(URL.to_owned(), reading)])
}

async fn what_a_page_told_comes_back(store: Store) {
    let now = at("2026-11-07T03:00:00.25Z");
    store.keep_articles(&BTreeMap::new(), now).await.expect("nothing kept");
    store.keep_articles(&one(told("a\u{0}'\u{1f600}")), now).await.expect("kept");
    // More than one statement asks for.
    let mut urls: Vec<String> = (0..1200).map(|n| format!("https://example.org/none/{n}")).collect();
    urls.push(URL.to_owned());
    let known = store.articles(&urls).await.expect("read");
    assert_eq!(known, BTreeMap::from([(URL.to_owned(), (now, told("a\u{0}'\u{1f600}")))]));
    assert!(store.articles(&[]).await.expect("read").is_empty());
}

async fn the_last_reading_stays(store: Store) {
    let now = at("2026-11-07T03:00:00Z");
    let later = now + Duration::days(3);
    store.keep_articles(&one(Reading::Nothing("timeout".to_owned())), now).await.expect("kept");
    store.keep_articles(&one(told("b")), later).await.expect("kept");
    let known = store.articles(&[URL.to_owned()]).await.expect("read");
    assert_eq!(known[URL], (later, told("b")));
}

async fn an_article_of_another_version_is_not_known(store: Store) {
    store.keep_articles(&one(told("a")), at("2026-11-07T03:00:00Z")).await.expect("kept");
    execute(&store, "update articles set article = '{}'").await;
    assert!(store.articles(&[URL.to_owned()]).await.expect("read").is_empty());
}
