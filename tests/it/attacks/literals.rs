//! Addresses written as numbers, in every notation, and what only looks like an address.

use super::lure::{Lure, say};
use super::{OURS, catalogue, feed, fetch, health, moved, prepared};
use crate::support::app::App;
use crate::support::shared::left_out;

/// This machine, in every notation that leads there: `PORT` and `N` are filled in.
const THIS_MACHINE: [&str; 39] = [
    "http://127.0.0.1:PORT/N",
    "http://127.0.0.1.:PORT/N",
    "http://127.1:PORT/N",
    "http://127.0.1:PORT/N",
    "http://2130706433:PORT/N",
    "http://0x7f000001:PORT/N",
    "http://0X7F000001:PORT/N",
    "http://017700000001:PORT/N",
    "http://0177.0.0.1:PORT/N",
    "http://00177.0.0.01:PORT/N",
    "http://0x7f.0.0.1:PORT/N",
    "http://0x7f.1:PORT/N",
    "http://0177.0x0.1:PORT/N",
    "http://127.0x000001:PORT/N",
    "http://①②⑦.⓪.⓪.①:PORT/N",
    "http://１２７.０.０.１:PORT/N",
    "http://127。0。0。1:PORT/N",
    "http://127.0.0.1\u{ad}:PORT/N",
    "http://%31%32%37.0.0.1:PORT/N",
    "http://127%2e0%2E0%2e1:PORT/N",
    "http://0.0.0.0:PORT/N",
    "http://0:PORT/N",
    "HTTP://127.0.0.1:PORT/N",
    "hTtP://127.0.0.1:PORT/N",
    "http:\\\\127.0.0.1:PORT\\N",
    "http:////127.0.0.1:PORT/N",
    "ht\ttp://127.\t0.0.1:PORT/N",
    "\thttp://127.0.0.1:PORT/N ",
    "http://@127.0.0.1:PORT/N",
    "http://:@127.0.0.1:PORT/N",
    "http://127.0.0.1:PORT\\@public.invalid/N",
    "http://127.0.0.1:PORT#@public.invalid/N",
    "http://localhost:PORT/N",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/N",
    "http://[::ffff:127.0.0.1]:PORT/N",
    "http://[::FFFF:7f00:1]:PORT/N",
    "http://[::1]:PORT/N",
    "http://[0:0::0:0001]:PORT/N",
    "http://[::]:PORT/N",
];

/// Other inner addresses, and forms that carry this machine's and lead there only in some networks.
const ELSEWHERE_INSIDE: [&str; 23] = [
    "http://[::127.0.0.1]:PORT/N",
    "http://[::ffff:0:127.0.0.1]:PORT/N",
    "http://[64:ff9b::127.0.0.1]:PORT/N",
    "http://[64:ff9b:1::7f00:1]:PORT/N",
    "http://[2002:7f00:1::]:PORT/N",
    "http://[2001:0:7f00:1::80ff:fffe]:PORT/N",
    "http://[fe80::1]:PORT/N",
    "http://[fec0::1]:PORT/N",
    "http://[fd00:ec2::254]:PORT/N",
    "http://[ff02::1]:PORT/N",
    "http://[::ffff:169.254.169.254]:PORT/N",
    "http://169.254.169.254:PORT/N",
    "http://0xa9fea9fe:PORT/N",
    "http://10.0.0.1:PORT/N",
    "http://172.16.0.1:PORT/N",
    "http://192.168.1.1:PORT/N",
    "http://100.100.100.200:PORT/N",
    "http://198.18.0.1:PORT/N",
    "http://255.255.255.255:PORT/N",
    "http://LocalHost.:PORT/N",
    "http://a.localhost:PORT/N",
    "http://localhost.localdomain:PORT/N",
    "http://ip6-loopback:PORT/N",
];

/// What the catalogue does not take as an address.
const NO_ADDRESSES: [&str; 17] = [
    "http://[::1%25lo]:PORT/N",
    "http://[fe80::1%lo]:PORT/N",
    "http://[::1:PORT/N",
    "http://127.0.0.1.1:PORT/N",
    "http://127.0.0.256:PORT/N",
    "http://0x7f00000001:PORT/N",
    "http://127.0.0.1%00:PORT/N",
    "http://:PORT/N",
    "http://public.invalid@127.0.0.1:PORT/N",
    "http://public.invalid:80@127.0.0.1:PORT/N",
    "http://:secret@127.0.0.1:PORT/N",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/N",
    "ftp://127.0.0.1:PORT/N",
    "data:application/rss+xml,%3Crss/%3E",
    "ws://127.0.0.1:PORT/N",
    "unix:/run/docker.sock",
];

