//! Addresses: a key is a web address, and its own key.
#![no_main]

use bellwether::url_key::url_key;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for text in [text, &format!("https://{text}")] {
        if let Some(key) = url_key(text) {
            assert!(key.starts_with("https://") && key.is_ascii(), "{key}");
            assert_eq!(url_key(&key).as_deref(), Some(key.as_str()), "{text}");
        }
    }
});
