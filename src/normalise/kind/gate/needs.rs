//! The words that a pattern cannot do without, read off the pattern.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// So many needs of a pattern are told: a third would shut it in few texts more.
const TOLD: usize = 2;
/// More ways to write one thing say little, and make the gate large.
const MOST_WAYS: usize = 128;
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    pub(super) bytes: Vec<u8>,
    begins: Edge,
    ends: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Unknown,
    OfWord,
    OfText,
}

impl Word {
    /// Whether its edges are there too, where its bytes were found.
    pub(super) fn stands(&self, text: &[u8], at: aho_corasick::Span) -> bool {
        let is_edge = |edge: Edge, inside: Option<&u8>, outside: Option<&u8>| match edge {
            Edge::Unknown => true,
            Edge::OfText => outside.is_none(),
            Edge::OfWord => inside.is_some_and(in_word) != outside.is_some_and(in_word),
        };
        let before = at.start.checked_sub(1).and_then(|at| text.get(at));
        is_edge(self.begins, self.bytes.first(), before) && is_edge(self.ends, self.bytes.last(), text.get(at.end))
    }

    /// Roughly: a longer one is rarer, some signs are rarer than letters, spaces and common words are everywhere.
    fn rarity(&self) -> usize {
        if self.bytes.len() < LEAST_BYTES {
            return 0;
        }
        let of_part = |part: &[u8]| match part {
            [] => 0,
            [sign] if !in_word(sign) => {
                if SIGNS.contains(sign) {
                    6
                } else {
                    2
                }
            }
            [b'0'..=b'9', ..] => part.len(),
            common if COMMON.contains(&common) => 1,
            word => 2 * word.len(),
        };
        let parts = self.bytes.chunk_by(|one, next| in_word(one) && in_word(next));
        let edge = |edge| usize::from(edge == Edge::OfWord) + 3 * usize::from(edge == Edge::OfText);
        parts.filter(|part| *part != b" ").map(of_part).sum::<usize>() + edge(self.begins) + edge(self.ends)
    }
}

/// As `\w` without Unicode has it.
fn in_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

/// What a pattern asks for.
pub(super) struct Needed {
    /// Of each of these lists one word is in whatever the pattern matches. The rarest first; none where nothing can be said.
    pub(super) words: Vec<Vec<Word>>,
    /// Whether there is nothing else to it: it matches wherever one of the words stands.
    pub(super) whole: bool,
}

pub(super) fn needed(pattern: &str) -> Needed {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    let Ok(parsed) = parsed else { return Needed { words: Vec::new(), whole: false } };
    let mut words = of_all(&parsed, [Edge::Unknown; 2]);
    words.sort_by_key(|words| std::cmp::Reverse(rarity(words)));
    let telling = words.iter().take_while(|words| rarity(words) >= TELLING).count();
    words.truncate(telling.clamp(1, TOLD));
    Needed { whole: words.len() == 1 && is_run(&parsed), words }
}

/// Whether it is a run without a gap, and asks for one edge on either side or none.
fn is_run(hir: &Hir) -> bool {
    let mut all = Vec::new();
    pieces(hir, &mut all);
    let mut middle = all.as_slice();
    if let [Piece::Edge(_), rest @ ..] = middle {
        middle = rest;
    }
    if let [rest @ .., Piece::Edge(_)] = middle {
        middle = rest;
    }
    let of_one = |ways: usize, piece: &Piece<'_>| match piece {
        Piece::Ways(more) => Some(ways * more.len()).filter(|ways| *ways <= MOST_WAYS),
        Piece::Edge(_) | Piece::Branches(_) | Piece::Gap => None,
    };
    middle.iter().try_fold(1, of_one).is_some()
}

fn rarity(words: &[Word]) -> usize {
    let many = words.len().checked_ilog2().unwrap_or_default() as usize / 4;
    let rarity = words.iter().map(Word::rarity).min().unwrap_or_default();
    rarity.saturating_sub(many).max(rarity.min(1))
}

/// A piece of what a pattern matches, one after another.
enum Piece<'h> {
    /// One of these ways to write it.
    Ways(Vec<Vec<u8>>),
    Edge(Edge),
    /// One of several that differ as a whole.
    Branches(&'h [Hir]),
    /// Anything.
    Gap,
}

fn pieces<'h>(hir: &'h Hir, into: &mut Vec<Piece<'h>>) {
    if let HirKind::Look(look) = hir.kind() {
        return into.push(match look {
            Look::Start | Look::End => Piece::Edge(Edge::OfText),
            Look::WordAscii => Piece::Edge(Edge::OfWord),
            _ => Piece::Gap,
        });
    }
    match (ways(hir), hir.kind()) {
        (Some(ways), HirKind::Literal(_) | HirKind::Class(_) | HirKind::Repetition(_)) => into.push(Piece::Ways(ways)),
        (_, HirKind::Capture(capture)) => pieces(&capture.sub, into),
        (_, HirKind::Concat(parts)) => parts.iter().for_each(|part| pieces(part, into)),
        (Some(ways), HirKind::Alternation(branches)) if !branches.iter().any(has_edge) => into.push(Piece::Ways(ways)),
        (_, HirKind::Alternation(branches)) => into.push(Piece::Branches(branches)),
        // The first is next to what stands before, the last to what follows; they may be one.
        (_, HirKind::Repetition(repetition)) if repetition.min > 0 => {
            pieces(&repetition.sub, into);
            into.push(Piece::Gap);
            pieces(&repetition.sub, into);
        }
        (_, HirKind::Empty) => {}
        _ => into.push(Piece::Gap),
    }
}

