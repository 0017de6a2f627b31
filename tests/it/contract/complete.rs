//! No function of the store is left out of the contract, and so none that was only ever run on one database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

/// What no contract test calls, and why that is right.
const EXCUSED: &[(&str, &str)] = &[];

/// What a store is called in these files: any other receiver may have a function of the same name.
const RECEIVERS: &str = "store|other|again|process|elsewhere";

/// The text of every Rust file below `folder` of the project, and of `folder.rs` beside it.
fn texts(folder: &str) -> Vec<String> {
    fn walk(path: &Path, out: &mut Vec<String>) {
        if path.is_dir() {
            std::fs::read_dir(path).expect("a folder").for_each(|entry| walk(&entry.expect("an entry").path(), out));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(std::fs::read_to_string(path).expect("a source file"));
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    walk(&root.join(folder), &mut out);
    walk(&root.join(folder).with_extension("rs"), &mut out);
    out
}

/// Every public function of `impl Store`.
fn functions() -> BTreeSet<String> {
    let (block, function) =
        (pattern(r"(?ms)^impl Store \{.*?^\}"), pattern(r"(?m)^    pub (?:async |const )*fn (\w+)"));
    let mut out = BTreeSet::new();
    for text in texts("src/store") {
        for block in block.find_iter(&text) {
            out.extend(function.captures_iter(block.as_str()).map(|found| found[1].to_owned()));
        }
    }
    out
}

/// Which contract tests call which function of the store, by themselves or through what else their file has.
fn calls() -> BTreeMap<String, BTreeSet<String>> {
    let (list, word) = (pattern(r"(?ms)^contract!\[(.*?)\];"), pattern(r"\w+"));
    let body = pattern(r"(?ms)^(?:async )?fn (\w+).*?^\}");
    let call = pattern(&format!(r"\b(?:{RECEIVERS})\s*\.(\w+)\(|\bStore::(\w+)\("));
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in texts("tests/it/contract") {
        let bodies: BTreeMap<String, &str> =
            body.captures_iter(&text).map(|found| (found[1].to_owned(), found.get(0).expect("all").as_str())).collect();
        let Some(list) = list.captures(&text) else { continue };
        for test in word.find_iter(&list[1]).map(|test| test.as_str()) {
            let mut reached = BTreeSet::from([test.to_owned()]);
            let mut open = vec![test.to_owned()];
            while let Some(name) = open.pop() {
                let Some(body) = bodies.get(&name) else { continue };
                for found in call.captures_iter(body) {
                    let function = found.get(1).or(found.get(2)).expect("a function");
                    out.entry(function.as_str().to_owned()).or_default().insert(test.to_owned());
                }
                let used = word.find_iter(body).map(|word| word.as_str().to_owned());
                open.extend(used.filter(|word| bodies.contains_key(word) && reached.insert(word.clone())));
            }
        }
    }
    out
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// Each contract test runs on both databases, so what it calls was executed on both.
#[test]
fn every_function_of_the_store_is_in_the_contract() {
    let (functions, calls) = (functions(), calls());
    assert!(functions.contains("open") && functions.contains("publish"), "the store was found: {functions:?}");
    let excused = |name: &str| EXCUSED.iter().find(|(excused, _)| *excused == name).map(|(_, why)| *why);
    let mut missing = Vec::new();
    for name in &functions {
        match (calls.get(name), excused(name)) {
            (Some(tests), None) => {
                println!("{name}: {}", tests.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
            }
            (None, Some(why)) => println!("{name}: none, since {why}"),
            (None, None) => missing.push(name),
            (Some(_), Some(_)) => panic!("{name} is excused and called"),
        }
    }
    assert!(missing.is_empty(), "no contract test calls {missing:?}: write one, or say in EXCUSED why not");
    let gone: Vec<_> = EXCUSED.iter().filter(|(name, _)| !functions.contains(*name)).collect();
    assert!(gone.is_empty(), "the store has no {gone:?}");
}
