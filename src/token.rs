//! Links that act for one subscriber: signed, so that nobody can make one for another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Signs and checks the tokens of links.
#[derive(Clone)]
pub struct Signer {
    key: Vec<u8>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

/// What an unsubscribe token signs besides the subscriber, so that it is good for nothing else.
const UNSUBSCRIBE: &[u8] = b"unsubscribe/1";
/// Bytes of the signature that a token carries (128 bits).
const SIGNATURE: usize = 16;

impl Signer {
    /// Signs with a secret that the store keeps.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self { key: key.as_bytes().to_vec() }
    }

    /// The token of a link that unsubscribes this subscriber. It never expires.
    #[must_use]
    pub fn unsubscribe(&self, subscriber: i64) -> String {
        let id = subscriber.to_be_bytes();
        let signature = self.mac(&id).finalize().into_bytes();
        let token: Vec<u8> = id.iter().chain(signature.iter().take(SIGNATURE)).copied().collect();
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The subscriber that a token unsubscribes; `None` when we did not make it. Takes the same time for
    /// every wrong signature.
    #[must_use]
    pub fn unsubscribes(&self, token: &str) -> Option<i64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, signature) = bytes.split_first_chunk::<8>()?;
        if signature.len() != SIGNATURE {
            return None;
        }
        self.mac(id).verify_truncated_left(signature).ok()?;
        Some(i64::from_be_bytes(*id))
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    fn mac(&self, id: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length");
        mac.update(UNSUBSCRIBE);
        mac.update(id);
        mac
    }
}

/// A fresh secret: 256 bits as hex.
///
/// # Errors
/// When the system has no randomness to give.
pub fn secret() -> Result<String, getrandom::Error> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    let mut hex = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_are_taken() {
        let signer = Signer::new("a secret");
        let token = signer.unsubscribe(42);
        assert_eq!(signer.unsubscribes(&token), Some(42));
        assert_eq!(Signer::new("another").unsubscribes(&token), None);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(signer.unsubscribes(std::str::from_utf8(&forged).unwrap()), None, "{at}");
        }
        for bad in ["", "x", token.get(..8).unwrap(), &format!("{token}AAAA")] {
            assert_eq!(signer.unsubscribes(bad), None);
        }
    }
}
