//! What sort of text an item is, told by a table of patterns.

mod gate;
mod rules;

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::model::item::Kind;
use crate::model::source::Role;
use gate::Gate;
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
    let open = GATE.as_ref().map(|gate| gate.open(&title));
    let found = |(number, compiled): &(usize, &Compiled)| {
        let may_be = || open.as_ref().is_none_or(|open| open.get(*number) == Some(&true));
        let found = match compiled.rule.place {
            Place::Title => may_be() && compiled.holds.is_match(title.as_bytes()),
            Place::TitleFrom(roles) => roles.contains(&role) && may_be() && compiled.holds.is_match(title.as_bytes()),
            Place::Tag => tags.iter().any(|tag| compiled.holds.is_match(tag.as_bytes())),
            Place::Opening => compiled.holds.is_match(opening.as_bytes()),
        };
        found && !compiled.unless.as_ref().is_some_and(|unless| unless.is_match(title.as_bytes()))
    };
    COMPILED.iter().enumerate().find(found).map_or(Kind::default(), |(_, compiled)| compiled.rule.kind)
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
    holds: LazyLock<Regex, Box<dyn FnOnce() -> Regex + Send>>,
    unless: Option<LazyLock<Regex, Box<dyn FnOnce() -> Regex + Send>>>,
}

/// In the order of the table, each made when it is first asked: few are.
static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let lazily = |text: &'static str| LazyLock::new(Box::new(|| pattern(text)) as Box<dyn FnOnce() -> Regex + Send>);
    RULES.iter().map(|rule| Compiled { rule, holds: lazily(rule.holds), unless: rule.unless.map(lazily) }).collect()
});

/// Most titles fit no rule, and are asked about nearly none.
static GATE: LazyLock<Option<Gate>> = LazyLock::new(|| Gate::new(RULES.iter().map(|rule| rule.holds)));

/// The rules are ASCII in lower case, and so is what they are asked about: bytes without Unicode classes keep the
/// automata small, and constant words are found without one.
#[allow(clippy::expect_used, reason = "the table is constant and every test compiles it")]
fn pattern(text: &str) -> Regex {
    RegexBuilder::new(text).unicode(false).build().expect("a valid pattern in the table of kinds")
}

#[cfg(test)]
mod tests;
