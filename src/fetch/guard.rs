//! The address guard: which addresses are never connected to, so that a feed cannot reach into our network.
//!
//! It stands in two places, since each alone has a hole: [`Guard::check_url`] before every hop (a resolver is
//! not asked about literal addresses), and as the client's resolver (a name that passed may resolve to
//! anything, and to something else each time). The client connects to the very addresses that were checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Once};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// What RFC 9110 §4.1 asks everybody to take. A redirect's target may be stored, and told to a person.
const MAX_URL: usize = 8000;

/// RFC 1035 §2.3.4, as text, with the last dot.
const MAX_NAME: usize = 254;

/// Addresses of one name that are tried. A name may have thousands, and we would knock at each.
const MAX_ADDRESSES: usize = 16;

/// Why an address is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("`{0}:` addresses are not fetched; use http or https")]
    Scheme(String),
    #[error("the address carries a user name or password, and those are not sent")]
    Userinfo,
    #[error("the address names no host")]
    NoHost,
    #[error("the address is longer than {MAX_URL} bytes, or its host's name longer than {MAX_NAME}")]
    TooLong,
    #[error("`{0}` is this machine; name its network in [fetch] allow_nets to permit it")]
    LocalName(String),
    #[error("{address} is {what}; name its network in [fetch] allow_nets to permit it")]
    Address {
        address: IpAddr,
        /// What kind of address it is, to follow "is".
        what: &'static str,
    },
}

/// Refuses addresses that are not public, except in the networks it was told to let through.
#[derive(Debug, Clone)]
pub struct Guard {
    allow: Arc<[IpNet]>,
}

/// Once is enough for a process, and for whoever reads its log.
static TOLD: Once = Once::new();

/// Keeps this process from telling what is open: the demonstration opens loopback to its own sample world, and no
/// operator did.
pub fn nothing_to_tell() {
    TOLD.call_once(|| ());
}

impl Guard {
    /// Opens these networks and no other; the first guard of a process that opens any tells the operator which.
    #[must_use]
    pub fn new(allow_nets: &[IpNet]) -> Self {
        if !allow_nets.is_empty() {
            TOLD.call_once(|| {
                let nets = allow_nets.iter().map(|net| net.trunc().to_string()).collect::<Vec<_>>().join(", ");
                tracing::warn!(
                    "fetches may reach {nets}, which is not all public: --allow-net or [fetch] allow_nets opened it"
                );
            });
        }
        Self { allow: allow_nets.into() }
    }

    /// Checks what can be known of an address without looking its name up.
    ///
    /// # Errors
    /// [`Refusal`] for a scheme other than http and https, for userinfo, for what is too long, for a name of this
    /// machine, and for a literal address that [`Guard::check_address`] refuses. Decimal, hexadecimal, octal and short forms are
    /// literals too: `Url` has already read them as IPv4 (WHATWG URL §3.5).
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        if url.as_str().len() > MAX_URL || url.domain().is_some_and(|name| name.len() > MAX_NAME) {
            return Err(Refusal::TooLong);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().chars().take(20).collect()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        match url.host() {
            None | Some(Host::Domain("")) => Err(Refusal::NoHost),
            Some(Host::Ipv4(address)) => self.check_address(address.into()),
            Some(Host::Ipv6(address)) => self.check_address(address.into()),
            Some(Host::Domain(name)) => {
                if is_local_name(name) && !self.allows_loopback() {
                    return Err(Refusal::LocalName(name.to_owned()));
                }
                Ok(())
            }
        }
    }

    /// Checks one IP address, looking through the IPv6 forms that carry an IPv4 one.
    ///
    /// # Errors
    /// [`Refusal::Address`] when it is not globally reachable unicast (the IANA special-purpose registries)
    /// and no allowed network holds it.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let plain = address.to_canonical();
        if self.allow.iter().any(|net| net.contains(&address) || net.contains(&plain)) {
            return Ok(());
        }
        let inner = match plain {
            IpAddr::V4(inner) => Some(inner),
            IpAddr::V6(outer) => embedded(outer),
        };
        let what = match (inner, plain) {
            (Some(inner), _) => reserved_v4(inner),
            (None, IpAddr::V6(outer)) => reserved_v6(outer),
            (None, IpAddr::V4(_)) => None,
        };
        what.map_or(Ok(()), |what| Err(Refusal::Address { address, what }))
    }

    fn allows_loopback(&self) -> bool {
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        self.allow.iter().any(|net| loopback.iter().any(|address| net.contains(address)))
    }
}

