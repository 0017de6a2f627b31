//! Where feeds are without anybody saying so: the platforms whose addresses follow a rule, and the usual file names.

use url::Url;

/// File names in the order of how often a feed goes by them.
const USUAL: [&str; 6] = ["feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json"];

/// The feeds of what `page` shows, where its platform's addresses follow a rule; the likeliest first.
#[must_use]
pub fn derived(page: &Url) -> Vec<Url> {
    let host = page.host_str().unwrap_or_default().trim_start_matches("www.");
    let parts: Vec<&str> =
        page.path_segments().map(|parts| parts.filter(|part| !part.is_empty()).collect()).unwrap_or_default();
    let query = |name: &str| page.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let at = |path: String| page.join(&path).ok();
    let sub = |platform: &str| host.strip_suffix(platform).is_some_and(|name| name.len() > 1 && name.ends_with('.'));
    let found: Vec<Option<Url>> = match (host, parts.as_slice()) {
        ("youtube.com" | "m.youtube.com", ["channel", id, ..]) => vec![youtube("channel_id", id)],
        ("youtube.com" | "m.youtube.com", ["user", name, ..]) => vec![youtube("user", name)],
        ("youtube.com" | "m.youtube.com", ["playlist"]) => {
            vec![query("list").and_then(|id| youtube("playlist_id", &id))]
        }
        ("github.com", ["orgs", ..]) => Vec::new(),
        ("github.com", [owner, repository, "commits", branch, ..]) => {
            vec![at(format!("/{owner}/{repository}/commits/{branch}.atom"))]
        }
        ("github.com", [owner, repository, ..]) => ["releases.atom", "tags.atom", "commits.atom"]
            .map(|file| at(format!("/{owner}/{repository}/{file}")))
            .to_vec(),
        ("github.com", [owner]) => vec![at(format!("/{owner}.atom"))],
        ("codeberg.org", [owner, repository, ..]) => vec![at(format!("/{owner}/{repository}/releases.rss"))],
        ("gitlab.com", [group, project]) => vec![at(format!("/{group}/{project}/-/tags?format=atom"))],
        ("medium.com", [who, ..]) if *who != "feed" => vec![at(format!("/feed/{who}"))],
        ("reddit.com" | "old.reddit.com", [kind @ ("r" | "user" | "u"), name, ..]) => {
            vec![at(format!("/{kind}/{name}/.rss"))]
        }
        ("stackoverflow.com", ["questions", "tagged", tag]) => vec![at(format!("/feeds/tag/{tag}"))],
        ("bsky.app", ["profile", who, ..]) => vec![at(format!("/profile/{who}/rss"))],
        ("dev.to", [who, ..]) => vec![at(format!("/feed/{who}"))],
        ("lobste.rs", ["t", tag]) => vec![at(format!("/t/{tag}.rss"))],
        ("lobste.rs" | "news.ycombinator.com", []) => vec![at("/rss".to_owned())],
        ("pypi.org", ["project", name, ..]) => vec![at(format!("/rss/project/{name}/releases.xml"))],
        ("arxiv.org", ["list", category, ..]) => {
            vec![Url::parse(&format!("https://rss.arxiv.org/rss/{category}")).ok()]
        }
        (_, ["questions", "tagged", tag]) if sub("stackexchange.com") => vec![at(format!("/feeds/tag/{tag}"))],
        (_, []) if sub("stackexchange.com") || host == "stackoverflow.com" => vec![at("/feeds".to_owned())],
        _ if sub("medium.com") || sub("substack.com") => vec![at("/feed".to_owned())],
        _ if sub("tumblr.com") => vec![at("/rss".to_owned())],
        _ if sub("blogspot.com") => vec![at("/feeds/posts/default".to_owned())],
        _ if sub("wordpress.com") => vec![at("/feed/".to_owned())],
        // Mastodon and its kin, wherever they live.
        (_, [who]) if who.len() > 1 && who.starts_with('@') && !host.ends_with("youtube.com") => {
            vec![at(format!("/{who}.rss"))]
        }
        _ => Vec::new(),
    };
    found.into_iter().flatten().map(bare).collect()
}

