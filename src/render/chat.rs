//! An edition as text to paste into Slack or Teams: plain words and bare addresses, which both make links of.

use std::fmt::Write as _;

use url::Url;

use super::address::Root;
use super::view::{EditionView, EventView, numbered};
use crate::model::edition::Edition;

/// As many characters as one message of either takes.
const LIMIT: usize = 3800;

/// The short form of an edition: trends, top stories, questions, what product should know, the next events.
///
/// Blocks from the end on are left out when the message would grow beyond what a chat takes; the last line says
/// where the rest is, when there is a `base`.
#[must_use]
pub fn chat(edition: &Edition, base: Option<&Url>) -> String {
    let root = base.map(Root::absolute);
    let view = EditionView::new(edition, root.as_ref());
    let end = view.links.as_ref().map(|links| format!("The whole edition: {}\n", links.web)).unwrap_or_default();
    let mut out = String::new();
    for block in blocks(&view) {
        let block = quiet(&block);
        if out.chars().count() + block.chars().count() + end.chars().count() + 1 > LIMIT {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&block);
    }
    if !end.is_empty() {
        out.push('\n');
        out.push_str(&end);
    }
    out
}

/// Each ends in a line end.
fn blocks(view: &EditionView) -> Vec<String> {
    let mut all = vec![format!("{}, {} · {}\n{}\n", view.title, numbered(view.number), view.dates, view.headline)];
    all.extend(view.note.iter().map(|paragraph| format!("{paragraph}\n")));
    if !view.trends.is_empty() {
        let lines = view.trends.iter().map(|it| format!("• {} ({}): {}\n", it.label, it.movement, it.words));
        all.push(format!("Trends\n{}", lines.collect::<String>()));
    }
    for (place, story) in view.all_top().enumerate() {
        let mut block = format!("{}. {} ({})\n", place + 1, story.headline, story.source.words());
        if let Some(url) = &story.url {
            let _ = writeln!(block, "{url}");
        }
        if let Some(question) = &story.question {
            let _ = writeln!(block, "Talk about it: {question}");
        }
        all.push(block);
    }
    for pick in &view.team {
        let url = pick.story.url.as_ref().map_or_else(String::new, |url| format!("{url}\n"));
        all.push(format!("{}: {}\n{url}{}\n", pick.label, pick.story.headline, pick.prompt));
    }
    if let Some(meet) = &view.meet {
        let changes = meet.changes.iter().map(|it| format!("• {}: {}{}\n", it.title, it.change, it.words));
        let events = meet.groups.iter().flat_map(|group| &group.events).map(event);
        all.push(format!("Meet\n{}", changes.chain(events).collect::<String>()));
    }
    all
}

fn event(it: &EventView) -> String {
    let url = it.url.as_ref().map_or_else(String::new, |url| format!(" {url}"));
    format!("• {}: {} ({}){url}\n", it.day, it.title, it.facts)
}

/// Foreign text must not call a whole channel, nor pass for Slack's own markup.
fn quiet(text: &str) -> String {
    let mut out = text.replace('<', "‹").replace('>', "›");
    for word in ["channel", "here", "everyone", "team"] {
        out = out.replace(&format!("@{word}"), &format!("@\u{2060}{word}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{card, quiet_edition, sample_edition};

    #[test]
    fn nobody_is_called_and_nothing_is_forged() {
        let mut edition = quiet_edition();
        edition.top = vec![card("Read this, @channel <!everyone>", "A", crate::model::item::Kind::Article)];
        let text = chat(&edition, None);
        assert!(!text.contains("@channel") && !text.contains('<'), "{text}");
        assert!(text.contains("https://a.example/posts/"), "{text}");
    }

    #[test]
    fn a_long_edition_still_fits_a_message() {
        let base = Url::parse("https://digest.example.org").unwrap();
        let mut edition = sample_edition();
        edition.top = vec![edition.top[0].clone(); 60];
        let text = chat(&edition, Some(&base));
        assert!(text.chars().count() <= LIMIT);
        assert!(text.ends_with("\n\nThe whole edition: https://digest.example.org/editions/2026-W47\n"), "{text}");
    }
}
