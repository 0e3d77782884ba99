//! The gateway's side of handshakes with clients.

use std::sync::Arc;

use gibbon_conf::{ClientCertificates, Tls, TlsVersion};
use rustls::crypto::CryptoProvider;
use rustls::server::ResolvesServerCert;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::anyone::Anyone;
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
    /// For clients of which single handshakes ask a certificate; none where all are asked.
    asking: Option<Arc<ServerConfig>>,
}

impl ServerTls {
    /// `usual`, which is one of these two, as a single handshake has it that asks its client for whichever certificate it
    /// has. It need not show one.
    #[must_use]
    pub fn asking(&self, usual: &Arc<ServerConfig>) -> Arc<ServerConfig> {
        let Some(asking) = &self.asking else { return Arc::clone(usual) };
        let mut config = ServerConfig::clone(asking);
        config.alpn_protocols.clone_from(&usual.alpn_protocols);
        Arc::new(config)
    }
}

/// The same for a handshake whose session is neither resumed nor remembered.
#[must_use]
pub fn without_sessions(usual: &ServerConfig) -> Arc<ServerConfig> {
    let mut config = usual.clone();
    sessions::forget(&mut config);
    Arc::new(config)
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
    let asking = match clients {
        ClientCertificates::Unwanted => Some(Arc::new(asking(tls, &config)?)),
        ClientCertificates::Optional(_) | ClientCertificates::Required(_) => None,
    };
    Ok(ServerTls { http1: Arc::new(config), http2: Arc::new(http2), asking })
}

/// The same as `usual` for clients that are asked for a certificate, with the same sessions.
fn asking(tls: &Tls, usual: &ServerConfig) -> Result<ServerConfig, TlsError> {
    let provider = Arc::clone(usual.crypto_provider());
    let clients = Anyone::new(&provider);
    let mut config = with_verifier(tls, provider, clients, Arc::clone(&usual.cert_resolver))?;
    config.session_storage = Arc::clone(&usual.session_storage);
    config.ticketer = Arc::clone(&usual.ticketer);
    Ok(config)
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
    let mut config = with_verifier(tls, provider, verifier, shown)?;
    sessions::set_up(&mut config, tls).map_err(TlsError::NothingInCommon)?;
    Ok(config)
}

fn with_verifier(
    tls: &Tls,
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ClientCertVerifier>,
    shown: Arc<dyn ResolvesServerCert>,
) -> Result<ServerConfig, TlsError> {
    let versions: Vec<&'static SupportedProtocolVersion> = tls.versions.iter().map(version).collect();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions)
        .map_err(TlsError::NothingInCommon)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(shown);
    config.ignore_client_order = tls.prefers_own_order;
    Ok(config)
}

fn version(version: &TlsVersion) -> &'static SupportedProtocolVersion {
    match version {
        TlsVersion::V1_2 => &TLS12,
        TlsVersion::V1_3 => &TLS13,
    }
}
