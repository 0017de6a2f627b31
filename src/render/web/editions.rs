//! The latest edition, every single one, and the archive.

use chrono_tz::Tz;
use serde::Serialize;

use super::list::{Form, FormView};
use super::{Site, SiteView, address};
use crate::model::edition::{Edition, Window};
use crate::model::id::DigestKey;
use crate::render::RenderError;
use crate::render::address::{Root, edition_path};
use crate::render::dates;
use crate::render::templates::Templates;
use crate::render::view::EditionView;
use crate::render::words::line;

/// A line of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionLine {
    /// Below the root of the pages: `/editions/2026-W47`.
    pub path: String,
    pub number: u32,
    pub headline: String,
    pub window: Window,
    pub timezone: Tz,
}

impl From<&Edition> for EditionLine {
    fn from(edition: &Edition) -> Self {
        Self {
            path: edition_path(edition),
            number: edition.number,
            headline: edition.headline.clone(),
            window: edition.window,
            timezone: edition.timezone,
        }
    }
}

/// A digest that stands beside the one a page is of.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    pub title: &'a str,
    pub key: &'a DigestKey,
    /// The headline of its latest edition, if there is one.
    pub headline: Option<&'a str>,
}

/// What stands at a digest's own address.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// `None` before the first one.
    pub edition: Option<&'a Edition>,
    /// Where nobody can subscribe there is none.
    pub form: Option<&'a Form<'a>>,
    pub beside: &'a [Beside<'a>],
}

/// A digest's editions in the archive, newest first as they are given.
#[derive(Debug, Clone)]
pub struct Shelf<'a> {
    pub title: &'a str,
    pub lines: Vec<EditionLine>,
}

#[derive(Serialize)]
struct BesideView {
    title: String,
    url: String,
    headline: Option<String>,
}

#[derive(Serialize)]
struct EditionPage {
    site: SiteView,
    edition: EditionView,
    canonical: Option<String>,
    join: Option<FormView>,
    beside: Vec<BesideView>,
}

/// One edition; each story has the anchor `s-` and its id.
///
/// # Errors
/// As every page: [`RenderError::Template`] when an operator's template asks for what is not there.
pub fn edition_page(edition: &Edition, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    page(edition, site, (None, Vec::new()), templates)
}

/// The latest edition of a digest, with the form to subscribe and the ways to other digests.
pub fn home_page(home: &Home<'_>, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
        join: Option<FormView>,
        beside: Vec<BesideView>,
    }
    let root = Root::path(site.base_url);
    let beside = home.beside.iter().map(|it| BesideView {
        title: line(it.title, 80),
        url: root.at(&address("/", Some(it.key))),
        headline: it.headline.map(|headline| line(headline, 200)),
    });
    let (join, beside) = (home.form.map(|form| form.view(site)), beside.collect());
    match home.edition {
        Some(edition) => page(edition, site, (join, beside), templates),
        None => templates.render("web/empty.html", &Values { site: site.view(), join, beside }),
    }
}

fn page(
    edition: &Edition,
    site: &Site<'_>,
    (join, beside): (Option<FormView>, Vec<BesideView>),
    templates: &Templates,
) -> Result<String, RenderError> {
    let root = Root::path(site.base_url);
    let canonical = site.base_url.map(|base| Root::absolute(base).at(&edition_path(edition)));
    let edition = EditionView::new(edition, Some(&root));
    templates.render("web/edition.html", &EditionPage { site: site.view(), edition, canonical, join, beside })
}

/// Every edition of the digests given. `all` says that there are more digests than these.
pub fn archive_page(
    shelves: &[Shelf<'_>],
    more: bool,
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Line {
        number: u32,
        dates: String,
        headline: String,
        url: String,
    }
    #[derive(Serialize)]
    struct ShelfView {
        title: String,
        editions: Vec<Line>,
    }
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
        shelves: Vec<ShelfView>,
        /// Where the editions of every digest are listed, when these are not all.
        all: Option<String>,
    }
    let root = Root::path(site.base_url);
    let view = |it: &EditionLine| Line {
        number: it.number,
        dates: dates::span(
            dates::local_day(it.window.from, it.timezone),
            dates::local_day(it.window.until, it.timezone),
        ),
        headline: line(&it.headline, 200),
        url: root.at(&it.path),
    };
    let shelves = shelves
        .iter()
        .map(|shelf| ShelfView { title: line(shelf.title, 80), editions: shelf.lines.iter().map(view).collect() });
    let all = more.then(|| root.at("/editions"));
    templates.render("web/archive.html", &Values { site: site.view(), shelves: shelves.collect(), all })
}
