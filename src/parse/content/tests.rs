use proptest::prelude::*;

use super::*;

#[test]
fn text_is_cut_between_words_and_composed() {
    assert_eq!(collapsed(" one  two\nthree ", 8), "one two");
    assert_eq!(collapsed("re\u{301}sume\u{301}", 10), "résumé");
}

#[test]
fn no_tag_is_cut_in_two() {
    let text = "a".repeat(20);
    assert_eq!(start(&format!("{text}<b>"), 22), text);
    assert_eq!(start(&format!("{text}<b>x"), 23), format!("{text}<b>"));
    let late = format!("<{}", "a".repeat(LONG_TAG));
    assert_eq!(start(&late, LONG_TAG), late.get(..LONG_TAG).unwrap());
}

#[test]
fn words_do_not_grow_together_where_a_block_ends() {
    let words = |html: &str| line(&Prose::Html(html.to_owned()), 100);
    assert_eq!(words("<P>a</P>b<section>c</section>d"), "a b c d");
    assert_eq!(words("<p>a</p>b<b>c</b>"), "a bc");
}

#[test]
fn html_is_made_harmless_and_its_links_absolute() {
    let html = Prose::Html("<p onclick=x>a<script>b</script> <a href=/c>d</a>".to_owned());
    let html = harmless(&html, Url::parse("http://a.example/b/").ok());
    assert!(
        html.contains("href=\"http://a.example/c\"") && !html.contains("script") && !html.contains("onclick"),
        "{html}"
    );
}

/// A browser opens formatting that was never closed again in every paragraph behind it.
#[test]
fn unclosed_formatting_is_not_multiplied() {
    let open: String = (0..80).map(|n| format!("<b id={n}>")).collect();
    let hidden: String = (0..80).map(|n| format!("<b id={n}><!--</b>-->")).collect();
    let tables: String = (0..80).map(|n| format!("<table><b id={n}><tr>")).collect();
    for formatting in [open, hidden, tables] {
        for part in ["</p><p>x", "<p>x", "<li>x", "</b><p>x</i>", "<td>x", "<a>x"] {
            let html = format!("{formatting}{}", part.repeat(1_000));
            let made = harmless(&Prose::Html(html.clone()), None);
            assert!(made.len() < 10 * html.len() && made.contains('x'), "{part} {}", made.len());
        }
    }
}

proptest! {
    #[test]
    fn what_is_tidy_is_shortened_as_any_text_is_collapsed(text in "( |[a-z]|é|e\u{301}|\\PC){0,20}", max_chars in 0_usize..20) {
        let tidy = text::tidy(&text);
        prop_assert_eq!(shortened(&tidy, max_chars), collapsed(&tidy, max_chars));
    }

    #[test]
    fn simple_words_are_what_is_read_off_any_html(html in simple_html::tests::html()) {
        if let Some(words) = simple_words(&html) {
            prop_assert_eq!(words, text::plain(&html));
        }
    }

    #[test]
    fn of_simple_html_nothing_is_lost_by_making_it_harmless(html in simple_html::tests::html()) {
        if let Some(words) = simple_words(&html) {
            prop_assert_eq!(words, text::plain(&harmless(&Prose::Html(html), None)));
        }
    }

    #[test]
    fn plain_text_is_made_harmless_by_escaping(text in simple_html::tests::html()) {
        let prose = Prose::Plain(text);
        prop_assert_eq!(words(&prose), text::plain(&harmless(&prose, None)));
    }
}
