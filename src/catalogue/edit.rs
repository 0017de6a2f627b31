//! Edits of a catalogue's text that leave every byte alone which they are not about: comments, order and spacing stay.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::{Catalogue, diff, registrable_domain, title_of};
use crate::model::id::SourceKey;
use crate::model::source::Source;

/// What is to become of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub key: SourceKey,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is asked at another address, under the key that it has.
    Move(Url),
    /// It is asked no more; the words are written beside it as a comment.
    Pause(String),
}

/// A catalogue's text, changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// The difference as a unified diff, to be read, or given to `patch -p0` or `git apply`.
    pub diff: String,
}

/// Why a text is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("`{0}` is not found where it was read; change its entry by hand")]
    NotFound(SourceKey),
    #[error("the changed file would not be a catalogue any more ({0}); change it by hand")]
    Broken(String),
    #[error("`{0}` would not be what was wished; change its entry by hand")]
    Unwished(SourceKey),
}

/// A piece of the old text, and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) at: Range<usize>,
    pub(super) with: String,
}

/// Makes these changes in the text of a catalogue without problems; `name` is what the diff calls the file.
///
/// A source that goes by the key made of its address gets that key written beside the new one: it stays the same
/// source. What comes out was read again, and differs in what was wished alone.
///
/// # Errors
/// [`EditError`], when that cannot be had.
pub fn edit(text: &str, name: &str, changes: &[Change]) -> Result<Edited, EditError> {
    let root = DeTable::parse(text).map_err(|error| EditError::Broken(error.message().to_owned()))?;
    let mut splices = Vec::new();
    for change in changes {
        let entry = entry(text, root.get_ref(), &change.key);
        splices.extend(entry.ok_or_else(|| EditError::NotFound(change.key.clone()))?.splices(change));
    }
    splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
    let edited = spliced(text, 0..text.len(), &splices);
    let (before, after) = (Catalogue::parse(text).0, read_again(&edited)?);
    only_as_wished(&before, &after, changes)?;
    Ok(Edited { diff: diff::unified(text, &splices, name), text: edited })
}

/// Puts one more entry, a whole `[[feed]]` or `[[events]]`, at the end of the text of a catalogue without problems.
///
/// # Errors
/// [`EditError::Broken`], when what comes out would not be what was there and one source more.
pub fn append(text: &str, name: &str, entry: &str) -> Result<Edited, EditError> {
    let gap = match text {
        "" => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let added = format!("{gap}{}\n", entry.trim_end());
    let added = if text.contains("\r\n") { added.replace('\n', "\r\n") } else { added };
    let splices = [Splice { at: text.len()..text.len(), with: added }];
    let edited = spliced(text, 0..text.len(), &splices);
    let (before, after) = (Catalogue::parse(text).0, read_again(&edited)?);
    // Feeds come before events.
    let stays = |old: &Source| after.source(&old.key).is_some_and(|new| same(old, new));
    if after.sources.len() != before.sources.len() + 1 || !before.sources.iter().all(stays) {
        return Err(EditError::Broken("other sources than the new one would change".to_owned()));
    }
    Ok(Edited { diff: diff::unified(text, &splices, name), text: edited })
}

/// One `[[feed]]` or `[[events]]`, and where its keys stand.
struct Entry<'t> {
    text: &'t str,
    key: SourceKey,
    named: bool,
    /// Written as `{ … }` in one go.
    inline: bool,
    /// Where the word `url` begins.
    url_at: usize,
    url: Range<usize>,
    paused: Option<Range<usize>>,
}

fn entry<'t>(text: &'t str, root: &DeTable<'t>, key: &SourceKey) -> Option<Entry<'t>> {
    let lists = ["feed", "events"].into_iter().filter_map(|list| match root.get(list)?.get_ref() {
        DeValue::Array(entries) => Some(entries),
        _ => None,
    });
    lists.flatten().filter_map(|table| read(text, table)).find(|entry| &entry.key == key)
}

fn read<'t>(text: &'t str, table: &Spanned<DeValue<'t>>) -> Option<Entry<'t>> {
    let DeValue::Table(keys) = table.get_ref() else { return None };
    let (url_key, url) = keys.get_key_value("url")?;
    let named = keys.get("key").and_then(|key| string(key)).map(SourceKey::parse);
    let address = string(url).and_then(|url| Url::parse(url).ok())?;
    let slug = || SourceKey::from_address(address.as_str());
    Some(Entry {
        text,
        named: named.is_some(),
        key: named.and_then(Result::ok).unwrap_or_else(slug),
        inline: text.get(table.span()).is_some_and(|text| text.starts_with('{')),
        url_at: url_key.span().start,
        url: url.span(),
        paused: keys.get("paused").map(Spanned::span),
    })
}

