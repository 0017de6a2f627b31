//! From the store to an edition: what became eligible since the last cut-off, merged, ranked and frozen.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{DateTime, Duration, Utc};

use crate::app::App;
use crate::cluster::statistics::Background;
use crate::config::Digest;
use crate::edition::{self, Composed, Material, Told};
use crate::events::choose::{Chosen, Listed, Taste, choose};
use crate::mail::address::Mailbox;
use crate::model::edition::{Meet, Window};
use crate::model::id::{ItemId, StoryId};
use crate::model::item::Item;
use crate::model::source::Sources;
use crate::model::story::Story;
use crate::model::week::Week;
use crate::pipeline::articles::{self, ArticlesReport};
use crate::store::editions::{Publication, Stored};
use crate::store::items::Headline;
use crate::trends::Mention;

/// Whether an edition was due, and what became of it.
#[derive(Debug)]
pub enum Due {
    NotYet,
    /// It is due, and there is nothing to tell since the last cut-off.
    Nothing {
        /// Whether any source answered since then.
        reached: bool,
    },
    Composed(Box<Stored>),
}

/// How far back headlines are read: the eight weeks of the trends, and before them what tells *new* from *back*.
const HISTORY: Duration = Duration::weeks(26);
/// Headlines read at most; the newest count.
const HEADLINES: i64 = 60_000;
/// An item that a fetch commits after the cut-off that it became eligible before is looked for this far back.
const SLACK: Duration = Duration::days(14);
/// A story that was told is recognised for so long.
const LIFE: Duration = Duration::weeks(4);
/// Two editions of a digest are never closer than this, however late the last one was.
const APART: Duration = Duration::hours(36);
/// Events are read this far ahead: calls for papers and conferences are announced early.
const AHEAD: Duration = Duration::days(400);

/// Composes the digest's edition when its time has come, and freezes it with its deliveries. Pages of the stories
/// that it shows are asked for what their feeds left out; `report` counts them.
///
/// # Errors
/// When the store refuses.
pub async fn compose_due(app: &App, digest: &Digest, report: &mut ArticlesReport) -> anyhow::Result<Due> {
    let now = app.clock.now();
    let ahead = Duration::from_std(digest.compose_ahead)?;
    let slot = digest.schedule.last_at_or_before(now + ahead, digest.timezone);
    let last = app.store.latest_edition(&digest.key).await?;
    if let Some(last) = &last
        && (last.slot >= slot || slot - last.edition.window.until < APART)
    {
        return Ok(Due::NotYet);
    }
    let send_at = slot.max(now);
    let mut draft = draft(app, digest, last.as_ref(), now, send_at).await?;
    let edition = &draft.composed.edition;
    let reached = edition.read.sources > 0 || app.catalogue.sources.is_empty();
    let events = !edition.meet.is_empty() || edition.team.first_timers.is_some();
    if draft.taken.is_empty() && !(reached && events) {
        return Ok(Due::Nothing { reached });
    }
    if app.config.fetch.articles {
        articles::fetch(app, &draft, report).await;
        articles::fill(app, &mut draft).await?;
    }
    let edition = &draft.composed.edition;
    let sender = Mailbox::parse(&digest.from).context("the digest's `from`")?;
    let publication = Publication {
        edition,
        slot,
        taken: &draft.taken,
        ranked: &draft.composed.ranked,
        shown_links: &draft.shown_links(),
        titles: &draft.titles(),
        mail_domain: sender.address().domain(),
        now,
    };
    match app.store.publish(&publication).await? {
        Some(id) => Ok(Due::Composed(Box::new(Stored { id, slot, edition: draft.composed.edition }))),
        // Another process composed it meanwhile.
        None => Ok(Due::NotYet),
    }
}

/// An edition that is not stored: what would be composed now.
#[derive(Debug)]
pub struct Draft {
    pub composed: Composed,
    /// Every item that it takes, shown or not; not those of sources that are paused or not listed.
    pub taken: Vec<ItemId>,
    pub(super) items: BTreeMap<ItemId, Item>,
}

impl Draft {
    /// The keys of every address behind the stories that it shows.
    fn shown_links(&self) -> BTreeSet<String> {
        let shown: BTreeSet<&str> = self.composed.edition.stories().map(|card| card.id.as_str()).collect();
        self.composed
            .ranked
            .iter()
            .filter(|ranked| shown.contains(ranked.story.id.as_str()))
            .flat_map(|ranked| &ranked.story.items)
            .filter_map(|id| self.items.get(id)?.url_key.clone())
            .collect()
    }

    /// The item that a shown story's reader is sent to.
    pub(super) fn lead(&self, story: &StoryId) -> Option<&Item> {
        let ranked = self.composed.ranked.iter().find(|ranked| ranked.story.id == *story)?;
        self.items.get(&ranked.story.lead)
    }

    /// Each story's headline, by the id of its lead.
    #[must_use]
    pub fn titles(&self) -> BTreeMap<ItemId, String> {
        let leads = self.composed.ranked.iter().map(|ranked| &ranked.story.lead);
        leads.filter_map(|id| Some((id.clone(), self.items.get(id)?.title.clone()))).collect()
    }
}

/// How common words are: in the table that the program brings along, and in what was read in the half-year before.
///
/// # Errors
/// When the store cannot be read.
pub async fn background(app: &App, before: DateTime<Utc>) -> anyhow::Result<Background> {
    Ok(learned(&app.store.headlines(before - HISTORY, before, HEADLINES).await?))
}

