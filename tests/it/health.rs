//! What a curator is told of each source, and the edits of feeds.toml that follow from it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::app::App;
use crate::support::site::{Answer, Site, rss};

const CATALOGUE: &str = r#"# Kept by hand.
[topics.data]
name = "Data"

[[feed]]  # the first
url = "{site}/well"   # with an ETag
key = "well"
topics = ["data"]

[[feed]]
  url = '{site}/old-place'  # moves
  skip = ["^sponsored"]

[[feed]]
url = "{site}/over"
key = "over"
note = "ends"

[[feed]]
url = "{site}/broken"
key = "broken"

[[feed]]
url = "{site}/busy"
key = "busy"

[[feed]]
url = "{site}/quiet"
key = "quiet"

[[feed]]
url = "{site}/resting"
key = "resting"
paused = true
"#;

/// A site, and two weeks in which its feeds went different ways.
fn world() -> (App, Site) {
    let (app, site) = (App::new(), Site::start());
    app.settings("").write("feeds.toml", &CATALOGUE.replace("{site}", &site.url("")));
    let feed = |name: &str, date: &str| {
        let link = format!("https://{name}.example/1");
        Answer {
            etag: Some(format!("\"{name}\"")),
            ..Answer::feed(rss(name, &[("A piece on storage engines", &link, date)]))
        }
    };
    site.set("/well", feed("well", "Fri, 06 Nov 2026 08:00:00 GMT"));
    site.set("/old-place", Answer::redirect(301, "/new-place"));
    site.set("/new-place", feed("new-place", "Fri, 06 Nov 2026 08:00:00 GMT"));
    site.set("/over", feed("over", "Fri, 06 Nov 2026 08:00:00 GMT"));
    site.set("/broken", feed("broken", "Fri, 06 Nov 2026 08:00:00 GMT"));
    site.set("/busy", feed("busy", "Fri, 06 Nov 2026 08:00:00 GMT"));
    site.set("/quiet", feed("quiet", "Sun, 01 Mar 2026 08:00:00 GMT"));
    for day in ["07", "08", "09"] {
        app.run(&["fetch", "--now", &format!("2026-11-{day}T07:00:00Z")]).exits(0);
    }
    site.set("/over", Answer::status(410));
    site.set("/broken", Answer::status(500));
    for day in ["10", "14", "18"] {
        app.run(&["fetch", "--now", &format!("2026-11-{day}T07:00:00Z")]).exits(0);
    }
    site.set("/busy", Answer::status(429));
    app.run(&["fetch", "--now", "2026-11-20T06:00:00Z"]).exits(0);
    (app, site)
}

const NOW: [&str; 2] = ["--now", "2026-11-20T07:30:00Z"];

fn health(more: &[&str]) -> Vec<&'static str> {
    let more: Vec<&'static str> = more.iter().map(|arg| &*Box::leak((*arg).to_owned().into_boxed_str())).collect();
    [&NOW[..], &["feeds", "health"], &more].concat()
}

/// The same on every port, and as long as it was.
fn settled(text: &str, site: &Site) -> String {
    let address = site.url("");
    let slug = address.trim_start_matches("http://").replace(['.', ':'], "-");
    let name = |of: &str, like: &str| format!("{like}{}", "x".repeat(of.len() - like.len()));
    text.replace(&address, &name(&address, "http://site.e")).replace(&slug, &name(&slug, "site-e"))
}

#[test]
fn what_needs_somebody_is_told_first_in_lines_that_fit() {
    let (app, site) = world();
    let told = app.run(&health(&[])).exits(0).stdout;
    let settled = settled(&told, &site);
    for line in settled.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    insta::assert_snapshot!(settled);
    assert!(!told.contains('\x1b'), "no colours where nobody looks");
    assert!(app.run(&health(&["--color", "always"])).exits(0).stdout.contains("\x1b[31mgone"));
}

#[test]
fn one_source_is_told_in_full() {
    let (app, site) = world();
    insta::assert_snapshot!(settled(&app.run(&health(&["broken"])).exits(0).stdout, &site));
    let json = app.json(&health(&["broken"]));
    let source = &json["sources"][0];
    assert_eq!((&source["state"], &source["key"]), (&"failing".into(), &"broken".into()), "{json}");
    assert_eq!((&source["fetches"], &source["yield"]["stored"]), (&7.into(), &1.into()), "{json}");
    let unknown = app.run(&health(&["nobody"])).exits(1);
    assert!(unknown.stderr.contains("feeds list"), "{}", unknown.stderr);
}

#[test]
fn a_patch_is_what_tools_take_and_what_apply_does() {
    let (app, site) = world();
    let before = app.read("feeds.toml");
    let patch = app.run(&health(&["--patch"])).exits(0).stdout;
    insta::assert_snapshot!(settled(&patch, &site));
    assert_eq!(app.read("feeds.toml"), before, "a look changes nothing");
    let tools: [&[&str]; 3] = [&["patch", "-p0"], &["git", "apply"], &["git", "apply", "-p0"]];
    let patched: Vec<String> = tools.into_iter().filter_map(|tool| through(tool, &patch, &before)).collect();
    assert!(!patched.is_empty(), "there is neither patch nor git here");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(app.path("feeds.toml"), PermissionsExt::from_mode(0o640)).expect("its owner");
        app.run(&health(&["--apply"])).exits(0);
        let mode = std::fs::metadata(app.path("feeds.toml")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
    #[cfg(not(unix))]
    app.run(&health(&["--apply"])).exits(0);
    for patched in patched {
        assert_eq!(patched, app.read("feeds.toml"));
    }
    assert!(!app.path("feeds.toml.new").exists());
    let again = app.run(&health(&["--patch"])).exits(0);
    assert!(again.stdout.is_empty() && again.stderr.contains("needs no change"), "{again:?}");
}

/// What a tool makes of a file and a patch; nothing where there is no such tool.
fn through(tool: &[&str], patch: &str, file: &str) -> Option<String> {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("feeds.toml"), file).expect("a file");
    let mut command = Command::new(tool[0]);
    command.args(&tool[1..]).current_dir(dir.path()).env("GIT_CEILING_DIRECTORIES", dir.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().ok()?;
    child.stdin.take().expect("a pipe").write_all(patch.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success(), "{tool:?} refuses\n{patch}");
    Some(std::fs::read_to_string(dir.path().join("feeds.toml")).expect("a file"))
}

#[test]
fn a_source_that_took_over_its_new_address_stays_who_it_is() {
    let (app, site) = world();
    app.run(&health(&["--apply"])).exits(0);
    site.paths();
    site.statuses();
    app.run(&["fetch", "--force", "--now", "2026-11-22T07:00:00Z"]).exits(0);
    let asked: Vec<(String, u16)> = site.paths().into_iter().zip(site.statuses()).collect();
    assert!(asked.contains(&("/new-place".to_owned(), 304)), "asked as before, and known: {asked:?}");
    assert!(!asked.iter().any(|(path, _)| path == "/over" || path == "/old-place"), "{asked:?}");
    let sources =
        app.database().strings("select distinct source from items where title like 'A piece%' order by source");
    assert_eq!(sources.len(), 6, "nothing came back under another name: {sources:?}");
}

#[test]
fn a_catalogue_that_another_hand_holds_is_not_written() {
    let (app, _site) = world();
    app.write("feeds.toml.new", "");
    let before = app.read("feeds.toml");
    let refused = app.run(&health(&["--apply"])).exits(1);
    assert!(refused.stderr.contains("feeds.toml.new"), "{}", refused.stderr);
    assert_eq!(app.read("feeds.toml"), before);
}
