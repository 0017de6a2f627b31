//! What stands in an article and is none of its sentences: headings, captions, code, tables, lists of contents.

use std::borrow::Cow;

use memchr::{memchr, memmem};

const APART: [&str; 9] = ["h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre", "table"];

/// `html` without them; one that is not closed stays. Time and memory grow with the length of `html` alone.
pub(super) fn sentences(html: &str) -> Cow<'_, str> {
    let (mut kept, mut rest, mut at) = (String::new(), html, 0);
    // What was searched for its end once in vain has none further on either.
    let mut endless = [false; APART.len()];
    let mut endless_list = false;
    while let Some(start) = rest.as_bytes().get(at..).and_then(|text| memchr(b'<', text)).map(|found| at + found) {
        at = start + 1;
        let behind = rest.get(at..).unwrap_or_default();
        if !behind.starts_with(['h', 'H', 'f', 'F', 'p', 'P', 't', 'T', 'u', 'U', 'o', 'O']) {
            continue;
        }
        if !endless_list && is_contents(behind) {
            if let Some(end) = end_of_list(behind) {
                kept.push_str(rest.get(..start).unwrap_or_default());
                kept.push(' ');
                (rest, at) = (behind.get(end..).unwrap_or_default(), 0);
            } else {
                endless_list = true;
            }
            continue;
        }
        let Some((endless, name)) = endless.iter_mut().zip(APART).find(|(_, name)| begins(behind, name)) else {
            continue;
        };
        if *endless {
            continue;
        }
        let Some(end) = end_of(behind, name) else {
            *endless = true;
            continue;
        };
        kept.push_str(rest.get(..start).unwrap_or_default());
        kept.push(' ');
        (rest, at) = (behind.get(end..).unwrap_or_default(), 0);
    }
    if rest.len() == html.len() {
        return Cow::Borrowed(html);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Whether a tag's inside is of that name.
fn begins(tag: &str, name: &str) -> bool {
    tag.get(..name.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(name))
        && tag.as_bytes().get(name.len()).is_some_and(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\t'..=b'\r'))
}

/// Where the end tag of that name ends.
fn end_of(text: &str, name: &str) -> Option<usize> {
    let is_end = |at: &usize| text.get(at + 2..).is_some_and(|tag| begins(tag, name));
    let start = memmem::find_iter(text.as_bytes(), "</").find(is_end)?;
    text.get(start..)?.find('>').map(|end| start + end + 1)
}

/// In bytes, in which the first item of a list of contents is to be seen.
const ITEM: usize = 600;

/// Whether the first item of a list is a link to a place in the same page and nothing else. `text` begins with the name
/// of the list's element.
fn is_contents(text: &str) -> bool {
    let near = text.get(..text.floor_char_boundary(ITEM)).unwrap_or_default();
    let first = || {
        let (list, inside) = near.split_once('>')?;
        let (item, inside) = inside.trim_start().strip_prefix("<li")?.split_once('>')?;
        let inside = inside.trim_start();
        let inside = inside.strip_prefix("<p>").unwrap_or(inside).trim_start();
        let (link, inside) = inside.strip_prefix("<a ")?.split_once('>')?;
        let (_, behind) = inside.split_once("</a>")?;
        let is_named = |tag: &str| tag.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "toc");
        let named = is_named(list) || is_named(item);
        let leads_here = link.contains("href=\"#") || link.contains("href='#") || (named && link.contains('#'));
        let ends = ["</li", "<li", "<ul", "<ol", "</p"].iter().any(|tag| behind.trim_start().starts_with(tag));
        Some(leads_here && ends)
    };
    is_list(text) && first().unwrap_or(false)
}

fn is_list(tag: &str) -> bool {
    begins(tag, "ul") || begins(tag, "ol")
}

/// Where the end tag of the list ends that `text` is inside the first tag of; lists may stand in it.
fn end_of_list(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for at in memchr::memchr_iter(b'<', text.as_bytes()) {
        let tag = text.get(at + 1..)?;
        if is_list(tag) {
            depth += 1;
        } else if tag.strip_prefix('/').is_some_and(is_list) {
            depth -= 1;
        }
        if depth == 0 {
            return tag.find('>').map(|end| at + 1 + end + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headings_captions_code_and_tables_are_left_out() {
        for (html, left) in [
            ("<h2 id=a>Why</h2><p>We built it.</p>", " <p>We built it.</p>"),
            ("<figure><img><FigCaption>A <b>plan</b></FigCaption></figure><p>So.", "<figure><img> </figure><p>So."),
            ("Run <pre><code>a &lt; b</code></pre > and see.", "Run   and see."),
            ("So:<table><tr><td>1</table>", "So: "),
            ("<header>A</header><preface>b</preface><h7>c</h7>", "<header>A</header><preface>b</preface><h7>c</h7>"),
            (
                "<ul id=\"markdown-toc\"> <li><a href=\"#why\">Why</a> <ul><li><a href='#b'>B</a></li></ul></li></ul><p>So.",
                " <p>So.",
            ),
            ("<ol class='toc'><li><a href='https://a.example/1#why'>Why</a></li></ol>So.", " So."),
            (
                "<ul><li><a href=\"#12\">#12</a> The planner.</li></ul>",
                "<ul><li><a href=\"#12\">#12</a> The planner.</li></ul>",
            ),
            (
                "<ul class='stocked'><li><a href=\"https://toc.example/a#b\">A</a></li></ul>",
                "<ul class='stocked'><li><a href=\"https://toc.example/a#b\">A</a></li></ul>",
            ),
            ("<ul><li><a href=\"/a#b\">A</a></li></ul>", "<ul><li><a href=\"/a#b\">A</a></li></ul>"),
            ("<ul><li><a href=\"#a\">A</a></li> and", "<ul><li><a href=\"#a\">A</a></li> and"),
            ("<pre>never closed <h1>A</h1> b", "<pre>never closed   b"),
            ("<h1>A</h1", "<h1>A</h1"),
        ] {
            assert_eq!(sentences(html), left);
        }
    }

    #[test]
    fn hostile_text_is_read_in_one_pass() {
        for unit in [
            "<pre>",
            "<h1",
            "<pre></",
            "<pre></pre",
            "<h1><h2></h3>",
            "<figcaption></pre>",
            "<é",
            "<ul><li><a href=\"#a\">a</a></li>",
        ] {
            let _ = sentences(&unit.repeat(100_000));
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_left_out(html in "(<h2>|</h2>|<ul>|</ul>|<li><a href='#a'>a</a></li>|<pre>|</pre>|<p>|<|>|/|a|é| ){0,30}") {
            let left = sentences(&html);
            prop_assert!(left.len() <= html.len());
            if !html.contains("</") {
                prop_assert_eq!(left.as_ref(), html.as_str());
            }
        }
    }
}
