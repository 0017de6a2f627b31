//! The lesser fields of feeds and entries: dates, names, tags, pictures.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::Repairs;
use super::names::Ns;
use super::tree::Element;
use crate::model::cadence::Cadence;
use crate::parse::date;
use crate::parse::entry::{MAX_LIST, joined};

pub(super) fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

/// A link's relation; RFC 4287 also allows the registered names as addresses.
pub(super) fn relation<'e>(link: &'e Element<'_>) -> Cow<'e, str> {
    let relation = link.attribute("rel").filter(|rel| !rel.is_empty()).unwrap_or("alternate");
    let name = relation.strip_prefix("http://www.iana.org/assignments/relation/").unwrap_or(relation);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Published and updated. Of several that can be read, the last of the best name wins.
pub(super) fn dates(item: &Element<'_>, repairs: &mut Repairs) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let (mut published, mut updated, mut general, mut created) = (None, None, None, None);
    for e in item.elements() {
        let slot = match (e.ns, e.name.as_ref()) {
            (Some(Ns::Core), "pubdate" | "published" | "issued") | (Some(Ns::DcTerms), "issued") => &mut published,
            (Some(Ns::Core), "updated" | "modified" | "lastbuilddate") | (Some(Ns::DcTerms), "modified") => {
                &mut updated
            }
            (Some(Ns::Core | Ns::Dc | Ns::DcTerms), "date") => &mut general,
            (Some(Ns::Core | Ns::DcTerms), "created") => &mut created,
            _ => continue,
        };
        let text = e.text();
        match date::parse(&text) {
            Some(moment) => *slot = Some(moment),
            None if !text.is_empty() => repairs.note("unreadable dates"),
            None => {}
        }
    }
    let updated = updated.or_else(|| item.attribute("lastmod").and_then(date::parse));
    let published = published.or(general);
    (if updated.is_none() { published.or(created) } else { published }, updated)
}

/// Elements of Media RSS, those in a group too.
pub(super) fn media<'e, 'a>(item: &'e Element<'a>) -> impl Iterator<Item = &'e Element<'a>> {
    item.elements()
        .filter(|e| e.ns == Some(Ns::Media))
        .flat_map(|e| std::iter::once(e).chain(e.elements().filter(|inner| inner.ns == Some(Ns::Media))))
}

pub(super) fn author(item: &Element<'_>) -> Option<String> {
    let named = |ns: Ns, name: &str| joined(item.elements().filter(|e| e.is(ns, name)).map(name_of));
    named(Ns::Core, "author").or_else(|| named(Ns::Dc, "creator")).or_else(|| named(Ns::Itunes, "author"))
}

fn name_of<'e>(author: &'e Element<'_>) -> Cow<'e, str> {
    let part = |name: &str| author.elements().find(|e| e.name == name).map(Element::trimmed).filter(|t| !t.is_empty());
    let author = part("name").or_else(|| part("email")).unwrap_or_else(|| author.trimmed());
    match name_beside_address(&author) {
        Some(name) => Cow::Owned(name.to_owned()),
        None => author,
    }
}

/// The name in "address (name)", as RSS wants it, and in "name <address>" and the like; the address where it is alone
/// between brackets.
fn name_beside_address(author: &str) -> Option<&str> {
    let is_address = |text: &str| text.find('@').is_some_and(|at| at > 0) && !text.contains(char::is_whitespace);
    [('(', ')'), ('<', '>'), ('[', ']')].into_iter().find_map(|(opens, closes)| {
        let (before, rest) = author.split_once(opens)?;
        let inside = rest.rsplit_once(closes).map_or(rest, |(inside, _)| inside).trim();
        let (before, address) = (before.trim(), inside.strip_prefix("mailto:").unwrap_or(inside));
        if is_address(before) && !inside.is_empty() {
            Some(inside)
        } else if is_address(address) {
            Some(if before.is_empty() { address } else { before })
        } else {
            None
        }
    })
}

/// Categories, and key words, which come several in an element.
pub(super) fn tags(item: &Element<'_>) -> Vec<String> {
    let own = item
        .elements()
        .filter(|e| e.is(Ns::Core, "category") || e.is(Ns::Dc, "subject"))
        .map(|e| e.attribute("label").or_else(|| e.attribute("term")).map_or_else(|| e.text(), str::to_owned));
    let listed = item.elements().filter(|e| e.is(Ns::Itunes, "keywords"));
    let listed = listed.chain(media(item).filter(|e| e.name == "keywords"));
    let words = listed.flat_map(|e| {
        let words = e.trimmed().split(',').map(|word| word.trim().to_owned()).take(MAX_LIST).collect::<Vec<_>>();
        words.into_iter().filter(|word| !word.is_empty())
    });
    own.chain(words).take(4 * MAX_LIST).collect()
}

/// How many comments there are: `slash:comments`, or as RFC 4685 says it.
pub(super) fn comment_count(item: &Element<'_>) -> Option<u32> {
    let number = |e: &Element<'_>| e.trimmed().parse().ok();
    let told = item.elements().filter(|e| e.is(Ns::Slash, "comments") || e.is(Ns::Thread, "total")).find_map(number);
    told.or_else(|| {
        let replies = item.elements().filter(|e| e.is(Ns::Core, "link") && relation(e) == "replies");
        replies.filter_map(|link| link.attribute("count")).find_map(|count| count.parse().ok())
    })
}

pub(super) fn image(item: &Element<'_>) -> Option<String> {
    let is_image = |e: &&Element<'_>| {
        e.attribute("medium") == Some("image") || e.attribute("type").is_some_and(|kind| kind.starts_with("image/"))
    };
    let url = |e: &Element<'_>| e.attribute("url").map(str::to_owned);
    media(item)
        .find(|e| e.name == "thumbnail")
        .and_then(url)
        .or_else(|| media(item).filter(|e| e.name == "content").find(is_image).and_then(url))
        .or_else(|| item.elements().find(|e| e.is(Ns::Itunes, "image"))?.attribute("href").map(str::to_owned))
        .or_else(|| item.elements().filter(|e| e.is(Ns::Core, "enclosure")).find(is_image).and_then(url))
        .or_else(|| {
            let image = item.elements().find(|e| e.is(Ns::Core, "image"))?;
            image.elements().find(|e| e.name == "url").map(Element::text)
        })
        .filter(|image| !image.is_empty())
}

