//! A story in words.

use serde::Serialize;

use super::{Context, echo, safe};
use crate::model::edition::{Also, FollowUp, StoryCard, TopicName};
use crate::model::item::Kind;
use crate::model::source::Role;
use crate::render::words::{counted, dotted, line, link};
use crate::render::{dates, language};

/// A story as it is shown, in full or as one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StoryView {
    /// `s-…`: where it stands on the edition's page. Absent where the page shows it a second time.
    pub(crate) anchor: Option<String>,
    pub(crate) headline: String,
    pub(crate) url: Option<String>,
    /// For `lang` on the headline and excerpt, when they are not in the language of the page, English.
    pub(crate) lang: Option<String>,
    pub(crate) source: SourceView,
    /// Where the link leads, when the source's name does not say it already.
    pub(crate) host: Option<String>,
    /// Absent for a plain article.
    pub(crate) kind: Option<&'static str>,
    /// "Databases · 6 min · 7 sources, 5 independent · subscribers only".
    pub(crate) details: String,
    /// "18 November".
    pub(crate) date: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) follow_up: Option<FollowUpView>,
    pub(crate) also: Vec<AlsoView>,
    pub(crate) discussions: Vec<DiscussionView>,
    pub(crate) question: Option<String>,
    pub(crate) permalink: Option<String>,
}

/// What was told before, and what is new to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FollowUpView {
    /// "there is a release now".
    pub(crate) news: String,
    /// "“A headline”, 2026-W46".
    pub(crate) told: String,
    /// Where that edition tells it.
    pub(crate) url: Option<String>,
}

impl FollowUpView {
    fn new(told: &FollowUp, context: &Context<'_>) -> Self {
        let edition = line(&told.edition, 100);
        let place = format!("/editions/{edition}#s-{}", told.story);
        Self {
            news: line(&told.news, 200),
            told: format!("“{}”, {edition}", line(&told.headline, 200)),
            url: context.root.map(|root| root.at(&place)),
        }
    }
}

/// A source by its name, marked when it does not report independently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SourceView {
    pub(crate) name: String,
    /// "vendor", "database" or "aggregator".
    pub(crate) mark: Option<&'static str>,
}

/// Another report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct AlsoView {
    pub(crate) source: SourceView,
    pub(crate) title: String,
    pub(crate) url: String,
}

/// Where people talk about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DiscussionView {
    pub(crate) source: String,
    /// "312 points, 118 comments"; may be empty.
    pub(crate) echo: String,
    pub(crate) url: String,
}

impl SourceView {
    pub(crate) fn new(name: &str, role: Role) -> Self {
        let mark = match role {
            Role::Vendor => Some("vendor"),
            Role::Database => Some("database"),
            Role::Aggregator => Some("aggregator"),
            Role::Primary | Role::Press | Role::Community => None,
        };
        Self { name: line(name, 80), mark }
    }

    /// "OSV (database)".
    pub(crate) fn words(&self) -> String {
        self.mark.map_or_else(|| self.name.clone(), |mark| format!("{} ({mark})", self.name))
    }
}

impl StoryView {
    pub(crate) fn new(card: &StoryCard, context: &Context<'_>) -> Self {
        Self::with_topics(card, card.topics.iter(), context)
    }

    /// The same under a heading that names one of its topics, which is not said again.
    pub(crate) fn under(topic: &TopicName, card: &StoryCard, context: &Context<'_>) -> Self {
        Self::with_topics(card, card.topics.iter().filter(|other| other.key != topic.key), context)
    }

    fn with_topics<'c>(
        card: &'c StoryCard,
        topics: impl Iterator<Item = &'c TopicName>,
        context: &Context<'_>,
    ) -> Self {
        let anchor = format!("s-{}", card.id);
        let source = SourceView::new(&card.source, card.role);
        let host = card.host.as_deref().map(|host| line(host, 80));
        Self {
            headline: line(&card.headline, 200),
            url: safe(card.url.as_deref()),
            lang: card.language.as_deref().and_then(language::foreign),
            host: host.filter(|host| !host.is_empty() && !host.eq_ignore_ascii_case(&source.name)),
            source,
            kind: (card.kind != Kind::Article).then(|| card.kind.words()),
            details: details(card, topics, context),
            date: card.date.map(|date| dates::local_day(date, context.zone).format("%-d %B").to_string()),
            excerpt: card.excerpt.as_deref().map(excerpt).filter(|text| !text.is_empty()),
            reason: Some(line(&card.reason, 200)).filter(|reason| !reason.is_empty()),
            follow_up: card.follow_up.as_ref().map(|told| FollowUpView::new(told, context)),
            also: card.also.iter().filter_map(also).collect(),
            discussions: (card.discussions.iter())
                .filter_map(|it| {
                    let echo = echo(it.points, it.comments);
                    Some(DiscussionView { source: line(&it.source, 80), echo, url: link(&it.url)? })
                })
                .collect(),
            question: card.question.as_deref().map(|text| line(text, 300)),
            permalink: context.root.map(|root| root.at(&format!("{}#{anchor}", context.path))),
            anchor: Some(anchor),
        }
    }

    /// "PostgreSQL news · postgresql.org · release · Databases · 6 min".
    pub(crate) fn facts(&self) -> String {
        let host = self.host.clone().unwrap_or_default();
        dotted([self.source.words(), host, self.kind.unwrap_or_default().to_owned(), self.details.clone()])
    }
}

