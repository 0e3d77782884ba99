//! Certificates for tests, made on the spot.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

/// A certificate of no authority, with its key.
pub(crate) fn leaf() -> (String, String) {
    leaf_with(&KeyPair::generate().unwrap())
}

/// As [`leaf`], with that key.
pub(crate) fn leaf_with(key: &KeyPair) -> (String, String) {
    let params = CertificateParams::new(["example.com".to_owned()]).unwrap();
    (params.self_signed(key).unwrap().pem(), key.serialize_pem())
}

/// The certificate of an authority that is valid until then.
pub(crate) fn authority(not_after: i64) -> String {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(not_after.cast_unsigned());
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}
