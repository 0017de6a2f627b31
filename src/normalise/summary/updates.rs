//! What a status page says of an incident: its updates, the newest first. The last word is that it is over; an earlier
//! one says what it was.

use std::sync::LazyLock;

use regex::Regex;

use super::lead::MONTH;
use crate::text;

#[allow(clippy::expect_used, reason = "constant patterns; a test compiles them all")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"\b(?:Resolved|Monitoring|Identified|Update|Investigating|Completed|Scheduled|In progress|Verifying|Post-?mortem) [-–—] ",
    )
});

/// The first line of pages that show an incident's last word alone: "Status: Resolved".
static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^Status ?: (?:Resolved|Monitoring|Identified|Update|Investigating|Completed|Scheduled|In [Pp]rogress|Verifying|Maintenance|Fixed|Watching|Post-?mortem|Closed|Open)\b[.;]?\s+",
    )
});

/// What stands between the text of an update and the label of the next, or before the first.
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    let day = format!("{MONTH} [0-9]{{1,2}},?(?: [0-9]{{4}},?)?");
    let hour = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?(?: [A-Z]{3,4}(?:[+-][0-9]{1,2})?)?";
    regex(&format!(
        r"(?:^|\s)(?:THIS IS A SCHEDULED EVENT {day},? {hour}(?: ?[-–—] (?:{day},? )?{hour})?\s*[.:—–-]?\s*)?(?:{day},? {hour}\s*[.:—–-]?\s*)?$"
    ))
});

/// Sentences that every incident has.
static STOCK: LazyLock<Regex> = LazyLock::new(|| {
    let it = "(?:(?:this|the) (?:\\w+ )?(?:incident|issue|problem|maintenance|outage)|it)";
    regex(&format!(
        r"(?i)^(?:{it} (?:has been|is|was) (?:now |fully |completely )*(?:resolved|completed|fixed|mitigated|over)(?: and [^.]{{1,60}})?|thank(?:s| you) for your (?:patience|understanding)\b.*|we (?:sincerely )?apologi[sz]e\b.*|sorry for\b.*|(?:a|the) (?:fix|mitigation) (?:has been|is|was) (?:now )?(?:implemented|deployed|applied|being (?:implemented|deployed|applied))(?: and we(?: are|'re|’re) (?:currently |now )?monitoring\b[^.]*)?|we(?: are|'re|’re) (?:currently |still |now |continuing to )*(?:investigat\w+|monitor\w*|work(?:ing)?)(?: on)? (?:this|the|a|any|for any)(?: \w+)? ?(?:issues?|results|situation|fix|fix for this issue|incident|problem|solution|further issues|reports?)?|{it} has been identified(?: and (?:a fix|we)[^.]*)?|we (?:will|'ll|’ll) (?:provide|share|post|update|continue|keep|follow)\b.*|(?:more|further|a) (?:details|updates?|information|root cause analysis)\b[^.]* will\b.*|scheduled maintenance is (?:currently |now )?in progress|all (?:systems|services) (?:are )?(?:now )?(?:operational|operating normally|back to normal))[.!]?$"
    ))
});

/// What tells why.
static CAUSE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:caused|cause[sd]? by|due to|because|root cause|as a result of|resulting from|result of|triggered|traced|led to|misconfigur\w+|(?:configuration|code|network|routing|dns) change|deploy(?:ment|ed)?|bug|regression|expired|exhaust\w+|saturat\w+|overload\w*|fail(?:ed|ure|over)|crash\w*|power|fib(?:re|er)|rolled? ?back|rolling (?:it|this|the \w+) back)\b",
    )
});

/// Where a status page says that something was planned.
static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:Type ?: Maintenance\b|Status ?: (?:Scheduled|Maintenance|In [Pp]rogress|Completed|Verifying)\b|(?:Completed|Scheduled|In progress|Verifying) [-–—] $)",
    )
});

/// Of one incident.
const MOST: usize = 40;

/// In bytes, above the first update.
const FORM_BYTES: usize = 600;

/// In bytes, before a label.
const STAMP_BYTES: usize = 120;

/// The update of an incident that tells its cause, else the newest that tells anything, from its first sentence that
/// does; `None` where `text` is not a list of updates.
pub(super) fn telling(text: &str) -> Option<&str> {
    let text = below_form(text);
    if let Some(status) = STATUS.find(text) {
        let told = text.get(status.end()..)?;
        return Some(told_first(told)).filter(|told| told.starts_with(char::is_uppercase));
    }
    label(text)?;
    let labels: Vec<_> =
        LABEL.find_iter(text).take(MOST).filter(|found| stamp(text, found.start()).is_some()).collect();
    let updates = labels.iter().enumerate().filter_map(|(at, label)| {
        let end = labels.get(at + 1).map_or(Some(text.len()), |next| stamp(text, next.start()))?;
        Some(text.get(label.end()..end)?.trim())
    });
    let updates: Vec<&str> = updates.collect();
    let told: Vec<&str> = updates.iter().map(|update| behind_stock(update)).filter(|told| !told.is_empty()).collect();
    let cause = told.iter().find(|told| CAUSE.is_match(told));
    cause.or(told.first()).or(updates.first()).copied()
}

/// "Resolved - " or "Status: Resolved", where `text` begins with that and tells of an incident: it says of what kind the
/// text is.
pub(super) fn label(text: &str) -> Option<&str> {
    let text = below_form(text);
    if let Some(status) = STATUS.find(text) {
        return Some(status.as_str());
    }
    let near = text.get(..text.floor_char_boundary(2 * STAMP_BYTES))?;
    let first = LABEL.find(near)?;
    (stamp(text, first.start())? == 0).then_some(first.as_str())
}

