//! Private keys: to sign with, and to take the public half of.

use aws_lc_rs::agreement;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use der::Decode;
use der::asn1::OctetStringRef;
use ed448_goldilocks::SigningKey;
use pkcs8::PrivateKeyInfoRef;
use sec1::{EcParameters, EcPrivateKey};
use serde_json::Value;

use super::pem::{self, Form};
use super::{Curve, KeyError, Material, PublicKey, RsaUse, asn1, private_jwk, pss};

/// A private key in the form that its signing code takes.
pub(crate) enum PrivateKey {
    Rsa {
        /// An `RSAPrivateKey` (RFC 8017 appendix A.1.2).
        pkcs1: Vec<u8>,
        usage: RsaUse,
    },
    Ec {
        curve: Curve,
        /// Big-endian, as long as the field of the curve.
        scalar: Vec<u8>,
    },
    Ed25519([u8; 32]),
    Ed448([u8; 57]),
}

impl PrivateKey {
    /// Reads the first PEM block with a key, which has to be a private one.
    pub(crate) fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::first_key(text)?;
        match block.label {
            pem::Label::PrivateKey(form) => Self::from_der(form, &block.der),
            _ => Err(KeyError::NoPem),
        }
    }

    /// Reads a JWK of a private key.
    pub(crate) fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        private_jwk::read(jwk)
    }

    pub(super) fn from_der(form: Form, der: &[u8]) -> Result<Self, KeyError> {
        match form {
            Form::Pkcs8 => Self::from_pkcs8(der),
            Form::Pkcs1 => Ok(PrivateKey::Rsa { pkcs1: der.to_vec(), usage: RsaUse::Any }),
            Form::Sec1 => ec(der, None),
        }
    }

    /// RFC 5958; for the Edwards curves RFC 8410 section 7.
    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| MALFORMED)?;
        let key = info.private_key.as_bytes();
        match info.algorithm.oid {
            asn1::RSA_ENCRYPTION => Ok(PrivateKey::Rsa { pkcs1: key.to_vec(), usage: RsaUse::Any }),
            asn1::RSASSA_PSS => Ok(PrivateKey::Rsa { pkcs1: key.to_vec(), usage: pss::usage(&info.algorithm)? }),
            asn1::EC_PUBLIC_KEY => ec(key, Some(asn1::named_curve(&info.algorithm)?)),
            asn1::ED25519 => Ok(PrivateKey::Ed25519(seed(key)?)),
            asn1::ED448 => Ok(PrivateKey::Ed448(seed(key)?)),
            other => Err(KeyError::Unsupported(other.to_string())),
        }
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey, KeyError> {
        let material = match self {
            PrivateKey::Rsa { pkcs1, usage } => Material::Rsa(asn1::rsa_private_key(pkcs1, *usage)?),
            PrivateKey::Ec { curve, scalar } => Material::Ec { curve: *curve, point: point(*curve, scalar)? },
            PrivateKey::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| MALFORMED)?;
                Material::Ed25519(pair.public_key().as_ref().try_into().map_err(|_| MALFORMED)?)
            }
            PrivateKey::Ed448(seed) => {
                let key = SigningKey::try_from(&seed[..]).map_err(|_| MALFORMED)?;
                Material::Ed448(key.verifying_key().to_bytes())
            }
        };
        Ok(PublicKey(material))
    }
}

const MALFORMED: KeyError = KeyError::Malformed("the private key");

/// The point of a scalar.
pub(crate) fn point(curve: Curve, scalar: &[u8]) -> Result<Vec<u8>, KeyError> {
    let agreement = match curve {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => &agreement::ECDH_P521,
    };
    let key = agreement::PrivateKey::from_private_key(agreement, scalar).map_err(|_| MALFORMED)?;
    Ok(key.compute_public_key().map_err(|_| MALFORMED)?.as_ref().to_vec())
}

/// RFC 5915; inside PKCS#8 the curve stands outside.
fn ec(der: &[u8], outside: Option<Curve>) -> Result<PrivateKey, KeyError> {
    let key = EcPrivateKey::from_der(der).map_err(|_| MALFORMED)?;
    let inside = match key.parameters {
        Some(EcParameters::NamedCurve(oid)) => Some(asn1::curve(oid)?),
        None => None,
    };
    let curve = match (outside, inside) {
        (Some(outside), Some(inside)) if outside != inside => return Err(MALFORMED),
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => return Err(MALFORMED),
    };
    // Some writers leave out leading zeros.
    let missing = curve.field_len().checked_sub(key.private_key.len()).ok_or(MALFORMED)?;
    let scalar = [vec![0; missing], key.private_key.to_vec()].concat();
    Ok(PrivateKey::Ec { curve, scalar })
}

/// A `CurvePrivateKey`: an octet string in the octet string (RFC 8410 section 7).
fn seed<const LEN: usize>(key: &[u8]) -> Result<[u8; LEN], KeyError> {
    let inner = <&OctetStringRef>::from_der(key).map_err(|_| MALFORMED)?;
    inner.as_bytes().try_into().map_err(|_| MALFORMED)
}
