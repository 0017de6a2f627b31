//! The whole job on a bundled sample world: nine weeks of invented feeds and calendars.

pub mod calendar_bytes;
pub mod feed_bytes;
pub mod world;
