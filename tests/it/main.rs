//! Black-box tests: the real binary, a real SQLite file, real sockets. One binary, a file for each area.

#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::new_without_default,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod support {
    pub mod app;
    pub mod chance;
    pub mod database;
    pub mod inbox;
    pub mod letter;
    pub mod list;
    pub mod origin;
    pub mod pg;
    pub mod publishers;
    pub mod reply;
    pub mod shared;
    pub mod site;
    pub mod smtp;
    pub mod web;
}

mod adding;
mod architecture;
mod articles;
mod asking;
mod attacks;
mod breaking;
mod contract;
mod curating;
mod demo;
mod discovering;
mod doctor;
mod editions;
mod etiquette;
mod fetching;
mod health;
mod fetching_at_once;
mod fetching_killed;
mod importing;
mod inspecting;
mod joining;
mod killing;
mod looking;
mod mail;
mod migrations;
mod restoring;
mod running;
mod scheduling;
mod settings;
mod titles;
mod web;
