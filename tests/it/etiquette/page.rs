//! docs/etiquette.md, which these tests write and compare: a line for each row, and ours beside the peers'.

use std::path::{Path, PathBuf};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/etiquette.md");

/// Where to write the lines to, instead of comparing them; `scripts/etiquette --write` sets it.
const WRITE: &str = "BELLWETHER_WRITE_ETIQUETTE";

/// What the peers were measured to do: scenario, rss2email 3.14, newsboat 2.21, lemon24/reader 3.26.
const PEERS: [(&str, [&str; 3]); 9] = [
    ("both validators", ["200, 304, 304 (ETag only)", "200, 200, 304", "200, 304, 304, 304"]),
    ("304 without validators", ["200, 304, 200", "200, 200, 304", "304 from the second on"]),
    ("an oddly written Last-Modified", ["200, 200, 200", "200, 200, 200", "304 from the second on"]),
    ("a new ETag on the same body", ["200, 200, 304", "200, 200, 304", "200, 200, 200, 200"]),
    ("max-age, 429, 503", ["ignored", "ignored", "honoured"]),
    ("410: requests in all", ["3", "3", "4"]),
    ("301, 308: requests to the old address", ["3", "3", "4"]),
    ("a body of 150 MB", ["taken whole", "taken whole", "taken whole"]),
    ("in flight to one host", ["1", "4", "1"]),
];

/// One row of the table.
#[track_caller]
pub fn row(number: u8, does: &str, seen: &str) {
    compare(&format!("{number:02}"), &format!("| {number} | {does} | {seen} |"));
}

/// Ours in the comparison with the peers.
#[track_caller]
pub fn beside(scenario: &str, ours: &str) {
    let place = PEERS.iter().position(|(name, _)| *name == scenario).expect("a scenario of the peers");
    let peers = PEERS[place].1.join(" | ");
    compare(&format!("peers-{place}"), &format!("| {scenario} | {ours} | {peers} |"));
}

#[track_caller]
fn compare(name: &str, line: &str) {
    if let Some(folder) = std::env::var_os(WRITE) {
        return std::fs::write(PathBuf::from(folder).join(name), format!("{line}\n")).expect("a line");
    }
    let page = std::fs::read_to_string(PAGE).expect("docs/etiquette.md");
    assert!(
        page.lines().any(|found| found == line),
        "docs/etiquette.md lacks this line; if it is right, run scripts/etiquette --write:\n{line}"
    );
}

#[test]
fn the_page_has_each_row_once_and_ours_beside_the_peers() {
    if std::env::var_os(WRITE).is_some() {
        return;
    }
    let page = std::fs::read_to_string(Path::new(PAGE)).expect("docs/etiquette.md");
    let cells: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = cells.iter().filter_map(|cells| cells[0].parse().ok()).collect();
    assert_eq!(numbers, (1..=47).collect::<Vec<_>>());
    assert!(cells.iter().all(|cells| cells.len() == cells.iter().filter(|cell| !cell.is_empty()).count()));
    for (scenario, peers) in PEERS {
        let found: Vec<_> = cells.iter().filter(|cells| cells[0] == scenario).collect();
        assert!(found.len() == 1 && found[0][2..] == peers, "{scenario}: {found:?}");
    }
}
