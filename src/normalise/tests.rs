use chrono::TimeDelta;
use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::model::id::SourceKey;
use crate::model::source::{Format, Topic};

fn now() -> DateTime<Utc> {
    "2026-11-20T07:00:00Z".parse().unwrap()
}

fn seen() -> Sighting {
    Sighting { now: now(), source_known: true }
}

fn source() -> Source {
    Source {
        key: SourceKey::parse("ferrow").unwrap(),
        format: Format::Feed,
        url: "https://ferrow.example/feed".parse().unwrap(),
        title: "Ferrow".to_owned(),
        site: None,
        topics: vec![TopicKey::parse("languages").unwrap()],
        weight: 1.0,
        level: Level::Any,
        language: Some("en".to_owned()),
        owner: "ferrow.example".to_owned(),
        role: Role::Primary,
        keep: Vec::new(),
        skip: Vec::new(),
        excerpt: true,
        paywall: false,
        paused: false,
        events: None,
    }
}

fn entry() -> Entry {
    Entry {
        id: "tag:ferrow.example,2026:1".to_owned(),
        id_is_generated: false,
        title: "Ferrow 4.0 released".to_owned(),
        link: Some("https://ferrow.example/4.0?utm_source=rss".to_owned()),
        published: None,
        updated: None,
        date: Some(now() - TimeDelta::days(1)),
        author: Some(" Ann  Lind ".to_owned()),
        summary: Some("The planner learns from the queries that it has seen. Read more…".to_owned()),
        content_html: None,
        content_text: String::new(),
        enclosures: Vec::new(),
        tags: vec!["Database".to_owned(), "Database".to_owned()],
        image: None,
        comments: None,
        comment_count: None,
        links: Vec::new(),
        submitted: None,
        shares_page: false,
    }
}

#[test]
fn of_what_no_edition_may_show_the_content_does_not_matter() {
    let old = Entry { date: Some(now() - TimeDelta::days(20)), ..entry() };
    let whole = Entry { content_text: "The planner learns. ".repeat(200), ..old.clone() };
    let item = |entry: &Entry| normalise(entry, &source(), &vocabulary(), seen()).unwrap();
    assert_eq!(item(&whole), item(&old));
    assert_eq!((item(&old).excerpt, item(&old).eligible_at), (None, None));
    let fresh = Entry { date: Some(now() - TimeDelta::days(2)), ..whole };
    assert!(item(&fresh).excerpt.is_some() && item(&fresh).reading_minutes.is_some());
}

fn vocabulary() -> Vocabulary {
    Vocabulary::new(&[Topic {
        key: TopicKey::parse("data").unwrap(),
        name: "Data".to_owned(),
        aliases: vec!["database".to_owned()],
    }])
}

fn item(entry: &Entry, source: &Source) -> Item {
    normalise(entry, source, &vocabulary(), seen()).unwrap()
}

#[test]
fn a_post_of_an_aggregator_leads_to_what_it_submits() {
    let post = Entry {
        link: Some("https://www.reddit.com/r/ferrow/comments/1abc/a_planner/".to_owned()),
        submitted: Some("https://ferrow.example/4.0".to_owned()),
        ..entry()
    };
    let found = item(&post, &Source { role: Role::Aggregator, ..source() });
    assert_eq!((found.link, found.discussion), (post.submitted.clone(), post.link.clone()));
    assert_eq!(item(&post, &source()).link, post.link);
}

#[test]
fn a_page_of_several_entries_tells_none_of_them() {
    let place = Entry { link: Some("https://ferrow.example/log#4.0".to_owned()), ..entry() };
    assert_eq!(item(&place, &source()).url_key.as_deref(), Some("https://ferrow.example/log"));
    let place = Entry { shares_page: true, ..place };
    assert_eq!(item(&place, &source()).url_key, None);
}

#[test]
fn a_tag_of_a_forge_is_a_release_and_an_address_no_name() {
    let tag = Entry {
        title: "REL_18_2".to_owned(),
        link: Some("https://github.com/ferrow/ferrow/releases/tag/REL_18_2".to_owned()),
        author: Some("ann@ferrow.example".to_owned()),
        ..entry()
    };
    let found = item(&tag, &source());
    assert_eq!((found.kind, found.author), (Kind::Release, None));
}

#[test]
fn an_entry_becomes_an_item() {
    let item = item(&entry(), &source());
    assert_eq!(item.title, "Ferrow 4.0 released");
    assert_eq!(item.link.as_deref(), Some("https://ferrow.example/4.0?utm_source=rss"));
    assert_eq!(item.url_key.as_deref(), Some("https://ferrow.example/4.0"));
    assert_eq!(item.excerpt.as_deref(), Some("The planner learns from the queries that it has seen."));
    assert_eq!(item.author.as_deref(), Some("Ann Lind"));
    assert_eq!(item.tags, ["Database"]);
    assert_eq!(item.topics.iter().map(TopicKey::as_str).collect::<Vec<_>>(), ["data"]);
    assert_eq!((item.kind, item.level, item.language.as_deref()), (Kind::Release, Level::Any, Some("en")));
    assert_eq!((item.eligible_at, item.removed), (Some(now()), None));
}

