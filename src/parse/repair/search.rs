//! Searches that remember their answer.

use memchr::memmem::Finder;

/// Looks for one needle, ever further on in one text, and never twice over the same stretch.
pub(super) struct Search {
    needle: &'static str,
    /// Made when it is first wanted: most texts that are looked at are short and never want it.
    finder: Option<Finder<'static>>,
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
        Self { needle, finder: None, found: Found::Unknown }
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
        let at = self.finder.get_or_insert_with(|| Finder::new(self.needle)).find(rest.as_bytes()).map(|i| from + i);
        self.found = at.map_or(Found::Nowhere, Found::At);
        at
    }
}