impl Resolve for Guard {
    /// Looks a name up and gives its addresses, or [`Refusal`] when a single one of them is refused: a name
    /// that mixes public and private addresses is an attack or a mistake.
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let mut found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &found {
                guard.check_address(address.ip())?;
            }
            found.truncate(MAX_ADDRESSES);
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// RFC 6761 §6.3, and the names that Debian's `/etc/hosts` adds.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    matches!(name.as_str(), "localhost" | "ip6-localhost" | "ip6-loopback" | "localhost.localdomain")
        || name.ends_with(".localhost")
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// IANA IPv4 Special-Purpose Address Registry, with multicast and class E.
const RESERVED_V4: [(Ipv4Net, &str); 15] = [
    (v4(0, 0, 0, 8), "this network"),
    (v4(10, 0, 0, 8), "a private address"),
    (v4(100, 64, 0, 10), "shared address space of a carrier"),
    (v4(127, 0, 0, 8), "this machine"),
    (v4(169, 254, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 12), "a private address"),
    (v4(192, 0, 0, 24), "set aside for protocols"),
    (v4(192, 0, 2, 24), "an address for documentation"),
    (v4(192, 88, 99, 24), "an abandoned relay address"),
    (v4(192, 168, 0, 16), "a private address"),
    (v4(198, 18, 0, 15), "an address for benchmarks"),
    (v4(198, 51, 100, 24), "an address for documentation"),
    (v4(203, 0, 113, 24), "an address for documentation"),
    (v4(224, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 4), "a reserved address"),
];

/// Exceptions inside 2000::/3; everything outside of it is refused as a whole.
const RESERVED_V6: [(Ipv6Net, &str); 3] = [
    (v6(0x2001, 0, 0, 23), "set aside for protocols"),
    (v6(0x2001, 0xdb8, 0, 32), "an address for documentation"),
    (v6(0x3fff, 0, 0, 20), "an address for documentation"),
];

const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
const UNIQUE_LOCAL: Ipv6Net = v6(0xfc00, 0, 0, 7);
const LINK_LOCAL: Ipv6Net = v6(0xfe80, 0, 0, 10);
/// RFC 6052: how a network with IPv6 alone reaches IPv4.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
/// RFC 3056.
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);

fn reserved_v4(address: Ipv4Addr) -> Option<&'static str> {
    RESERVED_V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, what)| *what)
}

fn reserved_v6(address: Ipv6Addr) -> Option<&'static str> {
    if GLOBAL_V6.contains(&address) {
        return RESERVED_V6.iter().find(|(net, _)| net.contains(&address)).map(|(_, what)| *what);
    }
    Some(match address {
        Ipv6Addr::LOCALHOST => "this machine",
        Ipv6Addr::UNSPECIFIED => "this network",
        _ if UNIQUE_LOCAL.contains(&address) => "a private address",
        _ if LINK_LOCAL.contains(&address) => "a link-local address",
        _ if address.is_multicast() => "a multicast address",
        _ => "not a public address",
    })
}

/// The IPv4 address that a NAT64 or 6to4 address leads to.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let shift = if NAT64.contains(&address) {
        0
    } else if SIX_TO_FOUR.contains(&address) {
        80
    } else {
        return None;
    };
    let [.., a, b, c, d] = (bits >> shift).to_be_bytes();
    Some(Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(url: &str) -> Result<(), Refusal> {
        Guard::new(&[]).check_url(&Url::parse(url).unwrap())
    }

    #[test]
    fn refuses_every_way_to_write_an_inner_address() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://①②⑦.⓪.⓪.①/",
            "http://127.0.0.1./",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://172.31.255.255/",
            "http://192.168.0.1:8080/",
            "http://255.255.255.255/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001::1]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "https://user@example.org/",
            "https://:secret@example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }

    #[test]
    fn refuses_what_is_too_long_without_repeating_it() {
        let path = "x".repeat(MAX_URL);
        let name = "x.".repeat(MAX_NAME / 2);
        for url in [format!("http://example.org/{path}"), format!("{path}:x"), format!("http://{name}x/")] {
            let refusal = check(&url).unwrap_err();
            assert!(refusal == Refusal::TooLong && refusal.to_string().len() < 200, "{refusal}");
        }
        assert_eq!(check(&format!("http://{name}/")), Ok(()));
    }

    #[test]
    fn lets_public_addresses_through() {
        for url in [
            "https://example.org/feed",
            "http://9.9.9.9/",
            "http://172.32.0.1/",
            "http://[2620:fe::fe]/",
            "http://[64:ff9b::909:909]/",
            "http://[2002:909:909::]/",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn an_allowed_network_opens_itself_alone() {
        let guard = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        let check = |url: &str| guard.check_url(&Url::parse(url).unwrap());
        for open in ["http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://localhost/"] {
            assert_eq!(check(open), Ok(()), "{open}");
        }
        for shut in ["http://10.0.0.1/", "http://[::1]/", "file:///x"] {
            assert!(check(shut).is_err(), "{shut}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_this_machine_is_refused() {
        let refused = Guard::new(&[]).resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(refused.is::<Refusal>(), "{refused}");
    }

    proptest! {
        #[test]
        fn wrapping_an_address_changes_nothing(bits: u32) {
            let plain = Ipv4Addr::from_bits(bits);
            let guard = Guard::new(&[]);
            let refused = guard.check_address(plain.into()).is_err();
            let nat64 = Ipv6Addr::from_bits(0x0064_ff9b_u128 << 96 | u128::from(bits));
            let six_to_four = Ipv6Addr::from_bits(0x2002_u128 << 112 | u128::from(bits) << 80);
            for wrapped in [plain.to_ipv6_mapped(), nat64, six_to_four] {
                prop_assert_eq!(guard.check_address(wrapped.into()).is_err(), refused, "{}", wrapped);
            }
        }
    }
}
