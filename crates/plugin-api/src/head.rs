//! What stands before a body: the request's line and fields, the response's status and fields.

use std::time::Duration;

use gibbon_entities::Protocol;
use http::{HeaderValue, Method, StatusCode, Version};

use crate::headers::{Headers, visible};
use crate::known_name::KnownName;
use crate::target::Target;

/// The head of a request as the client sent it, with what plugins have changed since.
#[derive(Debug)]
pub struct RequestHead {
    /// The method, in the case in which it was sent.
    pub method: Method,
    /// The protocol version between the client and the gateway.
    pub version: Version,
    /// The header fields.
    pub headers: Headers,
    target: Target,
    /// As it was when the request came: what routes is what is sent.
    host: Box<str>,
    /// A query that a plugin has set; the inner `None` means that there is none any more.
    edited_query: Option<Option<Box<str>>>,
    /// Few plugins set any of it.
    upstream: Option<Box<UpstreamEdits>>,
}

/// What plugins have set for the upstream alone.
#[derive(Debug, Default)]
struct UpstreamEdits {
    host: Option<HeaderValue>,
    path: Option<Box<str>>,
    overrides: Overrides,
}

/// What a request does otherwise than its service says: where it goes, and how it is sent there. What is `None` is the
/// service's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// A host name, an IP address, or the name of an upstream.
    pub host: Option<Box<str>>,
    /// The port.
    pub port: Option<u16>,
    /// What is spoken there.
    pub protocol: Option<Protocol>,
    /// How long one attempt may take.
    pub timeouts: Option<Timeouts>,
    /// How many more attempts may follow the first one.
    pub retries: Option<u32>,
    /// Whether the upstream has to prove by TLS who it is.
    pub tls_verify: Option<bool>,
    /// How many certificates may stand between the upstream's and that of an authority.
    pub tls_verify_depth: Option<u8>,
}

/// How long one attempt to reach an upstream may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// From one piece of the request that is taken to the next.
    pub write: Duration,
    /// From one piece of the answer to the next.
    pub read: Duration,
}

impl RequestHead {
    /// For the engine: the head as it was parsed.
    pub fn new(method: Method, target: Target, version: Version, headers: Headers) -> Self {
        let host = match target.authority() {
            Some(authority) => authority.into(),
            None => headers.get(KnownName::Host).and_then(visible).unwrap_or("").into(),
        };
        Self { method, version, headers, target, host, edited_query: None, upstream: None }
    }

    /// The path exactly as it was sent, without its query.
    pub fn raw_path(&self) -> &str {
        self.target.path()
    }

    /// The path and the query exactly as they were sent.
    pub fn raw_target(&self) -> &str {
        self.target.path_and_query()
    }

    /// What follows the `?`, as it goes upstream; `None` where there is no `?`.
    pub fn query(&self) -> Option<&str> {
        match &self.edited_query {
            Some(edited) => edited.as_deref(),
            None => self.target.query(),
        }
    }

    /// Sets what goes upstream behind the `?`; `None` takes the `?` away.
    pub fn set_query(&mut self, query: Option<Box<str>>) {
        self.edited_query = Some(query);
    }

    /// The host that the upstream is asked for, where a plugin has set one.
    pub fn upstream_host(&self) -> Option<&HeaderValue> {
        self.upstream.as_ref()?.host.as_ref()
    }

    /// Sets the host that the upstream is asked for, whatever service and route say.
    pub fn set_upstream_host(&mut self, host: HeaderValue) {
        self.upstream.get_or_insert_default().host = Some(host);
    }

    /// The path that the upstream is asked for, where a plugin has set one.
    pub fn upstream_path(&self) -> Option<&str> {
        self.upstream.as_ref()?.path.as_deref()
    }

    /// Sets the path that the upstream is asked for, in the place of the service's and the client's. What can stand in
    /// no path is encoded, and it begins with a slash in any case.
    pub fn set_upstream_path(&mut self, path: &str) {
        let mut encoded = String::with_capacity(path.len() + 1);
        if !path.starts_with('/') {
            encoded.push('/');
        }
        for byte in path.bytes() {
            match byte {
                b'!'..=b'~' if !b"\"#<>?\\^`{|}".contains(&byte) => encoded.push(char::from(byte)),
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        self.upstream.get_or_insert_default().path = Some(encoded.into());
    }

    /// What the request does otherwise than its service says, where a plugin has set any of it.
    pub fn overrides(&self) -> Option<&Overrides> {
        let edits = self.upstream.as_ref()?;
        (edits.overrides != Overrides::default()).then_some(&edits.overrides)
    }

    /// The same, to be set.
    pub fn overrides_mut(&mut self) -> &mut Overrides {
        &mut self.upstream.get_or_insert_default().overrides
    }

    /// The authority of a request in absolute form (RFC 9112 section 3.2.2); it outranks the Host field.
    pub fn authority(&self) -> Option<&str> {
        self.target.authority()
    }

    /// The host that the client asked for, with its port if it wrote one; empty where there is none.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// The head of a response on its way to the client.
#[derive(Debug, Clone)]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: Headers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_for_the_upstream_is_one_whatever_it_was_made_of() {
        let mut head = RequestHead::new(Method::GET, Target::of_tunnel("h"), Version::HTTP_11, Headers::default());
        assert_eq!(head.upstream_path(), None);
        for (path, expected) in [
            ("/a/b;c=1", "/a/b;c=1"),
            ("a%20b", "/a%20b"),
            ("", "/"),
            ("/a b?c#d", "/a%20b%3Fc%23d"),
            ("/\r\nX: 1", "/%0D%0AX:%201"),
            ("/ä", "/%C3%A4"),
        ] {
            head.set_upstream_path(path);
            assert_eq!(head.upstream_path(), Some(expected), "{path}");
        }
    }
}
