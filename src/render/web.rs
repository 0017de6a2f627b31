//! The web pages, each a complete document: no script, no inline style, nothing loaded from another host.

use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

use super::RenderError;
use super::dates;
use super::email::mailto;
use super::templates::Templates;
use super::view::{EditionView, Root, edition_path};
use super::words::line;
use crate::model::edition::{Edition, Window};

/// The style sheet that every page links to at `/style.css`; [`Templates::style`] has the operator's, if there is one.
pub const STYLE: &str = super::templates::STYLE;

/// What every page says of the digest.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The digest's title.
    pub title: &'a str,
    /// Where readers reach the pages. Links on a page use only its path, so a page works under every name of its
    /// host; the whole of it is the canonical address.
    pub base_url: Option<&'a Url>,
    /// A mail address that people read.
    pub contact: Option<&'a str>,
    pub postal_address: Option<&'a str>,
}

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

/// One edition; each story has the anchor `s-` and its id.
///
/// # Errors
/// As every page: [`RenderError::Template`] when an operator's template asks for what is not there.
pub fn edition_page(edition: &Edition, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
        edition: EditionView,
        canonical: Option<String>,
    }
    let root = Root::path(site.base_url);
    let canonical = site.base_url.map(|base| Root::absolute(base).at(&edition_path(edition)));
    let edition = EditionView::new(edition, Some(&root));
    templates.render("web/edition.html", &Values { site: site.view(), edition, canonical })
}

/// Every edition, newest first as they are given.
pub fn archive_page(editions: &[EditionLine], site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Line {
        number: u32,
        dates: String,
        headline: String,
        url: String,
    }
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
        editions: Vec<Line>,
    }
    let root = Root::path(site.base_url);
    let lines = editions.iter().map(|it| Line {
        number: it.number,
        dates: dates::span(
            dates::local_day(it.window.from, it.timezone),
            dates::local_day(it.window.until, it.timezone),
        ),
        headline: line(&it.headline, 200),
        url: root.at(&it.path),
    });
    templates.render("web/archive.html", &Values { site: site.view(), editions: lines.collect() })
}

/// What stands at `/` before there is an edition.
pub fn empty_page(site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    plain("web/empty.html", site, templates)
}

/// How stories, trends and events are chosen, and how a publisher is left out.
pub fn how_page(site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    plain("web/how.html", site, templates)
}

/// One button that posts to this page of `token`. `masked` is the address as a stranger may see it: `m…@e….org`.
pub fn unsubscribe_page(
    masked: &str,
    token: &str,
    site: &Site<'_>,
    templates: &Templates,
) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        site: SiteView,
        address: &'a str,
        action: String,
    }
    let action = Root::path(site.base_url).at(&format!("/unsubscribe/{token}"));
    templates.render("web/unsubscribe.html", &Values { site: site.view(), address: masked, action })
}

/// What the button leads to.
pub fn unsubscribed_page(site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    plain("web/unsubscribed.html", site, templates)
}

/// A page for what went wrong: what happened, and what to do.
pub fn message_page(title: &str, words: &str, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        site: SiteView,
        title: &'a str,
        words: &'a str,
    }
    templates.render("web/message.html", &Values { site: site.view(), title, words })
}

fn plain(name: &str, site: &Site<'_>, templates: &Templates) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values {
        site: SiteView,
    }
    templates.render(name, &Values { site: site.view() })
}

#[derive(Serialize)]
struct SiteView {
    title: String,
    home: String,
    archive: String,
    how: String,
    feed: String,
    style: String,
    contact: Option<String>,
    contact_url: Option<String>,
    postal_address: Option<String>,
}

