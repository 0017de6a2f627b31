//! An entry's text without what publishing systems put around it, and the excerpt made of it.

use std::sync::LazyLock;

use regex::Regex;

use super::EXCERPT_CHARS;
use crate::text;

/// Shorter summaries give way to the body.
const MEAGRE: usize = 40;

/// Ends of a text that are no part of it. Each stands at the very end, and they come in any order. A capital
/// letter tells "Read more" from "you should read more". To be asked only where [`BEGINNING`] was found: searched
/// for at every place of a text, this takes more time than all else that is done to an entry.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:",
        r"(?:Read|READ|See|Learn|LEARN|View|Show) (?:(?i)more|the (?:full|rest of the|whole|original) (?:article|post|story|entry|text|release notes))(?: (?:at|on|about) .{1,80})?",
        r"|(?:Continue|Keep) reading\b[^.!?]{0,200}",
        r"|The post .{1,250}? (?:appeared first|first appeared) on .{1,100}",
        r"|This (?:post|article|entry|story) (?:was )?(?:originally |first )+(?:appeared|published) .{0,150}",
        r"|(?:Article URL|Comments URL): .+",
        r"|Points: [0-9]+",
        r"|(?:# )?Comments: [0-9]+",
        r"|submitted by /?u/\S+(?: to r/\S+)?",
        r"|\[(?:link|comments|[Rr]ead more|more|\.\.\.|…)\]|\(more(?:…|\.\.\.)?\)",
        r"|\(?[0-9]+ comments?\)?|Discussion|Permalink|Share this:?",
        r")[\s.…»→>:]*$",
    ))
    .expect("a valid pattern")
});

/// With what such an end begins: constant words, which are found fast. Numbers and brackets before them belong to it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"Read |READ |See |Learn |LEARN |View |Show |Continue reading|Keep reading|The post ",
        r"|This post|This article|This entry|This story|Article URL: |Comments URL: |Points: |Comments: |submitted by ",
        r"|\[link|\[comments|\[Read|\[read|\[more|\[\.\.\.|\[…|\(more| comment|Discussion|Permalink|Share this",
    ))
    .expect("a valid pattern")
});

/// How far from its end a text is searched for such things.
const TAIL_CHARS: usize = 4500;

/// `text`, which is plain, without "Read more", "The post … appeared first on …" and their like at its end.
pub(super) fn without_boilerplate(text: &str) -> &str {
    let mut text = text.trim();
    // Each round shortens the text; nobody stacks more of these.
    for _ in 0..8 {
        let Some(end) = end_of_text(text) else { break };
        text = text.get(..end).unwrap_or_default().trim_end();
    }
    if text.eq_ignore_ascii_case("comments") { "" } else { text }
}

/// Where the first of what stands at the end of `text` and is no part of it begins.
fn end_of_text(text: &str) -> Option<usize> {
    // No character has more than four bytes.
    let from = text.floor_char_boundary(text.len().saturating_sub(4 * TAIL_CHARS));
    BEGINNING.find_iter(text.get(from..)?).find_map(|found| {
        let mut start = from + found.start();
        let own_word = |start: usize| {
            text.get(..start).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        };
        match found.as_str() {
            // "12 comments", "(12 comments)"
            " comment" => {
                let before = text.get(..start)?;
                let bare = before.trim_end_matches(|c: char| c.is_ascii_digit());
                if bare.len() == before.len() {
                    return None;
                }
                start = bare.strip_suffix('(').unwrap_or(bare).len();
            }
            "Comments: " if text.get(..start)?.ends_with("# ") && own_word(start - 2) => start -= 2,
            _ => {}
        }
        let end = text.get(start..)?;
        (own_word(start) && end.chars().nth(TAIL_CHARS).is_none() && TAIL.is_match(end)).then_some(start)
    })
}

/// The excerpt: the feed's own summary, else the beginning of the body. `None` where neither says more than
/// the title.
pub(super) fn choose(title: &str, summary: &str, body: &str) -> Option<String> {
    let candidates = [beyond(title, summary), beyond(title, body)];
    let best = candidates
        .iter()
        .flatten()
        .find(|text| text.chars().nth(MEAGRE - 1).is_some())
        .or_else(|| candidates.iter().flatten().next())?;
    text::excerpt(best, EXCERPT_CHARS).filter(|excerpt| excerpt.chars().any(char::is_alphanumeric))
}

