//! Every eligible item falls in exactly one edition, whatever the moments of the runs.

use std::collections::BTreeMap;

use bellwether::app::{App as Wired, Clock};
use bellwether::catalogue::Catalogue;
use bellwether::config::Config;
use bellwether::fetch::plan::SourceState;
use bellwether::model::entry::Entry;
use bellwether::model::item::Item;
use bellwether::normalise::{Sighting, Vocabulary, normalise};
use bellwether::pipeline::articles::ArticlesReport;
use bellwether::pipeline::compose::{Due, compose_due};
use bellwether::store::sources::{Fetched, Listing};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use crate::support::app::App;
use crate::support::database::Database;
use crate::support::site::{Answer, Site, rss};

const FEEDS: &str = "[topics.web]\nname = \"Web\"\n[[feed]]\nkey = \"a\"\nurl = \"https://a.example/feed\"\n";

/// One thing that happens: an entry arrives, or a run composes what is due.
#[derive(Debug, Clone)]
enum Step {
    /// Hours since the step before; how many hours old the entry says it is, `None` when it is undated.
    Arrives {
        after: i64,
        age: Option<i64>,
    },
    Runs {
        after: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let arrives =
        (0_i64..40, prop::option::weighted(0.9, -5_i64..500)).prop_map(|(after, age)| Step::Arrives { after, age });
    let runs = (0_i64..90).prop_map(|after| Step::Runs { after });
    prop::collection::vec(prop_oneof![3 => arrives, 2 => runs], 1..40)
}

fn entry(n: usize, date: Option<DateTime<Utc>>) -> Entry {
    Entry {
        id: format!("entry-{n}"),
        id_is_generated: false,
        title: format!("Number {n} of the reports on storage engines"),
        link: Some(format!("https://a.example/{n}")),
        published: date,
        updated: None,
        date,
        author: None,
        summary: None,
        content_html: None,
        content_text: String::new(),
        enclosures: Vec::new(),
        tags: Vec::new(),
        image: None,
        comments: None,
        comment_count: None,
        links: Vec::new(),
        submitted: None,
        shares_page: false,
    }
}

async fn wired(database: &Database, journal: &tempfile::TempDir) -> Wired {
    let (mut config, _) = Config::parse("");
    config.database_url = database.url().to_owned();
    config.journal_path = Some(journal.path().join("bellwether.journal"));
    Wired::open(config, Catalogue::parse(FEEDS).0, Clock::start(None)).await.expect("a database")
}

/// Plays the steps; yields the items, each with the editions that took it, and the cut-offs.
async fn play(steps: &[Step]) -> (Vec<(Item, Vec<i64>)>, Vec<(DateTime<Utc>, DateTime<Utc>)>) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let database = Database::wanted(&dir.path().join("test.db"));
    let journal = tempfile::tempdir().expect("a temporary directory");
    let mut app = wired(&database, &journal).await;
    let source = app.catalogue.sources[0].clone();
    let vocabulary = Vocabulary::new(&app.catalogue.topics);
    let digest = app.config.digests[0].clone();
    let mut now: DateTime<Utc> = "2026-09-01T00:00:00Z".parse().expect("an instant");
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    let mut windows = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Arrives { after, age } => {
                now += Duration::hours(*after);
                let entry = entry(n, age.map(|age| now - Duration::hours(age)));
                let item =
                    normalise(&entry, &source, &vocabulary, Sighting { now, source_known: true }).expect("an item");
                let state = SourceState::new(source.key.clone(), &source.url);
                let fetched = Fetched {
                    state,
                    outcome: "ok".into(),
                    bytes: 0,
                    items: vec![item.clone()],
                    prints: None,
                    events: Listing::None,
                };
                app.store.keep(&[fetched], now).await.expect("kept");
                items.insert(item.id.to_string(), item);
            }
            Step::Runs { after } => {
                now += Duration::hours(*after);
                app.clock = Clock::start(Some(now)).frozen();
                if let Due::Composed(stored) =
                    compose_due(&app, &digest, &mut ArticlesReport::default()).await.expect("composed")
                {
                    windows.push((stored.edition.window.from, stored.edition.window.until));
                }
            }
        }
    }
    // A last edition, two weeks on, so that nothing is still waiting.
    app.clock = Clock::start(Some(now + Duration::days(14))).frozen();
    if let Due::Composed(stored) = compose_due(&app, &digest, &mut ArticlesReport::default()).await.expect("composed") {
        windows.push((stored.edition.window.from, stored.edition.window.until));
    }
    app.store.close().await;
    let taken: Vec<(String, i64)> = database
        .strings("select item || ' ' || edition_id from edition_items")
        .iter()
        .map(|row| row.split_once(' ').expect("two columns"))
        .map(|(item, edition)| (item.to_owned(), edition.parse().expect("an id")))
        .collect();
    let of = |id: &str| taken.iter().filter(|(item, _)| item == id).map(|(_, edition)| *edition).collect();
    (
        items
            .into_iter()
            .map(|(id, item)| {
                let editions = of(&id);
                (item, editions)
            })
            .collect(),
        windows,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_eligible_item_falls_in_exactly_one_edition(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (items, windows) = runtime.block_on(play(&steps));
        for pair in windows.windows(2) {
            prop_assert_eq!(pair[0].1, pair[1].0, "an edition begins where the one before ended");
        }
        let first = windows.first().map(|window| window.1);
        for (item, editions) in items {
            let stored_before_the_first = first.is_some_and(|first| item.first_seen <= first);
            let too_old_for_the_first = stored_before_the_first && first.is_some_and(|first| item.when() <= first - Duration::days(7));
            let expected = usize::from(item.eligible_at.is_some() && first.is_some() && !too_old_for_the_first);
            prop_assert_eq!(editions.len(), expected, "{:?} {:?}", item, windows);
        }
    }
}

