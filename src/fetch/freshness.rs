//! How long a response stays fresh, and how long a server wants us to wait: RFC 9111 and RFC 9110 §10.2.3.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The longest demand that is believed; a longer one is cut to it.
pub const LONGEST: Duration = Duration::from_hours(24 * 30);

/// The fields that say how long a response stays fresh. Several `Cache-Control` lines are joined by commas.
#[derive(Debug, Clone, Copy, Default)]
pub struct CacheFields<'a> {
    pub cache_control: Option<&'a str>,
    pub age: Option<&'a str>,
    pub expires: Option<&'a str>,
    pub date: Option<&'a str>,
}

/// How long a response that arrived at `now` stays fresh, for a private cache.
///
/// `max-age` less `Age` wins over `Expires` less `Date`. Zero: stale at once (`no-store`, `no-cache`, a past
/// or unreadable `Expires`). `None`: the server said nothing. Not capped.
#[must_use]
pub fn fresh_for(fields: &CacheFields<'_>, now: DateTime<Utc>) -> Option<Duration> {
    let mut max_age = None;
    for (name, value) in directives(fields.cache_control.unwrap_or_default()) {
        match name.as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            // An unreadable lifetime is a stale one (RFC 9111 §4.2.1).
            "max-age" if max_age.is_none() => max_age = Some(seconds(value).unwrap_or_default()),
            _ => {}
        }
    }
    if let Some(max_age) = max_age {
        let age = fields.age.and_then(seconds).unwrap_or_default();
        return Some(max_age.saturating_sub(age));
    }
    let expires = fields.expires?;
    Some(http_date(expires).and_then(|at| ahead(at, fields.date, now)).unwrap_or_default())
}

/// How long a `Retry-After` that arrived at `now` asks us to wait, at most [`LONGEST`]; `None` when it is
/// unreadable or past.
#[must_use]
pub fn retry_after(value: &str, date: Option<&str>, now: DateTime<Utc>) -> Option<Duration> {
    let wait = seconds(value).or_else(|| ahead(http_date(value)?, date, now))?;
    Some(wait.min(LONGEST))
}

/// Reads an HTTP-date in its three forms (RFC 9110 §5.6.7), and with a numeric zone, which servers write too.
#[must_use]
pub fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.with_timezone(&Utc));
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc())
}

/// The time from the server's own `Date` to `at`, so that a clock that is wrong here or there does no harm;
/// from `now` where the server's clock makes no sense of it.
fn ahead(at: DateTime<Utc>, date: Option<&str>, now: DateTime<Utc>) -> Option<Duration> {
    let by_server = date.and_then(http_date).and_then(|date| (at - date).to_std().ok());
    by_server.filter(|wait| *wait <= LONGEST).or_else(|| (at - now).to_std().ok())
}

/// Directive names in lower case, with their values unquoted.
fn directives(field: &str) -> impl Iterator<Item = (String, &str)> {
    let mut quoted = false;
    let parts = field.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'))
    })
}

/// `delta-seconds`; a number too large to hold is a very long time (RFC 9111 §1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX)).min(u64::from(u32::MAX))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DATE: &str = "Sat, 07 Nov 2026 03:00:00 GMT";

    fn now() -> DateTime<Utc> {
        http_date(DATE).unwrap()
    }

    fn fresh(cache_control: &str, age: &str, expires: &str) -> Option<u64> {
        let [cache_control, age, expires] =
            [cache_control, age, expires].map(|text| (!text.is_empty()).then_some(text));
        let fields = CacheFields { cache_control, age, expires, date: Some(DATE) };
        fresh_for(&fields, now()).map(|fresh| fresh.as_secs())
    }

    #[test]
    fn max_age_less_age_wins_over_expires() {
        assert_eq!(fresh("", "", ""), None);
        assert_eq!(fresh("public", "", ""), None);
        assert_eq!(fresh("public, Max-Age=86400", "", ""), Some(86400));
        assert_eq!(fresh("max-age=86400", "400", "0"), Some(86000));
        assert_eq!(fresh("max-age=60", "400", ""), Some(0));
        assert_eq!(fresh("max-age=\"60\"", "x", ""), Some(60));
        assert_eq!(fresh("private=\"a, max-age=9\", max-age=60", "", ""), Some(60));
        assert_eq!(fresh("max-age=soon", "", ""), Some(0));
        assert_eq!(fresh("max-age=99999999999999999999999", "", ""), Some(u64::from(u32::MAX)));
        assert_eq!(fresh("no-cache, max-age=60", "", ""), Some(0));
        assert_eq!(fresh("no-store", "", "Sat, 07 Nov 2026 04:00:00 GMT"), Some(0));
    }

    #[test]
    fn expires_counts_from_the_servers_clock() {
        assert_eq!(fresh("", "", "Sat, 07 Nov 2026 04:00:00 GMT"), Some(3600));
        assert_eq!(fresh("", "", "Saturday, 07-Nov-26 04:00:00 GMT"), Some(3600));
        assert_eq!(fresh("", "", "Sat Nov  7 04:00:00 2026"), Some(3600));
        for stale in ["0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "tomorrow"] {
            assert_eq!(fresh("", "", stale), Some(0), "{stale}");
        }
        let skewed = CacheFields {
            expires: Some("Fri, 06 Nov 2026 13:00:00 GMT"),
            date: Some("Fri, 06 Nov 2026 12:00:00 GMT"),
            ..CacheFields::default()
        };
        assert_eq!(fresh_for(&skewed, now()), Some(Duration::from_hours(1)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let wait = |value, date| retry_after(value, date, now()).map(|wait| wait.as_secs());
        assert_eq!(wait("3600", None), Some(3600));
        assert_eq!(wait("Sat, 07 Nov 2026 04:00:00 GMT", None), Some(3600));
        assert_eq!(wait("Sat, 07 Nov 2026 04:00:00 GMT", Some(DATE)), Some(3600));
        // A server that lives in another year than its own Date field.
        assert_eq!(wait("Sat, 07 Nov 2026 04:00:00 GMT", Some("Wed, 01 Jul 2026 00:00:00 GMT")), Some(3600));
        assert_eq!(wait("Sat, 07 Nov 2026 02:00:00 GMT", None), None);
        assert_eq!(wait("-5", None), None);
        assert_eq!(wait("soon", None), None);
        assert_eq!(wait("99999999999", None), Some(LONGEST.as_secs()));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(a in ".{0,40}", b in ".{0,40}", c in ".{0,40}") {
            let fields = CacheFields { cache_control: Some(&a), age: Some(&b), expires: Some(&c), date: Some(&a) };
            let _ = fresh_for(&fields, now());
            prop_assert!(retry_after(&a, Some(&b), now()).is_none_or(|wait| wait <= LONGEST));
        }
    }
}
