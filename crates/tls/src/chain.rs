//! Believing an authority, and those that it believes, up to a number of them.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

/// Verifies a chain (RFC 5280 section 6) and that it is not longer than wanted, which rustls' own verifier cannot be told.
#[derive(Debug)]
pub(crate) struct Chain {
    trusted: Arc<RootCertStore>,
    /// Certificates between that of the upstream and that of the authority.
    depth: u8,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Chain {
    pub(crate) fn new(trusted: Arc<RootCertStore>, depth: u8, provider: &Arc<CryptoProvider>) -> Self {
        Self { trusted, depth, algorithms: provider.signature_verification_algorithms }
    }

    fn check_length(&self, path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
        let between = path.intermediate_certificates().count();
        if between > usize::from(self.depth) { Err(webpki::Error::MaximumPathDepthExceeded) } else { Ok(()) }
    }
}

impl ServerCertVerifier for Chain {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        EndEntityCert::try_from(certificate)
            .and_then(|parsed| {
                parsed
                    .verify_for_usage(
                        self.algorithms.all,
                        &self.trusted.roots,
                        between,
                        now,
                        KeyUsage::server_auth(),
                        None,
                        Some(&|path| self.check_length(path)),
                    )
                    .map(drop)
            })
            .map_err(invalid)?;
        verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn invalid(error: webpki::Error) -> Error {
    let kind = match error {
        webpki::Error::CertExpired { .. } => CertificateError::Expired,
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotValidYet,
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer,
        other => return Error::General(format!("the certificate cannot be believed: {other}")),
    };
    Error::InvalidCertificate(kind)
}
