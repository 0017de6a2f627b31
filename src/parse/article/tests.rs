use proptest::prelude::*;

use super::*;

const SENTENCE: &str = "The planner now learns from the queries that it has seen, and forgets them after a week. ";

fn page() -> String {
    let text: String = (0..12).map(|n| format!("<p>Part {n}. {}</p>", SENTENCE.repeat(3))).collect();
    format!(
        "<!DOCTYPE html><html lang='en-GB'><head><title>Ferrow 4.0 | The Ferrow Blog</title>\
         <meta property='og:description' content='What the planner learns &amp; forgets.'>\
         <meta property='og:image' content='/lead.png'><meta name='author' content='Ann Lind'>\
         <meta property='article:published_time' content='2026-11-06T10:00:00Z'></head>\
         <body><nav><ul><li><a href='/'>Home</a></li><li><a href='/about'>About us</a></li></ul></nav>\
         <article><h1>Ferrow 4.0</h1>{text}</article>\
         <aside class='sidebar'><p>Subscribe to our newsletter, today!</p></aside>\
         <footer><p>All rights reserved by everybody.</p></footer><script>var ad = '<p>Buy</p>';</script></body></html>"
    )
}

#[test]
fn an_article_is_told_from_what_is_around_it() {
    let read = read(page().as_bytes(), Some("text/html; charset=utf-8")).unwrap();
    assert!(read.text.contains("Part 0. The planner") && read.text.contains("Part 11."), "{}", read.text);
    for around in ["About us", "newsletter", "All rights", "Buy"] {
        assert!(!read.text.contains(around), "{around}: {}", read.text);
    }
    let told = (read.description.as_deref(), read.author.as_deref(), read.image.as_deref(), read.language.as_deref());
    assert_eq!(told, (Some("What the planner learns & forgets."), Some("Ann Lind"), Some("/lead.png"), Some("en-GB")));
    assert_eq!(read.published.as_deref(), Some("2026-11-06T10:00:00Z"));
    assert!(!read.walled && !read.no_snippet);
}

#[test]
fn what_the_page_tells_machines_counts_more() {
    let data = r#"<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,
        "author":{"name":"Bo Ek"},"description":"For subscribers."}</script><meta name=robots content=nosnippet>"#;
    let read = read(page().replace("</head>", &format!("{data}</head>")).as_bytes(), None).unwrap();
    assert_eq!((read.author.as_deref(), read.description.as_deref()), (Some("Bo Ek"), Some("For subscribers.")));
    assert!(read.walled && read.no_snippet);
}

#[test]
fn the_encoding_is_the_headers_or_the_one_inside() {
    let latin = page().replace("Ann Lind", "Ren\u{e9}e").replace("<head>", "<head><meta charset=\"iso-8859-1\">");
    let bytes: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for header in [None, Some("text/html"), Some("text/html; charset=windows-1252")] {
        assert_eq!(read(&bytes, header).unwrap().author.as_deref(), Some("Ren\u{e9}e"));
    }
}

#[test]
fn what_is_no_page_is_refused() {
    assert_eq!(read(b"%PDF-1.7", None), Err(ArticleError::NotHtml));
    assert_eq!(read(b"{}", Some("application/json")), Err(ArticleError::NotHtml));
    assert_eq!(read(b"", None).unwrap().text, "");
}

/// Pages that would keep a browser's parser, or what comes after it, busy for minutes.
fn hostile(bytes: usize) -> Vec<(&'static str, String)> {
    let fill = |part: &str| part.repeat(bytes / part.len());
    vec![
        ("nested", fill("<div>")),
        ("unclosed", fill("<p>a ")),
        ("formatting", (0..bytes / 16).map(|n| format!("<p><b class=x{n}>a")).collect()),
        ("links", fill("<a href=/>a<p>b</a>")),
        ("tables", fill("<table><tr><td>x<p>")),
        ("lists", fill("<li><ul>x<dl><dt>y")),
        ("attributes", format!("<p {}>", fill("a=b "))),
        ("names", format!("<p {}>", fill("a"))),
        ("one text", fill("word ")),
        ("no spaces", fill("a")),
        ("commas", fill("<p>a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q</p>")),
        ("breaks", fill("<br>")),
        ("pictures", fill("<img src=a.png>")),
        ("headings", fill("<h1>a</h1>")),
        ("ends", fill("</p></div></br>")),
        ("brackets", fill("<")),
        ("slashes", fill("</")),
        ("scripts", fill("<script></scrip>")),
        ("comments", fill("<!--->")),
        ("references", fill("&amp;amp;&#0;&bogus;")),
        ("data", format!("<script type=application/ld+json>{}</script>", fill("["))),
        ("divided", fill("<div><p>one, two, three, four words and more of them, to count</p></div>")),
        ("bylines", fill("<span class=byline>by a</span>")),
    ]
}

#[test]
fn hostile_pages_are_read_like_any_other() {
    for (name, page) in hostile(200 << 10) {
        assert!(read(page.as_bytes(), Some("text/html")).is_ok(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nothing_breaks_it(
        text in "(<|</|<!--|-->|>|p|div|script|title|table|td|a|ul|li|br|article| class=|=|\"|'| |,|word|\\PC){0,200}",
    ) {
        prop_assert!(read(text.as_bytes(), None).is_ok(), "{text:?}");
    }
}
