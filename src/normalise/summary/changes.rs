//! Release notes that a forge wrote: who sent which change, who is new, raised dependencies. What is left is what changed.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// In bytes; of longer notes the beginning is quoted at most.
const NEAR: usize = 6_000;

/// One of these is in whatever is taken out.
const SIGNS: [&str; 8] =
    [" in #", " in http", "first contribution", "hangelog", "[!", "(deps", "ump", "pdate dependency"];

#[allow(clippy::expect_used, reason = "constant patterns; a test compiles them all")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// In the order in which they are taken out: a raised dependency ends where its sender did.
static FURNITURE: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let pull = r"(?:#[0-9]+|https?://[^\s;]+/[0-9]+)";
    let user = r"@[A-Za-z0-9_\[\]-]+";
    [
        regex(&format!(
            r"\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*|(?:\* )?{user} made (?:their|his|her) first contribution(?: in {pull})?[.;]?\s*|\**Full [Cc]hangelog\**\s*: (?:https?://\S+|\S+\.\.\.?\S+)\s*|\b(?:What['’]s Changed|New Contributors)(?:[:.]\s*|\s+\* |$)"
        )),
        regex(&format!(r" by {user}(?:(?:,| and|, and) {user})* in {pull}")),
        regex(
            r"(?:(?:[a-z]+(?:\([\w./-]*\))?!?: )?(?:[Bb]ump(?:s|ed)? (?:the )?|[Uu]pdate dependency )[A-Za-z0-9@._/-]+(?: group)?(?: (?:across|with|in) [^;.]{1,60})? (?:from \S+ )?to v?[0-9][0-9A-Za-z+-]*(?:\.[0-9A-Za-z+-]+)*(?: in [\w./-]*\w)?|(?:chore|build|fix|ci)\(deps[\w-]*\)!?: [^;]{1,160}?)(?:[;.](?:\s+|$)|\s\* |$)",
        ),
    ]
});

/// `text` without that; nothing may be left.
pub(super) fn told(text: &str) -> Cow<'_, str> {
    let near = text.get(..text.floor_char_boundary(NEAR)).unwrap_or(text);
    if !SIGNS.iter().any(|sign| near.contains(sign)) || !FURNITURE.iter().any(|pattern| pattern.is_match(near)) {
        return Cow::Borrowed(text);
    }
    let left = FURNITURE.iter().fold(near.to_owned(), |text, pattern| pattern.replace_all(&text, "").into_owned());
    let left = left.trim();
    // The list went on with what is gone.
    Cow::Owned(left.strip_suffix(';').map_or_else(|| left.to_owned(), |list| format!("{list}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_tell_what_changed() {
        for (notes, left) in [
            (
                "feat: parallel scans by @mo in #881; fix: no panic on an empty segment by @li in #884; chore(deps): bump \
                 actions/checkout from 4 to 5 by @dependabot[bot] in #886. @li made their first contribution in #884. Full \
                 Changelog: v3.1.4...v3.2.0",
                "feat: parallel scans; fix: no panic on an empty segment.",
            ),
            ("Full Changelog: v3.1.4...v3.2.0-rc.1", ""),
            (
                "Bump serde from 1.0.1 to 1.0.2; Bump the tokio group to 1.44. A planner that learns.",
                "A planner that learns.",
            ),
            ("Update dependency vite to v7; A planner that learns.", "A planner that learns."),
            ("[!IMPORTANT] Everyone on 3.1 should upgrade.", "Everyone on 3.1 should upgrade."),
            (
                "A planner by @ann and @bo in https://forge.example/ferrow/pull/7. Full Changelog: https://forge.example/c",
                "A planner.",
            ),
        ] {
            assert_eq!(told(notes), left, "{notes}");
        }
    }

    #[test]
    fn what_is_no_furniture_stays() {
        for text in [
            "The bug was reported in #41.",
            "A bump in memory from 2 GB to 3 GB was seen.",
            "The changelog: it is long.",
            "A talk by @ann in Ghent.",
            "[!] Look at this.",
            "",
        ] {
            assert_eq!(told(text), text);
        }
    }
}
