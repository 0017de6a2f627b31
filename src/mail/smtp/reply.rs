//! What a server answered, in our words.

use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

use lettre::transport::smtp::{Error, response::Response};
use tokio::time::timeout;

use super::super::address::one_line;

/// Of a reply, characters that are kept.
const REPLY_MAX: usize = 500;

/// A reply: its code, and all of it as one line that begins with the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) line: String,
}

/// What came of a command.
#[derive(Debug)]
pub(super) enum Answer {
    /// 2xx or 3xx
    Positive(Reply),
    /// 4xx or 5xx
    Negative(Reply),
    /// No reply, or none that can be read: of no further use is the connection.
    Broken(String),
}

/// Waits for the answer to `what`, at most for `limit`.
pub(super) async fn answer(
    what: &str,
    limit: Duration,
    dialogue: impl Future<Output = Result<Response, Error>>,
) -> Answer {
    match timeout(limit, dialogue).await {
        Ok(result) => read(what, result),
        Err(_) => Answer::Broken(format!("no answer to {what} within {limit:?}")),
    }
}

/// Sorts what lettre returns: a negative reply comes to us as an error with the text in its source.
pub(super) fn read(what: &str, result: Result<Response, Error>) -> Answer {
    match result {
        Ok(response) => {
            let code = u16::from(response.code());
            Answer::Positive(reply(code, &response.message().collect::<Vec<_>>().join(" ")))
        }
        Err(error) => match error.status() {
            Some(code) => {
                let text = error.source().map(ToString::to_string).unwrap_or_default();
                Answer::Negative(reply(u16::from(code), &text))
            }
            None => Answer::Broken(format!("{what}: {}", trouble(&error))),
        },
    }
}

/// The enhanced status code (RFC 3463) of a reply as this module gives it, or as a server wrote it:
/// `550 5.1.1 no such user` yields `(5, 1, 1)`.
#[must_use]
pub fn enhanced_status(reply: &str) -> Option<(u8, u16, u16)> {
    let mut words = reply.split_whitespace();
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    let word = words.next()?;
    let word = if is_code(word) { words.next()? } else { word };
    let mut numbers = word.split('.');
    let class = numbers.next()?.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
    let mut number =
        || numbers.next().filter(|n| n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()))?.parse::<u16>().ok();
    let (subject, detail) = (number()?, number()?);
    numbers.next().is_none().then_some((class, subject, detail))
}

fn reply(code: u16, text: &str) -> Reply {
    Reply { code, line: shortened(&one_line(&format!("{code} {text}"))) }
}

fn trouble(error: &Error) -> String {
    let text = one_line(&error.to_string());
    // lettre's word for the end of the stream.
    if text.ends_with("incomplete response") { "the server closed the connection".to_owned() } else { shortened(&text) }
}

fn shortened(text: &str) -> String {
    text.chars().take(REPLY_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_where_they_stand() {
        assert_eq!(enhanced_status("550 5.1.1 no such user"), Some((5, 1, 1)));
        assert_eq!(enhanced_status("4.7.12 slow down"), Some((4, 7, 12)));
        for none in [
            "",
            "550",
            "550 no such user",
            "550 9.1.1 x",
            "250 127.0.0.1 x",
            "550 5.1 x",
            "550 5.1.9999 x",
            "550 5.+1.1",
        ] {
            assert_eq!(enhanced_status(none), None, "{none}");
        }
    }

    #[test]
    fn a_reply_is_one_line_of_bounded_length() {
        let long = reply(550, &"x\r\n".repeat(1000));
        assert!(long.line.starts_with("550 x x ") && long.line.len() <= REPLY_MAX);
    }
}
