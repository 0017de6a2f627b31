//! What every entry goes through at the end, whichever format it came in: plain text, harmless HTML, an identity.

use std::sync::LazyLock;

use ammonia::UrlRelative;
use chrono::{DateTime, SecondsFormat, Utc};
use url::Url;

use super::feed::to_plain;
use super::simple_html::{self, Piece};
use crate::model::entry::{Enclosure, Entry};
use crate::model::id::content_hash;
use crate::text;

const MAX_TITLE_CHARS: usize = 1_000;
const MAX_SUMMARY_CHARS: usize = 10_000;
/// Of a summary whose entry is wanted by its headline alone: what is looked at, markup included, and what is kept.
const BEGINNING_BYTES: usize = 2_000;
const BEGINNING_CHARS: usize = 400;
/// HTML of one entry beyond this many bytes is cut off before it is parsed.
const MAX_HTML_BYTES: usize = 128 * 1024;
/// HTML is cut off where its elements nest deeper.
const MAX_HTML_DEPTH: usize = 100;
const MAX_LIST: usize = 32;
/// Elements that hold nothing or that end where the next begins: they nest only inside of others.
const ENDS_BY_ITSELF: [&str; 16] =
    ["p", "br", "li", "img", "td", "tr", "th", "hr", "dt", "dd", "input", "source", "wbr", "option", "link", "meta"];

/// Text with its nature known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prose {
    Plain(String),
    Html(String),
}

/// What is made of the contents of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Contents {
    /// Harmless HTML, and its words.
    #[default]
    Html,
    /// Their words alone, which is much less work.
    Words,
    /// Nothing: neither they nor the whole of the summary are wanted.
    None,
}

/// What is known of an entry before any work is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// A hash of all that the source wrote of it. Another version of Rust may hash differently.
    pub print: u64,
    pub has_title: bool,
    pub published: Option<DateTime<Utc>>,
    pub updated: Option<DateTime<Utc>>,
}

/// How much of an entry is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// It is left out.
    Nothing,
    /// All but its content, and of its summary the first words.
    Headline,
    /// All, the content as its words.
    Words,
}

/// What is to be made of the entries of a document.
pub(crate) enum Reading<'a> {
    /// The same of each.
    All(Contents),
    /// What this says of each, in the order of the document.
    Chosen(&'a mut dyn FnMut(&Glance) -> Depth),
}

impl Reading<'_> {
    /// What is to be made of an entry that looks like this; `None`: it is left out.
    pub(crate) fn contents(&mut self, glance: impl FnOnce() -> Glance) -> Option<Contents> {
        match self {
            Self::All(contents) => Some(*contents),
            Self::Chosen(choose) => match choose(&glance()) {
                Depth::Nothing => None,
                Depth::Headline => Some(Contents::None),
                Depth::Words => Some(Contents::Words),
            },
        }
    }
}

/// An entry before the last step. Links are absolute as far as the document allowed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Raw {
    pub(crate) id: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) title: Option<Prose>,
    pub(crate) summary: Option<Prose>,
    pub(crate) content: Option<Prose>,
    /// What relative links in the content are relative to.
    pub(crate) base: Option<Url>,
    pub(crate) published: Option<DateTime<Utc>>,
    pub(crate) updated: Option<DateTime<Utc>>,
    pub(crate) author: Option<String>,
    pub(crate) enclosures: Vec<Enclosure>,
    pub(crate) tags: Vec<String>,
    pub(crate) image: Option<String>,
    pub(crate) comments: Option<String>,
    /// What is to be made of its contents; the less, the less of them is here.
    pub(crate) contents: Contents,
}

