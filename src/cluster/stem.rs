//! Forms of one word made alike: "layoffs" and "layoff", "announces" and "announcing". To compare, never to show.

/// Endings that carry no meaning of their own, longest first where one contains another.
const ENDINGS: [&str; 2] = ["ing", "ed"];

/// Takes the endings off an English word in lower case: plural, past, progressive, a final e. In the manner of Porter's
/// algorithm (1980) as far as its first step: the rest of it changed nothing in how well reports were matched.
pub(crate) fn stem(mut word: String) -> String {
    let length = word.len();
    if length > 4 && word.ends_with("ies") {
        word.truncate(length - 3);
        word.push('y');
    } else if length > 4 && ["sses", "xes", "ches", "shes"].iter().any(|ending| word.ends_with(ending)) {
        word.truncate(length - 2);
    } else if length > 3 && word.ends_with('s') && !["ss", "us"].iter().any(|ending| word.ends_with(ending)) {
        word.pop();
    }
    if let Some(rest) = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| stands_alone(rest))) {
        let rest = rest.len();
        word.truncate(rest);
        let mut last = word.bytes().rev();
        let doubled = last.next().filter(|byte| last.next() == Some(*byte));
        if rest > 3 && doubled.is_some_and(|byte| byte.is_ascii_alphabetic() && !b"lsz".contains(&byte)) {
            word.pop();
        }
    }
    if word.len() > 4 {
        if word.ends_with('e') {
            word.pop();
        } else if word.ends_with('y') {
            word.pop();
            word.push('i');
        }
    }
    word
}

/// Whether what is left of a word can be one: "add" of "adding", not "str" of "string".
fn stands_alone(rest: &str) -> bool {
    rest.len() >= 3 && rest.bytes().any(|byte| b"aeiouy".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for forms in [
            ["layoff", "layoffs"],
            ["announces", "announcing"],
            ["companies", "company"],
            ["stopped", "stops"],
            ["release", "released"],
            ["patches", "patched"],
        ] {
            let [a, b] = forms.map(|word| stem(word.to_owned()));
            assert_eq!(a, b);
        }
    }

    #[test]
    fn names_keep_what_tells_them_apart() {
        for word in ["string", "css", "linux", "red", "aws", "gas", "virus"] {
            let stemmed = stem(word.to_owned());
            assert!(stemmed.len() + 1 >= word.len(), "{word} → {stemmed}");
        }
    }

    proptest! {
        #[test]
        fn any_word_has_a_stem(word in "\\PC{1,20}") {
            prop_assert!(!stem(word).is_empty());
        }
    }
}
