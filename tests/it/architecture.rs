//! What ARCHITECTURE.md promises, held by a test.

use std::collections::BTreeSet;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sources() -> Vec<(String, String)> {
    fn walk(dir: &Path, out: &mut Vec<(String, String)>) {
        let mut entries: Vec<_> =
            std::fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(ROOT).expect("below the root").display().to_string();
                out.push((name, std::fs::read_to_string(&path).expect("a source file")));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(ROOT).join("src"), &mut out);
    out
}

/// The code of a file without its tests and comments.
fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(name: &str) -> bool {
    name.ends_with("/tests.rs")
        || name.contains("/tests/")
        || name.ends_with("/test_server.rs")
        || name == "src/render/sample.rs"
}

/// Whether `name` lies below one of these files or folders of `src/`.
fn below(name: &str, places: &[&str]) -> bool {
    places.iter().any(|place| name == format!("src/{place}.rs") || name.starts_with(&format!("src/{place}/")))
}

#[test]
fn the_map_equals_the_tree() {
    let text = std::fs::read_to_string(format!("{ROOT}/ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mapped: BTreeSet<String> = text
        .lines()
        .filter_map(|line| {
            line.trim_start().strip_prefix("- `src/")?.split('`').next().map(|path| format!("src/{path}"))
        })
        .collect();
    let tree: BTreeSet<String> =
        sources().into_iter().map(|(name, _)| name).filter(|name| !is_test_file(name)).collect();
    let missing: Vec<_> = tree.difference(&mapped).collect();
    let gone: Vec<_> = mapped.difference(&tree).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the map: {missing:#?}\nnot in the tree: {gone:#?}");
}

const PURE: &[&str] = &[
    "model",
    "text",
    "url_key",
    "notice",
    "parse",
    "normalise",
    "cluster",
    "rank",
    "trends",
    "events",
    "edition",
    "render",
    "schedule",
    "catalogue",
    "health",
    "settings",
    "token",
    "fetch/plan",
    "fetch/state",
    "fetch/freshness",
    "fetch/discover/places",
    "fetch/robots",
    "fetch/wanted",
    "mail/message",
    "mail/address",
];

#[test]
fn the_core_is_pure() {
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::env::",
        "tokio::",
        "sqlx::",
        "reqwest::",
        "axum::",
        "Utc::now",
        "Local::now",
        "SystemTime::now",
        "Instant::now",
        "crate::store",
        "crate::app",
        "crate::pipeline",
        "crate::web",
        "crate::cli",
        "crate::deliver",
        "std::process",
    ];
    for (name, text) in sources() {
        if !below(&name, PURE) || is_test_file(&name) {
            continue;
        }
        let code = code(&text);
        for word in forbidden {
            assert!(!code.contains(word), "{name} is of the pure core and uses {word}");
        }
    }
}

fn only_in(word: &str, places: &[&str]) {
    for (name, text) in sources() {
        if !below(&name, places) && !is_test_file(&name) {
            assert!(!code(&text).contains(word), "{name} uses {word}; only {places:?} may");
        }
    }
}

#[test]
fn sql_is_only_in_the_store() {
    only_in("sqlx::", &["store"]);
}

#[test]
fn the_types_of_an_http_server_are_only_in_web() {
    only_in("axum::", &["web"]);
}

#[test]
fn requests_are_made_only_by_fetch() {
    only_in("reqwest::", &["fetch"]);
}

#[test]
fn the_clock_is_read_only_in_app_and_the_environment_only_in_config() {
    only_in("Utc::now", &["app"]);
    only_in("SystemTime::now", &["app"]);
    only_in("std::env::var", &["config"]);
}

#[test]
fn files_are_short() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines: split it, one idea a file");
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for (name, text) in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "allow(dead_code)", "FIXME", "XXX"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

/// What deny.toml asks for, over what cargo resolves; so no tool has to be installed for it.
#[test]
fn no_banned_crate_and_no_surprising_licence_is_in_the_tree() {
    let about = std::process::Command::new("rustc").arg("-vV").output().expect("rustc runs").stdout;
    let about = String::from_utf8_lossy(&about);
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let out = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let resolved: BTreeSet<&str> =
        metadata["resolve"]["nodes"].as_array().expect("nodes").iter().filter_map(|node| node["id"].as_str()).collect();
    let deny: toml::Table =
        std::fs::read_to_string(format!("{ROOT}/deny.toml")).expect("deny.toml").parse().expect("TOML");
    let list = |table: &str, key: &str| -> Vec<String> {
        deny[table][key]
            .as_array()
            .expect("a list")
            .iter()
            .map(|value| value.as_str().or_else(|| value.get("crate")?.as_str()).expect("a name").to_owned())
            .collect()
    };
    let (banned, allowed) = (list("bans", "deny"), list("licenses", "allow"));
    for package in metadata["packages"].as_array().expect("packages") {
        let (name, id) = (package["name"].as_str().expect("a name"), package["id"].as_str().expect("an id"));
        if !resolved.contains(id) {
            continue;
        }
        assert!(!banned.iter().any(|crate_| crate_ == name), "{name} is banned by deny.toml");
        let licence = package["license"].as_str().unwrap_or("(none)").replace('/', " OR ");
        // Enough for the expressions that occur: every AND part must have an allowed OR alternative.
        let fits = licence.split(" AND ").all(|part| {
            part.trim_matches(['(', ')'])
                .split(" OR ")
                .any(|one| allowed.iter().any(|ok| ok == one.trim_matches(['(', ')', ' '])))
        });
        assert!(
            fits || licence.split(" OR ").any(|one| allowed.iter().any(|ok| ok == one)),
            "{name}: {licence} is not in deny.toml's list"
        );
    }
}
