//! A report as merging sees it: an item, or a line of a file.

use chrono::{DateTime, Utc};
use url::Url;

use crate::model::item::Item;
use crate::model::source::Sources;

/// Characters of a snippet that are looked at: as many as an item's excerpt has.
const SNIPPET_CHARS: usize = 280;

/// The parts of a title before and behind " - Some Paper": shorter heads and longer tails are no such thing.
const HEAD_CHARS: usize = 12;
const TAIL_CHARS: usize = 30;

/// One report of something. Only equality counts in `id` and `source`.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    pub id: &'a str,
    pub source: &'a str,
    /// As readers know the source; empty: unknown.
    pub source_title: &'a str,
    /// The host of the source's own site.
    pub home: Option<&'a str>,
    pub title: &'a str,
    pub link: Option<&'a str>,
    /// See [`crate::url_key`].
    pub url_key: Option<&'a str>,
    /// Plain text.
    pub snippet: &'a str,
    /// URL keys of the pages that its body links to.
    pub out_links: &'a [String],
    pub at: DateTime<Utc>,
}

impl<'a> Report<'a> {
    /// An item as a report.
    #[must_use]
    pub fn of(item: &'a Item, sources: &Sources<'a>) -> Self {
        let source = sources.get(&item.source);
        Self {
            id: item.id.as_str(),
            source: item.source.as_str(),
            source_title: source.map_or("", |source| source.title.as_str()),
            home: source.and_then(|source| source.site.as_ref().unwrap_or(&source.url).host_str()),
            title: &item.title,
            link: item.link.as_deref(),
            url_key: item.url_key.as_deref(),
            snippet: item.excerpt.as_deref().unwrap_or_default(),
            out_links: &item.out_links,
            at: item.when(),
        }
    }

    /// The host that the link leads to, without `www.`.
    pub(crate) fn host(&self) -> Option<String> {
        let url = self.link.and_then(|link| Url::parse(link).ok())?;
        url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned())
    }

    /// The title without the source's name at its end ("… - Some Paper").
    pub(crate) fn headline(&self) -> &'a str {
        let end =
            self.title.char_indices().rev().filter(|(_, c)| matches!(c, '-' | '|' | '–' | '—')).find_map(|(at, c)| {
                let (head, tail) = (self.title.get(..at)?, self.title.get(at + c.len_utf8()..)?);
                let apart = head.ends_with(char::is_whitespace) && tail.starts_with(char::is_whitespace);
                Some((head.trim_end(), tail.trim())).filter(|_| apart)
            });
        let Some((head, tail)) = end else { return self.title };
        let is_tail = head.chars().count() >= HEAD_CHARS
            && tail.chars().count() <= TAIL_CHARS
            && !tail.contains(['-', '|', '–', '—']);
        let name = letters(tail);
        let named = || [self.source, self.source_title, self.home.unwrap_or_default()].map(letters);
        if is_tail && !name.is_empty() && named().iter().any(|own| own.contains(&name)) { head } else { self.title }
    }

    /// The beginning of the snippet.
    pub(crate) fn opening(&self) -> &'a str {
        let end = self.snippet.char_indices().nth(SNIPPET_CHARS).map_or(self.snippet.len(), |(end, _)| end);
        self.snippet.get(..end).unwrap_or(self.snippet)
    }

    /// The name under which a page's `host` is known ("example" of `blog.example.co.uk`), when it is not the source's
    /// own: what a pointer points at.
    pub(crate) fn named_host(&self, host: &str) -> Option<String> {
        let name = registered_name(host)?;
        let own = self.home.and_then(registered_name);
        (own.as_ref() != Some(&name) && name.len() > 2).then_some(name)
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn registered_name(host: &str) -> Option<String> {
    psl::domain_str(host).and_then(|domain| domain.split('.').next()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report<'a>(title: &'a str, link: &'a str) -> Report<'a> {
        Report {
            id: "1",
            source: "https://www.paper.example/rss",
            source_title: "",
            home: Some("www.paper.co.uk"),
            title,
            link: Some(link),
            url_key: None,
            snippet: "",
            out_links: &[],
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_source_that_signs_its_titles_is_cut_off_and_nothing_else() {
        let headline = |title| report(title, "").headline();
        assert_eq!(headline("Ferrow 5.0 is here - Paper"), "Ferrow 5.0 is here");
        assert_eq!(headline("Ferrow 5.0 is here — at last"), "Ferrow 5.0 is here — at last");
        assert_eq!(headline("Paper - Paper"), "Paper - Paper");
        assert_eq!(headline(" - "), " - ");
    }

    #[test]
    fn a_pointer_names_the_host_it_points_at() {
        let named = |link| {
            let report = report("x", link);
            report.named_host(&report.host()?)
        };
        assert_eq!(named("https://blog.lumen.co.uk/a").as_deref(), Some("lumen"));
        assert_eq!(named("https://m.paper.co.uk/a"), None);
        assert_eq!(named("nonsense"), None);
    }
}
