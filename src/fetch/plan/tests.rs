use super::*;
use crate::fetch::outcome::{Answer, FetchOutcome};
use crate::fetch::test_server::settings;
use crate::model::source::{EventSettings, Format, Level, Role};

fn now() -> DateTime<Utc> {
    "2026-11-07T03:00:00Z".parse().unwrap()
}

fn by(force: bool) -> Request {
    Request { only: None, force }
}

fn source(key: &str, url: &str) -> Source {
    Source {
        key: SourceKey::parse(key).unwrap(),
        format: Format::Feed,
        url: Url::parse(url).unwrap(),
        title: key.into(),
        site: None,
        topics: vec![],
        weight: 1.0,
        level: Level::Any,
        language: None,
        owner: key.into(),
        role: Role::Press,
        keep: vec![],
        skip: vec![],
        excerpt: true,
        paywall: false,
        paused: false,
        events: None,
    }
}

fn state(source: &Source, change: impl FnOnce(&mut SourceState)) -> (SourceKey, SourceState) {
    let mut state = SourceState::new(source.key.clone(), &source.url);
    change(&mut state);
    (source.key.clone(), state)
}

fn due(sources: &[Source], states: &[(SourceKey, SourceState)], force: bool) -> Vec<String> {
    let plan = plan(sources, &states.iter().cloned().collect(), &settings(), now(), &by(force));
    assert_eq!(plan.due.len() + plan.skipped, sources.len());
    let mut keys: Vec<String> = plan.due.iter().map(|plan| plan.key.to_string()).collect();
    keys.sort();
    keys
}

#[test]
fn asks_who_is_due_and_once_an_address() {
    let sources = ["https://a.org/1", "https://a.org/1#x", "https://a.org/2", "https://a.org/3", "https://b.org/"];
    let mut sources: Vec<Source> = sources.iter().enumerate().map(|(i, url)| source(&format!("s{i}"), url)).collect();
    sources[2].paused = true;
    let states = [state(&sources[3], |s| s.next_due = Some(now() + TimeDelta::seconds(1)))];
    assert_eq!(due(&sources, &states, false), ["s0", "s4"]);
    assert_eq!(due(&sources, &states, true), ["s0", "s3", "s4"]);
}

#[test]
fn force_is_conditional_and_wakes_nobody_who_was_told_to_wait() {
    let sources = [source("gone", "https://a.org/"), source("told", "https://b.org/"), source("c", "https://c.org/")];
    let states = [
        state(&sources[0], |s| s.gone = true),
        state(&sources[1], |s| s.throttled_until = Some(now() + TimeDelta::hours(1))),
        state(&sources[2], |s| s.etag = Some("\"e\"".into())),
    ];
    assert_eq!(due(&sources, &states, true), ["c"]);
    let plan = plan(&sources, &states.into_iter().collect(), &settings(), now(), &by(true));
    assert_eq!(plan.due[0].etag.as_deref(), Some("\"e\""));
}

#[test]
fn an_edited_address_forgets_what_belongs_to_the_old_one() {
    let old = source("a", "https://a.org/old");
    let known = state(&old, |s| {
        s.etag = Some("\"e\"".into());
        s.next_due = Some(now() + TimeDelta::hours(9));
        s.gone = true;
    });
    let plan = plan(&[source("a", "https://a.org/new")], &[known].into(), &settings(), now(), &by(false));
    assert_eq!(plan.due[0].etag, None);
}

#[test]
fn a_pause_speaks_for_a_host_of_several_owners_and_for_a_platform() {
    let mut one_owner = [source("a", "https://a.org/1"), source("b", "https://a.org/2")];
    let wait = |s: &mut SourceState| s.throttled_until = Some(now() + TimeDelta::hours(1));
    let states = [state(&one_owner[0], wait)];
    assert!(due(&one_owner, &states, false).is_empty());
    one_owner[1].owner = "a".into();
    assert_eq!(due(&one_owner, &states, false), ["b"]);
    let mut platform = [source("x", "https://x.tumblr.com/rss"), source("y", "https://y.tumblr.com/rss")];
    platform[1].owner = "x".into();
    assert!(due(&platform, &[state(&platform[0], wait)], true).is_empty());
}

#[test]
fn event_pages_are_twelve_hours_apart() {
    let mut page = source("e", "https://e.org/");
    page.events = Some(EventSettings::default());
    let asked = |hours| [state(&page, |s| s.last_attempt = Some(now() - TimeDelta::hours(hours)))];
    assert!(due(std::slice::from_ref(&page), &asked(11), false).is_empty());
    assert_eq!(due(std::slice::from_ref(&page), &asked(12), false), ["e"]);
}

#[test]
fn a_clock_that_was_wrong_once_silences_nobody() {
    let one = [source("a", "https://a.org/")];
    let century = |s: &mut SourceState| {
        s.next_due = Some(now() + TimeDelta::days(36500));
        s.throttled_until = s.next_due;
        s.last_attempt = s.next_due;
    };
    assert_eq!(due(&one, &[state(&one[0], century)], false), ["a"]);
}

