//! The table answers what its patterns would, one by one and without a gate.

pub(in super::super) mod needs;

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::bytes::{Regex, RegexBuilder};

use super::super::pattern::spelt_out;
use super::*;
use needs::{Word, needed};

/// Set, the words are written instead of compared.
const WRITE: &str = "BELLWETHER_WRITE_WORDS";

/// Of a rule, what its patterns need and where they stand. Those that are nothing but words are one part, and those that
/// need the same are tried together.
struct Part {
    whole: bool,
    needs: Vec<Vec<Word>>,
    places: Vec<usize>,
}

fn parts(rule: &Rule) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for (place, pattern) in rule.holds.iter().enumerate() {
        let needed = needed(&spelt_out(pattern));
        // Words are found in all of an excerpt, and not only in its opening.
        let whole = needed.whole && rule.place != Place::Opening;
        match all.iter_mut().find(|part| if whole { part.whole } else { !part.whole && part.needs == needed.words }) {
            Some(part) if whole => part.needs[0].extend(needed.words.concat()),
            Some(part) => part.places.push(place),
            None => all.push(Part { whole, needs: needed.words, places: vec![place] }),
        }
    }
    all
}

/// [`WORDS`], as the rules have it now.
fn words() -> String {
    let block = |rule: &Rule| {
        let mut block = rule.kind.as_str().to_owned();
        for Part { whole, needs, places } in parts(rule) {
            let places: Vec<String> = places.iter().map(usize::to_string).collect();
            block += &if whole { "\nwords".to_owned() } else { format!("\ntried {}", places.join(" ")) };
            for words in needs {
                block += "\n";
                for word in words {
                    block = block + "\t" + &word.written();
                }
            }
        }
        block
    };
    RULES.into_iter().flatten().map(block).collect::<Vec<_>>().join("\n\n") + "\n"
}

#[test]
fn the_words_are_those_of_the_patterns() {
    let words = words();
    if std::env::var_os(WRITE).is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/normalise/kind/gate/words.txt");
        std::fs::write(file, words).unwrap();
        return;
    }
    let differs = words.lines().zip(WORDS.lines()).find(|(now, then)| now != then);
    assert!(words == WORDS, "a pattern has changed: run this test alone with {WRITE}=1. First: {differs:?}");
}

#[test]
fn the_rules_are_in_lower_case_and_all_patterns() {
    for rule in RULES.into_iter().flatten() {
        for pattern in rule.holds.iter().chain(rule.unless) {
            let mut previous = ' ';
            for c in pattern.chars() {
                assert!(c.is_ascii() && (previous == '\\' || !c.is_ascii_uppercase()), "{pattern}");
                previous = c;
            }
        }
        for pattern in [rule.holds, rule.unless] {
            for text in ["", "a"] {
                Pattern::any_of(pattern.to_vec()).is_in(text);
            }
        }
    }
}

/// What the gates know the patterns by, without what must stand around it.
static KNOWN: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let needs = WORDS.lines().filter_map(|line| line.strip_prefix('\t'));
    needs.flat_map(|words| words.split('\t')).filter_map(|word| word.get(2..)).collect()
});

static WITHOUT_A_GATE: LazyLock<Vec<(&Rule, Regex)>> = LazyLock::new(|| {
    let of_rule = |rule: &'static Rule| {
        let all: Vec<String> = rule.holds.iter().map(|pattern| format!("(?:{})", spelt_out(pattern))).collect();
        (rule, RegexBuilder::new(&all.join("|")).unicode(false).build().unwrap())
    };
    RULES.into_iter().flatten().map(of_rule).collect()
});

proptest! {
    #[test]
    fn the_gate_changes_no_answer(
        pieces in prop::collection::vec((0_usize..20_000, "[a-z0-9 :.$%?'-]{0,4}"), 0..6),
        title_pieces in 0_usize..6,
    ) {
        let text = |pieces: &[(usize, String)]| -> String {
            let word = |number: &usize| KNOWN[number % KNOWN.len()].to_owned();
            pieces.iter().map(|(number, between)| word(number) + between).collect()
        };
        let (title, excerpt) = pieces.split_at(title_pieces.min(pieces.len()));
        let texts = Texts::new(&text(title), &[text(title)], &text(excerpt));
        let open = TABLE.open(&texts);
        for (at, (rule, found)) in WITHOUT_A_GATE.iter().enumerate() {
            let found = match rule.place {
                Place::Title | Place::TitleOver(_) => found.is_match(texts.title.as_bytes()),
                Place::Tag => found.is_match(texts.tags[0].as_bytes()),
                Place::Opening => found.is_match(texts.opening().as_bytes()),
                Place::Excerpt => found.is_match(texts.excerpt.as_bytes()),
            };
            prop_assert_eq!(TABLE.finds(at, &open, &texts), found, "rule {} in {:?}, {:?}", at, title, excerpt);
        }
    }
}
