//! An entry as its source wrote it becomes an item: plausible, described and judged by rules that a reader
//! could check. Pure: what the store knows comes as [`Sighting`].

mod aggregator;
pub mod article;
mod date;
mod hashtags;
mod kind;
mod language;
mod paywall;
mod summary;
mod takes_effect;
mod topics;
mod version;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use url::Url;

use crate::model::entry::{Entry, ParsedFeed};
use crate::model::id::TopicKey;
use crate::model::item::{Item, Kind};
use crate::model::source::{Level, Role, Source};
use crate::notice::Notice;
use crate::text;
use crate::url_key::{url_key, url_key_of};

pub use kind::kind_of;
pub use topics::Vocabulary;

/// Characters of an excerpt, at most.
pub const EXCERPT_CHARS: usize = 280;

/// Characters of a title, at most; some feeds put whole posts there.
const TITLE_CHARS: usize = 300;

/// Characters of a title that is made of the first words of a text.
const MADE_TITLE_CHARS: usize = 90;

/// Topics of one item.
const MAX_TOPICS: usize = 4;

/// Tags of one item.
const MAX_TAGS: usize = 20;

/// Links of one item to other hosts.
const MAX_OUT_LINKS: usize = 8;

/// What the store knows of a source when an entry of it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    pub now: DateTime<Utc>,
    /// False until the source's first successful fetch was stored.
    pub source_known: bool,
}

/// Why an entry cannot become an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("entry `{0}` has neither a title nor any text: nothing could be shown")]
    NoTitle(String),
    #[error(
        "entry `{0}` has an empty identity: it could not be told from others; its feed must give a guid, id or link"
    )]
    NoIdentity(String),
}

/// Whether an entry of these dates may ever stand in an edition. Of one that may not, the content is not needed.
#[must_use]
pub fn may_be_news(published: Option<DateTime<Utc>>, updated: Option<DateTime<Utc>>, sighting: Sighting) -> bool {
    date::eligible(date::plausible(published, updated, sighting.now), sighting).is_some()
}

/// Describes and judges the entries of a feed of `source`, as [`normalise`] does each; what is rejected is left out.
/// Where nobody said in which language a source writes, its feed's own word counts.
#[must_use]
pub fn normalise_all(feed: &ParsedFeed, source: &Source, vocabulary: &Vocabulary, sighting: Sighting) -> Vec<Item> {
    let declared = source.language.as_deref().or(feed.language.as_deref());
    let items = feed.entries.iter().filter_map(|entry| described(entry, source, declared, vocabulary, sighting).ok());
    items.collect()
}

/// Describes and judges one entry of `source`.
///
/// What curators' or our own rules keep out of editions is an item too, with the reason in `removed`. What no edition
/// may ever show is kept by its headline: nobody reads its excerpt, and its content is not looked at.
///
/// # Errors
/// [`Rejected`] when there is nothing to show or nothing to know the entry by.
pub fn normalise(
    entry: &Entry,
    source: &Source,
    vocabulary: &Vocabulary,
    sighting: Sighting,
) -> Result<Item, Rejected> {
    described(entry, source, source.language.as_deref(), vocabulary, sighting)
}

