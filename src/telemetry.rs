//! Logs, for those who ask: to stderr, never an address or a token in them.

use tracing_subscriber::EnvFilter;

/// Starts logging: warnings, or with `-v` more (info, debug, trace). `--quiet` leaves errors only.
pub fn start(verbosity: u8, quiet: bool, color: bool) {
    let level = match (quiet, verbosity) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    };
    let filter = EnvFilter::new(format!("warn,bellwether={level}"));
    // A second start (tests within one process) is not an error.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_target(false)
        .without_time()
        .try_init();
}
