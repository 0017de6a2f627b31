use proptest::prelude::*;

use super::*;

/// Pairs of addresses of one text.
const ONE: &[(&str, &str)] = &[
    ("http://ferrow.example.org/a?utm_campaign=x&fbclid=y", "https://www.ferrow.example.org/a/"),
    ("https://example.org/?b=2&amp;a=1&#038;utm_source=r", "https://example.org/?a=1&b=2"),
    ("https://example.org/a?&&b=1&", "https://example.org/a?b=1"),
    ("https://example.org/a?", "https://example.org/a"),
    ("https://example.org/a?UTM_Source=x&FBCLID=y", "https://example.org/a"),
    ("https://example.org/a?usqp=mq331&amp_js_v=0.1", "https://example.org/a"),
    ("https://example.org/a?pk_campaign=x&pk_kwd=y", "https://example.org/a"),
    ("https://blog.example.org/a-1?source=rss----2615bd06b42e---4", "https://blog.example.org/a-1"),
    ("https://example.org/post?ref=hackernews", "https://example.org/post"),
    ("https://example.org/post?via=lobste.rs", "https://example.org/post"),
    ("https://example.org/a?x[]=1", "https://example.org/a?x%5B%5D=1"),
    ("https://example.org/?q=a+b%2fc", "https://example.org/?q=a%20b/c"),
    // How an address is spelt.
    ("https://example.org/caf%C3%A9", "https://example.org/cafe\u{301}"),
    ("https://example.org/%E2%80%94", "https://example.org/—"),
    ("https://example.org/100%", "https://example.org/100%25"),
    ("https://example.org/%7Eann/%41", "https://example.org/~ann/A"),
    ("https://en.wikipedia.org/wiki/Rust_%28language%29", "https://en.wikipedia.org/wiki/Rust_(language)"),
    ("https://en.wikipedia.org/wiki/Talk%3ARust%2C_old", "https://en.m.wikipedia.org/wiki/Talk:Rust,_old"),
    ("https://medium.com/%40ann/a-post-1", "https://medium.com/@ann/a-post-1"),
    ("https://example.org/x/../a/./b//c", "https://example.org/a/b/c"),
    ("https://example.org/a/%2e%2E/b", "https://example.org/b"),
    ("https://example.org\\a", "https://example.org/a"),
    ("https:example.org/a", "https:///example.org/a"),
    (" \thttps://EXAMPLE.org/a\n", "https://example.org/a"),
    ("https://example.org/a;jsessionid=8A1F?x=1", "https://example.org/a?x=1"),
    ("https://user:pw@example.org:443/a", "http://example.org:80/a"),
    ("https://example.org:0443/a", "https://example.org/a"),
    ("https://[2001:DB8:0::1]/a", "http://[2001:db8::1]/a"),
    ("http://198.51.100.7/a", "http://0xC6336407/a"),
    ("https://bücher.example/a", "https://XN--BCHER-KVA.example/a"),
    ("https://example。org/a", "https://example.org./a"),
    ("https://www.m.example.org/a", "https://example.org/a"),
    // Fragments.
    ("https://example.org/a#section", "https://example.org/a#:~:text=x"),
    ("https://example.org/a#!", "https://example.org/a#/"),
    ("https://example.org/#/caf%c3%a9", "https://example.org/#/caf%C3%A9"),
    ("https://example.org/#!/a:~:text=x", "https://example.org/#!/a"),
    // Other ways to serve it.
    ("https://example.org/post/amp/index.html", "https://example.org/post"),
    ("https://example.org/post?amp", "https://example.org/post?amp=1"),
    ("https://example.org/index.php?id=5", "https://example.org/?id=5"),
    ("https://de.m.wikipedia.org/wiki/Rost", "https://de.wikipedia.org/wiki/Rost#Geschichte"),
    ("https://www.google.com/amp/s/example.org/a/amp/", "https://example.org/a"),
    ("https://www.google.com/amp/s/example.org/item?id=1", "https://example.org/item?id=1"),
    ("https://cdn.ampproject.org/c/s/example.org/a", "https://example.org/a"),
    ("https://example-org.cdn.ampproject.org/v/s/example.org/a?amp_js_v=0.1", "https://example.org/a"),
    (
        "https://go.theregister.com/feed/www.theregister.com/2026/11/27/a_story/",
        "https://www.theregister.com/2026/11/27/a_story",
    ),
    // Sites with several addresses for one thing.
    ("https://lwn.net/Articles/1000001/rss", "https://lwn.net/Articles/1000001/"),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=3&list=PL1"),
    ("https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0", "https://youtu.be/dQw4w9WgXcQ"),
    ("https://youtu.be/watch?v=dQw4w9WgXcQ", "https://music.youtube.com/watch?v=dQw4w9WgXcQ"),
    ("https://mobile.twitter.com/ann/status/1?s=20&t=x", "https://x.com/ann/status/1"),
    ("https://www.bbc.co.uk/news/1?at_medium=RSS", "https://www.bbc.com/news/1"),
    ("https://export.arxiv.org/abs/cs/0112017v2", "https://arxiv.org/pdf/cs/0112017"),
    ("https://arxiv.org/html/2401.00001v3", "https://arxiv.org/abs/2401.00001"),
    ("https://arxiv.org/pdf/2401.00001v2.pdf", "https://ar5iv.labs.arxiv.org/html/2401.00001"),
    ("https://np.reddit.com/r/rust/comments/abc/a_title/", "https://redd.it/abc"),
    ("https://www.reddit.com/u/ann/comments/abc/t/", "https://www.reddit.com/user/ann/comments/abc/t/"),
    ("https://stackoverflow.com/questions/11227809/why-is-it", "https://stackoverflow.com/q/11227809/99"),
    ("https://unix.stackexchange.com/a/7/99", "https://unix.stackexchange.com/a/7"),
    // Redirectors.
    ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"),
    ("https://www.google.de/url?q=https://example.org/a&sa=U", "https://example.org/a"),
    (
        "https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fexample.org%252Fa",
        "https://example.org/a",
    ),
    ("https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=1", "https://example.org/a"),
    ("https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fexample.org%2Fa&urlhash=x", "https://example.org/a"),
    ("https://out.reddit.com/t3_abc?url=https%3A%2F%2Fexample.org%2Fa&token=x", "https://example.org/a"),
];

