//! From counted terms to the few that a reader is told of.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};

use super::ratio::poisson;
use super::table::{Entry, Table};
use super::terms::key_of;
use crate::cluster::title::has_phrase;
use crate::model::id::StoryId;
use crate::model::item::Items;
use crate::model::source::{Sources, Topic};
use crate::model::story::Ranked;
use crate::model::trend::{Evidence, Movement, Trend};

/// Trends at most, and stories of evidence for each.
const MOST: usize = 5;
const EVIDENCE: usize = 5;
/// Weeks before that must be known.
const LEAST_WEEKS: usize = 3;
/// Owners and stories that must name it, and how many of both unless the ratio is beyond doubt: of a thousand terms
/// a few are named three times by chance, or by one event.
const LEAST_OWNERS: usize = 2;
const LEAST_STORIES: usize = 2;
const LEAST_IN_DOUBT: usize = 4;
/// The least ratio, once weighed by how much a term looks like a name, and one beyond doubt.
const LEAST: f64 = 8.0;
const BEYOND_DOUBT: f64 = 14.0;
/// The silence before something can be back.
const SILENCE: TimeDelta = TimeDelta::weeks(4);
/// What must be usual, in stories a week, before one quiet week of it is news, or three, and how much may remain.
const USUAL_FOR_A_WEEK: f64 = 3.0;
const USUAL_FOR_THREE: f64 = 1.5;
const FADING_REST: f64 = 1.0 / 3.0;
/// Weeks that must be known, half of which must have heard it, before anything can fade: a burst is not usual.
const WEEKS_TO_FADE: usize = 6;

struct Candidate<'t> {
    key: &'t str,
    entry: &'t Entry,
    stories: BTreeSet<&'t str>,
    ratio: f64,
    /// The ratio, weighed.
    weight: f64,
    fading: bool,
}

pub(crate) fn choose(
    table: &Table,
    current: &[Ranked],
    items: &Items<'_>,
    sources: &Sources<'_>,
    vocabulary: &[Topic],
) -> Vec<Trend> {
    if table.covered().iter().filter(|covered| **covered).count() < LEAST_WEEKS {
        return Vec::new();
    }
    let names = Names::of(vocabulary, sources);
    let mut candidates: Vec<Candidate<'_>> =
        table.entries.iter().filter_map(|(key, entry)| candidate(key, entry, table, &names)).collect();
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.key.cmp(b.key)));
    let mut chosen: Vec<&Candidate<'_>> = Vec::new();
    for candidate in &candidates {
        let best = most_specific(candidate, &candidates);
        if !chosen.iter().any(|other| same_stories(other, candidate) || same_stories(other, best)) {
            chosen.push(best);
        }
    }
    let fading = fading(table, &names);
    chosen.truncate(MOST - usize::from(fading.is_some()));
    chosen
        .into_iter()
        .chain(&fading)
        .map(|candidate| Trend { evidence: evidence(candidate, current, items, sources), ..describe(candidate, table) })
        .collect()
}

/// What the catalogue knows by name.
struct Names {
    aliases: BTreeSet<String>,
    /// Words for whole fields: always in the air, never a trend.
    fields: BTreeSet<String>,
    /// Those who publish what is read, always in the air too.
    publishers: BTreeSet<String>,
}

impl Names {
    fn of(vocabulary: &[Topic], sources: &Sources<'_>) -> Self {
        Self {
            aliases: vocabulary.iter().flat_map(|topic| &topic.aliases).map(|alias| key_of(alias)).collect(),
            fields: vocabulary
                .iter()
                .flat_map(|topic| [key_of(&topic.key.as_str().replace('-', " ")), key_of(&topic.name)])
                .collect(),
            publishers: sources.iter().flat_map(|source| [key_of(&source.owner), key_of(&source.title)]).collect(),
        }
    }

    /// How far a term can be trusted to name something: 0 not at all, 1 as a name, more where a curator listed it.
    fn trust(&self, key: &str, entry: &Entry, table: &Table) -> f64 {
        if self.fields.contains(key) {
            return 0.0;
        }
        let (words, single) = (entry.words.len(), entry.words.len() == 1);
        let known = |word: &String| table.is_name(word) || word.contains(' ') || self.aliases.contains(word);
        let marked = entry.words.iter().filter(|word| known(word)).count();
        let alias = self.aliases.contains(key);
        if alias && !single {
            1.25
        } else if self.publishers.contains(key) {
            0.5
        } else if alias || words > 0 && marked == words {
            1.0
        } else if marked > 0 {
            0.5
        } else {
            0.3
        }
    }
}

fn candidate<'t>(key: &'t str, entry: &'t Entry, table: &Table, names: &Names) -> Option<Candidate<'t>> {
    let stories = entry.stories();
    if entry.owners() < LEAST_OWNERS || stories.len() < LEAST_STORIES {
        return None;
    }
    let ratio = ratio(entry, table);
    let weight = ratio * names.trust(key, entry, table);
    let many = entry.owners().min(stories.len()) >= LEAST_IN_DOUBT;
    let enough = weight >= if many { LEAST } else { BEYOND_DOUBT };
    enough.then_some(Candidate { key, entry, stories, ratio, weight, fading: false })
}

/// The ratio of the window's votes (an owner's for a story) against those of the covered weeks.
fn ratio(entry: &Entry, table: &Table) -> f64 {
    let covered = table.covered();
    let weeks = covered.iter().filter(|covered| **covered).count();
    let before: usize =
        entry.votes().iter().zip(covered).filter_map(|(votes, covered)| covered.then_some(*votes)).sum();
    poisson(entry.now.len() as f64, table.scale(), before as f64, weeks as f64)
}

