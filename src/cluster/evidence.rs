//! What speaks for and against two reports being about one event: a handful of measures, each to be told in words.

use super::sketch::Sketches;

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

    /// What it means for a pair, as a reader is told: `joins` when it speaks for one event, else against it.
    #[must_use]
    pub fn words(self, joins: bool) -> &'static str {
        match (self, joins) {
            (Self::Cosine | Self::BackgroundCosine, true) => "they say the same in the same words",
            (Self::Cosine | Self::BackgroundCosine, false) => "few of their words are the same",
            (Self::NameCosine | Self::SharedNames, true) => "they speak of the same names",
            (Self::NameCosine | Self::SharedNames, false) => "they share few names",
            (Self::Containment | Self::MutualContainment, true) => "what one title says, the other report says too",
            (Self::Containment | Self::MutualContainment, false) => "their titles have little in common",
            (Self::SharedWords, true) => "they tell of it with the same words",
            (Self::SharedWords, false) => "they tell of different doings",
            (Self::RarestShared, true) => "they share a rare word",
            (Self::RarestShared, false) => "they share common words only",
            (Self::SameNumbers, true) => "they give the same number or version",
            (Self::SameNumbers, false) => "they share no number or version",
            (Self::OtherNumbers, true) => "their numbers do not contradict each other",
            (Self::OtherNumbers, false) => "their titles give other numbers or versions",
            (Self::SameSource, true) => "they are by different sources",
            (Self::SameSource, false) => "they are by one source",
            (Self::Series, true) => "they are no two parts of a series",
            (Self::Series, false) => "one source gives such a title again and again",
            (Self::DaysApart, true) => "they came within hours",
            (Self::DaysApart, false) => "days lie between them",
            (Self::NamesLeftLess | Self::NamesLeftMore, true) => "neither names what the other does not",
            (Self::NamesLeftLess | Self::NamesLeftMore, false) => "one names what the other does not",
            (Self::HostNamed, true) => "one points at the site that the other names",
            (Self::HostNamed, false) => "neither points at what the other names",
        }
    }
}

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
    let shared = shared(sketches, a, b);
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

/// Cosine of two vectors by their product and lengths, of short ones less.
pub(crate) fn cosine(product: f64, a: f64, b: f64) -> f64 {
    product / (a * b + LITTLE * LITTLE)
}

fn shared(sketches: &Sketches, a: usize, b: usize) -> Shared {
    let mut shared = Shared::default();
    let others = sketches.held(b);
    let mut at = 0;
    for in_a in sketches.held(a).iter().copied() {
        while others.get(at).is_some_and(|other| other.term() < in_a.term()) {
            at += 1;
        }
        let Some(in_b) = others.get(at).copied() else { break };
        if in_b.term() != in_a.term() {
            continue;
        }
        let worth = sketches.worth(in_a.term());
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
        if sketches.is_number(in_a.term()) && (in_a.in_title() || in_b.in_title()) {
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
