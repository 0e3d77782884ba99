//! What is refused before anybody looks at it: requests that two parties could read in two ways.

use gibbon_plugin_api::RequestHead;
use http::{Method, Version, header};

use crate::engine::body::BodyFailure;
use crate::http::error::ProxyError;
use crate::http::survey::Survey;
use crate::settings::Settings;

/// Refuses what is ambiguous (RFC 9112 sections 3.2 and 6.1) or over a limit.
pub(crate) fn check(head: &RequestHead, survey: Survey, settings: &Settings) -> Result<(), ProxyError> {
    if head.raw_target().len() > settings.limits.uri_bytes {
        return Err(ProxyError::TargetTooLong);
    }
    // TRACE would show an attacker the fields that were added on the way; CONNECT makes a tunnel past every route.
    if matches!(head.method, Method::TRACE | Method::CONNECT) {
        return Err(ProxyError::MethodNotAllowed);
    }
    if survey.foreign_coding {
        // The gateway takes codings off and would pass on what is in them under a false name.
        return Err(ProxyError::BadRequest("a transfer coding that is not known"));
    }
    check_host(head, survey)?;
    check_length(head, survey, settings.limits.body_bytes)
}

fn check_host(head: &RequestHead, survey: Survey) -> Result<(), ProxyError> {
    if head.authority().is_some_and(|authority| !is_authority(authority.as_bytes())) {
        return Err(ProxyError::BadRequest("the target names no host"));
    }
    match survey.hosts {
        0 if head.version == Version::HTTP_11 => Err(ProxyError::BadRequest("no Host field")),
        0 => Ok(()),
        1 if head.headers.get(header::HOST).is_some_and(|host| is_authority(host.as_bytes())) => Ok(()),
        1 => Err(ProxyError::BadRequest("the Host field is no host")),
        _ => Err(ProxyError::BadRequest("several Host fields")),
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

fn check_length(head: &RequestHead, survey: Survey, limit: Option<u64>) -> Result<(), ProxyError> {
    match survey.lengths {
        0 => return Ok(()),
        1 if survey.transfer_encoding => return Err(ProxyError::BadRequest("two ways of telling the length")),
        1 => {}
        _ => return Err(ProxyError::BadRequest("several Content-Length fields")),
    }
    let length = head.headers.get_str(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let length = length.ok_or(ProxyError::BadRequest("the Content-Length is no length"))?;
    if limit.is_some_and(|limit| length > limit) {
        return Err(BodyFailure::TooLarge.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::Headers;
    use http::HeaderName;

    use super::*;

    fn verdict(version: Version, fields: &[(&str, &str)]) -> bool {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let head = RequestHead::new(Method::POST, "/".parse().unwrap(), version, headers);
        let survey = Survey::of(&head.headers);
        check_host(&head, survey).and_then(|()| check_length(&head, survey, Some(10))).is_ok()
    }

    #[test]
    fn a_request_has_one_host() {
        assert!(verdict(Version::HTTP_11, &[("host", "a.example:80")]));
        assert!(verdict(Version::HTTP_11, &[("host", "[::1]:80")]));
        assert!(verdict(Version::HTTP_10, &[]));
        assert!(!verdict(Version::HTTP_11, &[]));
        assert!(!verdict(Version::HTTP_11, &[("host", "a"), ("host", "b")]));
        for host in ["a/b", "a b", "user@a", "a,b", "a\\b"] {
            assert!(!verdict(Version::HTTP_11, &[("host", host)]), "{host}");
        }
    }

    #[test]
    fn a_request_has_one_length() {
        assert!(verdict(Version::HTTP_10, &[("content-length", "5")]));
        assert!(verdict(Version::HTTP_10, &[("transfer-encoding", "chunked")]));
        assert!(!verdict(Version::HTTP_10, &[("content-length", "11")]));
        assert!(!verdict(Version::HTTP_10, &[("content-length", "x")]));
        assert!(!verdict(Version::HTTP_10, &[("content-length", "5"), ("content-length", "5")]));
        assert!(!verdict(Version::HTTP_10, &[("content-length", "5"), ("transfer-encoding", "chunked")]));
    }
}
