//! An edition in the words a reader gets: what every template and every text form arranges.
//!
//! Everything foreign is cleaned here, every date is said here, and what is absent is `None` or empty, so that a
//! form needs no rule beyond "show it if it is there".

mod meet;
mod story;
mod trend;

use std::collections::BTreeSet;

use serde::Serialize;

pub(crate) use self::meet::{EventView, MeetView};
pub(crate) use self::story::StoryView;
pub(crate) use self::trend::TrendView;

use super::address::{Root, address, edition_path};
use super::dates;
use super::words::{counted, line, link, paragraphs, thousands};
use crate::model::edition::{Counts, Edition, Team, TeamPick};
use crate::model::event::EventKind;

/// One edition, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct EditionView {
    pub(crate) title: String,
    pub(crate) number: u32,
    pub(crate) name: String,
    /// "13–20 November 2026", cut-off to cut-off.
    pub(crate) dates: String,
    pub(crate) headline: String,
    pub(crate) preheader: String,
    /// The curator's note, by paragraphs.
    pub(crate) note: Vec<String>,
    /// "213 sources, 1,904 items, 611 stories"; absent when nothing was read.
    pub(crate) read: Option<String>,
    pub(crate) trends: Vec<TrendView>,
    pub(crate) lead: Option<StoryView>,
    /// The top stories after the lead.
    pub(crate) top: Vec<StoryView>,
    pub(crate) topics: Vec<TopicView>,
    pub(crate) outside: Option<StoryView>,
    pub(crate) team: Vec<PickView>,
    pub(crate) first_timers: Option<FirstTimers>,
    pub(crate) meet: Option<MeetView>,
    pub(crate) corrections: Vec<String>,
    /// Where the pages are; absent when there are none.
    pub(crate) links: Option<Links>,
}

/// Up to three lines of one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TopicView {
    pub(crate) name: String,
    pub(crate) stories: Vec<StoryView>,
}

/// "Read with a junior", and the story that fits it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PickView {
    pub(crate) label: &'static str,
    pub(crate) story: StoryView,
    pub(crate) prompt: String,
}

/// The event for those who have never been to one, or never spoken at one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FirstTimers {
    pub(crate) label: &'static str,
    pub(crate) event: EventView,
}

/// The pages of one edition and of its digest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Links {
    pub(crate) home: String,
    pub(crate) web: String,
    pub(crate) archive: String,
    pub(crate) subscribe: String,
    pub(crate) how: String,
    pub(crate) markdown: String,
    pub(crate) chat: String,
}

impl EditionView {
    pub(crate) fn new(edition: &Edition, root: Option<&Root>) -> Self {
        let today = dates::local_day(edition.window.until, edition.timezone);
        let path = edition_path(edition);
        let context = Context { root, path: &path, zone: edition.timezone, today };
        let mut top = edition.top.iter().map(|card| StoryView::new(card, &context));
        let meet = MeetView::new(&edition.meet, &context);
        let own = |page: &str| address(page, edition.digest.unusual());
        let mut view = Self {
            title: line(&edition.title, 80),
            number: edition.number,
            name: edition.name.clone(),
            dates: dates::span(dates::local_day(edition.window.from, edition.timezone), today),
            headline: line(&edition.headline, 200),
            preheader: line(&edition.preheader, 200),
            note: edition.note.as_deref().map_or_else(Vec::new, |note| paragraphs(note, 1000)),
            read: read(edition.read),
            trends: trend::views(&edition.trends, today),
            lead: top.next(),
            top: top.collect(),
            topics: (edition.topics.iter())
                .map(|section| TopicView {
                    name: line(&section.topic.name, 80),
                    stories: section
                        .stories
                        .iter()
                        .map(|card| StoryView::under(&section.topic, card, &context))
                        .collect(),
                })
                .filter(|topic| !topic.stories.is_empty())
                .collect(),
            outside: edition.outside.as_ref().map(|card| StoryView::new(card, &context)),
            team: picks(&edition.team, &context),
            first_timers: edition.team.first_timers.as_ref().map(|card| first_timers(card, &context)),
            meet: (!edition.meet.is_empty()).then_some(meet),
            corrections: (edition.corrections.iter())
                .map(|it| format!("{} ({}): {}", it.edition, dates::day(it.date), line(&it.text, 500)))
                .collect(),
            links: root.map(|root| Links {
                home: root.at(&own("/")),
                web: root.at(&path),
                archive: root.at(&own("/editions")),
                subscribe: root.at(&own("/subscribe")),
                how: root.at("/how"),
                markdown: root.at(&format!("{path}.md")),
                chat: root.at(&format!("{path}.txt")),
            }),
        };
        view.keep_first_anchors();
        view
    }

