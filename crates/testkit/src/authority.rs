//! An authority of a test's own, the certificates that it signs, and clients that trust it.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SignatureAlgorithm};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;

/// An authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// What leads from it to one that clients trust; empty where it is one itself.
    chain: String,
    folder: TempDir,
}

/// A certificate with its key, as PEM.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub cert: String,
    /// Its key.
    pub key: String,
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// Where none can be made.
    pub fn new() -> Self {
        let (params, key) = parts();
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority is made");
        Self { issuer, chain: String::new(), folder: tempfile::tempdir().expect("a folder is to be had") }
    }

    /// One that this one vouches for; what it issues comes with the certificates in between.
    ///
    /// # Panics
    /// Where none can be made.
    pub fn intermediate(&self) -> Self {
        let (params, key) = parts();
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer).expect("an authority is made");
        let chain = format!("{}{}", issuer.pem(), self.chain);
        Self { issuer, chain, folder: tempfile::tempdir().expect("a folder is to be had") }
    }

    /// Servers that serve those only whom it vouches for.
    pub(crate) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(self.roots()), provider);
        builder.build().expect("an authority can be trusted")
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("an authority can be trusted");
        roots
    }

    /// Its own certificate, as PEM.
    pub fn cert(&self) -> String {
        self.issuer.pem()
    }

    /// A file with its own certificate.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn file(&self) -> PathBuf {
        let file = self.folder.path().join("authority.pem");
        std::fs::write(&file, self.cert()).expect("the certificate is written");
        file
    }

    /// A certificate for `name`, with a key on a curve.
    pub fn issue(&self, name: &str) -> Issued {
        self.issue_with(name, &rcgen::PKCS_ECDSA_P256_SHA256)
    }

    /// A certificate for `name`, with a key of RSA.
    pub fn issue_rsa(&self, name: &str) -> Issued {
        self.issue_with(name, &rcgen::PKCS_RSA_SHA256)
    }

    fn issue_with(&self, name: &str, algorithm: &'static SignatureAlgorithm) -> Issued {
        let params = CertificateParams::new([name.to_owned()]).expect("the name is one");
        let key = KeyPair::generate_for(algorithm).expect("a key is made");
        let cert = params.signed_by(&key, &self.issuer).expect("a certificate is made");
        Issued { cert: format!("{}{}", cert.pem(), self.chain), key: key.serialize_pem() }
    }

    /// Clients that believe this authority alone.
    ///
    /// # Panics
    /// Where TLS cannot be spoken.
    pub fn client(&self) -> ClientConfig {
        self.client_of(&[&TLS12, &TLS13], None)
    }

    /// The same with TLS 1.2 alone.
    pub fn client_of_tls12(&self) -> ClientConfig {
        self.client_of(&[&TLS12], None)
    }

    /// The same, with a certificate of their own.
    pub fn client_with(&self, own: &Issued) -> ClientConfig {
        self.client_of(&[&TLS12, &TLS13], Some(own))
    }

    fn client_of(&self, versions: &[&'static SupportedProtocolVersion], own: Option<&Issued>) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .expect("the versions are known")
            .with_root_certificates(self.roots());
        match own {
            None => builder.with_no_client_auth(),
            Some(Issued { cert, key }) => {
                let cert = CertificateDer::from_pem_slice(cert.as_bytes()).expect("it is PEM");
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("it is PEM");
                builder.with_client_auth_cert(vec![cert], key).expect("the key fits")
            }
        }
    }
}

fn parts() -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Names tell who has signed what.
    let key = KeyPair::generate().expect("a key is made");
    let name: String = key.public_key_raw().iter().skip(1).take(8).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name.push(DnType::CommonName, name);
    (params, key)
}
