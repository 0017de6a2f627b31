//! The language of a text, where it is not the one that an edition is written in.

/// What editions are written in.
const OURS: &str = "en";

/// Sorted by code (ISO 639): languages that feeds are written in.
const NAMES: &[(&str, &str)] = &[
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("nn", "Norwegian"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sl", "Slovene"),
    ("sr", "Serbian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

/// The tag as `lang` takes it (BCP 47), unless it is ours or none at all.
pub(crate) fn foreign(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let primary = primary(&tag)?;
    let clean = tag.len() <= 35 && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (clean && primary != OURS).then_some(tag)
}

/// "in German"; of a language without a name here its code.
pub(crate) fn said(tag: &str) -> Option<String> {
    let code = primary(&foreign(tag)?)?;
    let name = NAMES.binary_search_by_key(&code.as_str(), |(code, _)| code).ok().and_then(|at| NAMES.get(at));
    Some(name.map_or_else(|| format!("in another language ({code})"), |(_, name)| format!("in {name}")))
}

/// The language alone, in lower case. `und` and its like are none.
fn primary(tag: &str) -> Option<String> {
    let code = tag.split('-').next()?.to_ascii_lowercase();
    let known = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    (known && !matches!(code.as_str(), "und" | "mul" | "zxx" | "mis")).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_foreign_is_said() {
        assert!(NAMES.is_sorted_by_key(|(code, _)| code));
        for ours in ["en", "en-GB", "EN_us", "und", "", "x", "\"><b>"] {
            assert_eq!((foreign(ours), said(ours)), (None, None), "{ours}");
        }
        assert_eq!((foreign("pt_BR"), said("pt_BR")), (Some("pt-BR".into()), Some("in Portuguese".into())));
        assert_eq!(said("tlh"), Some("in another language (tlh)".into()));
        assert_eq!(foreign("de-\"onclick"), None);
    }
}
