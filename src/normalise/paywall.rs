//! Entries that say of themselves that they are for subscribers. Only marks that mean nothing else: "Twitch tries
//! subscriber-only streams" is news about one.

use std::sync::LazyLock;

use regex::Regex;

/// Marks of a title: `[$]` and its like, a lock, words in brackets or set apart, and "plus" brands of newspapers.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    let only = r"(?:subscribers?|members?)[-\s](?:only|exclusive)|(?:exclusively |only )?for (?:paid |paying )?(?:subscribers|members)(?: only)?|paywall(?:ed)?|subscription (?:required|only)|nur für abonnent(?:en|innen|:innen)|réservé aux abonnés";
    let brand = r"(?:heise|spiegel|zeit|f\.?a\.?z\.?|golem|tagesspiegel|handelsblatt|stern|nzz|welt|sz|c[’']t|ix|t3n)\s?(?:\+|plus)";
    let letter = r"\((?:s|g|f|z)\+\)";
    Regex::new(&format!(
        r"(?i)^\[[$€]\]\s|\s\[[$€]\]$|^(?:🔒|🔐)|(?:🔒|🔐)$|[\[(](?:{only})[\])]|^(?:{only})(?: content)?\s*[:|–—]\s|\s[|–—]\s*(?:{only})$|^{brand}\s*[|:]\s|\s[|–—-]\s*{brand}$|^{letter}\s"
    ))
    .expect("a valid pattern")
});

/// Sentences that say so of their text.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\bthis (?:post|article|story|page|content|newsletter|issue|episode|interview|report) is (?:currently )?(?:only |exclusively )?(?:for|available (?:only )?(?:to|for)|exclusive to) (?:our )?(?:\w+ )?(?:subscribers|members)\b",
        r"|^[\[(]?(?:subscribers?|members?)[- ]only(?: content)?(?:[\])]|\s*[:|–—]\s|\.)",
        r"|\bto (?:continue|keep) reading,? (?:please )?(?:subscribe|become a (?:subscriber|member)|upgrade)\b",
        r"|\b(?:subscribe|become a (?:paid )?(?:subscriber|member)|upgrade to paid) to (?:read|unlock|see) (?:the (?:rest|full|whole)|this (?:post|article|story))\b",
    ))
    .expect("a valid pattern")
});

/// Of whom every such sentence speaks: most texts do not, and are not looked at any closer.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static OF_READERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?i-u)subscri|member|upgrade").expect("a valid pattern"));

/// Bytes of a text, from either of its ends, in which such a sentence is looked for.
const NEAR: usize = 400;

/// Whether an entry says that its text is for subscribers.
pub(super) fn told(title: &str, summary: &str, body: &str) -> bool {
    TITLE.is_match(title.trim()) || says_so(summary) || says_so(body)
}

fn says_so(text: &str) -> bool {
    let beginning = text.get(..text.floor_char_boundary(NEAR)).unwrap_or_default();
    let end = text.get(text.floor_char_boundary(text.len().saturating_sub(NEAR))..).unwrap_or_default();
    [beginning, end].into_iter().any(|near| OF_READERS.is_match(near) && SUMMARY.is_match(near))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_of_itself_that_it_is_for_subscribers() {
        for (title, summary) in [
            ("[$] A planner that learns", ""),
            ("A planner that learns [€]", ""),
            ("🔒 A planner that learns", ""),
            ("A planner that learns (subscribers only)", ""),
            ("[Subscriber-only] A planner that learns", ""),
            ("Members only: a planner that learns", ""),
            ("A planner that learns | For subscribers", ""),
            ("A planner that learns [paywall]", ""),
            ("A planner that learns (subscription required)", ""),
            ("heise+ | Ein Planer, der lernt", ""),
            ("SPIEGEL+: Ein Planer, der lernt", ""),
            ("Ein Planer, der lernt | ZEIT Plus", ""),
            ("(S+) Ein Planer, der lernt", ""),
            ("A planner", "It learns. This post is for paid subscribers."),
            ("A planner", "This article is available only to members."),
            ("A planner", "This page is currently available to LWN subscribers"),
            ("A planner", "Subscriber-only content: it learns."),
            ("A planner", "It learns. To continue reading, subscribe."),
            ("A planner", "It learns. Subscribe to read the full story."),
        ] {
            assert!(told(title, summary, "") && (summary.is_empty() || told("", "", summary)), "{title} {summary}");
        }
    }

    #[test]
    fn what_speaks_of_subscribers_is_not_for_them() {
        for (title, summary) in [
            ("Twitch tries subscriber-only streams", "Streams for subscribers only are coming."),
            ("How we built our paywall", "A paywall in 200 lines."),
            ("C++ | A planner that learns", ""),
            ("Disney+: what we know of its planner", ""),
            ("Notepad++ 9 is out", ""),
            ("A planner for $5 [video]", ""),
            ("Prices in € and $", ""),
            ("A planner", "This post is about subscribers. Subscribe to our newsletter."),
            ("A planner", "This story is available to everyone."),
            ("Heise plus Golem: two planners", ""),
        ] {
            assert!(!told(title, summary, summary), "{title} {summary}");
        }
    }
}
