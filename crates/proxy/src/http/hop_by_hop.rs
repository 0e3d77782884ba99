//! Fields that belong to one connection and go no further (RFC 9110 section 7.6.1).
//!
//! `Connection` lets a sender name further ones. What frames a request, routes it or says who it is from is never
//! taken away by that: a client that names `Content-Length` there would otherwise make a body into a second request.

use gibbon_plugin_api::{Headers, KnownName};
use http::HeaderValue;

use crate::http::survey::Survey;

/// Names that `Connection` cannot take away.
const PROTECTED: [&str; 15] = [
    "Host",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Range",
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "WWW-Authenticate",
    "Cache-Control",
    "Expect",
    "Date",
    "Via",
    "X-Real-IP",
];

/// What the client asked to change the protocol to, where that is something that the gateway passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upgrade {
    WebSocket,
}

/// Takes the fields of the client's connection off a request.
pub(crate) fn clean_request(headers: &mut Headers, survey: Survey) -> Option<Upgrade> {
    if !(survey.connection || survey.hop_by_hop || survey.transfer_encoding) {
        return None;
    }
    if !survey.hop_by_hop && !survey.transfer_encoding {
        remove_named(headers);
        return None;
    }
    let upgrade = wanted_upgrade(headers);
    let trailers = headers.get_str(KnownName::Te).is_some_and(names_trailers);
    remove_named(headers);
    for name in [
        KnownName::Te,
        KnownName::Upgrade,
        KnownName::TransferEncoding,
        KnownName::Expect,
        KnownName::KeepAlive,
        KnownName::ProxyConnection,
        KnownName::Proxy,
    ] {
        headers.remove(name);
    }
    if trailers {
        headers.set(KnownName::Te, HeaderValue::from_static("trailers"));
    }
    upgrade
}

/// Takes the fields of the upstream's connection off a response.
pub(crate) fn clean_response(headers: &mut Headers, survey: Survey) {
    if survey.connection {
        remove_named(headers);
    }
    if survey.transfer_encoding {
        // The chunks tell how long the body is; a length beside them is wrong (RFC 9112 section 6.3).
        headers.remove(KnownName::ContentLength);
    }
    if survey.hop_by_hop || survey.transfer_encoding {
        for name in [KnownName::Upgrade, KnownName::TransferEncoding, KnownName::KeepAlive, KnownName::ProxyConnection]
        {
            headers.remove(name);
        }
    }
}

fn wanted_upgrade(headers: &Headers) -> Option<Upgrade> {
    let upgrade = headers.get_str(KnownName::Upgrade)?;
    upgrade.eq_ignore_ascii_case("websocket").then_some(Upgrade::WebSocket)
}

fn names_trailers(te: &str) -> bool {
    te.split(',').any(|coding| coding.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("trailers"))
}

fn remove_named(headers: &mut Headers) {
    // Most often it says `keep-alive` once, which names no field.
    let names_nothing = {
        let mut values = headers.all(KnownName::Connection);
        let first = values.next();
        values.next().is_none() && first.is_none_or(|value| value == b"keep-alive" || value == b"close")
    };
    if !names_nothing {
        let named: Vec<String> = headers
            .all(KnownName::Connection)
            .filter_map(|value| std::str::from_utf8(value).ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|name| !is_protected(name))
            .map(str::to_owned)
            .collect();
        for name in named {
            headers.remove(name.as_str());
        }
    }
    headers.remove(KnownName::Connection);
}

fn is_protected(name: &str) -> bool {
    const FORWARDED: &str = "x-forwarded-";
    PROTECTED.iter().any(|protected| name.eq_ignore_ascii_case(protected))
        || name.get(..FORWARDED.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORWARDED))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, header};

    use super::*;

    fn after(fields: &[(&str, &str)]) -> (Vec<String>, Option<Upgrade>) {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
        }
        let survey = Survey::of(&headers);
        let upgrade = clean_request(&mut headers, survey);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_ascii_lowercase()).unwrap();
        (headers.iter().map(|(name, value)| format!("{}: {}", text(name), text(value))).collect(), upgrade)
    }

    #[test]
    fn fields_of_the_connection_go_no_further() {
        let (left, upgrade) = after(&[
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=3"),
            ("te", "gzip"),
            ("proxy-connection", "keep-alive"),
            ("proxy", "http://evil.example"),
            ("expect", "100-continue"),
            ("accept", "*/*"),
        ]);
        assert_eq!((left, upgrade), (vec!["accept: */*".to_owned()], None));
    }

    #[test]
    fn what_frames_routes_or_authenticates_cannot_be_named_away() {
        for name in ["content-length", "host", "authorization", "cookie", "x-forwarded-for", "content-type"] {
            let (left, _) = after(&[("connection", name), (name, "1")]);
            assert_eq!(left, [format!("{name}: 1")]);
        }
    }

    #[test]
    fn of_te_only_trailers_are_passed_on() {
        assert_eq!(after(&[("te", "gzip, Trailers;q=0.5")]).0, ["te: trailers"]);
    }

    #[test]
    fn a_websocket_upgrade_is_noticed_and_others_are_dropped() {
        assert_eq!(after(&[("connection", "Upgrade"), ("upgrade", "WebSocket")]), (vec![], Some(Upgrade::WebSocket)));
        assert_eq!(after(&[("connection", "Upgrade"), ("upgrade", "h2c")]), (vec![], None));
    }

    #[test]
    fn a_response_keeps_its_length_whatever_its_connection_field_names() {
        let mut headers = Headers::default();
        headers.set(header::CONNECTION, HeaderValue::from_static("Content-Length, X-Internal, close"));
        headers.set(header::CONTENT_LENGTH, HeaderValue::from_static("3"));
        headers.set("x-internal", HeaderValue::from_static("1"));
        let survey = Survey::of(&headers);
        clean_response(&mut headers, survey);
        assert_eq!(headers.iter().map(|(name, _)| name).collect::<Vec<_>>(), [b"content-length"]);
    }
}
