//! A mailbox behind a real SMTP conversation.

use bellwether::demo::mailbox::LocalMailbox;

use super::app::App;
use super::site::{Answer, Site, rss};

/// What a digest needs before it is mailed.
pub const POSTAL: &str = "postal_address = \"Beispielweg 1, 12345 Berlin, Germany\"";

/// Messages that a server on loopback took.
pub struct Inbox {
    pub runtime: tokio::runtime::Runtime,
    pub mailbox: LocalMailbox,
    pub dir: tempfile::TempDir,
}

impl Inbox {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mailbox = runtime.block_on(LocalMailbox::start(dir.path())).expect("a mailbox");
        Self { runtime, mailbox, dir }
    }

    pub fn messages(&self) -> Vec<String> {
        let mut all: Vec<String> = std::fs::read_dir(self.dir.path().join("new"))
            .expect("new/")
            .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a message"))
            .collect();
        all.sort();
        all
    }
}

/// An app with one feed of one item, which mails to this inbox; `digest` are more lines of its [[digest]].
pub fn app(inbox: &Inbox, site: &Site, digest: &str) -> App {
    let app = App::new();
    app.settings(&format!(
        "[[digest]]\nfrom = \"Bellwether <digest@example.org>\"\n{digest}\n[smtp]\nurl = \"{}\"\nrate = 1000\n[web]\nbase_url = \"https://digest.example.org\"\n",
        inbox.mailbox.url()
    ));
    app.write("feeds.toml", &format!("[[feed]]\nkey = \"a\"\nurl = \"{}\"\n", site.url("/feed")));
    let item = ("A storage engine that forgets on purpose", "https://a.example/1", "Wed, 18 Nov 2026 08:00:00 GMT");
    site.set("/feed", Answer::feed(rss("A", &[item])));
    app
}