fn described(
    entry: &Entry,
    source: &Source,
    declared: Option<&str>,
    vocabulary: &Vocabulary,
    sighting: Sighting,
) -> Result<Item, Rejected> {
    if entry.id.trim().is_empty() {
        return Err(Rejected::NoIdentity(text::tidy(&entry.title)));
    }
    let date = date::plausible(entry.date.or(entry.published), entry.updated, sighting.now);
    let eligible_at = date::eligible(date, sighting);
    let titled = !entry.title.trim().is_empty();
    let headline_alone = eligible_at.is_none() && titled;
    let body = if headline_alone { Cow::Borrowed("") } else { unmarked(&entry.content_text, titled) };
    let body = body.as_ref();
    let summary = entry.summary.as_deref().map(text::tidy).unwrap_or_default();
    let summary = unmarked(&summary, titled);
    let figures = aggregator::figures(&summary, body, source.role);
    let paywall = source.paywall || (!headline_alone && paywall::told(&entry.title, &summary, body));
    let summary = if headline_alone { summary.as_ref() } else { summary::without_boilerplate(&summary) };
    let teaser = summary::without_boilerplate(body);
    let told = title(entry, summary, teaser).ok_or_else(|| Rejected::NoTitle(entry.id.clone()))?;
    // What an aggregator's post leads to; its own page is where it is discussed.
    let submitted = entry.submitted.as_deref().filter(|_| source.role == Role::Aggregator);
    let link = web_link(submitted.or(entry.link.as_deref()));
    let author = entry.author.as_deref().map(text::tidy).filter(|author| !author.is_empty());
    let excerpt = if headline_alone { None } else { summary::choose(&told, author.as_deref(), summary, teaser) };

    let notice = link.as_ref().and_then(Notice::at);
    let title = version::named(&told, notice.as_ref(), source).unwrap_or(told);
    let tags = tags(&entry.tags);
    let opening = if headline_alone { summary::opening(summary) } else { excerpt.as_deref().unwrap_or_default() };
    let told_first = if summary.is_empty() { teaser } else { summary };
    let on_status_page = matches!(notice, Some(Notice::Status { .. }));
    let maintenance = summary::is_maintenance(told_first, on_status_page);
    let kind = match summary::label(told_first).filter(|_| !headline_alone && !maintenance) {
        Some(label) => kind_of(&title, &tags, &format!("{label} {opening}"), source.role),
        None => kind_of(&title, &tags, opening, source.role),
    };
    let kind = if kind == Kind::default() { of_page(notice.as_ref(), maintenance) } else { kind };
    // A page that a source gives for several things tells none of them from the others.
    let several = entry.shares_page && source.role != Role::Aggregator;
    let key = link.as_ref().and_then(url_key_of);
    let out_links = if headline_alone { Vec::new() } else { out_links(&entry.links, key.as_deref()) };
    let told_on = date.unwrap_or(sighting.now).date_naive();

    Ok(Item {
        id: Item::id_of(&source.key, &entry.id),
        source: source.key.clone(),
        discussion: discussion(entry, figures.discussion.as_deref(), key.as_deref(), source),
        url_key: key.filter(|_| !several),
        language: language::of(&title, (!opening.is_empty()).then_some(opening), declared),
        topics: if headline_alone { Vec::new() } else { topics(vocabulary, &title, &tags, opening, source) },
        level: if kind == Kind::Introduction { Level::Introductory } else { source.level },
        reading_minutes: eligible_at.and_then(|_| text::reading_minutes(text::words(body).max(text::words(summary)))),
        points: figures.points,
        comment_count: figures.comments.or(entry.comment_count),
        paywall,
        takes_effect: (kind == Kind::Deprecation)
            .then(|| takes_effect::named_in(&title, summary, teaser, told_on))
            .flatten(),
        date,
        first_seen: sighting.now,
        eligible_at,
        // A curator may think again: what our own rules say of it must still be known then.
        removed: removed(kind, maintenance).or_else(|| kept_out(source, &title, &tags, author.as_deref())),
        out_links,
        excerpt: excerpt.filter(|_| source.excerpt),
        title,
        link: link.map(String::from),
        author: author.filter(|author| !is_address(author)),
        tags,
        kind,
    })
}

fn title(entry: &Entry, summary: &str, teaser: &str) -> Option<String> {
    let whole = text::tidy(&entry.title);
    let title = Some(hashtags::without_hashtags(&whole)).filter(|title| !title.is_empty()).unwrap_or(&whole);
    if !title.is_empty() {
        let fits = title.chars().nth(TITLE_CHARS).is_none();
        return if fits { Some(title.to_owned()) } else { text::excerpt(title, TITLE_CHARS) };
    }
    [summary, teaser].into_iter().find_map(made_title)
}

/// The first words of a text as a headline: an address behind them is no word.
fn made_title(text: &str) -> Option<String> {
    let words = Some(hashtags::without_hashtags(text)).filter(|words| !words.is_empty()).unwrap_or(text);
    let mut title = text::excerpt(words, MADE_TITLE_CHARS)?;
    while let Some((before, last)) = title.rsplit_once(' ')
        && last.contains("://")
        && before.contains(char::is_alphanumeric)
    {
        let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '→' | '('));
        title.truncate(before.len());
    }
    Some(title)
}

