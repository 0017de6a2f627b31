//! `inspect`: one stage over files, a line of JSON for each, whatever they hold.

use std::io::Write as _;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::app::{App, Ran};
use crate::support::site::rss;

const DATED: &str = "Wed, 18 Nov 2026 08:00:00 GMT";

fn feed(title: &str) -> String {
    rss(title, &[("One", "https://a.example/1", DATED), ("Two", "https://a.example/2", DATED)])
}

/// Every line of standard output, which is JSON and nothing else.
fn lines(ran: &Ran) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    ran.stdout.lines().map(read).collect()
}

/// For each line its file, whether it was read, and how many entries it has.
fn told(lines: &[Value]) -> Vec<(&str, bool, usize)> {
    lines
        .iter()
        .map(|line| {
            let entries = line["entries"].as_array().map_or(0, Vec::len);
            (line["file"].as_str().expect("a name"), line["ok"].as_bool().expect("ok"), entries)
        })
        .collect()
}

#[test]
fn a_feed_is_a_line_with_its_entries() {
    let app = App::new();
    app.write("a.xml", &feed("A plain feed"));
    let ran = app.run(&["inspect", "feed", "a.xml"]).exits(0);
    let lines = lines(&ran);
    assert_eq!(told(&lines), [("a.xml", true, 2)]);
    let feed = &lines[0];
    assert_eq!(
        (&feed["error"], &feed["title"], &feed["format"]),
        (&Value::Null, &"A plain feed".into(), &"rss2".into())
    );
    assert_eq!((&feed["encoding"], &feed["recovered"]), (&"UTF-8".into(), &serde_json::json!([])));
    let entry = &feed["entries"][0];
    assert_eq!((&entry["id"], &entry["title"]), (&"https://a.example/1".into(), &"One".into()));
    assert_eq!((&entry["date"], &entry["id_is_generated"]), (&"2026-11-18T08:00:00Z".into(), &false.into()));
    assert_eq!(ran.stderr, "");
    assert!(!app.path("bellwether.db").exists(), "nothing is touched");
}

#[test]
fn several_files_are_as_many_lines_in_their_order() {
    let app = App::new();
    app.write("b.xml", &feed("B")).write("a.xml", &feed("A"));
    app.write(
        "c.json",
        r#"{"version": "https://jsonfeed.org/version/1.1", "title": "C", "items": [{"id": 7, "title": "J"}]}"#,
    );
    let ran = app.run(&["inspect", "feed", "b.xml", "c.json", "a.xml"]).exits(0);
    let lines = lines(&ran);
    assert_eq!(told(&lines), [("b.xml", true, 2), ("c.json", true, 1), ("a.xml", true, 2)]);
    assert_eq!((&lines[1]["format"], &lines[1]["entries"][0]["id"]), (&"json".into(), &"7".into()));
}

#[test]
fn what_is_relative_is_relative_to_where_the_file_came_from() {
    let app = App::new();
    app.write(
        "a.xml",
        "<rss version='2.0'><channel><title>T</title><item><title>x</title><link>p/1</link></item></channel></rss>",
    );
    let link = |args: &[&str]| {
        let ran = app.run(&[&["inspect", "feed", "a.xml"], args].concat()).exits(0);
        lines(&ran)[0]["entries"][0]["link"].clone()
    };
    assert_eq!(link(&["--url", "https://a.example/blog/feed.xml"]), "https://a.example/blog/p/1");
    assert_ne!(link(&[]), "https://a.example/blog/p/1");
}

#[test]
fn a_charset_of_the_content_type_is_believed() {
    let app = App::new();
    let text = feed("Ferro").replace("One", "Вести");
    let (bytes, _, _) = encoding_rs::KOI8_R.encode(&text);
    std::fs::write(app.path("a.xml"), &bytes).expect("a file");
    let ran = app.run(&["inspect", "feed", "a.xml", "--content-type", "text/xml; charset=koi8-r"]).exits(0);
    assert_eq!(lines(&ran)[0]["entries"][0]["title"], "Вести");
}