fn learned(headlines: &[Headline]) -> Background {
    let mut background = Background::shipped();
    for headline in headlines {
        background.add(&headline.title);
    }
    background
}

/// What the digest's next edition would be, were it composed `now`.
///
/// # Errors
/// When the store cannot be read.
pub async fn draft(
    app: &App,
    digest: &Digest,
    last: Option<&Stored>,
    now: DateTime<Utc>,
    send_at: DateTime<Utc>,
) -> anyhow::Result<Draft> {
    let (count, first_cut_off) = app.store.edition_history(&digest.key).await?;
    let from = last.map_or(now - Duration::days(7), |last| last.edition.window.until);
    let window = Window { from, until: now };
    let since = if last.is_some() { from - SLACK } else { DateTime::UNIX_EPOCH };
    let items = app.store.items_to_compose(&digest.key, since, now, first_cut_off.unwrap_or(now)).await?;
    let earlier = app.store.headlines(from - HISTORY, from, HEADLINES).await?;
    let background = learned(&earlier);
    let sources = Sources::new(&app.catalogue.sources);
    let stories = past_stories(&earlier);
    let mentions = mentions(digest, &sources, &earlier, &stories);
    let shown_before = app.store.shown_links(&digest.key, from - Duration::days(400)).await?;
    let name = name(app, digest, now).await?;
    let mut composed = edition::compose(&Material {
        digest,
        number: count + 1,
        name: &name,
        window,
        send_at,
        items: &items,
        sources: &sources,
        topics: &app.catalogue.topics,
        background: &background,
        judgements: &app.store.judgements().await?,
        told: &told(app, digest, from).await?,
        earlier: &mentions,
        shown_before: &shown_before,
        answered_sources: app.store.sources_answered(from, now).await?,
        meet: Meet::default(),
        first_timers: None,
    });
    // Events come last: what is hot this week ranks them.
    let hot: Vec<String> = composed.edition.trends.iter().map(|trend| trend.label.to_lowercase()).collect();
    let chosen = events(app, digest, now, &hot).await?;
    composed.edition.meet = chosen.meet;
    composed.edition.team.first_timers = chosen.first_timers;
    // What a slip in the catalogue keeps out is not used up by it.
    let is_heard = |source| sources.get(source).is_some_and(|source| !source.paused);
    let mut draft = Draft {
        composed,
        taken: items.iter().filter(|item| is_heard(&item.source)).map(|item| item.id.clone()).collect(),
        items: items.into_iter().map(|item| (item.id.clone(), item)).collect(),
    };
    if app.config.fetch.articles {
        articles::fill(app, &mut draft).await?;
    }
    Ok(draft)
}

/// What the digest's editions showed in the weeks before.
async fn told(app: &App, digest: &Digest, from: DateTime<Utc>) -> anyhow::Result<Vec<Told>> {
    let mut told = Vec::new();
    for shown in app.store.shown_stories(&digest.key, from - LIFE).await? {
        let edition = match digest.key.unusual() {
            Some(key) => format!("{key}.{}", shown.edition),
            None => shown.edition,
        };
        let Story { id, items, .. } = shown.ranked.story;
        told.push(Told { edition, story: id, headline: shown.title, items: app.store.items(&items).await? });
    }
    Ok(told)
}

/// Stories of the past, told by the key that several headlines share; others are told by their titles.
fn past_stories(headlines: &[Headline]) -> BTreeMap<&str, StoryId> {
    let mut stories = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for key in headlines.iter().filter_map(|headline| headline.url_key.as_deref()) {
        if !seen.insert(key) {
            stories.entry(key).or_insert_with(|| StoryId::of(&[key]));
        }
    }
    stories
}

fn mentions<'a>(
    digest: &Digest,
    sources: &Sources<'a>,
    headlines: &'a [Headline],
    stories: &'a BTreeMap<&str, StoryId>,
) -> Vec<Mention<'a>> {
    headlines
        .iter()
        .filter(|headline| digest.reads(headline.language.as_deref()))
        .filter_map(|headline| {
            let owner = sources.get(&headline.source)?.owner.as_str();
            let story = headline.url_key.as_deref().and_then(|key| stories.get(key));
            Some(Mention { title: &headline.title, owner, when: headline.when, story })
        })
        .collect()
}

/// The ISO week of the cut-off; a second edition in one week ends in `-2`.
async fn name(app: &App, digest: &Digest, now: DateTime<Utc>) -> anyhow::Result<String> {
    let week = Week::of(now, digest.timezone).to_string();
    let mut name = week.clone();
    let mut number = 2;
    while app.store.edition(&digest.key, &name).await?.is_some() {
        name = format!("{week}-{number}");
        number += 1;
    }
    Ok(name)
}

async fn events(app: &App, digest: &Digest, now: DateTime<Utc>, hot: &[String]) -> anyhow::Result<Chosen> {
    let known = app.store.events_between(&digest.key, now, now + AHEAD).await?;
    let listed: Vec<Listed> = known
        .into_iter()
        .filter_map(|known| {
            let source = app.catalogue.source(&known.event.source).filter(|source| !source.paused)?;
            Some(Listed {
                source_title: source.title.clone(),
                lister: source.events.as_ref()?.lister,
                listed: known.listed,
                shown: known.shown,
                told: known.told,
                event: known.event,
            })
        })
        .collect();
    let taste = Taste {
        until: now,
        timezone: digest.timezone,
        city: digest.city.as_deref(),
        country: digest.country.as_deref(),
        topics: &digest.topics,
        hot,
    };
    Ok(choose(&listed, &taste))
}
