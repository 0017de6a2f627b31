//! Paths: endings that name no page of their own, and sites with several addresses for one thing.

use std::sync::LazyLock;

use regex::Regex;

use super::Parts;
use super::hosts::is_host;

const INDEX: &[&str] = &[
    "index.html",
    "index.htm",
    "index.php",
    "index.asp",
    "index.aspx",
    "index.jsp",
    "index.shtml",
    "default.aspx",
    "default.htm",
    "default.html",
];

/// Where a last segment is a name that somebody chose, not a way of serving.
const NAMES_BELOW: &[&str] = &[
    "reddit.com",
    "redd.it",
    "github.com",
    "gitlab.com",
    "codeberg.org",
    "crates.io",
    "npmjs.com",
    "pypi.org",
    "hub.docker.com",
    "docs.rs",
    "lib.rs",
    "huggingface.co",
];

/// Behind these stands what something is about, or what somebody called it.
const NAMES_BEHIND: &[&str] = &[
    "c",
    "categories",
    "category",
    "glossary",
    "hashtag",
    "keyword",
    "label",
    "labels",
    "package",
    "packages",
    "project",
    "projects",
    "r",
    "search",
    "t",
    "tag",
    "tagged",
    "tags",
    "topic",
    "topics",
    "user",
    "users",
    "wiki",
];

/// Whether the last segment of a path of `host` names no page of its own.
pub(super) fn ends_needlessly(host: &str, segments: &[String]) -> bool {
    let Some((last, before)) = segments.split_last() else { return false };
    let index = INDEX.iter().any(|index| last.eq_ignore_ascii_case(index));
    // Alone, `/amp` is a page about something called so, and so is `/tag/amp`.
    let amp = last == "amp" && before.last().is_some_and(|name| !NAMES_BEHIND.contains(&name.as_str()));
    (index || amp) && !NAMES_BELOW.contains(&host)
}

/// Where one site has several addresses for one thing, chooses one.
pub(super) fn fold_site(parts: &mut Parts) {
    match parts.host.as_str() {
        "youtube.com" | "youtu.be" => fold_video(parts),
        "reddit.com" | "redd.it" => fold_thread(parts),
        "arxiv.org" => fold_paper(parts),
        // As its feed links to an article.
        "lwn.net" => drop_last(parts, "rss"),
        host if QUESTIONS.iter().any(|pattern| is_host(pattern, host)) => fold_question(parts),
        _ => {}
    }
}

/// Sites of questions and answers, where the number alone decides.
const QUESTIONS: &[&str] =
    &["stackoverflow.com", "superuser.com", "serverfault.com", "askubuntu.com", "*.stackexchange.com"];

fn fold_video(parts: &mut Parts) {
    let short = parts.host == "youtu.be";
    let id = match parts.segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // These play what a parameter says.
        ["embed", "videoseries" | "live_stream"] => None,
        ["shorts" | "live" | "embed" | "v", id] if !short => Some((*id).to_owned()),
        [id] if short && *id != "watch" => Some((*id).to_owned()),
        ["watch"] => parts.query.iter().find(|(name, _)| name == "v").and_then(|(_, value)| value.clone()),
        _ => None,
    };
    if let Some(id) = id.filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')) {
        "youtube.com".clone_into(&mut parts.host);
        parts.segments = vec!["watch".to_owned()];
        parts.query = vec![("v".to_owned(), Some(id))];
    }
}

fn drop_last(parts: &mut Parts, name: &str) {
    parts.segments.pop_if(|last| last == name);
}

fn fold_thread(parts: &mut Parts) {
    let id = match parts.segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [id] if parts.host == "redd.it" => Some((*id).to_owned()),
        // A sixth segment would be one comment.
        ["r" | "user" | "u", _, "comments", id] | ["r" | "user" | "u", _, "comments", id, _] => Some((*id).to_owned()),
        _ => None,
    };
    if let Some(id) = id {
        "reddit.com".clone_into(&mut parts.host);
        parts.segments = vec!["comments".to_owned(), id];
    }
}

fn fold_paper(parts: &mut Parts) {
    let path = parts.segments.join("/");
    if let Some(id) = PAPER.captures(&path).and_then(|found| found.get(1)) {
        parts.segments = std::iter::once("abs").chain(id.as_str().split('/')).map(str::to_owned).collect();
        parts.query.clear();
    }
}

/// New and old identifiers, as arXiv's help describes them; the version is left out.
#[allow(clippy::expect_used, reason = "the pattern is a constant and every test of arXiv links compiles it")]
static PAPER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:abs|pdf|html|ps)/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?$")
        .expect("a valid pattern")
});

fn fold_question(parts: &mut Parts) {
    let (kind, id) = match parts.segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["questions" | "q", id, ..] => ("questions", (*id).to_owned()),
        // Behind an answer's number may stand that of who points at it.
        ["a", id] | ["a", id, _] => ("a", (*id).to_owned()),
        _ => return,
    };
    if id.bytes().all(|b| b.is_ascii_digit()) {
        parts.segments = vec![kind.to_owned(), id];
    }
}
