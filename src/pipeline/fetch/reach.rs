//! Whether anybody at all can be reached: an outage of our own network is no failure of the sources.

use std::collections::BTreeSet;

use super::reading::Read;
use crate::fetch::outcome::{FetchError, FetchOutcome};

/// So many hosts do not fall silent at once.
const HOSTS: usize = 3;

/// What is known of the network so far.
#[derive(Default)]
pub(super) struct Reach {
    somebody_answered: bool,
    /// From whom nothing came, before anybody answered.
    silent: Vec<Read>,
}

impl Reach {
    /// Takes what came of one source, and yields what may be kept: the silence of the first is held until somebody
    /// answers, or all were asked.
    pub(super) fn take(&mut self, read: Read) -> Vec<Read> {
        if !self.somebody_answered && is_silence(&read.answer.outcome) {
            self.silent.push(read);
            return Vec::new();
        }
        // What another source of its host was told, or the guard refused, is nobody's answer.
        self.somebody_answered |= read.answer.requests > 0 && !is_silence(&read.answer.outcome);
        if !self.somebody_answered {
            return vec![read];
        }
        std::mem::take(&mut self.silent).into_iter().chain([read]).collect()
    }

    /// Yields what is still held when nobody else will be asked, and whether nobody can be reached. Sources that were
    /// failing before say nothing of that.
    pub(super) fn end(&mut self) -> (Vec<Read>, bool) {
        let mut silent = std::mem::take(&mut self.silent);
        let well = silent.iter().filter(|read| read.state.failures == 0);
        let hosts: BTreeSet<&str> = well.filter_map(|read| read.answer.address.host_str()).collect();
        let outage = hosts.len() >= HOSTS;
        for read in &mut silent {
            read.outage = outage;
        }
        (silent, outage)
    }
}

/// Whether no server said anything.
fn is_silence(outcome: &FetchOutcome) -> bool {
    use FetchError::{Connect, Dns, Timeout, Tls};
    matches!(outcome, FetchOutcome::Failed(Dns(_) | Connect(_) | Tls(_) | Timeout))
}
