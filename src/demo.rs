//! The demo: the whole job on a bundled sample world, without a network.

pub mod mailbox;
