//! What speaks for and against two reports being about one event: a handful of measures, each to be told in words.

use super::sketch::{Held, Sketches};

/// What a term of the title counts that the other report has in its snippet only.
const IN_SNIPPET: f64 = 0.7;

/// Added, as if each report had one more term that the other lacks, of an everyday word's IDF: two short titles that are
/// the same ("Weekly notes") say less than two long ones.
const LITTLE: f64 = 3.0;

/// One thing that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Cosine of all terms by TF-IDF (Salton), with the window's IDF: damps the word of the day.
    Cosine,
    /// The same with the background's IDF.
    BackgroundCosine,
    /// The same where a term counts by how much it is a name.
    NameCosine,
    /// Share of a title, by IDF, that the other report has: of the two shares the larger.
    Containment,
    /// And the smaller.
    MutualContainment,
    /// IDF of shared names; as a logarithm, as is the next.
    SharedNames,
    /// IDF of shared words that are no names.
    SharedWords,
    /// IDF of the rarest shared term.
    RarestShared,
    /// IDF of shared numbers and versions that a title has.
    SameNumbers,
    /// Both titles have numbers, and none in common: 0 or 1.
    OtherNumbers,
    /// One source: it seldom reports twice. 0 or 1.
    SameSource,
    /// One source and titles alike: what is said there every day. Cosine of the titles.
    Series,
    /// Days between them.
    DaysApart,
    /// IDF of a title's names that the other report lacks: of the two sums the smaller.
    NamesLeftLess,
    NamesLeftMore,
    /// One speaks of the host that the other points at: 0 or 1.
    HostNamed,
}

/// How many measures there are.
pub const MEASURES: usize = 16;

impl Measure {
    /// All, in the order in which [`measure`] has them.
    pub const ALL: [Self; MEASURES] = [
        Self::Cosine,
        Self::BackgroundCosine,
        Self::NameCosine,
        Self::Containment,
        Self::MutualContainment,
        Self::SharedNames,
        Self::SharedWords,
        Self::RarestShared,
        Self::SameNumbers,
        Self::OtherNumbers,
        Self::SameSource,
        Self::Series,
        Self::DaysApart,
        Self::NamesLeftLess,
        Self::NamesLeftMore,
        Self::HostNamed,
    ];

    /// Its name in the file of weights.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::BackgroundCosine => "background-cosine",
            Self::NameCosine => "name-cosine",
            Self::Containment => "containment",
            Self::MutualContainment => "mutual-containment",
            Self::SharedNames => "shared-names",
            Self::SharedWords => "shared-words",
            Self::RarestShared => "rarest-shared",
            Self::SameNumbers => "same-numbers",
            Self::OtherNumbers => "other-numbers",
            Self::SameSource => "same-source",
            Self::Series => "series",
            Self::DaysApart => "days-apart",
            Self::NamesLeftLess => "names-left-less",
            Self::NamesLeftMore => "names-left-more",
            Self::HostNamed => "host-named",
        }
    }

    /// What its `value` means for a pair, as a reader is told.
    #[must_use]
    pub fn words(self, value: f64) -> &'static str {
        let one_of = |limits: [f64; 2], words: [&'static str; 3]| {
            let [most, some, few] = words;
            let [high, low] = limits;
            if value >= high {
                most
            } else if value >= low {
                some
            } else {
                few
            }
        };
        match self {
            Self::Cosine | Self::BackgroundCosine => one_of(
                [0.3, 0.1],
                [
                    "they say the same in the same words",
                    "some of their words are the same",
                    "few of their words are the same",
                ],
            ),
            Self::NameCosine => one_of([0.3, 0.1], [NAMES_SHARED, "they share some names", "they share few names"]),
            Self::SharedNames => one_of([2.0, 0.7], [NAMES_SHARED, "they share some names", "they share few names"]),
            Self::Containment => one_of(
                [0.5, 0.2],
                [
                    "what one title says, the other report says too",
                    "their titles have something in common",
                    "their titles have little in common",
                ],
            ),
            Self::MutualContainment => one_of(
                [0.5, 0.2],
                [
                    "each says what the other's title says",
                    "their titles have something in common",
                    "their titles have little in common",
                ],
            ),
            Self::SharedWords => one_of(
                [2.0, 1.0],
                [
                    "they tell of it with the same words",
                    "they share some words",
                    "they share few words that are no names",
                ],
            ),
            Self::RarestShared => one_of(
                [4.0, f64::MIN_POSITIVE],
                ["they share a rare word", "they share common words only", "they share no word"],
            ),
            Self::SameNumbers if value > 0.0 => "they give the same number or version",
            Self::SameNumbers => "they share no number or version",
            Self::OtherNumbers if value > 0.0 => "their titles give other numbers or versions",
            Self::OtherNumbers => "their numbers do not contradict each other",
            Self::SameSource if value > 0.0 => "they are by one source",
            Self::SameSource => "they are by different sources",
            Self::Series => one_of(
                [0.4, f64::MIN_POSITIVE],
                [
                    "one source gives such a title again and again",
                    "one source uses such words in its titles",
                    "they are no two parts of a series",
                ],
            ),
            Self::DaysApart => {
                one_of([1.5, 0.5], ["days lie between them", "a day lies between them", "they came within hours"])
            }
            Self::NamesLeftLess => one_of(
                [5.0, 1.0],
                [
                    "each names much that the other does not",
                    "each names little that the other does not",
                    "one of them names nothing that the other does not",
                ],
            ),
            Self::NamesLeftMore => one_of(
                [9.0, 1.0],
                [
                    "one names much that the other does not",
                    "one names little that the other does not",
                    "neither names what the other does not",
                ],
            ),
            Self::HostNamed if value > 0.0 => "one points at the site that the other names",
            Self::HostNamed => "neither points at what the other names",
        }
    }
}