fn youtube(key: &str, value: &str) -> Option<Url> {
    Url::parse_with_params("https://www.youtube.com/feeds/videos.xml", [(key, value)]).ok()
}

/// What a feed of this page is usually called: beside the page, then at the root of its site.
#[must_use]
pub fn usual(page: &Url) -> Vec<Url> {
    let mut folder = bare(page.clone());
    folder.set_query(None);
    let is_file = folder.path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !is_file && !folder.path().ends_with('/') {
        let path = format!("{}/", folder.path());
        folder.set_path(&path);
    }
    let mut places: Vec<Url> = USUAL.iter().filter_map(|name| folder.join(name).ok()).collect();
    let root: Vec<Url> = USUAL.iter().filter_map(|name| folder.join(&format!("/{name}")).ok()).collect();
    if places != root {
        // A blog below a path is as likely as one for the whole site.
        places = places.into_iter().zip(root).flat_map(|(beside, root)| [beside, root]).collect();
    }
    places
}

fn bare(mut url: Url) -> Url {
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn derive(page: &str) -> Vec<String> {
        derived(&Url::parse(page).unwrap()).into_iter().map(Into::into).collect()
    }

    #[test]
    fn platforms_are_known() {
        for (page, feed) in [
            ("https://www.youtube.com/channel/UCx-1", "https://www.youtube.com/feeds/videos.xml?channel_id=UCx-1"),
            ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
            ("https://github.com/rust-lang/rust/issues", "https://github.com/rust-lang/rust/releases.atom"),
            ("https://github.com/a/b/commits/main/", "https://github.com/a/b/commits/main.atom"),
            ("https://github.com/dtolnay", "https://github.com/dtolnay.atom"),
            ("https://medium.com/@ann/some-post-1", "https://medium.com/feed/@ann"),
            ("https://ann.medium.com/", "https://ann.medium.com/feed"),
            ("https://ann.substack.com/p/one", "https://ann.substack.com/feed"),
            ("https://www.reddit.com/r/rust/", "https://www.reddit.com/r/rust/.rss"),
            ("https://stackoverflow.com/questions/tagged/rust", "https://stackoverflow.com/feeds/tag/rust"),
            ("https://dba.stackexchange.com/", "https://dba.stackexchange.com/feeds"),
            ("https://hachyderm.io/@ann", "https://hachyderm.io/@ann.rss"),
            ("https://codeberg.org/a/b", "https://codeberg.org/a/b/releases.rss"),
            ("https://arxiv.org/list/cs.SE/recent", "https://rss.arxiv.org/rss/cs.SE"),
        ] {
            assert_eq!(derive(page).first().map(String::as_str), Some(feed), "{page}");
        }
        for page in ["https://a.example/", "https://www.youtube.com/@ann", "https://github.com/", "https://a.example/@"]
        {
            assert_eq!(derive(page), [""; 0], "{page}");
        }
    }

    #[test]
    fn the_usual_places_are_beside_the_page_and_at_the_root() {
        let usual = |page: &str| -> Vec<String> {
            super::usual(&Url::parse(page).unwrap()).into_iter().take(3).map(Into::into).collect()
        };
        assert_eq!(
            usual("https://a.example"),
            ["https://a.example/feed", "https://a.example/feed.xml", "https://a.example/rss.xml"]
        );
        let below = ["https://a.example/blog/feed", "https://a.example/feed", "https://a.example/blog/feed.xml"];
        assert_eq!(usual("https://a.example/blog?x=1"), below);
        assert_eq!(usual("https://a.example/blog/index.html#top"), below);
    }

    proptest! {
        #[test]
        fn no_address_makes_it_panic(path in "[a-z@/.?=#%:é]{0,40}", host in "(www\\.)?(youtube|github|medium|reddit|a\\.substack)\\.com") {
            if let Ok(url) = Url::parse(&format!("https://{host}/{path}")) {
                for found in derived(&url).into_iter().chain(usual(&url)) {
                    prop_assert!(found.scheme() == "https" && found.fragment().is_none());
                }
            }
        }
    }
}
