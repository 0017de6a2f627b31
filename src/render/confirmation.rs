//! The mail that asks whether somebody really wants a digest.

use std::time::Duration;

use chrono_tz::Tz;
use serde::Serialize;

use super::RenderError;
use super::email::Rendered;
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
    /// The home page.
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
/// [`RenderError::Template`]: with the embedded templates it does not happen.
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
        postal_address: Option<String>,
    }
    let values = Values {
        digest: line(invitation.digest, 60),
        schedule: format!("every {} ({})", invitation.schedule, invitation.timezone),
        link: invitation.link.to_owned(),
        site: invitation.site.to_owned(),
        good_for: humantime::format_duration(invitation.good_for).to_string(),
        sender: line(invitation.sender, 120),
        contact: line(invitation.contact, 120),
        postal_address: invitation.postal_address.map(|text| line(&text.replace('\n', ", "), 300)),
    };
    Ok(Rendered {
        subject: line(&templates.render("email/confirmation/subject.txt", &values)?, 78),
        html: templates.render("email/confirmation/body.html", &values)?,
        text: tidy(&templates.render("email/confirmation/body.txt", &values)?),
    })
}
