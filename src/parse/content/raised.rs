//! What stands raised above the line: powers stay powers in plain text, and the marks of footnotes go.

use std::borrow::Cow;

use memchr::memmem;

/// In bytes: of a tag, and of what it raises.
const NEAR: usize = 300;

/// More characters are no power.
const LONGEST_POWER: usize = 5;

/// `html` with `10<sup>6</sup>` as `10⁶`, and without the numbers that lead to footnotes. Time and memory grow with its
/// length alone.
pub(super) fn lowered(html: &str) -> Cow<'_, str> {
    let (mut kept, mut done) = (String::new(), 0);
    for start in memmem::find_iter(html.as_bytes(), "<sup") {
        if start < done {
            continue;
        }
        let Some((inside, end)) = raised(html, start) else { continue };
        let before = html.get(done..start).unwrap_or_default();
        let power = before.ends_with(|c: char| c.is_alphanumeric() || c == ')').then(|| power(inside)).flatten();
        if power.is_none() && !is_mark(inside) && !leads_to_footnote(before) {
            continue;
        }
        kept.push_str(before);
        kept.push_str(power.as_deref().unwrap_or_default());
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    kept.push_str(html.get(done..).unwrap_or_default());
    Cow::Owned(kept)
}

/// What the element that begins at `start` holds, and where it ends.
fn raised(html: &str, start: usize) -> Option<(&str, usize)> {
    let near = html.get(start..html.floor_char_boundary(start + 2 * NEAR))?;
    let (tag, behind) = near.strip_prefix("<sup")?.split_once('>')?;
    let (inside, _) = behind.split_once("</sup>")?;
    let is_sup = tag.is_empty() || tag.starts_with(|c: char| c.is_ascii_whitespace());
    is_sup.then(|| (inside, start + "<sup>".len() + tag.len() + inside.len() + "</sup>".len()))
}

fn power(inside: &str) -> Option<String> {
    let raised = |c| {
        Some(match c {
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            '+' => '⁺',
            '-' | '−' => '⁻',
            'n' => 'ⁿ',
            _ => return None,
        })
    };
    let inside = inside.trim();
    let short = !inside.is_empty() && inside.chars().nth(LONGEST_POWER).is_none();
    short.then(|| inside.chars().map(raised).collect()).flatten()
}

/// A link to a place in the page, or a number in brackets.
fn is_mark(inside: &str) -> bool {
    let number = inside.trim().strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    inside.contains("href=\"#")
        || inside.contains("href='#")
        || number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a link to a place in the page has just begun.
fn leads_to_footnote(before: &str) -> bool {
    let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(NEAR))..).unwrap_or_default();
    let link = near.rfind('<').and_then(|at| near.get(at..)).filter(|tag| tag.ends_with('>'));
    link.is_some_and(|tag| tag.starts_with("<a ") && (tag.contains("href=\"#") || tag.contains("href='#")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn powers_stay_and_marks_go() {
        for (html, read) in [
            ("10<sup>6</sup> cycles, 10<sup> -9 </sup> s", "10⁶ cycles, 10⁻⁹ s"),
            ("O(n)<sup>2</sup> and x<sup class=\"p\">n</sup>", "O(n)² and xⁿ"),
            ("socket<sup id=\"fnref:1\"><a href=\"#fn:1\" class=\"footnote-ref\">1</a></sup> is", "socket is"),
            ("socket<a href='#fn1'><sup>1</sup></a> is", "socket<a href='#fn1'></a> is"),
            ("known<sup>[12]</sup>.", "known."),
            (
                "the 4<sup>th</sup> of <sup>2</sup> and x<sup>123456</sup>",
                "the 4<sup>th</sup> of <sup>2</sup> and x<sup>123456</sup>",
            ),
            ("<support>1</support> a<sup>1", "<support>1</support> a<sup>1"),
        ] {
            assert_eq!(lowered(html), read);
        }
    }

    #[test]
    fn hostile_text_is_read_in_one_pass() {
        for unit in ["<sup", "<sup>", "<sup><a href=\"#", "1<sup>", "<sup></sup", "<a href='#'>"] {
            let _ = lowered(&unit.repeat(100_000));
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_left_out(html in "(1|a|é|<sup>|<sup id='a'>|</sup>|<a href='#b'>|</a>|\\[2\\]| ){0,30}") {
            let read = lowered(&html);
            prop_assert!(read.len() <= html.len());
            if !html.contains("</sup>") {
                prop_assert_eq!(read.as_ref(), html.as_str());
            }
        }
    }
}
