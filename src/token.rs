//! Links that act for one subscriber: signed, so that nobody can make one for another; and keyed hashes of
//! addresses, which tell nobody whose they are.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Signs and checks the tokens of links, and hashes addresses.
#[derive(Clone)]
pub struct Signer {
    /// By key id; the highest signs, every one is taken.
    keys: BTreeMap<u8, Vec<u8>>,
    address_key: Vec<u8>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

// What a token signs besides its content, so that it is good for one thing only.
const UNSUBSCRIBE: &[u8] = b"unsubscribe/1";
const CONFIRM: &[u8] = b"confirm/1";
const ADDRESS: &[u8] = b"address/1";
const CLIENT: &[u8] = b"client/1";
/// Bytes of the signature that a token carries (128 bits).
const SIGNATURE: usize = 16;

/// What a link to leave says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    pub subscriber: i64,
    mark: [u8; 8],
}

/// What a link to confirm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    pub subscriber: i64,
    pub asked_at: DateTime<Utc>,
}

impl Signer {
    /// Signs with secrets that the store keeps: `keys` by their ids, the newest with the highest; and the one for
    /// addresses, which never changes.
    #[must_use]
    pub fn new(keys: BTreeMap<u8, String>, address_key: &str) -> Self {
        Self {
            keys: keys.into_iter().map(|(id, key)| (id, key.into_bytes())).collect(),
            address_key: address_key.as_bytes().to_vec(),
        }
    }

    /// The token of a link that unsubscribes this subscriber. It never expires. It is the address's too: a number may
    /// be given to somebody else once its owner was erased.
    #[must_use]
    pub fn unsubscribe(&self, subscriber: i64, address: &str) -> String {
        self.token(UNSUBSCRIBE, [subscriber.to_be_bytes(), self.mark(address)].as_flattened())
    }

    /// Whom a token unsubscribes; `None` when we did not make it. Takes the same time for every wrong signature.
    #[must_use]
    pub fn unsubscribes(&self, token: &str) -> Option<Leaving> {
        let content: [u8; 16] = self.content(UNSUBSCRIBE, token)?;
        let (id, mark) = content.split_first_chunk::<8>()?;
        Some(Leaving { subscriber: i64::from_be_bytes(*id), mark: *mark.first_chunk::<8>()? })
    }

    /// Whether the token was made for the subscriber who has this address.
    #[must_use]
    pub fn is_for(&self, leaving: &Leaving, address: &str) -> bool {
        leaving.mark == self.mark(address)
    }

    /// The beginning of an address's hash.
    fn mark(&self, address: &str) -> [u8; 8] {
        let hash = mac(&self.address_key, ADDRESS, address.trim().to_lowercase().as_bytes()).finalize().into_bytes();
        hash.first_chunk::<8>().copied().unwrap_or_default()
    }

    /// The token of a link that confirms what this subscriber asked for then (to the microsecond).
    #[must_use]
    pub fn confirm(&self, confirmation: Confirmation) -> String {
        let Confirmation { subscriber, asked_at } = confirmation;
        let content = [subscriber.to_be_bytes(), asked_at.timestamp_micros().to_be_bytes()];
        self.token(CONFIRM, content.as_flattened())
    }

    /// What a token confirms; `None` when we did not make it.
    #[must_use]
    pub fn confirms(&self, token: &str) -> Option<Confirmation> {
        let content: [u8; 16] = self.content(CONFIRM, token)?;
        let (id, at) = content.split_first_chunk::<8>()?;
        let at = i64::from_be_bytes(*at.first_chunk::<8>()?);
        let asked_at = DateTime::from_timestamp_micros(at)?;
        Some(Confirmation { subscriber: i64::from_be_bytes(*id), asked_at })
    }

    /// The keyed hash that stands for an address where the address must not: as hex, the same for capital letters.
    #[must_use]
    pub fn address_hash(&self, address: &str) -> String {
        hex(&mac(&self.address_key, ADDRESS, address.trim().to_lowercase().as_bytes()).finalize().into_bytes())
    }

