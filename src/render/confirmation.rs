//! The mail that asks whether somebody really wants a digest.

use std::time::Duration;

use chrono_tz::Tz;
use serde::Serialize;

use super::RenderError;
use super::email::{Rendered, mailto};
use super::inline::inlined;
use super::spoken;
use super::templates::Templates;
use super::words::line;
use super::wrap::tidy;
use crate::schedule::Schedule;

/// What the mail says. Nothing in it comes from the visitor who asked.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The digest's title.
    pub digest: &'a str,
    pub schedule: Schedule,
    pub timezone: Tz,
    /// The page with the button.
    pub link: &'a str,
    /// The digest's home page.
    pub site: &'a str,
    /// How long the link works.
    pub good_for: Duration,
    pub sender: &'a str,
    pub contact: &'a str,
    pub postal_address: Option<&'a str>,
}

/// The mail, complete: its link is the reader's own.
///
/// # Errors
/// [`RenderError::Template`] or [`RenderError::Inline`]: with the embedded templates neither happens.
pub fn confirmation(invitation: &Invitation<'_>, templates: &Templates) -> Result<Rendered, RenderError> {
    #[derive(Serialize)]
    struct Values {
        digest: String,
        schedule: String,
        link: String,
        site: String,
        good_for: String,
        sender: String,
        contact: String,
        contact_url: String,
        postal_address: Option<String>,
    }
    let values = Values {
        digest: line(invitation.digest, 60),
        schedule: spoken::schedule(invitation.schedule, invitation.timezone),
        link: invitation.link.to_owned(),
        site: invitation.site.to_owned(),
        good_for: spoken::duration(invitation.good_for),
        sender: line(invitation.sender, 120),
        contact: line(invitation.contact, 120),
        contact_url: mailto(invitation.contact),
        postal_address: invitation.postal_address.map(|text| line(&text.replace('\n', ", "), 300)),
    };
    let html = templates.render("email/confirmation/body.html", &values)?;
    Ok(Rendered {
        subject: line(&templates.render("email/confirmation/subject.txt", &values)?, 78),
        html: inlined("email/confirmation/body.html", &html)?,
        text: tidy(&templates.render("email/confirmation/body.txt", &values)?),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;

    const INVITATION: Invitation<'_> = Invitation {
        digest: "Ferry & Co <weekly>",
        schedule: Schedule { weekday: chrono::Weekday::Fri, time: chrono::NaiveTime::MIN },
        timezone: Tz::Europe__Berlin,
        link: "https://digest.example.org/confirm/t0ken",
        site: "https://digest.example.org/?digest=ferry",
        good_for: Duration::from_hours(72),
        sender: "weekly@example.org",
        contact: "editors@example.org",
        postal_address: Some("Ferry Media, Deichstrasse 9\n20459 Hamburg"),
    };

    fn mail() -> Rendered {
        confirmation(&INVITATION, &Templates::embedded()).unwrap()
    }

    /// The words that a reader sees.
    fn words(html: &str) -> BTreeSet<String> {
        let body = Regex::new("(?s)^.*<body[^>]*>").unwrap().replace(html, " ");
        let text = Regex::new("<[^>]+>").unwrap().replace_all(&body, " ").replace("&amp;", "&");
        Regex::new(r"\w{3,}").unwrap().find_iter(&text.to_lowercase()).map(|word| word.as_str().to_owned()).collect()
    }

    #[test]
    fn both_parts_say_the_same() {
        let mail = mail();
        let text = words(&mail.text);
        let only_html: Vec<String> = words(&mail.html).into_iter().filter(|word| !text.contains(word)).collect();
        assert!(only_html.is_empty(), "{only_html:?}");
        for link in [INVITATION.link, INVITATION.site] {
            assert!(mail.text.lines().any(|line| line == link) && mail.html.contains(&format!("href=\"{link}\"")));
        }
        for told in ["every Friday at 00:00, Berlin time", "three days", "Ferry Media, Deichstrasse 9, 20459 Hamburg"] {
            assert!(mail.html.contains(told) && mail.text.replace('\n', " ").contains(told), "{told}");
        }
        assert!(mail.text.lines().all(|line| line.chars().count() <= 78), "{}", mail.text);
    }

    #[test]
    fn the_title_of_a_digest_is_text_and_never_markup() {
        let mail = mail();
        assert_eq!(mail.subject, "Please confirm your subscription to Ferry & Co <weekly>");
        assert!(mail.html.contains("Ferry &amp; Co &lt;weekly&gt;") && !mail.html.contains("<weekly>"));
        assert!(mail.text.contains("Ferry & Co <weekly>"));
    }

    #[test]
    fn the_button_is_large_enough_for_a_thumb_without_a_style_sheet() {
        let html = mail().html;
        let button = html.split("<a ").find(|tag| tag.contains("Confirm the subscription")).unwrap();
        // 13 px above and below a line of 24 px.
        assert!(
            button.contains("13px 28px") && button.contains("17px/24px") && button.contains("inline-block"),
            "{button}"
        );
    }
}
