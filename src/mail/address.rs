//! Addresses, and the names that stand before them.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Host;

/// RFC 5321 §4.5.3.1.1.
const LOCAL_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.3: a path of 256 with its angle brackets.
const ADDRESS_MAX: usize = 254;

/// An address that mail can be sent to: `local@domain`, all ASCII, an international domain in its `xn--` form,
/// the domain in lower case. Quoted local parts and address literals are not taken.
///
/// `Debug` masks the local part, so that no address gets into a log by accident; `Display` writes it out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(lettre::Address);

/// Why a text is not an [`Address`]. The text itself is left out: these messages end up in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the address has no @: write it like name@example.org")]
    NoAt,
    #[error(
        "what stands before the @ is empty, too long, or has characters other than letters, digits, '.' and !#$%&'*+-/=?^_`{{|}}~"
    )]
    Local,
    #[error("what stands before the @ is not ASCII, which needs a mail system that few have: use an ASCII address")]
    LocalNotAscii,
    #[error("what stands behind the @ is not a domain name: write it like name@example.org")]
    Domain,
    #[error("the address is longer than 254 characters")]
    TooLong,
}

impl Address {
    /// Takes `local@domain`; white space around it is dropped.
    ///
    /// # Errors
    /// [`AddressError`] when it is not a dot-atom, an `@` and a domain name (RFC 5321 §4.1.2).
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(AddressError::NoAt)?;
        if !local.is_ascii() {
            return Err(AddressError::LocalNotAscii);
        }
        if local.len() > LOCAL_MAX || !is_dot_atom(local) {
            return Err(AddressError::Local);
        }
        let domain = ascii_domain(domain).ok_or(AddressError::Domain)?;
        if local.len() + 1 + domain.len() > ADDRESS_MAX {
            return Err(AddressError::TooLong);
        }
        lettre::Address::new(local, domain).map(Self).map_err(|_| AddressError::Domain)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What stands before the `@`, in the case it was written in.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.user()
    }

    /// What stands behind the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// `a…@example.org`: enough for its owner to know it, for pages and logs.
    #[must_use]
    pub fn masked(&self) -> String {
        let first: String = self.local().chars().take(1).collect();
        format!("{first}…@{}", self.domain())
    }

    pub(super) fn as_lettre(&self) -> &lettre::Address {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.masked())
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.as_str().to_owned()
    }
}

/// A name and an address: `Weekly digest <digest@example.org>`. The name is one line of text, or absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

impl Mailbox {
    /// `name` is what a reader sees; control characters and runs of white space in it become one space.
    #[must_use]
    pub fn new(name: Option<&str>, address: Address) -> Self {
        let name = name.map(one_line).filter(|name| !name.is_empty());
        Self { name, address }
    }

    /// Takes `Name <local@domain>`, `"Name" <local@domain>` or `local@domain`.
    ///
    /// # Errors
    /// [`AddressError`] of the address in it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, address)) = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) else {
            return Ok(Self::new(None, Address::parse(text)?));
        };
        let name = name.trim();
        let name = match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => unescape(quoted),
            None => name.to_owned(),
        };
        Ok(Self::new(Some(&name), Address::parse(address)?))
    }

    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// Text as one line: control characters are white space, and each run of white space is one space.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// RFC 5322 §3.2.3: runs of `atext` with single dots between them.
pub(super) fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// RFC 5322 §3.2.3.
pub(super) fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// RFC 1035 §2.3.1 as relaxed by RFC 1123: labels of letters, digits and inner hyphens.
pub(super) fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        match Host::parse(domain) {
            Ok(Host::Domain(ascii)) => ascii,
            _ => return None,
        }
    };
    // A last label of digits is an IPv4 address or a slip, never a top-level domain.
    let last_is_number = ascii.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    (is_domain(&ascii) && !last_is_number).then_some(ascii)
}

fn unescape(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut escaped = false;
    for c in quoted.chars() {
        escaped = c == '\\' && !escaped;
        if !escaped {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_have_one_door() {
        for (text, want) in [
            ("a@example.org", "a@example.org"),
            (" First.Last+tag@Example.ORG\n", "First.Last+tag@example.org"),
            ("x@bücher.example", "x@xn--bcher-kva.example"),
            ("ops@localhost", "ops@localhost"),
        ] {
            assert_eq!(Address::parse(text).unwrap().as_str(), want);
        }
        for (text, want) in [
            ("", AddressError::NoAt),
            ("example.org", AddressError::NoAt),
            ("@example.org", AddressError::Local),
            ("a b@example.org", AddressError::Local),
            ("a..b@example.org", AddressError::Local),
            ("\"a\"@example.org", AddressError::Local),
            ("a\r\nDATA@example.org", AddressError::Local),
            ("a<b>@example.org", AddressError::Local),
            ("é@example.org", AddressError::LocalNotAscii),
            ("a@", AddressError::Domain),
            ("a@-x.org", AddressError::Domain),
            ("a@example.org> SIZE=1", AddressError::Domain),
            ("a@[127.0.0.1]", AddressError::Domain),
            ("a@127.0.0.1", AddressError::Domain),
            ("a@ex%61mple.org", AddressError::Domain),
        ] {
            assert_eq!(Address::parse(text), Err(want), "{text:?}");
        }
        assert_eq!(Address::parse(&format!("{}@example.org", "a".repeat(65))), Err(AddressError::Local));
        let long = format!("{}@{}.org", "a".repeat(64), ["b".repeat(60).as_str(); 4].join("."));
        assert!(Address::parse(&long).is_err());
    }

    #[test]
    fn an_address_is_masked_where_it_might_be_logged() {
        let address = Address::parse("reader@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "Address(r…@example.org)");
        assert!(!format!("{:?}", Mailbox::new(Some("R"), address)).contains("reader"));
    }

    #[test]
    fn mailboxes_are_read_as_people_write_them() {
        let read = |text: &str| {
            let mailbox = Mailbox::parse(text).unwrap();
            (mailbox.name().map(str::to_owned), mailbox.address().as_str().to_owned())
        };
        let address = "d@example.org".to_owned();
        assert_eq!(read("d@example.org"), (None, address.clone()));
        assert_eq!(read("<d@example.org>"), (None, address.clone()));
        assert_eq!(read("Weekly, the digest <d@example.org>"), (Some("Weekly, the digest".into()), address.clone()));
        assert_eq!(
            read(r#""The \"best\" \\ one" <d@example.org>"#),
            (Some(r#"The "best" \ one"#.into()), address.clone())
        );
        assert_eq!(read("Two\r\nBcc: x <d@example.org>"), (Some("Two Bcc: x".into()), address));
        assert!(Mailbox::parse("Weekly <nobody>").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_safe_in_a_command(text in "\\PC{0,20}[@<>\r\n. a-z]{0,6}@?[a-z.-]{0,12}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>'));
                prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
            }
        }
    }
}
