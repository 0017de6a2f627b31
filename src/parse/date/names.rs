//! What zones and months are called.

/// Minutes east of UTC. Single letters are UTC, since RFC 822 had their signs wrong (RFC 2822, 4.3).
pub(super) fn zone_of(name: &str) -> Option<i64> {
    let name = name.to_ascii_uppercase();
    let hours = match name.as_str() {
        "UT" | "UTC" | "GMT" | "WET" => 0.0,
        "EDT" | "AST" => -4.0,
        "ADT" | "BRT" | "ART" => -3.0,
        "CST" | "MDT" => -6.0,
        "EST" | "CDT" => -5.0,
        "MST" | "PDT" => -7.0,
        "PST" | "AKDT" => -8.0,
        "AKST" => -9.0,
        "HST" => -10.0,
        "NST" => -3.5,
        "NDT" => -2.5,
        "BST" | "WEST" | "CET" | "MET" | "MEZ" | "WAT" => 1.0,
        "CEST" | "MEST" | "MESZ" | "EET" | "SAST" | "CAT" => 2.0,
        "EEST" | "MSK" | "EAT" | "TRT" => 3.0,
        "IST" => 5.5,
        "SGT" | "HKT" | "AWST" => 8.0,
        "JST" | "KST" => 9.0,
        "ACST" => 9.5,
        "AEST" => 10.0,
        "AEDT" => 11.0,
        "NZST" => 12.0,
        "NZDT" => 13.0,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation, reason = "at most 13 hours, in halves")]
    Some((hours * 60.0) as i64)
}

/// How months begin, in lower case: English, German, French, Spanish, Italian, Portuguese, Dutch, the Nordic
/// languages, Polish, Czech, Hungarian, Greek, Russian, Turkish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "sty", "led", "ιαν", "янв", "oca"],
    &["feb", "fév", "fev", "lut", "úno", "φεβ", "φεβρ", "фев", "şub"],
    &["mar", "mär", "mrz", "maa", "mrt", "bře", "már", "μαρ", "μάρ", "μαρτ", "мар"],
    &["apr", "avr", "abr", "kwi", "dub", "ápr", "απρ", "απρι", "апр", "nis"],
    &["may", "mai", "maj", "mag", "mei", "kvě", "máj", "μαι", "μαϊ", "μάι", "май", "мая"],
    &["jun", "juin", "giu", "cze", "jún", "ιουν", "ιούν", "июн", "haz"],
    &["jul", "juil", "lug", "lip", "júl", "ιουλ", "ιούλ", "июл", "tem"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "αυγ", "αύγ", "авг", "ağu"],
    &["sep", "set", "wrz", "zář", "szep", "σεπ", "сен", "eyl"],
    &["oct", "okt", "out", "ott", "paź", "říj", "οκτ", "окт", "eki"],
    &["nov", "lis", "νοε", "νοέ", "ноя", "kas"],
    &["dec", "dez", "déc", "dic", "gru", "pro", "δεκ", "дек", "ara"],
];

/// The number of the month that a word means, in any of those languages.
pub(super) fn month_of(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    let (index, _) = MONTHS
        .iter()
        .enumerate()
        .flat_map(|(index, names)| names.iter().map(move |name| (index, *name)))
        .filter(|(_, name)| word.starts_with(name))
        .max_by_key(|(index, name)| (name.len(), std::cmp::Reverse(*index)))?;
    i64::try_from(index + 1).ok()
}
