//! The table of kinds as it is asked: every pattern behind its gate, and compiled when it is first needed.

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::Texts;
use super::gate::{Gate, Needed, needed};
use super::rules::{NAMED, Place, RULES, Rule};
use crate::model::source::Role;

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

pub(super) struct Table {
    /// In the order of the rules, the first asked first.
    tests: Vec<Test>,
    rules: Vec<Asked>,
    /// Of the tests that look at the title; the others are closed.
    titles: Gate,
    excerpts: Gate,
    tags: Gate,
}

/// Some of the patterns of a rule.
struct Test {
    /// The place of the rule.
    rule: usize,
    by: By,
}

enum By {
    /// They are nothing but words: where the gate opens they match.
    Words,
    /// They need the same words, and so are tried together.
    Patterns(Vec<&'static str>, OnceLock<Regex>),
}

struct Asked {
    rule: &'static Rule,
    over: OnceLock<Regex>,
    unless: OnceLock<Option<Regex>>,
}

impl Table {
    fn new() -> Self {
        let rules: Vec<&'static Rule> = RULES.iter().copied().flatten().collect();
        let (mut tests, mut needs) = (Vec::new(), Vec::new());
        for (at, rule) in rules.iter().enumerate() {
            for (needed, patterns) in by_need(rule) {
                let by = if needed.whole { By::Words } else { By::Patterns(patterns, OnceLock::new()) };
                tests.push(Test { rule: at, by });
                needs.push((rule.place, needed));
            }
        }
        let gate =
            |looks: fn(Place) -> bool| Gate::new(needs.iter().map(|(place, needed)| looks(*place).then_some(needed)));
        Self {
            titles: gate(|place| matches!(place, Place::Title | Place::TitleOver(_))),
            excerpts: gate(|place| matches!(place, Place::Opening | Place::Excerpt)),
            tags: gate(|place| place == Place::Tag),
            tests,
            rules: rules
                .into_iter()
                .map(|rule| Asked { rule, over: OnceLock::new(), unless: OnceLock::new() })
                .collect(),
        }
    }

    pub(super) fn first_that_holds(&self, texts: &Texts, role: Role) -> Option<&'static Rule> {
        let holds = |number: usize| {
            let test = self.tests.get(number)?;
            let asked = self.rules.get(test.rule)?;
            let held = asked.may_hold(texts, role) && test.holds(asked.rule.place, texts) && !asked.excepted(texts);
            held.then_some(asked.rule)
        };
        self.open(texts).into_iter().find_map(holds)
    }

    /// Whether one of the patterns of the rule at this place is found, `open` being open.
    #[cfg(test)]
    pub(super) fn finds(&self, rule: usize, open: &[usize], texts: &Texts) -> bool {
        let tests = open.iter().filter_map(|number| self.tests.get(*number)).filter(|test| test.rule == rule);
        let asked = self.rules.get(rule);
        asked.is_some_and(|asked| tests.into_iter().any(|test| test.holds(asked.rule.place, texts)))
    }

    /// The tests that are worth trying, the first first.
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

impl Test {
    /// Whether it does, where its gate is open.
    fn holds(&self, place: Place, texts: &Texts) -> bool {
        let By::Patterns(patterns, regex) = &self.by else { return true };
        let regex = regex.get_or_init(|| compiled(&any_of(patterns)));
        match place {
            Place::Title | Place::TitleOver(_) => regex.is_match(texts.title.as_bytes()),
            Place::Tag => texts.tags.iter().any(|tag| regex.is_match(tag.as_bytes())),
            Place::Opening => regex.is_match(texts.opening().as_bytes()),
            Place::Excerpt => regex.is_match(texts.excerpt.as_bytes()),
        }
    }
}

/// The patterns of `rule` by what they need. Those that are nothing but words are one.
fn by_need(rule: &Rule) -> Vec<(Needed, Vec<&'static str>)> {
    let mut all: Vec<(Needed, Vec<&'static str>)> = Vec::new();
    for pattern in rule.holds {
        let mut needed = needed(&spelt_out(pattern));
        // Words are found in all of an excerpt, and not only in its opening.
        needed.whole &= rule.place != Place::Opening;
        match all.iter_mut().find(|(others, _)| if needed.whole { others.whole } else { *others == needed }) {
            Some((others, patterns)) => {
                if let ([all], [more]) = (others.words.as_mut_slice(), needed.words.as_mut_slice())
                    && needed.whole
                {
                    all.append(more);
                }
                patterns.push(pattern);
            }
            None => all.push((needed, vec![*pattern])),
        }
    }
    all
}

/// A pattern that holds where one of `patterns` does.
pub(super) fn any_of(patterns: &[&str]) -> String {
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
