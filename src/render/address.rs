//! Where pages are: what their addresses begin with, and how a digest or an edition is named in them.

use url::Url;

use crate::model::edition::Edition;
use crate::model::id::DigestKey;

/// Where links begin: `https://digest.example.org`, or only the path of it, without a slash at the end.
#[derive(Debug, Clone)]
pub(crate) struct Root(String);

impl Root {
    /// For what is read elsewhere: mail, feeds, texts.
    pub(crate) fn absolute(base: &Url) -> Self {
        let mut base = base.clone();
        base.set_query(None);
        base.set_fragment(None);
        Self(base.as_str().trim_end_matches('/').to_owned())
    }

    /// For pages, which stand on the host that serves them, whatever its name is.
    pub(crate) fn path(base: Option<&Url>) -> Self {
        Self(base.map_or("", Url::path).trim_end_matches('/').to_owned())
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// A page's address below the root, for the digest that it speaks of: `/editions`, or `/editions?digest=platform`
/// where that is not the first one.
#[must_use]
pub fn address(page: &str, other: Option<&DigestKey>) -> String {
    other.map_or_else(|| page.to_owned(), |key| format!("{page}?digest={key}"))
}

/// Where an edition stands below the root of the pages; its other forms add their ending.
pub(crate) fn edition_path(edition: &Edition) -> String {
    format!("/editions/{}", edition.full_name())
}