/// Whether a text is a service's word of work that it has planned. Elsewhere than on a status page only the stamps of one
/// are believed.
pub(in crate::normalise) fn is_maintenance(text: &str, on_status_page: bool) -> bool {
    let labelled = || label(text).filter(|label| on_status_page || !text.starts_with(label));
    text.starts_with("THIS IS A SCHEDULED EVENT ")
        || (on_status_page && PLANNED.is_match(text))
        || labelled().is_some_and(|label| PLANNED.is_match(label))
}

/// `text` without the form that some pages put above their updates: "Type: Incident Duration: 4 hours Affected …".
fn below_form(text: &str) -> &str {
    if !text.starts_with("Type: ") {
        return text;
    }
    let near = text.get(..text.floor_char_boundary(FORM_BYTES)).unwrap_or_default();
    let first = LABEL.find_iter(near).find_map(|label| stamp(text, label.start()));
    first.and_then(|begins| text.get(begins..)).map_or(text, str::trim_start)
}

/// Where the stamp before the label at `at` begins. A label within a sentence has none.
fn stamp(text: &str, at: usize) -> Option<usize> {
    let from = text.floor_char_boundary(at.saturating_sub(STAMP_BYTES));
    let before = text.get(from..at)?;
    let found = STAMP.find(before)?;
    let alone = found.as_str().trim().is_empty();
    let begins = from + found.start();
    (begins == 0 || !alone).then_some(begins)
}

/// An update from its first sentence that tells anything; all of it where none does.
fn told_first(update: &str) -> &str {
    Some(behind_stock(update)).filter(|told| !told.is_empty()).unwrap_or_else(|| update.trim())
}

fn behind_stock(update: &str) -> &str {
    let mut rest = update;
    for sentence in text::sentences(update) {
        if !STOCK.is_match(sentence.trim()) {
            break;
        }
        rest = rest.get(sentence.len()..).unwrap_or_default();
    }
    rest.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_update_that_tells_the_cause_is_told() {
        let cause = "A configuration change in our load balancers dropped 8% of requests. We are rolling it back.";
        let over = "This incident has been resolved. Thank you for your patience and understanding as we addressed this issue.";
        let begun = "We are investigating reports of slow logins in Europe.";
        for (text, told) in [
            (format!("Nov 27, 16:40 UTC Resolved - {over} Nov 27, 15:10 UTC Identified - {cause} Nov 27, 14:02 UTC Investigating - {begun}"), cause),
            (format!("Nov 27, 16:40 UTC Resolved - {over} Nov 27, 14:02 UTC Investigating - {begun}"), begun),
            (format!("Nov 27, 16:40 UTC Resolved - {over}"), over),
            (
                "Nov 24, 05:00 UTC Resolved - This incident has been resolved. Webhooks were late for 50 minutes.".to_owned(),
                "Webhooks were late for 50 minutes.",
            ),
            (
                "THIS IS A SCHEDULED EVENT Dec 3, 02:00 - 04:00 UTC — Nov 25, 09:00 UTC Scheduled - Pushes will be read-only."
                    .to_owned(),
                "Pushes will be read-only.",
            ),
            (
                "Nov 27, 16:40 UTC Update - Logins work again. Nov 27, 15:10 UTC Monitoring - A fix has been implemented and \
                 we are monitoring the results."
                    .to_owned(),
                "Logins work again.",
            ),
            (format!("Status: Identified {cause}"), cause),
            (
                format!("Type: Incident Duration: 4 hours and 31 minutes Affected Components: Builds, Runners → Linux Nov 29, \
                         14:12:00 GMT+0 Resolved - This incident is resolved. Nov 29, 09:50:00 GMT+0 Identified - {cause}"),
                cause,
            ),
            (format!("Status: Resolved {over} Webhooks were late."), "Webhooks were late."),
            (format!("Status: Resolved {over}"), over),
        ] {
            let found = telling(&text).unwrap();
            assert!(found.starts_with(told), "{found}");
            assert!(!found.contains("UTC"), "{found}");
        }
    }

    #[test]
    fn what_was_planned_is_told_from_what_happened() {
        for text in [
            "THIS IS A SCHEDULED EVENT Dec 3, 02:00 - 04:00 UTC Nov 25, 09:00 UTC Scheduled - Pushes will be read-only.",
            "Nov 27, 16:40 UTC Completed - The scheduled maintenance has been completed.",
            "Type: Maintenance Duration: 2 hours",
            "Status: Scheduled Sign-in will be slow.",
        ] {
            assert!(is_maintenance(text, true), "{text}");
        }
        for text in [
            "Nov 27, 16:40 UTC Resolved - This incident has been resolved.",
            "Type: Incident Duration: 4 hours",
            "Status: Resolved It is over.",
            "The work was Completed - at last.",
            "",
        ] {
            assert!(!is_maintenance(text, true), "{text}");
        }
        for (text, planned) in [
            ("Type: Maintenance release. It fixes a hole.", false),
            ("In progress - our migration taught us much.", false),
            ("Status: Completed It is done.", false),
            ("Nov 27, 16:40 UTC Completed - It is done.", true),
        ] {
            assert_eq!(is_maintenance(text, false), planned, "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_updates_is_none() {
        for text in [
            "Ferrow 4 Update - the planner learns.",
            "The queue is Monitoring - and more.",
            "Resolved: a bug.",
            "Status: Resolved",
            "Status: Open source at last.",
            "",
        ] {
            assert_eq!(telling(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_told_is_of_the_text(text in "(Nov 27, 16:40 UTC |Resolved - |Update - |Status: Resolved |This incident has been resolved\\. |A bug\\. |\\PC){0,12}") {
            if let Some(told) = telling(&text) {
                proptest::prop_assert!(text.contains(told));
            }
        }
    }
}
