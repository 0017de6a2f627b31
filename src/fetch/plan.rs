//! Who is due, and how to ask: from the catalogue and what is remembered, to the requests of one run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use url::{Position, Url};

use super::freshness::LONGEST;
use super::state::later;
use super::wanted::Wanted;
use crate::config;
use crate::model::id::{SourceKey, content_hash};
use crate::model::source::Source;

pub use super::state::SourceState;

/// Pages of events change slowly, and many are not made for machines.
const BETWEEN_EVENT_PAGES: Duration = Duration::from_hours(12);

/// A claim that its holder has not renewed for so long belongs to nobody alive.
pub const CLAIM_LEASE: TimeDelta = TimeDelta::minutes(5);
/// How often a process that works for long renews its claims.
pub const CLAIM_RENEWAL: TimeDelta = TimeDelta::minutes(1);

/// Platforms whose limits hold for all that they host, under every name of theirs.
const SHARED_PLATFORMS: [&str; 5] = ["reddit.com", "tumblr.com", "medium.com", "youtube.com", "substack.com"];

/// One source that is to be asked, and all that the request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchPlan {
    pub key: SourceKey,
    /// The curator's address.
    pub address: Url,
    /// The address to ask: the curator's, or the one that permanent redirects lead to.
    pub url: Url,
    /// The origin that gave the validators, and that alone is sent them; `None`: not known.
    pub validators_of: Option<String>,
    /// Sent as `If-None-Match`, byte for byte.
    pub etag: Option<String>,
    /// Sent as `If-Modified-Since`, byte for byte.
    pub last_modified: Option<String>,
    pub wanted: Wanted,
    /// Names what a 429 of this address speaks for beyond itself; plans with the same name pause together.
    pub pauses_with: Option<String>,
}

impl FetchPlan {
    /// Asks for something that is no source: unconditionally, and for itself alone.
    pub(crate) fn of_page(url: &Url, wanted: Wanted) -> Self {
        Self {
            key: SourceKey::from_address(url.as_str()),
            address: url.clone(),
            url: url.clone(),
            validators_of: None,
            etag: None,
            last_modified: None,
            wanted,
            // One page that is told to wait speaks for all of its host.
            pauses_with: Some(scope(url)),
        }
    }
}

/// One run's worth of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// In the order to ask: shuffled anew each day, so that hosts take turns.
    pub due: Vec<FetchPlan>,
    /// Sources that are not asked: not yet due, waiting, paused, gone, or an address that is listed before.
    pub skipped: usize,
    /// Of these, sources that another process is asking now, and those that wait because it asks their host.
    pub elsewhere: usize,
}

/// Which sources to fetch.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// One source only.
    pub only: Option<SourceKey>,
    /// Also what is not due yet; still conditional, and still honouring a server that asked to wait. With `only` also
    /// what is gone for good: somebody insists, and it may have come back.
    pub force: bool,
}