pub(super) fn comments(item: &Element<'_>) -> Option<String> {
    let own = item.elements().find(|e| e.is(Ns::Core, "comments")).map(Element::text);
    let is_address = |text: &String| !text.is_empty() && !text.contains(char::is_whitespace);
    own.filter(is_address).or_else(|| {
        let html = |e: &&Element<'_>| e.attribute("type").is_none_or(|kind| kind == "text/html");
        let mut links = item.elements().filter(|e| e.is(Ns::Core, "link") && relation(e) == "replies");
        links.find(html)?.attribute("href").map(str::to_owned)
    })
}

pub(super) fn language(root: &Element<'_>, head: &Element<'_>) -> Option<String> {
    let own = head.elements().find(|e| e.name == "language" && matches!(e.ns, Some(Ns::Core | Ns::Dc)));
    let lang =
        |e: &Element<'_>| e.attributes.iter().find(|(key, _)| *key == "xml:lang").map(|(_, v)| v.trim().to_owned());
    own.map(Element::text).or_else(|| lang(head)).or_else(|| lang(root)).filter(|language| !language.is_empty())
}

/// How often to ask. `sy:updateBase` says from when to count and not how often, so it adds nothing.
pub(super) fn cadence(head: &Element<'_>) -> Cadence {
    let mut cadence = Cadence::of_minutes(ttl(head).unwrap_or_default());
    let listed = |list: &'static str, unit: &'static str| {
        let lists = head.elements().filter(move |e| e.is(Ns::Core, list));
        lists.flat_map(Element::elements).filter(move |e| e.is(Ns::Core, unit)).map(Element::text)
    };
    listed("skiphours", "hour").filter_map(|hour| hour.parse().ok()).for_each(|hour| cadence.skip_hour(hour));
    listed("skipdays", "day").filter_map(|day| day.parse().ok()).for_each(|day| cadence.skip_day(day));
    cadence
}

fn ttl(head: &Element<'_>) -> Option<u32> {
    let text = |ns: Ns, name: &str| head.elements().find(|e| e.is(ns, name)).map(Element::text);
    if let Some(minutes) = text(Ns::Core, "ttl").and_then(|ttl| ttl.parse().ok()) {
        return Some(minutes);
    }
    let period = match text(Ns::Syndication, "updateperiod")?.to_ascii_lowercase().as_str() {
        "hourly" => 60,
        "daily" => 1_440,
        "weekly" => 10_080,
        "monthly" => 43_200,
        "yearly" => 525_600,
        _ => return None,
    };
    let times = text(Ns::Syndication, "updatefrequency").and_then(|times| times.parse().ok()).unwrap_or(1_u32);
    Some((period / times.max(1)).max(1))
}
