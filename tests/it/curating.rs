//! A curator says which reports are one story, and is obeyed.

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};

const NOW: &str = "2026-11-20T06:00:00Z";
const DATE: &str = "Thu, 19 Nov 2026 08:00:00 GMT";

/// Two feeds that both carry one long title, and one that tells something else.
fn world() -> (App, Site) {
    let (app, site) = (App::new(), Site::start());
    let mut catalogue = String::from("[topics.web]\nname = \"Web\"\n");
    for (key, title) in [
        ("maker", "Ferrow 5.0 reads pages while it waits for others"),
        ("paper", "Ferrow 5.0 reads pages while it waits for others"),
        ("diary", "An evening with old maps of the harbour"),
    ] {
        catalogue.push_str(&format!(
            "[[feed]]\nkey = \"{key}\"\nowner = \"{key}\"\ntopics = [\"web\"]\nurl = \"{}\"\n",
            site.url(&format!("/{key}"))
        ));
        site.set(&format!("/{key}"), Answer::feed(rss(key, &[(title, &format!("https://{key}.example/1"), DATE)])));
    }
    app.settings("").write("feeds.toml", &catalogue);
    app.run(&["fetch", "--now", "2026-11-20T05:00:00Z"]).exits(0);
    (app, site)
}

fn edition(app: &App) -> serde_json::Value {
    let edition = app.run(&["digest", "--format", "json", "--now", NOW]).exits(0).stdout;
    serde_json::from_str(&edition).expect("JSON")
}

/// How many stories the draft was chosen from.
fn counted(app: &App) -> u64 {
    edition(app)["read"]["stories"].as_u64().expect("a number")
}

/// Each story of the draft: its id, its headline, and how many sources it has.
fn draft(app: &App) -> Vec<(String, String, u64)> {
    let mut stories: Vec<(String, String, u64)> = edition(app)["top"]
        .as_array()
        .expect("top stories")
        .iter()
        .map(|card| {
            let text = |key: &str| card[key].as_str().expect("a text").to_owned();
            (text("id"), text("headline"), card["sources"].as_u64().expect("a number"))
        })
        .collect();
    stories.sort_by(|a, b| a.1.cmp(&b.1));
    stories
}

#[test]
fn the_draft_obeys_the_catalogue_as_it_stands() {
    let (app, _site) = world();
    let catalogue = app.read("feeds.toml");
    let removed = |edition: &serde_json::Value| {
        let all = edition["removed"].as_array().expect("what was left out").clone();
        let reason = |one: &serde_json::Value| one["reason"].as_str().expect("a reason").to_owned();
        all.iter().map(reason).collect::<Vec<_>>()
    };
    assert_eq!(removed(&edition(&app)), [""; 0]);
    let of_diary = "key = \"diary\"\n";
    for (line, reason) in [
        ("skip = [\"old maps\"]\n", "matches skip `old maps`"),
        ("keep = [\"new maps\"]\n", "matches no keep"),
        ("paused = true\n", "its source is paused"),
    ] {
        app.write("feeds.toml", &catalogue.replace(of_diary, &format!("{of_diary}{line}")));
        assert_eq!(removed(&edition(&app)), [reason]);
    }
    let (without, _) = catalogue.split_once("[[feed]]\nkey = \"diary\"").expect("the last source");
    app.write("feeds.toml", without);
    assert_eq!(removed(&edition(&app)), ["its source is not listed any more"]);
    app.write("feeds.toml", &catalogue);
    assert_eq!(removed(&edition(&app)), [""; 0]);
}

