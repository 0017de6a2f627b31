//! Bellwether keeps up with the field for a team: it fetches feeds and calendars, merges the reports of one
//! thing into one story, ranks stories with reasons, finds what is rising, and mails a digest once a week.
//!
//! Read top to bottom, the modules tell the story of a digest:
//!
//! ```text
//! feeds.toml ──► catalogue                                          bellwether.toml ──► config
//!                    │
//!                  fetch ──► parse ──► normalise ──┐
//!                              └─────► events ─────┴──► store
//!                                                         │
//!      ┌───────────────── what became eligible ───────────┘
//!      ▼
//!   cluster ──► rank ──► trends ──► edition ──► store ──► render ──► letter ──► deliver ──► a mail server
//!                                                           └──────► web
//! ```
//!
//! `pipeline` calls them one after another; everything else only takes and returns values.

// What everything speaks of.
pub mod model;

// What people set.
pub mod settings;
pub mod config;
pub mod catalogue;
pub mod schedule;

// From the network to items.
pub mod fetch;
pub mod parse;
pub mod text;
pub mod url_key;
pub mod notice;
pub mod normalise;

// From items to an edition.
pub mod cluster;
pub mod rank;
pub mod trends;
pub mod events;
pub mod edition;
pub mod render;

// What is kept.
pub mod health;
pub mod subscribe;
pub mod store;
pub mod journal;
pub mod departures;

// To readers.
pub mod mail;
pub mod token;
pub mod letter;
pub mod deliver;
pub mod files;
pub mod web;

// Everything together.
pub mod app;
pub mod stop;
pub mod pipeline;
pub mod scheduler;
pub mod demo;
pub mod progress;
pub mod telemetry;
pub mod cli;
