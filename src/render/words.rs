//! Foreign text and numbers on their way to a reader.

use url::Url;

/// Text on one line of at most `max` characters: white space is single, and what could hide, reorder or forge text
/// (control characters, direction overrides, private-use characters) is gone.
pub(crate) fn line(text: &str, max: usize) -> String {
    let visible: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| shown(*c)).collect();
    let mut out = String::new();
    for word in visible.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    shorten(&out, max)
}

/// Paragraphs of plain text, each on one line; blank lines part them.
pub(crate) fn paragraphs(text: &str, max: usize) -> Vec<String> {
    let unix = text.replace("\r\n", "\n");
    unix.split("\n\n").map(|part| line(part, max)).filter(|part| !part.is_empty()).collect()
}

/// At most `max` characters, cut between words where that is possible, with an ellipsis for what is missing.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(1);
    let cut: String = text.chars().take(room).collect();
    let at_word_end = text.chars().nth(room).is_none_or(|next| next == ' ');
    let whole = match cut.rsplit_once(' ').filter(|_| !at_word_end) {
        // A last word that is most of the text is cut rather than dropped.
        Some((head, _)) if head.chars().count() * 2 > max => head,
        _ => &cut,
    };
    format!("{}…", whole.trim_end_matches([' ', ',', ';', ':', '.', '–', '-']))
}

fn shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fffe}' | '\u{ffff}')
}

/// The address as it may stand in a link: http or https, and nothing else.
pub(crate) fn link(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()))
        .then(|| url.as_str().to_owned())
}

/// `1904` as `1,904`.
pub(crate) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 source", "1,904 items".
pub(crate) fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A small number as a word: "eight".
pub(crate) fn in_words(number: usize) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// Text for HTML, in an element or a quoted attribute.
pub(crate) fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Joins what there is with a middle dot.
pub(crate) fn dotted<I: IntoIterator<Item = String>>(parts: I) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_one_line_without_tricks() {
        assert_eq!(line(" a\r\n\tb\u{202e}c\u{0}\u{e000} ", 80), "a bc");
        assert_eq!(line("The quick brown fox jumps, over the lazy dog", 27), "The quick brown fox jumps…");
        assert_eq!(line(&"x".repeat(30), 10), format!("{}…", "x".repeat(9)));
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(link("HTTPS://Example.org/a b?x=\"y\""), Some("https://example.org/a%20b?x=%22y%22".to_owned()));
        for bad in ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.org", "/path", "http://", "", "ftp://a.org"]
        {
            assert_eq!(link(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(counted(1_234_567, "item", "items"), "1,234,567 items");
        assert_eq!(counted(1, "source", "sources"), "1 source");
        assert_eq!(in_words(8), "eight");
        assert_eq!(in_words(40), "40");
    }

    proptest! {
        #[test]
        fn no_text_exceeds_its_bound_or_breaks_its_line(text in ".{0,300}", max in 1_usize..100) {
            let out = line(&text, max);
            prop_assert!(out.chars().count() <= max);
            prop_assert!(!out.chars().any(|c| !shown(c)) && !out.contains("  ") && out.trim() == out);
        }

        #[test]
        fn escaped_text_opens_and_closes_nothing(text in ".{0,200}") {
            prop_assert!(!escape_html(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
