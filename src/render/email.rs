//! The mail: subject, plain text and HTML, made once an edition and addressed once a recipient.

mod fit;

use std::fmt::Write as _;

use serde::Serialize;
use url::Url;

use super::RenderError;
use super::address::Root;
use super::inline::inlined;
use super::templates::Templates;
use super::view::EditionView;
use super::words::{escape_html, line, shorten};
use super::wrap::tidy;
use crate::model::edition::Edition;

/// For whom an edition is rendered, and where its links lead.
#[derive(Debug, Clone, Copy, Default)]
pub struct Audience<'a> {
    /// Where the pages are; `None`: no permalinks, no calendar files.
    pub base_url: Option<&'a Url>,
    /// How to leave; `None` for a copy that is mailed to nobody.
    pub unsubscribe: Option<Unsubscribe<'a>>,
    pub postal_address: Option<&'a str>,
    /// The address that the mail comes from.
    pub sender: Option<&'a str>,
    /// A mail address that people read.
    pub contact: Option<&'a str>,
}

/// How a recipient leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsubscribe<'a> {
    /// By a link of their own, which [`Rendered::for_recipient`] fills in.
    Link,
    /// By a mail to this address.
    Mail(&'a str),
}

/// The parts of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line of at most 78 characters.
    pub subject: String,
    /// A complete document, its styles inlined.
    pub html: String,
    /// In lines of at most 78 characters, addresses excepted.
    pub text: String,
}

/// What stands for the recipient's link until it is known. Private-use characters: no cleaned text can hold them.
const PLACEHOLDER: &str = "\u{e000}unsubscribe\u{e001}";

/// Renders the mail of an edition and inlines its styles.
///
/// The unsubscribe link of [`Unsubscribe::Link`] is a placeholder in both parts. HTML that would be too large is
/// shortened from its last lines on, and says where the whole edition is.
///
/// # Errors
/// [`RenderError::Template`] or [`RenderError::Inline`]: with the embedded templates neither happens.
pub fn email(edition: &Edition, audience: &Audience<'_>, templates: &Templates) -> Result<Rendered, RenderError> {
    let whole = fill(edition, audience, templates, false)?;
    fit::within(edition, whole, |shorter| fill(shorter, audience, templates, true))
}

impl Rendered {
    /// The mail of one recipient, whose own link stands wherever the placeholder stood.
    #[must_use]
    pub fn for_recipient(&self, unsubscribe: &str) -> Self {
        Self {
            subject: self.subject.clone(),
            html: self.html.replace(PLACEHOLDER, &escape_html(unsubscribe)),
            text: self.text.replace(PLACEHOLDER, unsubscribe),
        }
    }
}

#[derive(Serialize)]
struct Values<'a> {
    edition: &'a EditionView,
    /// Ready for a link: the placeholder, or `mailto:`.
    unsubscribe: Option<String>,
    sender: Option<String>,
    contact: Option<Contact>,
    postal_address: Option<String>,
    shortened: bool,
}

#[derive(Serialize)]
struct Contact {
    address: String,
    url: String,
}

fn fill(
    edition: &Edition,
    audience: &Audience<'_>,
    templates: &Templates,
    shortened: bool,
) -> Result<Rendered, RenderError> {
    let root = audience.base_url.map(Root::absolute);
    let values = Values {
        edition: &EditionView::new(edition, root.as_ref()),
        unsubscribe: audience.unsubscribe.map(|how| match how {
            Unsubscribe::Link => PLACEHOLDER.to_owned(),
            Unsubscribe::Mail(address) => format!("{}?subject=unsubscribe", mailto(address)),
        }),
        sender: audience.sender.map(|address| line(address, 120)),
        contact: audience.contact.map(|address| Contact { address: line(address, 120), url: mailto(address) }),
        postal_address: audience.postal_address.map(|text| line(&text.replace('\n', ", "), 300)),
        shortened,
    };
    let html = templates.render("email/edition/body.html", &values)?;
    Ok(Rendered {
        subject: subject(&templates.render("email/edition/subject.txt", &values)?, &edition.title),
        html: inlined("email/edition/body.html", &html)?,
        text: tidy(&templates.render("email/edition/body.txt", &values)?),
    })
}

/// One line of at most 78 characters. A headline that begins like a reply would pass for one: the title goes first.
fn subject(text: &str, title: &str) -> String {
    let text = line(text, 500);
    let lower = text.to_lowercase();
    let fake = ["re:", "fw:", "fwd:", "aw:"].iter().any(|start| lower.starts_with(start));
    shorten(&if fake { format!("{}: {text}", line(title, 40)) } else { text }, 78)
}

