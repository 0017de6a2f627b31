//! Questions to talk about with the team: of the kind that a story of that kind can truly raise.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::item::Kind;

/// A question for a story of this kind and headline in edition `number`: each edition asks in other words than the
/// one before, until all have had their turn. `None` for kinds that raise none, and for a release that is none yet.
pub(crate) fn question(kind: Kind, headline: &str, number: u32) -> Option<String> {
    let unfinished = kind == Kind::Release && UNFINISHED.is_match(headline);
    let wordings = wordings(kind);
    (!unfinished && !wordings.is_empty()).then(|| turn(wordings, number).to_owned())
}

/// The wording whose turn it is in edition `number`. `wordings` must not be empty; if it is, nothing is said.
pub(crate) fn turn<'w>(wordings: &[&'w str], number: u32) -> &'w str {
    let place = usize::try_from(number).unwrap_or(0) % wordings.len().max(1);
    wordings.get(place).copied().unwrap_or_default()
}

/// "2.0 beta 1", "5.0-rc.2", "3.15.0a4", "release candidate", "this week's nightly": what nobody upgrades to.
#[allow(clippy::expect_used, reason = "a constant pattern, and a test matches with it")]
static UNFINISHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:^|[^a-z])(?:alpha|beta|rc|pre-?releases?|preview|nightly|release candidate)(?:[^a-z]|$)|\d\.\d+[ab]\d+\b",
    )
    .expect("it is valid")
});

/// An odd number of each, so that a kind that is asked about every other week gets all of them too.
fn wordings(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Release => &[
            "If we upgraded next month, which of our tests would we trust to tell us that it went well?",
            "What would we gain by upgrading this quarter, and what would we put off for it?",
            "Which default changes here, and do we know where we rely on the old one?",
            "How far behind are we, and is that a decision or an accident?",
            "Who of us would try it first, and on what that nobody would miss for a day?",
        ],
        Kind::Advisory => &[
            "Could we say by this evening whether we run it, and where?",
            "Who would have told us about this if this digest had not?",
            "If it were in our code, how long from knowing to deployed?",
            "Which of our dependencies could do the same to us tomorrow?",
            "What could it have reached in our systems, had it run there for a week unseen?",
        ],
        Kind::Incident => &[
            "Which of our own alarms would have rung here, and which would have stayed silent?",
            "What is our nearest equivalent, and when did we last rehearse it?",
            "Which sentence of this report would we find hardest to write about ourselves?",
            "What did they know on the day before that we could know about ours today?",
            "Who would we have had to wake, and would they have known where to look?",
        ],
        Kind::Deprecation => &[
            "Where do we still depend on it, and who would find out first?",
            "What is the smallest step away from it that we could take this month?",
            "If we do nothing until the last day, what breaks on that day?",
        ],
        Kind::DeepDive => &[
            "Which assumption of ours does this contradict?",
            "Where in our own system would we look to measure the same thing?",
            "Who could explain the main idea at the board in five minutes?",
        ],
        Kind::Practice => &[
            "What about our team would make this harder than it was for theirs?",
            "Which of our habits does this argue against, and what speaks for keeping it?",
            "What is the smallest version of this that we could start on Monday?",
        ],
        Kind::Research => &[
            "Would these findings hold for us, and what would we measure to know?",
            "If this is right, which habit of ours should change?",
            "What did they have to leave out to measure this, and does it matter to us?",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ASKED: [Kind; 7] = [
        Kind::Release,
        Kind::Advisory,
        Kind::Incident,
        Kind::Deprecation,
        Kind::DeepDive,
        Kind::Practice,
        Kind::Research,
    ];

    #[test]
    fn every_wording_has_its_turn_before_one_returns() {
        let mut all = BTreeSet::new();
        for kind in ASKED {
            for step in [1, 2] {
                let count = u32::try_from(wordings(kind).len()).unwrap();
                let asked: BTreeSet<String> =
                    (0..count).filter_map(|week| question(kind, "Ferrow 5.0", 7 + step * week)).collect();
                assert_eq!(asked.len(), wordings(kind).len(), "{kind:?}, every {step} weeks");
                all.extend(asked);
            }
        }
        let sum: usize = ASKED.iter().map(|kind| wordings(*kind).len()).sum();
        assert_eq!(all.len(), sum, "no wording serves two kinds");
        assert_eq!(question(Kind::Article, "Ferrow 5.0", 7), None);
    }

    #[test]
    fn nobody_is_asked_to_upgrade_to_a_beta() {
        for title in ["Quillscript 2.0 beta: please break it", "Ferrow 5.0-rc.1", "Ferrow 5.0RC1", "Python 3.15.0a4"] {
            assert_eq!(question(Kind::Release, title, 1), None, "{title}");
        }
        for title in ["Ferrow 5.0 released", "Arch 2026.11", "Alphabet 2.0", "What 1.2b is"] {
            assert!(question(Kind::Release, title, 1).is_some(), "{title}");
        }
        assert!(question(Kind::Incident, "How a beta took us down", 1).is_some());
    }
}
