use std::time::Duration;

use chrono_tz::Tz;

use super::editions::*;
use super::list::*;
use super::*;
use crate::mail::address::AddressError;
use crate::model::edition::Edition;
use crate::render::sample::{quiet_edition, sample_edition};
use crate::schedule::Schedule;

const SITE: Site<'_> = Site {
    title: "The <Ferry> Weekly",
    other: None,
    base_url: None,
    contact: Some("weekly@example.org"),
    postal_address: None,
    open: true,
};

fn edition(edition: &Edition, site: &Site<'_>) -> String {
    edition_page(edition, site, &Templates::embedded()).unwrap()
}

fn friday() -> Schedule {
    "Fri 07:00".parse().unwrap()
}

fn keys() -> [DigestKey; 2] {
    ["weekly", "platform"].map(|key| DigestKey::parse(key).unwrap())
}

fn form<'a>(keys: &'a [DigestKey], typed: &'a str, complaint: Option<Complaint>) -> Form<'a> {
    let offer = |key| Offer {
        key,
        title: "All of <it>",
        topics: vec!["Web", "Data and databases"],
        schedule: friday(),
        timezone: Tz::Europe__Berlin,
    };
    Form { offers: keys.iter().map(offer).collect(), chosen: keys.first(), typed, complaint }
}

/// The home page of a site with so many digests.
fn home(edition: Option<&Edition>, digests: usize) -> String {
    let keys = keys();
    let form = form(&keys[..digests], "", None);
    let beside = keys[1..digests].iter().map(|key| Beside { title: "<Ferry> 2", key, headline: Some("<Ferry>") });
    let home = Home { edition, form: Some(&form), beside: &beside.collect::<Vec<_>>() };
    home_page(&home, &SITE, &Templates::embedded()).unwrap()
}

