//! Names and identities: slugs that people write, and short hashes that content yields.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Why a text is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key: use 1 to 64 of a-z, 0-9 and '-', beginning with a letter or digit")]
pub struct NotASlug(pub String);

fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a slug as it stands.
            ///
            /// # Errors
            /// [`NotASlug`] when it holds anything but `a-z`, `0-9`, `-`, or is empty or longer than 64.
            pub fn parse(text: &str) -> Result<Self, NotASlug> {
                if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(NotASlug(text.to_owned())) }
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotASlug;
            fn try_from(text: String) -> Result<Self, NotASlug> {
                if is_slug(&text) { Ok(Self(text)) } else { Err(NotASlug(text)) }
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> Self {
                key.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug!(
    /// Names one feed or event source, in `feeds.toml`, on the command line and in the store.
    SourceKey
);
slug!(
    /// Names one topic of `feeds.toml`.
    TopicKey
);
slug!(
    /// Names one digest of `bellwether.toml`.
    DigestKey
);

impl DigestKey {
    /// The key of a digest that is given none; its editions go by their bare names.
    pub const USUAL: &'static str = "weekly";

    /// Itself where it is not the [usual one](Self::USUAL): what addresses of pages have to name.
    #[must_use]
    pub fn unusual(&self) -> Option<&Self> {
        (self.as_str() != Self::USUAL).then_some(self)
    }
}

impl SourceKey {
    /// The key that a source without one gets: its address as a slug, `https://` and `www.` left out.
    #[must_use]
    pub fn from_address(address: &str) -> Self {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        let mut slug = String::new();
        for c in rest.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-');
        if slug.len() > 64 {
            let hash = content_hash(&[address]);
            let head: String = slug.chars().take(55).collect();
            return Self(format!("{}-{}", head.trim_end_matches('-'), hash.get(..8).unwrap_or("0")));
        }
        if slug.is_empty() { Self(content_hash(&[address])) } else { Self(slug.to_owned()) }
    }
}

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(String);

        impl $name {
            /// The id of the thing that these parts identify: the same parts, the same id, on every machine.
            #[must_use]
            pub fn of(parts: &[&str]) -> Self {
                Self(content_hash(parts))
            }

            /// Takes an id that was printed or stored before; `None` unless it is 16 hex digits.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
                    .then(|| Self(text.to_owned()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hash_id!(
    /// One entry of one source, by its identity there.
    ItemId
);
hash_id!(
    /// One story, by the identity of the item it began with.
    StoryId
);
hash_id!(
    /// One instance of one event, by source, UID and original start.
    EventId
);

/// The first 64 bits of SHA-256 over the parts, each prefixed with its length, as 16 hex digits.
#[must_use]
pub fn content_hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let bits = hasher.finalize().iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    format!("{bits:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_one_door() {
        assert!(SourceKey::parse("rust-blog").is_ok());
        for bad in ["", "-x", "Rust", "a b", "é", &"x".repeat(65)] {
            assert!(SourceKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_yields_a_valid_key() {
        assert_eq!(
            SourceKey::from_address("https://www.Example.org/feed.xml?x=1").as_str(),
            "example-org-feed-xml-x-1"
        );
        let long = format!("https://example.org/{}", "a/".repeat(90));
        assert!(SourceKey::parse(SourceKey::from_address(&long).as_str()).is_ok());
        assert!(SourceKey::parse(SourceKey::from_address("é").as_str()).is_ok());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(content_hash(&["ab", "c"]), content_hash(&["a", "bc"]));
    }
}
