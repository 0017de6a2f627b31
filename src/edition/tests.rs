use chrono::Duration;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::cluster::tests::{at, item, source};
use crate::model::edition::StoryCard;
use crate::model::id::{DigestKey, ItemId, TopicKey};
use crate::model::item::Kind;
use crate::model::source::{Level, Role, Source};

const UNTIL: &str = "2026-11-20T06:00:00Z";

fn topic(key: &str) -> Topic {
    Topic { key: TopicKey::parse(key).unwrap(), name: key.to_uppercase(), aliases: Vec::new() }
}

fn digest() -> Digest {
    Digest {
        key: DigestKey::parse("weekly").unwrap(),
        title: "Weekly".to_owned(),
        topics: Vec::new(),
        languages: Vec::new(),
        mute: Vec::new(),
        schedule: "Fri 07:00".parse().unwrap(),
        timezone: Tz::Europe__Berlin,
        compose_ahead: std::time::Duration::ZERO,
        from: "digest@example.org".to_owned(),
        reply_to: None,
        postal_address: None,
        city: None,
        country: None,
    }
}

fn world() -> Vec<Source> {
    let mut press = source("paper", Role::Press);
    press.weight = 1.2;
    vec![source("maker", Role::Primary), press, source("diary", Role::Community), source("links", Role::Aggregator)]
}

fn composed(digest: &Digest, items: &[Item], shown_before: &BTreeSet<String>) -> Composed {
    composed_after(&[], digest, items, shown_before)
}

fn composed_after(told: &[Told], digest: &Digest, items: &[Item], shown_before: &BTreeSet<String>) -> Composed {
    let known = world();
    let sources = Sources::new(&known);
    let topics = [topic("web"), topic("data"), topic("security")];
    compose(&Material {
        digest,
        name: "2026-W47",
        number: 47,
        window: Window { from: at(UNTIL) - Duration::days(7), until: at(UNTIL) },
        send_at: at(UNTIL) + Duration::hours(1),
        items,
        sources: &sources,
        topics: &topics,
        background: &Background::shipped(),
        judgements: &Judgements::default(),
        told,
        earlier: &[],
        shown_before,
        answered_sources: 4,
        meet: Meet::default(),
        first_timers: None,
    })
}

fn compose_all(items: &[Item]) -> Edition {
    composed(&digest(), items, &BTreeSet::new()).edition
}

fn on(topics: &[&str], kind: Kind, source: &str, title: &str) -> Item {
    Item {
        topics: topics.iter().map(|key| TopicKey::parse(key).unwrap()).collect(),
        kind,
        ..item(source, title, &format!("{source}.example/{}", title.replace(' ', "-")))
    }
}

fn cards(edition: &Edition) -> Vec<&StoryCard> {
    let team = [&edition.team.junior, &edition.team.practice, &edition.team.product];
    edition
        .top
        .iter()
        .chain(edition.topics.iter().flat_map(|section| &section.stories))
        .chain(&edition.outside)
        .chain(team.into_iter().flatten().map(|pick| &pick.story))
        .collect()
}

#[test]
fn a_quiet_week_is_a_short_edition() {
    let edition = compose_all(&[]);
    assert!(cards(&edition).is_empty() && edition.trends.is_empty() && edition.removed.is_empty());
    assert_eq!((edition.headline.as_str(), edition.read.items), ("A quiet week", 0));
    let weak = compose_all(&[on(&[], Kind::Opinion, "diary", "A thought in passing")]);
    assert_eq!(weak.top.len(), 1, "short, not empty");
}

