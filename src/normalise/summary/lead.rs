//! What stands before the first sentence of a text and is no part of it: who wrote it and when, where it was reported
//! from, who took the picture, buttons, "Abstract:".

use std::sync::LazyLock;

use regex::Regex;

/// Of Latin letters, as bylines in English have them: classes of all scripts would make large automata.
const NAME: &str =
    r"[A-ZÀ-Þ][A-Za-zÀ-ɏ.'’-]*(?: (?:van|von|der|den|de|la|le|di|da|bin|al|[A-ZÀ-Þ][A-Za-zÀ-ɏ.'’-]*)){1,3}";

pub(super) const MONTH: &str =
    "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?\\.?";

/// One line of a list of addresses: behind a picture or an arrow, or with a word that announces nothing else.
const ELSEWHERE: &str = r#"(?:[^\sA-Za-z0-9"'“‘(\[«„]{1,4}\s?[A-Za-z][A-Za-z0-9' &/-]{1,40}|Subscribe|Slides|Website|Homepage|Twitter|Mastodon|Bluesky|Discord|Slack|Patreon|Instagram|LinkedIn|Newsletter|Merch|(?:Follow|Support|Join|Find) (?:me|us)(?: (?:on|at) \w+)?):? ?https?://\S+\s+"#;

/// Words that begin a sentence, and before which a heading has ended.
const OPENERS: [&str; 26] = [
    "The", "This", "These", "In", "We", "When", "If", "A", "An", "It", "You", "I", "As", "For", "Today", "Over", "At",
    "On", "With", "Most", "Many", "After", "Since", "There", "Last", "To",
];

/// Whether a text is worth asking: most are not.
type MayBe = fn(&str) -> bool;

struct Lead {
    may_be: MayBe,
    pattern: LazyLock<Regex, Box<dyn FnOnce() -> Regex + Send>>,
    /// What has to stand behind it.
    before: Before,
}

#[derive(Clone, Copy)]
enum Before {
    Anything,
    /// A capital letter, a digit or a quotation mark: "3 March 2027 was a Wednesday" is a sentence.
    Sentence,
    Opener,
}

