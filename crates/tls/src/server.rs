//! The gateway's side of handshakes with clients.

use std::sync::Arc;

use gibbon_conf::{ClientCertificates, Tls, TlsVersion};
use rustls::server::ResolvesServerCert;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::client_certificates;
use crate::error::TlsError;
use crate::sessions;
use crate::suites;

/// What ALPN calls HTTP/2 over TLS.
pub const H2: &[u8] = b"h2";

pub(crate) const HTTP1: &[u8] = b"http/1.1";

/// How the ports of one kind speak TLS, by what clients may choose by ALPN (RFC 7301).
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// HTTP/1.1 alone.
    pub http1: Arc<ServerConfig>,
    /// HTTP/2, or else HTTP/1.1.
    pub http2: Arc<ServerConfig>,
}

/// Puts settings and certificates together.
///
/// # Errors
/// Where the settings do not fit together, or name authorities that cannot be read.
pub fn config(
    tls: &Tls,
    clients: &ClientCertificates,
    shown: Arc<dyn ResolvesServerCert>,
) -> Result<ServerTls, TlsError> {
    let mut config = without_protocols(tls, clients, shown)?;
    config.alpn_protocols = vec![HTTP1.to_vec()];
    let mut http2 = config.clone();
    http2.alpn_protocols.insert(0, H2.to_vec());
    Ok(ServerTls { http1: Arc::new(config), http2: Arc::new(http2) })
}

/// The same for ports of streams: whatever clients name by ALPN is none of the gateway's business, and they are not
/// asked for certificates.
///
/// # Errors
/// As for [`config`].
pub fn config_of_streams(tls: &Tls, shown: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    without_protocols(tls, &ClientCertificates::Unwanted, shown).map(Arc::new)
}

fn without_protocols(
    tls: &Tls,
    clients: &ClientCertificates,
    shown: Arc<dyn ResolvesServerCert>,
) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(suites::provider(&tls.ciphers)?);
    let verifier = client_certificates::verifier(clients, &provider)?;
    let versions: Vec<&'static SupportedProtocolVersion> = tls.versions.iter().map(version).collect();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions)
        .map_err(TlsError::NothingInCommon)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(shown);
    config.ignore_client_order = tls.prefers_own_order;
    sessions::set_up(&mut config, tls).map_err(TlsError::NothingInCommon)?;
    Ok(config)
}

fn version(version: &TlsVersion) -> &'static SupportedProtocolVersion {
    match version {
        TlsVersion::V1_2 => &TLS12,
        TlsVersion::V1_3 => &TLS13,
    }
}
