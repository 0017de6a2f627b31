//! Character references: what `&eacute;`, `&#233;` and `&#150;` stand for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memchr;

use super::Repairs;

/// Names a document declared for itself, and their text.
pub(super) type Declared = HashMap<String, String>;

/// How much text declared names may add to one document, in bytes: an end to "a billion laughs".
pub(super) const MAX_EXPANSION: usize = 1 << 20;

/// Resolves every reference once. A bare `&` and an unknown name stay as they are; a reference to a character
/// that no text may hold disappears. `budget` is what is left of [`MAX_EXPANSION`].
pub(super) fn resolve<'a>(
    text: &'a str,
    declared: &Declared,
    budget: &mut usize,
    repairs: &mut Repairs,
) -> Cow<'a, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let after = reference.get(1..).unwrap_or_default();
        resolved.push_str(before);
        rest = after;
        let name_len = after.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        let (name, tail) = after.split_at_checked(name_len).unwrap_or((after, ""));
        let Some(tail) = tail.strip_prefix(';').filter(|_| !name.is_empty()) else {
            repairs.note("bare & in text");
            resolved.push('&');
            continue;
        };
        if let Some(number) = name.strip_prefix('#') {
            match numeric(number) {
                Some(c) => resolved.push(c),
                None => repairs.note("references to characters that do not exist"),
            }
        } else if let Some(expansion) = declared.get(name).filter(|e| e.len() <= *budget) {
            *budget -= expansion.len();
            resolved.push_str(expansion);
        } else if let Some(c) = named(name) {
            resolved.push(c);
        } else {
            repairs.note("unknown entities");
            resolved.push('&');
            continue;
        }
        rest = tail;
    }
    resolved.push_str(rest);
    Cow::Owned(resolved)
}

/// The digits of `&#…;`, decimal or with a leading x.
fn numeric(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    windows_1252(code).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

/// The character of a code, those of the C1 range read as windows-1252, as every browser does. `None` for
/// control characters, surrogates and what windows-1252 leaves open.
pub(crate) fn windows_1252(code: u32) -> Option<char> {
    const HIGH: &str = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";
    match code {
        0x09 | 0x0a | 0x0d => char::from_u32(code),
        0..=0x1f | 0x7f | 0xfffe | 0xffff => None,
        0x80..=0x9f => HIGH.chars().nth(code.checked_sub(0x80)? as usize).filter(|c| *c != '\0'),
        _ => char::from_u32(code),
    }
}

/// A name of XML or HTML 4.
fn named(name: &str) -> Option<char> {
    match name {
        // XML's own: all of a page in a feed is written with these.
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => NAMED.get(name).copied(),
    }
}

static NAMED: LazyLock<HashMap<&'static str, char>> = LazyLock::new(|| {
    let latin = LATIN_1.split_whitespace().zip('\u{a0}'..);
    let others = OTHERS.split_whitespace().filter_map(|pair| {
        let (name, text) = pair.split_once('=')?;
        Some((name, text.chars().next()?))
    });
    let spaces = [
        ("ensp", '\u{2002}'),
        ("emsp", '\u{2003}'),
        ("thinsp", '\u{2009}'),
        ("zwnj", '\u{200c}'),
        ("zwj", '\u{200d}'),
        ("lrm", '\u{200e}'),
        ("rlm", '\u{200f}'),
    ];
    latin.chain(others).chain(spaces).collect()
});

/// The names of U+00A0 to U+00FF, in order.
const LATIN_1: &str = "\
    nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
    AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
    egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
    ugrave uacute ucirc uuml yacute thorn yuml";

/// The other names of HTML 4 that stand for something visible.
const OTHERS: &str = "\
    OElig=Œ oelig=œ Scaron=Š scaron=š Yuml=Ÿ fnof=ƒ circ=ˆ tilde=˜ Alpha=Α Beta=Β Gamma=Γ Delta=Δ Epsilon=Ε \
    Zeta=Ζ Eta=Η Theta=Θ Iota=Ι Kappa=Κ Lambda=Λ Mu=Μ Nu=Ν Xi=Ξ Omicron=Ο Pi=Π Rho=Ρ Sigma=Σ Tau=Τ Upsilon=Υ \
    Phi=Φ Chi=Χ Psi=Ψ Omega=Ω alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ \
    lambda=λ mu=μ nu=ν xi=ξ omicron=ο pi=π rho=ρ sigmaf=ς sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω \
    thetasym=ϑ upsih=ϒ piv=ϖ ndash=– mdash=— lsquo=‘ rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ dagger=† Dagger=‡ \
    bull=• hellip=… permil=‰ prime=′ Prime=″ lsaquo=‹ rsaquo=› oline=‾ frasl=⁄ euro=€ image=ℑ weierp=℘ real=ℜ \
    trade=™ alefsym=ℵ larr=← uarr=↑ rarr=→ darr=↓ harr=↔ crarr=↵ lArr=⇐ uArr=⇑ rArr=⇒ dArr=⇓ hArr=⇔ forall=∀ \
    part=∂ exist=∃ empty=∅ nabla=∇ isin=∈ notin=∉ ni=∋ prod=∏ sum=∑ minus=− lowast=∗ radic=√ prop=∝ infin=∞ \
    ang=∠ and=∧ or=∨ cap=∩ cup=∪ int=∫ there4=∴ sim=∼ cong=≅ asymp=≈ ne=≠ equiv=≡ le=≤ ge=≥ sub=⊂ sup=⊃ nsub=⊄ \
    sube=⊆ supe=⊇ oplus=⊕ otimes=⊗ perp=⊥ sdot=⋅ lceil=⌈ rceil=⌉ lfloor=⌊ rfloor=⌋ lang=⟨ rang=⟩ loz=◊ spades=♠ \
    clubs=♣ hearts=♥ diams=♦";

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        resolve(text, &Declared::new(), &mut MAX_EXPANSION.clone(), &mut Repairs::default()).into_owned()
    }

    #[test]
    fn each_reference_is_resolved_once() {
        assert_eq!(plain("&amp;lt; &eacute;&#233;&#xE9; &#150; &hellip;&nbsp;"), "&lt; ééé – …\u{a0}");
        assert_eq!(plain("AT&T &unknown; a=1&b=2 &#0;&#xD800;&"), "AT&T &unknown; a=1&b=2 &");
        assert_eq!(plain("&yuml;&Alpha;&euro;"), "ÿΑ€");
    }

    #[test]
    fn declared_names_are_capped() {
        let declared = Declared::from([("x".to_owned(), "12345".to_owned())]);
        let mut budget = 7;
        let text = resolve("&x;&x;", &declared, &mut budget, &mut Repairs::default());
        assert_eq!(text, "12345&x;");
    }
}
