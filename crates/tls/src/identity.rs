//! Certificates with their keys.

use std::fmt;
use std::sync::Arc;

use gibbon_conf::PemPair;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ClientHello;
use rustls::sign::CertifiedKey;
use rustls::{SignatureAlgorithm, SignatureScheme};

use crate::error::TlsError;

/// Who the gateway says that it is: a certificate with its chain and its key, or several whose keys are of different
/// kinds, for clients that do not know all of them.
#[derive(Clone)]
pub struct Identity {
    /// Those whose signatures are cheap come first.
    keys: Box<[Arc<CertifiedKey>]>,
}

/// Keys are not shown.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificates", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Identity {
    /// Takes certificates and their keys, as PEM.
    ///
    /// # Errors
    /// [`TlsError`] of the first that cannot be used; a key that belongs to another certificate cannot.
    pub fn from_pem<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, TlsError> {
        let keys: Result<Vec<_>, _> = pairs.into_iter().map(|(certificate, key)| certified(certificate, key)).collect();
        let mut keys = keys?;
        if keys.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        keys.sort_by_key(|certified| is_rsa(certified));
        Ok(Self { keys: keys.into() })
    }

    /// Takes those of the settings.
    ///
    /// # Errors
    /// As for [`Identity::from_pem`], or where a file cannot be read.
    pub fn load(pairs: &[PemPair]) -> Result<Self, TlsError> {
        let read = |what, pem: &gibbon_conf::Pem| pem.read().map_err(|source| TlsError::Io { what, source });
        let both = |pair: &PemPair| Ok((read("a certificate", &pair.certificate)?, read("a key", &pair.key)?));
        let texts: Result<Vec<_>, TlsError> = pairs.iter().map(both).collect();
        Self::from_pem(texts?.iter().map(|(certificate, key)| (certificate.as_str(), key.as_str())))
    }

    /// The one that this client can verify; the first one where it can verify none, for it to say so.
    pub fn choose(&self, hello: &ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.for_schemes(hello.signature_schemes())
    }

    /// The same for whoever knows these signatures.
    pub(crate) fn for_schemes(&self, schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let fits = |certified: &&Arc<CertifiedKey>| certified.key.choose_scheme(schemes).is_some();
        self.keys.iter().find(fits).or(self.keys.first()).cloned()
    }

    /// Whether it may sign with an RSA key, which takes hundreds of microseconds.
    pub fn may_sign_slowly(&self) -> bool {
        self.keys.iter().any(|certified| is_rsa(certified))
    }
}

fn is_rsa(certified: &CertifiedKey) -> bool {
    certified.key.algorithm() == SignatureAlgorithm::RSA
}

fn certified(certificate: &str, key: &str) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::NoKey)?;
    let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(TlsError::Unusable)?;
    Ok(Arc::new(certified))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::made;

    #[test]
    fn a_certificate_is_taken_with_its_own_key_only() {
        let (first, second) = (made().unwrap(), made().unwrap());
        let identity = Identity::from_pem([(first.0.as_str(), first.1.as_str())]).unwrap();
        assert!(identity.for_schemes(&[]).is_some() && !identity.may_sign_slowly());
        let mixed = Identity::from_pem([(first.0.as_str(), second.1.as_str())]);
        assert!(matches!(mixed, Err(TlsError::Unusable(_))), "{mixed:?}");
        let no_key = Identity::from_pem([(first.0.as_str(), "nothing")]);
        assert!(matches!(no_key, Err(TlsError::NoKey)));
        let nothing = Identity::from_pem([("", first.1.as_str())]);
        assert!(matches!(nothing, Err(TlsError::NoCertificate)));
        assert!(matches!(Identity::from_pem([]), Err(TlsError::NoCertificate)));
    }
}
