//! The key of a certificate, and the request that it signs (RFC 2986).

use gibbon_jose::{Algorithm, PublicKey};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};

use super::config::KeySort;
use super::error::AcmeError;

/// The longest common name that there may be; longer names stand among the alternative ones only.
const LONGEST_COMMON_NAME: usize = 64;

/// A key with the request that it has signed.
pub(super) struct Request {
    /// The key, as PEM.
    pub(super) key: String,
    /// The request, as DER.
    pub(super) der: Vec<u8>,
}

/// A request for a host, by the key that it had before, or else by a new one. It takes seconds to make one of RSA: not
/// for where others wait.
pub(super) fn make(host: &str, sort: KeySort, before: Option<&str>) -> Result<Request, AcmeError> {
    let key = match before.filter(|pem| is_of(pem, sort)).and_then(|pem| KeyPair::from_pem(pem).ok()) {
        Some(key) => key,
        None => match sort {
            KeySort::Rsa(size) => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size)?,
            KeySort::Ecc => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        },
    };
    let mut params = CertificateParams::new([host.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    if host.len() <= LONGEST_COMMON_NAME {
        params.distinguished_name.push(DnType::CommonName, host);
    }
    Ok(Request { der: params.serialize_request(&key)?.der().to_vec(), key: key.serialize_pem() })
}

fn is_of(pem: &str, sort: KeySort) -> bool {
    let Ok(key) = PublicKey::of_private_pem(pem) else { return false };
    match sort {
        KeySort::Rsa(size) => key.rsa_bits() == Some(bits(size)),
        KeySort::Ecc => key.default_algorithm() == Algorithm::ES256,
    }
}

fn bits(size: RsaKeySize) -> u32 {
    match size {
        RsaKeySize::_2048 => 2048,
        RsaKeySize::_3072 => 3072,
        _ => 4096,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_as_long_as_it_is_of_the_kind_that_is_wanted() {
        let first = make("a.example", KeySort::Ecc, None).unwrap();
        assert_eq!(make("a.example", KeySort::Ecc, Some(&first.key)).unwrap().key, first.key);
        let rsa = make("a.example", KeySort::Rsa(RsaKeySize::_2048), Some(&first.key)).unwrap();
        assert_eq!(PublicKey::of_private_pem(&rsa.key).unwrap().rsa_bits(), Some(2048));
        assert_eq!(make("a.example", KeySort::Rsa(RsaKeySize::_2048), Some(&rsa.key)).unwrap().key, rsa.key);
        assert_ne!(make("a.example", KeySort::Ecc, Some("no key")).unwrap().key, first.key);
    }

    #[test]
    fn a_name_that_is_too_long_to_be_a_common_one_is_asked_for_all_the_same() {
        let host = format!("{}.{}.example", "a".repeat(60), "b".repeat(60));
        assert!(make(&host, KeySort::Ecc, None).is_ok());
    }
}
