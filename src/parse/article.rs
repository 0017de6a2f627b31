//! Any bytes of a web page to its article: the text without what is around it, and what the page says of it.

mod linked_data;
mod tame;

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability, TextMode};

use self::linked_data::LinkedData;
use self::tame::{Tamed, tame};
use super::decode::decode;
use crate::text;

/// Where a page declares its encoding, if it does (HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// A page, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The article's text, plain; empty when none was found.
    pub text: String,
    /// What the page says it is about.
    pub description: Option<String>,
    pub author: Option<String>,
    /// As it stands in the page, perhaps relative to it.
    pub image: Option<String>,
    pub language: Option<String>,
    pub published: Option<String>,
    /// Only subscribers get the whole text.
    pub walled: bool,
    /// The page asks that nothing of its text be shown elsewhere.
    pub no_snippet: bool,
}

/// Why a page could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArticleError {
    #[error("it is no web page")]
    NotHtml,
    #[error("reading it broke down")]
    Broke,
}

/// Reads a page; `content_type` is the value of the HTTP field.
///
/// # Errors
/// [`ArticleError`] when it is something else than HTML, or the library that finds the text breaks down over it.
pub fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Page, ArticleError> {
    let is_html = |kind: &str| kind.trim_start().to_ascii_lowercase().contains("html");
    if bytes.starts_with(b"%PDF") || !content_type.is_none_or(is_html) {
        return Err(ArticleError::NotHtml);
    }
    let declared = content_type.filter(|kind| kind.to_ascii_lowercase().contains("charset"));
    let inside = charset_of_meta(bytes).map(|charset| format!("text/html; charset={charset}"));
    let decoded = decode(bytes, declared.or(inside.as_deref()));
    let Tamed { html, json_ld, no_snippet } = tame(&decoded.text);
    let data = linked_data::read(&json_ld);
    // A library over what strangers wrote: whatever it does, it costs this page alone.
    let page = catch_unwind(AssertUnwindSafe(|| found(html, data))).map_err(|_| ArticleError::Broke)?;
    Ok(Page { no_snippet, ..page })
}

fn found(html: String, data: LinkedData) -> Page {
    let config = Config { disable_json_ld: true, text_mode: TextMode::Formatted, ..Config::default() };
    // Without an address there is nothing to refuse.
    let Ok(mut readability) = Readability::new(html, None, Some(config)) else { return Page::default() };
    let said = readability.get_article_metadata(None);
    let article = readability.parse().ok();
    let byline = article.as_ref().and_then(|article| article.byline.clone());
    Page {
        text: article.map(|article| text::tidy(&article.text_content)).unwrap_or_default(),
        description: data.description.or(said.excerpt),
        author: data.author.or(said.byline).or(byline),
        image: said.image.or(data.image),
        language: said.lang,
        published: data.published.or(said.published_time),
        walled: data.walled,
        no_snippet: false,
    }
}

/// The encoding that a `<meta>` among the first bytes declares.
fn charset_of_meta(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(PRESCAN).map(|&byte| char::from(byte).to_ascii_lowercase()).collect();
    let metas = head.split("<meta").skip(1);
    metas.filter_map(|meta| meta.split('>').next()?.split_once("charset")).find_map(|(_, value)| {
        let value = value.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
        let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')));
        value.get(..end.unwrap_or(value.len())).filter(|name| !name.is_empty()).map(ToOwned::to_owned)
    })
}

#[cfg(test)]
mod tests;
