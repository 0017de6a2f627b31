//! A run as a process: killed, or awaited with patience.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

/// Far longer than anything takes; only what hangs meets it.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks.
pub const GLANCE: Duration = Duration::from_millis(10);

/// Kills, and tells whether there was anything left to kill.
pub fn kill(mut run: Child) -> bool {
    run.kill().expect("a kill");
    let status = run.wait().expect("an end");
    said(&mut run);
    status.signal() == Some(9)
}

/// Waits for a run to end by itself; yields its exit code and what it said.
pub fn end(mut run: Child) -> (Option<i32>, String) {
    let mut left = PATIENCE;
    let status = loop {
        if let Some(status) = run.try_wait().expect("a child") {
            break status;
        }
        if left.is_zero() {
            let _ = run.kill();
            panic!("a run that does not end: {}", said(&mut run));
        }
        sleep(GLANCE);
        left = left.saturating_sub(GLANCE);
    };
    (status.code(), said(&mut run))
}

/// Waits until one of two runs ends by itself; yields it and the other.
pub fn first_to_end([mut a, mut b]: [Child; 2]) -> (Child, Child) {
    let mut left = PATIENCE;
    loop {
        if a.try_wait().expect("a child").is_some() {
            return (a, b);
        }
        if b.try_wait().expect("a child").is_some() {
            return (b, a);
        }
        if left.is_zero() {
            let _ = (a.kill(), b.kill());
            panic!("both of two runs stay");
        }
        sleep(GLANCE);
        left = left.saturating_sub(GLANCE);
    }
}

/// What a run that is over said on its standard error.
fn said(run: &mut Child) -> String {
    let mut told = String::new();
    run.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
    assert!(!told.contains("panicked"), "{told}");
    told
}

/// Done, done in part, or left to another run.
pub fn ends_well(run: Child) {
    let (code, told) = end(run);
    assert!(matches!(code, Some(0 | 3 | 4)), "a run that was not killed ended with {code:?}: {told}");
}
