//! Rows 31, 32 and 41: how a host is met, and which are never met.

use std::collections::BTreeSet;
use std::time::Duration;

use super::names::Names;
use super::page::beside;
use super::row::{Row, entry, feed, unless};
use crate::support::reply::Reply;

#[test]
fn row_31_an_address_listed_twice_is_asked_once() {
    let mut row = Row::new(31, "sees the catalogue list one address twice");
    row.origin.on_asked("/feed", unless(&["ETag: \"a\""], &Reply::feed(entry("One")), &Reply::not_modified()));
    let url = row.origin.url("/feed");
    row.app.write("feeds.toml", &[feed("one", &url, ""), feed("two", &url, "")].concat());
    let refused = row.app.run(&["fetch", "--now", super::row::START]).exits(2);
    assert!(refused.stderr.contains("already listed in line 1"), "{}", refused.stderr);
    assert_eq!(row.origin.connections(), 0);
    // The part behind # is for readers of a page; the server never sees it.
    let twice = [feed("one", &format!("{url}#a"), ""), feed("two", &format!("{url}#b"), "")].concat();
    row.app.write("feeds.toml", &twice);
    for n in 1..=3 {
        let poll = row.after("2h");
        assert_eq!((poll.targets(), row.origin.count("/feed")), (vec!["/feed"], n));
        assert_eq!((poll.count("requests"), poll.count("skipped")), (1, 1));
    }
    row.shows(&format!(
        "{}: one request a cycle; the very same line twice is refused as a mistake",
        row.statuses("/feed")
    ));
}

#[test]
fn row_32_a_host_is_asked_one_thing_at_a_time_with_pauses_in_no_fixed_order() {
    let mut row = Row::new(32, "hosts 20 feeds");
    let names: Vec<String> = (0..20).map(|n| format!("feed-{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let slow = Duration::from_millis(10);
    row.feeds(&names).origin.otherwise(move |_| Reply::feed(entry("One")).with("ETag: \"a\"").after(slow));
    let spaced = |row: &Row, spacing: &str| {
        let text = format!("[fetch]\nspacing = \"{spacing}\"\nallow_nets = [\"127.0.0.0/8\"]\n");
        row.app.write("bellwether.toml", &text);
    };
    spaced(&row, "40ms");
    let mut orders = BTreeSet::new();
    for _ in 0..3 {
        let poll = row.after("1d");
        assert_eq!(poll.asked.len(), 20);
        let order: Vec<String> = poll.targets().into_iter().map(ToOwned::to_owned).collect();
        assert!(!order.is_sorted(), "not in the catalogue's order");
        orders.insert(order);
        // Of 19 pauses; a request that was long on its way came late itself.
        let all = poll.asked[19].at - poll.asked[0].at;
        assert!(all >= Duration::from_millis(19 * 40 * 3 / 4), "{all:?}");
        let gaps = poll.asked.windows(2).map(|two| two[1].at - two[0].at);
        let short = gaps.filter(|gap| *gap < Duration::from_millis(20)).count();
        assert!(short <= 2, "{short} of 19 pauses were short");
    }
    assert_eq!(orders.len(), 3, "another order each day");

    // A second apart, where the settings say nothing.
    row.app.write("bellwether.toml", "[fetch]\nallow_nets = [\"127.0.0.0/8\"]\n");
    row.feeds(&names[..2]);
    for _ in 0..2 {
        let poll = row.after("1d");
        let gap = poll.asked[1].at - poll.asked[0].at;
        assert!(gap >= Duration::from_millis(750), "{gap:?}");
    }
    let most = row.origin.most_in_flight();
    assert_eq!(most, 1);
    beside("in flight to one host", &most.to_string());
    row.shows(&format!("{most} in flight, a second between two (`spacing`), another order each day"));
}

#[test]
fn row_41_addresses_that_are_not_public_are_refused_before_a_connection() {
    let mut row = Row::new(41, "is reached by an address or a name that is not public, at once or after a redirect");
    let (public, inside) = (row.host(2), row.host(3));
    let to = |address: &str| Reply::to("302 Found", &format!("http://{address}:{}/feed", inside.port()));
    inside.otherwise(|_| Reply::feed(entry("Secret")));
    // The first host stands for one that is public: it alone is let through.
    public.script("/plain", [Reply::feed(entry("One"))]);
    let authority = inside.authority();
    let host = authority.split(':').next().expect("a host");
    public.script("/redirect", [to(host)]);
    public.script("/name", [to("localhost")]);
    public.script("/hops", [Reply::to("301 Moved Permanently", "/redirect")]);
    let public_host = public.authority().split(':').next().expect("a host").to_owned();
    row.app.write("bellwether.toml", &format!("[fetch]\nspacing = \"0\"\nallow_nets = [\"{public_host}/32\"]\n"));
    let last = host.rsplit('.').next().expect("a number");
    let numbers: u32 =
        host.split('.').map(|part| part.parse::<u32>().expect("a number")).fold(0, |sum, n| sum << 8 | n);
    let literals = [
        host.to_owned(),
        numbers.to_string(),
        format!("{numbers:#x}"),
        format!("0177.47.41.{last}"),
        format!("[::ffff:{host}]"),
        format!("[64:ff9b::{host}]"),
        "localhost".to_owned(),
        "0.0.0.0".to_owned(),
        "[::1]".to_owned(),
        "[fc00::1]".to_owned(),
        "10.0.0.1".to_owned(),
        "169.254.169.254".to_owned(),
        "192.168.1.1".to_owned(),
    ];
    let mut catalogue: String =
        ["plain", "redirect", "name", "hops"].map(|name| feed(name, &public.url(&format!("/{name}")), "")).concat();
    for (n, literal) in literals.iter().enumerate() {
        catalogue += &feed(&format!("literal-{n}"), &format!("http://{literal}:{}/feed-{n}", inside.port()), "");
    }
    let names = Names::new(&row, &[("feeds.example.org", 3)]);
    if names.is_some() {
        catalogue += &feed("name-inside", &format!("http://feeds.example.org:{}/feed", inside.port()), "");
    }
    row.app.write("feeds.toml", &catalogue);
    let blocked = (literals.len() + 3 + usize::from(names.is_some())) as u64;
    for n in 1..=3 {
        row.now += super::row::span("2d");
        let command = row.command("fetch", &[]);
        let command = names.as_ref().map(|names| names.known_to(&command)).unwrap_or(command);
        let poll = row.poll_as(command);
        assert_eq!((poll.count("ok"), poll.failures("blocked")), (1, blocked), "{}", poll.report);
        assert_eq!((inside.connections(), public.count("/redirect")), (0, 2 * n), "no connection at all");
    }
    let connections = inside.connections();
    let listed = row.listed("literal-0");
    assert!(listed["health"].as_str().expect("words").contains("allow_nets"), "{listed}");

    // Named in the settings, it is fetched.
    row.app.write("feeds.toml", &feed("literal-0", &inside.url("/feed-0"), ""));
    row.now += super::row::span("30d");
    let poll = row.poll_with(&["--allow-net", &format!("{host}/32")]);
    assert_eq!((poll.count("ok"), inside.count("/feed-0")), (1, 1));
    row.shows(&format!(
        "{connections} connections, whatever the notation and at whichever hop; fetched once `allow_nets` names the network"
    ));
}
