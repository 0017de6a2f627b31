//! Pages as articles.
#![no_main]

use bellwether::parse::article::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let page = read(bytes, Some("text/html"));
    assert_eq!(page, read(bytes, Some("text/html")));
});
