//! What an inbox shows: the subject's headline and the line beside it.

use crate::model::edition::StoryCard;
use crate::model::trend::Trend;

/// A preheader is cut by mail programs somewhere behind this many characters; parts that would not fit are left out.
const ROOM: usize = 150;

/// The lead's headline.
pub(crate) fn headline(top: &[StoryCard]) -> String {
    top.first().map_or_else(|| "A quiet week".to_owned(), |lead| lead.headline.clone())
}

/// Names the lead by its source and its reason (its headline stands beside it, in the subject), then the first
/// trend, then the next story, as far as there is room. A lead without a reason leaves its place to them.
#[must_use]
pub fn preheader(top: &[StoryCard], trends: &[Trend]) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(lead) = top.first().filter(|lead| !lead.reason.is_empty()) {
        let named = lead.reason.contains(&lead.source);
        parts.push(if named { capital(&lead.reason) } else { format!("{}: {}", lead.source, lead.reason) });
    }
    if let Some(trend) = trends.first() {
        parts.push(format!("{}: {}", capital(trend.movement.as_str()), trend.label));
    }
    if let Some(second) = top.get(1) {
        parts.push(second.headline.clone());
    }
    if parts.is_empty() {
        let alone = top.first().map(|lead| format!("From {}", lead.source));
        return alone.unwrap_or_else(|| "Nothing stood out, so this is short".to_owned());
    }
    let mut line = String::new();
    for part in parts {
        if line.is_empty() {
            line = part;
        } else if line.chars().count() + part.chars().count() + 3 <= ROOM {
            line = format!("{line} · {part}");
        }
    }
    line
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