/// Makes the entry that the rest of the program sees. `feed_address` tells apart the generated ids of two feeds.
pub(crate) fn finish(raw: Raw, feed_address: &str) -> Entry {
    let contents = raw.contents;
    let title = raw.title.as_ref().map(|title| line(title, MAX_TITLE_CHARS)).unwrap_or_default();
    let date = raw.published.or(raw.updated);
    let given = raw.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    let link = raw.link.filter(|link| !link.trim().is_empty());
    let id = match (given, &link) {
        (Some(id), _) => id.to_owned(),
        (None, Some(link)) => link.clone(),
        (None, None) => {
            let date = date.map(|d| d.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default();
            content_hash(&[feed_address, &title, &date])
        }
    };
    let summary = raw.summary.as_ref().map(|summary| match contents {
        Contents::None => beginning(summary),
        Contents::Html | Contents::Words => line(summary, MAX_SUMMARY_CHARS),
    });
    let summary = summary.filter(|summary| !summary.is_empty());
    // Many feeds put the whole article where the summary belongs.
    let article = raw.content.or(raw.summary.filter(|summary| matches!(summary, Prose::Html(_))));
    let base = || raw.base.or_else(|| Url::parse(link.as_deref()?).ok());
    let (content_html, content_text) = match (article, contents) {
        (None, _) | (_, Contents::None) => (None, String::new()),
        (Some(article), Contents::Words) => (None, words(&article, base)),
        (Some(article), Contents::Html) => {
            let html = Some(harmless(&article, base())).filter(|html| !html.is_empty());
            let text = html.as_deref().map(text::plain).unwrap_or_default();
            (html, text)
        }
    };
    Entry {
        id_is_generated: given.is_none(),
        id,
        link,
        title,
        published: raw.published,
        updated: raw.updated,
        date,
        author: raw.author.map(|name| collapsed(&name, MAX_TITLE_CHARS)).filter(|name| !name.is_empty()),
        summary,
        content_html,
        content_text,
        enclosures: raw.enclosures.into_iter().take(MAX_LIST).collect(),
        tags: tags(raw.tags),
        image: raw.image,
        comments: raw.comments,
    }
}

/// The first words of a summary that nobody will read: often it is the whole article.
fn beginning(prose: &Prose) -> String {
    let (Prose::Plain(text) | Prose::Html(text)) = prose;
    let head = text.get(..text.floor_char_boundary(BEGINNING_BYTES)).unwrap_or_default().to_owned();
    let head = if matches!(prose, Prose::Plain(_)) { Prose::Plain(head) } else { Prose::Html(head) };
    line(&head, BEGINNING_CHARS)
}

/// Text on one line: tags gone, entities resolved once, white space collapsed.
pub(crate) fn line(prose: &Prose, max_chars: usize) -> String {
    match prose {
        Prose::Plain(text) => collapsed(text, max_chars),
        Prose::Html(html) => collapsed(&to_plain(head(html)), max_chars),
    }
}

fn collapsed(text: &str, max_chars: usize) -> String {
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
    line
}

fn tags(raw: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in raw {
        let tag = collapsed(&tag, 100);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < MAX_LIST {
            tags.push(tag);
        }
    }
    tags
}

/// The words of a content: what [`text::plain`] reads off its harmless HTML.
fn words(prose: &Prose, base: impl FnOnce() -> Option<Url>) -> String {
    let simple = match prose {
        Prose::Plain(text) => Some(head(text)).filter(|text| !text.contains('\0')).map(text::tidy),
        Prose::Html(html) => simple_words(html),
    };
    simple.unwrap_or_else(|| text::plain(&harmless(prose, base())))
}

/// Of simple HTML nothing but attributes would be made harmless.
fn simple_words(html: &str) -> Option<String> {
    let mut words = text::Tidy::default();
    let simple = html.len() <= MAX_HTML_BYTES
        && simple_html::walk(html, |piece| match piece {
            Piece::Text(text) => words.push_all(text),
            Piece::Char(c) => words.push(c),
            Piece::Start(kind) | Piece::End(kind) if kind.parts_words() => words.push(' '),
            Piece::Start(_) | Piece::End(_) => {}
        });
    simple.then(|| words.finish())
}

fn harmless(prose: &Prose, base: Option<Url>) -> String {
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut cleaner = ammonia::Builder::default();
        cleaner.url_relative(UrlRelative::Deny);
        cleaner
    });
    match prose {
        Prose::Plain(text) => ammonia::clean_text(head(text)),
        Prose::Html(html) => match base.filter(|base| !base.cannot_be_a_base()) {
            None => CLEANER.clean(head(html)).to_string(),
            Some(base) => {
                let mut cleaner = ammonia::Builder::default();
                cleaner.url_relative(UrlRelative::RewriteWithBase(base));
                cleaner.clean(head(html)).to_string()
            }
        },
    }
}

