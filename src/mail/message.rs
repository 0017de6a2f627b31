//! The message: everything that is known of one letter, as the bytes that go over the wire.
//!
//! The same letter yields the same bytes, so that a letter sent twice is recognised as one.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Utc};

use super::address::{Address, Mailbox, is_domain, is_dot_atom};
use crate::model::id::content_hash;
use header::Header;

mod header;
pub mod quoted_printable;

/// A header line with `List-Unsubscribe: <…>,` before it stays within RFC 5322's 998.
const URI_MAX: usize = 900;

/// One letter to one reader.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub from: &'a Mailbox,
    pub reply_to: Option<&'a Mailbox>,
    pub to: &'a Address,
    /// Any text; it becomes one line.
    pub subject: &'a str,
    /// The plain text part, its own writing and not converted HTML.
    pub text: &'a str,
    pub html: &'a str,
    /// When the letter was first composed; the same at every attempt.
    pub date: DateTime<Utc>,
    /// `local@domain` without angle brackets, see [`message_id`]; the same at every attempt.
    pub message_id: &'a str,
    /// `None` for a letter that is part of no list, such as a confirmation.
    pub list: Option<ListHeaders<'a>>,
}

/// The list that a letter is part of (RFC 2369, 2919, 8058).
#[derive(Debug, Clone, Copy)]
pub struct ListHeaders<'a> {
    /// `weekly.digest.example.org`: dotted, within a domain of ours, never changed.
    pub id: &'a str,
    /// The list's name for a reader.
    pub title: &'a str,
    /// Where a POST unsubscribes at once. RFC 8058 wants https; an `http://` address (a trial on this machine) is
    /// given as a link only, without the one-click header.
    pub unsubscribe_https: Option<&'a str>,
    /// `mailto:…`
    pub unsubscribe_mailto: Option<&'a str>,
    /// The web page of all editions.
    pub archive: Option<&'a str>,
}

/// Why a letter cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("the letter has no subject: give it one")]
    NoSubject,
    #[error("`{0}` is not a message id: it is written local@domain, without angle brackets")]
    MessageId(String),
    #[error("the year {0} does not fit a mail's date: it lies between 1900 and 9999")]
    Date(i32),
    #[error("`{0}` is not a list id: it is written like a domain name, weekly.digest.example.org")]
    ListId(String),
    #[error(
        "`{uri}` cannot stand in {field}: it must begin with {scheme}, be ASCII without spaces, `<`, `>` or `,`, and shorter than 900 characters"
    )]
    Uri { field: &'static str, scheme: &'static str, uri: String },
}

/// The letter as an RFC 5322 message: CRLF, all ASCII, header lines folded at 78 where they can be and never over
/// 998, `multipart/alternative` with the text before the HTML, both quoted-printable in UTF-8. No value can add or
/// end a header field.
///
/// `Auto-Submitted: auto-generated` (RFC 3834 §5) keeps holiday replies away; `List-Post: NO` (RFC 2369 §3.4) says
/// that nobody writes to the list. `Precedence` is left out: no standard has it.
///
/// # Errors
/// [`MessageError`] when a value cannot be written in its field without altering it.
pub fn compose(letter: &Letter<'_>) -> Result<Vec<u8>, MessageError> {
    let mut head = Header::default();
    head.mailbox("From", letter.from);
    if let Some(reply_to) = letter.reply_to {
        head.mailbox("Reply-To", reply_to);
    }
    head.field("To", &[letter.to.as_str()]);
    if letter.subject.chars().all(|c| c.is_whitespace() || c.is_control()) {
        return Err(MessageError::NoSubject);
    }
    head.text("Subject", letter.subject);
    head.field("Date", &[date(letter.date)?]);
    head.field("Message-ID", &[format!("<{}>", checked_message_id(letter.message_id)?)]);
    if let Some(list) = &letter.list {
        list_fields(&mut head, list)?;
    }
    head.field("Auto-Submitted", &["auto-generated"]);
    head.field("MIME-Version", &["1.0"]);
    // `=_` cannot occur in quoted-printable text (RFC 2045 §6.7).
    let boundary = format!("=_{}", content_hash(&[letter.message_id, letter.text, letter.html]));
    head.field("Content-Type", &["multipart/alternative;", &format!("boundary=\"{boundary}\"")]);

    let mut message = head.into_string();
    for (kind, body) in [("text/plain;", letter.text), ("text/html;", letter.html)] {
        let mut part = Header::default();
        part.field("Content-Type", &[kind, "charset=utf-8"]);
        part.field("Content-Transfer-Encoding", &["quoted-printable"]);
        let _ = write!(message, "\r\n--{boundary}\r\n{}\r\n", part.into_string());
        message.push_str(&quoted_printable::encode(body));
    }
    let _ = write!(message, "\r\n--{boundary}--\r\n");
    Ok(message.into_bytes())
}

