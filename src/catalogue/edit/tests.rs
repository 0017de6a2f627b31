use proptest::prelude::*;

use super::*;

const TEXT: &str = r#"# Kept by hand.
[topics.web]
name = "Web"

[[feed]]   # the first
url = 'https://old.example/feed'  # why it is here
topics = ["web"]
skip = ["^sponsored"]

[[feed]]
title = "B"
url = "https://b.example/feed"
key = "bee"
paused = false
weight = 1.50

[[events]]
  kind = "ics"
  url = "https://meet.example/ical"
  note = "paused = false"
"#;

fn key(text: &str) -> SourceKey {
    SourceKey::parse(text).unwrap()
}

fn moved(from: &str, to: &str) -> Change {
    Change { key: key(from), what: What::Move(Url::parse(to).unwrap()) }
}

fn paused(from: &str) -> Change {
    Change { key: key(from), what: What::Pause("gone (410) since 2026-11-16".to_owned()) }
}

#[test]
fn a_source_moves_and_stays_who_it_is() {
    let edited = edit(TEXT, "feeds.toml", &[moved("old-example-feed", "https://new.example/a?b='c'")]).unwrap();
    assert_eq!(
        edited.diff,
        r#"--- feeds.toml
+++ feeds.toml
@@ -3,7 +3,8 @@
 name = "Web"
 
 [[feed]]   # the first
-url = 'https://old.example/feed'  # why it is here
+key = "old-example-feed"
+url = "https://new.example/a?b=%27c%27"  # why it is here
 topics = ["web"]
 skip = ["^sponsored"]
 
"#
    );
    let (catalogue, problems) = Catalogue::parse(&edited.text);
    assert_eq!(problems, []);
    assert_eq!(catalogue.source(&key("old-example-feed")).unwrap().url.as_str(), "https://new.example/a?b=%27c%27");
}

#[test]
fn several_changes_are_one_diff() {
    let changes = [paused("meet-example-ical"), paused("bee"), moved("bee", "https://c.example/"), {
        moved("old-example-feed", "https://new.example/feed")
    }];
    let edited = edit(TEXT, "feeds.toml", &changes).unwrap();
    insta::assert_snapshot!(edited.diff);
}

#[test]
fn other_ways_of_writing_are_understood_or_refused() {
    let inline = "feed = [{ url = \"https://a.example/\" }, { key = \"b\", url = \"https://b.example/\" }]";
    let edited = edit(inline, "f", &[moved("a-example", "https://c.example/"), paused("b")]).unwrap();
    assert_eq!(
        edited.text,
        "feed = [{ key = \"a-example\", url = \"https://c.example/\" }, \
         { key = \"b\", url = \"https://b.example/\", paused = true }]"
    );
    assert!(edited.diff.ends_with("\\ No newline at end of file\n"), "{}", edited.diff);
    let windows = "[[feed]]\r\nurl = \"https://a.example/\"\r\n";
    let edited = edit(windows, "f", &[paused("a-example"), moved("a-example", "https://b.example/")]).unwrap();
    assert_eq!(
        edited.text,
        "[[feed]]\r\nkey = \"a-example\"\r\nurl = \"https://b.example/\"\r\npaused = true  # gone (410) since 2026-11-16\r\n"
    );
}

#[test]
fn what_would_break_the_catalogue_is_refused() {
    let taken = edit(TEXT, "f", &[moved("old-example-feed", "https://b.example/feed")]).unwrap_err().to_string();
    assert!(taken.contains("already listed"), "{taken}");
    assert_eq!(edit(TEXT, "f", &[paused("nobody")]), Err(EditError::NotFound(key("nobody"))));
    let ftp = moved("bee", "ftp://b.example/feed");
    assert!(matches!(edit(TEXT, "f", &[ftp]), Err(EditError::Broken(_))));
    assert!(matches!(edit("[[feed]\nurl", "f", &[paused("a")]), Err(EditError::Broken(_))));
}

#[test]
fn the_shipped_catalogue_can_be_edited_anywhere() {
    let text = include_str!("../../../feeds.toml");
    for source in Catalogue::parse(text).0.sources.into_iter().step_by(41) {
        let mut to = source.url.clone();
        to.set_path("/somewhere/else");
        let changes = [Change { key: source.key.clone(), what: What::Move(to) }, paused(source.key.as_str())];
        let edited = edit(text, "feeds.toml", &changes).unwrap();
        assert_eq!(edited.diff.lines().filter(|line| line.starts_with('-')).count(), 2, "{}", edited.diff);
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\[\\[feed\\]\\]|\\[\\[events\\]\\]|url|key|paused|=|\"https://a.example/\"|true|[{}\\[\\],#'\" \n])*") {
        let _ = edit(&text, "f", &[paused("a-example"), moved("a-example", "https://b.example/")]);
    }
}