/// Opens the way to all of [`THIS_MACHINE`].
const OPEN: [&str; 4] = ["127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128"];

/// These addresses with the bait's port in them, those of IPv6 only where the system has it.
fn filled_in(templates: &[&str], bait: &Lure) -> Vec<String> {
    let known = templates.iter().filter(|template| bait.has_ipv6() || !template.contains("[::1]"));
    let known = known.filter(|template| bait.has_ipv6() || !template.contains("[::]"));
    let known = known.filter(|template| bait.has_ipv6() || !template.contains("0001]"));
    let fill = |(n, template): (usize, &&str)| {
        template.replace("PORT", &bait.port().to_string()).replace("/N", &format!("/{n}")).replace("\\N", "\\n")
    };
    known.enumerate().map(fill).collect()
}

fn bait() -> Lure {
    let bait = Lure::bait(feed());
    if !bait.has_ipv6() {
        left_out("literal addresses of IPv6 that would connect: this system has no ::1");
    }
    bait
}

#[test]
fn no_notation_of_an_inner_address_is_connected_to() {
    let bait = bait();
    let inside = [filled_in(&THIS_MACHINE, &bait), filled_in(&ELSEWHERE_INSIDE, &bait)].concat();
    let inside: Vec<String> = inside.iter().enumerate().map(|(n, url)| format!("{url}?{n}")).collect();
    let app = prepared(&inside);
    fetch(&app, &[OURS]);
    for (n, source) in health(&app) {
        assert!(source.words.contains("refused before connecting: "), "{}: {}", inside[n], source.words);
    }
    assert_eq!(bait.visits(), [] as [std::net::IpAddr; 0]);
}

#[test]
fn every_notation_connects_once_its_network_is_opened() {
    let bait = bait();
    let here = filled_in(&THIS_MACHINE, &bait);
    let app = prepared(&here);
    fetch(&app, &OPEN);
    for (n, source) in health(&app) {
        assert!(source.stored, "{}: {}", here[n], source.words);
    }
    assert_eq!(bait.visits().len(), here.len());
}

#[test]
fn the_catalogue_refuses_what_is_no_address_of_the_web() {
    let bait = bait();
    let all = filled_in(&NO_ADDRESSES, &bait);
    let app = App::new();
    app.write("feeds.toml", &catalogue(&all));
    let ran = app.run(&["fetch", "--allow-net", "0.0.0.0/0", "--allow-net", "::/0"]).exits(2);
    for (n, url) in all.iter().enumerate() {
        let place = format!("feeds.toml:{}: feed.url: ", 4 * n + 2);
        assert!(ran.stderr.contains(&place), "{url}: {}", ran.stderr);
    }
    assert_eq!(bait.visits().len(), 0);
}

/// What each `/N` of a site redirects to; an address cannot hold a line's end there.
fn redirecting(targets: &[String]) -> Lure {
    let targets = targets.to_owned();
    Lure::on("127.9.0.1:0", move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let answer = path.trim_start_matches('/').parse().ok().and_then(|n: usize| targets.get(n));
        say(stream, &answer.map_or_else(|| b"HTTP/1.1 404 No\r\n\r\n".to_vec(), |target| moved(target)));
    })
}

#[test]
fn no_redirect_leads_to_an_inner_address_in_any_notation() {
    let bait = bait();
    let all = [THIS_MACHINE.as_slice(), &ELSEWHERE_INSIDE, &NO_ADDRESSES, &["//127.0.0.1:PORT/N", "\\\\127.1:PORT"]];
    let targets = filled_in(&all.concat(), &bait);
    let site = redirecting(&targets);
    let urls: Vec<String> = (0..targets.len()).map(|n| site.url(&format!("/{n}"))).collect();
    let app = prepared(&urls);
    fetch(&app, &[OURS]);
    for (n, source) in health(&app) {
        let told =
            ["refused before connecting: ", "redirected nowhere: "].iter().any(|words| source.words.contains(words));
        assert!(told, "{}: {}", targets[n], source.words);
    }
    assert_eq!((bait.visits().len(), site.visits().len()), (0, targets.len()));
}

#[test]
fn redirects_to_this_machine_connect_once_its_network_is_opened() {
    let bait = bait();
    let targets = filled_in(&THIS_MACHINE, &bait);
    let site = redirecting(&targets);
    let urls: Vec<String> = (0..targets.len()).map(|n| site.url(&format!("/{n}"))).collect();
    let app = prepared(&urls);
    fetch(&app, &OPEN);
    for (n, source) in health(&app) {
        assert!(source.stored, "{}: {}", targets[n], source.words);
    }
    assert_eq!(bait.visits().len(), targets.len());
}
