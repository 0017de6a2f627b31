//! Rows 39 and 40: bodies that have no end.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::page::beside;
use super::row::{Row, entry, feed, unless};
use crate::support::reply::{Body, Reply};

#[test]
fn row_39_a_body_is_read_up_to_the_cap_and_no_further() {
    let mut row = Row::new(39, "sends 150 MB, a body without an end, or a gzip bomb");
    let [announced, endless, bomb] = [2, 3, 4].map(|n| row.host(n));
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; 4 << 20]).expect("memory");
    let packed = packed.finish().expect("memory");
    assert!(packed.len() < 1 << 16);
    let good = Reply::feed(entry("One")).with("ETag: \"a\"");
    let then = |bad: Body, lines: &[&str]| {
        let bad = lines.iter().fold(Reply::feed([]), |reply, line| reply.with(line)).body(bad);
        [good.clone(), bad.clone(), bad.clone(), bad]
    };
    announced.script("/feed", then(Body::Endless(Some(150_000_000)), &[]));
    endless.script("/feed", then(Body::Endless(None), &[]));
    bomb.script("/feed", then(Body::Whole(packed), &["Content-Encoding: gzip"]));
    // The default cap for the first; the others meet a smaller one, which is quicker.
    let catalogue = |hosts: &[&crate::support::origin::Origin]| -> String {
        hosts.iter().enumerate().map(|(n, host)| feed(&format!("feed-{n}"), &host.url("/feed"), "")).collect()
    };
    row.app.write("feeds.toml", &catalogue(&[&announced]));
    row.poll();
    let poll = row.after("2h");
    assert_eq!(poll.failures("too_large"), 1);
    row.app.settings("max_bytes = \"1MiB\"\n").write("feeds.toml", &catalogue(&[&announced, &endless, &bomb]));
    row.after("1d");
    for _ in 0..2 {
        let poll = row.after("2d");
        assert_eq!(poll.failures("too_large"), 3, "{}", poll.report);
        assert!(poll.count("bytes_decoded") <= 1 << 20, "{}", poll.report);
    }
    let listed = row.listed("feed-2");
    assert!(listed["health"].as_str().expect("words").contains("max_bytes"), "{listed}");
    assert_eq!(row.titles().len(), 3, "what was seen stays");
    for host in [&announced, &endless] {
        // What is on its way in buffers was taken by nobody.
        assert!(host.settled().iter().all(|asked| asked.taken < 12 << 20), "{:?}", host.asked());
    }
    beside("a body of 150 MB", "refused by its length");
    row.shows("stopped at the cap of decoded bytes (`max_bytes`); an announced length beyond it is refused unread");
}

#[test]
fn row_40_a_drip_ends_at_its_deadline_and_delays_nobody() {
    let mut row = Row::new(40, "sends one byte now and then, for ever, beside other feeds");
    row.app.settings("deadline = \"1500ms\"\njobs = 4\n");
    let others: Vec<_> = (2..5).map(|n| row.host(n)).collect();
    let mut catalogue = feed("drip", &row.origin.url("/drip"), "");
    for (n, host) in others.iter().enumerate() {
        for m in 0..2 {
            catalogue += &feed(&format!("other-{n}-{m}"), &host.url(&format!("/{m}")), "");
        }
        host.otherwise(unless(&["ETag: \"a\""], &Reply::feed(entry("One")), &Reply::not_modified()));
    }
    row.app.write("feeds.toml", &catalogue);
    row.origin.script("/drip", [Reply::feed([]).body(Body::Drip(Duration::from_millis(50)))]);
    for n in 1..=3_u64 {
        let poll = row.after("1d");
        assert_eq!((poll.failures("deadline"), poll.count("failed")), (1, 1), "{}", poll.report);
        assert_eq!(poll.count("ok") + poll.count("not_modified"), 6);
        let drip = row.origin.settled().pop().expect("one");
        assert!(drip.taken > 2 && drip.ended.expect("an end") - drip.at < Duration::from_secs(20), "{drip:?}");
        let read: Vec<_> = others.iter().flat_map(|host| host.settled().split_off(host.asked().len() - 2)).collect();
        assert!(read.iter().all(|asked| asked.ended < drip.ended), "nobody waits for it: {read:?}");
        assert_eq!(row.listed("drip")["failures"], n);
    }
    row.shows("an error at the deadline (`deadline`), told to the operator; 6 other feeds are read meanwhile");
}
