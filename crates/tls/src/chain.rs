//! Believing an authority, and those that it believes, up to a number of them.

use std::sync::Arc;

use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

/// Verifies a chain (RFC 5280 section 6) and that it is not longer than wanted, which rustls' own verifier cannot be told.
#[derive(Debug)]
pub(crate) struct Chain {
    trusted: Arc<RootCertStore>,
    /// Certificates between that of the upstream and that of the authority.
    depth: u8,
}

impl Chain {
    pub(crate) fn new(trusted: Arc<RootCertStore>, depth: u8) -> Self {
        Self { trusted, depth }
    }

    /// Whether the certificate leads to an authority, and is that of `name`.
    pub(crate) fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Result<(), Error> {
        let parsed = EndEntityCert::try_from(certificate).map_err(invalid)?;
        let (roots, usage) = (&self.trusted.roots, KeyUsage::server_auth());
        let length = |path: &VerifiedPath<'_>| self.check_length(path);
        parsed.verify_for_usage(algorithms, roots, between, now, usage, None, Some(&length)).map_err(invalid)?;
        verify_server_name(&ParsedCertificate::try_from(certificate)?, name)
    }

    fn check_length(&self, path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
        let between = path.intermediate_certificates().count();
        if between > usize::from(self.depth) { Err(webpki::Error::MaximumPathDepthExceeded) } else { Ok(()) }
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
