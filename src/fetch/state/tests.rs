use proptest::prelude::*;

use super::*;
use crate::fetch::outcome::{Document, FetchError, Validators};
use crate::fetch::test_server::settings;

const HOUR: Duration = Duration::from_hours(1);

fn url() -> Url {
    Url::parse("https://example.org/feed").unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

fn new() -> SourceState {
    SourceState::new(SourceKey::parse("one").unwrap(), &url())
}

fn fresh() -> FetchOutcome {
    let body = b"x".to_vec();
    FetchOutcome::Fresh(Document { body, content_type: None, final_url: url(), bytes_wire: None })
}

fn answer(outcome: FetchOutcome, etag: Option<&str>, last_modified: Option<&str>) -> Answer {
    let validators = Validators { etag: etag.map(Into::into), last_modified: last_modified.map(Into::into) };
    Answer { validators, ..Answer::new(url(), 1, outcome) }
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
    assert_eq!((renewed.fetches, renewed.not_modified, renewed.bytes_total), (3, 2, 1));
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
}

#[test]
fn without_validators_once_a_day_and_ttl_is_a_floor() {
    assert!(wait(&after(&new(), &answer(fresh(), None, None))) >= HOUR * 24);
    let tagged = answer(fresh(), Some("\"a\""), None);
    assert!(wait(&after(&new(), &tagged)) < HOUR + Duration::from_mins(1));
    assert!(wait(&new().after(&tagged, true, Some(180), &settings(), now())) >= HOUR * 3);
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
    assert_eq!(second.adopted(), None);
    let third = after(&second, &moved);
    assert_eq!(third.adopted(), Some(target));
    let direct = after(&third, &answer(FetchOutcome::NotModified, None, None));
    assert_eq!(direct.adopted(), third.adopted());
    let failed = after(&direct, &answer(FetchOutcome::Failed(FetchError::Status(404)), None, None));
    assert_eq!(failed.adopted(), None);
    assert_eq!(after(&second, &answer(fresh(), None, None)).moved_to, None);
}

#[test]
fn an_edited_address_starts_anew() {
    let gone = after(&new(), &answer(FetchOutcome::Gone, None, None));
    assert!(gone.gone && gone.next_due.is_none());
    let edited = gone.for_address(&Url::parse("https://example.org/new").unwrap());
    assert_eq!((edited.gone, edited.fetches), (false, 1));
}

fn outcomes() -> impl Strategy<Value = FetchOutcome> {
    prop_oneof![
        Just(fresh()),
        Just(FetchOutcome::NotModified),
        proptest::option::of(0_i64..4_000_000_000)
            .prop_map(|until| FetchOutcome::Throttled { until: until.and_then(|s| DateTime::from_timestamp(s, 0)) }),
        Just(FetchOutcome::Failed(FetchError::Timeout)),
        Just(FetchOutcome::Failed(FetchError::CutShort)),
    ]
}

proptest! {
    #[test]
    fn never_too_early_never_silent(
        steps in proptest::collection::vec(
            (outcomes(), any::<bool>(), any::<bool>(), proptest::option::of(any::<u64>()), any::<u32>()), 1..12),
    ) {
        let settings = settings();
        let (mut state, mut at) = (new(), now());
        for (outcome, tagged, parsed_ok, fresh_for, ttl) in steps {
            let paused = match &outcome {
                FetchOutcome::Throttled { until } => Some(until.unwrap_or(at)),
                _ => None,
            };
            let mut got = answer(outcome, tagged.then_some("\"e\""), None);
            got.fresh_for = fresh_for.map(Duration::from_secs);
            state = state.after(&got, parsed_ok, Some(ttl), &settings, at);
            let due = state.next_due.unwrap();
            prop_assert!(due >= later(at, settings.min_interval));
            if let Some(until) = paused {
                prop_assert!(due >= until.min(later(at, LONGEST)));
                prop_assert!(due <= later(at, LONGEST) + TimeDelta::minutes(1));
            } else {
                prop_assert!(due >= later(at, got.fresh_for.unwrap_or_default().min(settings.max_interval)));
                prop_assert!(due <= later(at, settings.max_interval));
            }
            at = due;
        }
    }
}
