//! Dates: whatever is written, and what was read is read again when it is written as RFC 3339 has it.
#![no_main]

use bellwether::parse::date::parse;
use chrono::Datelike as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let moment = parse(&text);
    assert_eq!(moment, parse(&text));
    let Some(moment) = moment.filter(|moment| (1..=9999).contains(&moment.year())) else { return };
    let again = parse(&moment.to_rfc3339()).map(|again| again.timestamp());
    assert_eq!(again, Some(moment.timestamp()));
});