/// Chooses the sources to ask at `now`.
///
/// `force` asks those that are not due too; they are still asked conditionally, and one that was told to wait
/// (429, 503), is paused or gone is still not asked: see [`Request`]. Validators of an address that the curator edited are
/// forgotten. An address that several sources name is asked once, for the first of them. A moment in the state
/// that lies further ahead than any rule could have put it (a clock was wrong once) does not count.
///
/// What another process claims is not asked, nor is anything of its host, not even by force. A claim that nobody
/// renewed and nobody kept was a killed process's, and the server may have been asked: it counts as a request.
#[must_use]
pub fn plan(
    sources: &[Source],
    states: &BTreeMap<SourceKey, SourceState>,
    settings: &config::Fetch,
    now: DateTime<Utc>,
    Request { only, force }: &Request,
) -> Plan {
    let known: Vec<Candidate<'_>> = sources
        .iter()
        .map(|source| {
            let known = states.get(&source.key).map(|state| state.for_address(&source.url));
            let state = known.unwrap_or_else(|| SourceState::new(source.key.clone(), &source.url));
            let url = state.instead(settings.adopt_after).unwrap_or_else(|| source.url.clone());
            Candidate { source, state, url }
        })
        .collect();
    let shared = shared_scopes(&known);
    // Who was told to wait speaks for its host also when it was paused or removed since.
    let scopes = |of: &dyn Fn(&SourceState) -> bool| -> BTreeSet<String> {
        let asked = |state: &SourceState| state.instead(settings.adopt_after).or_else(|| Url::parse(&state.url).ok());
        states.values().filter(|state| of(state)).filter_map(asked).map(|url| scope(&url)).collect()
    };
    let waiting: BTreeSet<String> = scopes(&|state| waits(state, now)).intersection(&shared).cloned().collect();
    let busy = scopes(&|state| is_being_asked(state, now));

    let today = now.date_naive().to_string();
    let mut listed = BTreeSet::new();
    let mut due = Vec::new();
    let mut elsewhere = 0;
    let mut considered = 0;
    for Candidate { source, state, url } in known {
        if only.as_ref().is_some_and(|only| *only != source.key) {
            continue;
        }
        considered += 1;
        if source.paused {
            continue;
        }
        let first = listed.insert(url[..Position::AfterQuery].to_owned());
        let pauses_with = Some(scope(&url)).filter(|scope| shared.contains(scope));
        let told_to_wait = waits(&state, now) || pauses_with.as_ref().is_some_and(|scope| waiting.contains(scope));
        let asked = is_being_asked(&state, now);
        let gone = state.gone && !(*force && only.is_some());
        if !first || gone || told_to_wait || !(*force || asked || is_due(source, &state, settings, now)) {
            continue;
        }
        if asked || busy.contains(&scope(&url)) {
            elsewhere += 1;
            continue;
        }
        let whole = source.events.is_some() && state.needs_reading(now);
        let shuffle = content_hash(&[source.key.as_str(), &today]);
        let plan = FetchPlan {
            key: source.key.clone(),
            address: source.url.clone(),
            url,
            validators_of: state.validators_of,
            etag: state.etag.filter(|_| !whole),
            last_modified: state.last_modified.filter(|_| !whole),
            wanted: if source.events.is_some() { Wanted::Events } else { Wanted::Feed },
            pauses_with,
        };
        due.push((shuffle, plan));
    }
    due.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.key.cmp(&other.key)));
    let due: Vec<FetchPlan> = due.into_iter().map(|(_, plan)| plan).collect();
    Plan { skipped: usize::saturating_sub(considered, due.len()), due, elsewhere }
}

struct Candidate<'a> {
    source: &'a Source,
    state: SourceState,
    /// What would be asked.
    url: Url,
}

fn is_due(source: &Source, state: &SourceState, settings: &config::Fetch, now: DateTime<Utc>) -> bool {
    let latest = later(now, settings.max_interval.max(settings.min_interval));
    let timer = state.next_due.filter(|due| *due <= latest);
    let claimed = state.claimed_at.filter(|at| *at <= now);
    let unkept = claimed.map(|at| later(at, settings.min_interval));
    let asked = state.last_attempt.filter(|last| *last <= now).max(claimed);
    let page = source.events.as_ref().and(asked).map(|last| later(last, BETWEEN_EVENT_PAGES));
    [timer, unkept, page].into_iter().flatten().all(|due| due <= now)
}

/// Whether a living process is about to ask, or waits for the answer.
#[must_use]
pub fn is_being_asked(state: &SourceState, now: DateTime<Utc>) -> bool {
    // Two clocks differ by less; one that differs by more was wrong.
    state.claimed_at.is_some_and(|at| (now - at).abs() < CLAIM_LEASE)
}

/// When a source may be asked again that was asked without an answer being kept: the process was stopped or killed.
#[must_use]
pub fn unkept_until(state: &SourceState, settings: &config::Fetch, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let claimed = state.claimed_at.filter(|at| *at <= now && !is_being_asked(state, now));
    claimed.map(|at| later(at, settings.min_interval)).filter(|until| *until > now)
}

/// Whether a pause that a server asked for still lasts.
fn waits(state: &SourceState, now: DateTime<Utc>) -> bool {
    let believable = later(now, LONGEST) + TimeDelta::minutes(1);
    state.throttled_until.is_some_and(|until| until > now && until <= believable)
}

/// The platform of an address, else its host and port.
fn scope(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let platform = SHARED_PLATFORMS
        .into_iter()
        .find(|platform| host.strip_suffix(platform).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    platform.map_or_else(|| format!("{host}:{}", url.port_or_known_default().unwrap_or_default()), ToOwned::to_owned)
}

/// Scopes in which one source's pause is everybody's: those of platforms, and hosts that serve several owners.
fn shared_scopes(active: &[Candidate<'_>]) -> BTreeSet<String> {
    let mut owners: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for candidate in active {
        owners.entry(scope(&candidate.url)).or_default().insert(&candidate.source.owner);
    }
    let shared = owners
        .into_iter()
        .filter(|(scope, owners)| owners.len() > 1 || SHARED_PLATFORMS.contains(&scope.as_str()))
        .map(|(scope, _)| scope);
    shared.collect()
}

#[cfg(test)]
mod tests;
