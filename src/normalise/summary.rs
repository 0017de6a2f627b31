//! An entry's text without what publishing systems put around it, and the excerpt made of it.

mod changes;
mod header;
mod lead;
mod sponsor;
mod tail;
mod updates;

pub(super) use self::updates::is_maintenance;
use super::EXCERPT_CHARS;
use super::hashtags::without_hashtags;
use crate::text;

/// Shorter summaries give way to the body.
const MEAGRE: usize = 40;

/// `text`, which is plain, without "Read more", "The post … appeared first on …" and their like at its end. A sign
/// that something was left out stays where it cuts a sentence.
pub(super) fn without_boilerplate(text: &str) -> &str {
    let mut text = text.trim();
    // Each round shortens the text; nobody stacks more of these.
    for _ in 0..8 {
        let whole = text::without_ellipsis(text);
        if whole.len() < text.len() && text::ends_sentence(whole) {
            text = whole;
        }
        let Some(end) = tail::end_of_text(text) else { break };
        // A dash that led to it led nowhere else.
        let cut = |c: char| c.is_whitespace() || matches!(c, '–' | '—');
        text = text.get(..end).unwrap_or_default().trim_end_matches(cut);
    }
    if text.eq_ignore_ascii_case("comments") { "" } else { text }
}

/// The excerpt: the feed's own summary, else the beginning of the body. `None` where neither says more than
/// the title.
pub(super) fn choose(title: &str, author: Option<&str>, summary: &str, body: &str) -> Option<String> {
    let (summary, body) = (changes::told(summary), changes::told(body));
    let told = |text| {
        let text = without_hashtags(text);
        let text = updates::telling(text).unwrap_or_else(|| header::behind(text));
        let begun = |text| sponsor::behind(lead::from_first_sentence(text, author));
        beyond(title, begun(beyond(title, begun(text))?)).filter(|text| !says_nothing(text))
    };
    let candidates = [told(&summary), told(&body)];
    let best = candidates
        .iter()
        .flatten()
        .find(|text| text.chars().nth(MEAGRE - 1).is_some())
        .or_else(|| candidates.iter().flatten().next())?;
    text::excerpt(best, EXCERPT_CHARS).filter(|excerpt| says_anything(excerpt))
}

/// What systems put where there is nothing to say.
const NOTHING: [&str; 8] = [
    "There is no excerpt because this is a protected post",
    "This content is password protected",
    "This post is password protected",
    "No content",
    "No description",
    "No description provided",
    "No release notes",
    "No summary available",
];

fn says_nothing(text: &str) -> bool {
    let sentence = text.trim_end_matches(['.', '!']);
    NOTHING.iter().any(|nothing| sentence.eq_ignore_ascii_case(nothing))
}

/// Whether there are words beside addresses.
fn says_anything(excerpt: &str) -> bool {
    let mut words = excerpt.split_whitespace().filter(|word| !word.contains("://"));
    words.any(|word| word.contains(char::is_alphanumeric))
}

/// What an excerpt does not show and yet tells what the text is: the line that names a sponsor, or the state of an
/// incident. `text` begins with it.
pub(super) fn label(text: &str) -> Option<&str> {
    sponsor::line(text).or_else(|| updates::label(text))
}

/// As much of a summary as tells its language and what it is, where it is not shown.
pub(super) fn opening(summary: &str) -> &str {
    let summary = if sponsor::line(summary).is_some() { summary } else { sponsor::behind(summary) };
    summary.get(..summary.floor_char_boundary(EXCERPT_CHARS)).unwrap_or_default()
}

/// What `text` says after a repeated title; a sentence that only begins like the title stays whole.
fn beyond<'t>(title: &str, text: &'t str) -> Option<&'t str> {
    let rest = match text.strip_prefix(title) {
        Some(rest) if !goes_on(rest) => {
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '-' | '–' | '—' | '|' | '!'))
        }
        _ => text,
    };
    // What is compared must be longer than the title, or it could say something new only behind it.
    let most = rest.char_indices().nth(2 * EXCERPT_CHARS).map_or(rest.len(), |(at, _)| at);
    let said = rest.get(..most).unwrap_or_default();
    says_more(said, title).then_some(rest)
}

/// Whether a sentence goes on with `rest`.
fn goes_on(rest: &str) -> bool {
    let word = rest.trim_start();
    let address = word.split_whitespace().next().is_some_and(|word| word.contains("://"));
    let joined = word.len() < rest.len() && word.starts_with(char::is_lowercase) && !address;
    rest.starts_with(char::is_alphanumeric) || joined
}

/// Whether `said`, folded, is anything but a beginning of `title`, folded.
fn says_more(said: &str, title: &str) -> bool {
    if said.is_ascii() && title.is_ascii() {
        let mut known = folded(title);
        let mut said = folded(said).peekable();
        return said.peek().is_some() && !said.all(|byte| known.next() == Some(byte));
    }
    let said = text::fold(said);
    !said.is_empty() && !text::fold(title).starts_with(&said)
}

/// [`text::fold`] of ASCII, byte by byte.
fn folded(ascii: &str) -> impl Iterator<Item = u8> {
    let mut bytes = ascii.bytes().filter(|byte| *byte != b'\'').peekable();
    let mut begun = false;
    std::iter::from_fn(move || {
        let mut gap = false;
        while bytes.next_if(|byte| !byte.is_ascii_alphanumeric()).is_some() {
            gap = true;
        }
        bytes.peek()?;
        if gap && begun {
            return Some(b' ');
        }
        begun = true;
        bytes.next().map(|byte| byte.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests;
