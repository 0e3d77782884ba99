//! Addresses as users write them: host names, IP addresses, ranges, URLs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host with or without a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// What sort of host it is.
    pub sort: HostSort,
    /// The port, if one was given.
    pub port: Option<u16>,
}

/// What a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostSort {
    /// A host name.
    Name,
    /// An IPv4 address.
    V4,
    /// An IPv6 address, in brackets or not.
    V6,
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressError {
    /// The port is larger than 65535.
    Port,
    /// Anything else; the text says what.
    Host(String),
}

impl AddressError {
    /// The text that users read.
    pub fn message(self) -> String {
        match self {
            Self::Port => "invalid port number".to_owned(),
            Self::Host(text) => text,
        }
    }
}

/// Reads `name`, `name:port`, `1.2.3.4`, `1.2.3.4:port`, `::1`, `[::1]` or `[::1]:port`.
///
/// # Errors
/// If the text is none of these. What it was meant to be is decided by its colons and digits, as in Kong.
pub fn parse(text: &str) -> Result<Address, AddressError> {
    if text.bytes().filter(|byte| *byte == b':').count() > 1 {
        return parse_v6(text);
    }
    let without_colon = || text.bytes().filter(|byte| *byte != b':');
    if without_colon().next().is_some() && without_colon().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return parse_v4(text);
    }
    parse_name(text)
}

fn parse_v4(text: &str) -> Result<Address, AddressError> {
    let invalid = || AddressError::Host(format!("invalid ipv4 address: {text}"));
    let (host, port) = split_port(text).ok_or_else(invalid)?;
    // Leading zeros are accepted, which `Ipv4Addr` refuses: users of Kong could always write them.
    let octets: Vec<_> = host.split('.').collect();
    let fits = |octet: &&str| (1..=3).contains(&octet.len()) && octet.parse::<u8>().is_ok();
    if octets.len() != 4 || !octets.iter().all(fits) {
        return Err(invalid());
    }
    Ok(Address { sort: HostSort::V4, port: port.map(parse_port).transpose()? })
}

fn parse_v6(text: &str) -> Result<Address, AddressError> {
    let invalid = || AddressError::Host(format!("invalid ipv6 address: {text}"));
    let (host, port) = match text.strip_prefix('[') {
        None => (text, None),
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(invalid)?;
            let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or_else(invalid)?) };
            (host, port)
        }
    };
    if host.parse::<Ipv6Addr>().is_err() || port.is_some_and(|port| !is_number(port)) {
        return Err(invalid());
    }
    Ok(Address { sort: HostSort::V6, port: port.map(parse_port).transpose()? })
}

fn parse_name(text: &str) -> Result<Address, AddressError> {
    let (name, port) = split_port(text).unwrap_or((text, None));
    let port = port.map(parse_port).transpose()?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    // A name may end in a dot; else no label is empty, and none ends in a hyphen.
    let labels = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| !label.is_empty() && !label.ends_with('-');
    if name.is_empty() || !name.bytes().all(is_allowed) || !labels.split('.').all(is_label) {
        return Err(AddressError::Host(format!("invalid hostname: {text}")));
    }
    Ok(Address { sort: HostSort::Name, port })
}

/// The parts before and after a final `:digits`; `None` if something else follows a colon.
fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    match text.rsplit_once(':') {
        None => Some((text, None)),
        Some((host, port)) if is_number(port) => Some((host, Some(port))),
        Some(_) => None,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_port(digits: &str) -> Result<u16, AddressError> {
    digits.trim_start_matches('0').parse().or_else(|error: std::num::ParseIntError| match error.kind() {
        std::num::IntErrorKind::Empty => Ok(0),
        _ => Err(AddressError::Port),
    })
}

/// Whether this is an IP address.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// Whether this is a range of IP addresses such as `10.0.0.0/8`.
pub fn is_cidr(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, prefix)| match address.parse() {
        Ok(IpAddr::V4(_)) => is_prefix(prefix, 32),
        Ok(IpAddr::V6(_)) => is_prefix(prefix, 128),
        Err(_) => false,
    })
}

/// Whether this is an IPv4 address or a range of them.
pub fn is_ip_or_cidr_v4(text: &str) -> bool {
    match text.split_once('/') {
        None => text.parse::<Ipv4Addr>().is_ok(),
        Some((address, prefix)) => address.parse::<Ipv4Addr>().is_ok() && is_prefix(prefix, 32),
    }
}

fn is_prefix(digits: &str, longest: u8) -> bool {
    let canonical = digits == "0" || !digits.starts_with(['0', '+']);
    canonical && digits.parse::<u8>().is_ok_and(|length| length <= longest)
}

