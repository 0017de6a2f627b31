//! Reading a settings file: all of its problems at once, each with its line and what would be right.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong with a settings file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    pub what: String,
    /// What would be right.
    pub hint: String,
}

impl Problem {
    /// As a person reads it: `feeds.toml:12: unknown key … — did you mean …?`
    #[must_use]
    pub fn told(&self, file: &str) -> String {
        if self.hint.is_empty() {
            format!("{file}:{}: {}", self.line, self.what)
        } else {
            format!("{file}:{}: {} — {}", self.line, self.what, self.hint)
        }
    }
}

/// A settings file's text, and the problems found in it so far.
pub struct Document<'t> {
    /// Where its lines end.
    breaks: Vec<usize>,
    root: Spanned<DeTable<'t>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Document<'t> {
    /// Reads TOML; mistakes of syntax become problems and the rest is still read.
    #[must_use]
    pub fn read(text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        let document = Self { breaks, root, problems: RefCell::default() };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.add(at, format!("not valid TOML: {}", error.message()), String::new());
        }
        document
    }

    /// The whole file as one section.
    #[must_use]
    pub fn root(&self) -> Section<'_, 't> {
        Section { document: self, table: self.root.get_ref(), path: String::new(), at: 0, asked: RefCell::default() }
    }

    /// Everything that was found wrong, by line.
    #[must_use]
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems.dedup();
        problems
    }

    fn add(&self, at: usize, what: String, hint: String) {
        self.problems.borrow_mut().push(Problem { line: self.line(at), what, hint });
    }

    fn line(&self, at: usize) -> usize {
        self.breaks.partition_point(|end| *end < at) + 1
    }
}

/// One table of a settings file. Reading a key through it makes the key known; [`Section::finish`] reports
/// the others.
pub struct Section<'d, 't> {
    document: &'d Document<'t>,
    table: &'d DeTable<'t>,
    path: String,
    at: usize,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'d, 't> Section<'d, 't> {
    /// A string, or `None` when the key is absent or was reported.
    #[must_use]
    pub fn text(&self, key: &'static str) -> Option<&'d str> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            other => self.wrong_type(value, key, "a string in quotes", other),
        }
    }

    /// A string that `read` makes a value of; its error becomes the problem.
    pub fn parsed<T, E: Display>(
        &self,
        key: &'static str,
        hint: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(key)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.complain(key, format!("{}: {error}", self.named(key)), hint.to_owned());
                None
            }
        }
    }

    #[must_use]
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => self.wrong_type(value, key, "true or false", other),
        }
    }

    /// A whole number within `range`.
    #[must_use]
    pub fn integer(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok();
                if let Some(read) = read.filter(|n| range.contains(n)) {
                    return Some(read);
                }
                let hint = format!("use a whole number from {} to {}", range.start(), range.end());
                self.complain(key, format!("{} = {number} is out of range", self.named(key)), hint);
                None
            }
            other => self.wrong_type(value, key, "a whole number", other),
        }
    }

    /// A number, whole or not, within `range`.
    #[must_use]
    pub fn number(&self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.get(key)?;
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', ""),
            DeValue::Float(number) => number.as_str().replace('_', ""),
            other => return self.wrong_type(value, key, "a number", other),
        };
        if let Some(read) = written.parse::<f64>().ok().filter(|n| range.contains(n)) {
            return Some(read);
        }
        let hint = format!("use a number from {} to {}", range.start(), range.end());
        self.complain(key, format!("{} = {written} is out of range", self.named(key)), hint);
        None
    }

    /// A list of strings, each made a value by `read`; absent is empty.
    pub fn list<T, E: Display>(
        &self,
        key: &'static str,
        hint: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            return self.wrong_type(value, key, "a list of strings", value.get_ref());
        };
        let mut out = Vec::new();
        for element in array {
            match element.get_ref() {
                DeValue::String(text) => match read(text) {
                    Ok(value) => out.push(value),
                    Err(error) => self.document.add(
                        element.span().start,
                        format!("{}: {error}", self.named(key)),
                        hint.to_owned(),
                    ),
                },
                other => {
                    let _: Option<()> = self.wrong_type(element, key, "a list of strings", other);
                }
            }
        }
        Some(out)
    }

    /// The table under `key`.
    #[must_use]
    pub fn section(&self, key: &'static str) -> Option<Section<'d, 't>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(self.below(table, self.named(key), value.span().start)),
            other => self.wrong_type(value, key, &format!("a table, written [{key}]"), other),
        }
    }

    /// The tables written `[[key]]`, in the file's order.
    #[must_use]
    pub fn sections(&self, key: &'static str) -> Vec<Section<'d, 't>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            let _: Option<()> =
                self.wrong_type(value, key, &format!("tables, each written [[{key}]]"), value.get_ref());
            return Vec::new();
        };
        let mut out = Vec::new();
        for element in array {
            match element.get_ref() {
                DeValue::Table(table) => out.push(self.below(table, self.named(key), element.span().start)),
                other => {
                    let _: Option<()> =
                        self.wrong_type(element, key, &format!("tables, each written [[{key}]]"), other);
                }
            }
        }
        out
    }

    /// Every table under this one by its name, for maps such as `[topics.<key>]`, in the order of their lines.
    #[must_use]
    pub fn named_sections(&self) -> Vec<(&'d str, Section<'d, 't>)> {
        let mut out = Vec::new();
        for (name, value) in self.table {
            let name: &'d str = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(table) => {
                    let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
                    out.push((name, self.below(table, path, value.span().start)));
                }
                _ => self.document.add(
                    value.span().start,
                    format!("`{}.{name}` is not a table", self.path),
                    format!("write [{}.{name}]", self.path),
                ),
            }
        }
        out.sort_by_key(|(_, section)| section.at);
        out
    }

    /// Adds a problem at `key`'s value, or at this table when the key is absent.
    pub fn complain(&self, key: &str, what: String, hint: String) {
        let at = self.table.get(key).map_or(self.at, |value| value.span().start);
        self.document.add(at, what, hint);
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if asked.contains(name) {
                continue;
            }
            let place = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
            let near = asked
                .iter()
                .map(|known| (strsim::damerau_levenshtein(known, name), *known))
                .filter(|(distance, known)| *distance <= 2.max(known.len() / 3))
                .min();
            let hint = match near {
                Some((_, known)) => format!("did you mean `{known}`?"),
                None => format!("known here: {}", asked.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            self.document.add(key.span().start, format!("unknown key `{name}`{place}"), hint);
        }
    }

    /// Where this table begins, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.document.line(self.at)
    }

    fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn below(&self, table: &'d DeTable<'t>, path: String, at: usize) -> Section<'d, 't> {
        Section { document: self.document, table, path, at, asked: RefCell::default() }
    }

    fn named(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn wrong_type<T>(&self, value: &Spanned<DeValue<'t>>, key: &str, want: &str, got: &DeValue<'_>) -> Option<T> {
        let what = format!("`{}` is {}", self.named(key), kind_of(got));
        self.document.add(value.span().start, what, format!("write {want}"));
        None
    }
}

