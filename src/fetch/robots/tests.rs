use proptest::prelude::*;

use super::*;

const TOKEN: &str = "bellwether";

fn allows(robots: &Robots, path: &str) -> bool {
    robots.allows(&Url::parse(&format!("https://example.org{path}")).unwrap())
}

/// Whether a pattern that is disallowed covers a path.
fn covers(pattern: &str, path: &str) -> bool {
    !allows(&Robots::parse(format!("User-agent: *\nDisallow: {pattern}").as_bytes(), TOKEN), path)
}

#[test]
fn our_group_is_found_whatever_its_case_and_version_and_its_parts_are_merged() {
    let text = "User-Agent: *\nDisallow: /\n\nUSER-AGENT: BellWether/1.0\nDisallow: /a\n\n\
                user-agent: other\nDisallow: /o\nuser-agent: bellwether # us\ndisallow: /b\n";
    let robots = Robots::parse(text.as_bytes(), TOKEN);
    assert!(allows(&robots, "/") && allows(&robots, "/o"));
    assert!(!allows(&robots, "/a") && !allows(&robots, "/b"));
    let near = Robots::parse(b"User-agent: bellwetherbot\nDisallow: /\nUser-agent: bell\nDisallow: /", TOKEN);
    assert!(allows(&near, "/"));
}

#[test]
fn who_is_called_otherwise_obeys_both_names() {
    let text = b"User-agent: *\nAllow: /\nUser-agent: our-reader\nDisallow: /a\nUser-agent: bellwether\nDisallow: /b";
    let robots = Robots::parse(text, product_token("Our-Reader/2.1 (of the team)"));
    assert!(!allows(&robots, "/a") && !allows(&robots, "/b"));
    assert!(allows(&Robots::parse(text, TOKEN), "/a"));
    let nameless = Robots::parse(b"User-agent: \nDisallow: /", product_token("2.1"));
    assert!(allows(&nameless, "/a"));
}

#[test]
fn without_a_group_of_ours_that_of_everybody_holds_and_without_either_nothing() {
    let robots =
        Robots::parse(b"user-agent: *\ndisallow: /a\nuser-agent: x\ndisallow: /x\nuser-agent: *\ndisallow: /b", TOKEN);
    assert!(!allows(&robots, "/a") && !allows(&robots, "/b") && allows(&robots, "/x"));
    let theirs = Robots::parse(b"Disallow: /early\nUser-agent: x\nDisallow: /", TOKEN);
    assert!(allows(&theirs, "/early"));
}

#[test]
fn a_group_of_ours_without_rules_allows_everything() {
    let robots = Robots::parse(b"User-agent: *\nDisallow: /\nUser-agent: bellwether\n", TOKEN);
    assert!(allows(&robots, "/a"));
    let empty = Robots::parse(b"User-agent: *\nDisallow:\n", TOKEN);
    assert!(allows(&empty, "/a"));
}

#[test]
fn several_agents_share_a_group_and_foreign_lines_between_them_change_nothing() {
    let text = b"User-agent: x\n\nSitemap: https://example.org/s.xml\nCrawl-delay: 3\nnonsense\nUser-agent: bellwether\nDisallow: /a";
    let robots = Robots::parse(text, TOKEN);
    assert!(!allows(&robots, "/a") && allows(&robots, "/b"));
}

#[test]
fn the_longest_pattern_decides_and_of_two_the_one_that_allows() {
    let robots =
        Robots::parse(b"User-agent: *\nAllow: /shop/page/\nDisallow: /shop/page/old.html\nDisallow: /shop", TOKEN);
    assert!(allows(&robots, "/shop/page/new.html") && !allows(&robots, "/shop/page/old.html"));
    assert!(!allows(&robots, "/shop/cart") && allows(&robots, "/about"));
    let equal = Robots::parse(b"User-agent: *\nDisallow: /same\nAllow: /same", TOKEN);
    assert!(allows(&equal, "/same"));
}

#[test]
fn stars_and_the_end_mean_what_they_say() {
    assert!(covers("/*.gif$", "/a/b.gif") && !covers("/*.gif$", "/b.gif?x"));
    assert!(covers("*/print", "/a/print/2") && !covers("/a$", "/ab") && covers("/a$", "/a"));
    assert!(covers("/a*b*c", "/a1b2c3") && !covers("/a*b*c", "/a1c2b3"));
    assert!(covers("/a*a$", "/aXa") && !covers("/a*a$", "/a"));
    assert!(covers("/$x", "/$x") && covers("/*", "/") && covers("/", "/") && covers("$", "/") && !covers("$", "/a"));
    assert!(covers("/fish", "/fishheads/yummy.html") && !covers("/fish", "/Fish") && covers("fish", "/fish"));
    assert!(covers("/with-a-%2A.html", "/with-a-*.html") && !covers("/with-a-%2A.html", "/with-a-b.html"));
    assert!(covers("/costs-%24", "/costs-$5"));
}

