//! The language of an item: what its feed declares, checked against the words themselves.

use whichlang::{Lang, detect_language};

/// Fewer letters say too little.
const TELLING_LETTERS: usize = 20;

/// Of a longer text, its beginning tells enough.
const ENOUGH_CHARS: usize = 160;

/// From this many letters on, a text is believed where nothing is declared: a short headline of names and terms looks
/// like any language.
const BELIEVED_LETTERS: usize = 45;

/// From this many letters on, a title alone may contradict a declaration.
const SURE_LETTERS: usize = 80;

/// The primary subtag (`en`) of the language of a title and an excerpt. A declaration wins where one of the
/// two agrees or neither can tell, and always in languages that the detector does not know. Undeclared short
/// texts have none.
pub(super) fn of(title: &str, excerpt: Option<&str>, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(primary);
    let Some(declared) = declared else {
        // The longer text is the better witness, unless it is too short as well.
        let sure = |text: &&str| letters(text) >= BELIEVED_LETTERS || !is_latin(text);
        let witness = excerpt.filter(sure).or_else(|| Some(title).filter(sure));
        return witness.and_then(detect).map(str::to_owned);
    };
    let by_title = detect(title);
    if by_title == Some(&declared) {
        return Some(declared);
    }
    let by_excerpt = excerpt.and_then(detect);
    let agrees = by_excerpt == Some(&declared);
    let known = whichlang::LANGUAGES.iter().any(|&lang| code(lang) == declared);
    let contradicted = match (by_title, by_excerpt) {
        (Some(title), Some(excerpt)) => title == excerpt,
        (None, None) => false,
        _ => letters(title).max(excerpt.map_or(0, letters)) >= SURE_LETTERS,
    };
    if !agrees && known && contradicted { by_excerpt.or(by_title).map(str::to_owned) } else { Some(declared) }
}

fn primary(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase())).then_some(primary)
}

fn detect(text: &str) -> Option<&'static str> {
    let end = text.char_indices().nth(ENOUGH_CHARS).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or(text);
    // A script without spaces says more per letter.
    let telling = letters(text) + 3 * text.chars().filter(|&c| c >= '\u{3040}').count();
    (telling >= TELLING_LETTERS).then(|| code(detect_language(text)))
}

fn is_latin(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).all(|c| c < '\u{250}')
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// ISO 639-1.
fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_checked_but_not_lightly_overruled() {
        let english = "The planner now learns from the queries that it has seen before";
        let german = "Der Planer lernt jetzt aus den Abfragen, die er schon einmal gesehen hat";
        assert_eq!(of(english, None, None).as_deref(), Some("en"));
        assert_eq!(of("Ferrow 4.0", None, None), None);
        assert_eq!(of("Nginx reverse proxy cache traps", None, None), None, "no Italian");
        assert_eq!(of("Ferrow 4.0", None, Some("de-AT")).as_deref(), Some("de"));
        assert_eq!(of(english, Some(german), Some("en")).as_deref(), Some("en"));
        assert_eq!(of(german, Some(german), Some("en-us")).as_deref(), Some("de"));
        assert_eq!(of(german, None, Some("en")).as_deref(), Some("en"));
        assert_eq!(of(english, Some(english), Some("pl")).as_deref(), Some("pl"));
        assert_eq!(of("数据库的新版本今天发布了", None, None).as_deref(), Some("zh"));
        assert_eq!(of("?", None, Some("x-klingon")), None);
    }
}