/// A message id that the same parts (edition, subscriber, …) always yield: `1f0c…@example.org`. It tells nothing of
/// the machine; `domain` is that of the sender's address.
#[must_use]
pub fn message_id(domain: &str, parts: &[&str]) -> String {
    format!("{}@{domain}", content_hash(parts))
}

fn date(date: DateTime<Utc>) -> Result<String, MessageError> {
    if !(1900..=9999).contains(&date.year()) {
        return Err(MessageError::Date(date.year()));
    }
    Ok(date.format("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

fn checked_message_id(id: &str) -> Result<&str, MessageError> {
    let sound =
        id.len() <= 250 && id.split_once('@').is_some_and(|(local, domain)| is_dot_atom(local) && is_domain(domain));
    if sound { Ok(id) } else { Err(MessageError::MessageId(id.to_owned())) }
}

fn list_fields(head: &mut Header, list: &ListHeaders<'_>) -> Result<(), MessageError> {
    if !is_dot_atom(list.id) || list.id.len() > 255 || !list.id.contains('.') {
        return Err(MessageError::ListId(list.id.to_owned()));
    }
    head.phrase("List-Id", list.title, list.id);
    let web = list.unsubscribe_https.map(|uri| web_uri("List-Unsubscribe", uri)).transpose()?;
    let mailto = list.unsubscribe_mailto.map(|uri| checked_uri("List-Unsubscribe", &["mailto:"], uri)).transpose()?;
    let ways: Vec<String> = web.iter().chain(&mailto).map(|uri| format!("<{uri}>")).collect();
    if let Some((last, others)) = ways.split_last() {
        let words: Vec<String> = others.iter().map(|way| format!("{way},")).chain([last.clone()]).collect();
        head.field("List-Unsubscribe", &words);
    }
    if web.is_some_and(|uri| uri.starts_with("https://")) {
        head.field("List-Unsubscribe-Post", &["List-Unsubscribe=One-Click"]);
    }
    if let Some(uri) = list.archive {
        head.field("List-Archive", &[format!("<{}>", web_uri("List-Archive", uri)?)]);
    }
    head.field("List-Post", &["NO"]);
    Ok(())
}

fn web_uri<'a>(field: &'static str, uri: &'a str) -> Result<&'a str, MessageError> {
    checked_uri(field, &["https://", "http://"], uri)
}

fn checked_uri<'a>(field: &'static str, schemes: &[&'static str], uri: &'a str) -> Result<&'a str, MessageError> {
    let sound = schemes.iter().any(|scheme| uri.starts_with(scheme))
        && uri.len() <= URI_MAX
        && uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b));
    let scheme = schemes.first().copied().unwrap_or_default();
    if sound { Ok(uri) } else { Err(MessageError::Uri { field, scheme, uri: uri.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = r#"From: Weekly digest <digest@example.org>
To: reader@example.net
Subject: Week 47
Date: Fri, 20 Nov 2026 07:00:00 +0000
Message-ID: <1f0c@example.org>
List-Id: Weekly digest <weekly.digest.example.org>
List-Unsubscribe: <https://digest.example.org/u/abc>,
 <mailto:leave@example.org?subject=abc>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Archive: <https://digest.example.org/>
List-Post: NO
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_285dd4cb25233d1f"

--=_285dd4cb25233d1f
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello
=2E
bye

--=_285dd4cb25233d1f
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html lang=3D"en"><head><title>T</title></head><body>=E2=80=A6</body></html>
--=_285dd4cb25233d1f--
"#;
    static FROM: LazyLock<Mailbox> = LazyLock::new(|| Mailbox::parse("Weekly digest <digest@example.org>").unwrap());
    static TO: LazyLock<Address> = LazyLock::new(|| Address::parse("reader@example.net").unwrap());
    const HTML: &str = "<html lang=\"en\"><head><title>T</title></head><body>…</body></html>";

    fn with<'a>(change: impl FnOnce(&mut Letter<'a>)) -> Result<String, MessageError> {
        let mut letter = Letter {
            from: &FROM,
            reply_to: None,
            to: &TO,
            subject: "Week 47",
            text: "Hello\n.\nbye\n",
            html: HTML,
            date: Utc.with_ymd_and_hms(2026, 11, 20, 7, 0, 0).unwrap(),
            message_id: "1f0c@example.org",
            list: Some(ListHeaders {
                id: "weekly.digest.example.org",
                title: "Weekly digest",
                unsubscribe_https: Some("https://digest.example.org/u/abc"),
                unsubscribe_mailto: Some("mailto:leave@example.org?subject=abc"),
                archive: Some("https://digest.example.org/"),
            }),
        };
        change(&mut letter);
        compose(&letter).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_letter_is_a_whole_message() {
        assert_eq!(with(|_| ()).unwrap().replace("\r\n", "\n"), WHOLE);
    }

    #[test]
    fn the_same_letter_is_the_same_bytes() {
        assert_eq!(with(|_| ()), with(|_| ()));
        assert_ne!(with(|_| ()), with(|letter| letter.text = "Hello\n.\nbye"));
    }

    #[test]
    fn one_click_needs_https() {
        let plain = with(|l| l.list.as_mut().unwrap().unsubscribe_https = Some("http://127.0.0.1:8080/u/abc")).unwrap();
        assert!(
            plain.contains("List-Unsubscribe: <http://127.0.0.1:8080/u/abc>,\r\n <mailto:")
                && !plain.contains("One-Click")
        );
        let mail = with(|l| l.list.as_mut().unwrap().unsubscribe_https = None).unwrap();
        assert!(
            mail.contains("List-Unsubscribe: <mailto:leave@example.org?subject=abc>\r\n")
                && !mail.contains("One-Click")
        );
        assert!(!with(|l| l.list = None).unwrap().contains("List-"));
    }

    #[test]
    fn a_value_that_would_break_the_header_is_refused() {
        type Change = fn(&mut Letter<'_>);
        let changes: [Change; 8] = [
            |l| l.subject = " \r\n",
            |l| l.message_id = "<a@example.org>",
            |l| l.message_id = "a@example.org\r\nBcc: x",
            |l| l.list.as_mut().unwrap().id = "a.b>\r\nBcc: x",
            |l| l.list.as_mut().unwrap().unsubscribe_https = Some("https://x.example/>\r\nBcc: x"),
            |l| l.list.as_mut().unwrap().unsubscribe_mailto = Some("https://x.example/"),
            |l| l.list.as_mut().unwrap().archive = Some("javascript:alert(1)"),
            |l| l.date = Utc.with_ymd_and_hms(10_000, 1, 1, 0, 0, 0).unwrap(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(with(change).is_err(), "{number}");
        }
    }

    #[test]
    fn a_message_id_depends_on_its_parts_alone() {
        assert_eq!(message_id("example.org", &["e1", "s1"]), message_id("example.org", &["e1", "s1"]));
        assert_ne!(message_id("example.org", &["e1", "s1"]), message_id("example.org", &["e1s", "1"]));
    }

    proptest! {
        #[test]
        fn nothing_that_a_feed_says_changes_the_structure(subject in "a(\\PC|[\r\n:]){0,90}", text in "(\\PC|[\r\n.=-]){0,200}") {
            let message = with(|l| { l.subject = &subject; l.text = &text; l.html = &text; }).unwrap();
            let (head, body) = message.split_once("\r\n\r\n").unwrap();
            let names: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
            prop_assert_eq!(names, ["From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe",
                "List-Unsubscribe-Post", "List-Archive", "List-Post", "Auto-Submitted", "MIME-Version", "Content-Type"]);
            prop_assert_eq!(body.matches("\r\n--=_").count() + usize::from(body.starts_with("--=_")), 3);
            prop_assert!(message.is_ascii() && !message.replace("\r\n", "").contains(['\r', '\n']));
            prop_assert!(message.split("\r\n").all(|line| line.len() <= 78));
        }
    }
}