#[test]
fn what_a_curator_merges_and_splits_holds_in_the_draft() {
    let (app, _site) = world();
    let [evening, ferrow] = &draft(&app)[..] else { panic!("two stories: {:?}", draft(&app)) };
    assert_eq!((evening.2, ferrow.2), (1, 2));
    let told = app.run(&["explain", &ferrow.0[..8], "--now", NOW]).exits(0).stdout;
    assert!(told.contains("in the draft of weekly") && told.contains("has the headline of"), "{told}");

    app.run(&["curate", "split", &ferrow.0, "https://paper.example/1", "--now", NOW]).exits(0);
    assert_eq!(counted(&app), 3);
    let told = app.run(&["explain", &ferrow.0, "--now", NOW]).exits(0).stdout;
    assert!(told.contains("One report is this story"), "{told}");

    let merged = app.run(&["curate", "merge", &evening.0, &ferrow.0, "--now", NOW]).exits(0).stdout;
    assert!(merged.starts_with("One story from now on:") && merged.contains("old maps"), "{merged}");
    assert_eq!(counted(&app), 2);
    let stories = draft(&app);
    let both = stories.iter().find(|story| story.2 == 2).expect("a story of two sources");
    let told = app.run(&["explain", &both.0, "--now", NOW]).exits(0).stdout;
    assert!(told.contains("a curator said that it tells of the same"), "{told}");

    // And it can be learned from, beside days that are sorted.
    let wrote = app.run(&["lab", "judged", "days/ours"]).exits(0).stdout;
    assert!(wrote.starts_with("3 reports and 2 judged pairs"), "{wrote}");
    let pairs = app.read("days/ours.pairs.jsonl");
    assert_eq!((pairs.matches("true").count(), pairs.matches("false").count()), (1, 1), "{pairs}");
    let alone = app.run(&["lab", "train-pairs", "days/ours"]).exits(1).stderr;
    assert!(alone.contains("pairs alone give no thresholds"), "{alone}");
    let item = |id: &str, source: &str| {
        format!(
            "{{\"id\": \"{id}\", \"source\": \"https://{source}.example/\", \"title\": \"Pebble number{id} is out says {source}\", \
             \"link\": \"https://{source}.example/{id}\", \"date\": \"2026-11-19\", \"desc\": \"\"}}"
        )
    };
    let day = ["1", "2", "3"].map(|id| format!("{}\n{}", item(id, "paper"), item(&format!("{id}0"), "diary")));
    let gold = ["1", "2", "3"]
        .map(|id| format!("{{\"id\": \"{id}\", \"cluster\": \"{id}\"}}\n{{\"id\": \"{id}0\", \"cluster\": \"{id}\"}}"));
    app.write("monday.items.jsonl", &day.join("\n")).write("monday.gold.jsonl", &gold.join("\n"));
    let (without, with) = (["monday"].as_slice(), ["monday", "days/ours"].as_slice());
    let train = |days: &[&str]| app.run(&[&["lab", "train-pairs"], days].concat()).exits(0).stdout;
    assert!(train(with).contains("; ours (3 reports, 0 events of two or more, "), "{}", train(with));
    let weights =
        |text: &str| text.lines().filter(|line| line.starts_with("weight")).map(str::to_owned).collect::<Vec<_>>();
    assert_ne!(weights(&train(with)), weights(&train(without)), "what was judged counts");
}

#[test]
fn what_cannot_be_said_is_told() {
    let (app, _site) = world();
    let stories = draft(&app);
    let [_, ferrow] = &stories[..] else { panic!("two stories: {stories:?}") };
    let first = app.json(&["explain", &ferrow.0, "--now", NOW])["reports"][0]["id"].to_string().replace('"', "");
    for (args, told) in [
        (vec!["split", &ferrow.0, "https://diary.example/1"], "is no report of"),
        (vec!["split", &ferrow.0, "https://maker.example/1", "https://paper.example/1"], "all the reports"),
        (vec!["split", &ferrow.0, &first[..3]], "too short for a report's id"),
        (vec!["merge", &ferrow.0, &ferrow.0], "named twice"),
        (vec!["merge", &ferrow.0, "ffffffffffffffff"], "no edition and no draft has a story"),
        (vec!["merge", &ferrow.0, "harbour"], "is not a story's id"),
    ] {
        let ran = app.run(&[&["curate", "--now", NOW][..], &args].concat()).exits(1);
        assert!(ran.stderr.contains(told), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(draft(&app), stories, "nothing was kept");
}
