//! Where a content leads: the addresses of its links.

use std::cell::LazyCell;

use memchr::memchr;
use url::Url;

use super::{MAX_BYTES, Prose, start};
use crate::parse::entry::MAX_LIST;
use crate::parse::repair::{Token, Tokens};
use crate::parse::spelling::is_spelt;

/// Links that are looked at.
const LOOKED_AT: usize = 200;
/// Bytes of a tag that are looked at, since what is never closed runs to the end of the text.
const LONGEST: usize = 4_000;

/// The addresses of the web that a content links to, in order, each once and at most [`MAX_LIST`], absolute by `base`.
/// Those that stay on the page of its `own` address are left out.
pub(in crate::parse) fn links(prose: &Prose, base: impl FnOnce() -> Option<Url>, own: Option<&str>) -> Vec<String> {
    let Prose::Html(html) = prose else { return Vec::new() };
    let base = LazyCell::new(base);
    let mut links: Vec<String> = Vec::new();
    for href in hrefs(start(html, MAX_BYTES)).take(LOOKED_AT) {
        let absolute = if is_spelt(&href) {
            Some(href)
        } else {
            let url = Url::parse(&href).ok().or_else(|| base.as_ref().and_then(|base| base.join(&href).ok()));
            url.filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
        };
        let Some(link) = absolute else { continue };
        if links.contains(&link) || own.is_some_and(|own| page(own) == page(&link)) {
            continue;
        }
        links.push(link);
        if links.len() == MAX_LIST {
            break;
        }
    }
    links
}

/// The address that a post of Reddit calls "[link]", beside the "[comments]" on it, at the end of its HTML.
pub(in crate::parse) fn submitted(html: &str) -> Option<String> {
    let end = html.get(html.ceil_char_boundary(html.len().saturating_sub(LONGEST))..)?;
    let (before, behind) = end.rsplit_once(">[link]</a>")?;
    behind.contains(">[comments]</a>").then_some(())?;
    let tag = format!("{}>", before.get(before.rfind("<a ")?..)?);
    let href = hrefs(&tag).next()?;
    Url::parse(&href).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
}

/// An address without the place in its page.
pub(in crate::parse) fn page(address: &str) -> &str {
    address.split_once('#').map_or(address, |(page, _)| page)
}

/// What the `<a>` tags outside of comments and scripts say, references resolved.
fn hrefs(html: &str) -> impl Iterator<Item = String> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let tag = rest.get(memchr(b'<', rest.as_bytes())? + 1..)?;
            rest = tag;
            let mut bytes = tag.bytes();
            match (bytes.next()?, bytes.next()) {
                (b'a' | b'A', Some(next)) if next.is_ascii_whitespace() => {
                    let whole = html.get(html.len() - tag.len() - 1..)?;
                    let whole = whole.get(..whole.floor_char_boundary(LONGEST))?;
                    let Some(Token::Start { attributes, .. }) = Tokens::new(whole).next() else { continue };
                    let href = attributes.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("href"));
                    if let Some((_, href)) = href.filter(|(_, href)| !href.trim().is_empty()) {
                        return Some(href.trim().to_owned());
                    }
                }
                (b'!', Some(b'-')) => rest = tag.split_once("-->").map_or("", |(_, behind)| behind),
                (b's' | b'S', Some(b'c' | b'C' | b't' | b'T')) => rest = behind_hidden(tag),
                _ => {}
            }
        }
    })
}

/// What follows a script or style sheet; where the tag is of another kind, all that follows its name.
fn behind_hidden(tag: &str) -> &str {
    let is = |name: &str| tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let Some(name) = ["script", "style"].into_iter().find(|name| is(name)) else { return tag };
    let ends = |(at, _): &(usize, &str)| {
        let behind = tag.get(at + 2..).unwrap_or_default();
        behind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    tag.match_indices("</").find(ends).and_then(|(at, _)| tag.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(html: &str) -> Vec<String> {
        links(&Prose::Html(html.to_owned()), || Url::parse("https://a.example/b/").ok(), Some("https://a.example/b/c"))
    }

    #[test]
    fn links_are_read_off_in_order() {
        let html = "<p><A HREF='https://x.example/?a=1&amp;b=2#c'>x</a> <abbr href=no> <a class=y href=d>y</a>\
                    <a\nhref=\"mailto:z@x.example\">z</a><a href>w</a><a href='d'>again</a><a href='c#there'>here</a>\
                    <!-- <a href=e> --><script>'<a href=f>'</script ><strong><a href=g>g</a>";
        assert_eq!(found(html), ["https://x.example/?a=1&b=2#c", "https://a.example/b/d", "https://a.example/b/g"]);
        assert_eq!(links(&Prose::Plain("<a href=https://x.example>".to_owned()), || None, None), [""; 0]);
    }

    #[test]
    fn a_post_leads_where_it_says() {
        let post = |behind: &str| {
            let html = format!(
                "<a href='/u/a'>a</a> <span><a href=\"https://x.example/?a=1&amp;b=2\">[link]</a></span>{behind}"
            );
            submitted(&html)
        };
        assert_eq!(post("<a href='/c'>[comments]</a>").as_deref(), Some("https://x.example/?a=1&b=2"));
        assert_eq!(post(""), None);
        assert_eq!(submitted(">[link]</a> >[comments]</a>"), None);
    }

    #[test]
    fn a_list_of_links_is_bounded() {
        let many: String = (0..1_000).map(|n| format!("<a href=/{n}>")).collect();
        assert_eq!(found(&many).len(), MAX_LIST);
        assert!(found(&"<a href='".repeat(20_000)).len() <= 1);
        assert_eq!(found(&"<a href=/x>".repeat(10_000)).len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_the_markup_every_address_is_of_the_web(
            html in "(<a |<script>|</script|<!--|-->|href=|['\"]|[<>/ ]|//x|http:|https://y|@:|é|\\PC){0,30}",
        ) {
            for link in found(&html) {
                prop_assert!(Url::parse(&link).is_ok_and(|url| matches!(url.scheme(), "http" | "https")), "{link}");
            }
        }
    }
}
