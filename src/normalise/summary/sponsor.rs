//! Who paid for an issue, an episode or a week of a blog, said before the text begins. The text itself is nobody's
//! advertisement, so neither its excerpt nor its kind is told by these sentences.

use std::sync::LazyLock;

use regex::Regex;

use crate::text;

/// A sponsor is thanked, or named as that of a series.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static THANKS: LazyLock<Regex> = LazyLock::new(|| {
    let series = "(?:video|episode|podcast|show|stream|newsletter|issue|edition|blog|site|channel|feed|week|month|series)(?:'s|’s)?(?: \\w+)?";
    let sponsors = "(?:\\w+ )?sponsors?";
    Regex::new(&format!(
        r"(?i)^[^\w\s]*\s?(?:(?:many |big |huge |special )?(?:thanks|thank you|shout-?out)(?: so much| very much| again)? to (?:our {sponsors}\b|(?:this|the) {series} {sponsors}\b|today(?:'s|’s) {sponsors}\b|[^.!?]{{1,80}} for (?:sponsoring|supporting) (?:this|the|our|my|today(?:'s|’s)) )|(?:this|today(?:'s|’s)) {series} (?:is|was) (?:\w+ )?(?:sponsored|supported|brought to you|made possible) by |(?:our|today(?:'s|’s)|this (?:week|month)(?:'s|’s)) {sponsors}(?: today| this week)?(?: is |:))"
    ))
    .expect("a valid pattern")
});

/// No more than a name. Above a post it may be the label of an advertisement: see [`line`].
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[^\w\s]*\s?(?:sponsored|brought to you|supported) by:? [^.!?]{1,80}[.!]?$")
        .expect("a valid pattern")
});

/// Behind the thanks: where to go and what one saves there.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static PITCH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[^\w\s]*\s?(?:(?:go|head)(?: over)? to|visit|check (?:them|it|out)|try|sign up|start|get|claim|use|download|learn more|find out more|click|join) .*(?:://|\bwww\.|\b[a-z0-9-]+\.(?:com|org|io|dev|net|ai|co)\b|[0-9] ?% off|\bfree\b|\bcode [A-Z0-9]|\bdiscount\b|\blinks? below\b)",
    )
    .expect("a valid pattern")
});

/// Sentences of a pitch.
const PITCHES: usize = 2;

/// In bytes; a longer first sentence tells something else as well.
const LONGEST: usize = 300;

/// `text` behind the sentences at its beginning that speak of a sponsor; nothing may be left.
pub(super) fn behind(text: &str) -> &str {
    if !speaks_of_one(text) {
        return text;
    }
    let Some((first, rest)) = first_sentence(text) else { return text };
    if NAMED.is_match(first) {
        return rest;
    }
    if !THANKS.is_match(first) {
        return text;
    }
    let mut rest = rest;
    for _ in 0..PITCHES {
        let Some((_, behind)) = first_sentence(rest).filter(|(pitch, _)| PITCH.is_match(pitch)) else { break };
        rest = behind;
    }
    rest
}

/// "Sponsored by Northwind.", where `text` begins with that: [`behind`] it nobody would know, and only what the text is
/// otherwise tells whether it was bought.
pub(super) fn line(text: &str) -> Option<&str> {
    if !speaks_of_one(text) {
        return None;
    }
    first_sentence(text).map(|(first, _)| first).filter(|first| NAMED.is_match(first))
}

/// Whether the beginning may: few do, and where sentences end is not sought in the others.
fn speaks_of_one(text: &str) -> bool {
    let sentence = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    ["ponsor", "PONSOR", "upport", "rought", "ossible"].iter().any(|word| sentence.contains(word))
}

/// The first sentence, and what stands behind it.
fn first_sentence(text: &str) -> Option<(&str, &str)> {
    let near = text.get(..text.floor_char_boundary(LONGEST))?;
    let first = text::sentences(near).next()?;
    let rest = text.get(first.len()..)?;
    let whole = rest.is_empty() || first.len() < near.len();
    whole.then(|| (first.trim_end(), rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "Leaders are elected by a majority.";

    #[test]
    fn a_text_begins_behind_its_sponsor() {
        for lead in [
            "Thanks to our sponsor Brilliant for supporting this blog. ",
            "Thank you to our friends at Northwind for sponsoring this issue! ",
            "Thanks to our sponsor Brilliant! Go to https://brilliant.example/ferrow for 20% off. ",
            "Many thanks to Northwind for sponsoring the newsletter. Sign up at northwind.dev. Use code FERROW for a free month. ",
            "This video is sponsored by Northwind. ",
            "Today’s episode is brought to you by Northwind. ",
            "Our sponsor this week is Northwind. ",
            "Sponsored by Northwind. ",
        ] {
            assert_eq!(behind(&format!("{lead}{SENTENCE}")), SENTENCE, "{lead}");
            assert_eq!(behind(lead.trim_end()), "", "{lead}");
        }
    }

    #[test]
    fn what_is_no_thanks_stays() {
        for text in [
            "Thanks to a new scheduler, builds are faster.",
            "Thanks to our users for supporting each other.",
            "Sponsors of terrorism are banned from the registry.",
            "This post is sponsored by Northwind and written by Ann Lind.",
            "Sponsored by the European Union, the project has now rewritten its parser, its printer and its formatter, and the results are open to everybody.",
            "",
        ] {
            assert_eq!(behind(text), text);
        }
        let goes_on = format!("Thanks to our sponsor Northwind. Get started with Raft by reading this. {SENTENCE}");
        assert!(behind(&goes_on).starts_with("Get started"));
    }

    #[test]
    fn a_bare_line_is_told_from_thanks() {
        assert_eq!(line("Sponsored by Northwind. Also: planners."), Some("Sponsored by Northwind."));
        assert_eq!(line("Thanks to our sponsor Northwind. Also: planners."), None);
    }

    proptest::proptest! {
        #[test]
        fn the_end_of_the_text_stays(text in "(Thanks to |our sponsor |Sponsored by |Ann|\\. |! |Go to |a\\.com |\\PC){0,12}") {
            proptest::prop_assert!(text.ends_with(behind(&text)));
        }
    }
}
