//! The head of a security notice: who sent it between two rules, and a form that was filled in. Its text comes below.

use std::sync::LazyLock;

use regex::Regex;

use super::lead::MONTH;

/// Fields with what they may hold, so that a sentence below the last one is not taken for a value.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    let day = format!(
        "(?:{MONTH} [0-9]{{1,2}}, [0-9]{{4}}|[0-9]{{1,2}} {MONTH} [0-9]{{4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})"
    );
    let hour = r"(?:(?:,| at|T)? ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:UTC|GMT|Z))?)?";
    Regex::new(&format!(
        r"^(?:(?:Package|Source|Source package|Product|Component|Module)s? ?: [A-Za-z0-9.+:/_-]+(?:, [A-Za-z0-9.+:/_-]+)*|CVE(?:[ -]IDs?|s|[ -][Nn]umbers?)? ?: CVE-[0-9]+-[0-9]+(?:,? CVE-[0-9]+-[0-9]+)*|(?:Debian |Launchpad )?[Bb]ugs? ?: #?[0-9]+(?:,? #?[0-9]+)*|(?:Published|Updated|Modified|Last [Mm]odified|Announced|Date|Release [Dd]ate|Issued?) ?: {day}{hour}(?: \| (?:[0-9]+ \w+,? ){{1,3}}ago)?|(?:Base )?(?:Severity|Priority|Risk|Impact|CVSS(?: \S+)?(?: [Ss]core)?) ?: (?:[0-9.]+(?: \| | \(|\b) ?)?(?:(?i:critical|high|important|moderate|medium|low|none|n/a)\b\)?)?|Problem[ -][Tt]ype ?: \w+|Debian-specific ?: \w+|Hash ?: SHA[0-9]+)[.;]?(?:\s+|$)"
    ))
    .expect("a valid pattern")
});

/// The head of CISA's notices on industrial systems, as they are and as they were: a button, a form of running words.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(?:View CSAF )?1\. EXECUTIVE SUMMARY .{1,600}? 2\. RISK EVALUATION|View CSAF(?: Summary)?)\s+")
        .expect("a valid pattern")
});

/// Characters of which a rule is drawn, so many of them at least.
const RULES: [&str; 4] = ["-----", "=====", "*****", "#####"];

/// In bytes, from one rule to the next.
const BETWEEN: usize = 600;

/// More do not follow one another.
const MOST: usize = 12;

/// Fields that make a form where no rule does: one alone may begin a sentence.
const A_FORM: usize = 2;

/// `text` from below the head on; a text that is nothing else stays.
pub(super) fn behind(text: &str) -> &str {
    if let Some(found) = NUMBERED.find(text) {
        return text.get(found.end()..).filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(text);
    }
    let (mut rest, mut ruled, mut fields) = (text, false, 0);
    for _ in 0..MOST {
        if let Some(below) = below_rules(rest) {
            (rest, ruled) = (below, true);
        } else if let Some(found) = FIELD.find(rest).filter(|_| rest.starts_with(|c: char| c.is_ascii_uppercase())) {
            rest = rest.get(found.end()..).unwrap_or_default();
            fields += 1;
        } else {
            break;
        }
    }
    let text_follows = rest.contains(char::is_alphabetic) && !rest.starts_with(char::is_lowercase);
    if (ruled || fields >= A_FORM) && text_follows { rest } else { text }
}

/// What stands below what two rules enclose.
fn below_rules(text: &str) -> Option<&str> {
    let rule = RULES.iter().find(|rule| text.starts_with(**rule))?;
    let drawn = rule.chars().next()?;
    let inside = text.trim_start_matches(drawn);
    let near = inside.get(..inside.floor_char_boundary(BETWEEN))?;
    let below = inside.get(near.find(rule)?..)?;
    Some(below.trim_start_matches(drawn).trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "A flaw in the parser lets anybody read any file.";

    #[test]
    fn a_notice_begins_with_its_text() {
        for head in [
            "------------------- Debian Security Advisory DSA-6021-1 security@debian.org https://www.debian.org/security/ \
             Ann Lind ------------------- Package : openssl CVE ID : CVE-2026-45001 CVE-2026-45002 Debian Bug : 1100423 ",
            "-----BEGIN PGP SIGNED MESSAGE----- Hash: SHA512 ========== Ferrow-SA-26:07 The Ferrow Project ========== ",
            "CVE ID : CVE-2026-45117 Published : Nov. 26, 2026, 9:15 a.m. | 58 minutes ago ",
            "CVE ID : CVE-2026-45117 Published : Nov. 26, 2026, 9:15 a.m. | 1 hour, 2 minutes ago Severity: 9.8 | CRITICAL ",
            "Package: ferrow, ferrow-http Severity: High ",
            "View CSAF Summary ",
            "View CSAF 1. EXECUTIVE SUMMARY CVSS v3 9.8 ATTENTION: Exploitable remotely/low attack complexity Vendor: Lumen \
             Equipment: Lumen 5 Vulnerabilities: Use of Hard-coded Credentials 2. RISK EVALUATION ",
        ] {
            assert_eq!(behind(&format!("{head}{SENTENCE}")), SENTENCE, "{head}");
            assert_eq!(behind(head), head);
        }
    }

    #[test]
    fn what_is_no_head_stays() {
        for text in [
            "Package: ferrow is what we all use.",
            "Severity: High. It is easily used.",
            "----- A planner that learns.",
            "CVE ID : CVE-2026-45117 is the number.",
            "",
        ] {
            assert_eq!(behind(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_end_of_the_text_stays(text in "(-----|CVE ID : CVE-2026-1 |Severity: |High |Package : a |\\PC){0,12}") {
            proptest::prop_assert!(text.ends_with(behind(&text)));
        }
    }
}