#[test]
fn every_way_to_write_an_address_is_one() {
    assert!(covers("/a/b?baz=quz", "/a/b?baz=quz"));
    assert!(covers("/a?u=https://example.net", "/a?u=https%3A%2F%2Fexample.net"));
    assert!(covers("/a?u=https%3a%2f%2fexample.net", "/a?u=https://example.net"));
    assert!(covers("/a/\u{30c4}", "/a/%E3%83%84") && covers("/a/%e3%83%84", "/a/\u{30c4}"));
    assert!(covers("/a/%62%61%7A", "/a/baz") && covers("/a/baz", "/a/%62%61%7a"));
    assert!(!covers("/a%2Fb", "/a/b") && covers("/a%2fb", "/a%2Fb"));
    assert!(covers("/100%", "/100%") && covers("/a b", "/a%20b"));
}

#[test]
fn the_file_itself_may_always_be_asked_for() {
    assert!(!covers("/", "/robots.txt") && covers("/", "/robots.txt.html"));
}

#[test]
fn whatever_it_is_it_is_read() {
    let page = Robots::parse(b"<!DOCTYPE html><html><body style='a: b'>Not found</body></html>", TOKEN);
    assert_eq!(page, Robots::default());
    let marked = Robots::parse("\u{feff}User-agent: *\r\nDisallow: /a\rDisallow: /b".as_bytes(), TOKEN);
    assert!(!allows(&marked, "/a") && !allows(&marked, "/b"));
    let mut long = b"User-agent: *\n".to_vec();
    long.resize(500 << 10, b'#');
    long.extend_from_slice(b"\nDisallow: /a\n");
    long.resize(600 << 10, b'#');
    long.extend_from_slice(b"\nDisallow: /b\n");
    let robots = Robots::parse(&long, TOKEN);
    assert!(!allows(&robots, "/a") && allows(&robots, "/b"));
}

#[test]
fn a_delay_is_followed_up_to_ten_seconds() {
    let delay = |value: &str| Robots::parse(format!("User-agent: *\nCrawl-delay: {value}").as_bytes(), TOKEN).delay();
    assert_eq!(delay("2.5"), Some(Duration::from_millis(2500)));
    assert_eq!(delay("86400"), Some(LONGEST_DELAY));
    for nonsense in ["0", "-1", "NaN", "inf", "1e300", "soon", ""] {
        assert_eq!(delay(nonsense), None, "{nonsense}");
    }
}

/// The plain meaning of a pattern, by trying everything.
fn fits_slowly(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => true,
        [b'$'] => path.is_empty(),
        [b'*', rest @ ..] => (0..=path.len()).any(|at| fits_slowly(rest, &path[at..])),
        [first, rest @ ..] => path.first() == Some(first) && fits_slowly(rest, &path[1..]),
    }
}

proptest! {
    #[test]
    fn matching_equals_its_plain_meaning(pattern in "/[ab*]{0,7}\\$?", path in "/[ab]{0,8}") {
        prop_assert_eq!(fits(&pattern, &path), fits_slowly(pattern.as_bytes(), path.as_bytes()));
    }

    #[test]
    fn nothing_panics_and_what_is_kept_comes_back(bytes: Vec<u8>, path in "/\\PC{0,40}") {
        let text = [b"User-agent: *\nDisallow: ".as_slice(), &bytes].concat();
        let robots = Robots::parse(&text, TOKEN);
        prop_assert_eq!(&robots, &Robots::parse(&text, TOKEN));
        prop_assert_eq!(allows(&robots, &path), allows(&robots, &path));
        let kept: Robots = serde_json::from_str(&serde_json::to_string(&robots).unwrap()).unwrap();
        prop_assert_eq!(kept, robots);
    }

    #[test]
    fn lines_in_any_order_are_rules_or_nothing(
        text in "((User-agent|Allow|Disallow|Crawl-delay|Sitemap|\\PC{0,3}):?[ \t]?(\\*|bellwether|/[a-z*$%]{0,4}|[0-9.e-]{0,5}|\\PC{0,3})(#x)?[\n\r]{1,2}){0,12}",
        path in "/[a-z$%]{0,4}",
    ) {
        let robots = Robots::parse(text.as_bytes(), TOKEN);
        prop_assert_eq!(&robots, &Robots::parse(text.as_bytes(), TOKEN));
        prop_assert!(robots.delay().is_none_or(|delay| delay > Duration::ZERO && delay <= LONGEST_DELAY));
        let forbidden = !allows(&robots, &path);
        prop_assert!(!forbidden || text.to_ascii_lowercase().contains("disallow"), "{}", path);
    }

    #[test]
    fn a_pattern_covers_its_own_path(path in "/[a-z%?=:*$\u{e4}/]{0,20}") {
        let url = Url::parse(&format!("https://example.org{path}")).unwrap();
        let written = format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default());
        prop_assert!(covers(&written.replace('*', "%2A").replace('$', "%24"), &path));
    }
}