/// Whether what stands for a name is somebody's mailbox or page, which are not ours to print.
fn is_address(author: &str) -> bool {
    let mailbox = author.find('@').is_some_and(|at| at > 0);
    !author.contains(char::is_whitespace) && (mailbox || author.contains("://"))
}

/// Text that stands for a title without the marks by which people write code in plain text.
fn unmarked(text: &str, titled: bool) -> Cow<'_, str> {
    if titled || !text.contains('`') { Cow::Borrowed(text) } else { Cow::Owned(text.replace('`', "")) }
}

fn tags(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| text::tidy(tag)) {
        if !tag.is_empty() && !kept.contains(&tag) && kept.len() < MAX_TAGS {
            kept.push(tag);
        }
    }
    kept
}

/// What is told of a page by its address alone, where words do not tell.
fn of_page(notice: Option<&Notice>, maintenance: bool) -> Kind {
    match notice {
        Some(Notice::Release { .. }) => Kind::Release,
        Some(Notice::Advisory) => Kind::Advisory,
        Some(Notice::Status { .. }) if !maintenance => Kind::Incident,
        _ => Kind::default(),
    }
}

/// A link that may be shown: http or https with a host, nothing else.
fn web_link(link: Option<&str>) -> Option<Url> {
    let url = Url::parse(link?.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The keys of the first links to other hosts than that of the item's own `key`.
fn out_links(links: &[String], key: Option<&str>) -> Vec<String> {
    let host = |key: &str| key.split('/').nth(2).map(str::to_owned);
    let own = key.and_then(host);
    let mut keys: Vec<String> = Vec::new();
    for key in links.iter().filter_map(|link| url_key(link)) {
        if host(&key) != own && !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() == MAX_OUT_LINKS {
            break;
        }
    }
    keys
}

/// Where readers discuss an item. An aggregator's own page is its discussion when the link leads elsewhere.
/// `key` is the link's.
fn discussion(entry: &Entry, told: Option<&str>, key: Option<&str>, source: &Source) -> Option<String> {
    let aggregates = source.role == Role::Aggregator;
    let own_page = aggregates.then_some(entry.id.as_str());
    let own_link = entry.link.as_deref().filter(|_| aggregates);
    [entry.comments.as_deref(), told, own_page, own_link]
        .into_iter()
        .flatten()
        .filter_map(|page| web_link(Some(page)))
        .find(|page| url_key_of(page).as_deref() != key)
        .map(String::from)
}

/// What title and tags name decides, then what the excerpt speaks of, and the source's first topic where none of them
/// says anything. A source's other topics would file every item of it in sections that it does not speak of.
fn topics(vocabulary: &Vocabulary, title: &str, tags: &[String], excerpt: &str, source: &Source) -> Vec<TopicKey> {
    let mut topics = vocabulary.topics_of(title, tags);
    if topics.is_empty() {
        topics.extend(vocabulary.topic_of_excerpt(excerpt).or_else(|| source.topics.first().cloned()));
    }
    topics.truncate(MAX_TOPICS);
    topics
}

/// Why a curator's patterns keep this out of editions, if they do.
#[must_use]
pub fn kept_out(source: &Source, title: &str, tags: &[String], author: Option<&str>) -> Option<String> {
    let fields = || std::iter::once(title).chain(tags.iter().map(String::as_str)).chain(author);
    if let Some(pattern) = source.skip.iter().find(|pattern| fields().any(|field| pattern.is_match(field))) {
        return Some(format!("matches skip `{pattern}`"));
    }
    let kept =
        source.keep.is_empty() || source.keep.iter().any(|pattern| fields().any(|field| pattern.is_match(field)));
    (!kept).then(|| "matches no keep".to_owned())
}

/// Why our rules keep this out of editions, if they do.
fn removed(kind: Kind, maintenance: bool) -> Option<String> {
    if kind == Kind::Listicle {
        return Some("a list post".to_owned());
    }
    if maintenance && !matches!(kind, Kind::Deprecation | Kind::Advisory | Kind::Release) {
        return Some("scheduled maintenance".to_owned());
    }
    kind.unfit().map(str::to_owned)
}

#[cfg(test)]
mod tests;
