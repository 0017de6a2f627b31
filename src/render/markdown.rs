//! An edition as Markdown (CommonMark), to paste into a wiki, a repository or an issue.

use std::fmt::Write as _;

use url::Url;

use super::address::Root;
use super::view::{EditionView, EventView, StoryView, numbered};
use crate::model::edition::Edition;

/// The whole edition. Without `base` there are no permalinks and no calendar files in it.
#[must_use]
pub fn markdown(edition: &Edition, base: Option<&Url>) -> String {
    let root = base.map(Root::absolute);
    let view = EditionView::new(edition, root.as_ref());
    let mut out = Page(String::new());
    out.head(&view);
    out.trends(&view);
    out.top(&view);
    out.topics(&view);
    out.team(&view);
    out.meet(&view);
    if !view.corrections.is_empty() {
        out.block("## Corrections to earlier editions");
        out.list(view.corrections.iter().map(|text| escape(text)));
    }
    if let Some(links) = &view.links {
        out.block(&format!("How this is chosen: <{}>", links.how));
    }
    out.0
}

/// The text so far; blocks are parted by one blank line.
struct Page(String);

impl Page {
    fn block(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn list(&mut self, lines: impl IntoIterator<Item = String>) {
        self.0.push('\n');
        for line in lines {
            let _ = writeln!(self.0, "- {line}");
        }
    }

    fn head(&mut self, view: &EditionView) {
        self.block(&format!("# {}, {}", escape(&view.title), numbered(view.number)));
        let web =
            view.links.as_ref().map_or_else(String::new, |links| format!(" · {}", link("on the web", &links.web)));
        self.block(&format!("{}{web}", view.dates));
        self.block(&format!("**{}**", escape(&view.headline)));
        if let Some(read) = &view.read {
            self.block(&format!("Read for this edition: {read}."));
        }
        for paragraph in &view.note {
            self.block(&escape(paragraph));
        }
    }

    fn trends(&mut self, view: &EditionView) {
        if view.trends.is_empty() {
            return;
        }
        self.block("## Trends");
        self.list(view.trends.iter().map(|trend| {
            let label = escape(&trend.label);
            let seen = trend.evidence.iter().map(|it| link(&it.source, &it.url)).collect::<Vec<_>>().join(", ");
            let seen = if seen.is_empty() { seen } else { format!(" Read: {seen}.") };
            format!("**{label}** ({}): {}.{seen}", trend.movement, trend.words)
        }));
    }

    fn top(&mut self, view: &EditionView) {
        if view.lead.is_some() {
            self.block(if view.top.is_empty() { "## Top story" } else { "## Top stories" });
        }
        for story in view.all_top() {
            self.block(&format!("### {}", headline(story)));
            self.block(&escape(&story.facts()));
            if let Some(excerpt) = &story.excerpt {
                self.block(&format!("> “{}”", escape(excerpt)));
            }
            let tail = tail(story);
            if !tail.is_empty() {
                self.block(&tail);
            }
            if let Some(question) = &story.question {
                self.block(&format!("**Talk about it:** {}", escape(question)));
            }
        }
    }

    fn topics(&mut self, view: &EditionView) {
        if !view.topics.is_empty() {
            self.block("## By topic");
        }
        for topic in &view.topics {
            self.block(&format!("### {}", escape(&topic.name)));
            self.list(topic.stories.iter().map(one));
        }
        if let Some(story) = &view.outside {
            self.block("## Outside your usual");
            self.list([one(story)]);
        }
    }

    fn team(&mut self, view: &EditionView) {
        if view.team.is_empty() && view.first_timers.is_none() {
            return;
        }
        self.block("## For your team");
        let picks = view.team.iter().map(|pick| {
            let prompt = if pick.prompt.is_empty() { String::new() } else { format!(" *{}*", escape(&pick.prompt)) };
            format!("**{}:** {}{prompt}", pick.label, one(&pick.story))
        });
        let first = view.first_timers.iter().map(|it| format!("**{}:** {}", it.label, event(&it.event)));
        self.list(picks.chain(first));
    }

    fn meet(&mut self, view: &EditionView) {
        let Some(meet) = &view.meet else { return };
        self.block("## Meet");
        if !meet.changes.is_empty() {
            self.block("### Changes since last week");
            self.list(meet.changes.iter().map(|it| {
                format!("{}: **{}**{}", link_or_text(&it.title, it.url.as_deref()), it.change, escape(&it.words))
            }));
        }
        for group in &meet.groups {
            self.block(&format!("### {}", group.heading));
            self.list(group.events.iter().map(event));
        }
    }
}

fn headline(story: &StoryView) -> String {
    link_or_text(&story.headline, story.url.as_deref())
}

fn one(story: &StoryView) -> String {
    format!("{} ({})", headline(story), escape(&story.facts()))
}

fn event(it: &EventView) -> String {
    let calendar = it.calendar.as_ref().map_or_else(String::new, |url| format!(" · {}", link("add to calendar", url)));
    format!("**{}** {}: {}{calendar}", it.day, link_or_text(&it.title, it.url.as_deref()), escape(&it.facts))
}

/// Reason, other reports, discussions and permalink, in sentences.
fn tail(story: &StoryView) -> String {
    let mut parts = Vec::new();
    if let Some(told) = &story.follow_up {
        let before = link_or_text(&told.told, told.url.as_deref());
        parts.push(format!("Follow-up: {}. Told before: {before}.", escape(&told.news)));
    }
    if let Some(reason) = &story.reason {
        parts.push(format!("Here because: {}.", escape(reason)));
    }
    if !story.also.is_empty() {
        let also: Vec<String> = story.also.iter().map(|it| link(&it.source.words(), &it.url)).collect();
        parts.push(format!("Also: {}.", also.join(", ")));
    }
    if !story.discussions.is_empty() {
        let echo = |echo: &str| if echo.is_empty() { String::new() } else { format!(" ({echo})") };
        let all: Vec<String> = story.discussions.iter().map(|it| link(&it.source, &it.url) + &echo(&it.echo)).collect();
        parts.push(format!("Discussed: {}.", all.join(", ")));
    }
    parts.extend(story.permalink.as_ref().map(|url| link("Permalink", url)));
    parts.join(" ")
}

fn link_or_text(text: &str, url: Option<&str>) -> String {
    url.map_or_else(|| escape(text), |url| link(text, url))
}

/// In angle brackets an address may hold brackets of its own; it holds no white space and no `<` or `>` (RFC 3986).
fn link(text: &str, url: &str) -> String {
    format!("[{}](<{}>)", escape(text), url.replace('<', "%3C").replace('>', "%3E"))
}

/// Text that no renderer takes for markup, wherever on a line it stands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let list_number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number_ends = (list_number.len() < text.len()).then(|| text.len() - list_number.len());
    for (place, c) in text.char_indices() {
        let special = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!')
            || (place == 0 && matches!(c, '-' | '+' | '='))
            || (Some(place) == number_ends && matches!(c, '.' | ')'));
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{quiet_edition, sample_edition};

    #[test]
    fn markup_in_foreign_text_stays_text() {
        assert_eq!(escape("1. *a* <b> [c](d) & 2."), r"1\. \*a\* \<b\> \[c\](d) \& 2.");
        assert_eq!(escape("- x - y"), r"\- x - y");
        assert_eq!(link("a](evil)", "https://a.org/(x)<y>"), r"[a\](evil)](<https://a.org/(x)%3Cy%3E>)");
    }

    #[test]
    fn the_parts_come_in_order_and_empty_ones_not_at_all() {
        let base = Url::parse("https://digest.example.org").unwrap();
        let full = markdown(&sample_edition(), Some(&base));
        let headings: Vec<&str> = full.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(
            headings,
            [
                "## Trends",
                "## Top stories",
                "## By topic",
                "## Outside your usual",
                "## For your team",
                "## Meet",
                "## Corrections to earlier editions"
            ]
        );
        assert!(!full.contains("javascript:") && !full.contains("\n\n\n"));
        let quiet = markdown(&quiet_edition(), None);
        assert!(!quiet.contains("digest.example.org") && !quiet.contains("## Meet"), "{quiet}");
    }
}
