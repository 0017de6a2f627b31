//! The words that a pattern cannot do without, read off the pattern. The program does not do this: what comes of it is
//! in `words.txt`, which a test compares.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use crate::normalise::kind::gate::edges::{Edge, Edges, in_word};

/// So many needs of a pattern are told: a third would shut it in few texts more.
const TOLD: usize = 2;
/// More ways to write one thing say little, and make the gate large.
const MOST_WAYS: usize = 24;
/// One of more characters is the same as any.
const MOST_MEMBERS: usize = 10;
/// As [`MOST_WAYS`], of what differs as a whole.
const MOST_BRANCHES: usize = 400;
/// What is less rare than this is told only where nothing rarer is needed: three letters.
const TELLING: usize = 6;
/// Words of fewer bytes stand nearly everywhere.
const LEAST_BYTES: usize = 2;
/// Whole words that stand in every other title.
const COMMON: [&[u8]; 24] = [
    b"the", b"to", b"of", b"for", b"in", b"on", b"an", b"is", b"are", b"and", b"with", b"our", b"we", b"how", b"out",
    b"now", b"new", b"from", b"at", b"by", b"it", b"you", b"your", b"what",
];
/// What stands in few.
const SIGNS: &[u8] = b"%$#@[";

/// Bytes that are in every text that a pattern matches. Where it asks for an edge, so does the word: else "ad" would be
/// found in every "made".
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::normalise::kind) struct Word {
    bytes: Vec<u8>,
    edges: Edges,
}

impl Word {
    /// As `words.txt` has it.
    pub(in crate::normalise::kind) fn written(&self) -> String {
        self.edges.letters() + &String::from_utf8_lossy(&self.bytes)
    }

    fn edge(edge: Edge) -> Self {
        Self { bytes: Vec::new(), edges: Edges(edge, Edge::Any) }
    }

    /// Roughly: a longer one is rarer, some signs are rarer than letters, spaces and common words are everywhere.
    fn rarity(&self) -> usize {
        if self.bytes.len() < LEAST_BYTES {
            return 0;
        }
        let of_part = |part: &[u8]| match part {
            [] | [b' '] => 0,
            [sign] if !in_word(*sign) => 2 + 4 * usize::from(SIGNS.contains(sign)),
            [b'0'..=b'9', ..] => part.len(),
            common if COMMON.contains(&common) => 1,
            word => 2 * word.len(),
        };
        let parts = self.bytes.chunk_by(|one, next| in_word(*one) && in_word(*next));
        let of_edge = |edge| match edge {
            Edge::Any => 0,
            Edge::OfWord => 1,
            Edge::StartOfText | Edge::EndOfText => 3,
        };
        parts.map(of_part).sum::<usize>() + of_edge(self.edges.0) + of_edge(self.edges.1)
    }

    /// It and `next` behind it, unless their edges rule that out. An error where one word cannot say it.
    fn then(&self, next: &Self) -> Result<Option<Self>, TwoEdges> {
        let merged = |one: Edge, other: Edge| match (one, other) {
            (edge, Edge::Any) | (Edge::Any, edge) => Ok(edge),
            (one, other) => (one == other).then_some(one).ok_or(TwoEdges),
        };
        let (Edges(begins, meets), Edges(met, ends)) = (self.edges, next.edges);
        Ok(match (self.bytes.last().copied(), next.bytes.first().copied()) {
            (None, None) => Some(Self::edge(merged(begins, met)?)),
            (None, Some(_)) if begins == Edge::EndOfText => None,
            (None, Some(_)) => Some(Self { bytes: next.bytes.clone(), edges: Edges(merged(begins, met)?, ends) }),
            (Some(_), None) if met == Edge::StartOfText => None,
            (Some(_), None) => Some(Self { bytes: self.bytes.clone(), edges: Edges(begins, merged(meets, met)?) }),
            (last, first) => (meets.is_between(last, first) && met.is_between(last, first))
                .then(|| Self { bytes: [self.bytes.as_slice(), &next.bytes].concat(), edges: Edges(begins, ends) }),
        })
    }
}

/// Two edges in one place, which a word has no room for.
struct TwoEdges;

/// What a pattern asks for.
#[derive(PartialEq, Eq)]
pub(in crate::normalise::kind) struct Needed {
    /// Of each of these lists one word is in whatever the pattern matches. The rarest first; none where nothing can be said.
    pub(in crate::normalise::kind) words: Vec<Vec<Word>>,
    /// Whether there is nothing else to it: it matches wherever one of the words stands.
    pub(in crate::normalise::kind) whole: bool,
}