/// `mailto:` with everything but the plain characters of an address encoded.
pub(super) fn mailto(address: &str) -> String {
    let mut out = String::from("mailto:");
    for byte in address.trim().bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;
    use crate::render::sample::{quiet_edition, sample_edition};

    fn base() -> Url {
        Url::parse("https://digest.example.org").unwrap()
    }

    fn audience(base: &Url) -> Audience<'_> {
        Audience {
            base_url: Some(base),
            unsubscribe: Some(Unsubscribe::Link),
            postal_address: Some("Ferry Media, Deichstrasse 9\n20459 Hamburg"),
            sender: Some("weekly@example.org"),
            contact: Some("weekly@example.org"),
        }
    }

    fn full() -> Rendered {
        email(&sample_edition(), &audience(&base()), &Templates::embedded()).unwrap()
    }

    fn links(html: &str) -> BTreeSet<String> {
        let href = Regex::new(r#"href="([^"]+)""#).unwrap();
        href.captures_iter(html).map(|found| found[1].replace("&amp;", "&")).collect()
    }

    fn words(text: &str) -> BTreeSet<String> {
        Regex::new(r"\w{4,}").unwrap().find_iter(&text.to_lowercase()).map(|word| word.as_str().to_owned()).collect()
    }

    #[test]
    fn the_text_holds_every_link_and_the_words() {
        let mail = full().for_recipient("https://digest.example.org/unsubscribe/t0ken");
        for link in links(&mail.html) {
            assert!(mail.text.contains(&link), "{link}");
        }
        let body = mail.html.split_once("<body").unwrap().1;
        let tags = Regex::new("<[^>]+>").unwrap();
        let html = words(&tags.replace_all(body, " ").replace("&amp;", "&"));
        let text = words(&mail.text);
        assert!(html.intersection(&text).count() * 10 >= html.len() * 9);
        assert!(mail.text.lines().all(|line| line.chars().count() <= 78 || line.contains("://")), "{}", mail.text);
    }

    #[test]
    fn nothing_foreign_becomes_markup_or_a_wrong_link() {
        let mail = full().for_recipient("https://digest.example.org/unsubscribe/t0ken");
        for bad in ["<script", "<b>", "alert(1)<", "javascript:", "\u{202e}", "<form", "<img", "<iframe", "src="] {
            assert!(!mail.html.contains(bad), "{bad}");
        }
        for link in links(&mail.html) {
            assert!(link.starts_with("https://") || link == "mailto:weekly@example.org", "{link}");
        }
        assert!(!mail.html.contains("font-size:0") && !mail.html.contains("Ten clouds"));
    }

    #[test]
    fn each_recipient_gets_their_own_link_in_both_parts() {
        let mail = full().for_recipient("https://digest.example.org/unsubscribe/a?b=1&c=\"");
        assert!(mail.html.contains("href=\"https://digest.example.org/unsubscribe/a?b=1&amp;c=&quot;\""));
        assert!(mail.text.contains("https://digest.example.org/unsubscribe/a?b=1&c=\""));
        for part in [&mail.html, &mail.text] {
            assert!(!part.contains(['\u{e000}', '\u{e001}']));
        }
    }

    #[test]
    fn without_pages_one_leaves_by_mail_and_no_link_leads_nowhere() {
        let bare = Audience { unsubscribe: Some(Unsubscribe::Mail("leave+x@example.org")), ..Audience::default() };
        let mail = email(&sample_edition(), &bare, &Templates::embedded()).unwrap();
        assert!(mail.html.contains("mailto:leave+x@example.org?subject=unsubscribe"));
        assert!(mail.text.contains("mailto:leave+x@example.org?subject=unsubscribe"));
        for gone in ["digest.example.org", "Permalink", "add to calendar", "read on the web", "Forwarded"] {
            assert!(!mail.html.contains(gone) && !mail.text.contains(gone), "{gone}");
        }
    }

    #[test]
    fn a_quiet_week_is_a_short_mail_without_empty_headings() {
        let mail = email(&quiet_edition(), &audience(&base()), &Templates::embedded()).unwrap();
        for heading in
            ["Trends", "By topic", "Outside", "For your team", "Meet", "Talk about", "Also:", "Correction to"]
        {
            assert!(!mail.html.contains(&format!(">{heading}")), "{heading}");
            assert!(!mail.text.contains(&heading.to_uppercase()), "{heading}");
        }
        assert!(mail.html.len() < 10_000, "{}", mail.html.len());
    }

    #[test]
    fn a_subject_is_one_short_line_and_no_reply() {
        assert_eq!(subject("Re: your invoice\n", "Ferry"), "Ferry: Re: your invoice");
        assert_eq!(subject("a\r\nBcc: x@y.org", "Ferry"), "a Bcc: x@y.org");
        assert!(subject(&"long word ".repeat(20), "Ferry").chars().count() <= 78);
        assert_eq!(mailto("a b\"?x&y@c.org"), "mailto:a%20b%22%3Fx%26y@c.org");
    }

    #[test]
    fn the_same_edition_gives_the_same_bytes() {
        assert_eq!(full(), full());
    }
}