/// As much of a piece of HTML as is safe to parse. A parser's work grows with the square of the nesting, so the
/// text ends where it would exceed [`MAX_HTML_DEPTH`].
fn head(html: &str) -> &str {
    let html = html.get(..html.floor_char_boundary(MAX_HTML_BYTES)).unwrap_or(html);
    let mut open: Vec<&str> = Vec::new();
    for (at, _) in html.match_indices('<') {
        let tag = html.get(at + 1..).unwrap_or_default();
        let (name, end) = tag.strip_prefix('/').map_or((tag, false), |name| (name, true));
        let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = name.get(..length).unwrap_or_default();
        if end {
            if let Some(start) = open.iter().rposition(|other| other.eq_ignore_ascii_case(name)) {
                open.truncate(start);
            }
        } else if !name.is_empty() && !ENDS_BY_ITSELF.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            if open.len() == MAX_HTML_DEPTH {
                return html.get(..at).unwrap_or_default();
            }
            open.push(name);
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn identity_is_the_best_that_does_not_change() {
        let titled = |title: &str| Raw { title: Some(Prose::Plain(title.to_owned())), ..Raw::default() };
        let linked = |title: &str| Raw { link: Some("http://a.example/1".to_owned()), ..titled(title) };
        assert_eq!(finish(linked("A"), "f").id, finish(linked("B"), "f").id);
        let with_id = finish(Raw { id: Some(" x ".to_owned()), ..linked("A") }, "f");
        assert_eq!((with_id.id.as_str(), with_id.id_is_generated), ("x", false));
        let bare = finish(titled("A"), "f");
        assert!(bare.id_is_generated);
        assert_eq!(bare.id, finish(titled("A"), "f").id);
        assert_ne!(bare.id, finish(titled("A"), "g").id);
        assert_ne!(bare.id, finish(titled("B"), "f").id);
    }

    #[test]
    fn html_is_made_harmless_and_its_links_absolute() {
        let html = Prose::Html("<p onclick=x>a<script>b</script> <a href=/c>d</a>".to_owned());
        let entry =
            finish(Raw { content: Some(html), base: Url::parse("http://a.example/b/").ok(), ..Raw::default() }, "f");
        let html = entry.content_html.unwrap();
        assert!(
            html.contains("href=\"http://a.example/c\"") && !html.contains("script") && !html.contains("onclick"),
            "{html}"
        );
    }

    #[test]
    fn deep_html_is_cut_and_flat_html_is_not() {
        let flat = "<p>a<br><b>c</b>".repeat(1_000);
        assert_eq!(head(&flat), flat);
        assert_eq!(head(&"<div>".repeat(1_000)).len(), 5 * MAX_HTML_DEPTH);
        assert_eq!(head(&"<div></i>".repeat(1_000)).len(), 9 * MAX_HTML_DEPTH);
    }

    #[test]
    fn text_is_cut_between_words() {
        assert_eq!(collapsed(" one  two\nthree ", 8), "one two");
    }

    proptest! {
        #[test]
        fn the_words_of_a_content_are_those_of_its_harmless_html(html in simple_html::tests::html(), plain: bool) {
            let prose = if plain { Prose::Plain(html) } else { Prose::Html(html) };
            prop_assert_eq!(words(&prose, || None), text::plain(&harmless(&prose, None)));
        }
    }
}