    /// A page may show a story twice, in its topic and as a pick; an anchor may stand on it once.
    fn keep_first_anchors(&mut self) {
        let mut seen = BTreeSet::new();
        let lines = self.topics.iter_mut().flat_map(|topic| &mut topic.stories);
        let picks = self.team.iter_mut().map(|pick| &mut pick.story);
        for story in self.lead.iter_mut().chain(&mut self.top).chain(lines).chain(&mut self.outside).chain(picks) {
            story.anchor = story.anchor.take().filter(|anchor| seen.insert(anchor.clone()));
        }
    }

    /// Every top story, lead first.
    pub(crate) fn all_top(&self) -> impl Iterator<Item = &StoryView> {
        self.lead.iter().chain(&self.top)
    }
}

/// What the parts of a view need to know of the whole.
pub(crate) struct Context<'a> {
    pub(crate) root: Option<&'a Root>,
    /// The edition's page, below the root.
    pub(crate) path: &'a str,
    /// The digest's zone.
    pub(crate) zone: chrono_tz::Tz,
    /// The day of the cut-off in the digest's zone.
    pub(crate) today: chrono::NaiveDate,
}

/// The sentence's facts; a count of nothing says nothing.
fn read(counts: Counts) -> Option<String> {
    let parts: Vec<String> =
        [(counts.sources, "source", "sources"), (counts.items, "item", "items"), (counts.stories, "story", "stories")]
            .into_iter()
            .filter(|(number, _, _)| *number > 0)
            .map(|(number, one, many)| counted(number, one, many))
            .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn picks(team: &Team, context: &Context<'_>) -> Vec<PickView> {
    let pick = |label: &'static str, pick: &Option<TeamPick>| {
        pick.as_ref().map(|pick| PickView {
            label,
            story: StoryView::new(&pick.story, context),
            prompt: line(&pick.prompt, 300),
        })
    };
    [
        pick("Read with a junior", &team.junior),
        pick("Practice of the week", &team.practice),
        pick("What product should know", &team.product),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn first_timers(card: &crate::model::edition::EventCard, context: &Context<'_>) -> FirstTimers {
    match (&card.event.cfp, card.event.kind) {
        (Some(_), _) => FirstTimers { label: "For a first talk", event: EventView::call(card, context) },
        (None, EventKind::Meetup) => FirstTimers { label: "For first-timers", event: EventView::new(card, context) },
        (None, EventKind::Conference) => {
            FirstTimers { label: "For first-timers", event: EventView::new(card, context) }
        }
    }
}

/// "312 points, 118 comments", as far as they are known.
pub(crate) fn echo(points: Option<u32>, comments: Option<u32>) -> String {
    let points = points.map(|n| counted(n, "point", "points"));
    let comments = comments.map(|n| counted(n, "comment", "comments"));
    points.into_iter().chain(comments).collect::<Vec<_>>().join(", ")
}

/// "no. 1,047".
pub(crate) fn numbered(number: u32) -> String {
    format!("no. {}", thousands(number))
}

/// A link that may be absent or unfit.
pub(crate) fn safe(url: Option<&str>) -> Option<String> {
    url.and_then(link)
}
