//! Where a stream comes from or goes to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::body::{Body, BodyError};

/// An address, a port, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The addresses; any if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpRange>,
    /// The port; any if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// A range of IP addresses; a single address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpRange {
    /// An address of the range.
    pub address: IpAddr,
    /// How many leading bits all addresses share with it.
    pub prefix: u8,
}

/// A text that is neither an IP address nor a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an ip address nor a range of them")]
pub struct NoIpRange;

impl FromStr for IpRange {
    type Err = NoIpRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NoIpRange)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| NoIpRange)?;
        if prefix > longest { Err(NoIpRange) } else { Ok(Self { address, prefix }) }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, prefix } = self;
        match (address, prefix) {
            (IpAddr::V4(_), 32) | (IpAddr::V6(_), 128) => address.fmt(f),
            _ => write!(f, "{address}/{prefix}"),
        }
    }
}

impl Serialize for IpRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl IpRange {
    /// Whether `address` lies in the range. An address never lies in a range of the other family.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                share(mine.to_bits().into(), other.to_bits().into(), 32 - u32::from(self.prefix))
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => {
                share(mine.to_bits(), other.to_bits(), 128 - u32::from(self.prefix))
            }
            _ => false,
        }
    }
}

/// Whether two addresses are the same but for their last bits.
fn share(one: u128, other: u128, last: u32) -> bool {
    (one ^ other).checked_shr(last).unwrap_or(0) == 0
}

pub(super) fn read(body: Body<'_>, field: &'static str) -> Result<Vec<Endpoint>, BodyError> {
    body.elements(field)?.iter().map(|element| endpoint(element, field)).collect()
}

fn endpoint(element: &Value, field: &'static str) -> Result<Endpoint, BodyError> {
    let element = element.as_object().ok_or(BodyError::Type { field, expected: "an array of records" })?;
    let element = Body::new(element);
    let ip = match element.get("ip") {
        None => None,
        Some(_) => Some(element.parsed("ip")?),
    };
    let port = match element.get("port") {
        None => None,
        Some(_) => Some(element.integer("port", 0)?),
    };
    Ok(Endpoint { ip, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_the_addresses_that_share_its_prefix() {
        let range = |text: &str| text.parse::<IpRange>().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(range("10.1.0.0/16").contains(ip("10.1.255.1")));
        assert!(!range("10.1.0.0/16").contains(ip("10.2.0.1")));
        assert!(range("0.0.0.0/0").contains(ip("1.2.3.4")) && range("::/0").contains(ip("::1")));
        assert!(range("1.2.3.4").contains(ip("1.2.3.4")) && !range("1.2.3.4").contains(ip("1.2.3.5")));
        assert!(!range("::/0").contains(ip("1.2.3.4")));
        assert!(range("2001:db8::/33").contains(ip("2001:db8:7fff::")));
        assert!(!range("2001:db8::/33").contains(ip("2001:db8:8000::")));
    }

    #[test]
    fn a_prefix_longer_than_an_address_is_no_range() {
        for text in ["10.0.0.0/33", "::/129", "10.0.0.0/", "a/8", ""] {
            assert_eq!(text.parse::<IpRange>(), Err(NoIpRange), "{text}");
        }
    }
}
