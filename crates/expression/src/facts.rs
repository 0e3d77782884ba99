//! What of a request an expression may ask about.

use std::net::IpAddr;

/// What of a request an expression may ask about. What is not there makes every comparison with it false.
pub trait Facts {
    /// A text that there is at most one of.
    fn text(&self, which: TextFact) -> Option<&str>;

    /// Whether `accept` says so of any value of the header field `name`, which is in lower case, with dashes.
    fn any_header(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool;

    /// What follows the question mark, as it was sent.
    fn query(&self) -> &str;

    /// A number.
    fn number(&self, which: NumberFact) -> Option<i64>;

    /// An address.
    fn address(&self, which: AddressFact) -> Option<IpAddr>;
}

/// A text that there is at most one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFact {
    /// `http.method`
    Method,
    /// `http.host`, without its port.
    Host,
    /// `http.path` in its normal form.
    Path,
    /// `net.protocol`
    Protocol,
    /// `tls.sni`
    Sni,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFact {
    /// `net.src.port`
    SourcePort,
    /// `net.dst.port`, and by its former name `net.port`.
    DestinationPort,
}

/// An address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFact {
    /// `net.src.ip`
    Source,
    /// `net.dst.ip`
    Destination,
}
