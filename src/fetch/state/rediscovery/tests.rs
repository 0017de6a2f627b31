use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fetch::outcome::{Answer, Document};
use crate::fetch::test_server::settings;
use crate::model::id::SourceKey;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn own() -> Url {
    url("https://old.example/feed")
}

fn start() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

fn missing() -> FetchOutcome {
    FetchOutcome::Failed(FetchError::Status(404))
}

fn fresh() -> FetchOutcome {
    FetchOutcome::Fresh(Document { body: b"x".to_vec().into(), content_type: None, final_url: own() })
}

fn new() -> SourceState {
    SourceState::new(SourceKey::parse("one").unwrap(), &own())
}

fn after(state: &SourceState, outcome: FetchOutcome, now: DateTime<Utc>) -> SourceState {
    state.after(&Answer::new(own(), 1, outcome), true, None, &settings(), now)
}

fn found() -> SourceState {
    let lost = after(&new(), missing(), start());
    lost.after_search(Some(&url("https://new.example/feed")), &settings(), start())
}

#[test]
fn a_site_is_searched_after_three_days_and_then_once_a_week() {
    let mut state = new();
    let mut searched = Vec::new();
    for day in 0..20 {
        let now = start() + TimeDelta::days(day);
        state = after(&state, missing(), now);
        if state.is_to_be_searched(now) {
            searched.push(day);
            state = state.after_search(None, &settings(), now);
        }
    }
    assert_eq!(searched, [3, 10, 17]);
    let well = after(&state, fresh(), start() + TimeDelta::days(21));
    let again = after(&well, missing(), start() + TimeDelta::days(22));
    assert!(!again.is_to_be_searched(start() + TimeDelta::days(24)), "it has been missing for two days");
}

#[test]
fn what_was_found_is_asked_until_it_fails() {
    let state = found();
    assert_eq!(state.found().unwrap().as_str(), "https://new.example/feed");
    assert_eq!((state.failures, &state.etag), (0, &None));
    assert!(after(&state, fresh(), start()).found().is_some());
    for lost in [missing(), FetchOutcome::Gone, FetchOutcome::Failed(FetchError::Dns("new.example".to_owned()))] {
        let next = after(&state, lost, start());
        assert!(next.found().is_none() && !next.gone && next.failures == 1, "{next:?}");
    }
    let unreadable = state.after(&Answer::new(own(), 1, fresh()), false, None, &settings(), start());
    assert!(unreadable.found().is_none());
    let mut slow = state;
    for left in [true, true, false] {
        slow = after(&slow, FetchOutcome::Failed(FetchError::Timeout), start());
        assert_eq!(slow.found().is_some(), left, "a server may be slow now and then");
    }
}

#[test]
fn a_curator_who_takes_the_found_address_over_loses_nothing() {
    let to = url("https://new.example/feed");
    let read = SourceState { etag: Some("\"a\"".to_owned()), ..after(&found(), fresh(), start()) };
    let taken = read.for_address(&to);
    assert_eq!(taken, SourceState { url: to.to_string(), rediscovery: Rediscovery::default(), ..read.clone() });
    assert_eq!(read.for_address(&url("https://else.example/feed")).etag, None);
}

fn outcomes() -> impl Strategy<Value = FetchOutcome> {
    prop_oneof![
        4 => Just(missing()),
        1 => Just(fresh()),
        1 => Just(FetchOutcome::NotModified),
        1 => Just(FetchOutcome::Gone),
        1 => Just(FetchOutcome::Throttled { until: None }),
        1 => Just(FetchOutcome::Failed(FetchError::Timeout)),
        1 => Just(FetchOutcome::Failed(FetchError::Dns("old.example".to_owned()))),
    ]
}

proptest! {
    /// Whatever a source answers, and whenever it is asked: no search before three days of nothing but failures,
    /// none within a week of the last, and none while an address that was found is asked.
    #[test]
    fn searches_are_rare(steps in prop::collection::vec((outcomes(), 1_u64..200, any::<bool>()), 1..60)) {
        let (mut state, mut now) = (new(), start());
        let (mut reached, mut last): (DateTime<Utc>, Option<DateTime<Utc>>) = (now, None);
        for (outcome, hours, finds) in steps {
            now += TimeDelta::from_std(Duration::from_hours(hours)).unwrap();
            state = after(&state, outcome.clone(), now);
            if state.failures == 0 && state.last_success == Some(now) {
                reached = now;
            }
            if is_missing(&outcome) && state.is_to_be_searched(now) {
                prop_assert!(state.found().is_none());
                prop_assert!(now - reached >= MISSING_FOR, "{} after it was last reached", now - reached);
                prop_assert!(last.is_none_or(|last| now - last >= BETWEEN_SEARCHES));
                last = Some(now);
                let to = url("https://new.example/feed");
                state = state.after_search(finds.then_some(&to), &settings(), now);
                prop_assert_eq!(state.found().is_some(), finds);
                if finds {
                    prop_assert!(state.next_due.unwrap() - now >= TimeDelta::from_std(settings().min_interval).unwrap());
                }
            }
        }
    }
}
