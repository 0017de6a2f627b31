//! Names that resolve to what must not be asked, at once or at second sight.

use std::collections::HashMap;
use std::net::IpAddr;

use super::lure::{Lure, say};
use super::namespace::{ADDRESSES, Answers, lie, run};
use super::{feed, fetch, health, moved, prepared};

/// Names that resolve to a single address, each of them one to refuse.
const INWARD: [(&str, &str); 13] = [
    ("loopback.test", "127.0.0.1"),
    ("other.test", "127.255.0.3"),
    ("any.test", "0.0.0.0"),
    ("private.test", "10.0.0.1"),
    ("home.test", "192.168.0.1"),
    ("metadata.test", "169.254.169.254"),
    ("carrier.test", "100.64.0.1"),
    ("loopback6.test", "::1"),
    ("mapped.test", "::ffff:127.0.0.1"),
    ("unique.test", "fd00::1"),
    ("nat64.test", "64:ff9b::7f00:1"),
    ("sixtofour.test", "2002:7f00:1::"),
    ("teredo.test", "2001:0:7f00:1::1"),
];

/// Names of `/etc/hosts`.
const HOSTED: [&str; 2] = ["hosted.test", "intranet"];

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().expect("an address")).collect()
}

fn always(texts: &[&str]) -> Answers {
    Answers::InTurn(vec![addresses(texts)])
}

/// Every address of this network, at the port of the web.
fn everywhere(port: u16) -> Lure {
    Lure::saying(("::", port), feed())
}

fn is_public(address: &IpAddr) -> bool {
    addresses(&ADDRESSES[..2]).contains(address)
}

#[test]
fn names_that_lead_inwards_are_not_connected_to() {
    run(concat!(module_path!(), "::inward"));
}

#[test]
#[ignore = "in a network of its own, by the test above"]
fn inward() {
    let mixed = [
        ("mixed.test", ["9.9.9.9", "10.0.0.1"]),
        ("mixed-first.test", ["10.0.0.1", "9.9.9.9"]),
        ("mixed6.test", ["9.9.9.9", "::1"]),
        ("mixed66.test", ["2620:fe::fe", "fd00::1"]),
    ];
    let public = [("public.test", "9.9.9.9"), ("public6.test", "2620:fe::fe")];
    let mut names: HashMap<_, _> = INWARD.into_iter().chain(public).map(|(name, to)| (name, always(&[to]))).collect();
    names.extend(mixed.map(|(name, to)| (name, always(&to))));
    lie(names);
    let web = everywhere(80);
    let shut: Vec<&str> =
        INWARD.iter().map(|(name, _)| *name).chain(HOSTED).chain(mixed.iter().map(|(name, _)| *name)).collect();
    let all = [shut.as_slice(), &["public.test", "public6.test"]].concat();
    let urls: Vec<String> = all.iter().map(|name| format!("http://{name}/feed")).collect();
    let app = prepared(&urls);
    fetch(&app, &[]);
    for (n, source) in health(&app) {
        let refused = source.words.contains("refused before connecting: ");
        assert_eq!((refused, source.stored), (n < shut.len(), n >= shut.len()), "{}: {}", urls[n], source.words);
    }
    let mut visits = web.visits();
    visits.sort();
    assert_eq!(visits, addresses(&["9.9.9.9", "2620:fe::fe"]));
    // The same names arrive where they lead once every network is opened.
    let app = prepared(&urls);
    fetch(&app, &["0.0.0.0/0", "::/0"]);
    for (n, source) in health(&app) {
        assert!(source.stored, "{}: {}", urls[n], source.words);
    }
    let visits = web.visits();
    for (name, to) in INWARD.iter().filter(|(name, _)| *name != "any.test") {
        let to: IpAddr = to.parse().expect("an address");
        assert!(visits.contains(&to.to_canonical()), "{name}: {visits:?}");
    }
}

#[test]
fn a_name_that_changes_its_mind_is_refused_when_it_leads_inwards() {
    run(concat!(module_path!(), "::rebinding"));
}

