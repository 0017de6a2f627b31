use super::*;
use crate::catalogue::Catalogue;
use crate::catalogue::edit::What;

fn settings() -> config::Fetch {
    config::Config::load(None, &|_| None, None).unwrap().fetch
}

fn now() -> DateTime<Utc> {
    "2026-11-20T07:00:00Z".parse().unwrap()
}

fn ago(days: i64) -> Option<DateTime<Utc>> {
    now().checked_sub_signed(TimeDelta::days(days))
}

type Change = fn(&mut SourceState);

/// A source that has been read every day for a year, as `change` alters it.
fn world(changes: &[(&str, Change)]) -> (Vec<Source>, BTreeMap<SourceKey, SourceState>) {
    let entry = |name: &str| format!("[[feed]]\nkey = \"{name}\"\nurl = \"https://{name}.example/feed\"\n");
    let text: String = changes.iter().map(|(name, _)| entry(name)).collect();
    let sources = Catalogue::parse(&text).0.sources;
    let state = |(source, (_, change)): (&Source, &(&str, Change))| {
        let mut state = SourceState {
            etag: Some("\"a\"".to_owned()),
            first_success: ago(365),
            last_success: ago(1),
            last_attempt: ago(1),
            next_due: ago(-1),
            fetches: 300,
            not_modified: 250,
            bytes_total: 1_000_000,
            ..SourceState::new(source.key.clone(), &source.url)
        };
        change(&mut state);
        (source.key.clone(), state)
    };
    let states = sources.iter().zip(changes).map(state).collect();
    (sources, states)
}

fn yields(sources: &[Source]) -> Yields {
    let brought = Yield { stored: 100, newest: ago(2), shown: 9, editions: 7 };
    Yields { editions: 26, sources: sources.iter().map(|source| (source.key.to_string(), brought)).collect() }
}

fn fails(state: &mut SourceState) {
    state.failures = 4;
    (state.last_success, state.since) = (ago(9), ago(8));
    state.last_error = Some("the server answered 500".to_owned());
}

fn moves(state: &mut SourceState) {
    state.moved_to = Some("https://new.example/feed".to_owned());
    state.moved_polls = 20;
}

fn goes(state: &mut SourceState) {
    state.gone = true;
    state.next_due = None;
}

#[test]
fn what_needs_somebody_comes_first_and_is_told_in_words() {
    let (sources, states) = world(&[
        ("well", |_| ()),
        ("waits", |state| state.throttled_until = ago(-1)),
        ("moves", moves),
        ("fails-since-yesterday", |state| {
            fails(state);
            (state.last_success, state.since) = (ago(2), ago(1));
        }),
        ("fails", fails),
        ("found", |state| state.rediscovery.found = Some("https://refound.example/feed".to_owned())),
        ("lost", |state| {
            fails(state);
            state.rediscovery.missing_since = ago(8);
            state.rediscovery.searched_at = ago(5);
        }),
        ("large", |state| {
            (state.etag, state.not_modified, state.bytes_total) = (None, 0, 900_000_000);
        }),
        ("never-worked", |state| {
            fails(state);
            (state.first_success, state.last_success) = (None, None);
        }),
        ("gone", goes),
    ]);
    let told: Vec<String> = examine(&sources, &states, &yields(&sources), &settings(), now())
        .iter()
        .map(|health| format!("{} {} {}", health.state.as_str(), health.key, health.advice.join(" / ")))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_brings_nothing_is_told() {
    let (sources, states) =
        world(&[("quiet", |_| ()), ("unused", |_| ()), ("young", |state| state.first_success = ago(9))]);
    let mut yields = yields(&sources);
    for brought in yields.sources.values_mut() {
        (brought.shown, brought.editions) = (0, 0);
    }
    yields.sources.entry("quiet".to_owned()).and_modify(|brought| brought.newest = ago(230));
    let told = examine(&sources, &states, &yields, &settings(), now());
    let told: Vec<_> = told.iter().map(|health| (health.key.as_str(), health.state, health.advice.clone())).collect();
    insta::assert_debug_snapshot!(told);
    let none = Yields::default();
    assert!(examine(&sources, &states, &none, &settings(), now()).iter().any(|health| health.state == Word::Quiet));
}

#[test]
fn who_is_being_asked_is_told_as_long_as_its_claim_may_be_alive() {
    let claimed: Change = |state| state.claimed_at = Some(now() - TimeDelta::minutes(1));
    let long_ago: Change = |state| state.claimed_at = ago(1);
    let (sources, states) = world(&[("claimed", claimed), ("long-ago", long_ago), ("free", |_| ())]);
    let told = examine(&sources, &states, &yields(&sources), &settings(), now());
    let asked = |health: &&Health| health.being_asked.is_some();
    assert_eq!(told.iter().filter(asked).map(|health| health.key.as_str()).collect::<Vec<_>>(), ["claimed"]);
}

#[test]
fn a_patch_moves_and_pauses_and_never_doubles_an_address() {
    let (mut sources, states) =
        world(&[("moves", moves), ("also-moves", moves), ("gone", goes), ("new", |_| ()), ("paused", goes)]);
    sources[4].paused = true;
    let wanted = patch::wanted(&sources, &states, &settings());
    // `new` is at https://new.example/feed itself.
    assert_eq!(wanted.by_hand.len(), 2, "{wanted:?}");
    assert!(wanted.by_hand[0].contains("the address of new"), "{wanted:?}");
    let what: Vec<_> = wanted.changes.iter().map(|change| (change.key.as_str(), &change.what)).collect();
    assert_eq!(what, [("gone", &What::Pause("gone (410) since 2026-11-19".to_owned()))]);
    let wanted = patch::wanted(&sources[..3], &states, &settings());
    assert_eq!((wanted.changes.len(), wanted.by_hand.len()), (2, 1), "{wanted:?}");
    assert!(wanted.by_hand[0].starts_with("also-moves moved to"), "{wanted:?}");
}
