use proptest::prelude::*;

use super::*;

fn page(html: &str) -> Page {
    read(html.as_bytes(), Some("text/html"), &Url::parse("https://www.a.example/blog/").unwrap())
}

fn addresses(html: &str) -> Vec<String> {
    page(html).feeds.iter().map(|link| link.url.to_string()).collect()
}

#[test]
fn declared_feeds_come_first_and_those_of_comments_last() {
    let html = r#"<!DOCTYPE html><html lang="de-AT"><head><title> Das
        Blog </title>
        <link rel="alternate" type="application/rss+xml" title="Kommentare" href="/comments/feed/">
        <link rel='Alternate' type='application/atom+xml; charset=utf-8' href='atom.xml#x' title='Alles'>
        <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
        <link rel="alternate" type="application/json+oembed" href="/oembed?feed">
        <link rel="alternate" type="application/json" href="/feed.json">
        <link rel="alternate" hreflang="en" href="/en/">
        <link rel="stylesheet" type="application/rss+xml" href="/no.rss">
        <link rel=alternate type=application/rss+xml href="javascript:alert(1)">
        </head><body><a href="/tags/rust/index.xml">Rust</a> <a href="https://www.a.example/blog/atom.xml">again</a>
        <a href="https://feeds.feedburner.com/a">Subscribe</a> <a href="https://b.example/feed">a friend's</a>
        <a href="/subscribe">RSS</a> <a href="/">RSS</a></body></html>"#;
    let page = page(html);
    assert_eq!((page.title.as_deref(), page.language.as_deref()), (Some("Das Blog"), Some("de-AT")));
    let told: Vec<_> = page
        .feeds
        .iter()
        .map(|link| (link.url.as_str(), link.title.as_deref(), link.declared, link.comments))
        .collect();
    assert_eq!(
        told,
        [
            ("https://www.a.example/blog/atom.xml", Some("Alles"), true, false),
            ("https://www.a.example/feed.json", None, true, false),
            ("https://www.a.example/tags/rust/index.xml", Some("Rust"), false, false),
            ("https://feeds.feedburner.com/a", Some("Subscribe"), false, false),
            ("https://www.a.example/subscribe", Some("RSS"), false, false),
            ("https://www.a.example/comments/feed/", Some("Kommentare"), true, true),
        ]
    );
}

#[test]
fn what_scripts_write_is_no_link() {
    assert_eq!(
        addresses("<script>'<a href=/x.rss>'</script><style><a href=/feed></style><a href=/y.rss>y"),
        ["https://www.a.example/y.rss"]
    );
}

#[test]
fn a_base_is_followed() {
    let html = "<base href='//cdn.a.example/x/'><link rel=alternate type=application/rss+xml href=f>";
    assert_eq!(addresses(html), ["https://cdn.a.example/x/f"]);
}

#[test]
fn a_page_of_links_is_bounded() {
    let html: String = (0..5_000).map(|n| format!("<a href='/{n}.rss'>{n}</a>")).collect();
    assert_eq!(addresses(&html).len(), MOST);
    let deep = "<div>".repeat(400_000);
    assert_eq!(addresses(&format!("{deep}<a href=/feed>x</a>")).len(), 1);
    let wide: String = (0..400_000).map(|n| format!(" a{n}")).collect();
    assert_eq!(addresses(&format!("<p{wide}><a href=/feed>x</a>")).len(), 1);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, None, &Url::parse("https://a.example/").unwrap());
    }

    #[test]
    fn whatever_the_markup_every_address_is_of_the_web(text in "(<(link|a|base|html|title|link rel=alternate)|( (rel|href|type|lang)=)|[\"'>/ ]|alternate|application/rss\\+xml|/feed|//|http:|ftp://x/feed|@:|é)*") {
        for link in page(&text).feeds {
            prop_assert!(matches!(link.url.scheme(), "http" | "https"), "{link:?}");
        }
    }
}
