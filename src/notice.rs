//! Pages by whose address alone one knows what they are: a project's word of its release, a service's of its state,
//! somebody's of a flaw.

use url::Url;

/// What a page is a notice of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A release of `name`, on a forge or in an index of packages; `owner` is whose project it is, where that is said.
    Release { owner: Option<String>, name: String },
    /// How the service stands whose page this host is.
    Status { host: String },
    /// A flaw, and what to do about it.
    Advisory,
}

/// Where advisories lie: a host, or any where it is empty, and how a path goes on from its beginning or within.
const ADVISORIES: [(&str, &str); 14] = [
    ("", "/security/advisories/"),
    ("", "/security-advisories/"),
    ("", "/ics-advisories/"),
    ("", "/ics-medical-advisories/"),
    ("github.com", "/advisories/GHSA-"),
    ("nvd.nist.gov", "/vuln/detail/"),
    ("cert.ssi.gouv.fr", "/avis/"),
    ("cert.ssi.gouv.fr", "/alerte/"),
    ("wid.cert-bund.de", "/portal/wid/securityadvisory"),
    ("msrc.microsoft.com", "/update-guide/vulnerability/"),
    ("ubuntu.com", "/security/notices/"),
    ("access.redhat.com", "/errata/RHSA-"),
    ("security.gentoo.org", "/glsa/"),
    ("rustsec.org", "/advisories/"),
];

/// Status pages whose addresses follow no rule.
const STATUS_PAGES: [&str; 2] = ["health.aws.amazon.com", "azure.status.microsoft"];

impl Notice {
    /// Who speaks there of their own, and of nobody else: a project of a forge, or a service.
    #[must_use]
    pub fn speaker(&self) -> Option<String> {
        match self {
            // An index of packages does not say whose a package is, which may have its page on a forge too.
            Self::Release { owner, name } => owner.as_ref().map(|owner| format!("{owner}/{name}").to_ascii_lowercase()),
            Self::Status { host } => Some(host.clone()),
            Self::Advisory => None,
        }
    }

    /// What the page at this address is a notice of; `None` where the address does not say.
    #[must_use]
    pub fn at(url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        let host = host.strip_prefix("www.").unwrap_or(host);
        let path = url.path();
        if is_status_page(host) {
            return Some(Self::Status { host: host.to_owned() });
        }
        let advises = |(of, within): &(&str, &str)| (of.is_empty() || host == *of) && path.contains(within);
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let release = |owner: Option<&str>, name: &str| {
            let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            (owner.is_none_or(plain) && plain(name))
                .then(|| Self::Release { owner: owner.map(str::to_owned), name: name.to_owned() })
        };
        match segments.as_slice() {
            // GitHub, Forgejo and Gitea, also below a path; GitLab, where groups hold groups.
            [.., owner, name, "releases", "tag", _] | [.., owner, name, "-", "releases" | "tags", _] => {
                release(Some(owner), name)
            }
            ["project", name, _] if host == "pypi.org" => release(None, name),
            ["crates", name, _] if host == "crates.io" => release(None, name),
            _ => ADVISORIES.iter().any(advises).then_some(Self::Advisory),
        }
    }
}

/// `status.example.org`, `example.statuspage.io`, `examplestatus.com`.
fn is_status_page(host: &str) -> bool {
    if STATUS_PAGES.contains(&host) {
        return true;
    }
    let mut labels = host.split('.').rev().skip(1);
    let Some(registered) = labels.next() else { return false };
    let hosted = matches!(registered, "statuspage" | "instatus");
    let mut below = labels.peekable();
    let own = !hosted && registered.len() > "status".len() && registered.ends_with("status");
    own || (hosted && below.peek().is_some()) || below.any(|label| label == "status")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Option<Notice> {
        Notice::at(&url.parse().unwrap())
    }

    #[test]
    fn an_address_says_what_its_page_is() {
        let release = |owner: Option<&str>, name: &str| {
            Some(Notice::Release { owner: owner.map(str::to_owned), name: name.to_owned() })
        };
        let status = |host: &str| Some(Notice::Status { host: host.to_owned() });
        for (url, notice) in [
            ("https://github.com/ferrow/ferrow/releases/tag/v5.2.0", release(Some("ferrow"), "ferrow")),
            ("https://example.org/git/lumen/quill/releases/tag/v5", release(Some("lumen"), "quill")),
            (
                "https://github.com/FriendsOfLumen/security-advisories/releases/tag/v2",
                release(Some("FriendsOfLumen"), "security-advisories"),
            ),
            ("https://gitlab.com/a/b/quill/-/tags/v1", release(Some("b"), "quill")),
            ("https://pypi.org/project/quill/1.4/", release(None, "quill")),
            ("https://crates.io/crates/quill/1.4.0", release(None, "quill")),
            ("https://status.lumen.example/incidents/x", status("status.lumen.example")),
            ("https://www.lumenstatus.com/incidents/x", status("lumenstatus.com")),
            ("https://lumen.statuspage.io/incidents/x", status("lumen.statuspage.io")),
            ("https://github.com/advisories/GHSA-aaaa-bbbb-cccc", Some(Notice::Advisory)),
            ("https://github.com/a/b/security/advisories/GHSA-aaaa-bbbb-cccc", Some(Notice::Advisory)),
            ("https://www.cisa.gov/news-events/ics-advisories/icsa-26-330-01", Some(Notice::Advisory)),
        ] {
            assert_eq!(at(url), notice, "{url}");
        }
    }

    #[test]
    fn other_addresses_say_nothing() {
        for url in [
            "https://github.com/ferrow/ferrow/releases",
            "https://github.com/ferrow/ferrow/issues/4",
            "https://blog.example/status/of/the/union",
            "https://status/",
            "https://status.im/blog",
            "https://instatus.com/blog",
            "https://thestatusquo.example/",
            "https://forge.example/a%2Fb/c/releases/tag/8.6.1",
            "https://pypi.org/project/quill/",
            "https://advisories.example/2026/a-guide",
        ] {
            assert_eq!(at(url), None, "{url}");
        }
    }
}
