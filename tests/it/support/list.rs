//! A digest that visitors can subscribe to: its pages, a mail server, and what a visitor does with both.

use bellwether::demo::mailbox::LocalMailbox;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::app::App;
use super::letter::Letter;
use super::site::{Answer, Site, rss};
use super::web::{Reply, Served, dump};

pub const BASE: &str = "https://digest.example.org";
pub const ADDRESS: &str = "ada.lovelace@analytical-engines.example";

/// A digest with one edition that nobody reads yet, a mail server, and its pages.
pub struct World {
    pub app: App,
    pub site: Site,
    pub dir: TempDir,
    pub mailbox: LocalMailbox,
    // Dropped last: the mailbox runs on it.
    _runtime: Runtime,
}

impl World {
    pub fn new() -> Self {
        Self::with("", "")
    }

    /// With more settings for the digest, and more sections.
    pub fn with(digest: &str, sections: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mailbox = runtime.block_on(LocalMailbox::start(dir.path())).expect("a mailbox");
        let (app, site) = (App::new(), Site::start());
        app.settings(&format!(
            "[[digest]]\ntitle = \"Ferry Weekly\"\ntimezone = \"Europe/Berlin\"\nfrom = \"Ferry <digest@example.org>\"\n\
             postal_address = \"Beispielweg 1, 12345 Berlin, Germany\"\n{digest}\n\
             [smtp]\nurl = \"{}\"\nrate = 1000\n{sections}\n[web]\nbase_url = \"{BASE}\"\n{}",
            mailbox.url(),
            "trusted_proxies = [\"127.0.0.1/32\"]\n"
        ));
        let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
        site.set("/feed", Answer::feed(rss("A", &[item])));
        app.write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
        Self { app, site, dir, mailbox, _runtime: runtime }
    }

    pub fn compose(self) -> Self {
        self.app.run(&["run", "--now", "2026-11-20T07:10:00Z"]).exits(0);
        self
    }

    pub fn serve(&self, now: &str) -> Served {
        Served::start(&self.app, now)
    }

    /// Sends what is queued, and yields every letter that arrived since.
    pub fn mail(&self, now: &str) -> Vec<Letter> {
        let known = Letter::all(self.dir.path()).len();
        self.app.run(&["-vvv", "send", "--now", now]).exits(0);
        Letter::all(self.dir.path()).split_off(known)
    }

    /// The states of the one address.
    pub fn states(&self) -> Vec<String> {
        let list = self.app.json(&["subscribers", "list"]);
        let rows = list["subscribers"].as_array().expect("a list").iter();
        rows.map(|row| row["state"].as_str().expect("a state").to_owned()).collect()
    }

    /// What `deliveries` holds, as `purpose:state`.
    pub fn deliveries(&self) -> Vec<String> {
        let list = self.app.json(&["deliveries", "list", "--state", "all"]);
        let mut rows: Vec<String> = list["deliveries"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| format!("{}:{}", row["purpose"].as_str().expect("one"), row["state"].as_str().expect("one")))
            .collect();
        rows.sort();
        rows
    }
}

/// Where a link of a mail leads, on the server that serves here.
pub fn path(link: &str) -> &str {
    link.strip_prefix(BASE).unwrap_or_else(|| panic!("{link} is not ours"))
}

/// A visitor asks on the home page.
pub fn ask(served: &Served, address: &str) -> Reply {
    let reply = served.submit(&served.get("/").form(), &[("email", address)]);
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply
}

/// Whatever follows links does no harm: every link of a letter is looked at twice, and the database stays as it is.
pub fn look_at_every_link(world: &World, served: &Served, letter: &Letter) {
    let before = dump(&world.app);
    let ours: Vec<String> = letter.links().into_iter().filter(|link| link.starts_with(BASE)).collect();
    assert!(!ours.is_empty());
    for link in &ours {
        for method in ["GET", "HEAD"] {
            assert_eq!(served.ask(method, path(link), &[], "").status, 200, "{method} {link}");
        }
    }
    assert_eq!(dump(&world.app), before, "looking at {ours:?}");
}