/// Each stands at the very beginning, and is made when it is first asked: few are.
static LEADS: LazyLock<Vec<Lead>> = LazyLock::new(|| {
    use Before::{Anything, Opener, Sentence};
    let day = format!(
        r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?(?:{MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}|[0-9]{{1,2}}(?:st|nd|rd|th)?\.? {MONTH},? [0-9]{{4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{4}})(?:,? (?:at )?[0-9]{{1,2}}:[0-9]{{2}}(?: ?[AaPp]\.?[Mm]\.?)?(?: [A-Z]{{2,4}}\b)?)?"
    );
    let near_day = format!(r"(?:{day}|{MONTH} [0-9]{{1,2}}|[0-9]{{1,2}} {MONTH})");
    let agency = "(?:AP|AFP|Reuters|REUTERS|dpa|DPA|Bloomberg|GLOBE NEWSWIRE|BUSINESS WIRE|Business Wire|PRNewswire|PR Newswire|ACCESSWIRE|IANS|ANI)";
    let place = r"[A-ZÀ-Þ][A-Za-zÀ-ɏ.'’]+(?: [A-ZÀ-Þ][A-Za-zÀ-ɏ.'’]+){0,3}(?:, [A-ZÀ-Þ][A-Za-zÀ-ɏ.]+){0,2}";
    let picture = "(?:(?:Featured|Header|Cover|Lead) )?(?:[Ii]mage|[Pp]hoto|[Pp]hotograph|[Pp]icture|[Ii]llustration|[Gg]raphic|[Ss]creenshot)s?";
    let owner = "(?:Getty Images|Getty|Unsplash|Shutterstock|Pexels|Pixabay|iStock|iStockphoto|Adobe Stock|Alamy|Wikimedia(?: Commons)?|Flickr|AFP|Reuters|AP|Bloomberg|Depositphotos|Freepik|The Verge|WIRED|Ars Technica|NASA)";
    let writer = r"[A-ZÀ-Þ][A-Za-zÀ-ɏ.'’-]+ [A-ZÀ-Þ][A-Za-zÀ-ɏ.'’-]+(?: \([^()]{1,60}\))?";
    let button = "(?:(?:Click to )?[Ss]hare (?:on|to|via) \\w+(?: \\(Opens in new window\\))?|Share|Tweet|Pin it|Pin|E-?mail|Print|Facebook|Twitter|LinkedIn|Reddit|WhatsApp|Pocket|Mastodon|Bluesky|Telegram|Flipboard|Copy [Ll]ink|Bookmark)";
    let names = format!("{NAME}(?:(?:, | and | & ){NAME}){{0,2}}");
    let stamp = format!(
        "(?:(?:Posted|Published|Updated|Last [Uu]pdated|Last [Mm]odified|Date|First published)(?: on| at)?:? )?{day}"
    );
    let minutes = "[0-9]{1,3}[- ]?min(?:ute)?s?";
    let role = "(?:[A-Z][A-Za-z&-]+ ){0,4}(?:Engineer|Correspondent|Editor|Reporter|Writer|Developer|Manager|Director|Officer|Lead|Architect|Scientist|Researcher|Founder|Analyst|Advocate|Designer|Consultant|Columnist|Contributor|CTO|CEO|CISO)s?";
    let credit = format!(
        r"{picture}(?: credits?| source| courtesy)?(?::| by| via| of) [^.!?|]{{1,80}}?\b{owner}\b[.)]?(?:\s*[|•·–—])?"
    );
    let leads: [(MayBe, String, Before); 25] = [
        (|text| text.starts_with("arXiv:"), r"arXiv:\S+ Announce Type: \S+(?: Abstract:)?".to_owned(), Anything),
        (
            is_headed,
            r"(?:Abstract|Summary|TL;?DR|Introduction|Overview|Description|Synopsis|Excerpt|Intro)\s*[:–—]".to_owned(),
            Anything,
        ),
        (
            is_headed,
            r"(?:Abstract|Introduction|Overview|Background|TL;?DR|Motivation|Key [Tt]akeaways|Executive [Ss]ummary)"
                .to_owned(),
            Opener,
        ),
        (
            is_byline,
            format!(
                r"(?:(?:Posted|Published|Written|Story|Words|Text) )?[Bb]y {names}(?:,? (?:on )?{day}|, {near_day}|)\s*[|•·–—]"
            ),
            Anything,
        ),
        (is_byline, format!(r"(?:(?:Posted|Published|Written) )?[Bb]y {names},? (?:on )?{near_day}\.?"), Sentence),
        (
            |text| begins(text, &["Author", "Editor"]),
            format!(r"(?:Authors?|Editors?): {writer}(?:(?:, | and |, and | & ){writer})*"),
            Sentence,
        ),
        (is_stamp, format!(r"{stamp}\s*[|•·–—:]"), Anything),
        (is_stamp, stamp, Sentence),
        (is_stamp, format!("{MONTH} [0-9]{{1,2}}, [0-9]{{2}}:[0-9]{{2}} [A-Z]{{3,4}}"), Sentence),
        (
            is_dateline,
            format!(r"{place},? (?:(?:on )?{near_day},? ?)?(?:\({agency}\)|/{agency}/)\s*(?:--|[–—-])"),
            Anything,
        ),
        (is_dateline, format!(r"{place}, (?:on )?{near_day}\s*(?:--|[–—-]) "), Anything),
        (is_dateline, r"[A-Z]{3,}(?: [A-Z]{3,}){1,2}(?:, [A-Z][a-z]+\.?)?\s+[–—] ".to_owned(), Anything),
        (
            |text| begins(text, &["Estimated ", "Est. ", "Reading ", "reading "]) || begins_number(text),
            format!(
                r"(?:(?:Estimated |Est\. )?[Rr]eading [Tt]ime:? (?:about |~ ?|< ?)?{minutes}|{minutes} read)\b\s*[|•·–—.]?"
            ),
            Anything,
        ),
        (|text| begins(text, BUTTONS), format!("(?:Share this:? )?{button}(?: {button})+"), Sentence),
        (
            |text| text.starts_with('('),
            format!(r"\({picture}(?: credits?| source)?(?::| by| via) [^()]{{1,100}}\)"),
            Anything,
        ),
        (|text| begins(text, PICTURES), credit.clone(), Sentence),
        // A caption, which only the credit behind it gives away.
        (
            |text| PICTURES_WITHIN.iter().any(|word| near(text).contains(word)),
            format!(r"[^.!?|:]{{3,120}}\. {credit}"),
            Sentence,
        ),
        (is_byline, format!("(?:(?:Posted|Published|Written) )?[Bb]y {names}, {role}[.:]?"), Sentence),
        (
            |text| begins(text, &["Listen now", "Watch now"]),
            r"(?:Listen|Watch) now \([0-9]{1,3} mins?\)\s*[|•·–—]?".to_owned(),
            Anything,
        ),
        (
            |text| near(text).contains(['|', '•', '·']),
            format!(r"{names}\s*[|•·]\s*{near_day}(?:\s*[|•·–—]\s*{minutes}(?: read)?)?\s*[|•·–—.]?"),
            Sentence,
        ),
        // No comma: "First published on 3 May, the paper …" tells something.
        (
            |text| begins(text, &["Originally ", "First ", "This post ", "This article ", "This story "]),
            r"(?:This (?:post|article|story) (?:was )?)?(?:[Oo]riginally |[Ff]irst )+(?:appeared|published|posted) (?:at|on) (?:[^.!?,\n]|[.!?]\S){1,120}\."
                .to_owned(),
            Sentence,
        ),
        (
            |text| text.starts_with("submitted by "),
            r"submitted by \S+ to \S+ [0-9]+ points \| [0-9]+ comments(?: https?://\S+)?".to_owned(),
            Anything,
        ),
        // Where else to find those who made a video.
        (|text| near(text).contains("://"), format!("(?:{ELSEWHERE})+"), Anything),
        (
            |text| near(text).contains(", Volume "),
            format!(r"[^.!?]{{3,60}}, Volume [0-9]+, Issue [0-9]+(?:, Pages? [0-9–-]+)?(?:, {MONTH} [0-9]{{4}})?\."),
            Sentence,
        ),
        (
            |text| begins(text, &["Listen to ", "Advertisement", "Skip to ", "Table of ", "Send us "]),
            r"Send us (?:a [Tt]ext(?: [Mm]essage)?|[Ff]an [Mm]ail)[.!]?|Listen to this (?:article|post|story|page)|Advertisement|Skip to (?:main )?content|Table of [Cc]ontents?"
                .to_owned(),
            Sentence,
        ),
    ];
    let made = |(may_be, pattern, before): (MayBe, String, Before)| Lead {
        may_be,
        pattern: LazyLock::new(Box::new(move || anchored(&pattern))),
        before,
    };
    leads.into_iter().map(made).collect()
});

#[allow(clippy::expect_used, reason = "constant patterns; a test compiles them all")]
fn anchored(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})")).expect("a valid pattern")
}

