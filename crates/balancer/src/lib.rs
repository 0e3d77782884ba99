//! Where a request goes once its service is known.
//!
//! So far that is [`dns`]: from the name of a service's host to its addresses.
//!
//! This crate knows nothing of routes, services, plugins or HTTP.

pub mod dns;
