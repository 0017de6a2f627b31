//! The editions of a digest as a feed (RFC 4287), each with its whole content.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use url::Url;

use super::RenderError;
use super::address::{Root, address, edition_path};
use super::templates::Templates;
use super::view::EditionView;
use super::words::{escape_html, line};
use crate::model::edition::Edition;
use crate::model::id::DigestKey;

/// The feed of `editions` of one digest, newest first as they are given; `other` is the digest where it is not the
/// first of the settings. Identities are addresses, so they stay the same for as long as `base` does.
///
/// # Errors
/// [`RenderError::Template`] when an operator's `web/content.html` asks for what is not there.
pub fn atom(
    editions: &[Edition],
    title: &str,
    other: Option<&DigestKey>,
    base: &Url,
    templates: &Templates,
) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Values<'a> {
        edition: &'a EditionView,
    }
    let root = Root::absolute(base);
    let (home, own) = (xml(&root.at(&address("/", other))), xml(&root.at(&address("/feed.atom", other))));
    let title = xml(&line(title, 80));
    // A feed must say when it changed (§4.1.1); one without editions has not yet.
    let updated = editions.iter().map(|edition| edition.send_at).max().unwrap_or(DateTime::UNIX_EPOCH);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let _ = writeln!(out, r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">"#);
    let _ = writeln!(out, "<id>{home}</id>\n<title>{title}</title>");
    let _ = writeln!(out, "<updated>{}</updated>\n<author><name>{title}</name></author>", time(updated));
    let _ = writeln!(out, r#"<link rel="self" type="application/atom+xml" href="{own}"/>"#);
    let _ = writeln!(out, r#"<link rel="alternate" type="text/html" href="{home}"/>"#);
    for edition in editions {
        let view = EditionView::new(edition, Some(&root));
        let content = templates.render("web/content.html", &Values { edition: &view })?;
        let at_web = xml(&root.at(&edition_path(edition)));
        let at = time(edition.send_at);
        let _ = writeln!(out, "<entry>\n<id>{at_web}</id>\n<title>{}</title>", xml(&view.headline));
        let _ = writeln!(out, "<published>{at}</published>\n<updated>{at}</updated>");
        let _ = writeln!(out, r#"<link rel="alternate" type="text/html" href="{at_web}"/>"#);
        let _ = writeln!(out, "<summary>{}</summary>", xml(&view.preheader));
        let _ = writeln!(out, "<content type=\"html\">{}</content>\n</entry>", xml(&content));
    }
    out.push_str("</feed>\n");
    Ok(out)
}

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Escaped, and without the characters that XML 1.0 has no way to write (§2.2).
fn xml(text: &str) -> String {
    let legal: String = text
        .chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .collect();
    escape_html(&legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{quiet_edition, sample_edition};

    #[test]
    fn a_feed_reader_reads_it() {
        let base = Url::parse("https://digest.example.org/d/").unwrap();
        let mut older = quiet_edition();
        older.name = "2026-W46".into();
        older.headline = "Tags & \u{1}<b>bold</b>".into();
        let text = atom(&[sample_edition(), older], "Ferry & Co", None, &base, &Templates::embedded()).unwrap();
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert_eq!(feed.title.unwrap().content, "Ferry & Co");
        assert_eq!(feed.entries.len(), 2);
        assert_eq!(feed.entries[0].id, "https://digest.example.org/d/editions/2026-W47");
        let content = feed.entries[0].content.as_ref().unwrap().body.as_ref().unwrap();
        assert!(content.contains("https://digest.example.org/d/events/"), "links are whole");
        assert!(!content.contains("javascript:") && !content.contains("<script>"));
        assert!(!text.contains('\u{1}'));
    }

    #[test]
    fn a_feed_without_editions_is_a_feed() {
        let base = Url::parse("https://digest.example.org").unwrap();
        let text = atom(&[], "Ferry", None, &base, &Templates::embedded()).unwrap();
        assert!(feed_rs::parser::parse(text.as_bytes()).unwrap().entries.is_empty());
    }

    #[test]
    fn the_feeds_of_two_digests_are_two() {
        let base = Url::parse("https://digest.example.org").unwrap();
        let other = DigestKey::parse("platform").unwrap();
        let id = |other| {
            let text = atom(&[], "Ferry", other, &base, &Templates::embedded()).unwrap();
            let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
            let own = feed.links.iter().find(|link| link.rel.as_deref() == Some("self")).unwrap().href.clone();
            (feed.id, own)
        };
        assert_eq!(id(None), ("https://digest.example.org/".into(), "https://digest.example.org/feed.atom".into()));
        let own = "https://digest.example.org/feed.atom?digest=platform";
        assert_eq!(id(Some(&other)), ("https://digest.example.org/?digest=platform".into(), own.into()));
    }
}