/// Reads it off `pattern`, which is of `regex` without Unicode classes.
pub(in crate::normalise::kind) fn needed(pattern: &str) -> Needed {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    let Ok(parsed) = parsed else { return Needed { words: Vec::new(), whole: false } };
    if let Some(words) = ways(&parsed).filter(|words| words.iter().all(|word| !word.bytes.is_empty())) {
        return Needed { words: vec![words], whole: true };
    }
    let mut words = of_all(&parsed, [Edge::Any; 2]);
    words.sort_by_key(|words| std::cmp::Reverse(rarity(words)));
    let telling = words.iter().take_while(|words| rarity(words) >= TELLING).count();
    words.truncate(telling.clamp(1, TOLD));
    Needed { words, whole: false }
}

fn rarity(words: &[Word]) -> usize {
    let many = words.len().checked_ilog2().unwrap_or_default() as usize / 4;
    let rarity = words.iter().map(Word::rarity).min().unwrap_or_default();
    rarity.saturating_sub(many).max(rarity.min(1))
}

/// All that `hir` matches, if that is little.
fn ways(hir: &Hir) -> Option<Vec<Word>> {
    ways_at_most(hir).filter(|ways| *ways <= MOST_WAYS).and_then(|_| spelt(hir))
}

/// In how many ways it can be written, without writing them.
fn ways_at_most(hir: &Hir) -> Option<usize> {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(Look::Start | Look::End | Look::WordAscii) => Some(1),
        HirKind::Class(Class::Bytes(class)) => {
            let members: usize = class.ranges().iter().map(regex_syntax::hir::ClassBytesRange::len).sum();
            Some(members).filter(|members| *members <= MOST_MEMBERS)
        }
        HirKind::Class(Class::Unicode(_)) | HirKind::Look(_) => None,
        HirKind::Capture(capture) => ways_at_most(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (most, once) = (repetition.max?, ways_at_most(&repetition.sub)?);
            (repetition.min..=most).try_fold(0_usize, |all, times| all.checked_add(once.checked_pow(times)?))
        }
        HirKind::Concat(parts) => parts.iter().try_fold(1_usize, |all, part| all.checked_mul(ways_at_most(part)?)),
        HirKind::Alternation(branches) => {
            branches.iter().try_fold(0_usize, |all, branch| all.checked_add(ways_at_most(branch)?))
        }
    }
}

fn spelt(hir: &Hir) -> Option<Vec<Word>> {
    let word = |bytes: &[u8]| Word { bytes: bytes.to_vec(), ..Word::default() };
    Some(match hir.kind() {
        HirKind::Empty => vec![Word::default()],
        HirKind::Look(Look::Start) => vec![Word::edge(Edge::StartOfText)],
        HirKind::Look(Look::End) => vec![Word::edge(Edge::EndOfText)],
        HirKind::Look(Look::WordAscii) => vec![Word::edge(Edge::OfWord)],
        HirKind::Literal(literal) => vec![word(&literal.0)],
        HirKind::Class(Class::Bytes(class)) => {
            let members = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            members.map(|byte| word(&[byte])).collect()
        }
        HirKind::Class(Class::Unicode(_)) | HirKind::Look(_) => return None,
        HirKind::Capture(capture) => spelt(&capture.sub)?,
        HirKind::Repetition(repetition) => repeated(repetition)?,
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Word::default()], |all, part| joined(&all, &spelt(part)?))?
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(spelt(branch)?);
            }
            all
        }
    })
}

fn repeated(repetition: &Repetition) -> Option<Vec<Word>> {
    let (most, once) = (repetition.max?, spelt(&repetition.sub)?);
    let (mut all, mut times) = (Vec::new(), vec![Word::default()]);
    for n in 0..=most {
        if n >= repetition.min {
            all.extend(times.iter().cloned());
        }
        if n < most {
            times = joined(&times, &once)?;
        }
    }
    Some(all)
}

/// Each of `starts` with each of `ends` behind it, if these are few.
fn joined(starts: &[Word], ends: &[Word]) -> Option<Vec<Word>> {
    if starts.len() * ends.len() > MOST_WAYS {
        return None;
    }
    let all = starts.iter().flat_map(|start| ends.iter().map(|end| start.then(end)));
    all.filter_map(Result::transpose).collect::<Result<_, _>>().ok()
}

/// A piece of what a pattern matches, one after another.
enum Piece<'h> {
    /// One of these.
    Ways(Vec<Word>),
    /// One of several that differ as a whole.
    Branches(&'h [Hir]),
    /// Anything.
    Gap,
}

