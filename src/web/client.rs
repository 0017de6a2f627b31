//! Who asks, for the limits: an address of the network, which stands nowhere but in a keyed hash.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The client behind a connection from `peer`: itself, unless it is one of `trusted`; then the last address of
/// `forwarded` (the values of `X-Forwarded-For`, in order) that is not, since what stands before that one anybody can
/// write. Of IPv6 the /64, which one visitor has all of.
pub(super) fn client<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> String {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Some(before) = address(hop.trim()) else { break };
        client = before;
    }
    match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1` or `[2001:db8::1]:5000`: some servers write the port too.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        client(peer.parse().unwrap(), forwarded.iter().copied(), &trusted)
    }

    #[test]
    fn a_stranger_cannot_say_who_they_are() {
        assert_eq!(seen("203.0.113.9", &["192.0.2.1"]), "203.0.113.9");
        assert_eq!(client("127.0.0.1".parse().unwrap(), ["192.0.2.1"].into_iter(), &[]), "127.0.0.1");
    }

    #[test]
    fn behind_trusted_servers_the_last_untrusted_address_counts() {
        assert_eq!(seen("127.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.7, 192.0.2.1, 10.0.0.3"]), "192.0.2.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.7", "192.0.2.1", "10.0.0.3,10.1.2.3"]), "192.0.2.1");
        assert_eq!(seen("::ffff:127.0.0.1", &["192.0.2.1:4711"]), "192.0.2.1");
    }

    #[test]
    fn what_is_no_address_is_not_believed() {
        assert_eq!(seen("127.0.0.1", &["192.0.2.1, unknown, 10.0.0.3"]), "10.0.0.3");
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn of_ipv6_the_network_counts() {
        assert_eq!(seen("2001:db8:1:2:3:4:5:6", &[]), "2001:db8:1:2::/64");
        assert_eq!(seen("::1", &["[2001:db8:1:2:ffff::1]:443"]), "2001:db8:1:2::/64");
        assert_eq!(seen("::1", &["[2001:db8:1:2::9]"]), "2001:db8:1:2::/64");
    }
}