#[test]
fn an_adopted_address_is_asked_and_the_order_changes_by_the_day() {
    let sources: Vec<Source> = (0..20).map(|i| source(&format!("s{i}"), &format!("https://h{i}.org/"))).collect();
    let mut moved = state(&sources[0], |s| s.moved_to = Some("https://new.org/feed".into())).1;
    moved.moved_polls = settings().adopt_after;
    let states = BTreeMap::from([(sources[0].key.clone(), moved)]);
    let today = plan(&sources, &states, &settings(), now(), &by(false)).due;
    let asked = today.iter().find(|plan| plan.key == sources[0].key).unwrap();
    assert_eq!((asked.url.as_str(), asked.address.as_str()), ("https://new.org/feed", "https://h0.org/"));
    let tomorrow = plan(&sources, &states, &settings(), now() + TimeDelta::days(1), &by(false)).due;
    assert_ne!(today, tomorrow);
    let reversed: Vec<Source> = sources.iter().rev().cloned().collect();
    assert_eq!(plan(&reversed, &states, &settings(), now(), &by(false)).due, today);
}

#[test]
fn whoever_was_asked_is_asked_again() {
    let one = [source("a", "https://a.org/")];
    let answer =
        Answer::new(one[0].url.clone(), 1, FetchOutcome::Throttled { until: Some(now() + TimeDelta::days(90)) });
    let (key, fresh) = state(&one[0], |_| {});
    let paused = fresh.after(&answer, true, None, &settings(), now());
    let at = paused.next_due.unwrap();
    let states = BTreeMap::from([(key, paused)]);
    assert!(plan(&one, &states, &settings(), at - TimeDelta::minutes(2), &by(true)).due.is_empty());
    assert_eq!(plan(&one, &states, &settings(), at, &by(false)).due.len(), 1);
}

#[test]
fn what_another_process_is_asking_is_left_to_it_with_its_whole_host() {
    let addresses = ["https://a.org/1", "https://a.org/2", "https://a.org:444/", "https://b.org/", "https://c.org/"];
    let sources: Vec<Source> = addresses.iter().enumerate().map(|(i, url)| source(&format!("s{i}"), url)).collect();
    let elsewhere = Source { paused: true, ..source("elsewhere", "https://c.org/2") };
    let states: BTreeMap<SourceKey, SourceState> = BTreeMap::from([
        state(&sources[0], |s| s.claimed_at = Some(now() - TimeDelta::minutes(2))),
        // It is not due, and nobody would ask it but by force.
        state(&sources[3], |s| s.next_due = Some(now() + TimeDelta::minutes(2))),
        // Of another catalogue, and of a process whose clock is a little ahead.
        state(&elsewhere, |s| s.claimed_at = Some(now() + TimeDelta::minutes(2))),
    ]);
    for force in [false, true] {
        let plan = plan(&sources, &states, &settings(), now(), &by(force));
        let mut keys: Vec<&str> = plan.due.iter().map(|plan| plan.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, if force { vec!["s2", "s3"] } else { vec!["s2"] }, "by force: {force}");
        assert_eq!((plan.elsewhere, plan.skipped), (3, 5 - keys.len()));
    }
}

#[test]
fn a_claim_that_nobody_kept_counts_as_a_request() {
    let sources = [source("a", "https://a.org/1"), source("b", "https://a.org/2")];
    let after = |claimed: TimeDelta| [state(&sources[0], |s| s.claimed_at = Some(now() - claimed))];
    let second = TimeDelta::seconds(1);
    assert_eq!(due(&sources, &after(CLAIM_LEASE - second), true), [""; 0]);
    assert_eq!(due(&sources, &after(CLAIM_LEASE), true), ["a", "b"], "its process is dead");
    assert_eq!(due(&sources, &after(CLAIM_LEASE), false), ["b"], "the server may have been asked");
    assert_eq!(due(&sources, &after(TimeDelta::hours(1) - second), false), ["b"]);
    assert_eq!(due(&sources, &after(TimeDelta::hours(1)), false), ["a", "b"]);
}

#[test]
fn a_page_of_events_that_was_claimed_is_left_alone_as_long_as_one_that_was_asked() {
    let page = Source { events: Some(EventSettings::default()), ..source("a", "https://a.org/") };
    let after = |hours| [state(&page, |s| s.claimed_at = Some(now() - TimeDelta::hours(hours)))];
    let page = [page.clone()];
    assert_eq!(due(&page, &after(11), false), [""; 0]);
    assert_eq!(due(&page, &after(12), false), ["a"]);
}

#[test]
fn a_claim_of_a_clock_that_was_far_ahead_holds_nobody() {
    let source = source("a", "https://a.org/");
    for ahead in [CLAIM_LEASE, TimeDelta::days(4000)] {
        let states = [state(&source, |s| s.claimed_at = Some(now() + ahead))];
        assert_eq!(due(std::slice::from_ref(&source), &states, false), ["a"]);
    }
}
