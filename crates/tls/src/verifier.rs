//! Who is believed to be an upstream: anybody, or whom an authority vouches for. Either has to have the key of its
//! certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use crate::chain::Chain;

/// See the module.
#[derive(Debug)]
pub(crate) struct Verifier {
    believed: Believed,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Whose certificates are believed.
#[derive(Debug)]
pub(crate) enum Believed {
    /// Everybody's.
    Anybody,
    /// Those that lead to an authority.
    Chain(Chain),
}

impl Verifier {
    pub(crate) fn new(believed: Believed, provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self { believed, algorithms: provider.signature_verification_algorithms })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.believed {
            Believed::Anybody => {}
            Believed::Chain(chain) => chain.verify(certificate, between, name, now, self.algorithms.all)?,
        }
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
