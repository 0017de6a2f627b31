//! The demonstration: nine weeks from feeds to an inbox, by the real binary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bellwether::catalogue::Catalogue;
use bellwether::cluster::cluster;
use bellwether::cluster::statistics::Background;
use bellwether::demo::world::World;
use bellwether::model::id::{DigestKey, ItemId};
use bellwether::model::item::Item;
use bellwether::model::judgement::Judgements;
use bellwether::model::source::Sources;
use bellwether::store::Store;
use chrono::{DateTime, Utc};

use crate::support::app::{App, Ran};
use crate::support::database::Database;

/// Played once for all tests of this file.
static DEMO: LazyLock<(App, Ran)> = LazyLock::new(|| {
    let app = App::new();
    let mut args = vec!["demo", "--once"];
    if !app.database().is_file() {
        args.extend(["--database", app.database().url()]);
    }
    let ran = app.run(&args);
    (app, ran)
});

/// Where its editions are: the file that it makes, unless it was given another database.
fn database() -> &'static str {
    let database = DEMO.0.database();
    if database.is_file() { "sqlite://out/demo.db" } else { database.url() }
}

fn edition() -> serde_json::Value {
    serde_json::from_str(&DEMO.0.read("out/2026-W47.json")).expect("JSON")
}

fn mails() -> Vec<String> {
    std::fs::read_dir(DEMO.0.path("out/mailbox/new"))
        .expect("new/")
        .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a message"))
        .collect()
}

#[test]
fn it_ends_well_and_says_where_to_look() {
    let (app, ran) = &*DEMO;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("9 editions were composed and 27 mails accepted over SMTP"), "{}", ran.stdout);
    let mail = ran.stdout.lines().find(|line| line.contains("out/mailbox/new/")).expect("a mail is named").trim();
    let mail = app.read(mail);
    assert!(mail.contains("To: ada@team.example") && mail.contains("Bellwether"), "{mail}");
    for extension in ["html", "txt", "md", "json", "eml"] {
        let name = format!("out/2026-W47.{extension}");
        assert!(ran.stdout.contains(&name), "{}", ran.stdout);
        assert!(!app.read(&name).is_empty());
    }
}

#[test]
fn every_reader_got_every_edition_once() {
    let mails = mails();
    assert_eq!(mails.len(), 27);
    let mut pairs: Vec<(String, String)> = mails
        .iter()
        .map(|mail| {
            let header = |name: &str| {
                mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}")).to_owned()
            };
            (header("To: "), header("Message-ID: "))
        })
        .collect();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), 27, "each with a Message-ID of its own");
    assert!(mails.iter().all(|mail| mail.contains("http://127.0.0.1:")), "the mailbox's links lead to loopback");
}

#[test]
fn the_files_lead_to_the_public_address() {
    let html = DEMO.0.read("out/2026-W47.html");
    assert!(html.contains("https://digest.example.org/editions/2026-W47") && !html.contains("127.0.0.1"));
}

#[test]
fn what_the_world_planted_is_found() {
    let edition = edition();
    let trends: Vec<(&str, &str)> = edition["trends"]
        .as_array()
        .expect("trends")
        .iter()
        .map(|trend| (trend["label"].as_str().expect("a label"), trend["movement"].as_str().expect("a movement")))
        .collect();
    assert!(trends.contains(&("post-quantum TLS", "rising")), "{trends:?}");
    assert!(
        trends.iter().any(|(label, movement)| label.starts_with("lockfile") && *movement == "rising"),
        "{trends:?}"
    );
    assert!(trends.contains(&("WASI 0.3", "back")), "{trends:?}");
    let top = edition["top"].as_array().expect("top");
    assert!((5..=7).contains(&top.len()), "{}", top.len());
    let goes_on =
        top.iter().find_map(|card| Some((card["headline"].as_str()?, card["follow_up"]["edition"].as_str()?)));
    let (headline, edition_before) = goes_on.expect("the report of an outage that the last edition told of");
    assert!(headline.starts_with("Incident report: how one expired") && edition_before == "2026-W46", "{headline}");
    assert!(edition["read"]["items"].as_i64().expect("items") >= 60);
}

#[test]
fn sponsored_posts_job_ads_and_lists_stay_out_and_are_listed() {
    let edition = edition();
    let removed = edition["removed"].as_array().expect("removed");
    let mut reasons: Vec<&str> = removed.iter().filter_map(|one| one["reason"].as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["a job ad", "a list post", "sponsored"], "{removed:?}");
    let text = DEMO.0.read("out/2026-W47.txt");
    assert!(!text.contains("Sponsored:") && !text.to_lowercase().contains("we are hiring"));
}

#[test]
fn a_moved_and_a_cancelled_evening_are_told() {
    let edition = edition();
    let changes: Vec<&str> = edition["meet"]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|c| c["change"].as_str().expect("a change"))
        .collect();
    assert!(changes.contains(&"moved") && changes.contains(&"cancelled"), "{changes:?}");
}

