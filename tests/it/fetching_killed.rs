//! `fetch` killed at any moment: the next one loses nothing, takes nothing that was stored for new, and asks nobody
//! sooner than it may.
//!
//! `BELLWETHER_SEED` sets what chance decides, `BELLWETHER_KILLS` how often is killed. A seed brings back the
//! choices, not the microsecond in which the system lets them happen.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::killing::child::{GLANCE, PATIENCE, end, kill};
use crate::killing::{kills, seed};
use crate::support::app::App;
use crate::support::chance::Chance;
use crate::support::publishers::{Publishers, link};

const HOSTS: usize = 6;
const FEEDS: usize = 10;
/// Of an answer, at most: such that a fetch takes longer than an answer waits to be kept.
const DELAY: Duration = Duration::from_millis(260);
/// As the settings have it.
const MIN_INTERVAL: TimeDelta = TimeDelta::hours(1);

#[test]
fn a_fetch_that_is_killed_again_and_again_loses_nothing_repeats_nothing_and_stays_polite() {
    let (seed, kills) = (seed(), kills());
    println!("fetch killed: BELLWETHER_SEED={seed} BELLWETHER_KILLS={kills}");
    let mut scene = Scene::new(seed);
    let (mut hit, mut tried) = (0, 0);
    while hit < kills {
        hit += u64::from(scene.kill_one());
        tried += 1;
        assert!(tried < kills * 10, "the kills come too late: {hit} of {tried} met a process that was fetching");
    }
    scene.fetch_the_rest();
    scene.check_that_everybody_was_asked_politely();
    let asked = scene.publishers.asked();
    println!(
        "proof: fetch: {kills} kills, {} of them when a part was kept, {} after the last request; {} processes, {} \
         requests, {} of them conditional; {} entries, each stored once",
        scene.in_part,
        scene.over_the_last,
        scene.runs.len(),
        asked.len(),
        asked.iter().filter(|asked| asked.etag.is_some()).count(),
        scene.stored.len(),
    );
    // By chance none of a few.
    assert!(kills < 50 || scene.in_part * 10 >= scene.runs.len(), "too few kills left something half done");
}

/// When an item was first seen and from when it is eligible, as the database writes it, by its link.
type Stored = BTreeMap<String, String>;

