//! Settings that cannot be used: each problem named with file and line, all at once, exit 2.

use crate::support::app::App;

#[test]
fn every_problem_of_both_files_is_told_at_once() {
    let app = App::new();
    app.write(
        "bellwether.toml",
        "[fetch]\nspacin = \"1s\"\n\n[[digest]]\ntimezone = \"Europe/Atlantis\"\n\n[web]\nbase_url = \"digest.example.org\"\n",
    );
    app.write(
        "feeds.toml",
        "[[feed]]\nurl = \"htps:/example.org\"\n\n[[feed]]\nurl = \"https://a.example/\"\ntopcis = []\n",
    );
    let ran = app.run(&["run"]).exits(2);
    for line in [
        "bellwether.toml:2: unknown key `spacin` in `fetch` — did you mean `spacing`?",
        "bellwether.toml:5: digest.timezone: `Europe/Atlantis` is not a time zone",
        "bellwether.toml:8: web.base_url: `digest.example.org` is not an address",
        "feeds.toml:2: feed.url: ",
        "feeds.toml:6: unknown key `topcis` in `feed` — did you mean `topics`?",
    ] {
        assert!(ran.stderr.contains(line), "missing `{line}` in:\n{}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
    assert!(!app.path("bellwether.db").exists(), "nothing is touched before the settings are right");
}

#[test]
fn limits_that_nothing_could_pass_are_refused() {
    let app = App::new();
    app.write("feeds.toml", "").write(
        "bellwether.toml",
        "[fetch]\ntimeout = \"0\"\ndeadline = \"0s\"\nmax_bytes = \"0\"\nin_flight_bytes = \"1KiB\"\n",
    );
    let told = app.run(&["fetch"]).exits(2).stderr;
    for (line, words) in
        [(2, "timeout = 0s is out of range"), (3, "deadline = 0s"), (4, "`0` is less than 64"), (5, "1KiB")]
    {
        assert!(told.contains(&format!("bellwether.toml:{line}: ")) && told.contains(words), "{words}: {told}");
    }
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    App::new().run(&["run", "--nwo", "x"]).exits(2);
}

#[test]
fn a_missing_catalogue_says_what_to_do() {
    let ran = App::new().run(&["run"]).exits(2);
    assert!(ran.stderr.contains("feeds.toml: cannot be read") && ran.stderr.contains("--feeds"), "{}", ran.stderr);
}

#[test]
fn a_topic_that_nobody_defines_is_told() {
    let app = App::new();
    app.write("feeds.toml", "[topics.web]\nname = \"Web\"\n");
    app.write("bellwether.toml", "[[digest]]\ntopics = [\"wbe\"]\n");
    let ran = app.run(&["digest"]).exits(2);
    assert!(
        ran.stderr.contains("bellwether.toml:2: digest.topics: the catalogue defines no topic `wbe`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_shipped_catalogue_is_checked_by_the_command() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml");
    let ran = App::new().run(&["feeds", "check", "--feeds", shipped]).exits(0);
    assert!(ran.stdout.contains("no problem found"), "{}", ran.stdout);
}