/// Pairs of addresses of two texts, or of two that may be.
const TWO: &[(&str, &str)] = &[
    // Queries that route.
    ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=2"),
    ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/"),
    ("https://example.org/a?page=2", "https://example.org/a"),
    ("https://example.org/w/index.php?title=A", "https://example.org/w/index.php?title=B"),
    ("https://example.org/?ID=1", "https://example.org/?id=1"),
    ("https://example.org/a?b", "https://example.org/a?c"),
    ("https://example.org/?a=1&b=2", "https://example.org/?a=2&b=1"),
    ("https://example.org/?a=1&a=2", "https://example.org/?a=2&a=1"),
    ("https://example.org/?a=1&a=2", "https://example.org/?a=1"),
    ("https://example.org/?ref=main", "https://example.org/?ref=dev"),
    ("https://example.org/?source=stable", "https://example.org/"),
    ("https://example.org/a?source=rss-reader", "https://example.org/a?source=rss-writer"),
    ("https://example.org/x?pk_id=1", "https://example.org/x?pk_id=2"),
    ("https://example.org/?utmost=1", "https://example.org/?utmost=2"),
    // What tracks on one site means something on another.
    ("https://example.org/search?s=a", "https://example.org/search?s=b"),
    ("https://example.org/v?t=5", "https://example.org/v?si=5"),
    ("https://netflix.com/a?s=1", "https://netflix.com/a?s=2"),
    // What is encoded is no delimiter.
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/a/..%2Fb", "https://example.org/b"),
    ("https://example.org/a%5Cb", "https://example.org/a\\b"),
    ("https://example.org/a%23b", "https://example.org/a#b"),
    ("https://example.org/a%3Fb=1", "https://example.org/a?b=1"),
    ("https://example.org/a%3Bb", "https://example.org/a;b"),
    ("https://example.org/a%252Fb", "https://example.org/a%2Fb"),
    ("https://example.org/a+b", "https://example.org/a%20b"),
    ("https://example.org/?q=a%2Bb", "https://example.org/?q=a+b"),
    ("https://example.org/?q=a%26b=c", "https://example.org/?q=a&b=c"),
    ("https://example.org/A", "https://example.org/a"),
    // Hosts that look alike.
    ("https://example.org.evil.net/a", "https://example.org/a"),
    ("https://example.org@evil.net/a", "https://example.org/a"),
    ("https://example.org:pw@evil.net/a", "https://example.org/a"),
    ("https://evil.net?https://example.org/a", "https://example.org/a"),
    ("https://evil.net/https://example.org/a", "https://example.org/a"),
    ("https://exаmple.org/a", "https://example.org/a"),
    ("https://examp1e.org/a", "https://example.org/a"),
    ("https://wwwexample.org/a", "https://example.org/a"),
    ("https://www2.example.org/a", "https://example.org/a"),
    ("https://mexample.org/a", "https://example.org/a"),
    ("https://m.signalvnoise.com/a", "https://signalvnoise.com/a"),
    ("https://mobile.de/a", "https://m.de/a"),
    ("https://ann.github.io/a", "https://bob.github.io/a"),
    ("https://www.github.io/a", "https://github.io/a"),
    ("https://ann.substack.com/p/a", "https://bob.substack.com/p/a"),
    ("https://en.wikipedia.org/wiki/Rust", "https://de.wikipedia.org/wiki/Rust"),
    ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
    ("https://x.com.evil.net/a", "https://x.com/a"),
    // Ports.
    ("https://example.org:8443/a", "https://example.org/a"),
    ("https://example.org:8080/a", "https://example.org:8081/a"),
    // Fragments that route.
    ("https://example.org/#!/a", "https://example.org/#!/b"),
    ("https://example.org/#!/a", "https://example.org/"),
    ("https://example.org/#/a", "https://example.org/#/b"),
    ("https://example.org/#!a", "https://example.org/#!b"),
    ("https://example.org/#/a?id=1", "https://example.org/#/a?id=2"),
    ("https://example.org/#/a%2Fb", "https://example.org/#/a/b"),
    // Names that look like ways of serving.
    ("https://example.org/amp", "https://example.org/"),
    ("https://example.org/tag/amp", "https://example.org/tag"),
    ("https://en.wikipedia.org/wiki/amp", "https://en.wikipedia.org/wiki"),
    ("https://github.com/ferrow/amp", "https://github.com/ferrow"),
    ("https://lib.rs/crates/amp", "https://lib.rs/crates"),
    // Sites of which one thing has several addresses have several things.
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dqw4w9wgxcq"),
    ("https://youtu.be/watch?v=dQw4w9WgXcQ", "https://youtu.be/watch?v=oHg5SJYRHA0"),
    ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/playlist?list=PL2"),
    ("https://www.youtube.com/embed/videoseries?list=PL1", "https://www.youtube.com/embed/videoseries?list=PL2"),
    ("https://www.youtube.com/embed/live_stream?channel=A", "https://www.youtube.com/embed/live_stream?channel=B"),
    ("https://www.reddit.com/r/rust/comments/abc/t/c1", "https://www.reddit.com/r/rust/comments/abc/t/c2"),
    ("https://arxiv.org/abs/2401.00001", "https://arxiv.org/abs/2401.00002"),
    ("https://arxiv.org/list/cs.AI/new", "https://arxiv.org/list/cs.LG/new"),
    ("https://stackoverflow.com/questions/tagged/rust", "https://stackoverflow.com/questions/tagged/go"),
    ("https://unix.stackexchange.com/questions/1", "https://dba.stackexchange.com/questions/1"),
    ("https://stackoverflow.com/questions/1", "https://stackoverflow.com/a/1"),
    // What only looks like a redirector, or does not say where it leads.
    ("https://example.org/url?q=https://example.net/", "https://example.net/"),
    ("https://www.google.com/search?q=https://example.org/a", "https://example.org/a"),
    ("https://www.google.com/urls?q=https://example.org/a", "https://example.org/a"),
    ("https://google.com.evil.net/url?q=https://example.org/a", "https://example.org/a"),
    ("https://google.github.io/url?q=https://example.org/a", "https://example.org/a"),
    ("https://google.github.io/amp/s/example.org/a", "https://example.org/a"),
    ("https://web.archive.org/web/2020/https://example.org/a", "https://example.org/a"),
    ("https://t.co/abc", "https://t.co/abd"),
    ("https://news.google.com/rss/articles/CBMiA", "https://news.google.com/rss/articles/CBMiB"),
];

