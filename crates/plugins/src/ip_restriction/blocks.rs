//! Ranges of addresses, compiled to be searched.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gibbon_entities::{Body, BodyError};

/// Ranges of addresses. Each is its first and its last address; they are sorted and do not touch, so that looking for
/// an address is a bisection however many there are.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Blocks {
    /// Those of a list in a configuration.
    pub(super) fn read(config: Body<'_>, field: &'static str) -> Result<Self, BodyError> {
        let mut blocks = Self::default();
        for text in config.texts(field)? {
            blocks.add(&text).ok_or_else(|| BodyError::Value { field, value: text.into() })?;
        }
        blocks.v4 = joined(blocks.v4);
        blocks.v6 = joined(blocks.v6);
        Ok(blocks)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether an address lies in one of them. An IPv4 address in the form of IPv6 is the IPv4 address.
    pub(super) fn contain(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => has(&self.v4, address.to_bits()),
            IpAddr::V6(address) => has(&self.v6, address.to_bits()),
        }
    }

    fn add(&mut self, text: &str) -> Option<()> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let prefix: Option<u32> = prefix.map(str::parse).transpose().ok()?;
        match parse(address)? {
            IpAddr::V4(address) => {
                let free = 32_u32.checked_sub(prefix.unwrap_or(32))?;
                let host = u32::MAX.checked_shr(32 - free).unwrap_or(0);
                self.v4.push((address.to_bits() & !host, address.to_bits() | host));
            }
            IpAddr::V6(address) => {
                let free = 128_u32.checked_sub(prefix.unwrap_or(128))?;
                let host = u128::MAX.checked_shr(128 - free).unwrap_or(0);
                self.v6.push((address.to_bits() & !host, address.to_bits() | host));
            }
        }
        Some(())
    }
}

/// As configurations may write an address: numbers of IPv4 may begin with zeros, and are decimal all the same.
fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(IpAddr::V6(address).to_canonical());
    }
    let octets: Vec<u8> = text.split('.').map(|octet| octet.parse().ok()).collect::<Option<_>>()?;
    <[u8; 4]>::try_from(octets).ok().map(|octets| Ipv4Addr::from(octets).into())
}

fn joined<A: Ord + Copy>(mut blocks: Vec<(A, A)>) -> Vec<(A, A)> {
    blocks.sort_unstable();
    let mut joined: Vec<(A, A)> = Vec::with_capacity(blocks.len());
    for (first, last) in blocks {
        match joined.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn has<A: Ord + Copy>(blocks: &[(A, A)], address: A) -> bool {
    let after = blocks.partition_point(|(first, _)| *first <= address);
    after.checked_sub(1).and_then(|place| blocks.get(place)).is_some_and(|(_, last)| address <= *last)
}

#[cfg(test)]
mod tests {
    use gibbon_schema::Object;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn blocks(list: &[String]) -> Blocks {
        let config: Object = json!({ "allow": list }).as_object().cloned().unwrap();
        Blocks::read(Body::new(&config), "allow").unwrap()
    }

    fn holds(list: &[&str], address: &str) -> bool {
        blocks(&list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).contain(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_found_in_its_range_and_not_beside_it() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("010.0.0.1", "10.0.0.1", "8.0.0.1"),
            ("10.1.2.3/30", "10.1.2.0", "10.1.2.4"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::1", "::1", "::2"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::/0", "ffff::", "127.0.0.1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
        ] {
            assert!(holds(&[range], inside), "{range} {inside}");
            assert!(!holds(&[range], outside), "{range} {outside}");
        }
    }

    #[test]
    fn a_range_within_another_does_not_end_it() {
        let list = ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.5"];
        assert!(holds(&list, "10.200.0.1") && holds(&list, "10.1.0.1") && !holds(&list, "11.0.0.1"));
    }

    proptest! {
        #[test]
        fn a_search_agrees_with_looking_at_each_range(
            ranges in prop::collection::vec((any::<u32>(), 0_u32..=32), 0..20),
            address in any::<u32>(),
            near in 0_usize..20,
        ) {
            let texts: Vec<_> = ranges.iter().map(|(a, p)| format!("{}/{p}", Ipv4Addr::from_bits(*a))).collect();
            let address = ranges.get(near).map_or(address, |(start, _)| start.wrapping_add(address % 3));
            let expected = ranges.iter().any(|(a, p)| (a ^ address).checked_shr(32 - p).unwrap_or(0) == 0);
            prop_assert_eq!(blocks(&texts).contain(Ipv4Addr::from_bits(address).into()), expected);
        }
    }
}