/// Told of a pair whose names agree.
pub(crate) const NAMES_SHARED: &str = "they speak of the same names";

/// Sums over the terms that two reports share.
#[derive(Default)]
struct Shared {
    product: f64,
    background_product: f64,
    name_product: f64,
    title_product: f64,
    names: f64,
    words: f64,
    rarest: f64,
    numbers: f64,
    number_in_both_titles: bool,
    /// Of one title's terms in the other report: what they add to its containment; names.
    contained: [f64; 2],
    names_found: [f64; 2],
}

/// Every measure of the reports at two positions, in the order of [`Measure::ALL`].
pub(crate) fn measure(sketches: &Sketches, a: usize, b: usize) -> [f64; MEASURES] {
    Compared::new(sketches, b).measure(a)
}

/// A report with which others are compared, one after the other.
pub(crate) struct Compared<'s> {
    sketches: &'s Sketches,
    pub(crate) position: usize,
    /// Which terms it may have, by their last bits: most of another's it has not, and that is seen without a search.
    bits: [u64; 32],
}

impl<'s> Compared<'s> {
    pub(crate) fn new(sketches: &'s Sketches, position: usize) -> Self {
        let mut bits = [0; 32];
        for held in sketches.held(position) {
            let (word, bit) = place(held.term());
            if let Some(word) = bits.get_mut(word) {
                *word |= bit;
            }
        }
        Self { sketches, position, bits }
    }

    /// The term as this report holds it.
    fn held(&self, term: usize) -> Option<Held> {
        let (word, bit) = place(term);
        if self.bits.get(word).is_none_or(|word| word & bit == 0) {
            return None;
        }
        let own = self.sketches.held(self.position);
        own.binary_search_by_key(&term, |held| held.term()).ok().and_then(|at| own.get(at)).copied()
    }

    /// Every measure of the report at `a` and this one, in the order of [`Measure::ALL`].
    pub(crate) fn measure(&self, a: usize) -> [f64; MEASURES] {
        let (sketches, b) = (self.sketches, self.position);
        let shared = self.shared(a);
        let (of_a, of_b) = (sketches.sums(a), sketches.sums(b));
        let [found_a, found_b] = shared.contained;
        let share = |found: f64, all: f64| found / (all + LITTLE);
        let (share_a, share_b) = (share(found_a, of_a.title), share(found_b, of_b.title));
        let [names_a, names_b] = shared.names_found;
        let (names_a, names_b) = ((of_a.title_names - names_a).max(0.0), (of_b.title_names - names_b).max(0.0));
        let (same_source, days) = sketches
            .origin(a)
            .zip(sketches.origin(b))
            .map_or((false, 0.0), |(a, b)| (a.source == b.source, (a.at - b.at).abs() as f64 / 86_400.0));
        let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
        let titles = cosine(shared.title_product, of_a.title_length, of_b.title_length);
        [
            cosine(shared.product, of_a.length, of_b.length),
            cosine(shared.background_product, of_a.background_length, of_b.background_length),
            cosine(shared.name_product, of_a.name_length, of_b.name_length),
            share_a.max(share_b),
            share_a.min(share_b),
            shared.names.ln_1p(),
            shared.words.ln_1p(),
            shared.rarest,
            shared.numbers,
            flag(of_a.numbers && of_b.numbers && !shared.number_in_both_titles),
            flag(same_source),
            if same_source { titles } else { 0.0 },
            days,
            names_a.min(names_b),
            names_a.max(names_b),
            flag(sketches.names_host(a, b) || sketches.names_host(b, a)),
        ]
    }

    fn shared(&self, a: usize) -> Shared {
        let mut shared = Shared::default();
        for in_a in self.sketches.held(a).iter().copied() {
            let Some(in_b) = self.held(in_a.term()) else { continue };
            let worth = self.sketches.worth(in_a.term());
            let (idf, name, word) = (f64::from(worth.idf), f64::from(worth.name), f64::from(worth.word));
            let weight = in_a.weight() * in_b.weight();
            let in_both = in_a.in_title() && in_b.in_title();
            shared.product += weight * idf * idf;
            shared.background_product += weight * f64::from(worth.background_idf).powi(2);
            shared.name_product += weight * (idf * (0.5 + name)).powi(2);
            shared.names += weight * idf * name;
            shared.words += weight * idf * word;
            shared.rarest = shared.rarest.max(weight * idf);
            if in_both {
                shared.title_product += idf * idf;
            }
            if self.sketches.is_number(in_a.term()) && (in_a.in_title() || in_b.in_title()) {
                shared.numbers += idf;
                shared.number_in_both_titles |= in_both;
            }
            let titles = [in_a.in_title(), in_b.in_title()];
            let found = titles.into_iter().zip(&mut shared.contained).zip(&mut shared.names_found);
            for ((in_title, contained), names) in found {
                if in_title {
                    *contained += if in_both { idf } else { IN_SNIPPET * idf };
                    *names += idf * name;
                }
            }
        }
        shared
    }
}

/// The word of `bits` that has a term's bit, and the bit.
fn place(term: usize) -> (usize, u64) {
    (term / 64 % 32, 1 << (term % 64))
}

/// Cosine of two vectors by their product and lengths, of short ones less.
pub(crate) fn cosine(product: f64, a: f64, b: f64) -> f64 {
    product / (a * b + LITTLE * LITTLE)
}
