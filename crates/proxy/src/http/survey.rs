//! One look over the fields of a request, so that the rest need not look for what is not there.

use gibbon_plugin_api::Headers;

/// What of special meaning a request carries. Most requests carry none of it but one Host.
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
    /// Any other field that belongs to one connection.
    pub(crate) hop_by_hop: bool,
    /// Any of the fields that tell an upstream who the consumer is.
    pub(crate) identity: bool,
}

impl Survey {
    pub(crate) fn of(headers: &Headers) -> Self {
        let mut survey = Self::default();
        for (name, value) in headers.iter() {
            survey.note(name.as_str(), value.as_bytes());
        }
        survey
    }

    /// Names differ in length, so that most are passed over without being compared.
    fn note(&mut self, name: &str, value: &[u8]) {
        match (name.len(), name) {
            (4, "host") => self.hosts += 1,
            (14, "content-length") => self.lengths += 1,
            (17, "transfer-encoding") => {
                self.foreign_coding |= self.transfer_encoding || !value.eq_ignore_ascii_case(b"chunked");
                self.transfer_encoding = true;
            }
            (10, "connection") => self.connection = true,
            (2, "te")
            | (5, "proxy")
            | (6, "expect")
            | (7, "upgrade")
            | (10, "keep-alive")
            | (16, "proxy-connection") => {
                self.hop_by_hop = true;
            }
            (13, "x-consumer-id")
            | (19, "x-consumer-username")
            | (20, "x-consumer-custom-id" | "x-anonymous-consumer")
            | (23, "x-credential-identifier") => self.identity = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::request::IDENTITY_HEADERS;
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
            assert!(survey(&[name.as_str()]).identity, "{name}");
        }
    }
}
