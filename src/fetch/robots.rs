//! robots.txt (RFC 9309): which pages of a site we may ask for, by the rules that are meant for us.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

pub mod standing;

/// The product token that sites name this program by (§2.2.1), whatever an operator calls it.
const PRODUCT_TOKEN: &str = "bellwether";
/// What is read of a file; §2.5 asks for 500 KiB at least.
pub const MAX_BYTES: u64 = 512 << 10;
/// What counts of an address. No pattern that means anything is longer.
const LONGEST_PATH: usize = 8 << 10;
/// A longer `Crawl-delay` counts as this much: what is asked is a handful of pages a week, not a site.
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// What a robots.txt says to us. The default, no rule at all, allows everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Robots {
    rules: Vec<Rule>,
    /// `Crawl-delay`, which RFC 9309 does not know and many sites write: milliseconds between two requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    allow: bool,
    /// Percent-encoded in one way; `*` and a `$` at the end have their meaning, everywhere else they are encoded.
    pattern: String,
}

/// The groups that a line may stand in, as far as they matter to us.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    ours: bool,
    everybodys: bool,
}

/// The product token in a `User-Agent` of ours: what its sender is to be named by.
#[must_use]
pub fn product_token(user_agent: &str) -> &str {
    user_agent.split(|c: char| !is_of_a_token(c)).next().unwrap_or_default()
}

impl Robots {
    /// Reads a file for whom `token` names, see [`product_token`], and for this program. Whatever it holds, it can be
    /// read, in time proportional to its length. Beyond [`MAX_BYTES`] nothing counts.
    #[must_use]
    pub fn parse(bytes: &[u8], token: &str) -> Self {
        let limit = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
        let text = String::from_utf8_lossy(bytes.get(..limit).unwrap_or(bytes));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let (mut ours, mut everybodys) = (Self::default(), Self::default());
        let mut named = false;
        let mut group = Group::default();
        let mut naming = false;
        for (key, value) in text.split(['\n', '\r']).filter_map(record) {
            match key.as_str() {
                "user-agent" => {
                    if !naming {
                        group = Group::default();
                        naming = true;
                    }
                    group.ours |= names(value, token) || names(value, PRODUCT_TOKEN);
                    group.everybodys |= value.starts_with('*');
                    named |= group.ours;
                }
                "allow" | "disallow" => {
                    naming = false;
                    let rule = Rule { allow: key == "allow", pattern: pattern(value) };
                    for robots in group.pick(&mut ours, &mut everybodys).filter(|_| !rule.pattern.is_empty()) {
                        robots.rules.push(rule.clone());
                    }
                }
                // Not a rule of the RFC, so it must not end the list of agents above it (§2.2.4).
                "crawl-delay" => {
                    for robots in group.pick(&mut ours, &mut everybodys) {
                        robots.delay_ms = robots.delay_ms.max(milliseconds(value));
                    }
                }
                _ => {}
            }
        }
        if named { ours } else { everybodys }
    }

    /// Whether this address of the site may be asked for: the longest pattern that fits decides, among equals the
    /// one that allows (§2.2.2).
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let path = path_of(url);
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, &path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }

    /// How far apart the site wants requests to start at least, as far as we follow it.
    #[must_use]
    pub fn delay(&self) -> Option<Duration> {
        self.delay_ms.map(|delay| Duration::from_millis(delay).min(LONGEST_DELAY))
    }
}

impl Group {
    fn pick<'a>(self, ours: &'a mut Robots, everybodys: &'a mut Robots) -> impl Iterator<Item = &'a mut Robots> {
        [Some(ours).filter(|_| self.ours), Some(everybodys).filter(|_| self.everybodys)].into_iter().flatten()
    }
}

/// A line's key in lower case and its value, without the comment.
fn record(line: &str) -> Option<(String, &str)> {
    let line = line.split('#').next().unwrap_or_default();
    let (key, value) = line.split_once(':')?;
    // No key that means anything is longer.
    let key = key.trim();
    (key.len() <= 16).then(|| (key.to_ascii_lowercase(), value.trim()))
}

/// Whether the token that a `User-agent` line begins with is this one; what follows it (a version) does not count.
fn names(value: &str, token: &str) -> bool {
    !token.is_empty() && product_token(value).eq_ignore_ascii_case(token)
}

fn is_of_a_token(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '-' | '_')
}

fn milliseconds(value: &str) -> Option<u64> {
    let delay = Duration::try_from_secs_f64(value.parse().ok()?).ok()?;
    u64::try_from(delay.as_millis()).ok().filter(|delay| *delay > 0)
}

fn pattern(value: &str) -> String {
    let (body, end) = value.strip_suffix('$').map_or((value, ""), |body| (body, "$"));
    if body.is_empty() && end.is_empty() {
        return String::new();
    }
    // Some forget that every path begins with a slash.
    let rooted = if body.starts_with(['/', '*']) { "" } else { "/" };
    format!("{}{end}", one_spelling(&format!("{rooted}{body}"), true))
}

fn path_of(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let whole = format!("{}{query}", url.path());
    let end = whole.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST_PATH).unwrap_or(whole.len());
    one_spelling(whole.get(..end).unwrap_or(&whole), false)
}

/// One spelling for every way to write an address (§2.2.2): what need not be encoded is not, everything else is,
/// with capital digits. In a query `:`, `/`, `?` and `@` mean the same either way. A `*` stays as it is in a pattern.
fn one_spelling(text: &str, is_pattern: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_query = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut rest = bytes.clone();
        let escaped = (byte == b'%').then(|| Some(hex(rest.next()?)? << 4 | hex(rest.next()?)?)).flatten();
        if escaped.is_some() {
            bytes = rest;
        }
        let value = escaped.unwrap_or(byte);
        let plain = match value {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => true,
            b'*' => is_pattern && escaped.is_none(),
            b'?' if !in_query && escaped.is_none() => {
                in_query = true;
                true
            }
            b':' | b'/' | b'?' | b'@' => !in_query && escaped.is_none(),
            b'#' | b'[' | b']' | b'!' | b'&' | b'\'' | b'(' | b')' | b'+' | b',' | b';' | b'=' | b'%' => {
                escaped.is_none()
            }
            _ => false,
        };
        if plain {
            out.push(char::from(value));
        } else {
            out.push_str(&format!("%{value:02X}"));
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Whether a pattern fits the beginning of a path, or all of it when it ends in `$`. Each part between stars is
/// looked for from where the one before it ended: the first place is as good as any.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |body| (body, true));
    let Some((first, rest)) = pattern.split_once('*') else {
        return if whole { path == pattern } else { path.starts_with(pattern) };
    };
    let Some(mut left) = path.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if whole && parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    true
}

#[cfg(test)]
mod tests;
