//! What is good and bad about a feed as it was read, for whoever thinks of listing it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::QUIET_AFTER;
use crate::model::entry::ParsedFeed;
use crate::model::item::Item;
use crate::model::source::Source;
use crate::normalise::{Sighting, Vocabulary, normalise_all};

/// More entries than this are an archive that is sent with every fetch.
const ARCHIVE: usize = 300;

/// What would become of a feed's entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    pub entries: usize,
    pub oldest: Option<DateTime<Utc>>,
    pub newest: Option<DateTime<Utc>>,
    /// The median time between two dated entries, in hours.
    pub hours_between: Option<i64>,
    /// Entries that would be stored.
    pub kept: usize,
    /// Stored ones that could be news now, and no rule keeps out of editions.
    pub eligible: usize,
    /// What most entries are written in, by their words and the declaration.
    pub language: Option<String>,
    /// In a person's words.
    pub problems: Vec<String>,
}

/// Reads a feed as if it were fetched for the first time: how it is, and the items that its entries would become.
#[must_use]
pub fn examine(
    feed: &ParsedFeed,
    source: &Source,
    vocabulary: &Vocabulary,
    now: DateTime<Utc>,
) -> (Reading, Vec<Item>) {
    let sighting = Sighting { now, source_known: false };
    let items = normalise_all(feed, source, vocabulary, sighting);
    let mut dates: Vec<DateTime<Utc>> = feed.entries.iter().filter_map(|entry| entry.date).collect();
    dates.sort_unstable();
    let mut gaps: Vec<TimeDelta> =
        dates.iter().zip(dates.iter().skip(1)).map(|(earlier, later)| *later - *earlier).collect();
    gaps.sort_unstable();
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for language in items.iter().filter_map(|item| item.language.as_deref()) {
        *languages.entry(language).or_default() += 1;
    }
    let reading = Reading {
        entries: feed.entries.len(),
        oldest: dates.first().copied(),
        newest: dates.last().copied(),
        hours_between: gaps.get(gaps.len() / 2).map(TimeDelta::num_hours),
        kept: items.len(),
        eligible: items.iter().filter(|item| item.eligible_at.is_some() && item.removed.is_none()).count(),
        language: languages.into_iter().max_by_key(|(_, count)| *count).map(|(language, _)| language.to_owned()),
        problems: problems(feed, items.len(), now),
    };
    (reading, items)
}

fn problems(feed: &ParsedFeed, kept: usize, now: DateTime<Utc>) -> Vec<String> {
    let all = feed.entries.len();
    if all == 0 {
        return vec!["it has no entries".to_owned()];
    }
    let mut problems = Vec::new();
    let mut tell = |count: usize, is: &str, are: &str| match count {
        0 => {}
        1 => problems.push(format!("1 of {all} entries {is}")),
        _ => problems.push(format!("{count} of {all} entries {are}")),
    };
    let count =
        |has: &dyn Fn(&crate::model::entry::Entry) -> bool| feed.entries.iter().filter(|entry| has(entry)).count();
    let undated = ": it is news when it is first seen after the first fetch";
    tell(
        count(&|e| e.date.is_none()),
        &format!("has no date{undated}"),
        &format!("have no date{}", undated.replace("it is", "they are")),
    );
    let ahead = now + TimeDelta::days(1);
    tell(count(&|e| e.date.is_some_and(|date| date > ahead)), "is dated in the future", "are dated in the future");
    tell(count(&|e| e.link.is_none()), "has no link: a headline alone", "have no link: headlines alone");
    let (is, are) = ("has no identity of its own", "have no identity of their own");
    let mend = ": an edited title makes a new entry of an old one";
    tell(count(&|e| e.id_is_generated && e.link.is_none()), &format!("{is}{mend}"), &format!("{are}{mend}"));
    let distinct: BTreeSet<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
    tell(all - distinct.len(), "repeats the identity of another", "repeat the identities of others");
    tell(all - kept, "could not be shown and would be left out", "could not be shown and would be left out");
    let newest = feed.entries.iter().filter_map(|entry| entry.date).max();
    if let Some(age) = newest.map(|newest| now - newest).filter(|age| *age >= QUIET_AFTER) {
        problems.push(format!("nothing new for {} days", age.num_days()));
    }
    if all > ARCHIVE {
        problems.push(format!("{all} entries, an archive with every fetch: look for a shorter feed of theirs"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn examined(items: &str) -> Reading {
        let source = Catalogue::parse("[[feed]]\nurl = \"https://a.example/feed\"\n").0.sources.remove(0);
        let text = format!("<rss version='2.0'><channel><title>A</title>{items}</channel></rss>");
        let feed = crate::parse::feed::read(text.as_bytes(), None, Some(&source.url)).unwrap();
        examine(&feed, &source, &Vocabulary::new(&[]), "2026-11-20T07:00:00Z".parse().unwrap()).0
    }

    #[test]
    fn a_sound_feed_has_no_problem() {
        let item = |n: u32| {
            format!(
                "<item><guid>{n}</guid><title>The planner learns from the queries that it has seen before, part {n}</title>\
                 <link>https://a.example/{n}</link><pubDate>{n} Nov 2026 08:00 GMT</pubDate></item>"
            )
        };
        let reading = examined(&[2, 9, 16].map(item).concat());
        assert_eq!(reading.problems, [""; 0]);
        assert_eq!((reading.entries, reading.kept, reading.eligible, reading.hours_between), (3, 3, 2, Some(168)));
        assert_eq!(reading.language.as_deref(), Some("en"));
    }

    #[test]
    fn what_is_wrong_is_told_in_words() {
        let reading = examined(
            "<item><title>One</title></item><item><title>Two</title></item><item><guid>3</guid><title>Three</title>\
             <link>https://a.example/3</link><pubDate>1 Jan 2026 08:00 GMT</pubDate></item><item><guid>3</guid></item>",
        );
        insta::assert_snapshot!(reading.problems.join("\n"));
        assert_eq!(examined("").problems, ["it has no entries"]);
        let future = "<item><guid>1</guid><title>T</title><link>https://a.example/</link><pubDate>1 Jan 2027 08:00 GMT</pubDate></item>";
        assert_eq!(examined(future).problems, ["1 of 1 entries is dated in the future"]);
    }
}
