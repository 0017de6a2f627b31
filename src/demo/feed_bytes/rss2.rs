//! RSS 2.0, sound or broken in the ways of [`Defect`].

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Europe::Berlin;
use url::Url;

use super::xml::Xml;
use super::{as_html, html};
use crate::demo::world::{Defect, Feed, Item};

/// The namespaces that every feed declares, used or not, as publishing software does.
const NAMESPACES: [(&str, &str); 2] =
    [("xmlns:dc", "http://purl.org/dc/elements/1.1/"), ("xmlns:slash", "http://purl.org/rss/1.0/modules/slash/")];

/// What a careless script prints before it prints the feed.
const JUNK: &str = "\nNotice: undefined variable \"cache\" in feed.php, line 41\n\n";

pub(super) fn write(feed: &Feed, items: &[Item]) -> Vec<u8> {
    let narrow = feed.has(Defect::Windows1252);
    let mut xml = Xml::new(feed, if narrow { "ISO-8859-1" } else { "UTF-8" });
    let version: &[_] = if feed.has(Defect::NoVersion) { &[] } else { &[("version", "2.0")] };
    xml.open("rss", &[version, &NAMESPACES].concat());
    xml.open("channel", &[]);
    xml.element("title", &feed.title);
    xml.element("link", &feed.site);
    xml.element("description", &feed.about);
    if let Some(language) = &feed.language {
        xml.element("language", language);
    }
    if let Some(newest) = items.first().filter(|_| !feed.has(Defect::Undated)) {
        xml.element("copyright", &format!("© {} {}", newest.at.year(), feed.title));
        xml.element("lastBuildDate", &date(feed, newest.at));
    }
    for item in items {
        write_item(&mut xml, feed, item);
    }
    xml.close("channel");
    xml.close("rss");
    let mut text = xml.finish();
    if feed.has(Defect::CutOff) && !items.is_empty() {
        text = cut_off(&text);
    }
    if feed.has(Defect::JunkBefore) {
        text.insert_str(0, JUNK);
    }
    if narrow { encoding_rs::WINDOWS_1252.encode(&text).0.into_owned() } else { text.into_bytes() }
}

fn write_item(xml: &mut Xml, feed: &Feed, item: &Item) {
    xml.open("item", &[]);
    if feed.has(Defect::UppercaseHtmlTitles) {
        xml.element("title", &format!("<B>{}</B>", html(&item.title)));
    } else {
        xml.element("title", &item.title);
    }
    let link = link(feed, item);
    xml.element("link", &link);
    if let Some(discussion) = &item.discussion {
        xml.element("comments", &discussion.url);
        xml.element("slash:comments", &discussion.comments.to_string());
    }
    if !feed.has(Defect::NoGuid) {
        match &item.discussion {
            Some(discussion) => xml.element_with("guid", &[("isPermaLink", "false")], &discussion.url),
            None => xml.element("guid", &link),
        }
    }
    if !feed.has(Defect::Undated) {
        xml.element("pubDate", &date(feed, item.at));
    }
    if let Some(author) = &item.author {
        xml.element("dc:creator", author);
    }
    for tag in &item.tags {
        xml.element("category", tag);
    }
    if feed.has(Defect::HtmlEntities) {
        // Software that writes named entities also turns apostrophes into curly ones.
        xml.element("description", &as_html(item).replace('\'', "’"));
    } else {
        xml.element("description", &as_html(item));
    }
    xml.close("item");
}

fn link(feed: &Feed, item: &Item) -> String {
    let relative = Url::parse(&item.link).ok().filter(|_| feed.has(Defect::RelativeLinks));
    relative.map_or_else(|| item.link.clone(), |url| url.path().to_owned())
}

fn date(feed: &Feed, at: DateTime<Utc>) -> String {
    if feed.has(Defect::BadDates) { bad_date(at) } else { at.format("%a, %d %b %Y %H:%M:%S +0000").to_string() }
}

/// The same instant, written as templates really do: the style goes by the day, so that it never changes for
/// an entry.
fn bad_date(at: DateTime<Utc>) -> String {
    const DAYS: [&str; 7] = ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"];
    let local = at.with_timezone(&Berlin);
    let named = |names: &[&'static str], index: u32| {
        usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or_default()
    };
    match at.day() % 4 {
        0 => local.format("%a, %d %b %Y %H:%M %Z").to_string(),
        1 => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        2 => at.format("%A, %d %B %Y %H:%M:%S GMT").to_string(),
        _ => format!(
            "{}, {:02} {} {}",
            named(&DAYS, local.weekday().num_days_from_sunday()),
            local.day(),
            named(&MONTHS, local.month0()),
            local.format("%Y %H:%M:%S %z"),
        ),
    }
}

/// Ends in the middle of the last item's link, as a transfer that broke does.
fn cut_off(text: &str) -> String {
    let Some((before, rest)) = text.rsplit_once("<link>") else { return text.to_owned() };
    let link = rest.split_once("</link>").map_or(rest, |(link, _)| link);
    let half: String = link.chars().take(link.chars().count() / 2).collect();
    format!("{before}<link>{half}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_styles_of_bad_dates_mean_the_instant() {
        let styles: Vec<String> =
            (4..8).map(|day| bad_date(format!("2026-10-{day:02}T07:30:00Z").parse().unwrap())).collect();
        assert_eq!(
            styles,
            [
                "Sun, 04 Oct 2026 09:30 CEST",
                "2026-10-05 07:30:00",
                "Tuesday, 06 October 2026 07:30:00 GMT",
                "Mi, 07 Okt 2026 09:30:00 +0200",
            ]
        );
        assert_eq!(bad_date("2026-11-08T07:30:00Z".parse().unwrap()), "Sun, 08 Nov 2026 08:30 CET");
    }

    #[test]
    fn a_cut_off_document_ends_within_its_last_link() {
        let text = "<link>https://a.example/</link><item><link>https://a.example/one</link></item>";
        assert_eq!(cut_off(text), "<link>https://a.example/</link><item><link>https://a.");
    }
}
