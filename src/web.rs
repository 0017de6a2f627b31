//! Everything that answers HTTP.

pub mod sample;