fn string<'v>(value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

impl Entry<'_> {
    fn splices(&self, change: &Change) -> Vec<Splice> {
        match &change.what {
            What::Move(to) => {
                let mut splices = vec![Splice { at: self.url.clone(), with: quoted(to.as_str()) }];
                if !self.named {
                    let key = format!("key = \"{}\"", self.key);
                    let with = if self.inline { format!("{key}, ") } else { format!("{key}{}", self.line_break()) };
                    splices.push(Splice { at: self.url_at..self.url_at, with });
                }
                splices
            }
            What::Pause(_) if let Some(paused) = &self.paused => {
                vec![Splice { at: paused.clone(), with: "true".to_owned() }]
            }
            What::Pause(_) if self.inline => {
                vec![Splice { at: self.url.end..self.url.end, with: ", paused = true".to_owned() }]
            }
            What::Pause(why) => {
                let why = why.replace(|c: char| c.is_control(), " ");
                let end = self.end_of_line();
                vec![Splice { at: end..end, with: format!("{}paused = true  # {why}", self.line_break()) }]
            }
        }
    }

    /// The end of the line that `url` ends on, before its line break.
    fn end_of_line(&self) -> usize {
        let rest = self.text.get(self.url.end..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        self.url.end + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// A line break as the file has them, and the indentation of `url`.
    fn line_break(&self) -> String {
        let before = self.text.get(..self.url_at).unwrap_or_default();
        let indentation = before.rsplit('\n').next().filter(|line| line.trim().is_empty()).unwrap_or_default();
        format!("{}{indentation}", if self.text.contains("\r\n") { "\r\n" } else { "\n" })
    }
}

/// As a TOML string. An address in its normal form has no control characters, so that JSON's escapes are TOML's.
fn quoted(address: &str) -> String {
    serde_json::Value::from(address).to_string()
}

/// A piece of the text with those of the splices in place that lie in it. They are in order and apart.
pub(super) fn spliced(text: &str, piece: Range<usize>, splices: &[Splice]) -> String {
    let mut out = String::new();
    let mut at = piece.start;
    for splice in splices.iter().filter(|splice| piece.start <= splice.at.start && splice.at.end <= piece.end) {
        out.push_str(text.get(at..splice.at.start).unwrap_or_default());
        out.push_str(&splice.with);
        at = splice.at.end;
    }
    out.push_str(text.get(at..piece.end).unwrap_or_default());
    out
}

/// What was made of the text, which must be a catalogue still.
fn read_again(edited: &str) -> Result<Catalogue, EditError> {
    let (after, problems) = Catalogue::parse(edited);
    match problems.into_iter().next() {
        Some(problem) => Err(EditError::Broken(problem.what)),
        None => Ok(after),
    }
}

/// Everything is compared as it would be used, so that no edit can reach further than it should.
fn only_as_wished(before: &Catalogue, after: &Catalogue, changes: &[Change]) -> Result<(), EditError> {
    let told = |catalogue: &Catalogue| format!("{:?} {}", catalogue.topics, catalogue.sources.len());
    if told(before) != told(after) {
        return Err(EditError::Broken("its topics or the number of its sources would change".to_owned()));
    }
    for (old, new) in before.sources.iter().zip(&after.sources) {
        let mut wished = old.clone();
        for change in changes.iter().filter(|change| change.key == old.key) {
            match &change.what {
                What::Move(to) => wished.url = to.clone(),
                What::Pause(_) => wished.paused = true,
            }
        }
        // What was not given but made of the address follows it.
        let followed = |from: &str, to: &str, of: &dyn Fn(&Url) -> String| from == of(&old.url) && to == of(&new.url);
        if followed(&old.title, &new.title, &title_of) {
            wished.title.clone_from(&new.title);
        }
        if followed(&old.owner, &new.owner, &|url| registrable_domain(url.host_str().unwrap_or_default())) {
            wished.owner.clone_from(&new.owner);
        }
        if !same(&wished, new) {
            return Err(EditError::Unwished(old.key.clone()));
        }
    }
    Ok(())
}

/// Patterns cannot be compared but by how they are written, so all of it is.
fn same(one: &Source, other: &Source) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests;
