//! A headline that is a version and nothing else: of what, its page's address says, or the source's name.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::model::source::Source;

/// "v5.2.0", "Release 8.6.1", "2026.11-rc.2"; a number alone may be a year or a list, so it takes a `v`.
#[allow(clippy::expect_used, reason = "a constant pattern; a test compiles it")]
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    let suffix =
        "(?:alpha|beta|rc|pre|preview|dev|lts|final|ga|build|post|stable|hotfix|next|canary|nightly|sp|[abmpr])";
    Regex::new(&format!(
        r"(?i-u)^(?:(?:release|version) )?((?:v\.? ?[0-9]{{1,9}}|[0-9]{{1,9}}\.[0-9]{{1,9}})(?:\.[0-9]{{1,9}}){{0,3}}(?:[-+._ ]?{suffix}(?:[-+._ ]?[0-9]{{1,9}})*|[-+][0-9]{{1,9}})*)(?: ?[-(\[]? ?[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[)\]]?)?$"
    ))
    .expect("a valid pattern")
});

/// Repositories that are called what every project has: their owner says more.
const GENERIC: [&str; 18] = [
    "api", "app", "backend", "cli", "client", "core", "desktop", "docs", "engine", "frontend", "lib", "main", "mobile",
    "platform", "releases", "server", "source", "web",
];

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
pub(super) fn named(title: &str, link: Option<&Url>, source: &Source) -> Option<String> {
    let version = BARE.captures(title)?.get(1)?.as_str();
    let name = link.and_then(of_page).or_else(|| of_source(source))?;
    Some(format!("{name} {version}"))
}

/// The name that a forge or an index of packages has in the address of a version's page.
fn of_page(link: &Url) -> Option<String> {
    let segments: Vec<&str> = link.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let of_repository = |owner: &str, repository: &str| {
        let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let generic = GENERIC.iter().any(|generic| repository.eq_ignore_ascii_case(generic));
        let name = if generic { format!("{owner} {repository}") } else { repository.to_owned() };
        (plain(owner) && plain(repository)).then_some(name)
    };
    match segments.as_slice() {
        // GitHub, Forgejo and Gitea; GitLab, where groups hold groups.
        [owner, repository, "releases", "tag", ..] | [.., owner, repository, "-", "releases" | "tags", _] => {
            of_repository(owner, repository)
        }
        ["project", name, _] if link.host_str() == Some("pypi.org") => of_repository("", name),
        _ => None,
    }
}

/// What a curator called the source, without the words that say what sort of source it is. One that nobody gave a
/// name is called by its host.
fn of_source(source: &Source) -> Option<String> {
    if source.url.host_str().is_none_or(|host| host.ends_with(&source.title)) {
        return None;
    }
    let title = source.title.trim();
    let folded = title.to_ascii_lowercase();
    let beside = BESIDE.iter().find(|word| folded.ends_with(**word));
    let name = title.get(..title.len() - beside.map_or(0, |word| word.len()))?;
    let name =
        name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '|' | '·' | ','));
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn named(title: &str, link: &str, source: &str) -> Option<String> {
        let text = format!("[[feed]]\nurl = \"https://www.ferrow.example/feed\"\ntitle = \"{source}\"\n");
        let source = Catalogue::parse(&text).0.sources.remove(0);
        super::named(title, Url::parse(link).ok().as_ref(), &source)
    }

    #[test]
    fn a_bare_version_says_of_what() {
        for (title, link, source, expected) in [
            ("v5.2.0", "https://github.com/ferrow/ferrow/releases/tag/v5.2.0", "Forge", "ferrow v5.2.0"),
            (
                "2026.11.1",
                "https://github.com/home-lumen/core/releases/tag/2026.11.1",
                "Forge",
                "home-lumen core 2026.11.1",
            ),
            ("Release 8.6.1", "https://gitlab.com/a/b/quill/-/releases/8.6.1", "Forge", "quill 8.6.1"),
            ("v1.4.0-rc.2", "https://git.example/a/quill/-/tags/v1.4.0-rc.2", "Forge", "quill v1.4.0-rc.2"),
            ("3.1.0b2", "https://pypi.org/project/ferrow-client/3.1.0b2/", "PyPI", "ferrow-client 3.1.0b2"),
            ("8.6.1", "https://ferrow.example/news/861", "Ferrow releases", "Ferrow 8.6.1"),
            ("Version 8.6", "https://ferrow.example/news/86", "Ferrow – Release notes", "Ferrow 8.6"),
            ("v5.2.0 (2026-11-20)", "https://ferrow.example/news/52", "Ferrow", "Ferrow v5.2.0"),
            ("v9", "https://ferrow.example/news/9", "Ferrow", "Ferrow v9"),
        ] {
            assert_eq!(named(title, link, source).as_deref(), Some(expected), "{title}");
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
            ("8.6.1", "https://forge.example/a%2Fb/c/releases/tag/8.6.1", "Releases"),
        ] {
            assert_eq!(named(title, link, source), None, "{title}");
        }
    }
}
