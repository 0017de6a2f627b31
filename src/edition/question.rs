//! Questions to talk about with the team: of the kind that a story of that kind can truly raise.

use crate::model::id::StoryId;
use crate::model::item::Kind;

/// A question for a story of this kind; the same story always gets the same one. `None` for kinds that raise none.
pub(crate) fn question(kind: Kind, id: &StoryId) -> Option<String> {
    let variants: &[&str] = match kind {
        Kind::Release => &[
            "If we upgraded next month, which of our tests would we trust to tell us that it went well?",
            "What would we gain by upgrading this quarter, and what would we put off for it?",
            "Which default changes here, and do we know where we rely on the old one?",
            "How far behind are we, and is that a decision or an accident?",
        ],
        Kind::Advisory => &[
            "Could we say by this evening whether we run it, and where?",
            "Who would have told us about this if this digest had not?",
            "If it were in our code, how long from knowing to deployed?",
            "Which of our dependencies could do the same to us tomorrow?",
        ],
        Kind::Incident => &[
            "Which of our own alarms would have rung here, and which would have stayed silent?",
            "What is our nearest equivalent, and when did we last rehearse it?",
            "Which sentence of this report would we find hardest to write about ourselves?",
            "What did they know on the day before that we could know about ours today?",
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
            "What would we have to stop doing to try this for a month?",
            "Which part of this do we do already, and does it work?",
            "What would convince us in four weeks that it was worth it?",
        ],
        Kind::Research => &[
            "Would these findings hold for us, and what would we measure to know?",
            "If this is right, which habit of ours should change?",
        ],
        _ => return None,
    };
    Some(variant(variants, id).to_owned())
}

/// One of several wordings, by the digits of an id. `variants` must not be empty; if it is, nothing is said.
pub(crate) fn variant<'v>(variants: &[&'v str], id: &StoryId) -> &'v str {
    let digits = id.as_str().bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    variants.get(digits % variants.len().max(1)).copied().unwrap_or_default()
}