/// Stories a week over the covered weeks.
fn usual(entry: &Entry, table: &Table) -> f64 {
    let covered = table.covered();
    let weeks = covered.iter().filter(|covered| **covered).count().max(1);
    let stories: usize =
        entry.weeks().iter().zip(covered).filter_map(|(stories, covered)| covered.then_some(*stories)).sum();
    stories as f64 / weeks as f64
}

/// The longest candidate around a term (or the term itself) that still tells at least half of its stories:
/// "post-quantum TLS" for "TLS".
fn most_specific<'c, 't>(term: &'c Candidate<'t>, candidates: &'c [Candidate<'t>]) -> &'c Candidate<'t> {
    candidates
        .iter()
        .filter(|other| has_phrase(other.key, term.key))
        .filter(|other| other.stories.intersection(&term.stories).count() * 2 >= term.stories.len())
        .max_by(|a, b| {
            let length = |candidate: &Candidate<'_>| candidate.key.split(' ').count();
            length(a).cmp(&length(b)).then(a.weight.total_cmp(&b.weight)).then_with(|| b.key.cmp(a.key))
        })
        .unwrap_or(term)
}

/// Whether two terms tell the same news: they share at least half of the stories of the smaller one.
fn same_stories(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    a.stories.intersection(&b.stories).count() * 2 >= a.stories.len().min(b.stories.len())
}

/// Whether the first of `weeks` (stories a week, the latest first) is a quiet end of what the others made usual.
/// `covered` says of each of the others whether it is known well enough to count.
fn fades(weeks: &[usize], covered: &[bool]) -> bool {
    let Some((week, before)) = weeks.split_first() else { return false };
    let known: Vec<usize> =
        before.iter().zip(covered).filter_map(|(stories, covered)| covered.then_some(*stories)).collect();
    let usual = known.iter().sum::<usize>() as f64 / known.len().max(1) as f64;
    let three = weeks.iter().take(3).sum::<usize>() as f64;
    known.len() >= WEEKS_TO_FADE
        && *week as f64 <= usual * FADING_REST
        && before.iter().filter(|stories| **stories > 0).count() * 2 >= known.len()
        && (usual >= USUAL_FOR_A_WEEK || usual >= USUAL_FOR_THREE && three <= 3.0 * usual * FADING_REST)
}

/// The name that is most missed, if one that was usual is hardly heard, and was still heard by the same test in
/// every week that the table can tell of: a silence is news once.
fn fading<'t>(table: &'t Table, names: &Names) -> Option<Candidate<'t>> {
    let covered = table.covered();
    table
        .entries
        .iter()
        .filter(|(key, entry)| names.trust(key, entry, table) >= 1.0)
        .filter_map(|(key, entry)| {
            let stories = entry.stories();
            let weeks: Vec<usize> = [stories.len()].into_iter().chain(entry.weeks()).collect();
            // That many weeks back, the window was that week and what stands before it was known then.
            let faded_then = |back: usize| {
                weeks.get(back..).zip(covered.get(back..)).is_some_and(|(weeks, covered)| fades(weeks, covered))
            };
            let faded = faded_then(0) && !(1..weeks.len()).any(faded_then);
            let ratio = ratio(entry, table).abs();
            faded.then_some(Candidate { key, entry, stories, ratio, weight: ratio, fading: true })
        })
        .max_by(|a, b| a.weight.total_cmp(&b.weight).then_with(|| b.key.cmp(a.key)))
}

fn describe(candidate: &Candidate<'_>, table: &Table) -> Trend {
    let entry = candidate.entry;
    let movement = match entry.last_heard {
        _ if candidate.fading => Movement::Fading,
        None => Movement::New,
        Some(heard) if table.window.from - heard >= SILENCE => Movement::Back,
        Some(_) => Movement::Rising,
    };
    let mut weeks: Vec<u32> = entry.weeks().iter().rev().map(|stories| count(*stories)).collect();
    weeks.push(count(candidate.stories.len()));
    let (label, aliases) = spell(entry);
    Trend {
        label,
        aliases,
        movement,
        count: count(candidate.stories.len()),
        usual: (usual(entry, table) * 1000.0).round() / 1000.0,
        owners: count(entry.owners()),
        weeks,
        quiet_since: entry.last_heard.filter(|_| movement == Movement::Back).and_then(monday),
        score: (candidate.ratio * 1000.0).round() / 1000.0,
        evidence: Vec::new(),
    }
}

fn monday(instant: DateTime<Utc>) -> Option<NaiveDate> {
    let day = instant.date_naive();
    day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))
}

/// The commonest spelling, inside a clause if it ever stands there (at the beginning a capital is no spelling),
/// and the others that differ in more than capitals.
fn spell(entry: &Entry) -> (String, Vec<String>) {
    let label = entry
        .spellings
        .iter()
        .max_by(|(a, seen_a), (b, seen_b)| seen_a.cmp(seen_b).then_with(|| b.cmp(a)))
        .map(|(spelling, _)| spelling.clone())
        .unwrap_or_default();
    let mut seen = BTreeSet::from([label.to_lowercase()]);
    let aliases = entry.spellings.keys().filter(|spelling| seen.insert(spelling.to_lowercase())).cloned().collect();
    (label, aliases)
}

fn evidence(candidate: &Candidate<'_>, current: &[Ranked], items: &Items<'_>, sources: &Sources<'_>) -> Vec<Evidence> {
    current
        .iter()
        .map(|ranked| &ranked.story)
        .filter(|story| candidate.stories.contains(StoryId::as_str(&story.id)))
        .filter_map(|story| {
            let lead = items.lead(story)?;
            Some(Evidence {
                story: story.id.clone(),
                title: lead.title.clone(),
                url: lead.link.clone(),
                source: sources.title(&lead.source).to_owned(),
            })
        })
        .take(EVIDENCE)
        .collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
