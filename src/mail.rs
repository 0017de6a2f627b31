//! Mail: a letter as bytes, and the conversation that hands it to a server.
//!
//! [`address`] and [`message`] are pure. [`smtp`] holds one conversation and says after each letter what is known
//! of it: accepted, deferred, refused, or in doubt. [`mailer`] chooses between a server and a directory of files.
//! Which letter goes out when, and what is remembered of it, is decided by whoever calls them.

pub mod address;
pub mod mailer;
pub mod message;
pub mod smtp;
