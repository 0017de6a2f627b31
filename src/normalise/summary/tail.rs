//! What publishing systems put behind a text: "Read more", "The post … appeared first on …", buttons, tags.

use std::sync::LazyLock;

use regex::{Regex, bytes};

/// Ends of a text that are no part of it. Each stands at the very end, and they come in any order. A capital
/// letter tells "Read more" from "you should read more". To be asked only where [`BEGINNING`] was found: searched
/// for at every place of a text, this takes more time than all else that is done to an entry.
static TAIL: LazyLock<bytes::Regex> = LazyLock::new(|| ends(TAILS));

/// Of bytes: "up to 250 characters of any script" makes an automaton of megabytes.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
fn ends(pattern: &str) -> bytes::Regex {
    bytes::RegexBuilder::new(pattern).unicode(false).build().expect("a valid pattern")
}

const TAILS: &str = concat!(
    r"^(?:",
    r"(?:Read|READ|See|Learn|LEARN|View|Show) (?:(?i)more|(?:(?:the|this|our) )?(?:full|rest of (?:the|this)|whole|entire|original|complete) (?:blog )?(?:article|post|story|entry|text|announcement|interview|review|report|topic|release notes))(?: of (?:this|the) (?:story|article|post))?(?: (?:at|on|about|in|here|over) ?.{0,80})?",
    r"|Read [Oo]n|(?:Continue|Keep) (?i:reading)\b(?:[^.!?\n]|[.!?][^\s]){0,200}",
    r"|To (?:read|continue reading) (?:the rest of )?(?:this|the) .{0,60}(?:click here|[Cc]lick (?:here|the link)|visit .{1,80}|subscribe.{0,60})",
    r"|Click here (?:to|for) .{1,80}",
    r"|The post .{1,250}? (?:appeared first|first appeared) on .{1,250}",
    r"|Der Beitrag .{1,250}? erschien zuerst auf .{1,100}|L’article .{1,250}? est apparu en premier sur .{1,100}|La entrada .{1,250}? se publicó primero en .{1,100}",
    r"|This (?:post|article|entry|story) (?:was )?(?:originally |first )+(?:appeared|published|posted) (?:[^.!?\n]|[.!?][^\s]){0,150}",
    r"|(?:Originally|First) (?:appeared|published|posted) (?:[^.!?\n]|[.!?][^\s]){0,150}",
    r"|Thanks for reading .{1,120}(?:Subscribe|This post is public|Share).{0,150}",
    r"|(?:Subscribe to|Sign up for) (?:our|my|the) .{0,60}(?:newsletter|mailing list|updates).{0,80}",
    r"|(?:Copyright )?© ?(?:Copyright )?20[0-9]{2}\b.{0,150}|All [Rr]ights [Rr]eserved",
    r"|(?:Filed under|Filed Under|Tagged|Tags|Categories|Posted in)(?: with| as| in)?: [^.!?]{1,200}",
    // Below an incident of a status page.
    r"|Affected (?:[Cc]omponents|[Ss]ervices|[Ss]ystems)(?: ?:| [A-Z])[^.!?]{0,300}",
    r"|Full [Cc]hangelog: https?://\S+",
    r"|(?:Article URL|Comments URL): .+",
    r"|Points: [0-9]+",
    r"|(?:# )?Comments: [0-9]+",
    r"|\[contains quote post or other embedded content\]",
    r"|submitted by /?u/\S+(?: to r/\S+)?",
    r"|\[(?:link|comments|[Rr]ead [Mm]ore|more|[Cc]ontinue reading)\]|\((?:more|[Rr]ead more|[Cc]ontinue reading)(?:…|\.\.\.)?\)",
    r"|\(?[0-9]+ comments?\)?|Discussion|Permalink",
    r"|(?:Share|Like) this:?(?: (?:Click|Share|Tweet|Like|Facebook|Twitter|X|Email|Print|Reddit|LinkedIn).{0,600})?",
    r"|(?:Share|Tweet|Print|Email|Facebook)(?: (?:Share|Tweet|Pin|Print|Email|Facebook|Twitter|LinkedIn|Reddit|WhatsApp|Copy [Ll]ink|on))+",
    r")(?:[\s.>:]|…|»|›|→)*$",
);