fn begins(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

fn begins_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

const HEADINGS: &[&str] = &[
    "Abstract",
    "Summary",
    "TL;DR",
    "TLDR",
    "Intro",
    "Overview",
    "Descript",
    "Synopsis",
    "Excerpt",
    "Backgr",
    "Motivat",
    "Key ",
    "Executive ",
];

const BYLINES: &[&str] = &["By ", "by ", "Posted ", "Publish", "Written ", "Story ", "Words ", "Text "];

const STAMPS: &[&str] = &[
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", "Sun", "Posted", "Publish", "Updated", "Last ", "Date", "First ",
];

const BUTTONS: &[&str] = &[
    "Share", "share ", "Click to", "Tweet", "Pin", "Email", "E-mail", "Print", "Facebook", "Twitter", "LinkedIn",
    "Reddit", "WhatsApp", "Pocket", "Mastodon", "Bluesky", "Telegram", "Flipb", "Copy ", "Bookmark",
];

const PICTURES: &[&str] = &[
    "Feature", "Header ", "Cover ", "Lead ", "Image", "image", "Photo", "photo", "Picture", "picture", "Illus",
    "illus", "Graphic", "graphic", "Screen", "screen",
];

const PICTURES_WITHIN: &[&str] = &["hoto", "mage", "icture", "llustration", "raphic", "creenshot"];

fn is_headed(text: &str) -> bool {
    begins(text, HEADINGS)
}

fn is_byline(text: &str) -> bool {
    begins(text, BYLINES)
}

fn is_stamp(text: &str) -> bool {
    begins_number(text) || begins(text, STAMPS)
}

fn is_dateline(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && has_dash_set_off(near(text))
}

/// A dash before a space, or behind a bracket or a slash.
fn has_dash_set_off(text: &str) -> bool {
    // "–" and "—" begin with the same byte.
    memchr::memchr2_iter(b'-', 0xe2, text.as_bytes()).any(|at| {
        let (before, dash) = text.split_at_checked(at).unwrap_or((text, ""));
        let behind = dash.trim_start_matches(['-', '–', '—']);
        behind.len() < dash.len() && (behind.starts_with(' ') || before.trim_end().ends_with([')', '/']))
    })
}

/// Where all of these stand that may begin with any word.
fn near(text: &str) -> &str {
    text.get(..text.floor_char_boundary(NEAR)).unwrap_or_default()
}

/// Bytes in which a dateline ends, or the name of a journal.
const NEAR: usize = 250;

/// More of these do not follow one another.
const ROUNDS: usize = 5;

/// `text` from its first sentence on. `author` is its author, when known.
pub(super) fn from_first_sentence<'t>(text: &'t str, author: Option<&str>) -> &'t str {
    let mut text = text;
    for _ in 0..ROUNDS {
        let behind = LEADS.iter().find_map(|lead| lead.behind(text)).or_else(|| behind_author(text, author?));
        // A text that is nothing else stays.
        let Some(behind) = behind.filter(|behind| behind.contains(char::is_alphanumeric)) else { break };
        text = behind;
    }
    text
}

