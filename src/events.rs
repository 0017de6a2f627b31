//! Meetups, conferences and calls for papers: from a calendar's bytes to the few that a digest shows.
//!
//! [`read`] turns what a source sent into [`Event`](crate::model::event::Event)s of a window: [`crate::parse::ical`]
//! reads the properties, [`zone`] says which place on earth a wall clock hangs in, [`rule`] writes a recurrence out,
//! [`expand`] joins both with exceptions and overrides, [`words`] looks for what only prose tells. [`choose`] merges
//! the listings of several sources and picks what an edition shows.

pub mod choose;
pub mod expand;
pub mod merge;
pub mod read;
pub mod rule;
pub mod words;
pub mod zone;
