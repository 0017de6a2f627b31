//! What only the prose of a listing tells: where one takes part, what it costs, whom it welcomes, that it is off.
//!
//! Every answer is three-valued: silence is not "no".

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::event::EventMode;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        #[allow(clippy::expect_used, reason = "a constant pattern, compiled by the tests below")]
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(concat!("(?i)", $pattern)).expect("the pattern is constant"));
    };
}

pattern!(
    CALLED_OFF_BEFORE,
    r"^\W*\b(?:cancelled|canceled|abgesagt|entfällt|annulée?|cancelado|cancelada|annullato)(?:\s*[\])!:*|–—-]+\s*|\s*$)|^\W*(?-i:CANCELLED|CANCELED|ABGESAGT)\s+"
);
pattern!(
    CALLED_OFF_AFTER,
    r"\s*[\[(*:|–—-]+\s*(?:cancelled|canceled|abgesagt|annulée?|cancelado|cancelada|annullato)[\])!*\s]*$"
);
pattern!(
    FREE,
    r"\b(?:free of charge|free (?:entry|entrance|admission|event|meetup|tickets?|to attend)|(?:entry|admission|entrance|attendance|participation|event|meetup) is (?:always )?free|free and open to|kostenlos|kostenfrei|eintritt (?:ist )?frei|freier eintritt|entrée (?:libre|gratuite)|gratuit|ingresso (?:libero|gratuito)|entrada (?:libre|gratuita)|gratis)\b"
);
pattern!(
    PRICE,
    r"\b(?:tickets?|price|fee|costs?|entry|admission|eintritt|tarif|preis)\b[^.\n\d€$£]{0,24}([€$£] ?\d+(?:[.,]\d{2})?|\d+(?:[.,]\d{2})? ?(?:€|£|EUR\b|USD\b|GBP\b|CHF\b))"
);
pattern!(
    BEGINNERS,
    r"\b(?:first[- ]time (?:speakers?|attendees?|visitors?)|first[- ]timers?|beginners?(?: are)?(?: very| always)? welcome|newcomers?(?: are)?(?: very| always)? welcome|beginner[- ]friendly|(?:suitable |perfect |great |open )?for (?:absolute |complete )?beginners|no (?:prior |previous )?(?:experience|knowledge)(?: is)? (?:needed|required|necessary)|all (?:skill |experience )?levels(?: are)?(?: welcome)?|einsteiger(?:innen)?(?: sind)? willkommen|anfänger(?:innen)?(?: sind)? willkommen|débutants? bienvenus?)\b"
);
pattern!(
    NOT_FOR_BEGINNERS,
    r"\b(?:not (?:suitable )?for beginners|advanced (?:level|users|developers) only|(?:prior |previous )?(?:experience|knowledge)(?: is| of \w+ is)? required|nicht für anfänger)\b"
);
pattern!(
    ONLINE,
    r"(?:^\s*https?://|\b(?:online(?:[- ]event| meetup)?|zoom(?:\.us)?|google meet|meet\.google|microsoft teams|ms teams|teams\.microsoft|jitsi|webex|webinar|virtual(?:ly)?|livestream|live stream|youtube|twitch|discord|big ?blue ?button|remote)\b)"
);
pattern!(HYBRID, r"\bhybrid\b");
pattern!(
    ADDRESS,
    r"\d{2,}|\b(?:street|str\.|stra(?:ß|ss)e|road|avenue|ave|rue|platz|square|floor|building|room|hall)\b"
);

/// The title without the remark that the event is off, and whether there was one.
#[must_use]
pub fn called_off(title: &str) -> (Cow<'_, str>, bool) {
    for pattern in [&CALLED_OFF_BEFORE, &CALLED_OFF_AFTER] {
        let rest = pattern.replace(title, "");
        if let Cow::Owned(rest) = rest {
            let rest = rest.trim().to_owned();
            // A title that is nothing but the remark stays what it is.
            return (if rest.is_empty() { Cow::Borrowed(title) } else { Cow::Owned(rest) }, true);
        }
    }
    (Cow::Borrowed(title), false)
}

/// Where one takes part, by title, location and whether a link to join is given.
#[must_use]
pub fn mode(title: &str, location: Option<&str>, join_link: bool) -> Option<EventMode> {
    let location = location.unwrap_or_default();
    let online = join_link || ONLINE.is_match(location);
    let place =
        !location.trim().is_empty() && (!ONLINE.is_match(location) || ADDRESS.is_match(&without_links(location)));
    if HYBRID.is_match(title) || HYBRID.is_match(location) || (online && place) {
        Some(EventMode::Hybrid)
    } else if online || (!place && ONLINE.is_match(title)) {
        Some(EventMode::Online)
    } else {
        place.then_some(EventMode::InPerson)
    }
}

fn without_links(text: &str) -> String {
    text.split_whitespace().filter(|word| !word.contains("://")).collect::<Vec<_>>().join(" ")
}

/// The price as the text words it, and whether it costs nothing.
#[must_use]
pub fn price(text: &str) -> (Option<String>, Option<bool>) {
    let named = PRICE.captures(text).and_then(|found| found.get(1)).map(|amount| amount.as_str().trim().to_owned());
    match named {
        Some(amount) if amount.chars().any(|c| ('1'..='9').contains(&c)) => (Some(amount), Some(false)),
        Some(_) => (None, Some(true)),
        None => (None, FREE.is_match(text).then_some(true)),
    }
}

/// Whether it says that it welcomes, or turns away, those who begin.
#[must_use]
pub fn beginners(text: &str) -> Option<bool> {
    if NOT_FOR_BEGINNERS.is_match(text) {
        return Some(false);
    }
    BEGINNERS.is_match(text).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_leaves_the_title() {
        for (title, rest, off) in [
            ("CANCELLED: Rust evening", "Rust evening", true),
            ("[Canceled] Rust evening", "Rust evening", true),
            ("Rust evening (CANCELLED)", "Rust evening", true),
            ("Abgesagt – Rust-Abend", "Rust-Abend", true),
            ("Cancelled", "Cancelled", true),
            ("How we cancelled futures", "How we cancelled futures", false),
            ("Cancelled futures in async Rust", "Cancelled futures in async Rust", false),
            ("ABGESAGT Rust-Abend", "Rust-Abend", true),
        ] {
            let (found, is_off) = called_off(title);
            assert_eq!((found.as_ref(), is_off), (rest, off), "{title}");
        }
    }

    #[test]
    fn silence_is_unknown() {
        assert_eq!(mode("Rust evening", None, false), None);
        assert_eq!(price("Feel free to bring gluten-free snacks"), (None, None));
        assert_eq!(beginners("Deep dive into the scheduler"), None);
    }

    #[test]
    fn what_is_said_is_heard() {
        assert_eq!(mode("Rust evening", Some("Speicher 7, Hamburg"), false), Some(EventMode::InPerson));
        assert_eq!(mode("Rust evening", Some("https://meet.example/x"), false), Some(EventMode::Online));
        assert_eq!(mode("Rust evening", Some("Hauptstraße 12, Berlin"), true), Some(EventMode::Hybrid));
        assert_eq!(mode("Online: Rust evening", None, false), Some(EventMode::Online));
        assert_eq!(price("Tickets from €15 at the door"), (Some("€15".into()), Some(false)));
        assert_eq!(price("Der Eintritt ist frei."), (None, Some(true)));
        assert_eq!(price("Price: 0 EUR"), (None, Some(true)));
        assert_eq!(beginners("First-time speakers welcome!"), Some(true));
        assert_eq!(beginners("Not for beginners"), Some(false));
    }
}
