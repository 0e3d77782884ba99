//! Whether clients have to say who they are.

use std::sync::Arc;

use gibbon_conf::{ClientCertificates, Pem};
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::error::TlsError;

/// Verifies clients as the settings want it.
pub(crate) fn verifier(
    clients: &ClientCertificates,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let builder = |authorities: &Pem| {
        let roots = Arc::new(roots(authorities)?);
        Ok::<_, TlsError>(WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider)))
    };
    let built = match clients {
        ClientCertificates::Unwanted => return Ok(WebPkiClientVerifier::no_client_auth()),
        ClientCertificates::Optional(authorities) => builder(authorities)?.allow_unauthenticated().build(),
        ClientCertificates::Required(authorities) => builder(authorities)?.build(),
    };
    built.map_err(|error| TlsError::Authority(error.to_string()))
}

fn roots(authorities: &Pem) -> Result<RootCertStore, TlsError> {
    let text = authorities.read().map_err(|source| TlsError::Io { what: "the authorities of clients", source })?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let certificate = certificate.map_err(|error| TlsError::Authority(error.to_string()))?;
        roots.add(certificate).map_err(|error| TlsError::Authority(error.to_string()))?;
    }
    if roots.is_empty() { Err(TlsError::NoCertificate) } else { Ok(roots) }
}
