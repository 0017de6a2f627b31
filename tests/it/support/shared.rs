//! Material that lies beside the project where it is developed, and nowhere else.

use std::io::Write as _;
use std::path::PathBuf;

/// A path below the material, or `None` after saying loudly that `check` is left out.
pub fn shared(path: &str, check: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    left_out(&format!("{check}: {} is not there", found.display()));
    None
}

/// Says that a check did not run: on standard error, and in the list that `scripts/test` ends with.
pub fn left_out(what: &str) {
    eprintln!("LEFT OUT: {what}");
    let list = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("left-out.txt");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(list).expect("the list");
    writeln!(file, "{what}").expect("the list can be written");
}
