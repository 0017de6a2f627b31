//! What opens the guard: what the operator names, that alone, and not unseen.

use super::lure::Lure;
use super::{NOW, catalogue, feed, health, prepared};
use crate::support::app::App;

const TOLD: &str = "which is not all public: --allow-net or [fetch] allow_nets opened it";

#[test]
fn a_flag_or_a_setting_opens_only_what_it_names() {
    let lures = ["127.9.0.1:0", "127.9.1.1:0", "127.0.0.1:0"].map(|address| Lure::saying(address, feed()));
    let urls: Vec<String> = lures.iter().map(|lure| lure.url("/feed")).collect();
    let setting = "[fetch]\nspacing = \"0\"\nallow_nets = [\"127.9.1.1\"]\n";
    let plain = "[fetch]\nspacing = \"0\"\n";
    let flag = ["--allow-net", "127.9.0.0/24"];
    for (settings, flags, open) in [
        (plain, &[][..], [false, false, false]),
        (plain, &flag, [true, false, false]),
        (setting, &[], [false, true, false]),
        (setting, &flag, [true, true, false]),
        // The same network in the form that carries IPv4 inside IPv6, and a network beside it.
        (plain, &["--allow-net", "127.9.0.2/31", "--allow-net", "::1/128"], [false, false, false]),
    ] {
        let app = App::new();
        app.write("bellwether.toml", settings).write("feeds.toml", &catalogue(&urls));
        let before = lures.each_ref().map(|lure| lure.visits().len());
        app.run(&[&["fetch", "--now", NOW], flags].concat()).exits(0);
        let told = health(&app);
        for (n, open) in open.into_iter().enumerate() {
            assert_eq!(told[&n].stored, open, "{settings} {flags:?} {}: {}", urls[n], told[&n].words);
            assert_eq!(lures[n].visits().len() - before[n], usize::from(open), "{settings} {flags:?} {}", urls[n]);
        }
    }
}

#[test]
fn what_was_opened_is_told_once_and_not_to_those_who_want_quiet() {
    let site = Lure::saying("127.9.0.1:0", feed());
    let app = prepared(&[site.url("/feed")]);
    let told = |args: &[&str]| {
        let ran = app.run(&[&["run", "--now", NOW], args].concat());
        ran.stderr.lines().filter(|line| line.contains(TOLD)).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let both = told(&["--allow-net", "127.9.0.0/24", "--allow-net", "10.1.2.3"]);
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].contains("127.9.0.0/24, 10.1.2.3/32"), "{both:?}");
    let app = prepared(&[site.url("/feed")]);
    let told = |args: &[&str]| app.run(&[&["fetch", "--now", NOW], args].concat()).stderr.contains(TOLD);
    assert!(!told(&[]) && !told(&["--quiet", "--force", "--allow-net", "127.9.0.0/24"]));
    assert!(told(&["--force", "--allow-net", "127.9.0.0/24"]));
}

#[test]
fn no_variable_of_the_environment_opens_it() {
    let bait = Lure::bait(feed());
    let app = prepared(&[bait.url("/feed")]);
    let names = [
        "BELLWETHER_ALLOW_NET",
        "BELLWETHER_ALLOW_NETS",
        "BELLWETHER_FETCH_ALLOW_NETS",
        "BELLWETHER_FETCH__ALLOW_NETS",
        "BELLWETHER_CONFIG",
        "ALLOW_NET",
        "ALLOW_NETS",
        "allow_nets",
    ];
    for value in ["127.0.0.0/8", "[\"127.0.0.0/8\"]", "true", "*"] {
        let environment = names.map(|name| (name, value));
        app.run_env(&["fetch", "--force", "--now", NOW], &environment).exits(0);
        assert!(health(&app)[&0].words.contains("refused before connecting: "), "{value}");
    }
    assert_eq!(bait.visits().len(), 0);
}