fn pieces<'h>(hir: &'h Hir, into: &mut Vec<Piece<'h>>) {
    match hir.kind() {
        HirKind::Capture(capture) => pieces(&capture.sub, into),
        HirKind::Concat(parts) => parts.iter().for_each(|part| pieces(part, into)),
        kind => match (ways(hir), kind) {
            (Some(ways), _) => into.push(Piece::Ways(ways)),
            (None, HirKind::Alternation(branches)) => into.push(Piece::Branches(branches)),
            // The first is next to what stands before, the last to what follows; they may be one.
            (None, HirKind::Repetition(repetition)) if repetition.min > 0 => {
                pieces(&repetition.sub, into);
                into.push(Piece::Gap);
                pieces(&repetition.sub, into);
            }
            _ => into.push(Piece::Gap),
        },
    }
}

/// Lists of words of which `hir`, between such edges, cannot do without one each.
fn of_all(hir: &Hir, [begins, ends]: [Edge; 2]) -> Vec<Vec<Word>> {
    let mut all = vec![Piece::Ways(vec![Word::edge(begins)])];
    pieces(hir, &mut all);
    all.push(Piece::Ways(vec![Word::edge(ends)]));
    let mut needed = Vec::new();
    // What stands without a gap up to here.
    let mut run = Vec::new();
    for (at, piece) in all.iter().enumerate() {
        let grown = match piece {
            Piece::Ways(more) if run.is_empty() => Some(more.clone()),
            Piece::Ways(more) => joined(&run, more),
            Piece::Branches(_) | Piece::Gap => None,
        };
        if let Some(grown) = grown {
            run = grown;
            continue;
        }
        // The edge between what is too much to join is known to both.
        let next = match piece {
            Piece::Ways(more) => {
                let at_edge = !run.is_empty() && run.iter().all(|word| word.edges.1 == Edge::OfWord);
                at_edge.then(|| joined(&[Word::edge(Edge::OfWord)], more)).flatten().unwrap_or_else(|| more.clone())
            }
            Piece::Branches(branches) => {
                let follows = all.get(at + 1).map_or(ends, |next| match next {
                    Piece::Ways(ways) => only_edge(ways),
                    Piece::Branches(_) | Piece::Gap => Edge::Any,
                });
                needed.extend(of_any(branches, [only_edge(&run), follows]));
                Vec::new()
            }
            Piece::Gap => Vec::new(),
        };
        needed.push(std::mem::replace(&mut run, next));
    }
    needed.push(run);
    needed.retain(|words| !words.is_empty() && words.iter().all(|word| !word.bytes.is_empty()));
    needed
}

/// That of a piece which is nothing else.
fn only_edge(ways: &[Word]) -> Edge {
    match ways {
        [Word { bytes, edges }] if bytes.is_empty() => edges.0,
        _ => Edge::Any,
    }
}

/// The words of which one is in whatever one of `branches` matches, if each of these needs some.
fn of_any(branches: &[Hir], edges: [Edge; 2]) -> Option<Vec<Word>> {
    let mut all = Vec::new();
    for branch in branches {
        all.extend(of_all(branch, edges).into_iter().max_by_key(|words| rarity(words))?);
    }
    (all.len() <= MOST_BRANCHES).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(pattern: &str) -> String {
        let list = |words: &Vec<Word>| {
            words.iter().map(|word| String::from_utf8_lossy(&word.bytes).into_owned()).collect::<Vec<_>>().join("|")
        };
        needed(pattern).words.iter().map(list).collect::<Vec<_>>().join(" & ")
    }

    #[test]
    fn the_rarest_parts_of_a_pattern_tell() {
        assert_eq!(words_of(r"\bcve-\d{4}-\d{4,}"), "cve-0|cve-1|cve-2|cve-3|cve-4|cve-5|cve-6|cve-7|cve-8|cve-9");
        assert_eq!(words_of(r"\bdeprecat\w+ in"), "deprecat");
        assert_eq!(words_of(r"\b(an?|the) (\w+ ){0,2}outage (at|hits)\b"), "outage at|outage hits");
        assert_eq!(words_of(r"^critical \w+ in (router|switch)es"), "critical  &  in routeres| in switches");
        assert_eq!(words_of(r"\b(postmortem|root cause)\b.*"), "postmortem|root cause");
        assert_eq!(words_of(r"(post)?mortem|x\w"), "mortem|postmortem|x", "one branch says little");
        assert_eq!(words_of(r"\w+|(outage)?"), "");
    }

    #[test]
    fn a_pattern_of_words_alone_is_whole() {
        assert!(needed(r"\b(paid|free) (trials?|seats)\b").whole);
        assert!(needed(r"^in the end$").whole);
        assert!(needed(r"(^|: )paid( (now|today)\b|[:,]|$)").whole);
        for pattern in [r"\bpaid \w", r"\bpaid\b.*\btrial\b", r"\b\bpaid\b|^\bpaid", r"\w"] {
            assert!(!needed(pattern).whole, "{pattern}");
        }
    }
}
