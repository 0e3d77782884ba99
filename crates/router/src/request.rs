//! What of a request decides about its route.

use std::net::IpAddr;

use crate::spec::Scheme;

/// What of a request decides about its route. Everything is borrowed: finding a route copies nothing.
#[derive(Clone, Copy)]
pub struct RequestKey<'a> {
    /// The method as it was sent.
    pub method: &'a str,
    /// The host as it was sent, with its port if it has one; empty when there is none.
    pub host: &'a str,
    /// The port of the socket on which the request came in. It counts where `host` names no port.
    pub port: u16,
    /// How the request came in.
    pub scheme: Scheme,
    /// The server name of the TLS handshake.
    pub sni: Option<&'a str>,
    /// The path in the form that [`path::normalize`](crate::path::normalize) gives, without its query.
    pub path: &'a str,
    /// What follows the question mark, as it was sent. It counts in the flavour `expressions` only, as do the addresses below.
    pub query: &'a str,
    /// The header fields.
    pub headers: &'a dyn HeaderLookup,
    /// Where the request comes from.
    pub source_ip: Option<IpAddr>,
    /// The same for its port.
    pub source_port: Option<u16>,
    /// Where it arrived.
    pub destination_ip: Option<IpAddr>,
}

impl<'a> RequestKey<'a> {
    /// A request for `/` with neither host nor headers, to be completed with what is known.
    pub fn new(scheme: Scheme, method: &'a str) -> Self {
        let port = match scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        };
        Self {
            method,
            host: "",
            port,
            scheme,
            sni: None,
            path: "/",
            query: "",
            headers: &(),
            source_ip: None,
            source_port: None,
            destination_ip: None,
        }
    }
}

/// Access to the header fields of a request, whatever holds them.
pub trait HeaderLookup {
    /// Whether any value of the field `name` (given in lower case) is accepted. A field that was sent several times
    /// has several values; they are not split at commas.
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

/// No header fields at all.
impl HeaderLookup for () {
    fn any(&self, _name: &str, _accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        false
    }
}

impl HeaderLookup for http::HeaderMap {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.get_all(name).iter().any(|value| accept(value.as_bytes()))
    }
}

impl HeaderLookup for [(&str, &str)] {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.iter().any(|(key, value)| key.eq_ignore_ascii_case(name) && accept(value.as_bytes()))
    }
}

impl<const N: usize> HeaderLookup for [(&str, &str); N] {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.as_slice().any(name, accept)
    }
}
