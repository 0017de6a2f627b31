//! Feeds: no bytes make the reader fail, and it reads the same bytes the same way each time.
#![no_main]

use bellwether::parse::feed::{read, read_words};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://example.org/feed").expect("an address");
    let whole = read(bytes, None, Some(&url));
    let words = read_words(bytes, None, Some(&url));
    assert_eq!(words, read_words(bytes, None, Some(&url)));
    let ids = |read: &Result<bellwether::model::entry::ParsedFeed, _>| {
        let feed = read.as_ref().ok()?;
        Some(feed.entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>())
    };
    assert_eq!(ids(&whole), ids(&words));
    assert!(ids(&words).unwrap_or_default().iter().all(|id| !id.is_empty()));
});