#[test]
fn an_item_that_arrives_after_the_cut_off_that_its_date_suggests_is_in_the_next_edition() {
    let site = Site::start();
    let early =
        ("A first report on the new allocator in the kernel", "https://a.example/1", "Mon, 09 Nov 2026 08:00:00 GMT");
    let late =
        ("A late report on how the scheduler was rewritten", "https://a.example/2", "Tue, 10 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[early])));
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["run", "--now", "2026-11-13T06:30:00Z"]).exits(0);
    site.set("/feed", Answer::feed(rss("A", &[early, late])));
    app.run(&["run", "--now", "2026-11-20T06:30:00Z"]).exits(0);
    let (first, second) = (app.read("out/2026-W46.json"), app.read("out/2026-W47.json"));
    assert!(first.contains("allocator") && !first.contains("scheduler"));
    assert!(second.contains("scheduler") && !second.contains("allocator"));
    let second: serde_json::Value = serde_json::from_str(&second).expect("JSON");
    assert_eq!(second["window"]["from"].as_str().map(|t| &t[..16]), Some("2026-11-13T06:30"));
    assert_eq!(second["window"]["until"].as_str().map(|t| &t[..16]), Some("2026-11-20T06:30"));
    assert!(app.read("out/2026-W47.txt").contains("13–20 November 2026"), "{}", app.read("out/2026-W47.txt"));
}

#[test]
fn the_same_week_and_now_are_the_same_bytes() {
    let site = Site::start();
    site.set(
        "/feed",
        Answer::feed(rss(
            "A",
            &[("One thing happened to the database", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT")],
        )),
    );
    let app = App::new();
    app.settings("").write("feeds.toml", &format!("[[feed]]\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["run", "--now", "2026-11-20T06:30:00Z"]).exits(0);
    for args in [
        vec!["digest", "--week", "2026-W47", "--format", "json", "--now", "2026-11-21T00:00:00Z"],
        vec!["digest", "--format", "json", "--now", "2026-11-25T00:00:00Z"],
    ] {
        let (one, two) = (app.run(&args).exits(0), app.run(&args).exits(0));
        assert_eq!(one.stdout, two.stdout);
        serde_json::from_str::<serde_json::Value>(&one.stdout).expect("JSON");
    }
}

#[test]
fn a_week_that_was_never_composed_is_an_error() {
    let app = App::new();
    app.write("feeds.toml", "");
    app.run(&["fetch"]).exits(0);
    let ran = app.run(&["digest", "--week", "2026-W01"]).exits(1);
    assert!(ran.stderr.contains("2026-W01"), "{}", ran.stderr);
}
