//! The table of kinds: what a rule is, and the order in which rules are asked.

mod advisories;
mod endings;
mod gatherings;
mod incidents;
mod jobs;
mod manner;
mod releases;
mod sponsored;
mod words;

use crate::model::item::Kind;
use crate::model::source::Role;
pub(super) use words::NAMED;

/// What keeps an item out comes first, then what a reader must not miss, then what says how a text is written, then
/// what says merely what it is about. The first rule that holds decides.
pub(super) const RULES: [&[Rule]; 8] = [
    sponsored::RULES,
    jobs::RULES,
    gatherings::RULES,
    advisories::RULES,
    incidents::RULES,
    endings::RULES,
    releases::RULES,
    manner::RULES,
];

/// Where a rule looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Title,
    /// Each tag alone.
    Tag,
    /// The first sentence or so of the excerpt.
    Opening,
    Excerpt,
    /// The title, if the excerpt has this.
    TitleOver(&'static str),
}

/// One row: the kind, where it shows, by what, and what speaks against it.
///
/// Patterns are in lower case and ASCII, as the text will be (see [`super::straighten`]): any currency is `$`, an accent
/// is left out. A name in braces stands for what [`NAMED`] says. One pattern that holds is enough; each should
/// need words of its own (see [`super::gate`]), or it is asked of every text.
pub(super) struct Rule {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) holds: &'static [&'static str],
    /// Asked of the title, and of the excerpt too if the rule looks nowhere else.
    pub(super) unless: &'static [&'static str],
    /// Only items of sources in these roles; none: of all.
    pub(super) from: &'static [Role],
}

const fn rule(kind: Kind, place: Place, holds: &'static [&'static str]) -> Rule {
    Rule { kind, place, holds, unless: &[], from: &[] }
}

const fn title(kind: Kind, holds: &'static [&'static str]) -> Rule {
    rule(kind, Place::Title, holds)
}

const fn tag(kind: Kind, holds: &'static [&'static str]) -> Rule {
    rule(kind, Place::Tag, holds)
}

const fn opening(kind: Kind, holds: &'static [&'static str]) -> Rule {
    rule(kind, Place::Opening, holds)
}

const fn excerpt(kind: Kind, holds: &'static [&'static str]) -> Rule {
    rule(kind, Place::Excerpt, holds)
}

const fn title_over(kind: Kind, excerpt: &'static str, holds: &'static [&'static str]) -> Rule {
    rule(kind, Place::TitleOver(excerpt), holds)
}

impl Rule {
    const fn unless(self, unless: &'static [&'static str]) -> Self {
        Self { unless, ..self }
    }

    const fn from(self, from: &'static [Role]) -> Self {
        Self { from, ..self }
    }
}

const SELLERS: &[Role] = &[Role::Vendor];
const REPORTERS: &[Role] = &[Role::Press, Role::Community, Role::Aggregator];
const MAKERS: &[Role] = &[Role::Primary, Role::Vendor];
const REGISTERS: &[Role] = &[Role::Database];
/// Those who write of their own work; in a headline or a product's news the same words are only its subject.
const PRACTITIONERS: &[Role] = &[Role::Primary, Role::Community, Role::Aggregator];
