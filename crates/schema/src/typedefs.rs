//! Types that many entities and plugins share, ready to be used with [`Field::of`](crate::Field::of).
//!
//! Only what any program that talks HTTP would know is here; protocols and references of the gateway are declared
//! with its entities.

use crate::address::{self, AddressError, HostSort, UrlParts};
use crate::check::Rule;
use crate::{Field, integer, number, set_of, string};

/// The id of a record, made by the gateway.
pub fn uuid() -> Field {
    string().uuid().auto().describe("The id of the record.")
}

/// A time in seconds that the gateway sets: `created_at` once, `updated_at` with every change.
pub fn auto_timestamp_s() -> Field {
    integer().timestamp().auto().describe("Seconds since 1970, set by the gateway.")
}

/// A time in seconds with milliseconds behind the point that the gateway sets.
pub fn auto_timestamp_ms() -> Field {
    number().timestamp().auto().describe("Seconds since 1970 with milliseconds, set by the gateway.")
}

/// A unique name of letters of any script, digits, `.`, `-`, `_` and `~`.
pub fn utf8_name() -> Field {
    string().unique().check_str(check_utf8_name).describe("A unique name.")
}

/// A set of tags.
pub fn tags() -> Field {
    set_of(tag()).describe("Labels by which records can be grouped and filtered.")
}

/// A tag: printable, without `,` and `/`, which separate tags in filters.
pub fn tag() -> Field {
    string().required().check_str(check_tag)
}

/// A host name or IP address.
pub fn host() -> Field {
    string().check_str(check_host).describe("A host name or an IP address.")
}

/// A host name or IP address, with a port or not.
pub fn host_with_optional_port() -> Field {
    string().check_str(check_host_with_port).describe("A host name or an IP address, with or without a port.")
}

/// A host name with at most one wildcard, as its first or last character.
pub fn wildcard_host() -> Field {
    string().check_str(check_wildcard_host).describe("A host name that may begin or end with `*`.")
}

/// A host name as a TLS client sends it.
pub fn sni() -> Field {
    string().check_str(check_sni).describe("A host name as TLS clients send it.")
}

/// An IP address.
pub fn ip() -> Field {
    let check = |text: &str| ensure(address::is_ip(text), || format!("not an ip address: {text}"));
    string().check_str(check).describe("An IP address.")
}

/// An IP address or a range such as `10.0.0.0/8`.
pub fn ip_or_cidr() -> Field {
    let check = |text: &str| {
        ensure(address::is_ip(text) || address::is_cidr(text), || format!("invalid ip or cidr range: '{text}'"))
    };
    string().check_str(check).describe("An IP address or a range of them.")
}

/// An IPv4 address or a range of them.
pub fn cidr_v4() -> Field {
    let check = |text: &str| ensure(address::is_ip_or_cidr_v4(text), || format!("invalid ipv4 cidr range: '{text}'"));
    string().check_str(check).describe("An IPv4 address or a range of them.")
}

/// A port.
pub fn port() -> Field {
    integer().between(0, 65535).describe("A port.")
}

/// The path of a URL.
pub fn path() -> Field {
    string().starts_with("/").match_none([no_empty_segments()]).check_str(check_path).describe("The path of a URL.")
}

/// The rule that a path has no two slashes in a row.
pub fn no_empty_segments() -> Rule {
    Rule::new("//", "must not have empty segments")
}

/// A URL with scheme and host.
pub fn url() -> Field {
    string().check_str(check_url).describe("A URL with scheme and host.")
}

/// The name of an HTTP header.
pub fn header_name() -> Field {
    string().check_str(check_header_name).describe("The name of an HTTP header.")
}

/// The name of a cookie.
pub fn cookie_name() -> Field {
    string().check_str(check_token).describe("The name of a cookie.")
}

/// A number of milliseconds.
pub fn timeout() -> Field {
    integer().between(0, 2_147_483_646).describe("Milliseconds.")
}

fn ensure(kept: bool, violation: impl FnOnce() -> String) -> Result<(), String> {
    if kept { Ok(()) } else { Err(violation()) }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~') || !c.is_ascii()
}

