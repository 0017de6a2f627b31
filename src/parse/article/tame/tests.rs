use proptest::prelude::*;

use super::*;
use crate::parse::tag::{MAX_ATTRIBUTES, MAX_VALUE, name_of};

fn html(text: &str) -> String {
    tame(text).html
}

#[test]
fn what_an_article_is_made_of_passes_and_the_rest_leaves_its_text() {
    let page = "<!DOCTYPE html><html lang=de><body onload=\"x()\"><P Class='a \"b\"'>One <b>two</b><br/> 1 < 2</p>";
    let tamed = "<html lang=\"de\"><body><p class=\"a &quot;b&quot;\">One two <br> 1 &lt; 2</p></body></html>";
    assert_eq!(html(page), tamed);
}

#[test]
fn what_closes_itself_is_closed() {
    assert_eq!(html("<p>a<p>b<div>c"), "<p>a</p><p>b</p><div>c</div>");
    assert_eq!(html("<ul><li>a<ul><li>b<li>c</ul><li>d"), "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>");
    assert_eq!(
        html("<table><tr><td>a<td>b<tr><td>c"),
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
    );
    assert_eq!(html("<a>x<a>y</a>z</a>"), "<a>xy</a>z ");
}

#[test]
fn what_is_no_text_goes_with_its_content() {
    assert_eq!(html("a<script>if (1<2) '<p>'</script>b<style>p{}</STYLE >c<!-- <p> -->d<!-->e"), "abcde");
    assert_eq!(
        html("<title>1 <b> 2</title><svg><title>x</title></svg>y<script>never closed<p>"),
        "<title>1  b> 2</title>y"
    );
}

#[test]
fn json_ld_and_the_wish_not_to_be_shown_are_told_apart() {
    let page =
        "<meta name=Robots content='index, NoSnippet'><script type=\"application/ld+json\">{\"a\":\"<b>\"}</script>";
    let tamed = tame(page);
    assert_eq!((tamed.json_ld, tamed.no_snippet), (vec!["{\"a\":\"<b>\"}".to_owned()], true));
    assert!(tame("<meta name=robots content='max-snippet: 0'>").no_snippet);
    assert!(!tame("<meta name=robots content='max-snippet:-1, index'>").no_snippet);
}

#[test]
fn depth_tags_and_attributes_end_somewhere() {
    for part in ["<div>", "<li><dt>", "<span><p>", "<td><div><li>", "<ul><li><table><tr><td>"] {
        let (mut depth, mut deepest) = (0_usize, 0);
        for piece in html(&part.repeat(1000)).split('<').skip(1) {
            depth = if piece.starts_with('/') { depth - 1 } else { depth + 1 };
            deepest = deepest.max(depth);
        }
        assert!(depth == 0 && deepest <= MAX_DEPTH, "{part} {depth} {deepest}");
    }
    let closed = html(&format!("{}x{}<h1>", "<div>".repeat(1000), "</div>".repeat(1000)));
    assert!(closed.ends_with("<h1></h1>"));
    assert_eq!(html(&"<p>".repeat(MAX_ELEMENTS * 2)).matches("<p>").count(), MAX_ELEMENTS);
    assert!(html(&format!("<p {}>", "id=a ".repeat(10_000))).matches("id").count() <= MAX_ATTRIBUTES);
    assert_eq!(html(&format!("<img src=\"{}\">", "a".repeat(MAX_VALUE + 1))), "<img>");
}

proptest! {
    #[test]
    fn what_goes_out_is_of_the_kept_kinds(
        text in "(<|</|<!--|-->|>|p|div|script|title|svg|a|=|\"|'| |/|\\PC){0,60}",
    ) {
        let out = html(&text);
        for part in out.split('<').skip(1) {
            let name = name_of(part.trim_start_matches('/'));
            prop_assert!(KEPT.contains(&name.as_str()) || name == "title", "{text:?} {out:?}");
        }
    }
}
