use proptest::prelude::*;

use super::*;

#[test]
fn what_publishing_systems_add_goes() {
    for (text, kept) in [
        ("A story of two caches. Discussion Points: 127 Comments: 31", "A story of two caches."),
        ("Discussion Points: 127 Comments: 31", ""),
        ("A planner that learns. Read more…", "A planner that learns."),
        ("A planner. Continue reading “A planner that learns” →", "A planner."),
        ("A planner. The post Ferrow 4.0 appeared first on The Ferrow Blog.", "A planner."),
        ("A planner. […] Read the full article at example.org", "A planner."),
        ("A planner. submitted by /u/ann [link] [comments]", "A planner."),
        ("Article URL: https://a.example/ Comments URL: https://b.example/1 Points: 3 # Comments: 0", ""),
        ("Comments", ""),
        ("A planner. Read more of this story at Slashdot.", "A planner."),
        ("A planner. Read the full story at The Verge.", "A planner."),
        ("A planner. Read this entire post »", "A planner."),
        ("A planner. To read this article in full, please click here", "A planner."),
        ("A planner. Click here to read more.", "A planner."),
        ("A planner. (more…)", "A planner."),
        ("A planner. [Continue reading]", "A planner."),
        ("A planner that learns and… Read more...", "A planner that learns and…"),
        ("A planner that learns and [...] Continue Reading →", "A planner that learns and [...]"),
        (
            "A planner. Ferrow 4.0 and its planner was originally published in Ferrow Engineering on Medium, where people \
          are continuing the conversation by highlighting and responding to this story.",
            "A planner.",
        ),
        ("A planner. Originally published at https://ferrow.example.", "A planner."),
        ("A planner that […] Continue reading Ferrow 4.0 and its planner", "A planner that […]"),
        ("A planner. [contains quote post or other embedded content]", "A planner."),
        ("A planner. Der Beitrag Ferrow 4.0 erschien zuerst auf Ferrow.", "A planner."),
        (
            "A planner. Thanks for reading Ferrow Weekly! Subscribe for free to receive new posts and support my work.",
            "A planner.",
        ),
        ("A planner. Sign up for our weekly newsletter here.", "A planner."),
        ("A planner. © 2027 Ferrow. All rights reserved.", "A planner."),
        ("A planner. Tags: planners, databases", "A planner."),
        ("A planner. Full Changelog: https://forge.example/ferrow/compare/v3...v4", "A planner."),
        (
            "A planner. Share this: Click to share on Facebook (Opens in new window) Facebook Like this: Like Loading...",
            "A planner.",
        ),
        ("A planner. Share Tweet LinkedIn Reddit", "A planner."),
        ("A planner. 3 posts - 2 participants Read full topic", "A planner."),
        ("1 post - 1 participant Read full topic", ""),
        ("We share this: a planner.", "We share this: a planner."),
        ("Join us in reading it.", "Join us in reading it."),
        ("The paper was originally published in 2019.", "The paper was originally published in 2019."),
        ("They asked for comments on the planner.", "They asked for comments on the planner."),
        (
            "You should read more books about planners, says Ann.",
            "You should read more books about planners, says Ann.",
        ),
    ] {
        assert_eq!(without_boilerplate(text), kept, "{text}");
    }
}

fn choose_of(title: &str, summary: &str, body: &str) -> Option<String> {
    choose(title, None, summary, body)
}

#[test]
fn where_it_was_published_first_is_no_sentence_of_it() {
    let text = "The planner now learns from the queries that it has seen.";
    for lead in [
        "Originally published at ferrow.example.",
        "This post first appeared on Ferrow.",
        "Ann Lind · 27 November 2026 · 6 min read.",
        "submitted by ann to programming 114 points | 23 comments https://ferrow.example",
    ] {
        assert_eq!(choose_of("Ferrow", &format!("{lead} {text}"), "").as_deref(), Some(text), "{lead}");
    }
    let sentence = "First published on 3 May 2019, the paper describes a planner that learns.";
    assert_eq!(choose_of("Ferrow", sentence, "").as_deref(), Some(sentence));
}

#[test]
fn an_excerpt_says_more_than_the_title() {
    let body = "The planner now learns from the queries that it has seen.";
    assert_eq!(choose_of("Ferrow 4.0 released", "Ferrow 4.0 released!", body).as_deref(), Some(body));
    assert_eq!(choose_of("Ferrow 4.0 released", "Ferrow 4.0 released", ""), None);
    assert_eq!(choose_of("Ferrow 4.0", &format!("Ferrow 4.0: {body}"), "").as_deref(), Some(body));
    let on = "Ferrow 4.0 plans ahead, which is new. It also learns from the queries that it has seen.";
    assert_eq!(choose_of("Ferrow 4.0", on, "").as_deref(), Some(on));
    assert_eq!(choose_of("Ferrow 4.0", "Out now.", body).as_deref(), Some(body));
    assert_eq!(choose_of("Ferrow 4.0", "Out now.", "").as_deref(), Some("Out now."));
    assert_eq!(choose_of("Ferrow 4.0", "https://ferrow.example/4.0", ""), None);
    assert_eq!(
        choose_of("Ferrow 4.0", &format!("By Ann Lind | Ferrow 4.0 | 3 March 2027 | {body}"), "").as_deref(),
        Some(body)
    );
    assert_eq!(choose("Ferrow 4.0", Some("Ann Lind"), &format!("By Ann Lind {body}"), "").as_deref(), Some(body));
}

#[test]
fn an_excerpt_begins_where_the_text_does() {
    let body = "A flaw in the planner lets anybody read any file of the host.";
    for before in [
        "CVE ID : CVE-2026-45117 Published : Nov. 26, 2026, 9:15 a.m. | 58 minutes ago Description : ",
        "Ferrow 4.0 🔔 Subscribe: https://video.example/devconf 👉 Slides: https://ferrow.example/slides.pdf ",
        "Thanks to our sponsor Northwind for supporting this blog. ",
        "Nov 27, 16:40 UTC Resolved - This incident has been resolved. Nov 27, 15:10 UTC Identified - ",
        "[!WARNING] ",
    ] {
        assert_eq!(choose_of("Ferrow 4.0", &format!("{before}{body}"), "").as_deref(), Some(body), "{before}");
    }
    assert_eq!(choose_of("Ferrow 4.0", &format!("{body} #rust #async"), "").as_deref(), Some(body));
    for nothing in
        ["There is no excerpt because this is a protected post.", "No content.", "#shorts", "Full Changelog: v1...v2"]
    {
        assert_eq!(choose_of("Ferrow 4.0", nothing, ""), None, "{nothing}");
        assert_eq!(choose_of("Ferrow 4.0", nothing, body).as_deref(), Some(body), "{nothing}");
    }
}

proptest! {
    #[test]
    fn ascii_folds_byte_by_byte(text in "[ -~\n]{0,30}") {
        prop_assert_eq!(String::from_utf8(folded(&text).collect()).unwrap(), text::fold(&text));
    }

    #[test]
    fn an_excerpt_has_the_words_of_its_source_in_their_order(
        title in "(A planner |by |Ann ){0,3}",
        summary in "(A planner |By Ann Lind |3 March 2027 — |Read more|\\[…\\]|Share |Tweet |\\. |[a-zé]{1,9} |\\PC){0,60}",
    ) {
        if let Some(excerpt) = choose(&title, Some("Ann Lind"), &summary, "") {
            prop_assert!(excerpt.chars().count() <= EXCERPT_CHARS);
            prop_assert!(summary.contains(excerpt.strip_suffix('…').unwrap_or(&excerpt)), "{excerpt}");
        }
    }
}
