//! Web pages as they are looked through for feeds, and HTML as it is turned into text.
#![no_main]

use bellwether::parse::links::read;
use bellwether::text::plain;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://example.org/").expect("an address");
    let page = read(bytes, None, &url);
    assert_eq!(page, read(bytes, None, &url));
    assert!(page.feeds.iter().all(|feed| matches!(feed.url.scheme(), "http" | "https")));
    let html = String::from_utf8_lossy(bytes);
    assert_eq!(plain(&html), plain(&html));
});
