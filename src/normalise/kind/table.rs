//! The table of kinds as it is asked: every pattern behind its gate, and compiled when it is first needed.

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::Texts;
use super::gate::Gate;
use super::rules::{NAMED, Place, RULES, Rule};
use crate::model::source::Role;

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

pub(super) struct Table {
    /// In the order of the rules, the first asked first.
    pub(super) patterns: Vec<Pattern>,
    rules: Vec<Asked>,
    /// Of the patterns that look at the title; the others are closed.
    titles: Gate,
    excerpts: Gate,
    tags: Gate,
}

/// One of those by which a rule holds.
pub(super) struct Pattern {
    pub(super) text: &'static str,
    /// The place of its rule.
    rule: usize,
    regex: OnceLock<Regex>,
}

struct Asked {
    rule: &'static Rule,
    over: OnceLock<Regex>,
    unless: OnceLock<Option<Regex>>,
}

impl Table {
    fn new() -> Self {
        let rules: Vec<Asked> = RULES
            .iter()
            .copied()
            .flatten()
            .map(|rule| Asked { rule, over: OnceLock::new(), unless: OnceLock::new() })
            .collect();
        let patterns: Vec<Pattern> = rules
            .iter()
            .enumerate()
            .flat_map(|(at, asked)| {
                asked.rule.holds.iter().map(move |text| Pattern { text, rule: at, regex: OnceLock::new() })
            })
            .collect();
        let gate = |look: fn(Place) -> bool| {
            let looks = |pattern: &Pattern| rules.get(pattern.rule).is_some_and(|of| look(of.rule.place));
            Gate::new(patterns.iter().map(|pattern| looks(pattern).then(|| spelt_out(pattern.text))))
        };
        Self {
            titles: gate(|place| matches!(place, Place::Title | Place::TitleOver(_))),
            excerpts: gate(|place| matches!(place, Place::Opening | Place::Excerpt)),
            tags: gate(|place| place == Place::Tag),
            rules,
            patterns,
        }
    }

    pub(super) fn first_that_holds(&self, texts: &Texts, role: Role) -> Option<&'static Rule> {
        let holds = |number: usize| {
            let pattern = self.patterns.get(number)?;
            let asked = self.rules.get(pattern.rule)?;
            let sure = match asked.rule.place {
                Place::Title => self.titles.is_sure_of(number),
                Place::Excerpt => self.excerpts.is_sure_of(number),
                Place::Tag | Place::Opening | Place::TitleOver(_) => false,
            };
            let found = || sure || pattern.found(asked.rule.place, texts);
            (asked.may_hold(texts, role) && found() && !asked.excepted(texts)).then_some(asked.rule)
        };
        self.open(texts).into_iter().find_map(holds)
    }

    /// What its gates know the patterns by.
    #[cfg(test)]
    pub(super) fn words(&self) -> Vec<String> {
        [&self.titles, &self.excerpts, &self.tags].into_iter().flat_map(Gate::words).collect()
    }

    #[cfg(test)]
    pub(super) fn place_of(&self, pattern: &Pattern) -> Place {
        self.rules[pattern.rule].rule.place
    }

    /// The patterns that are worth trying, the first first.
    pub(super) fn open(&self, texts: &Texts) -> Vec<usize> {
        let mut open: Vec<usize> = self.titles.open(&texts.title).collect();
        if !texts.excerpt.is_empty() {
            open.extend(self.excerpts.open(&texts.excerpt));
        }
        for tag in &texts.tags {
            open.extend(self.tags.open(tag));
        }
        open.sort_unstable();
        open
    }
}

impl Asked {
    fn may_hold(&self, texts: &Texts, role: Role) -> bool {
        let over = match self.rule.place {
            Place::TitleOver(excerpt) => {
                let regex = || self.over.get_or_init(|| compiled(&spelt_out(excerpt)));
                !texts.excerpt.is_empty() && regex().is_match(texts.excerpt.as_bytes())
            }
            Place::Title | Place::Tag | Place::Opening | Place::Excerpt => true,
        };
        over && (self.rule.from.is_empty() || self.rule.from.contains(&role))
    }

    fn excepted(&self, texts: &Texts) -> bool {
        let unless = self.rule.unless;
        let unless = self.unless.get_or_init(|| (!unless.is_empty()).then(|| compiled(&any_of(unless))));
        let Some(unless) = unless else { return false };
        let excerpt_too = matches!(self.rule.place, Place::Opening | Place::Excerpt);
        unless.is_match(texts.title.as_bytes()) || excerpt_too && unless.is_match(texts.excerpt.as_bytes())
    }
}

impl Pattern {
    pub(super) fn found(&self, place: Place, texts: &Texts) -> bool {
        let regex = self.regex.get_or_init(|| compiled(&spelt_out(self.text)));
        match place {
            Place::Title | Place::TitleOver(_) => regex.is_match(texts.title.as_bytes()),
            Place::Tag => texts.tags.iter().any(|tag| regex.is_match(tag.as_bytes())),
            Place::Opening => regex.is_match(texts.opening().as_bytes()),
            Place::Excerpt => regex.is_match(texts.excerpt.as_bytes()),
        }
    }
}

/// A pattern that holds where one of `patterns` does.
fn any_of(patterns: &[&str]) -> String {
    let all: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
    spelt_out(&all.join("|"))
}

/// A pattern with the words for what it names.
pub(super) fn spelt_out(pattern: &str) -> String {
    NAMED.iter().fold(
        pattern.to_owned(),
        |all, (name, words)| {
            if all.contains(name) { all.replace(name, words) } else { all }
        },
    )
}

/// The rules are ASCII in lower case, and so is what they are asked about: bytes without Unicode classes keep the
/// automata small, and constant words are found without one.
#[allow(clippy::expect_used, reason = "the table is constant and every test compiles it")]
pub(super) fn compiled(text: &str) -> Regex {
    RegexBuilder::new(&uncaptured(text)).unicode(false).build().expect("a valid pattern in the table of kinds")
}

/// `pattern` with groups that keep nothing: nobody asks what they held, and making room for it takes as long as the rest.
fn uncaptured(pattern: &str) -> String {
    let (mut kept, mut in_class, mut chars) =
        (String::with_capacity(2 * pattern.len()), false, pattern.chars().peekable());
    while let Some(c) = chars.next() {
        kept.push(c);
        match c {
            '\\' => kept.extend(chars.next()),
            '[' if !in_class => {
                in_class = true;
                kept.extend(chars.next_if_eq(&'^'));
                kept.extend(chars.next_if_eq(&']'));
            }
            ']' => in_class = false,
            '(' if !in_class && chars.peek() != Some(&'?') => kept.push_str("?:"),
            _ => {}
        }
    }
    kept
}
