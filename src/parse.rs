//! Bytes in, values out: what a source sent, read as what it means to be.

pub mod ical;
pub mod lists;