    /// The keyed hash that stands for the network address of a visitor.
    #[must_use]
    pub fn client_hash(&self, client: &str) -> String {
        hex(&mac(&self.address_key, CLIENT, client.as_bytes()).finalize().into_bytes())
    }

    /// Key id, content and signature, in the URL-safe alphabet.
    fn token(&self, purpose: &[u8], content: &[u8]) -> String {
        let (id, key) = self.keys.last_key_value().map_or((0, [].as_slice()), |(id, key)| (*id, key));
        let signature = mac(key, purpose, content).finalize().into_bytes();
        let mut token = vec![id];
        token.extend_from_slice(content);
        token.extend(signature.iter().take(SIGNATURE));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn content<const N: usize>(&self, purpose: &[u8], token: &str) -> Option<[u8; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, rest) = bytes.split_first()?;
        let (content, signature) = rest.split_first_chunk::<N>()?;
        if signature.len() != SIGNATURE {
            return None;
        }
        mac(self.keys.get(id)?, purpose, content).verify_truncated_left(signature).ok()?;
        Some(*content)
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
fn mac(key: &[u8], purpose: &[u8], content: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(purpose);
    mac.update(content);
    mac
}

/// A fresh secret: 256 bits as hex.
///
/// # Errors
/// When the system has no randomness to give.
pub fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada@example.org";

    fn signer(keys: &[(u8, &str)]) -> Signer {
        Signer::new(keys.iter().map(|(id, key)| (*id, (*key).to_owned())).collect(), "for addresses")
    }

    #[test]
    fn only_our_own_tokens_are_taken() {
        let ours = signer(&[(1, "a secret")]);
        let token = ours.unsubscribe(42, ADA);
        assert_eq!(ours.unsubscribes(&token).map(|it| it.subscriber), Some(42));
        assert_eq!(signer(&[(1, "another")]).unsubscribes(&token), None);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(forged == token || ours.unsubscribes(&forged).is_none(), "{at}");
        }
        for bad in ["", "x", token.get(..8).unwrap(), &format!("{token}AAAA")] {
            assert_eq!(ours.unsubscribes(bad), None);
        }
    }

    #[test]
    fn a_token_is_good_for_its_purpose_alone() {
        let ours = signer(&[(1, "a secret")]);
        let wish = Confirmation { subscriber: 7, asked_at: "2026-11-20T07:00:00.123456Z".parse().unwrap() };
        let token = ours.confirm(wish);
        assert_eq!(ours.confirms(&token), Some(wish));
        assert_eq!(ours.unsubscribes(&token), None);
        assert_eq!(ours.confirms(&ours.unsubscribe(7, ADA)), None);
    }

    #[test]
    fn links_of_an_older_key_still_work_and_new_ones_are_signed_with_the_newest() {
        let old = signer(&[(1, "first")]).unsubscribe(42, ADA);
        let rotated = signer(&[(1, "first"), (2, "second")]);
        assert_eq!(rotated.unsubscribes(&old).map(|it| it.subscriber), Some(42));
        assert_eq!(
            signer(&[(2, "second")]).unsubscribes(&rotated.unsubscribe(42, ADA)).map(|it| it.subscriber),
            Some(42)
        );
        assert_eq!(signer(&[(2, "second")]).unsubscribes(&old), None);
    }

    #[test]
    fn a_link_to_leave_is_good_for_its_address_alone() {
        let ours = signer(&[(1, "a secret")]);
        let leaving = ours.unsubscribes(&ours.unsubscribe(42, ADA)).unwrap();
        assert!(ours.is_for(&leaving, "Ada@Example.org") && !ours.is_for(&leaving, "bob@example.org"));
    }

    #[test]
    fn an_address_has_one_hash_however_it_is_written() {
        let ours = signer(&[(1, "a secret")]);
        assert_eq!(ours.address_hash("Ada@Example.org "), ours.address_hash("ada@example.org"));
        assert_ne!(ours.address_hash("ada@example.org"), ours.client_hash("ada@example.org"));
    }
}
