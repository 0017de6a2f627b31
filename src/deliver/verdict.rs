//! What a mail server's answer means, and when to try again.

use std::sync::LazyLock;

use regex::Regex;

use crate::mail::smtp::enhanced_status;
use crate::store::deliveries::Claimed;

#[expect(clippy::expect_used, reason = "a constant pattern, and a test uses it")]
static ANY_ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\s<>()]+@[^\s<>()]+").expect("a pattern"));

/// Whether a refusal is of us rather than of this reader: authentication, or the sender's address (RFC 4954 §6,
/// RFC 3463 §3.2).
pub(super) fn is_our_fault(code: u16, reply: &str) -> bool {
    matches!(code, 530 | 534 | 535 | 538) || matches!(enhanced_status(reply), Some((5, 1, 7 | 8)))
}

/// Whether there is no such mailbox (RFC 3463 §3.2): mailing it again would only harm our name.
pub(super) fn is_no_mailbox(reply: &str) -> bool {
    enhanced_status(reply) == Some((5, 1, 1))
}

/// Whether the server wants less from us, for reasons that are not this letter's (RFC 5321 §4.2.1, RFC 3463 §3.8).
pub(super) fn asks_for_patience(code: u16, reply: &str) -> bool {
    code == 421 || matches!(enhanced_status(reply), Some((4, 7, _)))
}

/// A server's words without the reader's address, which stands in no log and goes with its reader, nor any other: mail
/// may be passed on.
pub(super) fn without_address(reply: &str, address: &str) -> String {
    match regex::RegexBuilder::new(&regex::escape(address)).case_insensitive(true).build() {
        Ok(found) => ANY_ADDRESS.replace_all(&found.replace_all(reply, "(the reader)"), "(an address)").into_owned(),
        Err(_) => "(the server's words are left out)".to_owned(),
    }
}

/// 5 minutes, doubling up to 4 hours, spread by the delivery's id so that retries do not come in one crowd.
pub(super) fn back_off(delivery: &Claimed) -> chrono::Duration {
    let doublings = u32::try_from(delivery.attempts.clamp(1, 7) - 1).unwrap_or(0);
    let minutes = (5_i64 << doublings).min(240);
    chrono::Duration::minutes(minutes) + chrono::Duration::seconds(delivery.id.rem_euclid(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_us_are_told_from_those_of_a_reader() {
        assert!(is_our_fault(535, "535 5.7.8 no") && is_our_fault(550, "550 5.1.8 bad sender"));
        assert!(!is_our_fault(550, "550 5.1.1 unknown") && is_no_mailbox("550 5.1.1 unknown"));
        assert!(asks_for_patience(421, "421 later") && asks_for_patience(450, "450 4.7.1 greylisted"));
        assert!(!asks_for_patience(450, "450 4.2.0 mailbox busy"));
    }

    #[test]
    fn no_address_is_left_in_a_reply() {
        let told = without_address("550 <Ada@example.org> forwards to <ada@private.example>", "ada@example.org");
        assert_eq!(told, "550 <(the reader)> forwards to <(an address)>");
    }
}
