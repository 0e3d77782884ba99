//! Where servers may be that are asked for keys: at public addresses over TLS, but for hosts that are listed.
//!
//! Whoever may write a URL into a configuration must not reach by it what only the gateway can reach: its own machine, its
//! network, the metadata of its cloud.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use http::Uri;

/// Hosts that may be anywhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed(Arc<[Box<str>]>);

impl Listed {
    /// Of entries `host` or `host:port`, behind `http://` where TLS is not asked for.
    pub(super) fn new(entries: Arc<[Box<str>]>) -> Self {
        Self(entries)
    }

    /// Whether the server of a URL may have a private address.
    pub(super) fn permits_private(&self, url: &Uri) -> bool {
        self.0.iter().any(|entry| names(entry.strip_prefix("http://").unwrap_or(entry), url))
    }

    /// Whether it may be asked without TLS.
    pub(super) fn permits_clear(&self, url: &Uri) -> bool {
        self.0.iter().filter_map(|entry| entry.strip_prefix("http://")).any(|entry| names(entry, url))
    }
}

/// Whether an entry names the host of a URL, and its port if it names one.
fn names(entry: &str, url: &Uri) -> bool {
    let Some(authority) = url.authority() else { return false };
    let default = if url.scheme_str() == Some("http") { 80 } else { 443 };
    let host = authority.host();
    let with_port = format!("{host}:{}", authority.port_u16().unwrap_or(default));
    entry.eq_ignore_ascii_case(host) || entry.eq_ignore_ascii_case(&with_port)
}

/// Whether an address can be reached from everywhere, so that nothing is reached that a stranger could not.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(within) => is_public_v4(within),
            None => is_public_v6(address),
        },
    }
}

/// All but what IANA's registry of special addresses (RFC 6890 and its successors) has as not globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Global unicast is `2000::/3`; of it `2001::/23`, `2001:db8::/32` and `3fff::/20` are set apart.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The address of version 4 that one of version 6 stands for: mapped, behind NAT64 (RFC 6052), by 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => pair(high, low),
        [0x2002, high, low, ..] => pair(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_everybody_can_reach_are_public() {
        for address in ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "223.255.255.255"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_machine_its_network_and_its_cloud_are_not() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.9.9",
            "192.0.0.1",
            "192.0.2.7",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "::7f00:1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "100::1",
            "64:ff9b:1::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_listed_host_is_itself_and_nothing_else() {
        let listed = Listed::new(["idp.internal".into(), "auth:8443".into(), "http://dev:8080".into()].into());
        let private = |url: &str| listed.permits_private(&url.parse().unwrap());
        let clear = |url: &str| listed.permits_clear(&url.parse().unwrap());
        assert!(
            private("https://idp.internal/a") && private("https://IDP.internal:9/a") && private("https://auth:8443/")
        );
        assert!(private("http://dev:8080/a") && clear("http://dev:8080/a"));
        for other in ["https://auth/", "https://x.idp.internal/", "https://idp.internal.evil/", "http://dev/", "/a"] {
            assert!(!private(other), "{other}");
        }
        assert!(!clear("http://idp.internal/") && !clear("http://auth:8443/") && !clear("http://dev:8081/"));
    }

    #[test]
    fn a_listed_port_may_be_the_usual_one() {
        let listed = Listed::new(["a:443".into(), "http://b:80".into()].into());
        assert!(listed.permits_private(&"https://a/".parse().unwrap()));
        assert!(listed.permits_clear(&"http://b/".parse().unwrap()));
    }
}