/// What to write where a language is asked for.
pub const LANGUAGES: &str = "write a language's code, like \"en\" or \"en-GB\"";

/// Reads a language tag (BCP 47): a primary subtag of two or three letters, and what may follow it.
///
/// # Errors
/// What is wrong, in words.
pub fn language(text: &str) -> Result<String, String> {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits && rest { Ok(text.to_lowercase()) } else { Err(format!("`{text}` is not a language tag of BCP 47")) }
}

/// Reads a country code of ISO 3166-1.
///
/// # Errors
/// What is wrong, in words.
pub fn country(text: &str) -> Result<String, String> {
    let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    if fits { Ok(text.to_owned()) } else { Err(format!("`{text}` is not a country code of ISO 3166")) }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_at_once_with_its_line() {
        let text = "a = 1\nspacin = 2\n[fetch]\njobs = \"many\"\nrate = 99\n";
        let document = Document::read(text);
        let root = document.root();
        assert_eq!(root.integer("a", 0..=9), Some(1));
        assert_eq!(root.integer("spacing", 0..=9), None);
        let fetch = root.section("fetch").unwrap();
        assert_eq!(fetch.integer("jobs", 1..=9), None);
        assert_eq!(fetch.number("rate", 0.0..=10.0), None);
        fetch.finish();
        root.finish();
        let told: Vec<String> = document.into_problems().iter().map(|p| p.told("x.toml")).collect();
        assert_eq!(
            told,
            [
                "x.toml:2: unknown key `spacin` — did you mean `spacing`?",
                "x.toml:4: `fetch.jobs` is a string — write a whole number",
                "x.toml:5: fetch.rate = 99 is out of range — use a number from 0 to 10",
            ]
        );
    }

    #[test]
    fn broken_syntax_is_a_problem_and_the_rest_is_read() {
        let document = Document::read("a = \nb = 2\n");
        assert_eq!(document.root().integer("b", 0..=9), Some(2));
        let problems = document.into_problems();
        assert_eq!(problems.first().map(|p| p.line), Some(1));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[a-z\\[\\]\"'=.\\n#0-9 ]{0,200}") {
            let document = Document::read(&text);
            let root = document.root();
            let _ = root.text("a");
            root.finish();
            let _ = document.into_problems();
        }
    }
}
