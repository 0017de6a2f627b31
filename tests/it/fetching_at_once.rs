//! Two `fetch` processes at once: no source is asked twice, no host by both, and nothing is lost.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::killing::child::{PATIENCE, end, first_to_end};
use crate::support::app::App;
use crate::support::publishers::Publishers;

const NOW: &str = "2026-11-16T07:00:00Z";

struct Scene {
    app: App,
    publishers: Publishers,
}

impl Scene {
    fn new() -> Self {
        let app = App::new();
        let publishers = Publishers::start(4, 5, 6, 1, Duration::from_millis(3));
        app.write("feeds.toml", publishers.catalogue());
        // The tables are there, so that nobody waits for whoever makes them.
        app.settings("").run(&["feeds", "list"]).exits(0);
        Self { app, publishers }
    }

    /// A process whose requests are told apart from those of others by its `name`.
    fn start(&self, name: &str, args: &[&str]) -> Child {
        self.start_command("fetch", name, args)
    }

    fn start_command(&self, command: &str, name: &str, args: &[&str]) -> Child {
        let settings =
            self.app.read("bellwether.toml").replace("[fetch]", &format!("[fetch]\nuser_agent = \"{name}\""));
        self.app.write(&format!("{name}.toml"), &settings);
        let told = File::create(self.app.path(&format!("{name}.json"))).expect("a file");
        let config = format!("{name}.toml");
        let mut all = vec!["--json", "--config", &config, command];
        all.extend(args);
        self.app.command(&all).stdout(told).stderr(Stdio::piped()).spawn().expect("the binary starts")
    }

    /// What a process that is over has reported.
    fn report(&self, name: &str) -> serde_json::Value {
        let told = self.app.read(&format!("{name}.json"));
        serde_json::from_str(told.trim()).unwrap_or_else(|error| panic!("{error}: {told}"))
    }

    /// How often each source was asked after the first `skip` requests.
    fn asked(&self, skip: usize) -> BTreeMap<String, usize> {
        let mut asked = BTreeMap::new();
        for request in self.publishers.asked().into_iter().skip(skip) {
            *asked.entry(request.key).or_default() += 1;
        }
        asked
    }

    fn each_was_asked_once(&self, skip: usize) {
        let once: BTreeMap<String, usize> = self.publishers.entries().into_keys().map(|key| (key, 1)).collect();
        assert_eq!(self.asked(skip), once);
        assert_eq!(self.publishers.most_at_once().0, 1, "a host was asked twice at the same time");
    }

    fn items(&self) -> usize {
        self.app.database().strings("select id from items").len()
    }

    fn claimed(&self) -> Vec<String> {
        self.app.database().strings("select key from sources where claimed_at is not null order by key")
    }
}

