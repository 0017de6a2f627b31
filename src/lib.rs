//! Bellwether keeps up with the field for a team: it fetches feeds and calendars, merges the reports of one
//! thing into one story, ranks stories with reasons, finds what is rising, and mails a digest once a week.
//!
//! Read top to bottom, the modules tell the story of a digest:
//!
//! ```text
//! catalogue ─ feeds.toml          config ─ bellwether.toml
//!     │
//!   fetch ──► parse ──► normalise ──► store ──► cluster ──► rank ──┐
//!                └────► events ───────►  │  ──► trends ────────────┼──► edition ──► render ──► deliver ─ mail
//!                                                                  │                   └─────► web
//! ```

pub mod model;

pub mod catalogue;
pub mod config;
pub mod settings;

pub mod text;
pub mod url_key;

pub mod cluster;
pub mod edition;
pub mod events;
pub mod fetch;
pub mod normalise;
pub mod parse;
pub mod rank;
pub mod render;
pub mod trends;

pub mod deliver;
pub mod demo;
pub mod letter;
pub mod mail;
pub mod schedule;
pub mod store;
pub mod token;
pub mod web;

pub mod app;
pub mod cli;
pub mod pipeline;
pub mod progress;
pub mod telemetry;
