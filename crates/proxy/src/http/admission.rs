//! What is refused before anybody looks at it: requests that two parties could read in two ways.

use gibbon_plugin_api::{KnownName, RequestHead};
use http::{Method, Version};

use crate::engine::body::BodyFailure;
use crate::engine::framing::Ambiguous;
use crate::http::arrival::ArrivingBody;
use crate::http::error::ProxyError;
use crate::http::survey::{Count, Survey};
use crate::settings::Settings;

/// Refuses what is ambiguous (RFC 9112 sections 3.2 and 6.1) or over a limit.
pub(crate) fn check(
    head: &RequestHead,
    survey: Survey,
    body: Result<ArrivingBody, Ambiguous>,
    settings: &Settings,
) -> Result<(), ProxyError> {
    if head.raw_target().len() > settings.limits.uri_bytes {
        return Err(ProxyError::TargetTooLong);
    }
    // TRACE would show an attacker the fields that were added on the way; CONNECT makes a tunnel past every route.
    if matches!(head.method, Method::TRACE | Method::CONNECT) {
        return Err(ProxyError::MethodNotAllowed);
    }
    check_host(head, survey)?;
    check_length(body, settings.limits.body_bytes)
}

fn check_host(head: &RequestHead, survey: Survey) -> Result<(), ProxyError> {
    if head.authority().is_some_and(|authority| !is_authority(authority.as_bytes())) {
        return Err(ProxyError::BadRequest("the target names no host"));
    }
    match survey.hosts {
        Count::None if head.version >= Version::HTTP_11 => Err(ProxyError::BadRequest("no Host field")),
        Count::None => Ok(()),
        Count::One if head.headers.get(KnownName::Host).is_some_and(|host| !host.is_empty() && is_authority(host)) => {
            Ok(())
        }
        Count::One => Err(ProxyError::BadRequest("the Host field is no host")),
        Count::Several => Err(ProxyError::BadRequest("several Host fields")),
    }
}

/// Bytes that no host and port can have would let two readers see two hosts.
fn is_authority(host: &[u8]) -> bool {
    host.iter().all(|byte| AUTHORITY[usize::from(*byte)])
}

/// The bytes of RFC 3986 section 3.2 without those of user information.
const AUTHORITY: [bool; 256] = {
    let allowed = b"-._~!$&()*+;=:[]%";
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < allowed.len() {
        table[allowed[byte] as usize] = true;
        byte += 1;
    }
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = true;
        }
        byte += 1;
    }
    table
};

fn check_length(body: Result<ArrivingBody, Ambiguous>, limit: Option<u64>) -> Result<(), ProxyError> {
    match body {
        Err(Ambiguous(reason)) => Err(ProxyError::BadRequest(reason)),
        Ok(ArrivingBody::Length(length)) if limit.is_some_and(|limit| length > limit) => {
            Err(BodyFailure::TooLarge.into())
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::Headers;
    use http::HeaderName;

    use super::*;

    fn verdict(version: Version, fields: &[(&str, &str)]) -> bool {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse::<http::HeaderValue>().unwrap());
        }
        let head = RequestHead::new(Method::POST, "/".parse().unwrap(), version, headers);
        check_host(&head, Survey::of(&head.headers)).is_ok()
    }

    #[test]
    fn a_request_has_one_host() {
        assert!(verdict(Version::HTTP_11, &[("host", "a.example:80")]));
        assert!(verdict(Version::HTTP_11, &[("host", "[::1]:80")]));
        assert!(verdict(Version::HTTP_10, &[]));
        assert!(!verdict(Version::HTTP_11, &[]));
        assert!(!verdict(Version::HTTP_11, &[("host", "a"), ("host", "b")]));
        for host in ["", "a/b", "a b", "user@a", "a,b", "a\\b"] {
            assert!(!verdict(Version::HTTP_11, &[("host", host)]), "{host}");
        }
    }

    #[test]
    fn a_body_is_no_longer_than_allowed() {
        for (length, passes) in [(10, true), (11, false)] {
            assert_eq!(check_length(Ok(ArrivingBody::Length(length)), Some(10)).is_ok(), passes);
            assert!(check_length(Ok(ArrivingBody::Length(length)), None).is_ok());
        }
        assert!(check_length(Ok(ArrivingBody::Unknown), Some(10)).is_ok());
        assert!(check_length(Err(Ambiguous("two lengths")), None).is_err());
    }
}
