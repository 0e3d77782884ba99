use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use gibbon_schema::address::{HostSort, parse};

/// The port of a target that does not name one.
const PORT: u16 = 8000;

/// Where a target is. Its text is the one notation that records have: `host:port`, with all digits of an IPv6 address
/// in brackets before the colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetAddress {
    /// A host name or an IP address, the latter without brackets.
    pub host: Box<str>,
    /// The port.
    pub port: u16,
    sort: HostSort,
}

/// A text that is no address of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Invalid target; not a valid hostname or ip address")]
pub struct NoTargetAddress;

impl FromStr for TargetAddress {
    type Err = NoTargetAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = parse(text).map_err(|_| NoTargetAddress)?;
        let host = match address.sort {
            HostSort::V6 => in_full(text)?.into(),
            HostSort::V4 | HostSort::Name => text.rsplit_once(':').map_or(text, |(host, _)| host).into(),
        };
        Ok(Self { host, port: address.port.unwrap_or(PORT), sort: address.sort })
    }
}

impl fmt::Display for TargetAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sort {
            HostSort::V6 => write!(f, "[{}]:{}", self.host, self.port),
            HostSort::V4 | HostSort::Name => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// An IPv6 address with all its digits, as Kong writes it.
fn in_full(text: &str) -> Result<String, NoTargetAddress> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    let address: Ipv6Addr = bare.parse().map_err(|_| NoTargetAddress)?;
    Ok(address.segments().map(|segment| format!("{segment:04x}")).join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_of_an_address_becomes_one() {
        let cases = [
            ("example.com", "example.com:8000"),
            ("example.com:80", "example.com:80"),
            ("192.0.2.1", "192.0.2.1:8000"),
            ("192.0.2.1:443", "192.0.2.1:443"),
            ("::1", "[0000:0000:0000:0000:0000:0000:0000:0001]:8000"),
            ("[2001:DB8::1]:81", "[2001:0db8:0000:0000:0000:0000:0000:0001]:81"),
            ("[::1]", "[0000:0000:0000:0000:0000:0000:0000:0001]:8000"),
        ];
        for (given, normal) in cases {
            let address: TargetAddress = given.parse().unwrap();
            assert_eq!(address.to_string(), normal);
            assert_eq!(normal.parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_host_is_no_address() {
        for text in ["", "not a host", "a:99999", "1.2.3", "[::1", "[::1]:x", "-:80", "a b:1"] {
            assert_eq!(text.parse::<TargetAddress>(), Err(NoTargetAddress), "{text}");
        }
    }
}
