//! Any bytes in, values and what was repaired out: nothing here fetches, judges or knows the time.

pub mod article;
pub mod date;
pub mod decode;
pub mod feed;
pub mod ical;
pub mod json_feed;
pub mod links;
pub mod lists;
pub mod repair;

mod content;
mod entry;
mod identity;
mod simple_html;
mod spelling;
mod tag;

#[cfg(test)]
pub(crate) mod tests;