#[test]
fn what_rules_keep_out_is_listed_with_its_reason() {
    let digest = Digest { languages: vec!["en".to_owned()], mute: vec!["blockchain".to_owned()], ..digest() };
    let mut kept = on(&["web"], Kind::Release, "maker", "Kept 1.0");
    kept.language = Some("en-GB".to_owned());
    let mut foreign = on(&["web"], Kind::Release, "paper", "Anderswo");
    foreign.language = Some("de".to_owned());
    let mut skipped = on(&["web"], Kind::Release, "paper", "Matched");
    skipped.removed = Some("a list post".to_owned());
    let shown = on(&["web"], Kind::Release, "paper", "Shown last week");
    let items = [
        kept,
        foreign,
        skipped,
        shown.clone(),
        on(&["web"], Kind::Sponsored, "paper", "Buy this"),
        on(&["web"], Kind::Release, "paper", "A Blockchain in the garden"),
    ];
    let shown_before = shown.url_key.into_iter().collect();
    let edition = composed(&digest, &items, &shown_before).edition;
    let removed: Vec<(&str, &str)> =
        edition.removed.iter().map(|removed| (removed.title.as_str(), removed.reason.as_str())).collect();
    assert_eq!(
        removed,
        [
            ("A Blockchain in the garden", "muted: blockchain"),
            ("Anderswo", "language: de"),
            ("Buy this", "sponsored"),
            ("Matched", "a list post"),
            ("Shown last week", "was in an earlier edition"),
        ]
    );
    assert_eq!(cards(&edition).iter().map(|card| card.headline.as_str()).collect::<Vec<_>>(), ["Kept 1.0"]);
    assert_eq!((edition.read.items, edition.read.stories), (6, 3));
}

#[test]
fn outside_exists_only_for_those_who_chose_topics() {
    let items = [
        on(&["web"], Kind::Release, "maker", "A browser release"),
        on(&["security"], Kind::Advisory, "paper", "A hole in a proxy"),
    ];
    assert!(compose_all(&items).outside.is_none());
    let digest = Digest { topics: vec![TopicKey::parse("web").unwrap()], ..digest() };
    let edition = composed(&digest, &items, &BTreeSet::new()).edition;
    assert_eq!(edition.outside.unwrap().headline, "A hole in a proxy");
    assert_eq!(edition.top.len(), 1);
}

#[test]
fn the_team_gets_what_the_top_left() {
    let mut ends = on(&["web"], Kind::Deprecation, "diary", "Storage ends");
    ends.takes_effect = Some("2027-03-01".parse().unwrap());
    let mut sooner = on(&["web"], Kind::Deprecation, "diary", "Cookies end sooner");
    sooner.takes_effect = Some("2026-11-30".parse().unwrap());
    let mut first = on(&["data"], Kind::Article, "diary", "What an index is");
    first.level = Level::Introductory;
    let mut items: Vec<Item> = ["Alpha 1.0", "Bravo 2.0 for all", "Charlie and its friends 3.0"]
        .iter()
        .zip(["maker", "paper", "maker"])
        .map(|(title, source)| on(&["data"], Kind::Release, source, title))
        .collect();
    items.push(on(&["security"], Kind::Advisory, "diary", "Folded headers smuggle requests"));
    items.push(on(&["security"], Kind::Advisory, "diary", "A poisoned build script"));
    items.extend([ends, sooner, first]);
    let edition = compose_all(&items);
    let product = edition.team.product.unwrap();
    assert_eq!(product.story.headline, "Cookies end sooner");
    assert!(product.prompt.starts_with("Takes effect on 30 November 2026, in 10 days."), "{}", product.prompt);
    assert_eq!(edition.team.junior.unwrap().story.headline, "What an index is");
    assert_eq!(edition.topics.iter().map(|section| section.stories.len()).sum::<usize>(), 1);
    let asked = edition.top.iter().filter(|card| card.question.is_some()).count();
    assert_eq!(asked, 2);
}

#[test]
fn other_reports_and_discussions_are_linked_once() {
    let title = "How the queue stood still at last";
    let maker = on(&["web"], Kind::Incident, "maker", title);
    let press = Item { title: title.to_owned(), ..on(&["web"], Kind::Incident, "paper", title) };
    let pointer = Item {
        link: maker.link.clone(),
        url_key: maker.url_key.clone(),
        points: Some(40),
        comment_count: Some(7),
        discussion: Some("https://links.example/item/1".to_owned()),
        ..on(&["web"], Kind::Article, "links", "Queue, commented")
    };
    let edition = compose_all(&[pointer, press, maker]);
    let card = &edition.top[0];
    assert_eq!((card.source.as_str(), card.host.as_deref()), ("maker", Some("maker.example")));
    assert_eq!(card.also.iter().map(|also| also.source.as_str()).collect::<Vec<_>>(), ["paper"]);
    assert_eq!(card.discussions.len(), 1);
    assert_eq!((card.sources, card.independent), (3, 1));
}