/// With what such an end begins: constant words, few enough to be searched for all at once. Numbers and brackets before
/// them belong to it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"Read |READ |See |Learn |LEARN |View |Show |Continue |Keep |To read |To continue |Click here |The post ",
        r"|Der Beitrag |L’article |La entrada |This post|This article|This entry|This story|Originally |First ",
        r"|Thanks for reading|Subscribe to|Sign up for|Copyright |©|All rights|All Rights|Filed |Tagged|Tags: |Categories",
        r"|Posted in|Affected |Full Changelog|Full changelog|Article URL: |Comments URL: |Points: |Comments: |submitted by ",
        r"|\[link|\[comments|\[contains|\[Read|\[read|\[more|\[Continue|\[continue|\(more|\(Read|\(read|\(Continue|\(continue",
        r"| comment|Discussion|Permalink|Share|Like this|Tweet|Print |Email |Facebook ",
    ))
    .expect("a valid pattern")
});

/// What forums put behind the first post: "3 posts - 2 participants".
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static THREAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9]+ posts? - [0-9]+ participants?$").expect("a valid pattern"));

/// Behind a title of its own: "A planner was originally published in Ferrow on Medium, where people are …".
const ELSEWHERE: &str = " was originally published in ";

/// Characters of a title before [`ELSEWHERE`], and of what stands behind it.
const ELSEWHERE_CHARS: usize = 250;

/// How far from its end a text is searched for such things.
const TAIL_CHARS: usize = 4500;

/// Where the first of what stands at the end of `text` and is no part of it begins.
pub(super) fn end_of_text(text: &str) -> Option<usize> {
    // No character has more than four bytes.
    let from = text.floor_char_boundary(text.len().saturating_sub(4 * TAIL_CHARS));
    let found = BEGINNING.find_iter(text.get(from..)?).find_map(|found| {
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
        (own_word(start) && end.chars().nth(TAIL_CHARS).is_none() && TAIL.is_match(end.as_bytes())).then_some(start)
    });
    found.or_else(|| elsewhere(text)).or_else(|| thread(text))
}

/// Where the last sentence begins, when it says where else the text stands.
fn elsewhere(text: &str) -> Option<usize> {
    let from = text.floor_char_boundary(text.len().saturating_sub(4 * ELSEWHERE_CHARS));
    let at = from + text.get(from..)?.rfind(ELSEWHERE)?;
    let (before, behind) = text.split_at_checked(at)?;
    if !behind.contains(" on Medium") || behind.chars().nth(ELSEWHERE_CHARS).is_some() {
        return None;
    }
    let mut ends = before.rmatch_indices(['.', '!', '?', '…']).map(|(end, sign)| end + sign.len());
    let behind_sentence = |end: &usize| before.get(*end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let title = ends.find(behind_sentence).unwrap_or(0);
    before.get(title..)?.chars().nth(ELSEWHERE_CHARS).is_none().then_some(title)
}

fn thread(text: &str) -> Option<usize> {
    let last = text.floor_char_boundary(text.len().saturating_sub(60));
    text.ends_with(['t', 's']).then(|| THREAD.find(text.get(last..)?).map(|found| last + found.start())).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static EVERYWHERE: LazyLock<bytes::Regex> = LazyLock::new(|| ends(&TAILS.replacen('^', r"(?:^|\s)", 1)));

    proptest! {
        #[test]
        fn looking_at_likely_places_finds_what_looking_everywhere_finds(
            pieces in proptest::collection::vec(
                "Read |Read more|See the full post|Continue reading|Share |Tweet |Affected |components|Services: |Tags: |Click here to|To read this |click here|© 2027|\
                 |Originally |The post |A b appeared first on C|This post was \
                 |originally appeared in D|Article URL: x|# |Comments: [0-9]|Points: 3|submitted by /u/a|to r/b\
                 |\\[link\\]|\\[Read more\\]|\\(more…\\)|\\(?[0-9]{1,2} comments?\\)?|comments|Discussion|Share this:|…|»|[a-zé.] ?",
                0..8,
            ),
            spaced: bool,
        ) {
            let text = pieces.join(if spaced { " " } else { "" });
            let text = text.trim();
            let expected = EVERYWHERE.find(text.as_bytes()).map(|found| text.get(..found.start()).unwrap().trim_end());
            prop_assert_eq!(end_of_text(text).map(|end| text.get(..end).unwrap().trim_end()), expected);
        }
    }
}