/// As much of a summary as tells its language and what it is, where it is not shown.
pub(super) fn opening(summary: &str) -> &str {
    summary.get(..summary.floor_char_boundary(EXCERPT_CHARS)).unwrap_or_default()
}

/// What `text` says after a repeated title.
fn beyond<'t>(title: &str, text: &'t str) -> Option<&'t str> {
    let rest = match text.strip_prefix(title) {
        Some(rest) if rest.starts_with(|c: char| !c.is_alphanumeric()) => {
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '-' | '–' | '—' | '|' | '!'))
        }
        Some("") => "",
        _ => text,
    };
    // What is compared must be longer than the title, or it could say something new only behind it.
    let most = rest.char_indices().nth(2 * EXCERPT_CHARS).map_or(rest.len(), |(at, _)| at);
    let said = rest.get(..most).unwrap_or_default();
    says_more(said, title).then_some(rest)
}

/// Whether `said`, folded, is anything but a beginning of `title`, folded.
fn says_more(said: &str, title: &str) -> bool {
    if said.is_ascii() && title.is_ascii() {
        let mut known = folded(title);
        let mut said = folded(said).peekable();
        return said.peek().is_some() && !said.all(|byte| known.next() == Some(byte));
    }
    let said = text::fold(said);
    !said.is_empty() && !text::fold(title).starts_with(&said)
}

/// [`text::fold`] of ASCII, byte by byte.
fn folded(ascii: &str) -> impl Iterator<Item = u8> {
    let mut bytes = ascii.bytes().filter(|byte| *byte != b'\'').peekable();
    let mut begun = false;
    std::iter::from_fn(move || {
        let mut gap = false;
        while bytes.next_if(|byte| !byte.is_ascii_alphanumeric()).is_some() {
            gap = true;
        }
        bytes.peek()?;
        if gap && begun {
            return Some(b' ');
        }
        begun = true;
        bytes.next().map(|byte| byte.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
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
            ("They asked for comments on the planner.", "They asked for comments on the planner."),
            (
                "You should read more books about planners, says Ann.",
                "You should read more books about planners, says Ann.",
            ),
        ] {
            assert_eq!(without_boilerplate(text), kept, "{text}");
        }
    }

    #[test]
    fn an_excerpt_says_more_than_the_title() {
        let body = "The planner now learns from the queries that it has seen.";
        assert_eq!(choose("Ferrow 4.0 released", "Ferrow 4.0 released!", body).as_deref(), Some(body));
        assert_eq!(choose("Ferrow 4.0 released", "Ferrow 4.0 released", ""), None);
        assert_eq!(choose("Ferrow 4.0", &format!("Ferrow 4.0: {body}"), "").as_deref(), Some(body));
        assert_eq!(choose("Ferrow 4.0", "Out now.", body).as_deref(), Some(body));
        assert_eq!(choose("Ferrow 4.0", "Out now.", "").as_deref(), Some("Out now."));
    }

    static EVERYWHERE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&TAIL.as_str().replacen('^', r"(?:^|\s)", 1)).unwrap());

    proptest! {
        #[test]
        fn ascii_folds_byte_by_byte(text in "[ -~\n]{0,30}") {
            prop_assert_eq!(String::from_utf8(folded(&text).collect()).unwrap(), text::fold(&text));
        }

        #[test]
        fn looking_at_likely_places_finds_what_looking_everywhere_finds(
            pieces in proptest::collection::vec(
                "Read |Read more|See the full post|Continue reading|The post |A b appeared first on C|This post was \
                 |originally appeared in D|Article URL: x|# |Comments: [0-9]|Points: 3|submitted by /u/a|to r/b\
                 |\\[link\\]|\\[Read more\\]|\\(more…\\)|\\(?[0-9]{1,2} comments?\\)?|comments|Discussion|Share this:|…|»|[a-zé.] ?",
                0..8,
            ),
            spaced: bool,
        ) {
            let text = pieces.join(if spaced { " " } else { "" });
            let text = text.trim();
            let expected = EVERYWHERE.find(text).map(|found| text.get(..found.start()).unwrap().trim_end());
            prop_assert_eq!(end_of_text(text).map(|end| text.get(..end).unwrap().trim_end()), expected);
        }
    }
}