#[test]
fn a_manifest_says_how_each_file_came() {
    let app = App::new();
    std::fs::create_dir_all(app.path("files/sub")).expect("a folder");
    let relative = "<rss version='2.0'><channel><item><title>x</title><link>/1</link></item></channel></rss>";
    app.write("files/a.xml", relative).write("files/sub/b.xml", relative);
    app.write(
        "m.json",
        r#"[{"file": "sub/b.xml", "content_type": "text/xml", "url": "https://b.example/feed", "more": 1},
            {"file": "a.xml", "content_type": null, "url": "https://a.example/feed"}, {"file": "a.xml"}]"#,
    );
    let ran = app.run(&["inspect", "feed", "--manifest", "m.json", "--root", "files"]).exits(0);
    let lines = lines(&ran);
    assert_eq!(told(&lines), [("sub/b.xml", true, 1), ("a.xml", true, 1), ("a.xml", true, 1)]);
    let addresses: Vec<_> = lines.iter().map(|line| line["entries"][0]["link"].clone()).collect();
    assert_eq!(addresses[..2], ["https://b.example/1", "https://a.example/1"]);
    assert_ne!(addresses[2], addresses[1]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_line_and_the_rest_goes_on() {
    let app = App::new();
    app.write("a.xml", &feed("A")).write("b.xml", &feed("B"));
    std::fs::create_dir(app.path("folder")).expect("a folder");
    app.write("m.json", r#"[{"file": "a.xml"}, {"file": "missing.xml"}, {"file": "folder"}, {"file": "b.xml"}]"#);
    for args in [&["--manifest", "m.json"][..], &["a.xml", "missing.xml", "folder", "b.xml"]] {
        let ran = app.run(&[&["inspect", "feed"], args].concat()).exits(1);
        let lines = lines(&ran);
        let all = [("a.xml", true, 2), ("missing.xml", false, 0), ("folder", false, 0), ("b.xml", true, 2)];
        assert_eq!(told(&lines), all);
        let error = lines[1]["error"].as_str().expect("an error");
        assert!(error.starts_with("cannot read ") && error.contains("missing.xml"), "{error}");
        assert!(ran.stderr.contains("2 of 4 files cannot be read"), "{}", ran.stderr);
    }
}

#[test]
fn what_is_no_feed_is_a_line_that_says_so_and_no_failure() {
    let app = App::new();
    app.write("page.html", "<!doctype html><title>x</title><p>y").write("empty.xml", " \n").write("b.opml", "<opml/>");
    app.write("half.json", "{\"version\": ")
        .write("broken.xml", "<rss><channel><item><title>A & B<link>https://a.example/1");
    app.write("sound.xml", &feed("A").replace("<title>One</title>", "<title>One & only"));
    let files = ["page.html", "empty.xml", "b.opml", "half.json", "broken.xml", "sound.xml"];
    let ran = app.run(&[&["inspect", "feed"], &files[..]].concat()).exits(0);
    let lines = lines(&ran);
    let read: Vec<_> = told(&lines).into_iter().map(|(_, ok, entries)| (ok, entries)).collect();
    assert_eq!(read, [(false, 0), (false, 0), (false, 0), (false, 0), (true, 0), (true, 2)]);
    let said = |at: usize| lines[at]["error"].as_str().expect("an error");
    assert!(said(0).contains("web page") && said(1).contains("empty") && said(2).contains("<opml>"), "{}", ran.stdout);
    assert!(said(3).contains("cannot be read"), "{}", said(3));
    assert_eq!(lines[5]["entries"][0]["title"], "One & only");
    assert!(!lines[5]["recovered"].as_array().expect("a list").is_empty());
    assert!(lines[0].get("entries").is_none(), "of what was not read nothing is told");
}

#[test]
fn a_packed_file_is_unpacked() {
    let app = App::new();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(feed("A packed feed").as_bytes()).expect("memory");
    let packed = gzip.finish().expect("memory");
    std::fs::write(app.path("a.xml"), &packed).expect("a file");
    // Half of it: what could be unpacked is a feed that was cut off.
    std::fs::write(app.path("half.xml"), &packed[..packed.len() / 2]).expect("a file");
    let ran = app.run(&["inspect", "feed", "a.xml", "half.xml"]).exits(0);
    let lines = lines(&ran);
    assert_eq!((&lines[0]["ok"], &lines[0]["title"]), (&true.into(), &"A packed feed".into()));
    assert!(lines[0]["recovered"][0].as_str().expect("a repair").contains("gzip"));
    assert_eq!(lines[1]["file"], "half.xml");
}

#[test]
fn a_command_that_cannot_be_meant_is_refused() {
    let app = App::new();
    app.write("a.xml", &feed("A")).write("m.json", "{\"file\": \"a.xml\"}");
    app.run(&["inspect", "feed"]).exits(2);
    app.run(&["inspect", "feed", "a.xml", "--manifest", "m.json"]).exits(2);
    app.run(&["inspect", "feed", "--manifest", "m.json", "--url", "https://a.example/"]).exits(2);
    app.run(&["inspect", "feed", "a.xml", "--url", "a.example"]).exits(2);
    let ran = app.run(&["inspect", "feed", "--manifest", "m.json"]).exits(1);
    assert!(ran.stderr.contains("m.json is no JSON list") && ran.stdout.is_empty(), "{}", ran.stderr);
    let ran = app.run(&["inspect", "feed", "--manifest", "nowhere.json"]).exits(1);
    assert!(ran.stderr.contains("cannot read nowhere.json") && ran.stdout.is_empty(), "{}", ran.stderr);
}

#[test]
fn every_line_of_addresses_is_answered_bad_ones_too() {
    let app = App::new();
    let mut child = app
        .command(&["inspect", "url"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let asked = b"https://www.a.example/x/?utm_source=y\nno address\n\nftp://a.example/\r\nhttps://a.example/\xff\n https://a.example/z ";
    child.stdin.take().expect("an input").write_all(asked).expect("the pipe");
    let out = child.wait_with_output().expect("an end");
    assert!(out.status.success() && out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<_> = lines.iter().map(|line| (line["url"].as_str().expect("a text"), line["key"].as_str())).collect();
    assert_eq!(
        told,
        [
            ("https://www.a.example/x/?utm_source=y", Some("https://a.example/x")),
            ("no address", None),
            ("", None),
            ("ftp://a.example/", None),
            ("https://a.example/\u{fffd}", None),
            (" https://a.example/z ", Some("https://a.example/z")),
        ]
    );
}

fn report(id: &str, source: &str, title: &str, desc: &str) -> String {
    let link = format!("https://{source}.example/{id}");
    let source = format!("https://{source}.example/feed");
    let date = "2026-11-18 08:00:00";
    serde_json::json!({ "id": id, "source": source, "link": link, "title": title, "date": date, "desc": desc })
        .to_string()
}

fn clusters(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    lines(ran).iter().map(|line| (text(&line["id"]), text(&line["cluster"]))).collect()
}

#[test]
fn reports_of_one_event_are_one_cluster() {
    let app = App::new();
    let reports = [
        report("a", "maker", "Ferrow 5.0 brings overlapped reads", "Ferrow reads one page while it waits for another."),
        report("b", "diary", "A garden in November", "Leaves, and what to do about them."),
        report("c", "paper", "Overlapped reads arrive in Ferrow 5.0", "The database can read pages while others wait."),
    ];
    app.write("items.jsonl", &(reports.join("\n") + "\n\n"));
    for arguments in [vec!["inspect", "cluster", "items.jsonl"], vec!["inspect", "cluster", "items.jsonl", "--shown"]] {
        let ran = app.run(&arguments).exits(0);
        let pair = |id: &str, cluster: &str| (id.to_owned(), cluster.to_owned());
        assert_eq!(clusters(&ran), [pair("a", "a"), pair("b", "b"), pair("c", "a")]);
    }
    let told = lines(&app.run(&["inspect", "cluster", "items.jsonl", "--pair", "c", "a"]).exits(0));
    let (last, evidence) = told.split_last().expect("lines");
    assert!(last["probability"].as_f64().expect("a number") > 0.85);
    let strongest = evidence[0]["contribution"].as_f64().expect("a number");
    assert!(strongest > 0.0 && evidence.iter().all(|one| one["contribution"].as_f64().expect("a number") <= strongest));
    assert!(evidence[0]["words"].as_str().is_some_and(|words| words.starts_with("they ")), "{}", evidence[0]);
}

#[test]
fn a_line_that_is_no_report_is_named() {
    let app = App::new();
    app.write("items.jsonl", &(report("a", "maker", "One", "") + "\n{\"title\": 3}\n"));
    let ran = app.run(&["inspect", "cluster", "items.jsonl"]).exits(1);
    assert!(ran.stderr.contains("items.jsonl:2"), "{}", ran.stderr);
    let ran = app.run(&["inspect", "cluster", "nowhere.jsonl"]).exits(1);
    assert!(ran.stderr.contains("nowhere.jsonl"), "{}", ran.stderr);
    app.write("items.jsonl", &report("a", "maker", "One", ""));
    let ran = app.run(&["inspect", "cluster", "items.jsonl", "--pair", "a", "z"]).exits(1);
    assert!(ran.stderr.contains('z'), "{}", ran.stderr);
}

#[test]
fn a_pair_is_named_by_the_beginnings_of_its_ids() {
    let app = App::new();
    let items = ["0123456789", "0123456abc", "fedcba9876"].map(|id| report(id, id, "Ferrow 5.0 is out", ""));
    app.write("items.jsonl", &items.join("\n"));
    let pair = |one: &str| app.run(&["inspect", "cluster", "items.jsonl", "--pair", one, "fedcba"]);
    assert!(pair("01234567").exits(0).stdout.contains("probability"));
    assert!(pair("012345").exits(1).stderr.contains("2 reports begin with 012345"));
    assert!(pair("01234").exits(1).stderr.contains("has no report `01234`"));
}

/// The sample world says of its entries which event they are about, and no weight was learned from it.
#[test]
fn what_is_shown_as_one_story_of_the_sample_world_is_one() {
    let app = App::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sample");
    let (mut right, mut wrong) = (0, 0);
    for week in 39..=47 {
        let text = std::fs::read_to_string(format!("{folder}/2026-W{week}.toml")).expect("a week");
        let entries = toml::from_str::<toml::Value>(&text).expect("TOML");
        let entries = entries["item"].as_array().expect("entries");
        let text =
            |entry: &toml::Value, key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or("").to_owned();
        let reports: Vec<String> = entries
            .iter()
            .enumerate()
            .map(|(n, entry)| {
                report(&n.to_string(), &text(entry, "feed"), &text(entry, "title"), &text(entry, "summary"))
            })
            .collect();
        app.write("items.jsonl", &reports.join("\n"));
        let ran = app.run(&["inspect", "cluster", "items.jsonl", "--shown"]).exits(0);
        for (id, cluster) in clusters(&ran) {
            let event = |id: &str| text(&entries[id.parse::<usize>().expect("a number")], "story");
            if id != cluster {
                let same = !event(&id).is_empty() && event(&id) == event(&cluster);
                *(if same { &mut right } else { &mut wrong }) += 1;
            }
        }
    }
    assert!(right >= 60 && wrong * 20 <= right, "{right} joined rightly, {wrong} wrongly");
}

#[test]
fn weights_are_learned_again_the_same_and_tested_on_another_day() {
    let app = App::new();
    for (day, (maker, thing)) in [("monday", ("Ferrow", "database")), ("tuesday", ("Lumen", "browser"))] {
        let mut items = Vec::new();
        let mut gold = Vec::new();
        for n in 0..12 {
            let title = format!("{maker} {n}.0 ships a faster {thing} number{n}");
            for source in ["paper", "diary"] {
                let id = format!("{source}{n}");
                items.push(report(&id, source, &format!("{title} says {source}"), ""));
                gold.push(format!("{{\"id\": \"{id}\", \"cluster\": \"{n}\"}}"));
            }
        }
        app.write(&format!("{day}.items.jsonl"), &items.join("\n"))
            .write(&format!("{day}.gold.jsonl"), &gold.join("\n"));
    }
    let train = || app.run(&["lab", "train-pairs", "monday", "tuesday"]).exits(0).stdout;
    let weights = train();
    assert!(weights.contains("# Trained on monday (24 reports, 12 events of two or more"), "{weights}");
    assert!(weights.contains("name = \"same-source\"") && weights.contains("event = "), "{weights}");
    assert_eq!(weights, train());
    let across = app.run(&["lab", "train-pairs", "--across", "monday", "tuesday"]).exits(0).stdout;
    assert_eq!(across.lines().count(), 5, "{across}");
    assert!(across.lines().last().is_some_and(|line| line.starts_with("mean")), "{across}");
    let alone = app.run(&["lab", "train-pairs", "--across", "monday"]).exits(1);
    assert!(alone.stderr.contains("two or more"), "{}", alone.stderr);
}

#[test]
fn a_background_counts_the_reports_that_have_a_term() {
    let app = App::new();
    app.write("a.tsv", "title\tsummary\nFerrow is out\tThe database Ferrow is faster.\nWhy Ferrow\t\n");
    app.write("b.toml", "[[item]]\ntitle = \"A database\"\nsummary = \"It is called Lumen.\"\n");
    let ran = app.run(&["lab", "background", "a.tsv", "b.toml"]).exits(0);
    assert_eq!(ran.stdout, "# reports\t3\ndatabas\t2\t0\t2\nferrow\t2\t2\t0\n");
    app.write("c.txt", "");
    assert!(app.run(&["lab", "background", "c.txt"]).exits(1).stderr.contains("c.txt"));
}