#[test]
fn one_text_one_key() {
    for (a, b) in ONE {
        assert!(url_key(a).is_some(), "{a}");
        assert_eq!(url_key(a), url_key(b), "{a} and {b}");
    }
}

#[test]
fn two_texts_two_keys() {
    for (a, b) in TWO {
        assert!(url_key(a).is_some() && url_key(b).is_some(), "{a} and {b}");
        assert_ne!(url_key(a), url_key(b), "{a} and {b}");
    }
}

#[test]
fn every_key_of_a_pair_is_its_own_key() {
    for (a, b) in ONE.iter().chain(TWO) {
        for key in [a, b].into_iter().filter_map(|address| url_key(address)) {
            assert_eq!(url_key(&key).as_ref(), Some(&key));
        }
    }
}

#[test]
fn what_is_no_link_has_no_key() {
    for bad in [
        "",
        "example.org/a",
        "//example.org",
        "ftp://example.org/",
        "mailto:a@example.org",
        "https://",
        "/a",
        "https://example..org/",
        "https://1..",
        "https://.example.org/",
    ] {
        assert_eq!(url_key(bad), None, "{bad}");
    }
    assert_eq!(url_key(&format!("https://example.org/{}", "a".repeat(9000))), None);
}

proptest! {
    #[test]
    fn a_key_is_its_own_key(
        host in "(www\\.|m\\.|amp\\.){0,3}(example|reddit|youtube|google|arxiv|é)\\.(org|com|co\\.uk|x)\\.?(:[0-9]{1,4})?|[0-9a-fwx.]{1,9}",
        path in "(/|//|\\.|\\.\\.|%2e|amp|index.html|comments|abs|2401\\.00001v2|watch|%[0-9A-Fa-f]{2}|;|&|\\PC|url){0,12}",
        query in "(&|=|;|amp;|#38;|%26|%3B|%25|%[0-9a-f]{2}|\\+|v|q|utm_x|ref|[a-z]|\\PC|https://a\\.org/){0,12}",
        fragment in "(#[!/]?([a-z/?&;:~%]|%7e|%3A|%[0-9A-Fa-f]{2}|\\PC){0,8})?",
    ) {
        if let Some(key) = url_key(&format!("http://{host}/{path}?{query}{fragment}")) {
            prop_assert_eq!(url_key(&key), Some(key.clone()));
        }
    }

    #[test]
    fn nothing_panics(text in ".*", url in "https?://.*") {
        for text in [text, url] {
            if let Some(key) = url_key(&text) {
                prop_assert_eq!(url_key(&key), Some(key.clone()));
            }
        }
    }

    #[test]
    fn an_address_that_only_says_where_its_reader_came_from_changes_no_key(
        path in "(/[a-z0-9-]{1,8}){0,3}",
        mut query in prop::collection::vec("(id|p|q)=[a-z0-9]{1,3}", 0..3),
        noise in prop::sample::select(vec!["utm_source=rss", "UTM_medium=x", "fbclid=1", "ref=example.net", "mc_eid=a"]),
        at in 0_usize..4,
        host in prop::sample::select(vec!["example.org", "www.example.org", "m.example.org", "example.org:443"]),
    ) {
        let plain = url_key(&format!("https://example.org{path}?{}", query.join("&")));
        query.insert(at.min(query.len()), noise.to_owned());
        let noisy = url_key(&format!("http://{host}{path}/?{}#part", query.join("&")));
        prop_assert!(plain.is_some());
        prop_assert_eq!(noisy, plain);
    }

    #[test]
    fn what_a_parameter_names_is_told_apart(
        path in "/(item|index\\.php|a/amp|watch|questions/1|url)",
        name in "id|p|page|story|v1",
        one in "[a-zA-B0-1]{1,3}",
        other in "[a-zA-B0-1]{1,3}",
    ) {
        let key = |value: &str| url_key(&format!("https://example.org{path}?{name}={value}"));
        prop_assert_eq!(key(&one) == key(&other), one == other, "{:?}", key(&one));
    }

    #[test]
    fn no_host_is_taken_for_another(
        labels in prop::collection::vec("www|m|amp|mobile|google|youtube|reddit|x|old|[a-z]{2,4}", 1..4),
        ending in prop::sample::select(vec!["example.org", "example.co.uk", "google.com.example.net", "ann.github.io"]),
        path in "/(url|amp/s/other\\.net/a|watch|l\\.php|redirect|)",
        query in "(q|url|u|v)=https://other\\.net/",
    ) {
        let key = url_key(&format!("https://{}.{ending}{path}?{query}", labels.join("."))).unwrap();
        let host = Url::parse(&key).unwrap().host_str().map(str::to_owned).unwrap();
        prop_assert!(host.ends_with(ending), "{}", key);
    }
}
