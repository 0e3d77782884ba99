//! The head of a request in frames, as HTTP/1 would have it.

use gibbon_plugin_api::RequestHead;
use http::request::Parts;
use http::{Method, Version, header};

use crate::engine::head::{self, BadHead, HeadLimits};
use crate::engine::write::field;

/// Reads it.
pub(super) fn read(parts: &Parts, limits: HeadLimits) -> Result<Box<RequestHead>, BadHead> {
    let authority = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
    let named = parts.headers.get_all(header::HOST);
    // Two names of the host are two hosts (RFC 9113 section 8.3.1).
    if authority.is_some_and(|authority| named.iter().any(|host| !host.as_bytes().eq_ignore_ascii_case(authority))) {
        return Err(BadHead::Malformed);
    }
    let mut text = line(parts);
    text.extend_from_slice(b"\r\n");
    if let Some(authority) = authority {
        field(&mut text, header::HOST, authority);
    }
    for (name, value) in &parts.headers {
        match *name {
            header::HOST if authority.is_some() => {}
            // May come in pieces, which only HTTP/2 knows (section 8.2.3).
            header::COOKIE => {}
            _ => field(&mut text, name, value.as_bytes()),
        }
    }
    let cookies: Vec<&[u8]> = parts.headers.get_all(header::COOKIE).iter().map(|value| value.as_bytes()).collect();
    if !cookies.is_empty() {
        field(&mut text, header::COOKIE, &cookies.join(&b"; "[..]));
    }
    text.extend_from_slice(b"\r\n");
    let (mut head, _) = head::read(&text, limits)?.ok_or(BadHead::Malformed)?;
    head.version = Version::HTTP_2;
    Ok(head)
}

/// The line with which it would begin.
pub(super) fn line(parts: &Parts) -> Vec<u8> {
    let target = match (&parts.method, parts.uri.authority()) {
        (&Method::CONNECT, Some(authority)) => authority.as_str(),
        _ => parts.uri.path_and_query().map_or("/", |target| target.as_str()),
    };
    format!("{} {target} HTTP/1.1", parts.method).into_bytes()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 4096, fields: 20 };

    fn outcome(target: &str, fields: &[(&str, &str)]) -> Result<Box<RequestHead>, BadHead> {
        let request = fields.iter().fold(Request::get(target), |request, (name, value)| request.header(*name, *value));
        read(&request.body(()).unwrap().into_parts().0, LIMITS)
    }

    #[test]
    fn the_authority_becomes_the_host_and_pieces_of_a_cookie_become_one() {
        let head = outcome("http://a.test:8443/x?y", &[("cookie", "a=1"), ("x", "z"), ("cookie", "b=2")]).unwrap();
        assert_eq!((head.version, head.raw_target(), head.host()), (Version::HTTP_2, "/x?y", "a.test:8443"));
        let fields: Vec<_> = head.headers.iter().collect();
        assert_eq!(fields, [(&b"host"[..], &b"a.test:8443"[..]), (b"x", b"z"), (b"cookie", b"a=1; b=2")]);
    }

    #[test]
    fn a_host_beside_the_authority_has_to_be_the_same() {
        assert!(outcome("http://a.test/", &[("host", "A.test")]).is_ok());
        assert_eq!(outcome("http://a.test/", &[("host", "b.test")]).unwrap_err(), BadHead::Malformed);
        assert_eq!(outcome("/", &[("host", "b.test")]).unwrap().host(), "b.test");
    }

    #[test]
    fn limits_hold_as_for_http1() {
        let long = "x".repeat(5000);
        assert_eq!(outcome("http://a.test/", &[("x", &long)]).unwrap_err(), BadHead::TooLarge);
        assert_eq!(outcome(&format!("http://a.test/{long}"), &[]).unwrap_err(), BadHead::TargetTooLong);
    }
}