/// The parts of a URL, none of them checked: what is missing or wrong is a matter of the fields that they go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// What stands before the first colon, if it could be a scheme.
    pub scheme: Option<&'a str>,
    /// The host, without the brackets of an IPv6 address.
    pub host: Option<&'a str>,
    /// What follows the host's colon, if anything does.
    pub port: Option<&'a str>,
    /// The path, without query, parameters and fragment.
    pub path: Option<&'a str>,
}

impl<'a> UrlParts<'a> {
    /// Takes a URL apart as RFC 3986, section 3, describes; every text has parts.
    pub fn split(url: &'a str) -> Self {
        let mut parts = Self::default();
        let mut rest = url.split('#').next().unwrap_or_default();
        if let Some((scheme, after)) = rest.split_once(':')
            && is_scheme(scheme)
        {
            parts.scheme = Some(scheme);
            rest = after;
        }
        let mut authority = None;
        if let Some(after) = rest.strip_prefix("//") {
            let end = after.find(['/', '?']).unwrap_or(after.len());
            authority = Some(&after[..end]);
            rest = &after[end..];
        }
        let path = rest.split(['?', ';']).next().unwrap_or_default();
        parts.path = Some(path).filter(|path| !path.is_empty());
        if let Some(authority) = authority {
            parts.split_authority(authority);
        }
        parts
    }

    fn split_authority(&mut self, authority: &'a str) {
        let mut host = authority.split_once('@').map_or(authority, |(_, host)| host);
        if let Some((before, port)) = host.rsplit_once(':')
            && !port.contains(']')
        {
            self.port = Some(port);
            host = before;
        }
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).filter(|host| !host.is_empty());
        self.host = Some(bare.unwrap_or(host)).filter(|host| !host.is_empty());
    }
}

fn is_scheme(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort_and_port(text: &str) -> Option<(HostSort, Option<u16>)> {
        parse(text).ok().map(|address| (address.sort, address.port))
    }

    #[test]
    fn hosts_of_all_sorts_are_told_apart() {
        let cases = [
            ("example.com", HostSort::Name, None),
            ("example.com.", HostSort::Name, None),
            ("my_host-1:8080", HostSort::Name, Some(8080)),
            ("1.2.3.4", HostSort::V4, None),
            ("001.2.3.4:080", HostSort::V4, Some(80)),
            ("::1", HostSort::V6, None),
            ("[::1]:0", HostSort::V6, Some(0)),
        ];
        for (text, sort, port) in cases {
            assert_eq!(sort_and_port(text), Some((sort, port)), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_named_with_what_it_was_meant_to_be() {
        let cases = [
            ("", "invalid hostname: "),
            ("a b", "invalid hostname: a b"),
            ("a..b", "invalid hostname: a..b"),
            ("-a-.b", "invalid hostname: -a-.b"),
            ("a:b", "invalid hostname: a:b"),
            (".", "invalid ipv4 address: ."),
            ("größe.de", "invalid hostname: größe.de"),
            ("1.2.3.256", "invalid ipv4 address: 1.2.3.256"),
            ("1.2.3", "invalid ipv4 address: 1.2.3"),
            ("1::2::3", "invalid ipv6 address: 1::2::3"),
            ("a:b:c", "invalid ipv6 address: a:b:c"),
            ("[::1]x", "invalid ipv6 address: [::1]x"),
            ("example.com:65536", "invalid port number"),
            ("1.2.3.4:99999999999999999999", "invalid port number"),
        ];
        for (text, message) in cases {
            assert_eq!(parse(text).unwrap_err().message(), message, "{text}");
        }
    }

    #[test]
    fn ranges_have_a_prefix_length_that_fits_their_family() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/128"] {
            assert!(is_cidr(text), "{text}");
        }
        for text in ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/", "::/129", "10.0.0.0"] {
            assert!(!is_cidr(text), "{text}");
        }
        assert!(is_ip_or_cidr_v4("1.2.3.4") && is_ip_or_cidr_v4("1.2.3.0/24") && !is_ip_or_cidr_v4("::1"));
    }

    #[test]
    fn a_url_is_taken_apart_without_being_judged() {
        let parts = |scheme, host, port, path| UrlParts { scheme, host, port, path };
        let cases = [
            ("https://a.b:8443/c/d?e#f", parts(Some("https"), Some("a.b"), Some("8443"), Some("/c/d"))),
            ("http://u:p@[::1]:80", parts(Some("http"), Some("::1"), Some("80"), None)),
            ("http://[::1]/x;v=1", parts(Some("http"), Some("::1"), None, Some("/x"))),
            ("http://a?x=/y", parts(Some("http"), Some("a"), None, None)),
            ("a.b/c", parts(None, None, None, Some("a.b/c"))),
            ("localhost:80", parts(Some("localhost"), None, None, Some("80"))),
            ("//a:x/", parts(None, Some("a"), Some("x"), Some("/"))),
            ("", parts(None, None, None, None)),
        ];
        for (url, expected) in cases {
            assert_eq!(UrlParts::split(url), expected, "{url}");
        }
    }
}
