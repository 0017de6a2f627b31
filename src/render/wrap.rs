//! Plain text in lines that every mail client shows whole.

/// The longest line; only a word that is longer by itself, such as an address, goes beyond.
const WIDTH: usize = 78;

/// Breaks a text between words, the first line behind `first`, the others behind `rest`.
pub(crate) fn wrap(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::from(first);
    let mut width = first.chars().count();
    let mut fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !fresh && width + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(rest);
            width = rest.chars().count();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
        fresh = false;
    }
    out
}

/// Ends every line at its last visible character, keeps at most two blank lines together, and ends in one line end.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 2;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if blank < 2 {
                out.push('\n');
            }
            blank += 1;
        } else {
            out.push_str(line);
            out.push('\n');
            blank = 0;
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_hang_behind_their_indent() {
        let out = wrap(&"word ".repeat(30), "* ", "  ");
        assert!(out.starts_with("* word word"));
        assert!(out.lines().skip(1).all(|line| line.starts_with("  word")));
    }

    #[test]
    fn tidy_leaves_no_gap_above_two_lines() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n \nc\n\n"), "a\n\n\nb\n\nc\n");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(text in "[a-zé:/]{0,90}( [a-z]{1,20}){0,40}") {
            let out = wrap(&text, "    ", "      ");
            for line in out.lines() {
                prop_assert!(line.chars().count() <= WIDTH || line.split_whitespace().count() == 1);
            }
            let (before, after): (Vec<_>, Vec<_>) =
                (text.split_whitespace().collect(), out.split_whitespace().collect());
            prop_assert_eq!(before, after);
        }
    }
}
