//! The gateway's side of handshakes with upstreams: whom it believes, and what it shows.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use gibbon_conf::Trusted;
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};

use crate::chain::Chain;
use crate::error::TlsError;
use crate::identity::Identity;
use crate::server::{H2, HTTP1};
use crate::verifier::{Believed, Verifier};

/// The certificate of an authority.
#[derive(Debug)]
pub struct Authority(CertificateDer<'static>);

impl Authority {
    /// Takes one, as PEM.
    ///
    /// # Errors
    /// Where there is none, or it cannot be believed.
    pub fn from_pem(pem: &str) -> Result<Self, TlsError> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::NoCertificate)?;
        let authority = Self(certificate);
        roots([&authority])?;
        Ok(authority)
    }
}

/// Whether an upstream has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verification {
    /// Its certificate must be good for the name, and come from an authority that is trusted, with so many others in
    /// between at most.
    Required {
        /// How many others.
        depth: u8,
    },
    /// Any certificate will do: the connection is secret, but nobody knows to whom it leads.
    Skipped,
}

/// What is spoken within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spoken {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
    /// Whatever the client of a stream speaks: nothing is named by ALPN.
    Anything,
}

/// What one upstream is shown, and how it is believed. Two of them are equal where a connection that was made by one
/// could have been made by the other.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Whether it has to prove who it is.
    pub verification: Verification,
    /// What is spoken.
    pub spoken: Spoken,
    /// Authorities in place of the usual ones.
    pub trusted: Option<Arc<[Arc<Authority>]>>,
    /// Who the gateway says that it is, in place of what it says as a rule.
    pub shown: Option<Arc<Identity>>,
}

impl Terms {
    /// HTTP/1.1, and nothing of its own.
    pub fn usual(verification: Verification) -> Self {
        Self { verification, spoken: Spoken::Http1, trusted: None, shown: None }
    }

    /// Who the gateway says that it is on these terms.
    pub fn shown<'t>(&'t self, usual: &'t Usual) -> Option<&'t Arc<Identity>> {
        self.shown.as_ref().or(usual.shown.as_ref())
    }

    /// What is compared: records that have not changed are the same ones in memory.
    fn key(&self) -> (Verification, Spoken, Option<*const Identity>, Option<Vec<*const Authority>>) {
        let trusted = self.trusted.as_ref().map(|trusted| trusted.iter().map(Arc::as_ptr).collect());
        (self.verification, self.spoken, self.shown.as_ref().map(Arc::as_ptr), trusted)
    }
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Terms {}

impl Hash for Terms {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// What holds for upstreams without terms of their own.
#[derive(Debug, Clone)]
pub struct Usual {
    /// The authorities that are believed.
    pub trusted: Arc<RootCertStore>,
    /// Who the gateway says that it is.
    pub shown: Option<Arc<Identity>>,
}

impl Usual {
    /// With the authorities of these settings.
    ///
    /// # Errors
    /// Where a file cannot be read. Certificates of the system that cannot be used are passed over, as other programs do.
    pub fn load(trusted: &[Trusted], shown: Option<Identity>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for source in trusted {
            match source {
                Trusted::System => {
                    let found = rustls_native_certs::load_native_certs();
                    found.errors.iter().for_each(|error| tracing::warn!(%error, "a trusted certificate is left out"));
                    roots.add_parsable_certificates(found.certs);
                }
                Trusted::File(path) => {
                    let named =
                        |error: &dyn std::fmt::Display| TlsError::Authority(format!("`{}`: {error}", path.display()));
                    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| named(&error))? {
                        let certificate = certificate.map_err(|error| named(&error))?;
                        roots.add(certificate).map_err(|error| named(&error))?;
                    }
                }
            }
        }
        Ok(Self { trusted: Arc::new(roots), shown: shown.map(Arc::new) })
    }
}

/// How an upstream on these terms is spoken to.
///
/// # Errors
/// Where an authority cannot be believed.
pub fn config(terms: &Terms, usual: &Usual) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::NothingInCommon)?
        .dangerous();
    let builder = match terms.verification {
        Verification::Skipped => builder.with_custom_certificate_verifier(Verifier::new(Believed::Anybody, &provider)),
        Verification::Required { depth } => {
            let trusted = match &terms.trusted {
                Some(own) => Arc::new(roots(own.iter().map(|authority| &**authority))?),
                None => Arc::clone(&usual.trusted),
            };
            builder
                .with_custom_certificate_verifier(Verifier::new(Believed::Chain(Chain::new(trusted, depth)), &provider))
        }
    };
    let mut config = match terms.shown(usual) {
        Some(shown) => builder.with_client_cert_resolver(Arc::new(Shows(Arc::clone(shown)))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = match terms.spoken {
        Spoken::Http1 => vec![HTTP1.to_vec()],
        Spoken::Http2 => vec![H2.to_vec()],
        Spoken::Anything => Vec::new(),
    };
    Ok(Arc::new(config))
}

fn roots<'a>(authorities: impl IntoIterator<Item = &'a Authority>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.0.clone()).map_err(|error| TlsError::Authority(error.to_string()))?;
    }
    Ok(roots)
}

/// Shows an identity to upstreams that ask for one, whatever authorities they name: configuration knows better.
#[derive(Debug)]
struct Shows(Arc<Identity>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.for_schemes(schemes)
    }

    fn has_certs(&self) -> bool {
        true
    }
}
