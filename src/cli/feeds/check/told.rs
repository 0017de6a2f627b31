//! What a look at one source shows, in words.

use chrono::{DateTime, Utc};

use super::super::{day, size};
use super::{Checked, Content};
use crate::health::reading::Reading;
use crate::model::entry::ParsedFeed;
use crate::model::id::TopicKey;
use crate::model::item::Item;
use crate::render::wrap::wrap;

/// Entries or events that are shown one by one.
const SHOWN: usize = 10;

/// Below a title, behind the column of dates.
const INDENT: &str = "            ";

pub(super) fn told(checked: &Checked, now: DateTime<Utc>) -> String {
    let mut lines = vec![title(checked)];
    let mut add = |what: &str, words: String| lines.push(format!("  {what:<12} {words}"));
    add("address", checked.url.to_string());
    for hop in &checked.redirects {
        add("redirect", format!("{} to {}", hop.status, hop.to));
    }
    if let Some(moved_to) = &checked.moved_to {
        add("moved", format!("for good, to {moved_to}: write that address into feeds.toml"));
    }
    if let Some(status) = checked.status {
        let kind = checked.content_type.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default();
        let bytes = checked.bytes.map(|bytes| format!(", {}", size(bytes as u64))).unwrap_or_default();
        add("answer", format!("{status}{kind}{bytes}"));
    }
    if checked.error.is_none() {
        add("validators", validators(checked));
        add("freshness", freshness(checked));
    }
    match &checked.content {
        Content::Feed { reading, items, document } => feed(&mut lines, reading, items, document),
        Content::Events { listed, problems, .. } => {
            lines.extend(problems.iter().map(|problem| format!("  {:<12} {problem}", "problem")));
            let ahead = listed.iter().filter(|event| event.start.instant() >= now).take(SHOWN);
            lines.extend(ahead.map(|event| format!("{}  {}", event.start.local.format("%Y-%m-%d %H:%M"), event.title)));
        }
        Content::Page { feeds } => {
            lines.extend(
                feeds.iter().take(SHOWN).map(|feed| format!("  {:<12} {} ({})", "offers", feed.url, feed.title)),
            );
            let words = if feeds.is_empty() { "none was found" } else { "as entries for feeds.toml" };
            lines.push(format!("  {:<12} {words}: `bellwether feeds discover {}`", "feeds", checked.url));
        }
        Content::Nothing {} => {}
    }
    lines.join("\n")
}

fn title(checked: &Checked) -> String {
    match &checked.content {
        Content::Feed { document, reading, .. } => {
            let noun = if reading.entries == 1 { "entry" } else { "entries" };
            format!("{} — {} {noun} ({})", document.title, reading.entries, document.encoding)
        }
        Content::Events { title, listed, .. } => format!("{title} — {} events ahead", listed.len()),
        Content::Page { .. } => "A web page, not a feed".to_owned(),
        Content::Nothing {} => "Nothing that can be read".to_owned(),
    }
}

fn validators(checked: &Checked) -> String {
    let given = [("ETag", &checked.etag), ("Last-Modified", &checked.last_modified)];
    let given: Vec<String> =
        given.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
    if given.is_empty() {
        "none: it is asked once a day, and sends everything each time".to_owned()
    } else {
        given.join(", ")
    }
}

fn freshness(checked: &Checked) -> String {
    let span = |seconds: u64| humantime::format_duration(std::time::Duration::from_secs(seconds)).to_string();
    let cache = checked.fresh_for.filter(|seconds| *seconds > 0).map(|seconds| format!("fresh for {}", span(seconds)));
    let ttl = checked.ttl_minutes.map(|minutes| format!("asks for {} between requests", span(u64::from(minutes) * 60)));
    let said: Vec<String> = cache.into_iter().chain(ttl).collect();
    if said.is_empty() { "nothing said".to_owned() } else { said.join(", ") }
}

fn feed(lines: &mut Vec<String>, reading: &Reading, items: &[Item], document: &ParsedFeed) {
    let mut add = |what: &str, words: String| lines.push(format!("  {what:<12} {words}"));
    let format = serde_json::to_value(document.format).ok().and_then(|format| format.as_str().map(str::to_owned));
    add("format", format!("{}, {}", format.unwrap_or_default(), document.encoding));
    if let (Some(oldest), Some(newest)) = (reading.oldest, reading.newest) {
        let rhythm = reading.hours_between.map(|hours| format!(", {}", rhythm(hours))).unwrap_or_default();
        add("entries", format!("from {} to {}{rhythm}", day(oldest), day(newest)));
    }
    add("kept", format!("{} of {}; {} could be in the next edition", reading.kept, reading.entries, reading.eligible));
    let declared =
        document.language.as_deref().map_or_else(|| "not declared".to_owned(), |tag| format!("{tag} declared"));
    let read = reading.language.as_deref().map(|tag| format!(", {tag} by its entries")).unwrap_or_default();
    add("language", format!("{declared}{read}"));
    for repair in &document.recovered {
        add("repaired", repair.clone());
    }
    for problem in &reading.problems {
        add("problem", problem.clone());
    }
    lines.extend(items.iter().take(SHOWN).map(item));
    if items.len() > SHOWN {
        lines.push(format!("{INDENT}and {} more", items.len() - SHOWN));
    }
}

/// Its date and title; what it was taken for, or why it is kept out; and what would be quoted.
fn item(item: &Item) -> String {
    let date = item.date.map_or_else(|| "undated".to_owned(), day);
    let mut told = format!("{date:>10}  {}\n", item.title);
    told += &if let Some(reason) = &item.removed {
        wrap(&format!("left out: {reason}"), INDENT, INDENT)
    } else {
        let what = std::iter::once(item.kind.words()).chain(item.topics.iter().map(TopicKey::as_str));
        format!("{INDENT}{}", what.collect::<Vec<_>>().join(", "))
    };
    if let Some(excerpt) = &item.excerpt {
        told += "\n";
        told += &wrap(excerpt, INDENT, INDENT);
    }
    told
}

fn rhythm(hours: i64) -> String {
    match hours {
        ..=1 => "several an hour or all at once".to_owned(),
        2..=36 => format!("one about every {hours} hours"),
        _ => format!("one about every {} days", (hours + 12) / 24),
    }
}
