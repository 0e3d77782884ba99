//! What stands before a body: the request's line and fields, the response's status and fields.

use http::{Method, StatusCode, Version, header};

use crate::headers::{Headers, visible};
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
}

impl RequestHead {
    /// For the engine: the head as it was parsed.
    pub fn new(method: Method, target: Target, version: Version, headers: Headers) -> Self {
        let host = match target.authority() {
            Some(authority) => authority.into(),
            None => headers.get(header::HOST).and_then(visible).unwrap_or("").into(),
        };
        Self { method, version, headers, target, host, edited_query: None }
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
#[derive(Debug)]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: Headers,
}
