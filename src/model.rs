//! The values that travel down the pipeline, each with one door through which it is made.
//!
//! Nothing here does I/O, reads a clock or draws a random number.

pub mod article;
pub mod cadence;
pub mod edition;
pub mod entry;
pub mod event;
pub mod id;
pub mod item;
pub mod judgement;
pub mod source;
pub mod story;
pub mod trend;
pub mod week;