/// A source's own words; marks of its own at both ends would stand inside ours, and the backticks of its Markdown
/// are no words.
fn excerpt(text: &str) -> String {
    let text = line(text, 280);
    let text = if text.matches('`').count().is_multiple_of(2) { text.replace('`', "") } else { text };
    let inner = text.strip_prefix('“').and_then(|rest| rest.strip_suffix('”')).filter(|it| !it.contains(['“', '”']));
    inner.map_or_else(|| text.clone(), str::to_owned)
}

fn also(also: &Also) -> Option<AlsoView> {
    let source = SourceView::new(&also.source, also.role);
    Some(AlsoView { source, title: line(&also.title, 200), url: link(&also.url)? })
}

fn details<'c>(card: &StoryCard, topics: impl Iterator<Item = &'c TopicName>, context: &Context<'_>) -> String {
    let topics = topics.map(|topic| line(&topic.name, 80)).take(2).collect::<Vec<_>>().join(", ");
    let minutes = card.reading_minutes.map_or_else(String::new, |minutes| together(&format!("{minutes} min")));
    let paywall = if card.paywall { "subscribers only" } else { "" };
    let language = card.language.as_deref().and_then(language::said).unwrap_or_default();
    let follow_up = card.follow_up.as_ref().map_or_else(String::new, |told| format!("follow-up to {}", told.edition));
    dotted([follow_up, topics, effect(card, context), minutes, language, reports(card), paywall.to_owned()])
}

/// "takes effect 1 March 2027".
fn effect(card: &StoryCard, context: &Context<'_>) -> String {
    card.takes_effect.map_or_else(String::new, |date| {
        let verb = if date < context.today { "took" } else { "takes" };
        format!("{verb} effect {}", dates::day(date))
    })
}

/// Sources where several tell it; "independent" only of those that report. Where it is discussed is said beside it
/// and tells nothing of its own.
fn reports(card: &StoryCard) -> String {
    let sources = card.sources.saturating_sub(u32::try_from(card.discussions.len()).unwrap_or(u32::MAX));
    if sources < 2 {
        return String::new();
    }
    let all = counted(sources, "source", "sources");
    match card.independent.min(sources) {
        0 | 1 => together(&all),
        same if same == sources => together(&format!("{same} independent sources")),
        some => format!("{}, {}", together(&all), together(&format!("{some} independent"))),
    }
}

/// A number does not part from its noun at the end of a line.
fn together(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::card;

    #[test]
    fn independent_is_said_only_of_those_that_report() {
        let said = |sources, independent| {
            let card = StoryCard { sources, independent, ..card("A", "B", Kind::Article) };
            reports(&card).replace('\u{a0}', " ")
        };
        assert_eq!(said(1, 1), "");
        assert_eq!(said(4, 4), "4 independent sources");
        assert_eq!(said(7, 5), "7 sources, 5 independent");
        assert_eq!(said(7, 1), "7 sources");
        assert_eq!(SourceView::new("OSV", Role::Database).words(), "OSV (database)");
    }

    #[test]
    fn a_line_says_its_day_and_language_and_not_its_heading() {
        let context = Context {
            root: None,
            path: "/editions/2026-W47",
            zone: chrono_tz::Tz::Europe__Berlin,
            today: "2026-11-20".parse().unwrap(),
        };
        let topic = |key: &str| TopicName { key: crate::model::id::TopicKey::parse(key).unwrap(), name: key.into() };
        let late = StoryCard {
            date: Some("2026-11-18T23:30:00Z".parse().unwrap()),
            language: Some("de-DE".into()),
            topics: vec![topic("web"), topic("data"), topic("security")],
            ..card("A", "B", Kind::Article)
        };
        let view = StoryView::under(&topic("web"), &late, &context);
        assert_eq!(view.date.as_deref(), Some("19 November"));
        assert_eq!(view.details.replace('\u{a0}', " "), "data, security · 6 min · in German");
        assert_eq!(view.lang.as_deref(), Some("de-DE"));
        let own = StoryView::new(&StoryCard { language: Some("en-GB".into()), ..late }, &context);
        assert_eq!((own.lang, own.details.replace('\u{a0}', " ")), (None, "web, data · 6 min".to_owned()));
    }

    #[test]
    fn a_quoted_excerpt_is_not_quoted_twice() {
        assert_eq!(excerpt("“All of it.”"), "All of it.");
        assert_eq!(excerpt("Set `a` to `b`."), "Set a to b.");
        assert_eq!(excerpt("“One” and “two”"), "“One” and “two”");
    }
}