#[test]
fn one_digest_leaves_no_choice_and_several_do() {
    let one = home(Some(&sample_edition()), 1);
    assert!(one.contains(r#"<input type="hidden" name="digest" value="weekly">"#) && !one.contains("radio"), "{one}");
    assert!(one.contains("every Friday at 07:00, Berlin time") && one.contains("Web, Data and databases"));
    assert!(!one.contains("Other digests"));
    let two = home(Some(&sample_edition()), 2);
    assert_eq!(two.matches(r#"type="radio" name="digest""#).count(), 2);
    assert_eq!(two.matches(" checked").count(), 1);
    assert!(two.contains(r#"<a href="/?digest=platform">&lt;Ferry&gt; 2</a>"#), "{two}");
}

#[test]
fn a_complaint_stands_beside_its_field_and_keeps_what_was_typed() {
    let keys = keys();
    let complaint = Some(Complaint::Address(AddressError::NoAt));
    let page = subscribe_page(&form(&keys, "ada\"<at>", complaint), &SITE, &Templates::embedded()).unwrap();
    let field = page.split("<input id=\"email\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(field.contains(r#"value="ada&quot;&lt;at&gt;""#), "{field}");
    assert!(field.contains("aria-invalid=\"true\"") && field.contains("aria-describedby=\"email-error email-note\""));
    assert!(page.contains(r#"<p class="error" id="email-error">An address has an @ in it."#), "{page}");
    assert!(page.contains("<title>Not yet: "), "the title tells it first");
}

#[test]
fn where_nobody_can_subscribe_no_page_asks_to() {
    let closed = Site { open: false, ..SITE };
    let edition = sample_edition();
    let home = Home { edition: Some(&edition), form: None, beside: &[] };
    let page = home_page(&home, &closed, &Templates::embedded()).unwrap();
    assert!(!page.contains("ubscribe\"") && !page.contains("<form"), "{page}");
    let message = Message { title: "Gone", words: &["Gone."], subscribe: true };
    assert!(message_page(&message, &SITE, &Templates::embedded()).unwrap().contains(r#"href="/subscribe""#));
    assert!(!message_page(&message, &closed, &Templates::embedded()).unwrap().contains("/subscribe"));
}

#[test]
fn the_pages_of_another_digest_lead_to_its_own() {
    let key = DigestKey::parse("platform").unwrap();
    let page = how_page(&Site { other: Some(&key), ..SITE }, &Templates::embedded()).unwrap();
    for link in
        ["/?digest=platform", "/editions?digest=platform", "/feed.atom?digest=platform", "/subscribe?digest=platform"]
    {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}: {page}");
    }
}

#[test]
fn every_story_has_its_anchor_once() {
    let mut twice = sample_edition();
    twice.topics[0].stories.push(twice.top[0].clone());
    let page = edition(&twice, &SITE);
    let stories = twice.top.iter().chain(twice.topics.iter().flat_map(|topic| &topic.stories)).chain(&twice.outside);
    for story in stories {
        assert_eq!(page.matches(&format!(r#"id="s-{}""#, story.id)).count(), 1, "{}", story.headline);
    }
}

#[test]
fn a_strict_policy_can_serve_every_page() {
    let templates = Templates::embedded();
    let shelf = || Shelf { title: "Ferry", lines: vec![EditionLine::from(&sample_edition())] };
    let next = ("2026-11-27T06:00:00Z".parse().unwrap(), Tz::Europe__Berlin);
    let offer = (friday(), Tz::UTC);
    for page in [
        edition(&sample_edition(), &SITE),
        edition(&quiet_edition(), &SITE),
        home(Some(&sample_edition()), 2),
        home(None, 1),
        archive_page(&[shelf()], false, &SITE, &templates).unwrap(),
        archive_page(&[shelf(), Shelf { title: "<Ferry>", lines: Vec::new() }], true, &SITE, &templates).unwrap(),
        archive_page(&[], false, &SITE, &templates).unwrap(),
        subscribe_page(&form(&keys(), "<here>", Some(Complaint::Digest)), &SITE, &templates).unwrap(),
        sent_page(Duration::from_hours(72), &SITE, &templates).unwrap(),
        confirm_page("m…@example.org", "t", offer, &SITE, &templates).unwrap(),
        confirmed_page("m…@example.org", Coming::Latest, next, &SITE, &templates).unwrap(),
        already_page("m…@example.org", next, &SITE, &templates).unwrap(),
        how_page(&SITE, &templates).unwrap(),
        unsubscribe_page("m…@e….org", "t", &SITE, &templates).unwrap(),
        unsubscribed_page(&SITE, &templates).unwrap(),
        message_page(&Message { title: "Not <here>", words: &["<here>"], subscribe: true }, &SITE, &templates).unwrap(),
    ] {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
        for bad in ["<script", "style=", "javascript:", "onclick", "<here>", "<Ferry>", "src="] {
            assert!(!page.contains(bad), "{bad}");
        }
        assert!(page.contains("<h1>") && page.contains("The &lt;Ferry&gt; Weekly"));
    }
}

#[test]
fn a_base_with_a_path_is_kept() {
    let base = Url::parse("https://example.org/digest/").unwrap();
    let page = edition(&sample_edition(), &Site { base_url: Some(&base), ..SITE });
    assert!(page.contains(r#"href="/digest/style.css""#));
    assert!(page.contains(r#"<link rel="canonical" href="https://example.org/digest/editions/2026-W47">"#));
    assert!(!page.contains(r#"href="/editions"#));
    let site = Site { base_url: Some(&base), ..SITE };
    let leave = unsubscribe_page("m…@e….org", "t0ken", &site, &Templates::embedded()).unwrap();
    assert!(leave.contains(r#"action="/digest/unsubscribe/t0ken""#), "{leave}");
}

#[test]
fn each_digest_has_addresses_of_its_own() {
    let mut other = sample_edition();
    other.digest = DigestKey::parse("platform").unwrap();
    let page = edition(&other, &SITE);
    assert!(page.contains(r#"href="/editions/platform.2026-W47.md""#));
    assert!(page.contains(r#"href="/editions/platform.2026-W47#s-"#) && !page.contains("/editions/2026-W47"));
    let shelf = Shelf { title: "Platform", lines: vec![EditionLine::from(&other)] };
    let archive = archive_page(&[shelf], false, &SITE, &Templates::embedded()).unwrap();
    assert!(archive.contains(r#"href="/editions/platform.2026-W47""#));
}

#[test]
fn a_quiet_week_leaves_no_empty_headings() {
    let page = edition(&quiet_edition(), &SITE);
    for heading in ["Trends", "By topic", "Outside", "For your team", "Meet", "Corrections"] {
        assert!(!page.contains(&format!("<h2>{heading}")), "{heading}");
    }
}
