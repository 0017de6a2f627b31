//! Redirects inwards at every hop, and to what is not the web.

use super::lure::{Lure, say};
use super::{OURS, feed, fetch, health, moved, prepared};

/// Sends round `/HOPS/TARGET` until no hop is left, and then to the target.
fn maze(targets: Vec<String>) -> Lure {
    Lure::on("127.9.0.1:0", move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let mut parts = path.trim_start_matches('/').split('/').map(|part| part.parse::<usize>().expect("a number"));
        let (hops, target) = (parts.next().expect("hops"), parts.next().expect("a target"));
        say(stream, &moved(&hops.checked_sub(1).map_or(targets[target].clone(), |hops| format!("/{hops}/{target}"))));
    })
}

#[test]
fn every_hop_is_guarded() {
    let bait = Lure::bait(feed());
    let port = bait.port();
    // The last two are the ways that connect when they are opened.
    let targets = [
        "file:///etc/passwd".to_owned(),
        format!("ftp://127.0.0.1:{port}/"),
        format!("gopher://127.0.0.1:{port}/_GET"),
        "data:application/rss+xml,%3Crss/%3E".to_owned(),
        format!("http://someone@127.9.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
    ];
    let site = maze(targets.to_vec());
    // The redirect that leads inwards is itself the first to the fifth hop.
    let way = |hops: usize, target: usize| site.url(&format!("/{hops}/{target}"));
    let urls: Vec<String> =
        (0..5).flat_map(|hops| (0..targets.len()).map(move |target| (hops, target))).map(|(h, t)| way(h, t)).collect();
    let app = prepared(&urls);
    fetch(&app, &[OURS]);
    for (n, source) in health(&app) {
        assert!(source.words.contains("refused before connecting: "), "{}: {}", urls[n], source.words);
    }
    assert_eq!(bait.visits().len(), 0);
    let open: Vec<String> = (0..5).flat_map(|hops| [way(hops, 7), way(hops, 8)]).collect();
    let app = prepared(&open);
    fetch(&app, &["127.0.0.0/8"]);
    for (n, source) in health(&app) {
        assert!(source.stored, "{}: {}", open[n], source.words);
    }
    assert_eq!(bait.visits().len(), open.len());
}

#[test]
fn a_sixth_hop_is_not_taken_wherever_it_leads() {
    let end = Lure::saying("127.9.0.2:0", feed());
    let site = maze(vec![end.url("/")]);
    let app = prepared(&[site.url("/5/0"), site.url("/4/0")]);
    fetch(&app, &[OURS]);
    let told = health(&app);
    assert!(told[&0].words.contains("more than 5 times"), "{}", told[&0].words);
    assert!(told[&1].stored, "{}", told[&1].words);
    assert_eq!(end.visits().len(), 1);
}
