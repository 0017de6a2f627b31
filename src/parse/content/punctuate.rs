//! Signs between what only the page's layout kept apart: the items of a list, a kicker and the text below it.
//!
//! On one line "Highlights", "Faster builds" and "A new linter" would run together; with signs between them they read
//! "Highlights: Faster builds; A new linter." No word is added or left out.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

/// Longer paragraphs without a full stop are sentences that lack one; shorter ones are kickers and bylines.
const KICKER_BYTES: usize = 60;

/// What a tag begins or ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    List,
    EndOfList,
    Item,
    /// `<dd>`: what a term means.
    Meaning,
    Paragraph,
}

/// `html` with a sign wherever a list or a paragraph begins or a list ends and the text before has none. Time and
/// memory grow with the length of `html` alone.
pub(super) fn punctuated(html: &str) -> Cow<'_, str> {
    let mut made = String::new();
    // Up to where `html` is in there, where the last place was, and what it was.
    let (mut copied, mut last, mut before) = (0, 0, Place::Paragraph);
    let mut at = 0;
    while let Some(start) = html.as_bytes().get(at..).and_then(|rest| memchr(b'<', rest)).map(|found| at + found) {
        at = start + 1;
        let Some(place) = html.get(at..).and_then(Place::of) else { continue };
        let text = until_last_word(html.get(last..start).unwrap_or_default());
        if let Some(sign) = text.and_then(|text| sign(before, text, place)) {
            let end = last + text.map_or(0, str::len);
            made.push_str(html.get(copied..end).unwrap_or_default());
            made.push_str(sign);
            copied = end;
        }
        (last, before) = (start, place);
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    made.push_str(html.get(copied..).unwrap_or_default());
    Cow::Owned(made)
}

impl Place {
    /// Of what stands behind a `<`.
    fn of(tag: &str) -> Option<Self> {
        let (ends, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let (&[a, b, c], _) = name.as_bytes().split_first_chunk::<3>()?;
        let one = b.is_ascii_whitespace() || b == b'>';
        let two = c.is_ascii_whitespace() || c == b'>';
        match (a.to_ascii_lowercase(), b.to_ascii_lowercase()) {
            (b'p', _) if one && !ends => Some(Self::Paragraph),
            (b'u' | b'o' | b'd', b'l') if two => Some(if ends { Self::EndOfList } else { Self::List }),
            (b'l', b'i') | (b'd', b't') if two && !ends => Some(Self::Item),
            (b'd', b'd') if two && !ends => Some(Self::Meaning),
            _ => None,
        }
    }
}

/// `html` without the tags and the white space at its end, when it ends with a word then.
fn until_last_word(html: &str) -> Option<&str> {
    let mut text = html.trim_ascii_end();
    while text.ends_with('>') {
        text = text.get(..memrchr(b'<', text.as_bytes())?)?.trim_ascii_end();
    }
    text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '%' | '+' | '#')).then_some(text)
}

/// The sign between `text`, which stands behind one place, and another.
fn sign(before: Place, text: &str, place: Place) -> Option<&'static str> {
    match place {
        Place::List | Place::Meaning => Some(":"),
        Place::EndOfList => Some("."),
        Place::Item => Some(";"),
        // In an item, paragraphs are its lines.
        Place::Paragraph if matches!(before, Place::Item | Place::Meaning) => None,
        Place::Paragraph => Some(if bytes_outside_of_tags(text) < KICKER_BYTES { " —" } else { "." }),
    }
}

fn bytes_outside_of_tags(html: &str) -> usize {
    html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text).trim().len()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_layout_kept_apart_is_kept_apart_by_signs() {
        for (html, made) in [
            (
                "Highlights<ul><li>Faster <b>builds</b></li>\n<li>A linter</li></ul>",
                "Highlights: Faster builds; A linter.",
            ),
            ("<p>New here:</p><ol><li>One.<li>Two</ol> So.", "New here: One. Two. So."),
            ("<UL><LI><p>One</p></LI><LI><p>Two</p></LI></UL>", "One; Two."),
            (
                "<dl><dt>Fast</dt><dd>in time</dd><dt>Lean</dt><dd>in memory</dd></dl>",
                "Fast: in time; Lean: in memory.",
            ),
            ("<ul><li>A<ul><li>B</li></ul></li><li>C</li></ul>", "A: B. C."),
            ("<p>By Ann Lind</p><p>The planner learns.</p><p>So.</p>", "By Ann Lind — The planner learns. So."),
            ("<p>One</p>", "One"),
            ("<pre>a</pre><link><param>b", "a b"),
        ] {
            assert_eq!(crate::text::plain(&punctuated(html)), made, "{html}");
        }
        let long = "word ".repeat(20);
        assert_eq!(punctuated(&format!("<p>{long}</p><p>So")), format!("<p>{}. </p><p>So", long.trim()));
    }

    proptest! {
        #[test]
        fn no_word_is_added_or_left_out(html in "(<ul>|</ul>|<li>|</li>|<dt>|<dd>|</dl>|<p>|</p>|<b>|</b>|>|&lt;|a|é|\\.| ){0,30}") {
            let words = |html: &str| crate::text::plain(html).replace(['.', ':', ';', '—', ' '], "");
            prop_assert_eq!(words(&punctuated(&html)), words(&html));
        }
    }
}
