//! The table of kinds as it is asked: every pattern behind its gate.

use std::sync::LazyLock;

use super::Texts;
use super::gate::{Gate, Needs};
use super::pattern::Pattern;
use super::rules::{Place, RULES, Rule};
use crate::model::source::Role;

/// What the gates ask for, a block for each rule in its order: [`tests::the_words_are_those_of_the_patterns`] makes it.
///
/// A block begins with the name of its kind. Then comes a line for each part of its patterns: `tried` with their places
/// among the rule's, or `words` for those that are nothing but words and so match where their gate opens; and below it,
/// behind a tab, the words of each need, with two letters for what must stand around them (see [`super::gate`]).
const WORDS: &str = include_str!("gate/words.txt");

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
    Pattern(Pattern),
}

struct Asked {
    rule: &'static Rule,
    /// What the excerpt has besides, if the rule asks for that.
    over: Option<Pattern>,
    unless: Option<Pattern>,
}

impl Asked {
    fn new(rule: &'static Rule) -> Self {
        let over = match rule.place {
            Place::TitleOver(excerpt) => Some(Pattern::any_of(vec![excerpt])),
            Place::Title | Place::Tag | Place::Opening | Place::Excerpt => None,
        };
        let unless = (!rule.unless.is_empty()).then(|| Pattern::any_of(rule.unless.to_vec()));
        Self { rule, over, unless }
    }

    fn may_hold(&self, texts: &Texts, role: Role) -> bool {
        (self.rule.from.is_empty() || self.rule.from.contains(&role))
            && self.over.as_ref().is_none_or(|over| !texts.excerpt.is_empty() && over.is_in(&texts.excerpt))
    }

    fn excepted(&self, texts: &Texts) -> bool {
        let Some(unless) = &self.unless else { return false };
        let excerpt_too = matches!(self.rule.place, Place::Opening | Place::Excerpt);
        unless.is_in(&texts.title) || excerpt_too && unless.is_in(&texts.excerpt)
    }
}

impl Table {
    fn new() -> Self {
        let rules: Vec<Asked> = RULES.iter().copied().flatten().map(Asked::new).collect();
        let (mut tests, mut needs) = (Vec::new(), Vec::<(Place, Needs<'_>)>::new());
        for ((at, Asked { rule, .. }), block) in rules.iter().enumerate().zip(WORDS.split("\n\n")) {
            for line in block.lines().skip(1) {
                if let (Some(words), Some((_, needs))) = (line.strip_prefix('\t'), needs.last_mut()) {
                    needs.push(words.split('\t').collect());
                } else {
                    tests.push(Test { rule: at, by: By::written(line, rule) });
                    needs.push((rule.place, Vec::new()));
                }
            }
        }
        let gate =
            |looks: fn(Place) -> bool| Gate::new(needs.iter().map(|(place, needed)| looks(*place).then_some(needed)));
        Self {
            titles: gate(|place| matches!(place, Place::Title | Place::TitleOver(_))),
            excerpts: gate(|place| matches!(place, Place::Opening | Place::Excerpt)),
            tags: gate(|place| place == Place::Tag),
            tests,
            rules,
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
        let tried = open.iter().filter_map(|number| self.tests.get(*number)).filter(|test| test.rule == rule);
        let asked = self.rules.get(rule);
        asked.is_some_and(|asked| tried.into_iter().any(|test| test.holds(asked.rule.place, texts)))
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

impl Test {
    /// Whether it does, where its gate is open.
    fn holds(&self, place: Place, texts: &Texts) -> bool {
        let By::Pattern(pattern) = &self.by else { return true };
        match place {
            Place::Title | Place::TitleOver(_) => pattern.is_in(&texts.title),
            Place::Tag => texts.tags.iter().any(|tag| pattern.is_in(tag)),
            Place::Opening => pattern.is_in(texts.opening()),
            Place::Excerpt => pattern.is_in(&texts.excerpt),
        }
    }
}

impl By {
    /// As a line of [`WORDS`] has it.
    fn written(line: &str, rule: &Rule) -> Self {
        let Some(places) = line.strip_prefix("tried ") else { return Self::Words };
        let pattern = |place: &str| rule.holds.get(place.parse::<usize>().ok()?).copied();
        Self::Pattern(Pattern::any_of(places.split(' ').filter_map(pattern).collect()))
    }
}

#[cfg(test)]
pub(super) mod tests;