struct Scene {
    app: App,
    publishers: Publishers,
    chance: Chance,
    now: DateTime<Utc>,
    /// What was stored when it was last looked at.
    stored: Stored,
    /// By User-Agent: when it ran, and the validators that were kept before.
    runs: BTreeMap<String, (DateTime<Utc>, BTreeMap<String, String>)>,
    /// Kills that found some answers kept and others not.
    in_part: usize,
    /// Kills after everything was asked.
    over_the_last: usize,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let app = App::new();
        let publishers = Publishers::start(HOSTS, FEEDS, 20, seed, DELAY);
        app.write("feeds.toml", publishers.catalogue());
        app.settings("").run(&["feeds", "list"]).exits(0);
        let now = "2026-11-16T07:00:00Z".parse().expect("a moment");
        let (stored, runs) = (Stored::new(), BTreeMap::new());
        Self { app, publishers, chance: Chance::new(seed), now, stored, runs, in_part: 0, over_the_last: 0 }
    }

    /// Starts a process that servers know by a name of its own.
    fn start(&mut self) -> Child {
        self.look();
        let name = format!("run-{}", self.runs.len());
        let sql = "select key || ' ' || state from sources";
        let etag = |row: String| {
            let (key, state) = row.split_once(' ').expect("a key and a state");
            let state: serde_json::Value = serde_json::from_str(state).expect("a state");
            Some((key.to_owned(), state["etag"].as_str()?.to_owned()))
        };
        let etags = self.app.database().strings(sql).into_iter().filter_map(etag).collect();
        self.runs.insert(name.clone(), (self.now, etags));
        self.app.settings("").write(
            "bellwether.toml",
            &self.app.read("bellwether.toml").replace("[fetch]", &format!("[fetch]\nuser_agent = \"{name}\"")),
        );
        let now = self.now.to_rfc3339();
        let args = ["--json", "fetch", "--now", &now];
        let told = File::create(self.app.path("report.json")).expect("a file");
        self.app.command(&args).stdout(told).stderr(Stdio::piped()).spawn().expect("the binary starts")
    }

    /// Lets time pass and news come, starts a process, and mostly kills it after so many requests as chance says, or
    /// over what came last; yields whether it was at work.
    fn kill_one(&mut self) -> bool {
        let pause = [3, 20, 61, 62, 130][self.number(0, 4)];
        self.now += TimeDelta::minutes(pause);
        for _ in 0..self.number(0, 12) {
            let key = format!("h{}-f{}", self.number(0, HOSTS - 1), self.number(0, FEEDS - 1));
            self.publishers.publish(&key);
        }
        let before = self.publishers.asked().len();
        let to_the_end = self.chance.one_in(3);
        let aim = before + if to_the_end { HOSTS * FEEDS } else { self.number(1, HOSTS * FEEDS) };
        let mut run = self.start();
        if self.chance.one_in(4) {
            self.count(run);
            return false;
        }
        while !self.publishers.wait_for(aim, GLANCE) {
            if run.try_wait().expect("a child").is_some() {
                // There was less to ask than that.
                self.count(run);
                return false;
            }
        }
        // In its midst, or while it keeps what came.
        if to_the_end || self.chance.one_in(2) {
            sleep(Duration::from_micros(self.chance.between(0, 60_000)));
        }
        let killed = kill(run);
        assert!(self.publishers.wait_for_silence(PATIENCE));
        self.let_the_database_notice();
        let open = self.claimed();
        self.in_part += usize::from(killed && open > 0 && open < HOSTS * FEEDS);
        self.over_the_last += usize::from(killed && to_the_end);
        self.look();
        killed
    }

    /// Waits for a process that was not killed: what it says is new was not there before, and everything else was.
    fn count(&mut self, run: Child) {
        let before = self.stored.len();
        let (code, told) = end(run);
        assert_eq!(code, Some(0), "{told}");
        self.look();
        let report = self.app.read("report.json");
        let report: serde_json::Value = serde_json::from_str(report.trim()).expect("a report");
        assert_eq!(report["items_new"], self.stored.len() - before, "{report}");
        assert_eq!(report["failed"], 0, "{report}");
    }

    /// Fetches until everything was asked for once more, without any kill: then nothing is missing.
    fn fetch_the_rest(&mut self) {
        self.now += MIN_INTERVAL + TimeDelta::minutes(5);
        let run = self.start();
        self.count(run);
        let expected: Vec<String> =
            self.publishers.entries().iter().flat_map(|(key, count)| (0..*count).map(|n| link(key, n))).collect();
        let mut expected: Vec<&String> = expected.iter().collect();
        expected.sort();
        assert!(self.stored.keys().eq(expected), "{} are stored", self.stored.len());
        assert_eq!(self.claimed(), 0);
        self.now += MIN_INTERVAL + TimeDelta::minutes(5);
        let run = self.start();
        self.count(run);
    }

    /// Looks at what is stored: each entry once, and none that was there has gone, or is seen for the first time again.
    fn look(&mut self) {
        let sql = if self.app.database().is_file() {
            "select json_extract(item, '$.link') || ' ' || first_seen || ' ' || coalesce(eligible_at, '-') from items"
        } else {
            "select concat_ws(' ', item::jsonb->>'link', first_seen::text, coalesce(eligible_at::text, '-')) from items"
        };
        let rows = self.app.database().strings(sql);
        let parts = rows.iter().map(|row| row.split_once(' ').expect("a link and moments"));
        let stored: Stored = parts.map(|(link, moments)| (link.to_owned(), moments.to_owned())).collect();
        assert_eq!(stored.len(), rows.len(), "an entry is stored twice");
        for (link, moments) in &self.stored {
            assert_eq!(stored.get(link), Some(moments), "{link}");
        }
        self.stored = stored;
    }

    /// Each process asked a source once at most and with the validators that were kept, one source of a host at a time,
    /// and no source was asked again too soon.
    fn check_that_everybody_was_asked_politely(&self) {
        assert_eq!(self.publishers.most_at_once().1, 1, "a host was asked twice at the same time");
        let mut last: BTreeMap<String, (&str, DateTime<Utc>)> = BTreeMap::new();
        for asked in self.publishers.asked() {
            let (name, (now, etags)) = self.runs.get_key_value(&asked.by).expect("a process of ours");
            assert_eq!(asked.etag.as_ref(), etags.get(&asked.key), "{asked:?}");
            if let Some((before, then)) = last.insert(asked.key.clone(), (name, *now)) {
                assert!(*now - then >= MIN_INTERVAL, "{before} at {then}, then at {now}: {asked:?}");
            }
        }
        assert_eq!(last.len(), HOSTS * FEEDS, "everybody was asked");
    }

    /// How many sources are claimed.
    fn claimed(&self) -> usize {
        self.app.database().strings("select key from sources where claimed_at is not null").len()
    }

    /// A server of databases may be at the last words of somebody who was killed.
    fn let_the_database_notice(&self) {
        let others = "select pid::text from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend' and state <> 'idle'
                and pid <> pg_backend_pid()";
        while !self.app.database().is_file() && !self.app.database().strings(others).is_empty() {
            sleep(GLANCE);
        }
    }

    fn number(&mut self, first: usize, last: usize) -> usize {
        usize::try_from(self.chance.between(first as u64, last as u64)).expect("a small number")
    }
}
