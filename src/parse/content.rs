//! Prose, and what is made of it: a line of words, or harmless HTML.

mod apart;
mod links;
mod nest;
mod punctuate;
mod raised;
mod twice;

use std::borrow::Cow;
use std::sync::LazyLock;

use ammonia::UrlRelative;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use url::Url;

use self::apart::sentences;
pub(super) use self::links::{links, page, submitted};
use self::nest::well_nested;
use self::punctuate::punctuated;
use self::raised::lowered;
use super::simple_html::{self, Piece};
use crate::text;

/// Prose beyond this many bytes is not looked at.
const MAX_BYTES: usize = 128 * 1024;
/// Of a summary whose entry is wanted by its headline alone: what is looked at, markup included, and what is kept.
const BEGINNING_BYTES: usize = 2_000;
const BEGINNING_CHARS: usize = 400;
/// A tag that would be cut in two is left out, unless it is longer: then it may be none.
const LONG_TAG: usize = 1_000;

/// Text with its nature known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prose {
    Plain(String),
    Html(String),
}

/// HTML that was escaped twice, read once.
pub(super) fn unescaped(prose: Prose) -> Prose {
    match prose {
        Prose::Html(html) => match twice::read_once_more(&html) {
            Cow::Owned(written) => Prose::Html(written),
            Cow::Borrowed(_) => Prose::Html(html),
        },
        Prose::Plain(text) => Prose::Plain(text),
    }
}

/// The first words of a summary that stand for a title: often it is the whole article.
pub(super) fn beginning(prose: &Prose) -> String {
    match prose {
        Prose::Plain(text) => collapsed(start(text, BEGINNING_BYTES), BEGINNING_CHARS),
        Prose::Html(html) => shortened(&words_of_html(start(html, BEGINNING_BYTES)), BEGINNING_CHARS).to_owned(),
    }
}

/// Text on one line: tags gone, entities resolved once, white space collapsed, in NFC.
pub(super) fn line(prose: &Prose, max_chars: usize) -> String {
    match prose {
        Prose::Plain(text) => collapsed(text, max_chars),
        Prose::Html(html) => shortened(&words_of_html(start(html, MAX_BYTES)), max_chars).to_owned(),
    }
}

/// [`collapsed`] of what is tidy already, see [`text::tidy`].
pub(super) fn shortened(tidy: &str, max_chars: usize) -> &str {
    let over = if tidy.len() > max_chars { tidy.char_indices().nth(max_chars) } else { None };
    match over {
        None => tidy,
        Some((at, ' ')) => tidy.get(..at).unwrap_or_default(),
        Some((at, _)) => tidy.get(..at).and_then(|start| start.rsplit_once(' ')).map_or("", |(whole, _)| whole),
    }
}

/// As many words as there is room for, in NFC.
pub(super) fn collapsed(text: &str, max_chars: usize) -> String {
    if text.len() <= max_chars && text::is_line_of_ascii(text) {
        return text.to_owned();
    }
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + usize::from(!line.is_empty());
        if chars + length > max_chars {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        chars += length;
    }
    if line.is_ascii() || is_nfc_quick(line.chars()) == IsNormalized::Yes { line } else { line.nfc().collect() }
}

/// The sentences of a content, on one line; where there are none, what else there is.
pub(super) fn words(prose: &Prose) -> String {
    match prose {
        Prose::Plain(text) => text::tidy(start(text, MAX_BYTES)),
        Prose::Html(html) => {
            let html = lowered(start(html, MAX_BYTES));
            let sentences = words_of_html(&punctuated(&sentences(&html)));
            if sentences.is_empty() { words_of_html(&punctuated(&html)) } else { sentences }
        }
    }
}

/// What [`text::plain`] reads off it; most HTML is simple, and that is read faster.
fn words_of_html(html: &str) -> String {
    simple_words(html).unwrap_or_else(|| text::plain(html))
}

fn simple_words(html: &str) -> Option<String> {
    let mut words = text::Tidy::with_capacity(html.len());
    let simple = simple_html::walk(html, |piece| match piece {
        Piece::Text(text) => words.push_all(text),
        Piece::Char(c) => words.push(c),
        Piece::Start(kind) | Piece::End(kind) if kind.parts_words() => words.push(' '),
        Piece::Start(_) | Piece::End(_) => {}
    });
    simple.then(|| words.finish())
}

/// HTML that does nothing but show, its links absolute. `base` is what they are relative to.
pub(super) fn harmless(prose: &Prose, base: Option<Url>) -> String {
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut cleaner = ammonia::Builder::default();
        cleaner.url_relative(UrlRelative::Deny);
        cleaner
    });
    let html = match prose {
        Prose::Plain(text) => return ammonia::clean_text(start(text, MAX_BYTES)),
        Prose::Html(html) => well_nested(start(html, MAX_BYTES)),
    };
    match base.filter(|base| !base.cannot_be_a_base()) {
        None => CLEANER.clean(&html).to_string(),
        Some(base) => {
            let mut cleaner = ammonia::Builder::default();
            cleaner.url_relative(UrlRelative::RewriteWithBase(base));
            cleaner.clean(&html).to_string()
        }
    }
}

/// More of a text than will be looked at, so that no more of it is copied.
pub(super) fn bounded(text: &str) -> &str {
    text.get(..text.floor_char_boundary(2 * MAX_BYTES)).unwrap_or(text)
}

/// At most this many bytes, without half a tag at the end.
fn start(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let start = text.get(..text.floor_char_boundary(max_bytes)).unwrap_or_default();
    let half = start.rfind('<').and_then(|at| start.split_at_checked(at));
    half.filter(|(_, tag)| tag.len() < LONG_TAG && !tag.contains('>')).map_or(start, |(whole, _)| whole)
}

#[cfg(test)]
mod tests;