#[test]
fn topics_are_what_it_speaks_of_or_else_where_its_source_belongs() {
    let topic = |key: &str| TopicKey::parse(key).unwrap();
    let broad = Source { topics: vec![topic("web"), topic("data"), topic("languages")], ..source() };
    let topics = |title: &str, source: &Source| {
        let item = item(&Entry { title: title.to_owned(), tags: Vec::new(), ..entry() }, source);
        item.topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(topics("A database in a browser", &broad), "data");
    assert_eq!(topics("A quiet week", &broad), "web");
    assert_eq!(topics("A quiet week", &Source { topics: Vec::new(), ..source() }), "");
    let told = Entry { summary: Some("All of it was spent on one database.".to_owned()), tags: Vec::new(), ..entry() };
    assert_eq!(item(&Entry { title: "A quiet week".to_owned(), ..told }, &broad).topics, [topic("data")]);
}

#[test]
fn what_is_shown_has_one_spelling() {
    let apart = "Cafe\u{301} in the planner, and why it learns there";
    let entry =
        Entry { title: apart.to_owned(), summary: Some(apart.repeat(2)), author: Some(apart.to_owned()), ..entry() };
    let item = item(&entry, &source());
    let shown = [Some(item.title), item.excerpt, item.author].map(Option::unwrap_or_default);
    assert!(shown.iter().all(|text| text.starts_with("Café in")), "{shown:?}");
}

#[test]
fn an_edited_title_keeps_the_identity() {
    let edited = Entry { title: "Ferrow 4.0 is out".to_owned(), ..entry() };
    assert_eq!(item(&entry(), &source()).id, item(&edited, &source()).id);
}

#[test]
fn dates_are_believed_within_reason() {
    let fate = |date: Option<&str>, source_known| {
        let date = date.map(|date| date.parse::<DateTime<Utc>>().unwrap());
        let entry = Entry { date, ..entry() };
        let item = normalise(&entry, &source(), &vocabulary(), Sighting { source_known, ..seen() }).unwrap();
        (item.date.map(|date| date.to_rfc3339()), item.eligible_at.is_some())
    };
    let at = |date: &str| Some(date.to_owned());
    assert_eq!(fate(Some("2026-11-06T07:00:00Z"), false), (at("2026-11-06T07:00:00+00:00"), true));
    assert_eq!(fate(Some("2026-11-06T06:59:59Z"), true), (at("2026-11-06T06:59:59+00:00"), false));
    assert_eq!(fate(Some("2026-11-20T09:00:00Z"), true), (at("2026-11-20T09:00:00+00:00"), true));
    assert_eq!(fate(Some("2026-11-20T09:00:01Z"), true), (at("2026-11-20T07:00:00+00:00"), true));
    assert_eq!(fate(Some("1970-01-01T00:00:00Z"), true), (None, true));
    assert_eq!(fate(Some("0001-01-01T00:00:00Z"), false), (None, false));
    assert_eq!(fate(None, true), (None, true));
    assert_eq!(fate(None, false), (None, false));
}

#[test]
fn what_cannot_be_shown_is_rejected() {
    let blank = Entry { title: " \u{200b}".to_owned(), summary: None, ..entry() };
    assert!(matches!(normalise(&blank, &source(), &vocabulary(), seen()), Err(Rejected::NoTitle(_))));
    let nameless = Entry { id: " ".to_owned(), ..entry() };
    assert!(matches!(normalise(&nameless, &source(), &vocabulary(), seen()), Err(Rejected::NoIdentity(_))));
    let untitled = Entry { title: String::new(), ..entry() };
    assert_eq!(item(&untitled, &source()).title, "The planner learns from the queries that it has seen.");
    assert_eq!(item(&untitled, &source()).excerpt, None);
    for link in ["javascript:alert(1)", "ftp://ferrow.example/4.0", "/4.0"] {
        assert_eq!(item(&Entry { link: Some(link.to_owned()), ..entry() }, &source()).link, None);
    }
}

#[test]
fn rules_remove_and_say_why() {
    let why = |title: &str, source: &Source| item(&Entry { title: title.to_owned(), ..entry() }, source).removed;
    let pattern = |text: &str| vec![Regex::new(text).unwrap()];
    assert_eq!(why("[Sponsored] Ferrow", &source()).as_deref(), Some("sponsored"));
    assert_eq!(why("We're hiring a planner", &source()).as_deref(), Some("a job ad"));
    assert_eq!(why("10 tips for Ferrow", &source()).as_deref(), Some("a list post"));
    assert_eq!(why("12 packages on Northhub steal keys", &source()), None);
    assert_eq!(why("Join us at FerrowConf", &source()).as_deref(), Some("an event, not news"));
    let skipping = Source { skip: pattern("(?i)^ann lind$"), ..source() };
    assert_eq!(why("Ferrow", &skipping).as_deref(), Some("matches skip `(?i)^ann lind$`"));
    let keeping = Source { keep: pattern("Kestrel"), ..source() };
    assert_eq!(why("Ferrow", &keeping).as_deref(), Some("matches no keep"));
    assert_eq!(why("Kestrel", &keeping), None);
}

#[test]
fn a_sponsors_line_is_neither_shown_nor_held_against_the_text() {
    let told = |summary: &str, role| {
        let entry =
            Entry { title: "A leader for the cluster".to_owned(), summary: Some(summary.to_owned()), ..entry() };
        let item = item(&entry, &Source { role, ..source() });
        (item.excerpt.unwrap_or_default(), item.removed.is_some())
    };
    let sentence = "Leaders are elected by a majority of those that are up.";
    for line in [
        "Thanks to our sponsor Brilliant! Go to https://brilliant.example/x for 20% off.",
        "Thanks to our sponsor Brilliant for supporting this blog.",
        "Sponsored by Northwind.",
    ] {
        assert_eq!(told(&format!("{line} {sentence}"), Role::Community), (sentence.to_owned(), false), "{line}");
        assert_eq!(told(line, Role::Community), (String::new(), false), "{line}");
    }
    assert!(told(&format!("Sponsored by Northwind. {sentence}"), Role::Press).1);
}

#[test]
fn an_incident_stays_one_where_its_cause_is_told() {
    let body = "Nov 27, 16:40 UTC Resolved - This incident has been resolved. Nov 27, 15:10 UTC Identified - A change of our \
                load balancers dropped 8% of the traffic. We are rolling it back.";
    let title = "Elevated rates in the west".to_owned();
    let found = item(&Entry { title, summary: None, content_text: body.to_owned(), ..entry() }, &source());
    let told = "A change of our load balancers dropped 8% of the traffic. We are rolling it back.";
    assert_eq!((found.kind, found.excerpt.as_deref()), (Kind::Incident, Some(told)));
}

#[test]
fn a_page_tells_what_it_is_where_words_do_not_and_planned_work_is_no_news() {
    let told = |link: &str, title: &str, summary: &str| {
        let entry = Entry {
            link: Some(link.to_owned()),
            title: title.to_owned(),
            summary: Some(summary.to_owned()),
            ..entry()
        };
        let item = item(&entry, &source());
        (item.kind, item.removed)
    };
    let (status, flaw) = ("https://status.lumen.example/1", "https://www.cisa.gov/news-events/ics-advisories/icsa-1");
    assert_eq!(told(status, "Runners queueing", "Builds wait."), (Kind::Incident, None));
    assert_eq!(told(flaw, "Hellmer HX-900", "Firmware."), (Kind::Advisory, None));
    let planned = "Nov 17, 10:00 UTC Scheduled - We will be replacing switches.";
    let removed = Some("scheduled maintenance".to_owned());
    assert_eq!(told(status, "Database maintenance", planned), (Kind::Article, removed));
    let end = "Nov 17, 10:00 UTC Scheduled - The v1 API will be shut down on 15 December 2026.";
    assert_eq!(told(status, "Deprecation of the v1 API", end), (Kind::Deprecation, None));
}

#[test]
fn a_headline_of_the_first_words_has_no_marks_and_no_address() {
    let noted = |text: &str| {
        let item = item(&Entry { title: String::new(), summary: Some(text.to_owned()), ..entry() }, &source());
        (item.title, item.excerpt)
    };
    let title = "TIL: git worktree can share a stash.".to_owned();
    for text in [
        "TIL: `git worktree` can share a stash. https://git.example/docs",
        "TIL: `git worktree` can share a stash. → https://git.example/docs https://ferrow.example",
        "TIL: git worktree can share a stash. #git #til",
    ] {
        assert_eq!(noted(text), (title.clone(), None), "{text}");
    }
    assert_eq!(noted("https://git.example/docs").0, "https://git.example/docs");
}

#[test]
fn hashtags_behind_a_title_are_no_part_of_it() {
    let titled = |title: &str| item(&Entry { title: title.to_owned(), ..entry() }, &source()).title;
    assert_eq!(titled("One planner trick #shorts #ferrow"), "One planner trick");
    assert_eq!(titled("#shorts #ferrow"), "#shorts #ferrow");
}

#[test]
fn an_aggregator_points_elsewhere() {
    let aggregator = Source { role: Role::Aggregator, ..source() };
    let entry = Entry {
        id: "https://news.example.com/item?id=1".to_owned(),
        summary: Some(
            "Article URL: https://ferrow.example/4.0 Comments URL: https://news.example.com/item?id=1 \
             Points: 57 # Comments: 12"
                .to_owned(),
        ),
        ..entry()
    };
    let found = item(&entry, &aggregator);
    assert_eq!((found.points, found.comment_count, found.excerpt), (Some(57), Some(12), None));
    assert_eq!(found.discussion.as_deref(), Some("https://news.example.com/item?id=1"));
    let own = Entry { link: Some(entry.id.clone()), ..entry };
    assert_eq!(item(&own, &aggregator).discussion, None);
}

#[test]
fn a_feed_may_count_comments_and_an_aggregators_text_knows_better() {
    let counted = Entry { comment_count: Some(3), ..entry() };
    assert_eq!(item(&counted, &source()).comment_count, Some(3));
    let told = Entry { summary: Some("9 points, 12 comments".to_owned()), ..counted };
    assert_eq!(item(&told, &Source { role: Role::Aggregator, ..source() }).comment_count, Some(12));
}

#[test]
fn links_to_other_hosts_are_kept_by_their_keys() {
    let links =
        ["https://ferrow.example/docs", "http://www.kestrel.example/a/?utm_source=x", "https://kestrel.example/a"];
    let many = (0..20).map(|n| format!("https://other.example/{n}"));
    let linking = Entry { links: links.map(str::to_owned).into_iter().chain(many).collect(), ..entry() };
    let found = item(&linking, &source()).out_links;
    assert_eq!((found.len(), found[0].as_str()), (8, "https://kestrel.example/a"));
    assert_eq!(found[1], "https://other.example/0");
    let old = Entry { date: Some(now() - TimeDelta::days(20)), ..linking };
    assert!(item(&old, &source()).out_links.is_empty());
}

#[test]
fn an_item_that_was_stored_without_links_is_read() {
    let stored = serde_json::to_string(&item(&entry(), &source())).unwrap();
    assert!(!stored.contains("out_links"));
    assert!(serde_json::from_str::<Item>(&stored).unwrap().out_links.is_empty());
}

#[test]
fn a_deprecation_names_its_day_and_an_introduction_its_level() {
    let titled = |title: &str| item(&Entry { title: title.to_owned(), ..entry() }, &source());
    let day = titled("Ferrow 3 reaches end of life on 1 March 2027").takes_effect;
    assert_eq!(day.map(|day| day.to_string()).as_deref(), Some("2027-03-01"));
    assert_eq!(titled("Ferrow meets on 1 March 2027").takes_effect, None);
    assert_eq!(titled("A gentle introduction to planners").level, Level::Introductory);
}

#[test]
fn the_body_tells_the_time_and_the_source_what_may_be_shown() {
    let long = Entry { content_text: "word ".repeat(460), summary: None, ..entry() };
    let shown = item(&long, &source());
    assert_eq!(shown.reading_minutes, Some(2));
    assert!(shown.excerpt.unwrap().chars().count() <= EXCERPT_CHARS);
    let silent = Source { excerpt: false, paywall: true, ..source() };
    let hidden = item(&long, &silent);
    assert_eq!((hidden.excerpt, hidden.paywall), (None, true));
    assert!(item(&Entry { title: "[$] A planner".to_owned(), ..entry() }, &source()).paywall);
    assert!(!item(&entry(), &source()).paywall);
}

proptest! {
    #[test]
    fn whatever_a_feed_says(
        id in "\\PC{0,8}", title in ".{0,80}", link in "(https?://)?\\PC{0,30}", summary in ".{0,200}",
        content_text in "(<[a-z]{0,3}|>|&|\\PC){0,80}", tags in prop::collection::vec(".{0,12}", 0..30),
        seconds in -100_000_000_000_i64..100_000_000_000,
    ) {
        let entry = Entry {
            id, title, tags, link: Some(link), summary: Some(summary), content_text,
            date: DateTime::from_timestamp(seconds, 0), ..entry()
        };
        if let Ok(item) = normalise(&entry, &source(), &vocabulary(), seen()) {
            prop_assert!(!item.title.is_empty());
            prop_assert!(item.excerpt.is_none_or(|excerpt| excerpt.chars().count() <= EXCERPT_CHARS));
            prop_assert!(item.link.is_none_or(|link| link.starts_with("http")));
            prop_assert!(item.date.is_none_or(|date| date <= now() + TimeDelta::hours(2)));
            prop_assert!(item.topics.len() <= MAX_TOPICS);
        }
    }
}
