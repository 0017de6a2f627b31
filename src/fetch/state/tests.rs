use std::time::Duration;

use super::*;
use crate::fetch::outcome::{Document, FetchError, Validators};
use crate::fetch::test_server::settings;

const HOUR: Duration = Duration::from_hours(1);

pub(super) fn url() -> Url {
    Url::parse("https://example.org/feed").unwrap()
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

pub(super) fn new() -> SourceState {
    SourceState::new(SourceKey::parse("one").unwrap(), &url())
}

pub(super) fn fresh() -> FetchOutcome {
    let body = b"x".to_vec();
    FetchOutcome::Fresh(Document { body: body.into(), content_type: None, final_url: url() })
}

pub(super) fn answer(outcome: FetchOutcome, etag: Option<&str>, last_modified: Option<&str>) -> Answer {
    let validators = Validators { etag: etag.map(Into::into), last_modified: last_modified.map(Into::into) };
    Answer { validators, bytes_wire: 1, ..Answer::new(url(), 1, outcome) }
}

fn after(state: &SourceState, answer: &Answer) -> SourceState {
    state.after(answer, true, None, &settings(), now())
}

fn wait(state: &SourceState) -> Duration {
    (state.next_due.unwrap() - now()).to_std().unwrap()
}

#[test]
fn a_bare_304_keeps_the_validators_and_a_full_one_renews_them() {
    let first = after(&new(), &answer(fresh(), Some("\"a\""), Some("long ago")));
    let bare = after(&first, &answer(FetchOutcome::NotModified, None, None));
    assert_eq!((&bare.etag, &bare.last_modified), (&first.etag, &first.last_modified));
    let renewed = after(&bare, &answer(FetchOutcome::NotModified, Some("W/\"b\""), None));
    assert_eq!(renewed.etag.as_deref(), Some("W/\"b\""));
    assert_eq!(renewed.last_modified.as_deref(), Some("long ago"));
    assert_eq!((renewed.fetches, renewed.not_modified, renewed.bytes_total), (3, 2, 3));
}

#[test]
fn the_same_body_under_a_new_validator_is_known_and_the_validator_stored() {
    let first = after(&new(), &answer(fresh(), Some("\"a\""), None));
    let second = answer(fresh(), Some("\"b\""), None);
    assert!(first.has_read(&second) && !new().has_read(&second));
    assert_eq!(after(&first, &second).etag.as_deref(), Some("\"b\""));
}

#[test]
fn a_body_that_broke_or_cannot_be_read_leaves_no_validators() {
    let first = after(&new(), &answer(fresh(), Some("\"a\""), None));
    let unread = first.after(&answer(fresh(), Some("\"b\""), None), false, None, &settings(), now());
    assert_eq!((unread.etag, unread.failures), (None, 1));
    let cut = after(&first, &answer(FetchOutcome::Failed(FetchError::CutShort), Some("\"b\""), None));
    assert_eq!((cut.etag, cut.body_hash), (None, None));
    let slow = after(&first, &answer(FetchOutcome::Failed(FetchError::Timeout), None, None));
    assert_eq!(slow.etag, first.etag);
    let shut = after(&first, &answer(FetchOutcome::Failed(FetchError::Challenge(403)), None, None));
    assert_eq!(shut.etag, first.etag);
    for error in
        [FetchError::WebPage(String::new()), FetchError::Challenge(200), FetchError::Encoding, FetchError::Empty]
    {
        let page = after(&first, &answer(FetchOutcome::Failed(error), Some("\"b\""), None));
        assert_eq!((page.etag, page.last_success), (None, first.last_success));
    }
}

#[test]
fn without_validators_once_a_day_and_ttl_is_a_floor() {
    assert!(wait(&after(&new(), &answer(fresh(), None, None))) >= HOUR * 24);
    let tagged = answer(fresh(), Some("\"a\""), None);
    assert!(wait(&after(&new(), &tagged)) < HOUR + Duration::from_mins(1));
    assert!(wait(&new().after(&tagged, true, Some(Cadence::of_minutes(180)), &settings(), now())) >= HOUR * 3);
}

#[test]
fn a_pause_without_a_length_doubles_and_is_not_a_failure() {
    let throttled = answer(FetchOutcome::Throttled { until: None }, None, None);
    let first = after(&new(), &throttled);
    assert_eq!(first.throttled_until, Some(later(now(), HOUR * 4)));
    let then = first.next_due.unwrap();
    let second = first.after(&throttled, true, None, &settings(), then);
    assert_eq!(second.throttled_until, Some(later(then, HOUR * 8)));
    assert_eq!(second.failures, 0);
}

#[test]
fn failures_back_off_and_a_success_ends_it() {
    let failed = answer(FetchOutcome::Failed(FetchError::Status(500)), None, None);
    let mut state = new();
    let mut waits = Vec::new();
    for _ in 0..40 {
        state = after(&state, &failed);
        waits.push(wait(&state));
    }
    assert!(waits[1] > waits[0] && waits[2] >= HOUR * 4 && waits[39] == settings().max_interval, "{waits:?}");
    assert_eq!(after(&state, &answer(FetchOutcome::NotModified, None, None)).failures, 0);
}

#[test]
fn a_move_is_adopted_on_the_third_poll_and_dropped_when_it_fails() {
    let target = Url::parse("https://example.net/feed").unwrap();
    let moved = Answer { permanent: Some(target.clone()), ..answer(fresh(), Some("\"a\""), None) };
    let second = after(&after(&new(), &moved), &moved);
    assert_eq!(second.adopted(3), None);
    let third = after(&second, &moved);
    assert_eq!(third.adopted(3), Some(target));
    let direct = after(&third, &answer(FetchOutcome::NotModified, None, None));
    assert_eq!(direct.adopted(3), third.adopted(3));
    let failed = after(&direct, &answer(FetchOutcome::Failed(FetchError::Status(404)), None, None));
    assert_eq!(failed.adopted(3), None);
    assert_eq!(after(&second, &answer(fresh(), None, None)).moved_to, None);
}

#[test]
fn an_edited_address_starts_anew() {
    let gone = after(&new(), &answer(FetchOutcome::Gone, None, None));
    assert!(gone.gone && gone.next_due.is_none());
    let edited = gone.for_address(&Url::parse("https://example.org/new").unwrap());
    assert_eq!((edited.gone, edited.fetches), (false, 1));
}

#[test]
fn what_a_feed_asked_for_holds_after_a_304_and_after_the_same_body() {
    let tagged = answer(fresh(), Some("\"a\""), None);
    let first = new().after(&tagged, true, Some(Cadence::of_minutes(300)), &settings(), now());
    let unchanged = after(&first, &answer(FetchOutcome::NotModified, None, None));
    assert!(wait(&unchanged) >= HOUR * 5 && unchanged.why == Some(Why::Ttl));
    assert!(wait(&after(&unchanged, &tagged)) >= HOUR * 5);
    let shorter = unchanged.after(&tagged, true, Some(Cadence::default()), &settings(), now());
    assert!(wait(&shorter) < HOUR * 2 && shorter.why == Some(Why::MinInterval));
}

#[test]
fn a_skipped_window_is_waited_for_but_no_longer_than_the_longest_interval() {
    let mut cadence = Cadence::default();
    for hour in [4, 5, 6] {
        cadence.skip_hour(hour);
    }
    let tagged = answer(fresh(), Some("\"a\""), None);
    let seven = later(now(), HOUR * 4);
    for outcome in [FetchOutcome::NotModified, FetchOutcome::Failed(FetchError::Timeout)] {
        let read = new().after(&tagged, true, Some(cadence), &settings(), now());
        let next = after(&read, &answer(outcome, None, None));
        let due = next.next_due.unwrap();
        assert!(due >= seven && due < seven + TimeDelta::minutes(10) && next.why == Some(Why::SkipWindow), "{due}");
    }
    let short = config::Fetch { max_interval: HOUR * 2, ..settings() };
    let due = new().after(&tagged, true, Some(cadence), &short, now()).next_due.unwrap();
    assert_eq!(due, later(now(), HOUR * 2));
}

#[test]
fn it_is_told_why_and_since_when() {
    let tagged = |fresh_for| Answer { fresh_for, ..answer(fresh(), Some("\"a\""), None) };
    let well = after(&new(), &tagged(Some(HOUR * 3)));
    assert_eq!((well.standing(), well.since, well.why), (Standing::Well, Some(now()), Some(Why::MaxAge)));
    assert_eq!(after(&new(), &tagged(Some(HOUR * 9999))).why, Some(Why::MaxInterval));
    assert_eq!(after(&new(), &answer(fresh(), None, None)).why, Some(Why::NoValidators));
    let then = later(now(), HOUR);
    let down = answer(FetchOutcome::Failed(FetchError::Status(500)), None, None);
    let failing = well.after(&down, true, None, &settings(), then);
    assert_eq!((failing.standing(), failing.since, failing.why), (Standing::Failing, Some(then), Some(Why::BackOff)));
    let still = failing.after(&down, true, None, &settings(), later(then, HOUR));
    assert_eq!((still.since, still.failures), (Some(then), 2));
    let told = Answer { fresh_for: Some(HOUR * 30), ..down };
    assert_eq!(after(&well, &told).why, Some(Why::RetryAfter));
    let wait = answer(FetchOutcome::Throttled { until: Some(later(now(), HOUR * 9)) }, None, None);
    let throttled = after(&still, &wait);
    assert_eq!((throttled.standing(), throttled.why), (Standing::Throttled, Some(Why::RetryAfter)));
    let gone = after(&throttled, &answer(FetchOutcome::Gone, None, None));
    assert_eq!((gone.standing(), gone.why, gone.since), (Standing::Gone, None, Some(now())));
}

#[test]
fn a_state_that_was_kept_before_these_fields_were_is_read() {
    let mut kept = serde_json::to_value(after(&new(), &answer(fresh(), Some("\"a\""), None))).unwrap();
    let object = kept.as_object_mut().unwrap();
    for field in ["since", "why"] {
        assert!(object.remove(field).is_some());
    }
    // Once what is empty was written as well.
    for field in ["gone", "failures", "last_error", "moved_to", "moved_polls", "rediscovery"] {
        assert!(!object.contains_key(field));
    }
    object.extend([("gone".to_owned(), false.into()), ("moved_polls".to_owned(), 0.into())]);
    object.extend([("moved_to".to_owned(), serde_json::Value::Null)]);
    object.insert("rediscovery".to_owned(), serde_json::json!({"missing_since": null, "found": null}));
    let read: SourceState = serde_json::from_value(kept).unwrap();
    assert_eq!((read.since, read.why, read.cadence), (None, None, Cadence::default()));
}

#[test]
fn the_pause_of_a_host_moves_the_next_request_and_nothing_else() {
    let well = after(&new(), &answer(fresh(), Some("\"a\""), None));
    let until = later(now(), HOUR * 9);
    let held = after(&well, &Answer::new(url(), 0, FetchOutcome::Throttled { until: Some(until) }));
    assert_eq!((held.next_due, held.why), (Some(until), Some(Why::HostThrottled)));
    assert_eq!(SourceState { next_due: well.next_due, why: well.why, ..held }, well);
}
