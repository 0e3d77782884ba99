//! Address blocks: `10.0.0.0/8`, `::1`, and sets of them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A block of addresses of one family. A single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    /// First address of the block; bits below the prefix are zero.
    network: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Whether the block holds the address. An IPv4 address that came in through an IPv6 socket (`::ffff:a.b.c.d`)
    /// counts as the IPv4 address that it is, since a user of a dual-stack listener writes `10.0.0.0/8`.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    fn new(address: IpAddr, prefix: u8) -> Self {
        let network = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V4((v4.to_bits() & mask).into())
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        };
        Self { network, prefix }
    }
}

impl FromStr for Cidr {
    type Err = String;

    /// An address, or an address and a prefix length. Host bits may be set, as nginx allows, and count as zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usage = || "expected an IP address or a block such as `10.0.0.0/8`".to_owned();
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| usage())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().map_err(|_| usage())?,
            Some(_) => return Err(usage()),
        };
        if prefix > longest {
            return Err(format!("the prefix of this address has at most {longest} bits"));
        }
        Ok(Self::new(address, prefix))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// Some blocks of addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CidrSet {
    blocks: Vec<Cidr>,
    unix: bool,
}

impl CidrSet {
    /// Whether any block holds the address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.blocks.iter().any(|block| block.contains(address))
    }

    /// Whether the set is empty, so that a caller can leave out the work of looking at addresses at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether the list had `unix:` in it, which stands for peers on Unix sockets.
    pub(crate) fn names_unix(&self) -> bool {
        self.unix
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut set = Self::default();
        for element in crate::list::elements(text) {
            if element == "unix:" {
                set.unix = true;
            } else {
                set.blocks.push(element.parse().map_err(|reason| format!("`{element}`: {reason}, or `unix:`"))?);
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cidr, CidrSet};

    #[test]
    fn a_block_holds_its_addresses_and_no_other() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("10.0.0.0/8", &["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], &["11.0.0.0", "::1", "9.255.255.255"]),
            ("10.1.2.3/8", &["10.200.0.1"], &["11.0.0.1"]),
            ("192.0.2.7", &["192.0.2.7"], &["192.0.2.6", "192.0.2.8"]),
            ("0.0.0.0/0", &["1.2.3.4", "255.255.255.255"], &["::1"]),
            ("2001:db8::/32", &["2001:db8::1", "2001:db8:ffff::"], &["2001:db9::", "10.0.0.1"]),
            ("::/0", &["::1", "2001:db8::"], &["1.2.3.4"]),
            ("::1", &["::1"], &["::2"]),
        ];
        for (block, inside, outside) in cases {
            let block: Cidr = block.parse().unwrap();
            assert!(inside.iter().all(|address| block.contains(address.parse().unwrap())), "{block}");
            assert!(!outside.iter().any(|address| block.contains(address.parse().unwrap())), "{block}");
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "host", "10.0.0.0/+8", "10.0.0.0/8/8"] {
            assert!(text.parse::<Cidr>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_set_reads_a_list_and_unix() {
        let set = CidrSet::parse("127.0.0.1, 10.0.0.0/8, unix:").unwrap();
        assert!(set.contains("10.9.9.9".parse().unwrap()) && set.names_unix());
        assert!(!set.contains("192.0.2.1".parse().unwrap()));
        assert!(CidrSet::parse("").unwrap().is_empty());
        assert!(CidrSet::parse("10.0.0.0/8, kong").unwrap_err().contains("`kong`"));
    }
}
