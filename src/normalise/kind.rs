//! What sort of text an item is, told by a table of patterns.

mod gate;
mod pattern;
mod rules;
mod table;

use crate::model::item::Kind;
use crate::model::source::Role;
use table::TABLE;

/// Characters of an excerpt in which "Sponsored by" speaks of the whole.
const OPENING_CHARS: usize = 120;

/// Characters of an excerpt that are read.
const EXCERPT_CHARS: usize = 200;

/// The kind of an item: that of the first rule in [`rules::RULES`] that holds. Nothing holds: an article.
///
/// `title`, `tags` and `excerpt` are plain text; of `excerpt` the beginning counts.
#[must_use]
pub fn kind_of(title: &str, tags: &[String], excerpt: &str, role: Role) -> Kind {
    TABLE.first_that_holds(&Texts::new(title, tags, excerpt), role).map_or(Kind::default(), |rule| rule.kind)
}

/// What the rules look at, as they are written: in lower case and with the signs of a keyboard.
struct Texts {
    title: String,
    excerpt: String,
    /// Where in the excerpt.
    opening_ends: usize,
    tags: Vec<String>,
}

impl Texts {
    fn new(title: &str, tags: &[String], excerpt: &str) -> Self {
        let (opening, rest) = split_after(excerpt, OPENING_CHARS);
        let mut excerpt = straight(opening);
        let opening_ends = excerpt.len();
        excerpt.push_str(&straight(split_after(rest, EXCERPT_CHARS - OPENING_CHARS).0));
        Self { title: straight(title), excerpt, opening_ends, tags: tags.iter().map(|tag| straight(tag)).collect() }
    }

    fn opening(&self) -> &str {
        self.excerpt.get(..self.opening_ends).unwrap_or_default()
    }
}

/// `text` in two, the first of so many characters or fewer.
fn split_after(text: &str, chars: usize) -> (&str, &str) {
    let end = text.char_indices().nth(chars).map_or(text.len(), |(end, _)| end);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Lower case, typographic signs as the ones on a keyboard, letters without accents and any currency as dollars, so that
/// patterns need but one spelling.
fn straight(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let straight = text.chars().map(|c| match c {
        '’' | '‘' | 'ʼ' => '\'',
        '“' | '”' => '"',
        '–' | '—' | '‑' | '‐' => '-',
        '€' | '£' | '¥' => '$',
        '\u{a0}' | '\u{202f}' => ' ',
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' | 'Å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' => 'n',
        other => other.to_ascii_lowercase(),
    });
    straight.collect()
}

#[cfg(test)]
mod tests;
