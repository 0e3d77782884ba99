//! One look over the fields of a message, so that the rest need not look for what is not there.

use gibbon_plugin_api::request::IDENTITY_HEADERS;
use gibbon_plugin_api::{Headers, KnownName, KnownNames};

/// What of special meaning a message carries. Most requests carry none of it but one Host.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Survey {
    /// How many `Host` fields.
    pub(crate) hosts: Count,
    /// How many `Content-Length` fields.
    pub(crate) lengths: Count,
    /// `Transfer-Encoding`
    pub(crate) transfer_encoding: bool,
    /// A transfer coding other than one `chunked`.
    pub(crate) foreign_coding: bool,
    /// `Connection`
    pub(crate) connection: bool,
    /// What that says about the end of the connection.
    pub(crate) persistence: Persistence,
    /// `Expect: 100-continue`
    pub(crate) expects_to_go_on: bool,
    /// Any other field that belongs to one connection.
    pub(crate) hop_by_hop: bool,
    /// Any of the fields that tell an upstream who the consumer is.
    pub(crate) identity: bool,
    /// `X-Kong-Request-Debug`
    pub(crate) timing: bool,
    /// `X-Gibbon-Trial`
    pub(crate) trial: bool,
}

/// What a message says about its connection (RFC 9112 section 9.3).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Nothing: the version decides.
    #[default]
    Unsaid,
    KeepAlive,
    Close,
}

impl Survey {
    pub(crate) fn of(headers: &Headers) -> Self {
        let present = headers.present();
        let has = |name| present.contains(name);
        let mut survey = Self {
            hosts: Count::of(headers, KnownName::Host),
            lengths: Count::of(headers, KnownName::ContentLength),
            connection: has(KnownName::Connection),
            hop_by_hop: present.meets(HOP_BY_HOP),
            identity: present.meets(IDENTITY),
            timing: has(KnownName::XKongRequestDebug),
            trial: has(KnownName::XGibbonTrial),
            ..Self::default()
        };
        if survey.connection {
            let values = headers.all(KnownName::Connection);
            survey.persistence = values.fold(Persistence::Unsaid, Persistence::and);
        }
        if has(KnownName::TransferEncoding) {
            survey.transfer_encoding = true;
            let is_chunked = |value: &[u8]| value.eq_ignore_ascii_case(b"chunked");
            survey.foreign_coding = headers.is_repeated(KnownName::TransferEncoding)
                || !headers.get(KnownName::TransferEncoding).is_some_and(is_chunked);
        }
        if has(KnownName::Expect) {
            let mut values = headers.all(KnownName::Expect);
            survey.expects_to_go_on = values.any(|value| value.eq_ignore_ascii_case(b"100-continue"));
        }
        survey
    }
}

/// Beside those that have a case of their own.
const HOP_BY_HOP: KnownNames = KnownNames::of(&[
    KnownName::Expect,
    KnownName::Te,
    KnownName::Proxy,
    KnownName::Upgrade,
    KnownName::KeepAlive,
    KnownName::ProxyConnection,
]);

const IDENTITY: KnownNames = KnownNames::of(&IDENTITY_HEADERS);

/// How often a field occurs that may occur once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    #[default]
    None,
    One,
    Several,
}

impl Count {
    fn of(headers: &Headers, name: KnownName) -> Self {
        match (headers.present().contains(name), headers.is_repeated(name)) {
            (false, _) => Self::None,
            (true, false) => Self::One,
            (true, true) => Self::Several,
        }
    }
}

impl Persistence {
    /// A connection that is to be closed by any word is closed.
    fn and(self, value: &[u8]) -> Self {
        if self == Self::Unsaid && value == b"keep-alive" {
            return Self::KeepAlive;
        }
        value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).fold(self, |known, option| {
            if known == Self::Close || option.eq_ignore_ascii_case(b"close") {
                Self::Close
            } else if option.eq_ignore_ascii_case(b"keep-alive") {
                Self::KeepAlive
            } else {
                known
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn survey(names: &[&str]) -> Survey {
        let mut headers = Headers::default();
        for name in names {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static("1"));
        }
        Survey::of(&headers)
    }

    #[test]
    fn an_ordinary_request_has_one_host_and_nothing_else() {
        assert_eq!(
            survey(&["Host", "Accept", "User-Agent", "Cookie"]),
            Survey { hosts: Count::One, ..Survey::default() }
        );
    }

    #[test]
    fn repeated_fields_are_counted() {
        let seen = survey(&["Host", "host", "Content-Length", "content-length", "Transfer-Encoding"]);
        assert_eq!((seen.hosts, seen.lengths, seen.transfer_encoding), (Count::Several, Count::Several, true));
    }

    #[test]
    fn every_field_of_a_connection_is_noticed() {
        for name in ["te", "proxy", "expect", "upgrade", "keep-alive", "proxy-connection"] {
            assert!(survey(&[name]).hop_by_hop, "{name}");
        }
        assert!(survey(&["connection"]).connection);
    }

    #[test]
    fn every_identity_field_is_noticed() {
        for name in IDENTITY_HEADERS {
            assert!(survey(&[name.as_str()]).identity, "{name:?}");
        }
    }
}
