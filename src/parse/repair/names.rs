//! What a name means: namespaces by their address, and by their usual prefix where nobody declared them.

/// The vocabularies that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// RSS and Atom of every version, and names in no namespace.
    Core,
    Rdf,
    Dc,
    DcTerms,
    Content,
    Media,
    Itunes,
    Feedburner,
    Syndication,
    Slash,
    Thread,
    Xhtml,
    /// Known to be something else.
    Other,
}

/// By the address in an `xmlns` attribute; case, scheme and trailing `/` or `#` do not count.
pub(super) fn by_address(address: &str) -> Option<Ns> {
    let address = normal(address);
    Some(match address.as_str() {
        ""
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "backend.userland.com/rss091"
        | "backend.userland.com/rss092"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "purl.org/rss/1.0"
        | "purl.org/rss/1.0/modules/rss091"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "www.w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/echo"
        | "purl.org/pie"
        | "uri/of/echo/namespace"
        | "example.com/necho"
        | "example.com/newformat" => Ns::Core,
        "www.w3.org/1999/02/22-rdf-syntax-ns" => Ns::Rdf,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/metadata/dublin_core" => Ns::Dc,
        "purl.org/dc/terms" => Ns::DcTerms,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "search.yahoo.com/mrss"
        | "search.yahoo.com/rss"
        | "tools.search.yahoo.com/mrss"
        | "video.search.yahoo.com/mrss" => Ns::Media,
        "www.itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Ns::Itunes,
        "rssnamespace.org/feedburner/ext/1.0" => Ns::Feedburner,
        "purl.org/rss/1.0/modules/syndication" => Ns::Syndication,
        "purl.org/rss/1.0/modules/slash" => Ns::Slash,
        "purl.org/syndication/thread/1.0" => Ns::Thread,
        "www.w3.org/1999/xhtml" | "www.w3.org/tr/xhtml1" | "www.w3.org/tr/rec-html40" => Ns::Xhtml,
        _ => return None,
    })
}

/// By a prefix that the document uses and nowhere declares.
pub(super) fn by_prefix(prefix: &str) -> Ns {
    match prefix.to_ascii_lowercase().as_str() {
        "" | "rss" | "rss1" | "rss2" | "atom" | "atom03" | "atom10" | "a10" => Ns::Core,
        "rdf" => Ns::Rdf,
        "dc" => Ns::Dc,
        "dcterms" | "dct" | "dcq" => Ns::DcTerms,
        "content" => Ns::Content,
        "media" => Ns::Media,
        "itunes" => Ns::Itunes,
        "feedburner" => Ns::Feedburner,
        "sy" | "syn" => Ns::Syndication,
        "slash" => Ns::Slash,
        "thr" => Ns::Thread,
        "xhtml" | "html" | "h" => Ns::Xhtml,
        _ => Ns::Other,
    }
}

/// An address without the parts that do not tell namespaces apart, in lower case.
pub(super) fn normal(address: &str) -> String {
    let address = address.trim().to_ascii_lowercase();
    let bare = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://")).unwrap_or(&address);
    bare.trim_end_matches(['/', '#']).to_owned()
}

/// The elements of HTML that feeds carry, escaped or not.
pub(super) fn is_html(name: &str) -> bool {
    const HTML: &[&str] = &[
        "a",
        "abbr",
        "acronym",
        "address",
        "article",
        "aside",
        "audio",
        "b",
        "base",
        "bdi",
        "bdo",
        "big",
        "blink",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "fieldset",
        "figcaption",
        "figure",
        "font",
        "footer",
        "form",
        "frame",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "legend",
        "li",
        "link",
        "main",
        "map",
        "mark",
        "marquee",
        "math",
        "menu",
        "meta",
        "nav",
        "nobr",
        "noscript",
        "object",
        "ol",
        "optgroup",
        "option",
        "p",
        "param",
        "picture",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "script",
        "section",
        "select",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "time",
        "title",
        "tr",
        "track",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ];
    // Nearly all that occur are these.
    matches!(name, "p" | "a" | "li" | "br" | "ul" | "em" | "code" | "strong" | "img" | "div" | "span")
        || HTML.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_in_every_spelling() {
        assert_eq!(by_address("HTTPS://www.w3.org/2005/Atom/"), Some(Ns::Core));
        assert_eq!(by_address(" http://purl.org/dc/elements/1.1 "), Some(Ns::Dc));
        assert_eq!(by_address("http://example.org/mine"), None);
    }

    #[test]
    fn html_is_sorted() {
        assert!(["a", "img", "wbr", "noscript"].iter().all(|name| is_html(name)));
        assert!(!is_html("t"));
    }
}
