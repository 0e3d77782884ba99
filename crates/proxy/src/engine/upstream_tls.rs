//! TLS to upstreams: whom to believe, and the handshake.

use std::io;
use std::sync::Arc;

use gibbon_conf::Trusted;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Whether an upstream has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verification {
    /// Its certificate must be good for the name, and come from an authority that is trusted.
    Required,
    /// Any certificate will do: the connection is secret, but nobody knows to whom it leads.
    Skipped,
}

/// Makes connections to upstreams secret. Cheap to clone.
#[derive(Clone)]
pub(crate) struct UpstreamTls {
    verifying: TlsConnector,
    believing: TlsConnector,
}

impl UpstreamTls {
    /// With these authorities.
    pub(crate) fn new(trusted: &[Trusted]) -> io::Result<Self> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let versions =
            || ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let verifying = versions().map_err(io::Error::other)?.with_root_certificates(roots(trusted)?);
        let anybody = Arc::new(Anybody(Arc::clone(&provider)));
        let believing = versions().map_err(io::Error::other)?.dangerous().with_custom_certificate_verifier(anybody);
        let connector = |mut config: ClientConfig| {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            TlsConnector::from(Arc::new(config))
        };
        Ok(Self {
            verifying: connector(verifying.with_no_client_auth()),
            believing: connector(believing.with_no_client_auth()),
        })
    }

    /// The handshake, as a client that asks for `name`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        name: ServerName<'static>,
        verification: Verification,
    ) -> io::Result<TlsStream<TcpStream>> {
        let connector = match verification {
            Verification::Required => &self.verifying,
            Verification::Skipped => &self.believing,
        };
        connector.connect(name, stream).await
    }
}

/// Certificates of the system that cannot be read are passed over, as other programs do; files that were named are not.
fn roots(trusted: &[Trusted]) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for source in trusted {
        match source {
            Trusted::System => {
                let found = rustls_native_certs::load_native_certs();
                found.errors.iter().for_each(|error| tracing::warn!(%error, "a trusted certificate is left out"));
                roots.add_parsable_certificates(found.certs);
            }
            Trusted::File(path) => {
                let named = |error: &dyn std::fmt::Display| {
                    io::Error::other(format!("cannot read trusted certificates from `{}`: {error}", path.display()))
                };
                for certificate in CertificateDer::pem_file_iter(path).map_err(|error| named(&error))? {
                    let certificate = certificate.map_err(|error| named(&error))?;
                    roots.add(certificate).map_err(|error| named(&error))?;
                }
            }
        }
    }
    Ok(roots)
}

/// Takes any certificate, but only from who has its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
