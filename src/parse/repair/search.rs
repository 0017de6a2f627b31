//! Searches that remember their answer.

/// Looks for one needle, ever further on in one text, and never twice over the same stretch.
pub(super) struct Search {
    needle: &'static str,
    found: Found,
}

#[derive(Clone, Copy)]
enum Found {
    Unknown,
    At(usize),
    Nowhere,
}

impl Search {
    pub(super) fn new(needle: &'static str) -> Self {
        Self { needle, found: Found::Unknown }
    }

    /// Where the needle stands next at or after `from`; `from` must not go back from one call to the next.
    pub(super) fn next(&mut self, text: &str, from: usize) -> Option<usize> {
        if let Found::At(at) = self.found
            && at >= from
        {
            return Some(at);
        }
        if let Found::Nowhere = self.found {
            return None;
        }
        let rest = text.get(from..).unwrap_or_default();
        let at = memchr::memmem::find(rest.as_bytes(), self.needle.as_bytes()).map(|i| from + i);
        self.found = at.map_or(Found::Nowhere, Found::At);
        at
    }
}
