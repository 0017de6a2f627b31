//! Numbers as headlines write them: "10,000" and "10K", "$1.35 billion" and "$1.35B", "8%" and "8 percent", "v5.0".

/// What a number is compared by, and how many words of the text it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// `10000`, `1.35e9`, `8%`, `5.0`: versions keep their points.
    pub(crate) key: String,
    /// 1, or 2 where the next word is its unit.
    pub(crate) words: usize,
}

/// The number that `word` (in lower case) is, with the word behind it when that is its scale.
pub(crate) fn number(word: &str, next: Option<&str>) -> Option<Number> {
    let word = word.strip_prefix(['$', '€', '£']).unwrap_or(word);
    let end = word.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.'))).unwrap_or(word.len());
    let (digits, suffix) = word.split_at_checked(end)?;
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let whole = grouped(whole)?;
    if fraction.is_some_and(|rest| rest.split('.').any(|part| part.is_empty() || part.contains(','))) {
        return None;
    }
    let ordinal = matches!(suffix, "st" | "nd" | "rd" | "th");
    let scaled = scale(suffix);
    if !(suffix.is_empty() || suffix == "%" || ordinal || scaled.is_some()) {
        return None;
    }
    let literal = fraction.map_or_else(|| whole.clone(), |rest| format!("{whole}.{rest}"));
    let next_scale = next.filter(|next| next.len() > 1 && suffix.is_empty()).and_then(scale);
    let next_percent = suffix.is_empty() && matches!(next, Some("percent" | "pct"));
    let key = match scaled.or(next_scale) {
        Some(factor) => canonical(literal.parse::<f64>().ok()? * factor),
        None if fraction.is_none() => whole.parse().map_or(whole, canonical),
        None => literal,
    };
    let percent = suffix == "%" || next_percent;
    let words = if next_scale.is_some() || next_percent { 2 } else { 1 };
    Some(Number { key: if percent { key + "%" } else { key }, words })
}

/// The digits of a whole number without the commas between its thousands; `None` when commas stand elsewhere.
fn grouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next().filter(|first| !first.is_empty())?;
    let rest: Vec<&str> = groups.collect();
    let sound = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    sound.then(|| format!("{first}{}", rest.concat()))
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "k" | "thousand" => 1e3,
        "m" | "mn" | "million" => 1e6,
        "b" | "bn" | "billion" => 1e9,
        "t" | "tn" | "trillion" => 1e12,
        _ => return None,
    })
}

/// Six digits are as exact as two reports agree.
fn canonical(value: f64) -> String {
    if value < 1e6 && value.fract() == 0.0 { format!("{value}") } else { format!("{value:.5e}") }
}

/// What a sequel's Roman numeral (in capitals) stands for; those that are also a letter or a word are none.
pub(crate) fn roman(word: &str) -> Option<&'static str> {
    Some(match word {
        "II" => "2",
        "III" => "3",
        "IV" => "4",
        "VI" => "6",
        "VII" => "7",
        "VIII" => "8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(word: &str, next: Option<&str>) -> Option<String> {
        number(word, next).map(|number| number.key)
    }

    #[test]
    fn spellings_of_a_number_meet() {
        assert_eq!(key("10,000", None), key("10k", None));
        assert_eq!(key("$1.35", Some("billion")), key("$1.35b", None));
        assert_eq!(key("8", Some("percent")), key("8%", None));
        assert_eq!(key("30th", None), key("30", None));
        assert_eq!(number("2", Some("million")).map(|number| number.words), Some(2));
    }

    #[test]
    fn a_version_is_not_its_neighbour_and_a_word_is_no_number() {
        assert_ne!(key("5.0", None), key("5.1", None));
        assert_eq!(key("1.2.3", None).as_deref(), Some("1.2.3"));
        for word in ["1,2", "4chan", "5..1", "m", "", "$", "1.", ".5"] {
            assert_eq!(key(word, None), None, "{word}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(word in "\\PC{0,12}", next in proptest::option::of("\\PC{0,8}")) {
            let _ = number(&word, next.as_deref());
        }

        #[test]
        fn digits_of_any_length(word in "[$]?[0-9,.]{1,40}[kmbt%]?") {
            let _ = number(&word, None);
        }
    }
}
