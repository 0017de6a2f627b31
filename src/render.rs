//! An edition in every form it is shown in: mail, web page, Markdown, chat text, JSON and Atom.
//!
//! All of it is pure: an [`Edition`](crate::model::edition::Edition) and a few addresses go in, text comes out, and
//! the same edition gives the same bytes. The words a reader sees are chosen once, in `view`; the forms only arrange
//! them. What comes from a feed passes through `words` on the way: one line, bounded, no control characters, and
//! links that are http or https.
//!
//! ```text
//! Edition ──► view ──► templates ──► email (html inlined, text), web pages, the content of Atom entries
//!               └────► markdown, chat
//! Edition ──► json
//! ```

pub mod address;
pub mod atom;
pub mod chat;
pub mod confirmation;
pub mod email;
pub mod ics;
pub mod json;
pub mod markdown;
pub mod templates;
pub mod web;

mod dates;
mod inline;
mod language;
#[cfg(test)]
pub(crate) mod sample;
mod spoken;
mod view;
pub(crate) mod words;
pub(crate) mod wrap;

/// Why something could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// An operator's template replaces nothing.
    #[error("`{name}` replaces no template; these can be replaced: {known}")]
    UnknownTemplate { name: String, known: String },
    /// A template that does not parse, or asks for what is not there.
    #[error("the template `{name}` failed{place}: {what}")]
    Template { name: String, place: String, what: String },
    /// The styles of a mail could not be written into its elements.
    #[error("the styles of `{name}` could not be inlined: {what}")]
    Inline { name: &'static str, what: String },
    /// An edition that cannot be written as JSON.
    #[error("edition {edition} could not be written as JSON: {source}")]
    Json { edition: String, source: serde_json::Error },
}
