//! How the URL standard spells an address, where it is one already.

use std::borrow::Cow;

use url::Url;

/// An address as the URL standard spells it (<https://url.spec.whatwg.org>), as it stands where it is none.
pub(super) fn spelt(address: &str) -> Cow<'_, str> {
    if is_spelt(address) {
        return Cow::Borrowed(address);
    }
    Url::parse(address).map_or(Cow::Borrowed(address), |url| Cow::Owned(url.into()))
}

/// Whether an address is one of the web that a parser would give back to the letter, as far as a glance tells: a feed
/// holds thousands, most of them plain. A property test holds that it does.
pub(super) fn is_spelt(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")) else {
        return false;
    };
    let Some((host, path)) = memchr::memchr(b'/', rest.as_bytes()).and_then(|at| rest.split_at_checked(at)) else {
        return false;
    };
    is_plain_host(host) && is_plain_path(path)
}

/// Letters, digits, dots and hyphens, none of them where they may mean more: an address in numbers, an encoded name.
fn is_plain_host(host: &str) -> bool {
    let mut before = b'.';
    for byte in host.bytes() {
        let apart = matches!(byte, b'.' | b'-');
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || apart && before.is_ascii_alphanumeric()) {
            return false;
        }
        before = byte;
    }
    let last = host.rsplit('.').next().and_then(|label| label.bytes().next());
    before.is_ascii_alphanumeric() && last.is_some_and(|byte| byte.is_ascii_lowercase())
}

/// No segment that leads elsewhere (`.`, `..`), and nothing that is or could be encoded.
fn is_plain_path(path: &str) -> bool {
    let mut before = b'/';
    path.bytes().all(|byte| {
        let segment = before == b'/';
        before = byte;
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'/' | b'-' | b'_' | b'~' | b'?' | b'#' | b'=' | b'&' | b'+' | b'!' | b'*' | b'(' | b')')
            || matches!(byte, b',' | b';' | b':' | b'@' | b'$')
            || byte == b'.' && !segment
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_is_seen_at_a_glance() {
        for address in
            ["https://a.example/", "http://b-2.example/2026/11/why.html?a=1&b=c.d#e", "https://localhost/a//b"]
        {
            assert!(is_spelt(address), "{address}");
        }
        for address in [
            "",
            "a",
            "/a",
            "ftp://a.example/",
            "https://a.example",
            "https:///a",
            "https://A.example/",
            "https://127.0.0.1/",
            "https://a.0x7f/",
            "https://a.example:443/",
            "https://b@a.example/",
            "https://xn--a.example/",
            "https://a..example/",
            "https://a.example./",
            "https://a.example/b/../c",
            "https://a.example/%41",
            "https://a.example/é",
            "https://a.example/b c",
            "https://a.example/ ",
        ] {
            assert!(!is_spelt(address), "{address}");
        }
        assert_eq!(spelt("HTTPS://A.example:443/b/../c d"), "https://a.example/c%20d");
        assert_eq!(spelt("not one"), "not one");
    }

    proptest! {
        #[test]
        fn what_is_plain_is_what_a_parser_makes_of_it(
            address in "https?://[a-z0-9.:@xn-]{0,12}(/|[?#]|[a-z0-9]|[ -~]|%2e|\\.){0,12}",
        ) {
            if is_spelt(&address) {
                prop_assert_eq!(Url::parse(&address).map(String::from), Ok(address));
            }
        }

        #[test]
        fn whatever_it_is_it_is_spelt_as_a_parser_does(address in "(https?://[a-z.]{1,4}|//|:|[/?#.]|[ -~]|\\PC){0,8}") {
            let parsed = Url::parse(&address).map_or_else(|_| address.clone(), String::from);
            prop_assert_eq!(spelt(&address), parsed);
        }
    }
}