impl Site<'_> {
    fn view(&self) -> SiteView {
        let root = Root::path(self.base_url);
        SiteView {
            title: line(self.title, 80),
            home: root.at("/"),
            archive: root.at("/editions"),
            how: root.at("/how"),
            feed: root.at("/feed.atom"),
            style: root.at("/style.css"),
            contact: self.contact.map(|address| line(address, 120)),
            contact_url: self.contact.map(mailto),
            postal_address: self.postal_address.map(|text| line(&text.replace('\n', ", "), 300)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::DigestKey;
    use crate::render::sample::{quiet_edition, sample_edition};

    const SITE: Site<'_> =
        Site { title: "The <Ferry> Weekly", base_url: None, contact: Some("weekly@example.org"), postal_address: None };

    fn edition(edition: &Edition, site: &Site<'_>) -> String {
        edition_page(edition, site, &Templates::embedded()).unwrap()
    }

    #[test]
    fn every_story_has_its_anchor_once() {
        let mut twice = sample_edition();
        twice.topics[0].stories.push(twice.top[0].clone());
        let page = edition(&twice, &SITE);
        let stories =
            twice.top.iter().chain(twice.topics.iter().flat_map(|topic| &topic.stories)).chain(&twice.outside);
        for story in stories {
            assert_eq!(page.matches(&format!(r#"id="s-{}""#, story.id)).count(), 1, "{}", story.headline);
        }
    }

    #[test]
    fn a_strict_policy_can_serve_every_page() {
        let templates = Templates::embedded();
        let line = EditionLine::from(&sample_edition());
        for page in [
            edition(&sample_edition(), &SITE),
            edition(&quiet_edition(), &SITE),
            archive_page(&[line], &SITE, &templates).unwrap(),
            archive_page(&[], &SITE, &templates).unwrap(),
            empty_page(&SITE, &templates).unwrap(),
            how_page(&SITE, &templates).unwrap(),
            unsubscribe_page("m…@e….org", "t", &SITE, &templates).unwrap(),
            unsubscribed_page(&SITE, &templates).unwrap(),
            message_page("Not <here>", "Nothing is at this address.", &SITE, &templates).unwrap(),
        ] {
            assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
            for bad in ["<script", "style=", "javascript:", "onclick", "<here>", "<Ferry>", "src="] {
                assert!(!page.contains(bad), "{bad}");
            }
            assert!(page.contains("<h1>") && page.contains("The &lt;Ferry&gt; Weekly"));
        }
    }

    #[test]
    fn a_base_with_a_path_is_kept() {
        let base = Url::parse("https://example.org/digest/").unwrap();
        let page = edition(&sample_edition(), &Site { base_url: Some(&base), ..SITE });
        assert!(page.contains(r#"href="/digest/style.css""#));
        assert!(page.contains(r#"<link rel="canonical" href="https://example.org/digest/editions/2026-W47">"#));
        assert!(!page.contains(r#"href="/editions"#));
        let site = Site { base_url: Some(&base), ..SITE };
        let leave = unsubscribe_page("m…@e….org", "t0ken", &site, &Templates::embedded()).unwrap();
        assert!(leave.contains(r#"action="/digest/unsubscribe/t0ken""#), "{leave}");
    }

    #[test]
    fn each_digest_has_addresses_of_its_own() {
        let mut other = sample_edition();
        other.digest = DigestKey::parse("platform").unwrap();
        let page = edition(&other, &SITE);
        assert!(page.contains(r#"href="/editions/platform.2026-W47.md""#));
        assert!(page.contains(r#"href="/editions/platform.2026-W47#s-"#) && !page.contains("/editions/2026-W47"));
        let archive = archive_page(&[EditionLine::from(&other)], &SITE, &Templates::embedded()).unwrap();
        assert!(archive.contains(r#"href="/editions/platform.2026-W47""#));
    }

    #[test]
    fn a_quiet_week_leaves_no_empty_headings() {
        let page = edition(&quiet_edition(), &SITE);
        for heading in ["Trends", "By topic", "Outside", "For your team", "Meet", "Corrections"] {
            assert!(!page.contains(&format!("<h2>{heading}")), "{heading}");
        }
    }
}
