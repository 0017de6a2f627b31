//! What holds of the next state whatever a server answers, poll after poll.

use std::time::Duration;

use chrono::Weekday;
use proptest::prelude::*;

use super::tests::{answer, fresh, new, now};
use super::*;
use crate::fetch::freshness::LONGEST;
use crate::fetch::outcome::FetchError;
use crate::fetch::test_server::settings;

fn outcomes() -> impl Strategy<Value = FetchOutcome> {
    prop_oneof![
        4 => Just(fresh()),
        4 => Just(FetchOutcome::NotModified),
        2 => proptest::option::of(-1_000_000_i64..10_000_000)
            .prop_map(|ahead| FetchOutcome::Throttled { until: ahead.map(|ahead| now() + TimeDelta::seconds(ahead)) }),
        1 => Just(FetchOutcome::Gone),
        4 => errors().prop_map(FetchOutcome::Failed),
    ]
}

fn errors() -> impl Strategy<Value = FetchError> {
    prop_oneof![
        Just(FetchError::Timeout),
        Just(FetchError::Dns("x".into())),
        Just(FetchError::Status(403)),
        Just(FetchError::Unasked(206)),
        Just(FetchError::CutShort),
        Just(FetchError::Encoding),
        Just(FetchError::WebPage(String::new())),
    ]
}

fn cadences() -> impl Strategy<Value = Option<Cadence>> {
    let one = (any::<u32>(), proptest::collection::vec(0_u32..26, 0..24), 0_u8..8);
    proptest::option::of(one.prop_map(|(minutes, hours, days)| {
        let mut cadence = Cadence::of_minutes(minutes % 20_000);
        for hour in hours {
            cadence.skip_hour(hour);
        }
        (0..days).filter_map(|day| Weekday::try_from(day).ok()).for_each(|day| cadence.skip_day(day));
        cadence
    }))
}

#[derive(Debug, Clone)]
struct Poll {
    answer: Answer,
    readable: bool,
    cadence: Option<Cadence>,
    /// Seconds after it was due.
    late: i64,
}

fn polls() -> impl Strategy<Value = Vec<Poll>> {
    let demand = proptest::option::of(prop_oneof![0_u64..400_000, any::<u64>()]);
    let tags = proptest::option::of("[a-z]{1,3}");
    let one = (outcomes(), tags, demand, any::<bool>(), cadences(), 0_i64..100_000);
    let one = one.prop_map(|(outcome, tag, demand, readable, cadence, late)| {
        let mut answer = answer(outcome, tag.as_deref(), None);
        answer.fresh_for = demand.map(Duration::from_secs);
        Poll { answer, readable, cadence, late }
    });
    proptest::collection::vec(one, 1..16)
}

/// Plays the polls at the moments when they are due, and shows each step: before, the poll, when, after.
fn play(
    polls: &[Poll],
    settings: &config::Fetch,
    mut check: impl FnMut(&SourceState, &Poll, DateTime<Utc>, &SourceState) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let (mut state, mut at) = (new(), now());
    for poll in polls {
        let next = state.after(&poll.answer, poll.readable, poll.cadence, settings, at);
        check(&state, poll, at, &next)?;
        if next.gone {
            return Ok(()); // It is never asked again.
        }
        at = next.next_due.unwrap_or(at) + TimeDelta::seconds(poll.late);
        state = next;
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_request_is_earlier_than_anybody_asked_for(polls in polls()) {
        let settings = settings();
        play(&polls, &settings, |_, poll, at, next| {
            let Some(due) = next.next_due else {
                prop_assert!(next.gone);
                return Ok(());
            };
            prop_assert!(due >= later(at, settings.min_interval));
            match &poll.answer.outcome {
                FetchOutcome::Throttled { until } => {
                    let until = until.unwrap_or_else(|| later(at, Duration::from_hours(4)));
                    prop_assert!(due >= until.min(later(at, LONGEST)));
                    prop_assert!(next.throttled_until.is_some_and(|told| told >= until.min(later(at, LONGEST))));
                }
                FetchOutcome::Fresh(_) | FetchOutcome::NotModified | FetchOutcome::Failed(_) => {
                    let demand = poll.answer.fresh_for.unwrap_or_default();
                    prop_assert!(due >= later(at, demand.min(settings.max_interval)));
                }
                FetchOutcome::Gone => {}
            }
            if next.failures == 0 && next.throttled_until.is_none() {
                let ttl = Duration::from_mins(next.cadence.ttl_minutes.into());
                prop_assert!(due >= later(at, ttl.min(settings.max_interval)));
            }
            Ok(())
        })?;
    }

    #[test]
    fn nobody_is_left_alone_for_ever(polls in polls()) {
        let settings = settings();
        play(&polls, &settings, |_, _, at, next| {
            if next.gone {
                return Ok(());
            }
            let due = next.next_due.unwrap();
            prop_assert!(next.why.is_some());
            let week = later(at, settings.max_interval);
            if next.throttled_until.is_some() {
                prop_assert!(due <= later(at, LONGEST) + TimeDelta::minutes(1));
            } else {
                prop_assert!(due <= week);
            }
            prop_assert!(due >= week || next.cadence.opens(due) == due, "in a skipped window: {due}");
            Ok(())
        })?;
    }

    #[test]
    fn validators_are_those_of_the_last_body_that_was_read(polls in polls()) {
        play(&polls, &settings(), |before, poll, _, next| {
            let held = (&before.etag, &before.last_modified, &before.body_hash);
            let holds = (&next.etag, &next.last_modified, &next.body_hash);
            match &poll.answer.outcome {
                FetchOutcome::Fresh(_) if poll.readable => {
                    prop_assert_eq!(&next.etag, &poll.answer.validators.etag);
                    prop_assert_eq!(&next.body_hash, &poll.answer.body_hash);
                }
                FetchOutcome::Fresh(_) => prop_assert_eq!(holds, (&None, &None, &None)),
                FetchOutcome::NotModified => {
                    prop_assert_eq!(&next.body_hash, &before.body_hash);
                    prop_assert_eq!(&next.etag, &poll.answer.validators.etag.clone().or(before.etag.clone()));
                }
                FetchOutcome::Failed(error) if error.spoils_validators() => {
                    prop_assert_eq!(holds, (&None, &None, &None));
                }
                _ => prop_assert_eq!(holds, held),
            }
            Ok(())
        })?;
    }

    #[test]
    fn successes_stay_known_failures_are_counted_and_since_only_moves_with_the_standing(polls in polls()) {
        play(&polls, &settings(), |before, poll, at, next| {
            prop_assert!(before.first_success.is_none() || next.first_success == before.first_success);
            prop_assert!(next.last_success >= before.last_success);
            prop_assert_eq!(next.fetches, before.fetches + 1);
            let failed = match &poll.answer.outcome {
                FetchOutcome::Fresh(_) => !poll.readable,
                FetchOutcome::Failed(_) => true,
                _ => false,
            };
            prop_assert_eq!(next.failures > before.failures, failed);
            prop_assert_eq!(next.last_error.is_none(), next.standing() == Standing::Well);
            let since = if before.since.is_some() && next.standing() == before.standing() { before.since } else { Some(at) };
            prop_assert_eq!(next.since, since);
            Ok(())
        })?;
    }
}
