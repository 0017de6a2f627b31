//! A unified diff of an edit whose places are known, so that nothing has to be searched for.

use super::edit::{Splice, spliced};

/// Lines that stand unchanged around a change.
const CONTEXT: usize = 3;

/// One run of lines that changes: from the first to before the last, counted from 0, and what comes in their place.
struct Run {
    first: usize,
    last: usize,
    new: String,
}

/// What `splices` (in order and apart) do to `text`, as a unified diff of the file `name`; empty without any.
pub(super) fn unified(text: &str, splices: &[Splice], name: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let runs = runs(text, &lines, splices);
    let mut out = String::new();
    let mut grown = 0_isize;
    let mut rest = runs.as_slice();
    while let Some((head, _)) = rest.split_first() {
        let near = rest.windows(2).take_while(|pair| matches!(pair, [a, b] if b.first - a.last <= 2 * CONTEXT)).count();
        let (hunk, others) = rest.split_at(near + 1);
        rest = others;
        let first = head.first.saturating_sub(CONTEXT);
        let last = hunk.last().map_or(first, |run| (run.last + CONTEXT).min(lines.len()));
        let (mut body, mut at, mut new_lines) = (String::new(), first, 0);
        for run in hunk {
            new_lines += write(&mut body, ' ', lines.get(at..run.first));
            write(&mut body, '-', lines.get(run.first..run.last));
            let new: Vec<&str> = run.new.split_inclusive('\n').collect();
            new_lines += write(&mut body, '+', Some(new.as_slice()));
            at = run.last;
        }
        new_lines += write(&mut body, ' ', lines.get(at..last));
        let new_first = first.saturating_add_signed(grown) + 1;
        out.push_str(&format!("@@ -{},{} +{new_first},{new_lines} @@\n{body}", first + 1, last - first));
        grown += new_lines.cast_signed() - (last - first).cast_signed();
    }
    if out.is_empty() { out } else { format!("--- {name}\n+++ {name}\n{out}") }
}

/// The lines that change, each run with those that touch it.
fn runs(text: &str, lines: &[&str], splices: &[Splice]) -> Vec<Run> {
    let mut starts = vec![0];
    for line in lines {
        starts.push(starts.last().copied().unwrap_or_default() + line.len());
    }
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1).min(lines.len());
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for splice in splices {
        let (first, last) = (line_of(splice.at.start), line_of(splice.at.end) + 1);
        match ranges.last_mut() {
            Some(range) if first <= range.1 => range.1 = range.1.max(last.min(lines.len())),
            _ => ranges.push((first, last.min(lines.len()))),
        }
    }
    let at = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    ranges
        .into_iter()
        .map(|(first, last)| {
            let new = spliced(text, at(first)..at(last), splices);
            // What stands at either end of both stays: a line that comes behind another is no change of it.
            let old = lines.get(first..last).unwrap_or_default();
            let mut new: Vec<&str> = new.split_inclusive('\n').collect();
            let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
            new.drain(..before);
            let behind =
                old.iter().skip(before).rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
            new.truncate(new.len() - behind);
            Run { first: first + before, last: last - behind, new: new.concat() }
        })
        .collect()
}

/// Writes lines with their mark and tells how many.
fn write(out: &mut String, mark: char, lines: Option<&[&str]>) -> usize {
    let lines = lines.unwrap_or_default();
    for line in lines {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
    lines.len()
}