impl Lead {
    fn behind<'t>(&self, text: &'t str) -> Option<&'t str> {
        if !(self.may_be)(text) {
            return None;
        }
        let behind = text.get(self.pattern.find(text)?.end()..)?;
        let rest = behind.trim_start();
        let fits = match self.before {
            Before::Anything => true,
            Before::Sentence => behind.len() > rest.len() && begins_sentence(rest),
            Before::Opener => {
                let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                behind.len() > rest.len() && OPENERS.contains(&word)
            }
        };
        fits.then_some(rest)
    }
}

/// "By Ann Lind The planner now learns": where the name ends, only its owner's name tells.
fn behind_author<'t>(text: &'t str, author: &str) -> Option<&'t str> {
    let named =
        ["Posted by ", "Written by ", "Published by ", "By ", "by "].iter().find_map(|by| text.strip_prefix(by))?;
    let rest = named.strip_prefix(author)?;
    let behind = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '•' | '·' | '–' | '—'));
    (behind.len() < rest.len() && begins_sentence(behind)).then_some(behind)
}

fn begins_sentence(text: &str) -> bool {
    text.starts_with(|c: char| {
        c.is_uppercase() || c.is_numeric() || matches!(c, '"' | '“' | '‘' | '«' | '„' | '\'' | '(' | '[' | '@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_first_sentence_goes() {
        let sentence = "The planner now learns from queries.";
        for lead in [
            "By Jane Doe, 3 March 2027 — ",
            "By Jane Doe | ",
            "By Jane Doe and Bo van Ek, March 3 ",
            "Posted by Jane Doe on March 3, 2027 ",
            "by Ann Lind ",
            "By Ann Lind • ",
            "March 3, 2027 ",
            "Wednesday, March 3rd, 2027 at 10:30 AM ",
            "Published: 2027-03-03 | ",
            "Last updated on 3 March 2027 ",
            "03.03.2027 ",
            "BERLIN (Reuters) - ",
            "SAN FRANCISCO, March 3, 2027 (GLOBE NEWSWIRE) -- ",
            "REDMOND, Wash., March 3, 2027 /PRNewswire/ -- ",
            "San Francisco, March 3 – ",
            "NEW YORK — ",
            "5 min read · ",
            "Reading time: 4 minutes ",
            "Share Tweet Email ",
            "Share on Facebook Share on Twitter ",
            "Abstract: ",
            "arXiv:2703.01234v1 Announce Type: new Abstract: ",
            "Introduction ",
            "TL;DR: ",
            "(Image credit: Future) ",
            "Photo by Jane Doe on Unsplash ",
            "Image: Jane Doe / Getty Images ",
            "By Jane Doe | March 3, 2027 | 5 min read | ",
            "Table of Contents Introduction ",
            "Send us a text ",
            "Nov 27, 10:14 UTC ",
            "Reading Time: 9 minutes TL;DR: ",
            "By Tom Feld, Staff Engineer Last updated: November 25, 2026 ",
            "By Sam Hill, Technology Correspondent. ",
            "By Jane Doe and Bo Ek, Principal Engineers ",
            "Executive Summary ",
            "A data centre in Slough. Photograph: Jane Smith/Getty Images LONDON (Reuters) - ",
            "Listen now (54 mins) | ",
            "🔔 Subscribe: https://video.example/devconf 👉 Slides: https://ferrow.example/slides.pdf ",
            "▶️ Watch part 1: https://video.example/1 Website: https://ferrow.example ",
            "Authors: Jane Doe (Ferrow), Bo Ek (Lumen) ",
            "Editors: Jane Doe, Bo Ek and Ann Lind ",
            "Transactions on Planners, Volume 7, Issue 3, Page 12-15, March 2027. ",
        ] {
            assert_eq!(from_first_sentence(&format!("{lead}{sentence}"), Some("Ann Lind")), sentence, "{lead}");
        }
    }

    #[test]
    fn what_is_a_sentence_stays() {
        for text in [
            "By default, the planner learns from queries.",
            "By Monday, March 3, all queries are learned.",
            "By John Smith’s account, the planner learns.",
            "March 3, 2027 was the day on which the planner learned.",
            "March 2027 Ferrow notes are out.",
            "Introduction to planners, in three parts.",
            "Background Tasks run when the planner is idle.",
            "Ferrow (AP) is an access point.",
            "AWS — again — was down.",
            "Share the planner with your team.",
            "Send us a text that shows the planner at work.",
            "Image: the planner as it learns.",
            "Image formats by Adobe are read.",
            "Facebook Twitter",
            "Listen now and then to the planner.",
            "By Ann Lind, Lead paint in old houses is a planner’s problem.",
            "Images are read. The planner learns.",
            "The docs: https://ferrow.example/docs are new.",
            "5 min reads of the planner.",
            "3 March 2027",
            "",
        ] {
            assert_eq!(from_first_sentence(text, Some("Ann Lind")), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_end_of_the_text_stays(text in "(By |Ann Lind |, |3 March 2027 |— |Share |Tweet |\\PC){0,12}") {
            proptest::prop_assert!(text.ends_with(from_first_sentence(&text, Some("Ann Lind"))));
        }

        #[test]
        fn what_is_not_worth_asking_has_no_lead(
            text in "(By |by |Posted |Published: |Last updated on |on |Jane Doe |and |[A-Z][a-z]{2,6} |NEW YORK |, |March 3|\\
                |3 March|, 2027|2027-03-03|Nov |27, |10:14 |UTC |\\(Reuters\\)|\\(AP\\) |/PRNewswire/ |-|--|–|— |\\| |: |\\
                |[0-9]{1,2}|[ -]min|utes|read |Reading time|Share|Tweet|Share on |Facebook |Abstract|TL;DR|Introduction|The |\\
                |Image|Featured |photo |credit|\\(| by |Getty Images|, Volume 7|, Issue 3|\\.|Authors|Editor|: ){1,9}",
        ) {
            for lead in LEADS.iter().filter(|lead| !(lead.may_be)(&text)) {
                proptest::prop_assert!(!lead.pattern.is_match(&text), "{}", lead.pattern.as_str());
            }
        }
    }
}
