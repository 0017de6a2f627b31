//! `doctor` says what is wrong before it costs an edition, and what to do about it.

use crate::support::app::App;
use crate::support::inbox::{Inbox, POSTAL, app};
use crate::support::site::Site;

#[test]
fn what_is_well_is_said_line_by_line_and_quietly_not_at_all() {
    let (inbox, site) = (Inbox::new(), Site::start());
    let app = app(&inbox, &site, POSTAL);
    app.run(&["fetch", "--now", "2026-11-20T06:00:00Z"]).exits(0);
    let told = app.run(&["doctor", "--now", "2026-11-20T06:05:00Z"]).exits(0).stdout;
    for line in ["settings   1 digest\n", "1 feeds and 0 event sources", "the mail server answers", "[fetch] contact"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert_eq!(app.run(&["doctor", "-q", "--now", "2026-11-20T06:05:00Z"]).exits(0).stdout, "");
    let told = app.run(&["doctor", "-q", "--now", "2026-12-24T06:05:00Z"]).exits(1).stdout;
    assert!(told.contains("was not for 3") && told.contains("does cron run"), "{told}");
    assert!(app.json(&["doctor", "-q"])["checks"].as_array().is_some_and(|checks| checks.len() > 5));
}

#[test]
fn who_is_kept_from_every_source_is_told_what_kept_them() {
    let (app, site) = (App::new(), Site::start());
    // The guard stays closed for loopback.
    app.write("bellwether.toml", "[fetch]\nspacing = \"0\"\n");
    app.write("feeds.toml", &format!("[[feed]]\nkey = \"near\"\nurl = \"{}\"\n", site.url("/feed")));
    app.run(&["fetch", "--now", "2026-11-20T06:00:00Z"]);
    let told = app.run(&["doctor", "-q", "--now", "2026-11-20T06:05:00.123456Z"]).exits(1).stdout;
    assert!(told.contains("(2026-11-20 06:00 UTC), near, told: ") && told.contains("allow_nets"), "{told}");
    assert!(site.paths().is_empty());
}

#[test]
fn a_plain_address_for_the_pages_is_told_to_cost_the_one_click() {
    let app = App::new();
    app.write("feeds.toml", "");
    for (base, words) in [("http://digest.example.org", "one click"), ("https://digest.example.org", "")] {
        app.settings(&format!("[web]\nbase_url = \"{base}\"\n"));
        let told = app.run(&["doctor"]).stdout;
        assert_eq!(told.contains("base_url is not https"), !words.is_empty(), "{told}");
        assert!(told.contains(words), "{told}");
    }
}
