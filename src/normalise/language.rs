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

/// So many common words of its own a text must have to contradict a declaration.
const WITNESSES: usize = 2;

/// The primary subtag (`en`) of the language of a title and an excerpt. A declaration wins where one of the
/// two agrees or neither can tell, and always in languages that the detector does not know. Undeclared short
/// texts have none.
pub(super) fn of(title: &str, excerpt: Option<&str>, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(primary);
    let Some(declared) = declared else {
        // The longer text is the better witness, unless it is too short as well.
        let sure = |text: &&str| letters(text) >= BELIEVED_LETTERS || !is_latin(text);
        let witness = excerpt.filter(sure).or_else(|| Some(title).filter(sure));
        let told = witness.and_then(detect)?;
        // Names and terms look like any language, and most of them are English ones.
        let sure = told == "en" || words_tell(&[title, excerpt.unwrap_or_default()], told, "en", 1);
        return sure.then(|| told.to_owned());
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
    let told = by_excerpt.or(by_title);
    let witnessed = |told| words_tell(&[title, excerpt.unwrap_or_default()], told, &declared, WITNESSES);
    if !agrees && known && contradicted && told.is_some_and(witnessed) {
        told.map(str::to_owned)
    } else {
        Some(declared)
    }
}

/// Whether the words that hold sentences together are those of `told`, at least so many, rather than those of `other`.
/// The detector always answers, of tables, names and numbers too, and does not say how sure it is.
fn words_tell(texts: &[&str], told: &str, other: &str, least: usize) -> bool {
    let Some(common) = common_words(told) else {
        // Of a script of its own: its letters are there or they are not.
        return texts.iter().any(|text| !is_latin(text));
    };
    let others = common_words(other).unwrap_or_default();
    let (mut its, mut not_its) = (0, 0);
    for word in texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic())) {
        let word = word.to_lowercase();
        its += usize::from(common.contains(&word.as_str()));
        not_its += usize::from(others.contains(&word.as_str()));
    }
    its >= least && its > not_its
}

/// The commonest words of a language in Latin letters.
fn common_words(language: &str) -> Option<&'static [&'static str]> {
    Some(match language {
        "de" => &[
            "der", "die", "das", "und", "ist", "ein", "eine", "den", "dem", "von", "mit", "für", "auf", "nicht", "im",
            "zu", "sich", "wir", "es", "er", "sie", "aus", "hat", "sind", "wie", "bei", "zum", "werden", "wird",
        ],
        "en" => &[
            "the", "and", "of", "to", "is", "in", "that", "for", "it", "with", "on", "are", "as", "was", "we", "you",
            "this", "from", "by", "how", "has", "have", "its", "at", "be", "our", "your", "not", "i",
        ],
        "es" => &[
            "el", "la", "los", "las", "de", "que", "y", "en", "un", "una", "es", "por", "con", "para", "del", "se",
            "su", "al", "como", "más",
        ],
        "fr" => &[
            "le", "la", "les", "de", "des", "du", "et", "est", "un", "une", "en", "dans", "que", "qui", "pour", "sur",
            "avec", "ce", "au", "par", "plus", "pas", "nous", "vous", "il",
        ],
        "it" => &[
            "il", "la", "lo", "gli", "di", "che", "è", "un", "una", "per", "con", "del", "della", "dei", "si", "non",
            "sono", "al", "nel", "come", "più", "e",
        ],
        "nl" => &[
            "de", "het", "een", "en", "van", "is", "dat", "op", "te", "met", "voor", "niet", "zijn", "aan", "er", "om",
            "ook", "als", "bij", "wordt", "we", "hoe",
        ],
        "pt" => &[
            "o", "os", "as", "de", "que", "e", "do", "da", "um", "uma", "em", "para", "com", "não", "no", "na", "por",
            "mais", "se", "dos", "como", "é",
        ],
        "sv" => &[
            "och", "att", "det", "som", "en", "ett", "är", "av", "för", "på", "med", "den", "till", "inte", "har",
            "om", "de", "vi", "från", "hur",
        ],
        "tr" => &[
            "ve", "bir", "bu", "için", "ile", "de", "da", "olarak", "daha", "çok", "gibi", "en", "olan", "nasıl", "ne",
        ],
        "vi" => &[
            "và", "của", "là", "các", "cho", "có", "không", "một", "được", "trong", "với", "này", "những", "người",
            "để",
        ],
        _ => return None,
    })
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
    fn names_and_numbers_do_not_overrule_a_declaration() {
        for (title, excerpt) in [
            ("Benchmarks: six JSON parsers compared", "Parser MB/s simdjson 2,900 serde_json 610"),
            ("Kubernetes 1.36 Helm charts", "nginx 12 ms, envoy 14 ms, haproxy 11 ms, caddy 19 ms, traefik 22 ms"),
            (
                "Latency table: Postgres, MySQL, MariaDB",
                "p50 p95 p99 postgres 12 40 90 mysql 14 44 97 mariadb 13 41 93",
            ),
        ] {
            for declared in ["en", "de", "it"] {
                assert_eq!(of(title, Some(excerpt), Some(declared)).as_deref(), Some(declared), "{title}");
            }
        }
        let french = "Le planificateur apprend des requêtes que nous avons déjà vues dans la base";
        assert_eq!(of(french, Some(french), Some("en")).as_deref(), Some("fr"));
        assert_eq!(of("数据库的新版本今天发布了", Some("数据库的新版本今天发布了"), Some("en")).as_deref(), Some("zh"));
    }

    #[test]
    fn a_declaration_is_checked_but_not_lightly_overruled() {
        let english = "The planner now learns from the queries that it has seen before";
        let german = "Der Planer lernt jetzt aus den Abfragen, die er schon einmal gesehen hat";
        assert_eq!(of(english, None, None).as_deref(), Some("en"));
        assert_eq!(of("Ferrow 4.0", None, None), None);
        assert_eq!(of("Nginx reverse proxy cache traps", None, None), None, "no Italian");
        for title in [
            "CVE-2026-31022 Windows Graphics Component Remote Code Execution Vulnerability",
            "GLSA 202611-04: Mozilla Thunderbird: Multiple Vulnerabilities",
        ] {
            assert!(of(title, Some("Information published."), None).is_none_or(|told| told == "en"), "{title}");
        }
        assert_eq!(of(german, None, None).as_deref(), Some("de"));
        assert_eq!(of("Ferrow 4.0", None, Some("de-AT")).as_deref(), Some("de"));
        assert_eq!(of(english, Some(german), Some("en")).as_deref(), Some("en"));
        assert_eq!(of(german, Some(german), Some("en-us")).as_deref(), Some("de"));
        assert_eq!(of(german, None, Some("en")).as_deref(), Some("en"));
        assert_eq!(of(english, Some(english), Some("pl")).as_deref(), Some("pl"));
        assert_eq!(of("数据库的新版本今天发布了", None, None).as_deref(), Some("zh"));
        assert_eq!(of("?", None, Some("x-klingon")), None);
    }
}
