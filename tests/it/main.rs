//! Black-box tests: the real binary, a real SQLite file, real sockets. One binary, a file for each area.

mod support {
    pub mod app;
    pub mod shared;
    pub mod site;
}

mod architecture;
mod demo;
mod editions;
mod fetching;
mod mail;
mod running;
mod settings;
