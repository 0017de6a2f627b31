//! What aggregators write into their texts: points, comments, the page of the discussion.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::source::Role;

/// What one text says of an item's reception.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) points: Option<u32>,
    pub(super) comments: Option<u32>,
    pub(super) discussion: Option<String>,
}

/// `Points: 57` before `57 points`: the labelled form also has numbers before the label that mean other things.
static POINTS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [r"(?i)\b(?:points|score)\s*:\s*([0-9]{1,7})\b", r"(?i)\b([0-9]{1,7})\s+(?:points|upvotes)\b"].map(pattern)
});

static COMMENTS: LazyLock<[Regex; 2]> =
    LazyLock::new(|| [r"(?i)\bcomments\s*:\s*([0-9]{1,7})\b", r"(?i)\b([0-9]{1,7})\s+comments\b"].map(pattern));

static PAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bcomments url\s*:\s*(https?://\S+)"));

#[allow(clippy::expect_used, reason = "the patterns are constants, and the test below compiles them all")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

/// Reads them from a summary or, failing that, a body. Only aggregators speak of their own readers: elsewhere
/// "120 comments" is a sentence like any other.
pub(super) fn figures(summary: &str, body: &str, role: Role) -> Figures {
    let mut figures = Figures::default();
    if role != Role::Aggregator {
        return figures;
    }
    for text in [summary, body] {
        figures.points = figures.points.or_else(|| number(&*POINTS, text));
        figures.comments = figures.comments.or_else(|| number(&*COMMENTS, text));
        figures.discussion = figures.discussion.or_else(|| Some(PAGE.captures(text)?.get(1)?.as_str().to_owned()));
    }
    figures
}

fn number(patterns: &[Regex], text: &str) -> Option<u32> {
    patterns.iter().find_map(|pattern| pattern.captures(text)?.get(1)?.as_str().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregators_alone_are_asked() {
        let text = "Article URL: https://example.org/a Comments URL: https://news.example.com/item?id=1 Points: 57 # Comments: 12";
        let figures_there = figures(text, "", Role::Aggregator);
        assert_eq!((figures_there.points, figures_there.comments), (Some(57), Some(12)));
        assert_eq!(figures_there.discussion.unwrap(), "https://news.example.com/item?id=1");
        assert_eq!(figures("", "9 points, 3 comments", Role::Aggregator).comments, Some(3));
        assert_eq!(figures(text, "", Role::Press), Figures::default());
    }
}
