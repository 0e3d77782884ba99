//! On which terms an upstream is spoken to over TLS, and whom the handshake asks for.

use std::sync::Arc;

use gibbon_entities::{Protocol, Service};
use gibbon_runtime::Snapshot;
use gibbon_tls::client::{Spoken, Terms, Verification};
use rustls::pki_types::ServerName;
use uuid::Uuid;

use crate::engine::pool::TlsName;
use crate::http::error::ProxyError;
use crate::settings::Settings;

/// Those of a service; `None` where it speaks no TLS. `host` is the one that the request asks the upstream for, and
/// `certificate` the one that is shown where the service has none.
pub(crate) fn of(
    service: &Service,
    host: &str,
    certificate: Option<Uuid>,
    snapshot: &Snapshot,
    settings: &Settings,
) -> Result<Option<TlsName>, ProxyError> {
    let spoken = match service.protocol {
        Protocol::Http | Protocol::Grpc => return Ok(None),
        Protocol::Https => Spoken::Http1,
        Protocol::Grpcs => Spoken::Http2,
        _ => return Err(ProxyError::ProtocolNotServed),
    };
    with(service, spoken, host, certificate, snapshot, settings).map(Some)
}

/// Those of a service that speaks TLS, for what is spoken within.
pub(crate) fn with(
    service: &Service,
    spoken: Spoken,
    host: &str,
    certificate: Option<Uuid>,
    snapshot: &Snapshot,
    settings: &Settings,
) -> Result<TlsName, ProxyError> {
    let name = ServerName::try_from(without_port(host).to_owned());
    let name = name.map_err(|_| ProxyError::BadRequest("the host is no name for TLS"))?;
    let shown = service.client_certificate.or(certificate);
    let shown = shown.map(|id| snapshot.certificate(id).cloned().ok_or(ProxyError::TermsNotMet)).transpose()?;
    let verification = match service.tls_verify {
        Some(true) => Verification::Required { depth: service.tls_verify_depth.unwrap_or(settings.upstream.depth) },
        Some(false) | None => Verification::Skipped,
    };
    let trusted = match (verification, &*service.ca_certificates) {
        (Verification::Skipped, _) | (_, []) => None,
        (Verification::Required { .. }, ids) => {
            let found: Option<Arc<[_]>> = ids.iter().map(|id| snapshot.authority(*id).cloned()).collect();
            Some(found.ok_or(ProxyError::TermsNotMet)?)
        }
    };
    Ok(TlsName { name, terms: Terms { verification, spoken, trusted, shown } })
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').filter(|(name, _)| !name.contains(':')).map_or(host, |(name, _)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn a_port_is_no_part_of_a_name() {
        let cases = [("a.test", "a.test"), ("a.test:8443", "a.test"), ("[::1]:8443", "::1"), ("::1", "::1")];
        for (host, name) in cases {
            assert_eq!(without_port(host), name);
        }
    }
}
