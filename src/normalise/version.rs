//! A headline that is a version and nothing else: of what, its page's address says, or the source's name.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::source::{Role, Source};
use crate::notice::Notice;

/// "v5.2.0", "Release 8.6.1", "2026.11-rc.2"; a number alone may be a year or a list, so it takes a `v`.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    let suffix =
        "(?:alpha|beta|rc|pre|preview|dev|lts|final|ga|build|post|stable|hotfix|next|canary|nightly|sp|[abmpr])";
    Regex::new(&format!(
        r"(?i-u)^(?:(?:release|version) )?\[?((?:v\.? ?[0-9]{{1,9}}|[0-9]{{1,9}}\.[0-9]{{1,9}})(?:\.[0-9]{{1,9}}){{0,3}}(?:[-+._ ]?{suffix}(?:[-+._ ]?[0-9]{{1,9}})*|[-+][0-9]{{1,9}})*)\]?(?: ?[-(\[/]? ?[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[)\]]?| \(latest\))?$"
    ))
    .expect("a valid pattern")
});

/// A version at the beginning, and something said of it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u)^(?:[Rr]elease |[Vv]ersion )?v?[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}(?:[-+.][0-9A-Za-z.-]{1,30})?(?::| [-(])",
    )
    .expect("a valid pattern")
});

/// What machines say of a tag, behind it.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BUMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i): (?:merge (?:pull request|branch|tag)\b.*|(?:(?:chore|build|ci|release)(?:\([^)]*\))?: .*)?(?:(?:bump(?:ed|ing)?|prepare|release|version)(?: (?:the|version|release|to|for|number))*)? ?(?:version|v?[0-9][0-9.]*))$",
    )
        .expect("a valid pattern")
});

/// What a source may be called beside what it speaks of.
const BESIDE: [&str; 12] = [
    "release notes",
    "changelog",
    "change log",
    "releases",
    "release",
    "versions",
    "downloads",
    "updates",
    "tags",
    "news",
    "blog",
    "feed",
];

/// `title` with the name of what it is a version of, where it is a version alone and somebody says of what; `None`
/// where it can stay as it is.
pub(super) fn named(title: &str, notice: Option<&Notice>, source: &Source) -> Option<String> {
    let name = || notice.and_then(of_page);
    if let Some(version) = BARE.captures(title).and_then(|found| found.get(1)) {
        return Some(format!("{} {}", name().or_else(|| of_source(source))?, version.as_str()));
    }
    // A tag, or a version with a word on it: "helm-chart-4.12.0", "v5.1.8: faster cold starts".
    let project = name()?;
    let own = project.rsplit('/').next().unwrap_or(&project);
    let nameless = !title.to_ascii_lowercase().contains(&own.to_ascii_lowercase());
    let told = BUMP.find(title).and_then(|bump| title.get(..bump.start())).unwrap_or(title);
    (nameless && (!title.contains(' ') || BEGINNING.is_match(title))).then(|| format!("{project} {told}"))
}

/// As people call a project: by its own name where that and its owner's go together, else by both.
fn of_page(notice: &Notice) -> Option<String> {
    let Notice::Release { owner, name } = notice else { return None };
    let letters =
        |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let known = |owner: &str| {
        let (owner, name) = (letters(owner), letters(name));
        owner.starts_with(&name) || name.starts_with(&owner)
    };
    Some(match owner {
        Some(owner) if !known(owner) => format!("{owner}/{name}"),
        _ => name.clone(),
    })
}

