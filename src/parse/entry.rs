//! What every entry goes through at the end, whichever format it came in: plain text, harmless HTML, an identity.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use url::Url;

use super::content::{Prose, beginning, collapsed, harmless, line, links, shortened, unescaped, words};
use crate::model::entry::{Enclosure, Entry};
use crate::model::id::content_hash;
use crate::text;

const MAX_TITLE_CHARS: usize = 1_000;
const MAX_SUMMARY_CHARS: usize = 10_000;
/// Tags, files, authors and links of one entry.
pub(crate) const MAX_LIST: usize = 32;

/// What is made of the contents of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Contents {
    /// Harmless HTML, and its words.
    #[default]
    Html,
    /// Their words alone, which is much less work.
    Words,
    /// Nothing: neither they nor the summary are wanted, where there is a title.
    None,
}

/// What is known of an entry before any work is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// A hash of all that the source wrote of it. Another version of the program may hash differently.
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
    /// All but its content and its summary; where it has no title, of its summary the first words.
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
    /// The link is no identity: it was made of an id that several entries have, or several have it themselves.
    pub(crate) shared_link: bool,
    /// Entries of different titles link to its page, perhaps to another place in it.
    pub(crate) shares_page: bool,
    /// Where a post leads whose own page is its link.
    pub(crate) submitted: Option<String>,
    pub(crate) comments: Option<String>,
    pub(crate) comment_count: Option<u32>,
    /// What is to be made of its contents; the less, the less of them is here.
    pub(crate) contents: Contents,
}

/// Makes the entry that the rest of the program sees. `feed_address` tells apart the generated ids of two feeds.
pub(crate) fn finish(raw: Raw, feed_address: &str) -> Entry {
    let (summary, content) = (raw.summary.map(unescaped), raw.content.map(unescaped));
    let raw = Raw { summary, content, ..raw };
    let contents = raw.contents;
    let title = raw.title.as_ref().map(|title| line(title, MAX_TITLE_CHARS)).unwrap_or_default();
    let date = raw.published.or(raw.updated);
    let given = raw.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    let link = raw.link.filter(|link| !link.trim().is_empty());
    let id = match (given, link.as_ref().filter(|_| !raw.shared_link)) {
        (Some(id), _) => id.to_owned(),
        (None, Some(link)) => link.clone(),
        (None, None) => {
            let date = date.map(|d| d.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default();
            content_hash(&[feed_address, &title, &date])
        }
    };
    // Many feeds put the whole article where the summary belongs.
    let in_summary = raw.content.is_none() && matches!(raw.summary, Some(Prose::Html(_)));
    let article = if in_summary { raw.summary.as_ref() } else { raw.content.as_ref() };
    let article = article.filter(|_| contents != Contents::None);
    let content_text = article.map(words).unwrap_or_default();
    let summary = raw.summary.as_ref().map(|summary| match contents {
        // Without a title, these words are its headline.
        Contents::None if title.is_empty() => beginning(summary),
        Contents::None => String::new(),
        // The same words.
        Contents::Html | Contents::Words if in_summary => shortened(&content_text, MAX_SUMMARY_CHARS).to_owned(),
        Contents::Html | Contents::Words => line(summary, MAX_SUMMARY_CHARS),
    });
    let summary = summary.filter(|summary| !summary.is_empty());
    let base = || raw.base.clone().or_else(|| Url::parse(link.as_deref()?).ok());
    let links = article.map(|article| links(article, base, link.as_deref())).unwrap_or_default();
    let content_html = article.filter(|_| contents == Contents::Html).map(|article| harmless(article, base()));
    Entry {
        id_is_generated: given.is_none(),
        id,
        link,
        title,
        published: raw.published,
        updated: raw.updated,
        date,
        author: raw.author.map(|name| named(&name, MAX_TITLE_CHARS)).filter(|name| !name.is_empty()),
        summary,
        content_html: content_html.filter(|html| !html.trim().is_empty()),
        content_text,
        enclosures: raw.enclosures.into_iter().take(MAX_LIST).collect(),
        tags: tags(raw.tags),
        image: raw.image,
        comments: raw.comments,
        comment_count: raw.comment_count,
        links,
        submitted: raw.submitted,
        shares_page: raw.shares_page,
    }
}

/// A name on one line. It is text, and yet many a publisher writes it as HTML; `<video>` alone is a name.
fn named(name: &str, max_chars: usize) -> String {
    if name.contains("</") {
        collapsed(&text::plain(name), max_chars)
    } else if name.contains('&') {
        collapsed(&text::plain(&name.replace('<', "&lt;")), max_chars)
    } else {
        collapsed(name, max_chars)
    }
}

/// As much of a name as will be looked at; each entry gets a copy of its feed's.
pub(crate) fn bounded_name(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_TITLE_CHARS)).unwrap_or(name)
}

/// The names of several authors as one, each once; of a single one, the name as it is.
pub(crate) fn joined<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> Option<String> {
    let mut known: Vec<Cow<'_, str>> = Vec::new();
    for name in names {
        if !name.is_empty() && known.len() < MAX_LIST && !known.contains(&name) {
            known.push(name);
        }
    }
    (!known.is_empty()).then(|| known.join(", "))
}

fn tags(raw: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in raw {
        let tag = named(&tag, 100);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < MAX_LIST {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_the_best_that_does_not_change() {
        let titled = |title: &str| Raw { title: Some(Prose::Plain(title.to_owned())), ..Raw::default() };
        let linked = |title: &str| Raw { link: Some("http://a.example/1".to_owned()), ..titled(title) };
        assert_eq!(finish(linked("A"), "f").id, finish(linked("B"), "f").id);
        let with_id = finish(Raw { id: Some(" x ".to_owned()), ..linked("A") }, "f");
        assert_eq!((with_id.id.as_str(), with_id.id_is_generated), ("x", false));
        let shared = finish(Raw { shared_link: true, ..linked("A") }, "f");
        assert_eq!((shared.id_is_generated, shared.link.as_deref()), (true, Some("http://a.example/1")));
        assert_ne!(shared.id, finish(Raw { shared_link: true, ..linked("B") }, "f").id);
        let bare = finish(titled("A"), "f");
        assert!(bare.id_is_generated);
        assert_eq!(bare.id, finish(titled("A"), "f").id);
        assert_ne!(bare.id, finish(titled("A"), "g").id);
        assert_ne!(bare.id, finish(titled("B"), "f").id);
    }

    #[test]
    fn names_are_words_without_markup() {
        let raw = Raw {
            author: Some("<a href='x'>Ann O&#8217;Hara</a> (Lab)".to_owned()),
            tags: ["C&amp;A", "R&D", "Vec<T>", "<video>"].map(str::to_owned).to_vec(),
            ..Raw::default()
        };
        let entry = finish(raw, "f");
        assert_eq!(entry.author.as_deref(), Some("Ann O’Hara (Lab)"));
        assert_eq!(entry.tags, ["C&A", "R&D", "Vec<T>", "<video>"]);
    }

    #[test]
    fn what_was_escaped_twice_shows_no_tags() {
        let html = Some(Prose::Html("&lt;p&gt;A paragraph on &lt;b&gt;layers&lt;/b&gt;.&lt;/p&gt;".to_owned()));
        let entry = finish(Raw { summary: html.clone(), content: html, ..Raw::default() }, "f");
        assert_eq!(entry.summary.as_deref(), Some("A paragraph on layers."));
        assert_eq!(
            (entry.content_text.as_str(), entry.content_html.as_deref()),
            ("A paragraph on layers.", Some("<p>A paragraph on <b>layers</b>.</p>"))
        );
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
}
