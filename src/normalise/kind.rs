//! What sort of text an item is, told by a table of patterns.

mod rules;

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::model::item::Kind;
use crate::model::source::Role;
use rules::{Place, RULES, Rule};

/// Characters of an excerpt in which "Sponsored by" speaks of the whole.
const OPENING_CHARS: usize = 120;

/// The kind of an item: that of the first rule in [`rules::RULES`] that holds. Nothing holds: an article.
///
/// `title`, `tags` and `excerpt` are plain text.
#[must_use]
pub fn kind_of(title: &str, tags: &[String], excerpt: &str, role: Role) -> Kind {
    let title = straight(title);
    let tags: Vec<String> = tags.iter().map(|tag| straight(tag)).collect();
    let opening = straight(&excerpt.chars().take(OPENING_CHARS).collect::<String>());
    let found = |compiled: &&Compiled| {
        let found = match compiled.rule.place {
            Place::Title => compiled.holds.is_match(title.as_bytes()),
            Place::TitleFrom(roles) => roles.contains(&role) && compiled.holds.is_match(title.as_bytes()),
            Place::Tag => tags.iter().any(|tag| compiled.holds.is_match(tag.as_bytes())),
            Place::Opening => compiled.holds.is_match(opening.as_bytes()),
        };
        found && !compiled.unless.as_ref().is_some_and(|unless| unless.is_match(title.as_bytes()))
    };
    COMPILED
        .iter()
        .filter(|bundle| bundle.any.as_ref().is_none_or(|any| any.is_match(title.as_bytes())))
        .find_map(|bundle| bundle.rules.iter().find(found))
        .map_or(Kind::default(), |compiled| compiled.rule.kind)
}

/// Typographic signs as the ones on a keyboard, in lower case, so that patterns need but one spelling.
fn straight(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    lower
        .chars()
        .map(|c| match c {
            '’' | '‘' | 'ʼ' => '\'',
            '“' | '”' => '"',
            '–' | '—' | '‑' | '‐' => '-',
            other => other,
        })
        .collect()
}

struct Compiled {
    rule: &'static Rule,
    holds: Regex,
    unless: Option<Regex>,
}

/// Rules that follow one another.
struct Bundle {
    /// Holds where any of them does, when all of them look at titles.
    any: Option<Regex>,
    rules: Vec<Compiled>,
}

/// Most titles fit no rule, and are asked about so many at once. (One set of all was measured: its automaton outgrows
/// its cache, and a title took twelve times as long.)
const BUNDLED: usize = 6;

/// In the order of the table.
static COMPILED: LazyLock<Vec<Bundle>> = LazyLock::new(|| {
    let of_title = |rule: &Rule| matches!(rule.place, Place::Title | Place::TitleFrom(_));
    let alike = RULES.chunk_by(|one, other| of_title(one) == of_title(other));
    let bundles = alike.flat_map(|rules| rules.chunks(BUNDLED)).map(|rules| {
        let all: Vec<String> = rules.iter().map(|rule| format!("(?:{})", rule.holds)).collect();
        let compile =
            |rule: &'static Rule| Compiled { rule, holds: pattern(rule.holds), unless: rule.unless.map(pattern) };
        Bundle {
            any: rules.iter().all(of_title).then(|| pattern(&all.join("|"))),
            rules: rules.iter().map(compile).collect(),
        }
    });
    bundles.collect()
});

/// The rules are ASCII in lower case, and so is what they are asked about: bytes without Unicode classes keep the
/// automata small, and constant words are found without one.
#[allow(clippy::expect_used, reason = "the table is constant and every test compiles it")]
fn pattern(text: &str) -> Regex {
    RegexBuilder::new(text).unicode(false).build().expect("a valid pattern in the table of kinds")
}

#[cfg(test)]
mod tests;