#[test]
fn nothing_that_was_mailed_returns() {
    let app = &DEMO.0;
    let mut seen = std::collections::BTreeMap::new();
    for week in 39..=47 {
        let name = format!("2026-W{week}");
        let ran = app.run(&[
            "digest",
            "--week",
            &name,
            "--format",
            "json",
            "--database",
            database(),
            "--feeds",
            concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml"),
        ]);
        let edition: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        let mut urls = Vec::new();
        for card in edition["top"].as_array().expect("top") {
            urls.push(card["url"].as_str().expect("a link").to_owned());
        }
        for section in edition["topics"].as_array().expect("topics") {
            for card in section["stories"].as_array().expect("stories") {
                urls.push(card["url"].as_str().expect("a link").to_owned());
            }
        }
        for url in urls {
            if let Some(before) = seen.insert(url.clone(), name.clone()) {
                panic!("{url} is in {before} and in {name}");
            }
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
}

/// What the sample world planted: the story of an entry, by its feed and title.
fn planted(world: &World) -> BTreeMap<(&str, String), &str> {
    let stories = world.planted().into_iter();
    stories
        .flat_map(|(story, entries)| entries.into_iter().map(move |(feed, title)| ((feed, title.to_owned()), story)))
        .collect()
}

async fn store() -> Store {
    let app = &DEMO.0;
    let url = database().replace("sqlite://", &format!("sqlite://{}/", app.path("").display()));
    Store::open(&url).await.expect("the demo's database")
}

#[tokio::test]
async fn every_planted_story_is_shown_as_one_and_no_two_as_one() {
    let store = store().await;
    let world = World::load().expect("the sample world");
    let planted = planted(&world);
    let digest = DigestKey::parse("weekly").expect("a key");
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut merged, mut several) = (0, 0);
    for shown in store.shown_stories(&digest, DateTime::UNIX_EPOCH).await.expect("stories") {
        let items = store.items(&shown.ranked.story.items).await.expect("items");
        let of = |item: &Item| planted.get(&(item.source.as_str(), item.title.clone())).copied();
        let stories: BTreeSet<Option<&str>> = items.iter().map(of).collect();
        assert!(stories.len() == 1, "{}: {:?} in {stories:?}", shown.edition, shown.title);
        several += usize::from(items.len() > 1);
        for story in stories.into_iter().flatten() {
            merged += usize::from(items.len() > 1);
            told.entry(story).or_default().push(shown.edition.clone());
        }
    }
    store.close().await;
    told.retain(|_, editions| editions.len() > 1);
    assert_eq!(told, BTreeMap::new());
    assert!(merged >= 50 && several >= merged, "{merged} of {several}");
}

#[tokio::test]
async fn every_planted_story_is_one_event_and_no_two_are() {
    let store = store().await;
    let world = World::load().expect("the sample world");
    let planted = planted(&world);
    let end: DateTime<Utc> = "2027-01-01T00:00:00Z".parse().expect("a moment");
    let headlines = store.headlines(DateTime::UNIX_EPOCH, end, 10_000).await.expect("headlines");
    // As when an edition is composed.
    let mut background = Background::shipped();
    for headline in &headlines {
        background.add(&headline.title);
    }
    let ids: Vec<ItemId> = headlines.into_iter().map(|headline| headline.item).collect();
    let items = store.items(&ids).await.expect("items");
    store.close().await;
    let catalogue = Catalogue::parse(&world.catalogue("http://127.0.0.1")).0;
    let sources = Sources::new(&catalogue.sources);
    let of = |id: &ItemId| {
        let item = items.iter().find(|item| item.id == *id).expect("an item");
        planted.get(&(item.source.as_str(), item.title.clone())).copied()
    };
    // An edition takes what came since Friday, 5:00.
    let friday: DateTime<Utc> = "2026-09-18T05:00:00Z".parse().expect("a moment");
    let mut weeks: BTreeMap<i64, Vec<Item>> = BTreeMap::new();
    for item in &items {
        weeks.entry((item.when() - friday).num_weeks()).or_default().push(item.clone());
    }
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    for week in weeks.values() {
        let clustered = cluster(week, &sources, &background, &Judgements::default());
        let is_part = |story: &[ItemId]| clustered.events.iter().any(|event| story.iter().all(|id| event.contains(id)));
        let alone = clustered.stories.iter().map(|story| &story.items).filter(|story| !is_part(story));
        for group in clustered.events.iter().chain(alone) {
            let stories: BTreeSet<&str> = group.iter().filter_map(of).collect();
            assert!(stories.len() < 2, "{stories:?}");
            for story in stories {
                *parts.entry(story).or_default() += 1;
            }
        }
    }
    assert!(parts.len() > 60, "{}", parts.len());
    parts.retain(|_, count| *count > 1);
    assert_eq!(parts, BTreeMap::new());
}

/// The edition of each of the nine weeks as JSON, out of this database.
fn editions(app: &App, database: &str) -> Vec<String> {
    let feeds = concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml");
    let show = |week: String| {
        let args = ["digest", "--week", &week, "--format", "json", "--database", database, "--feeds", feeds];
        app.run(&args).exits(0).stdout
    };
    (39..=47).map(|week| show(format!("2026-W{week}"))).collect()
}

#[test]
fn on_sqlite_and_on_postgres_the_editions_are_the_same_bytes() {
    let Some(postgres) = Database::postgres() else { return };
    let app = App::new();
    let of = |database: &Database, out: &str| {
        app.run(&["demo", "--once", "--out", out, "--database", database.url()]).exits(0);
        editions(&app, database.url())
    };
    let (here, there) = (of(&Database::sqlite(), "sqlite"), of(&postgres, "postgres"));
    for (here, there) in here.iter().zip(&there) {
        // A line at a time, so that a failure can be read.
        here.lines().zip(there.lines()).for_each(|(here, there)| assert_eq!(here, there));
        assert_eq!(here.len(), there.len());
    }
}

#[test]
fn it_does_not_play_into_a_database_that_is_in_use() {
    let app = App::new();
    app.settings("").write("feeds.toml", "");
    app.run(&["subscribers", "add", "ada@example.org"]).exits(0);
    let url = app.database().url();
    let ran = app.run(&["demo", "--once", "--database", url]).exits(1);
    assert!(ran.stderr.contains("is in use"), "{}", ran.stderr);
    assert_eq!(app.json(&["subscribers", "list"])["subscribers"].as_array().expect("a list").len(), 1);
}