/// What a curator called the source, without the words that say what sort of source it is. One that nobody gave a
/// name is called by its host.
fn of_source(source: &Source) -> Option<String> {
    // These speak of everybody's.
    let of_others = matches!(source.role, Role::Aggregator | Role::Press | Role::Database);
    if of_others || source.url.host_str().is_none_or(|host| host.ends_with(&source.title)) {
        return None;
    }
    let title = source.title.trim();
    let folded = title.to_ascii_lowercase();
    let beside = BESIDE.iter().find(|word| folded.ends_with(**word));
    let name = title.get(..title.len() - beside.map_or(0, |word| word.len()))?;
    let name = if name.ends_with(char::is_alphanumeric) { title } else { name };
    let name =
        name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '|' | '·' | ','));
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn named(title: &str, link: &str, source: &str) -> Option<String> {
        let role = if source == "Hacker News" { "aggregator" } else { "primary" };
        let text =
            format!("[[feed]]\nurl = \"https://www.ferrow.example/feed\"\ntitle = \"{source}\"\nrole = \"{role}\"\n");
        let source = Catalogue::parse(&text).0.sources.remove(0);
        super::named(title, Notice::at(&link.parse().unwrap()).as_ref(), &source)
    }

    #[test]
    fn a_bare_version_says_of_what() {
        for (title, link, source, expected) in [
            ("v5.2.0", "https://github.com/ferrow/ferrow/releases/tag/v5.2.0", "Forge", "ferrow v5.2.0"),
            (
                "2026.11.1",
                "https://github.com/home-lumen/core/releases/tag/2026.11.1",
                "Forge",
                "home-lumen/core 2026.11.1",
            ),
            ("v1.2.0", "https://github.com/quill-rs/quill/releases/tag/v1.2.0", "Forge", "quill v1.2.0"),
            (
                "helm-4.12.0",
                "https://github.com/lumen/quill/releases/tag/helm-4.12.0",
                "Forge",
                "lumen/quill helm-4.12.0",
            ),
            ("[4.1.9] - 2026-11-27", "https://ferrow.example/changes", "Ferrow changelog", "Ferrow 4.1.9"),
            ("v4.0.1 (latest)", "https://ferrow.example/changes", "Ferrow", "Ferrow v4.0.1"),
            ("Release 8.6.1", "https://gitlab.com/a/b/quill/-/releases/8.6.1", "Forge", "b/quill 8.6.1"),
            ("v1.4.0-rc.2", "https://git.example/a/quill/-/tags/v1.4.0-rc.2", "Forge", "a/quill v1.4.0-rc.2"),
            ("3.1.0b2", "https://pypi.org/project/ferrow-client/3.1.0b2/", "PyPI", "ferrow-client 3.1.0b2"),
            ("8.6.1", "https://ferrow.example/news/861", "Ferrow releases", "Ferrow 8.6.1"),
            ("Version 8.6", "https://ferrow.example/news/86", "Ferrow – Release notes", "Ferrow 8.6"),
            ("v5.2.0 (2026-11-20)", "https://ferrow.example/news/52", "Ferrow", "Ferrow v5.2.0"),
            ("8.6", "https://ferrow.example/86", "Ferrow Microblog", "Ferrow Microblog 8.6"),
            ("v9", "https://ferrow.example/news/9", "Ferrow", "Ferrow v9"),
        ] {
            assert_eq!(named(title, link, source).as_deref(), Some(expected), "{title}");
        }
    }

    #[test]
    fn what_a_tag_says_beside_its_version_stays_unless_a_machine_says_it() {
        for (title, expected) in [
            ("v5.1.8: faster cold starts", "quill v5.1.8: faster cold starts"),
            ("v3.4.0: Merge pull request #2211 from lumen/release", "quill v3.4.0"),
            ("v3.4.1: chore: bump version", "quill v3.4.1"),
            ("v3.4.2: prepare release 3.4.2", "quill v3.4.2"),
            (
                "v3.0.0: bump minimum Go to 1.24 and drop the old API",
                "quill v3.0.0: bump minimum Go to 1.24 and drop the old API",
            ),
            ("v4.0.0: version 4 drops Python 3.9", "quill v4.0.0: version 4 drops Python 3.9"),
        ] {
            let link = "https://github.com/quill/quill/releases/tag/v";
            assert_eq!(named(title, link, "Forge").as_deref(), Some(expected), "{title}");
        }
    }

    #[test]
    fn what_names_something_or_what_nobody_names_stays() {
        for (title, link, source) in [
            ("Ferrow 5.2.0", "https://github.com/ferrow/ferrow/releases/tag/v5.2.0", "Ferrow"),
            ("2026", "https://ferrow.example/2026", "Ferrow"),
            ("3.2 million lines", "https://ferrow.example/3", "Ferrow"),
            ("v5.2.0: the planner learns", "https://ferrow.example/5", "Ferrow"),
            ("8.6.1", "https://ferrow.example/861", "ferrow.example"),
            ("8.6.1", "https://ferrow.example/861", "Releases"),
            ("v5.2.0", "https://ferrow.example/5", "Hacker News"),
            ("Quill 5.2: faster", "https://github.com/lumen/quill/releases/tag/v5.2.0", "Forge"),
            ("The planner learns", "https://github.com/lumen/quill/releases/tag/v5.2.0", "Forge"),
            ("8.6.1", "https://forge.example/a%2Fb/c/releases/tag/8.6.1", "Releases"),
        ] {
            assert_eq!(named(title, link, source), None, "{title}");
        }
    }
}
