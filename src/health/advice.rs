//! What a curator can do about a source, in plain words.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Health, Word, YIELD_OVER};
use crate::fetch::plan::SourceState;
use crate::fetch::state::rediscovery::MISSING_FOR;
use crate::model::source::{Format, Source};

/// Many failures mend themselves within this time.
const PATIENCE: TimeDelta = TimeDelta::days(7);
/// Bytes of a body that nobody should have to send again and again.
const LARGE: u64 = 500_000;

/// Most important first; empty where nobody needs to do anything.
pub(super) fn advice(
    health: &Health,
    source: &Source,
    state: &SourceState,
    editions: u32,
    now: DateTime<Utc>,
) -> Vec<String> {
    let key = &health.key;
    let home = source.site.clone().or_else(|| source.url.join("/").ok()).unwrap_or_else(|| source.url.clone());
    let mut advice = Vec::new();
    match health.state {
        Word::Gone => advice.push(format!(
            "remove it, or look for its new address with `bellwether feeds discover {home}`; \
             `bellwether feeds health --apply` pauses it. If it is back, `bellwether fetch --feed {key} --force` asks it \
             once more"
        )),
        Word::Failing if state.first_success.is_none() => {
            let so_far = if state.failures < 3 { "it has not worked yet" } else { "it has never worked" };
            advice.push(format!(
                "{so_far}: `bellwether feeds check {key}` shows what it answers; remove it if that stays so"
            ));
        }
        Word::Failing => advice.extend(failing(health, source, state, home.as_str(), now)),
        Word::Moved => {
            let to = health.asked_at.as_ref().map_or("", url::Url::as_str);
            let found = state.found().is_some();
            let how = if found { "was found on its site" } else { "is where its server sends everybody" };
            if let Some(other) = &health.same_as {
                let doubled = format!("{to} {how}, and {other} is listed with that address: remove one of the two");
                return vec![doubled];
            }
            let look =
                if found { format!("look at it with `bellwether feeds check {to}`, then ") } else { String::new() };
            advice.push(format!("{to} {how}: {look}take it over with `bellwether feeds health --patch`"));
        }
        Word::Quiet => {
            let days = health.since.map_or(0, |since| (now - since).num_days());
            advice.push(format!("nothing new for {days} days: remove or pause it, unless it is worth the wait"));
        }
        Word::Waiting | Word::New | Word::Well | Word::Paused => {}
    }
    let answering = matches!(health.state, Word::Well | Word::Moved | Word::Quiet);
    let blind = state.etag.is_none() && state.last_modified.is_none() && state.not_modified == 0;
    let each = health.bytes.checked_div(health.fetches).unwrap_or_default();
    if answering && blind && health.fetches > 2 && each >= LARGE {
        let size = bytesize::ByteSize(each).display().si();
        advice.push(format!(
            "no validators and {size} a fetch: ask its publisher for an ETag, or look for a smaller feed of theirs"
        ));
    }
    let old = state.first_success.is_some_and(|first| now - first >= YIELD_OVER);
    if answering && old && editions > 0 && health.yields.editions == 0 && health.state != Word::Quiet {
        let weeks = YIELD_OVER.num_weeks();
        let (what, stored) = (if source.format == Format::Feed { "items" } else { "events" }, health.yields.stored);
        advice.push(format!(
            "in no edition for {weeks} weeks, of {stored} {what}: raise its weight, narrow it with `keep`, or remove it"
        ));
    }
    advice
}

/// What fails for some days is tried again by itself; then somebody should look.
fn failing(health: &Health, source: &Source, state: &SourceState, home: &str, now: DateTime<Utc>) -> Option<String> {
    let since = state.rediscovery.missing_since.or(health.since);
    let lasted = since.map_or(TimeDelta::zero(), |since| now - since);
    let missing = state.rediscovery.missing_since.is_some() && source.format == Format::Feed;
    match state.rediscovery.searched_at.filter(|_| missing) {
        Some(at) => Some(format!(
            "its site was searched on {} without finding a feed that may be read: look with \
             `bellwether feeds discover {home}`, or remove it",
            at.date_naive()
        )),
        None if missing && lasted >= MISSING_FOR => {
            Some(format!("its site is searched after the next try; `bellwether feeds discover {home}` does so now"))
        }
        None if lasted >= PATIENCE => Some(format!(
            "failing for {} days: `bellwether feeds check {}` shows what it answers; pause or remove it if that stays so",
            lasted.num_days(),
            health.key
        )),
        None => None,
    }
}
