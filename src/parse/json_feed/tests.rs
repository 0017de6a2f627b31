use super::super::entry::MAX_LIST;
use super::*;

fn feed(text: &str) -> Result<ParsedFeed, FeedError> {
    read(text, None, &mut Reading::All(Contents::Html))
}

/// A feed with these items.
fn with(items: &str) -> ParsedFeed {
    feed(&format!(r#"{{"version":"https://jsonfeed.org/version/1.1","items":{items}}}"#)).unwrap()
}

fn ids(feed: &ParsedFeed) -> Vec<String> {
    feed.entries.iter().map(|entry| entry.id.clone()).collect()
}

#[test]
fn a_lenient_reading() {
    let feed = feed(
        r#"{"version":"https://jsonfeed.org/version/1","title":"T","home_page_url":"https://a.example/","items":[
            {"id":7,"content_text":"a < b","url":"/7","date_published":"2026-01-01T10:00:00+01:00","tags":["x",1]},
            {"id":"https://a.example/8","title":"E","author":{"name":"Ann"},
             "attachments":[{"url":"f.mp3","mime_type":"audio/mpeg","size_in_bytes":3},{}]}]}"#,
    )
    .unwrap();
    assert!(feed.recovered.is_empty());
    let [first, second] = feed.entries.as_slice() else { panic!("two entries") };
    assert_eq!((first.id.as_str(), first.title.as_str()), ("7", ""));
    assert_eq!(first.tags, ["x", "1"]);
    assert_eq!(first.link.as_deref(), Some("https://a.example/7"));
    assert_eq!(first.date.unwrap().to_rfc3339(), "2026-01-01T09:00:00+00:00");
    assert_eq!(second.link.as_deref(), Some("https://a.example/8"));
    assert_eq!(second.author.as_deref(), Some("Ann"));
    assert_eq!(second.enclosures[0].url, "https://a.example/f.mp3");
    assert_eq!((second.enclosures.len(), second.enclosures[0].length), (1, Some(3)));
}

#[test]
fn character_references_in_titles_are_resolved_and_tags_are_text() {
    let feed = with(r#"[{"id":1,"title":"Q&amp;A: what&#8217;s in <b> &amp; AT&T"},{"id":2,"title":"a <b> & R&D"}]"#);
    let titles: Vec<_> = feed.entries.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["Q&A: what’s in <b> & AT&T", "a <b> & R&D"]);
}

#[test]
fn all_authors_are_named_and_the_feeds_where_an_item_has_none() {
    let feed = feed(
        r#"{"items":[{"id":1,"authors":[{"name":"Ann"},{"url":"x"},{"name":"Bo"},{"name":"Ann"}]},{"id":2}],
            "authors":[{"name":"Cy"}],"title":"T"}"#,
    )
    .unwrap();
    let authors: Vec<_> = feed.entries.iter().map(|entry| entry.author.as_deref()).collect();
    assert_eq!((authors, feed.title.as_str()), (vec![Some("Ann, Bo"), Some("Cy")], "T"));
}

#[test]
fn what_is_no_entry_is_passed_over_and_told() {
    let feed = with(r#"[null,{},0,"x",[[1]],{"id":1,"title":{"a":[]},"tags":7,"authors":"x"},{"_x":1},true]"#);
    assert_eq!((ids(&feed), feed.recovered), (vec!["1".to_owned()], vec!["entries that say nothing".to_owned()]));
}

#[test]
fn broken_json_is_read_as_far_as_it_goes() {
    let feed = with(r#"[{"id":1,"tags":["a",],},{"id":2},]"#);
    assert_eq!(
        (ids(&feed), feed.recovered),
        (vec!["1".to_owned(), "2".to_owned()], vec!["a comma too many".to_owned()])
    );
    let cut = r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":1},{"id":2,"title":"ab"},{"id":3,"ti"#;
    let feed = self::feed(cut).unwrap();
    assert_eq!(
        (ids(&feed), feed.recovered),
        (vec!["1".to_owned(), "2".to_owned()], vec!["the document ends early".to_owned()])
    );
    let feed = with(r#"[{"id":1},{"id":2 "title":"ab"},{"id":3}]"#);
    assert_eq!(ids(&feed), ["1"]);
    assert!(feed.recovered[0].contains("broken"), "{:?}", feed.recovered);
    assert_eq!(self::feed("{\"items\":[{\"id").unwrap().entries, []);
    assert!(matches!(self::feed("{\"a\" 1}"), Err(FeedError::Malformed(_))));
}

#[test]
fn an_identity_of_several_items_is_none() {
    let feed = with(r#"[{"id":1,"url":"http://a.example/1"},{"id":1,"url":"http://a.example/2"},{"id":2}]"#);
    assert_eq!(ids(&feed), ["http://a.example/1", "http://a.example/2", "2"]);
    assert_eq!(feed.recovered, [identity::SHARED]);
    let same = r#"{"id":1,"url":"http://a.example/1"}"#;
    assert_eq!(ids(&with(&format!("[{same},{same}]"))), ["1", "1"]);
}

/// Each of these would be many times its size as a tree.
#[test]
fn hostile_documents_are_bounded() {
    let many = |unit: &str| unit.repeat(1 << 18);
    for unit in ["0,", "[],", "{},", "null,", "[[[{\"id\":[]}]]],"] {
        assert_eq!(ids(&with(&format!("[{}{{\"id\":1}}]", many(unit)))), ["1"], "{unit}");
    }
    let feed = with(&format!("[{}0]", r#"{"id":1,"url":"u"},"#.repeat(2_100)));
    assert_eq!((feed.entries.len(), feed.recovered.len()), (2_000, 1));
    let item = format!(r#"[{{"id":1,"tags":[{0}0],"authors":[{0}0],"attachments":[{0}0],"x":[{0}0]}}]"#, many("7,"));
    assert!(with(&item).entries[0].tags.len() <= MAX_LIST);
    assert_eq!(with(&format!("[{{\"id\":1}},{}", many("["))).entries.len(), 1);
}