fn ends_well(process: Child) {
    let (code, told) = end(process);
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn of_two_at_once_one_asks_and_the_other_leaves_it_to_it() {
    let scene = Scene::new();
    for (now, force) in [(NOW, false), ("2026-11-16T07:10:00Z", true)] {
        let before = scene.publishers.asked().len();
        let mut args = vec!["--now", now];
        if force {
            args.push("--force");
        }
        // Whoever asks cannot come to an end meanwhile.
        scene.publishers.hold(Some(0));
        let (second, first) = first_to_end([scene.start("one", &args), scene.start("other", &args)]);
        ends_well(second);
        assert!(scene.publishers.wait_for_asker(0, PATIENCE));
        scene.publishers.hold(None);
        ends_well(first);
        scene.each_was_asked_once(before);
        let reports = [scene.report("one"), scene.report("other")];
        let sum = |field: &str| reports.iter().map(|report| report[field].as_u64().expect("a count")).sum::<u64>();
        assert_eq!((sum("ok") + sum("not_modified"), sum("skipped"), sum("elsewhere")), (20, 20, 20), "{reports:?}");
        assert_eq!((scene.items(), sum("items_new")), (120, if force { 0 } else { 120 }));
        assert_eq!(scene.claimed(), [""; 0]);
    }
}

#[test]
fn two_that_share_hosts_each_ask_other_hosts() {
    let scene = Scene::new();
    scene.publishers.hold(Some(0));
    let one = scene.start("one", &["--now", NOW, "--feed", "h0-f3"]);
    assert!(scene.publishers.wait_for_asker(0, PATIENCE));
    for force in [&["--now", NOW][..], &["--now", NOW, "--force"]] {
        ends_well(scene.start("all", force));
        assert_eq!(scene.report("all")["elsewhere"], 5, "the whole host is left to the other");
        assert!(scene.asked(1).keys().all(|key| !key.starts_with("h0-")), "{:?}", scene.asked(1));
    }
    scene.publishers.hold(None);
    ends_well(one);
    assert_eq!((scene.items(), scene.claimed()), (6 * 16, Vec::new()));
    ends_well(scene.start("rest", &["--now", NOW]));
    assert_eq!((scene.report("rest")["ok"].as_u64(), scene.items()), (Some(4), 120));
    assert_eq!(scene.publishers.most_at_once().0, 1, "a host was asked twice at the same time");
}

#[test]
fn several_that_run_as_they_please_ask_each_source_once_an_hour() {
    let scene = Scene::new();
    for hour in ["07", "09", "11"] {
        let before = scene.publishers.asked().len();
        scene.publishers.publish("h2-f2");
        let now = format!("2026-11-16T{hour}:00:00Z");
        let names = ["a", "b", "c"];
        for process in names.map(|name| scene.start(name, &["--now", &now])) {
            ends_well(process);
        }
        // A host that was being asked is left out by those who come meanwhile; no source is left for the next hour.
        scene.each_was_asked_once(before);
        let new: u64 = names.iter().map(|name| scene.report(name)["items_new"].as_u64().expect("a count")).sum();
        assert_eq!(new, if hour == "07" { 121 } else { 1 });
    }
    assert_eq!((scene.items(), scene.claimed()), (123, Vec::new()));
}

#[test]
fn a_fetch_that_is_stopped_keeps_what_came_and_gives_back_what_it_did_not_ask() {
    let scene = Scene::new();
    scene.publishers.hold(Some(0));
    let one = scene.start("one", &["--now", NOW]);
    // Five of each other host, and one of the host that does not answer.
    assert!(scene.publishers.wait_for(16, PATIENCE) && scene.publishers.wait_for_asker(0, PATIENCE));
    let killed = Command::new("kill").args(["-TERM", &one.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let (code, told) = end(one);
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains("due as before: 4 sources; asked, and waiting for min_interval because no answer came: 1 source"),
        "{told}"
    );
    scene.publishers.hold(None);
    assert!(scene.publishers.wait_for_silence(PATIENCE));
    let asked: Vec<String> = scene.asked(0).into_keys().filter(|key| key.starts_with("h0-")).collect();
    let held = scene.claimed();
    assert!(asked.len() == 1 && held.contains(&asked[0]), "{asked:?} was asked, {held:?} is held");
    assert_eq!(held.iter().filter(|key| key.starts_with("h0-")).count(), 1, "what was not asked is given back");

    // Whether anybody is alive there is known after a few minutes.
    let before = scene.publishers.asked().len();
    ends_well(scene.start("soon", &["--now", "2026-11-16T07:06:00Z"]));
    let soon = scene.asked(before);
    assert!(soon.len() == 4 && soon.keys().all(|key| !asked.contains(key)), "{soon:?}");
    ends_well(scene.start("later", &["--now", "2026-11-16T08:30:00Z"]));
    assert_eq!(scene.asked(before)[&asked[0]], 1, "an hour after it was asked");
    assert_eq!((scene.items(), scene.claimed()), (120, Vec::new()));
}

#[test]
fn a_run_that_is_stopped_composes_nothing_of_half_a_fetch() {
    let scene = Scene::new();
    scene.publishers.hold(Some(0));
    let one = scene.start_command("run", "one", &["--now", NOW]);
    assert!(scene.publishers.wait_for(16, PATIENCE) && scene.publishers.wait_for_asker(0, PATIENCE));
    assert!(Command::new("kill").args(["-TERM", &one.id().to_string()]).status().expect("kill").success());
    let (code, told) = end(one);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("stopped: ") && told.contains("nothing was composed or mailed"), "{told}");
    assert_eq!(scene.app.database().strings("select name from editions"), [""; 0]);

    // The next one does not know yet whether the other is alive.
    scene.publishers.hold(None);
    assert!(scene.publishers.wait_for_silence(PATIENCE));
    ends_well(scene.start_command("run", "soon", &["--now", "2026-11-16T07:01:00Z"]));
    assert_eq!(scene.report("soon")["waiting"], serde_json::json!(["weekly"]));
    let health = scene.app.run(&["--now", "2026-11-16T07:30:00Z", "feeds", "health", &scene.claimed()[0]]);
    assert!(health.stdout.contains("a fetch that was stopped had asked it"), "{}", health.stdout);
    ends_well(scene.start_command("run", "later", &["--now", "2026-11-16T08:30:00Z"]));
    assert_eq!(scene.app.database().strings("select name from editions"), ["2026-W47"]);
}
