//! JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently: ids may be numbers, titles may be missing, and the text may
//! break off.

mod document;
mod mend;

use std::borrow::Cow;
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _};

use foldhash::quality::FixedState;
use url::Url;

use self::document::{Attachment, Document, Item, Text};
use self::mend::mend;
use super::content::{Prose, bounded, line};
use super::date;
use super::entry::{Contents, Glance, Raw, Reading, bounded_name, finish, joined};
use super::feed::FeedError;
use super::identity::{self, Claim, Shared};
use super::repair::guessed;
use crate::model::cadence::Cadence;
use crate::model::entry::{Enclosure, FeedFormat, ParsedFeed};

/// Reads a JSON Feed; `url` is where it came from.
///
/// # Errors
/// [`FeedError::Malformed`] when it is no JSON, [`FeedError::NotAFeed`] when it has no list of items.
pub(super) fn read(text: &str, url: Option<&Url>, reading: &mut Reading<'_>) -> Result<ParsedFeed, FeedError> {
    let mut recovered = Vec::new();
    let mended;
    let mut document = Document::default();
    if document::read(text, &mut document).is_err() {
        let repairs;
        (mended, repairs) = mend(text);
        document = Document::default();
        recovered.extend(repairs.into_iter().map(str::to_owned));
        if let Err(error) = document::read(&mended, &mut document) {
            if document.items.kept.is_empty() {
                return Err(FeedError::Malformed(error.to_string()));
            }
            recovered.push("broken JSON: what stands behind it was left out".to_owned());
        }
    }
    if !document.items.listed {
        return Err(FeedError::NotAFeed { root: None });
    }
    let items = std::mem::take(&mut document.items);
    if !document.version.as_ref().is_some_and(|version| version.contains("jsonfeed.org/version/")) {
        recovered.push("no version of JSON Feed".to_owned());
    }
    if items.void {
        recovered.push("entries that say nothing".to_owned());
    }
    if items.more {
        recovered.push("more than 2,000 entries: the rest was left out".to_owned());
    }
    let link = owned(document.home_page_url.as_ref());
    let address = url.map(Url::as_str).or(link.as_deref()).unwrap_or_default().to_owned();
    let author = joined(document.authors.names().iter().map(|name| name.as_ref().into()));
    let feed = Feed {
        site: url.cloned().or_else(|| Url::parse(link.as_deref()?).ok()),
        page: link.clone(),
        shared: Shared::default(),
        author: author.map(|author| bounded_name(&author).to_owned()),
    };
    let claims: Vec<_> = items.kept.iter().map(|item| feed.claim(item)).collect();
    let feed = Feed { shared: Shared::by(&claims, link.as_deref()), ..feed };
    if !feed.shared.is_empty() {
        recovered.push(identity::SHARED.to_owned());
    }
    let entries = items.kept.into_iter().filter_map(|item| {
        let raw = feed.raw(&item);
        let contents = reading.contents(|| glance(&item, &raw))?;
        Some(finish(Raw { contents, ..raw }, &address))
    });
    Ok(ParsedFeed {
        format: FeedFormat::Json,
        encoding: String::new(),
        entries: entries.collect(),
        recovered,
        title: title(document.title.as_ref()).map(|title| line(&title, 300)).unwrap_or_default(),
        link,
        language: owned(document.language.as_ref()),
        cadence: Cadence::default(),
    })
}

fn glance(item: &Item<'_>, raw: &Raw) -> Glance {
    let mut hasher = DefaultHasher::new();
    item.hash(&mut hasher);
    let has_title = raw.title.is_some();
    Glance { print: hasher.finish(), has_title, published: raw.published, updated: raw.updated }
}

fn link<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.url.as_deref().or(item.external_url.as_deref())
}

/// What holds for all items.
struct Feed {
    site: Option<Url>,
    /// The page that the feed is about.
    page: Option<String>,
    /// What is no identity.
    shared: Shared,
    author: Option<String>,
}

impl Feed {
    fn claim<'i>(&self, item: &'i Item<'_>) -> Claim<'i> {
        Claim {
            given: item.id.as_deref().map(Cow::Borrowed),
            link: link(item).map(|link| self.absolute(link)),
            title: item.title.as_ref().map(|title| FixedState::default().hash_one(title)),
            cut: false,
        }
    }

    fn raw(&self, item: &Item<'_>) -> Raw {
        let moment = |text: &Text<'_>| text.as_deref().and_then(date::parse);
        let given = owned(item.id.as_ref());
        let shared = given.as_ref().is_some_and(|id| self.shared.has_id(id));
        let link = link(item).map(|link| self.absolute(link));
        let of_the_feed = |id: &String| identity::is_of_the_feed(id, self.page.as_deref(), link.as_deref());
        let id = given.clone().filter(|id| !shared && !of_the_feed(id));
        let permalink = || given.filter(|id| id.starts_with("http://") || id.starts_with("https://"));
        let shared_link = link.as_deref().map_or(shared, |link| id.is_none() && self.shared.has_link(link));
        let shares_page = link.as_deref().is_some_and(|link| self.shared.has_page(link));
        let html = item.content_html.as_ref().map(|html| Prose::Html(bounded(html).to_owned()));
        Raw {
            link: link.or_else(permalink),
            title: title(item.title.as_ref()),
            summary: summary(item.summary.as_ref()),
            content: html.or_else(|| plain(item.content_text.as_ref())),
            base: self.site.clone(),
            published: moment(&item.date_published),
            updated: moment(&item.date_modified),
            author: joined(item.authors.names().iter().map(|name| name.as_ref().into()))
                .or_else(|| self.author.clone()),
            enclosures: item.attachments.iter().filter_map(|file| self.enclosure(file)).collect(),
            tags: item.tags.iter().map(|tag| tag.as_ref().to_owned()).collect(),
            image: item.image.as_ref().or(item.banner_image.as_ref()).map(|image| self.absolute(image)),
            comments: None,
            comment_count: None,
            shared_link,
            shares_page,
            submitted: None,
            contents: Contents::default(),
            id,
        }
    }

    fn enclosure(&self, file: &Attachment<'_>) -> Option<Enclosure> {
        Some(Enclosure {
            url: self.absolute(file.url.as_ref()?),
            media_type: owned(file.mime_type.as_ref()),
            length: file.size_in_bytes.as_ref().and_then(|size| size.parse().ok()),
        })
    }

    fn absolute(&self, address: &str) -> String {
        match (Url::parse(address), &self.site) {
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(site)) => {
                site.join(address).map_or_else(|_| address.to_owned(), String::from)
            }
            _ => address.to_owned(),
        }
    }
}

fn owned(text: Option<&Cow<'_, str>>) -> Option<String> {
    text.map(|text| text.as_ref().to_owned())
}

/// A summary is plain text, and yet many are HTML; of that, what begins also ends.
fn summary(text: Option<&Cow<'_, str>>) -> Option<Prose> {
    if text?.contains("</") { Some(guessed(bounded(text?))) } else { title(text) }
}

/// A title is plain text, and yet many are written with character references; a tag in one is text all the same.
fn title(text: Option<&Cow<'_, str>>) -> Option<Prose> {
    let text = text?;
    if !(text.contains('&') && text.contains(';')) {
        return plain(Some(text));
    }
    Some(Prose::Html(bounded(text).replace('<', "&lt;")))
}

fn plain(text: Option<&Cow<'_, str>>) -> Option<Prose> {
    text.map(|text| Prose::Plain(bounded(text).to_owned()))
}

#[cfg(test)]
mod tests;
