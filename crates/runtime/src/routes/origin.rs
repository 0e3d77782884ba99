//! Services as routes see them.

use std::net::IpAddr;
use std::sync::Arc;

use gibbon_entities::{Protocol, Service};
use gibbon_plugin_api::Overrides;
use http::HeaderValue;

use crate::fault::Fault;
use crate::live;

/// A service with what is worth computing once.
pub struct Origin {
    /// The service.
    pub service: Arc<Service>,
    /// Its address, where its host is one.
    pub literal: Option<IpAddr>,
    /// What an upstream with the name of its host would be found by; none where its host is an address.
    pub upstream: Option<Box<str>>,
    /// What an upstream is asked for in `Host`: the port is there only if it is not the protocol's own.
    pub authority: HeaderValue,
}

impl Origin {
    pub(crate) fn new(service: Service) -> Result<Self, Fault> {
        let host = &*service.host;
        let default_port = match service.protocol {
            Protocol::Https | Protocol::Grpcs | Protocol::Tls => 443,
            _ => 80,
        };
        let text = if service.port == default_port { host.to_owned() } else { format!("{host}:{}", service.port) };
        let authority = HeaderValue::from_str(&text).map_err(|_| Fault {
            kind: "services",
            id: service.id,
            reason: format!("`{text}` is no host"),
        })?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let upstream = literal.is_none().then(|| live::key(host));
        Ok(Self { service: Arc::new(service), literal, upstream, authority })
    }

    /// The same service as a request has it that does some of it otherwise; `None` where that can be no host.
    pub fn overridden(&self, overrides: &Overrides) -> Option<Self> {
        let mut service = (*self.service).clone();
        service.host = overrides.host.clone().unwrap_or(service.host);
        service.port = overrides.port.unwrap_or(service.port);
        service.protocol = overrides.protocol.unwrap_or(service.protocol);
        service.retries = overrides.retries.unwrap_or(service.retries);
        service.tls_verify = overrides.tls_verify.or(service.tls_verify);
        service.tls_verify_depth = overrides.tls_verify_depth.or(service.tls_verify_depth);
        if let Some(timeouts) = overrides.timeouts {
            service.connect_timeout = timeouts.connect;
            service.write_timeout = timeouts.write;
            service.read_timeout = timeouts.read;
        }
        Self::new(service).ok()
    }
}