#[test]
fn the_card_says_what_its_lead_says() {
    let german =
        Item { language: Some("de".to_owned()), ..on(&["security", "web"], Kind::Article, "diary", "Anderswo") };
    let card = compose_all(&[german]).top.swap_remove(0);
    assert_eq!(card.topics.iter().map(|topic| topic.name.as_str()).collect::<Vec<_>>(), ["SECURITY", "WEB"]);
    assert_eq!(card.language.as_deref(), Some("de"));
}

#[test]
fn without_a_reason_the_inbox_is_told_of_something_else() {
    let release = |title: &str, source| on(&["web"], Kind::Release, source, title);
    let alone = compose_all(&[release("Alpha moves on", "diary")]);
    assert_eq!((alone.top[0].reason.as_str(), alone.preheader.as_str()), ("", "From diary"));
    let two = compose_all(&[release("Alpha moves on", "diary"), release("Bravo follows suit", "paper")]);
    assert_eq!(two.preheader, two.top[1].headline);
    let mut loud = release("Charlie is discussed", "diary");
    loud.points = Some(874);
    let told = compose_all(&[release("Alpha moves on", "paper"), loud, release("Bravo follows suit", "diary")]);
    let reasons: Vec<&str> = told.top.iter().map(|card| card.reason.as_str()).collect();
    assert_eq!(reasons, ["the most points this week, 874 on diary", "", ""]);
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let kinds = [Kind::Release, Kind::Advisory, Kind::Practice, Kind::Introduction, Kind::Deprecation, Kind::Article];
    let row = (0..4_usize, 0..6_usize, 0..9_u8, 0..3_usize, proptest::option::of(0..900_u32), 0..40_u8);
    proptest::collection::vec(row, 0..40).prop_map(move |rows| {
        let names = ["maker", "paper", "diary", "links"];
        let topics = ["web", "data", "security"];
        rows.iter()
            .enumerate()
            .map(|(n, (source, kind, page, topic, points, word))| Item {
                id: ItemId::of(&[&n.to_string()]),
                url_key: Some(format!("maker.example/{page}")).filter(|_| *page > 3),
                points: *points,
                ..on(&[topics[*topic]], kinds[*kind], names[*source], &format!("Thing{word} meets other{n}"))
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_story_twice_and_the_limits_hold(items in any_items()) {
        let edition = compose_all(&items);
        let ids: Vec<_> = cards(&edition).iter().map(|card| card.id.clone()).collect();
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        prop_assert!(edition.top.len() <= 7);
        for name in ["maker", "paper", "diary", "links"] {
            prop_assert!(edition.top.iter().filter(|card| card.source == name).count() <= 2);
        }
        for name in ["WEB", "DATA", "SECURITY"] {
            prop_assert!(edition.top.iter().filter(|card| card.topics.iter().any(|topic| topic.name == name)).count() <= 3);
        }
        prop_assert!(edition.topics.iter().all(|section| (1..=3).contains(&section.stories.len())));
        for card in cards(&edition) {
            let sum: f64 = card.why.iter().map(|signal| signal.value).sum();
            prop_assert!((card.score - sum).abs() < 1e-9);
            prop_assert!(!card.reason.contains("a release") && !card.reason.contains("an advisory"));
        }
    }

    #[test]
    fn the_order_of_items_does_not_matter(items in any_items(), by in 0..40_usize) {
        let mut turned = items.clone();
        turned.reverse();
        let by = by % turned.len().max(1);
        turned.rotate_left(by);
        let (digest, shown) = (digest(), BTreeSet::new());
        prop_assert_eq!(composed(&digest, &items, &shown), composed(&digest, &turned, &shown));
    }
}

/// What an edition told of an outage, by the press alone.
fn told() -> Told {
    let mut item = on(&["web"], Kind::Article, "paper", "Crateyard pulls 42 poisoned packages after nine hours");
    item.excerpt = Some("The registry Crateyard removed 42 packages that stole tokens.".to_owned());
    item.date = Some(at("2026-11-12T12:00:00Z"));
    Told {
        edition: "2026-W46".to_owned(),
        story: crate::model::id::StoryId::of(&["told"]),
        headline: item.title.clone(),
        items: vec![item],
    }
}

fn later(source: &str, kind: Kind, title: &str) -> Item {
    let mut item = on(&["web"], kind, source, title);
    item.excerpt = Some("Crateyard, the registry, removed 42 poisoned packages that stole tokens.".to_owned());
    item.date = Some(at("2026-11-14T12:00:00Z"));
    item
}

#[test]
fn what_was_told_returns_only_when_there_is_news_and_then_marked() {
    let again = later("diary", Kind::Article, "Crateyard pulled 42 poisoned packages: a recap of nine hours");
    let composed = |items: &[Item]| composed_after(&[told()], &digest(), items, &BTreeSet::new()).edition;
    let edition = composed(std::slice::from_ref(&again));
    assert!(cards(&edition).is_empty());
    assert_eq!(edition.removed[0].reason, "was in 2026-W46: Crateyard pulls 42 poisoned packages after nine hours");

    let own = later("maker", Kind::Incident, "How 42 poisoned packages came into Crateyard for nine hours");
    let edition = composed(&[again, own]);
    let [card] = cards(&edition)[..] else { panic!("one story: {:?}", cards(&edition)) };
    let told = card.follow_up.as_ref().expect("marked");
    assert_eq!((told.edition.as_str(), told.news.as_str()), ("2026-W46", "maker speaks for itself now"));
    let other = composed(&[later("diary", Kind::Article, "Lumen drops third-party storage on 1 March")]);
    assert!(cards(&other).iter().all(|card| card.follow_up.is_none()) && !cards(&other).is_empty());
}

#[test]
fn what_links_back_to_a_story_of_long_ago_is_marked_when_there_is_news() {
    let mut told = told();
    told.items[0].date = Some(at("2026-10-30T12:00:00Z"));
    told.items[0].url_key = Some("https://paper.example/pulled".to_owned());
    let composed = |kind, title: &str, cites: &[&str]| {
        let mut report = later("maker", kind, title);
        report.out_links = cites.iter().map(|key| (*key).to_owned()).collect();
        composed_after(std::slice::from_ref(&told), &digest(), &[report], &BTreeSet::new()).edition
    };
    let marked = |edition: &Edition| {
        let [card] = cards(edition)[..] else { panic!("one story: {:?}", cards(edition)) };
        card.follow_up.is_some()
    };
    let title = "How 42 poisoned packages came into Crateyard";
    assert!(marked(&composed(Kind::Incident, title, &["https://paper.example/pulled"])));
    assert!(!marked(&composed(Kind::Incident, title, &[])), "nothing leads there");
    assert!(
        !marked(&composed(Kind::Incident, "A mirror in Oslo", &["https://paper.example/pulled"])),
        "another matter"
    );
}

#[test]
fn the_report_of_an_outage_goes_on_from_its_first_notes() {
    let mut told = told();
    told.items[0].kind = Kind::Incident;
    let report = later("diary", Kind::Incident, "Incident report: how 42 poisoned packages came into Crateyard");
    let edition = composed_after(&[told], &digest(), &[report], &BTreeSet::new()).edition;
    let [card] = cards(&edition)[..] else { panic!("one story: {:?}", cards(&edition)) };
    let news = card.follow_up.as_ref().map(|told| told.news.as_str());
    assert_eq!(news, Some("there is a report of what happened now"));
}
