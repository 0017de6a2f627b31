//! Markup that was escaped once too often, so that a reader would see its tags.

use std::borrow::Cow;

use crate::text;

/// With what a text begins and ends that was written as HTML. An example of markup in a text is seldom a paragraph of
/// its own, and never all that there is.
const BLOCKS: [&str; 14] =
    ["p", "div", "article", "section", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote", "table", "figure", "main"];

/// `html` as its author wrote it: where all of it is the text of whole elements and nothing is markup, that text.
pub(super) fn read_once_more(html: &str) -> Cow<'_, str> {
    let trimmed = html.trim();
    if !trimmed.starts_with("&lt;") || !trimmed.ends_with("&gt;") || html.contains('<') {
        return Cow::Borrowed(html);
    }
    let written = text::plain(html);
    if is_whole(&written) { Cow::Owned(written) } else { Cow::Borrowed(html) }
}

fn is_whole(written: &str) -> bool {
    let begins = written.strip_prefix('<').and_then(|tag| {
        let (tag, _) = tag.split_once('>')?;
        tag.split_whitespace().next()
    });
    let ends = written.strip_suffix('>').and_then(|text| text.rsplit_once("</")).map(|(_, name)| name.trim());
    let block =
        |name: Option<&str>| name.is_some_and(|name| BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)));
    block(begins) && block(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_elements_are_read_once_more_and_examples_are_not() {
        for (html, read) in [
            ("&lt;p&gt;Layers.&lt;/p&gt;", "<p>Layers.</p>"),
            (
                "\n&lt;div class=\"a\"&gt;It&amp;#8217;s &lt;b&gt;so&lt;/b&gt;&lt;/div&gt; ",
                "<div class=\"a\">It&#8217;s <b>so</b></div>",
            ),
            ("&lt;p&gt;One&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Two&lt;/li&gt;&lt;/ul&gt;", "<p>One</p><ul><li>Two</li></ul>"),
        ] {
            assert_eq!(read_once_more(html), read);
        }
        for html in [
            "<p>Write &lt;p&gt;a&lt;/p&gt;</p>",
            "&lt;br&gt; or &lt;hr&gt;",
            "&lt;T&gt; is a type, as is Vec&lt;T&gt;",
            "&lt;p&gt; is closed by &lt;/p&gt; or nothing",
            "&lt;&gt;",
            "",
        ] {
            assert_eq!(read_once_more(html), html);
        }
    }
}