fn check_utf8_name(name: &str) -> Result<(), String> {
    ensure(name.chars().all(is_name_char), || {
        format!("invalid value '{name}': the only accepted ascii characters are alphanumerics or ., -, _, and ~")
    })
}

fn check_tag(tag: &str) -> Result<(), String> {
    let is_allowed = |c: char| !c.is_ascii() || (matches!(c, ' '..='~') && !matches!(c, ',' | '/'));
    ensure(tag.chars().all(is_allowed), || {
        format!("invalid tag '{tag}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences")
    })
}

fn check_host(host: &str) -> Result<(), String> {
    match address::parse(host) {
        Err(AddressError::Host(_)) => Err(format!("invalid value: {host}")),
        Err(AddressError::Port) => Err(NO_PORT.to_owned()),
        Ok(address) => ensure(address.port.is_none(), || NO_PORT.to_owned()),
    }
}

const NO_PORT: &str = "must not have a port";

fn check_host_with_port(host: &str) -> Result<(), String> {
    address::parse(host).map(drop).map_err(AddressError::message)
}

fn check_sni(host: &str) -> Result<(), String> {
    match address::parse(host) {
        Err(AddressError::Host(_)) => Err(format!("invalid value: {host}")),
        Err(AddressError::Port) => Err(NO_PORT.to_owned()),
        Ok(address) if address.sort != HostSort::Name => Err("must not be an IP".to_owned()),
        Ok(address) => ensure(address.port.is_none(), || NO_PORT.to_owned()),
    }
}

fn check_wildcard_host(host: &str) -> Result<(), String> {
    let Some(place) = host.find('*') else {
        return check_sni(host);
    };
    if place != 0 && place + 1 != host.len() {
        return Err("wildcard must be leftmost or rightmost character".to_owned());
    }
    if host.matches('*').count() > 1 {
        return Err("only one wildcard must be specified".to_owned());
    }
    check_sni(&host.replace('*', "wildcard"))
}

fn check_path(path: &str) -> Result<(), String> {
    ensure(has_path_chars(path), || {
        format!("invalid path: '{path}' (characters outside of the reserved list of RFC 3986 found)")
    })?;
    check_percent_encoding(path)
}

/// Whether a path has only characters that RFC 3986, section 3.3, allows, and begins with a slash.
pub fn has_path_chars(path: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~/%:@!$&'()*+,;=".contains(&byte);
    path.starts_with('/') && path.bytes().all(is_allowed)
}

/// Checks that every `%` is followed by two hexadecimal digits (RFC 3986, section 2.1).
///
/// # Errors
/// The violation, with what follows the first `%` that is not.
pub fn check_percent_encoding(path: &str) -> Result<(), String> {
    for (place, _) in path.match_indices('%') {
        let digits = path.as_bytes().get(place + 1..place + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            let wrong: String = path[place..].chars().take(3).collect();
            return Err(format!("invalid url-encoded value: '{wrong}'"));
        }
    }
    Ok(())
}

fn check_url(url: &str) -> Result<(), String> {
    let parts = UrlParts::split(url);
    ensure(parts.host.is_some(), || "missing host in url".to_owned())?;
    ensure(parts.scheme.is_some(), || "missing scheme in url".to_owned())
}

fn check_header_name(name: &str) -> Result<(), String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    ensure(!name.is_empty(), || "no header name provided".to_owned())?;
    ensure(name.bytes().all(is_allowed), || {
        format!("bad header name '{name}', allowed characters are A-Z, a-z, 0-9, '_', and '-'")
    })
}

/// The characters of a token are those of RFC 2616, section 2.2.
fn check_token(name: &str) -> Result<(), String> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/?={}[]".contains(&byte);
    ensure(!name.is_empty(), || "no token provided".to_owned())?;
    ensure(name.bytes().all(is_allowed), || {
        "contains one or more invalid characters. ASCII control characters (0-31;127), space, tab and the characters \
         ()<>@,;:\\\"/?={}[] are not allowed."
            .to_owned()
    })
}