#[test]
#[ignore = "in a network of its own, by the test above"]
fn rebinding() {
    let turning = || Answers::InTurn(vec![addresses(&["9.9.9.9"]), addresses(&["127.0.0.1"])]);
    let names = ["later.test", "hop.test", "port.test", "opened.test", "back.test"];
    lie(names.into_iter().map(|name| (name, turning())).collect());
    let web = Lure::on(("::", 80), |head, stream| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        match (host, head.starts_with("GET /feed ")) {
            ("hop.test" | "back.test", true) => say(stream, &moved(&format!("http://{host}/again"))),
            ("port.test" | "opened.test", true) => say(stream, &moved(&format!("http://{host}:8080/secret"))),
            _ => say(stream, &feed()),
        }
    });
    let other = everywhere(8080);
    let urls = ["hop", "port", "later"].map(|name| format!("http://{name}.test/feed"));
    let app = prepared(&urls);
    fetch(&app, &[]);
    let told = health(&app);
    for n in 0..2 {
        assert!(told[&n].words.contains("refused before connecting: 127.0.0.1 is this machine"), "{}", told[&n].words);
    }
    assert!(told[&2].stored, "{}", told[&2].words);
    // A later poll looks up anew, and is told another address.
    app.run(&["fetch", "--force", "--quiet", "--now", "2026-11-21T07:30:00Z"]).exits(0);
    assert!(health(&app)[&2].words.contains("refused before connecting: 127.0.0.1"), "{}", health(&app)[&2].words);
    assert!(web.visits().iter().all(is_public), "{:?}", web.visits());
    assert_eq!(other.visits(), [] as [IpAddr; 0]);
    // Opened, the second look-up is followed to where it leads.
    let app = prepared(&["http://opened.test/feed", "http://back.test/feed"]);
    fetch(&app, &["127.0.0.1/32"]);
    assert!(health(&app).values().all(|source| source.stored));
    assert_eq!(other.visits(), addresses(&["127.0.0.1"]));
    assert!(web.visits().contains(&addresses(&["127.0.0.1"])[0]), "{:?}", web.visits());
}

#[test]
fn redirects_to_names_that_lead_inwards_are_not_followed() {
    run(concat!(module_path!(), "::redirected"));
}

#[test]
#[ignore = "in a network of its own, by the test above"]
fn redirected() {
    let public = [("public.test", always(&["9.9.9.9"]))];
    lie(INWARD.into_iter().map(|(name, to)| (name, always(&[to]))).chain(public).collect());
    let bait = everywhere(8080);
    let _web = Lure::on(("::", 80), |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        say(stream, &moved(&format!("http://{path}:8080/feed")));
    });
    let urls: Vec<String> = INWARD
        .iter()
        .map(|(name, _)| *name)
        .chain(HOSTED)
        .chain(["public.test"])
        .map(|name| format!("http://public.test/{name}"))
        .collect();
    let app = prepared(&urls);
    fetch(&app, &[]);
    for (n, source) in health(&app) {
        let refused = source.words.contains("refused before connecting: ");
        assert_eq!(
            (refused, source.stored),
            (n + 1 < urls.len(), n + 1 == urls.len()),
            "{}: {}",
            urls[n],
            source.words
        );
    }
    assert_eq!(bait.visits(), addresses(&["9.9.9.9"]));
}

#[test]
fn a_name_server_that_says_nothing_delays_neither_the_others_nor_the_end() {
    run(concat!(module_path!(), "::mute"));
}

#[test]
#[ignore = "in a network of its own, by the test above"]
fn mute() {
    let asked = lie([("mute.test", Answers::Never), ("public.test", always(&["9.9.9.9"]))].into());
    let web = everywhere(80);
    let app = prepared(&["http://mute.test/feed", "http://public.test/feed", "http://unknown.test/feed"]);
    fetch(&app, &[]);
    // The system asks again after ten seconds: its patience is not ours.
    assert_eq!(asked.times("mute.test"), 1);
    let told = health(&app);
    assert!(told[&0].words.contains("did not answer in time"), "{}", told[&0].words);
    assert!(told[&1].stored, "{}", told[&1].words);
    assert!(told[&2].words.contains("`unknown.test` could not be looked up"), "{}", told[&2].words);
    assert_eq!(web.visits().len(), 1);
}
