//! Words with a `#` that people put behind a title or a text, so that a search finds it.

/// Those by which an advertisement must be marked: the rules read them.
const LABELS: [&str; 6] = ["#ad", "#ads", "#sponsored", "#anzeige", "#werbung", "#publi"];

/// `text` without the hashtags at its end, if there are two or more, or one that says only where it is shown. A single
/// one may be a word of the sentence, and a number is an issue.
pub(super) fn without_hashtags(text: &str) -> &str {
    let (mut rest, mut count, mut shorts) = (text.trim_end(), 0, false);
    loop {
        let word = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
        let tag = word.trim_end_matches(',');
        let name = tag.strip_prefix('#').unwrap_or_default();
        let is_tag =
            name.starts_with(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || "_-#".contains(c));
        if !is_tag {
            break;
        }
        if LABELS.iter().any(|label| tag.eq_ignore_ascii_case(label)) {
            return text;
        }
        shorts |= ["shorts", "short"].iter().any(|name_of_place| name.eq_ignore_ascii_case(name_of_place));
        count += 1;
        rest = rest.get(..rest.len() - word.len()).unwrap_or_default().trim_end();
    }
    if count >= 2 || shorts { rest } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_at_the_end_go() {
        for (text, left) in [
            ("One git trick 😱 #shorts #git #programming", "One git trick 😱"),
            ("One git trick #Shorts", "One git trick"),
            ("A planner. #rust, #async", "A planner."),
            ("#shorts", ""),
            ("Why we left C #", "Why we left C #"),
            ("What is new in #rust", "What is new in #rust"),
            ("Fixes #41 #42", "Fixes #41 #42"),
            ("See further #ad #git", "See further #ad #git"),
            ("#rust is fun", "#rust is fun"),
            ("", ""),
        ] {
            assert_eq!(without_hashtags(text), left, "{text}");
        }
    }
}
