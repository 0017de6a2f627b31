//! The whole job on a bundled sample world: nine weeks of invented feeds and calendars, without a network.

pub mod calendar_bytes;
pub mod feed_bytes;
pub mod mailbox;
pub mod play;
pub mod world;
