//! robots.txt: the first line is a path that is asked about, the rest is the file.
#![no_main]

use bellwether::fetch::robots::Robots;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let (path, file) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let Ok(url) = Url::parse(&format!("https://example.org/{}", String::from_utf8_lossy(path))) else { return };
    let robots = Robots::parse(file, "bellwether");
    assert_eq!(robots, Robots::parse(file, "bellwether"));
    assert_eq!(robots.allows(&url), robots.allows(&url));
    assert!(robots.delay().is_none_or(|delay| delay.as_secs() <= 10));
});