fn has_edge(hir: &Hir) -> bool {
    !hir.properties().look_set().is_empty()
}

/// All that `hir` matches, if that is little and asks for no edges.
fn ways(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let all = match hir.kind() {
        _ if has_edge(hir) => return None,
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Class(Class::Bytes(class)) => {
            let members = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            let members: Vec<_> = members.take(MOST_MEMBERS + 1).map(|byte| vec![byte]).collect();
            Some(members).filter(|members| members.len() <= MOST_MEMBERS)?
        }
        HirKind::Class(Class::Unicode(_)) | HirKind::Look(_) => return None,
        HirKind::Capture(capture) => ways(&capture.sub)?,
        HirKind::Repetition(repetition) => repeated(repetition)?,
        HirKind::Concat(parts) => {
            let empty = vec![Vec::new()];
            parts.iter().try_fold(empty, |all, part| joined(&all, &ways(part)?))?
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(ways(branch)?);
            }
            all
        }
    };
    (all.len() <= MOST_WAYS).then_some(all)
}

fn repeated(repetition: &Repetition) -> Option<Vec<Vec<u8>>> {
    let (most, once) = (repetition.max?, ways(&repetition.sub)?);
    let (mut all, mut times) = (Vec::new(), vec![Vec::new()]);
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
fn joined(starts: &[Vec<u8>], ends: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let all = || starts.iter().flat_map(|start| ends.iter().map(move |end| [start.as_slice(), end].concat()));
    (starts.len() * ends.len() <= MOST_WAYS).then(|| all().collect())
}

/// Lists of words of which `hir`, between such edges, cannot do without one each.
fn of_all(hir: &Hir, [begins, ends]: [Edge; 2]) -> Vec<Vec<Word>> {
    let mut all = Vec::new();
    pieces(hir, &mut all);
    let mut needed = Vec::new();
    // What stands without a gap up to here, and the edge before it.
    let mut run: Option<(Vec<Vec<u8>>, Edge)> = None;
    let mut before = begins;
    let finish = |run: Option<(Vec<Vec<u8>>, Edge)>, after: Edge, needed: &mut Vec<Vec<Word>>| {
        if let Some((ways, before)) = run.filter(|(ways, _)| ways.iter().all(|way| !way.is_empty())) {
            needed.push(ways.into_iter().map(|bytes| Word { bytes, begins: before, ends: after }).collect());
        }
    };
    for (at, piece) in all.iter().enumerate() {
        match piece {
            Piece::Ways(more) => {
                run = match run.take() {
                    None => Some((more.clone(), std::mem::replace(&mut before, Edge::Unknown))),
                    Some((ways, edge)) => match joined(&ways, more) {
                        Some(joined) => Some((joined, edge)),
                        None => {
                            finish(Some((ways, edge)), Edge::Unknown, &mut needed);
                            Some((more.clone(), Edge::Unknown))
                        }
                    },
                };
            }
            Piece::Edge(edge) if run.is_none() => before = before.max(*edge),
            Piece::Edge(edge) => {
                let ends_here = !matches!(all.get(at + 1), Some(Piece::Ways(_)));
                if ends_here {
                    finish(run.take(), *edge, &mut needed);
                    before = *edge;
                }
            }
            Piece::Branches(branches) => {
                let follows = match all.get(at + 1) {
                    Some(Piece::Edge(edge)) => *edge,
                    None => ends,
                    _ => Edge::Unknown,
                };
                if run.is_some() {
                    before = Edge::Unknown;
                }
                finish(run.take(), Edge::Unknown, &mut needed);
                needed.extend(of_any(branches, [before, follows]));
                before = Edge::Unknown;
            }
            Piece::Gap => {
                finish(run.take(), Edge::Unknown, &mut needed);
                before = Edge::Unknown;
            }
        }
    }
    finish(run, ends, &mut needed);
    needed
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
        assert_eq!(words_of(r"^critical \w+ in (router|switch)es"), "critical  & routeres|switches");
        assert_eq!(words_of(r"\b(postmortem|root cause)\b.*"), "postmortem|root cause");
        assert_eq!(words_of(r"(post)?mortem|x\w"), "mortem|postmortem|x", "one branch says little");
        assert_eq!(words_of(r"\w+|(outage)?"), "");
    }

    #[test]
    fn a_pattern_of_words_alone_is_whole() {
        assert!(needed(r"\b(paid|free) (trials?|seats)\b").whole);
        assert!(needed(r"^in the end$").whole);
        for pattern in [r"\bpaid \w", r"\bpaid\b.*\btrial\b", r"\bpaid( (now|today)\b|$)", r"^\bpaid\b", r"\w"] {
            assert!(!needed(pattern).whole, "{pattern}");
        }
    }
}
