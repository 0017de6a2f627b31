//! Long work shows how far it is on a terminal, and is quiet everywhere else.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    shown: bool,
}

impl Progress {
    /// Shown when stderr is a terminal and nobody asked for quiet.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self { shown: !quiet && std::io::stderr().is_terminal() }
    }

    /// Never shown.
    #[must_use]
    pub fn hidden() -> Self {
        Self { shown: false }
    }

    /// A bar for `total` steps of `what`.
    #[must_use]
    pub fn bar(&self, total: u64, what: &'static str) -> ProgressBar {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
        match ProgressStyle::with_template("{msg} {wide_bar:.dim} {pos}/{len} {elapsed}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
