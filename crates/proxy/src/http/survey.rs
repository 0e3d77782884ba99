//! One look over the fields of a message, so that the rest need not look for what is not there.

use gibbon_plugin_api::Headers;
use gibbon_plugin_api::request::IDENTITY_HEADERS;

/// What of special meaning a message carries. Most requests carry none of it but one Host.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Survey {
    /// How many `Host` fields.
    pub(crate) hosts: u32,
    /// How many `Content-Length` fields.
    pub(crate) lengths: u32,
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
        let mut survey = Self::default();
        for (name, value) in headers.iter() {
            survey.note(name, value);
        }
        survey
    }

    /// Names differ in length, so that most are passed over without being compared.
    fn note(&mut self, name: &[u8], value: &[u8]) {
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        match name.len() {
            4 if is("host") => self.hosts += 1,
            14 if is("content-length") => self.lengths += 1,
            17 if is("transfer-encoding") => {
                self.foreign_coding |= self.transfer_encoding || !value.eq_ignore_ascii_case(b"chunked");
                self.transfer_encoding = true;
            }
            10 if is("connection") => {
                self.connection = true;
                self.persistence = self.persistence.and(value);
            }
            6 if is("expect") => {
                self.expects_to_go_on |= value.eq_ignore_ascii_case(b"100-continue");
                self.hop_by_hop = true;
            }
            2 | 5 | 7 | 10 | 16 => self.hop_by_hop |= HOP_BY_HOP.iter().any(|other| is(other)),
            20 if is("x-kong-request-debug") => self.timing = true,
            13 | 17 | 19 | 20 | 22 | 23 => self.identity |= IDENTITY_HEADERS.iter().any(|other| is(other)),
            _ => {}
        }
    }
}

/// Beside those that have a case of their own.
const HOP_BY_HOP: [&str; 5] = ["te", "proxy", "upgrade", "keep-alive", "proxy-connection"];

impl Persistence {
    /// A connection that is to be closed by any word is closed.
    fn and(self, value: &[u8]) -> Self {
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
        assert_eq!(survey(&["Host", "Accept", "User-Agent", "Cookie"]), Survey { hosts: 1, ..Survey::default() });
    }

    #[test]
    fn repeated_fields_are_counted() {
        let seen = survey(&["Host", "host", "Content-Length", "content-length", "Transfer-Encoding"]);
        assert_eq!((seen.hosts, seen.lengths, seen.transfer_encoding), (2, 2, true));
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
            assert!(survey(&[name]).identity, "{name}");
        }
    }
}
