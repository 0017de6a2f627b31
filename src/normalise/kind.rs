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
    COMPILED
        .iter()
        .find(|compiled| {
            let found = match compiled.rule.place {
                Place::Title => compiled.holds.is_match(title.as_bytes()),
                Place::TitleFrom(roles) => roles.contains(&role) && compiled.holds.is_match(title.as_bytes()),
                Place::Tag => tags.iter().any(|tag| compiled.holds.is_match(tag.as_bytes())),
                Place::Opening => compiled.holds.is_match(opening.as_bytes()),
            };
            found && !compiled.unless.as_ref().is_some_and(|unless| unless.is_match(title.as_bytes()))
        })
        .map_or(Kind::default(), |compiled| compiled.rule.kind)
}

/// Typographic signs as the ones on a keyboard, so that patterns need but one spelling.
fn straight(text: &str) -> String {
    text.chars()
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

/// One regex a rule, tried in order. (One set of all was measured: its automaton outgrows its cache, and a title
/// took twelve times as long.)
static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    RULES.iter().map(|rule| Compiled { rule, holds: pattern(rule.holds), unless: rule.unless.map(pattern) }).collect()
});

/// The rules are ASCII: bytes without Unicode classes keep the automata small.
#[allow(clippy::expect_used, reason = "the table is constant and every test compiles it")]
fn pattern(text: &str) -> Regex {
    RegexBuilder::new(text)
        .case_insensitive(true)
        .unicode(false)
        .build()
        .expect("a valid pattern in the table of kinds")
}

#[cfg(test)]
mod tests;
