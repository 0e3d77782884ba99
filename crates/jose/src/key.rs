//! Public keys from the forms in which they are handed around: PEM of six kinds, and JWK.

mod asn1;
mod jwk;
mod pem;
mod private;
mod private_jwk;
mod pss;
mod roca;
mod rsa;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

use crate::Algorithm;
pub(crate) use jwk::{Jwk, algorithm as jwk_algorithm};
pub(crate) use private::{PrivateKey, point};
pub(crate) use rsa::{RsaKey, RsaUse};

/// Why a key was refused. Nothing of the key itself is in the texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An HMAC secret of no bytes.
    #[error("the secret is empty")]
    EmptySecret,
    /// The secret is not base64url.
    #[error("the secret is not base64url")]
    SecretEncoding,
    /// A key of another kind, or on another curve, than the algorithm works with.
    #[error("`{algorithm}` does not work with {found}")]
    Unfit {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
        /// What the key is, with its article.
        found: &'static str,
    },
    /// There is no PEM block in the text, or none that holds a key.
    #[error("no PEM block with a key was found")]
    NoPem,
    /// A PEM block that does not end, or whose content is not base64.
    #[error("the PEM block `{0}` is damaged")]
    Pem(String),
    /// A private key behind a passphrase.
    #[error("the private key is encrypted")]
    Encrypted,
    /// Not the structure that it says it is, or values that are no key.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// A kind of key or a curve that no supported algorithm uses, by its object identifier or JWK name.
    #[error("keys of type `{0}` are not supported")]
    Unsupported(String),
    /// An RSA modulus of a size that the algorithm does not take.
    #[error("an RSA key of {bits} bits was given, and `{algorithm}` takes {min} to 8192")]
    RsaSize {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
        /// The size of the modulus.
        bits: u32,
        /// The smallest modulus that is taken.
        min: u32,
    },
    /// An RSA exponent that is even, below 3, or above 33 bits.
    #[error("the RSA public exponent is not an odd number from 3 to 2^33")]
    RsaExponent,
    /// An RSA modulus as broken smart cards made them (CVE-2017-15361, ROCA): its factors can be computed.
    #[error("the RSA key can be factored (CVE-2017-15361)")]
    Roca,
    /// A member of a JWK that is absent or has no meaning.
    #[error("member `{0}` of the JWK is missing or malformed")]
    JwkMember(&'static str),
    /// A JWK that is for something else than verifying, by its `use` or `key_ops`.
    #[error("the JWK is not meant for verifying signatures")]
    JwkUse,
    /// A JWK that is for another algorithm than was asked for.
    #[error("the JWK is for `{own}` and not for `{asked}`")]
    JwkAlgorithm {
        /// The algorithm that was asked for.
        asked: Algorithm,
        /// The one that the JWK names.
        own: Algorithm,
    },
    /// Nobody says which algorithm it is to be, and the type of the key leaves a choice.
    #[error("no algorithm was given, and the JWK names none")]
    NoAlgorithm,
}

/// The curves of RFC 7518 section 3.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256, for ES256.
    P256,
    /// NIST P-384, for ES384.
    P384,
    /// NIST P-521, for ES512.
    P521,
}

impl Curve {
    /// The bytes of one coordinate, and of a private scalar.
    pub(crate) const fn field_len(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The one algorithm that uses this curve.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Curve::P256 => Algorithm::ES256,
            Curve::P384 => Algorithm::ES384,
            Curve::P521 => Algorithm::ES512,
        }
    }
}

/// The kinds of asymmetric keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA (RFC 8017).
    Rsa,
    /// A curve of NIST.
    Ec,
    /// An Edwards curve (RFC 8032).
    Edwards,
}

/// A public key that was read and checked, and is not bound to an algorithm yet.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(pub(crate) Material);

/// What a public key consists of.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa(RsaKey),
    Ec {
        curve: Curve,
        /// A point in the form of SEC 1 section 2.3.3, compressed or not.
        point: Vec<u8>,
    },
    Ed25519([u8; 32]),
    Ed448([u8; 57]),
}

impl PublicKey {
    /// Reads the first PEM block that holds a key: `PUBLIC KEY` (RFC 5280), `RSA PUBLIC KEY` (RFC 8017),
    /// `CERTIFICATE`, or a private key (`PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`), of which the public half
    /// is taken, because Kong's loader takes these as well.
    ///
    /// Line ends of any kind, white space around lines and a missing last line end do no harm.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::first_key(text)?;
        match block.label {
            pem::Label::PublicKey => asn1::subject_public_key_info(&block.der),
            pem::Label::RsaPublicKey => Ok(PublicKey(Material::Rsa(asn1::rsa_public_key(&block.der, RsaUse::Any)?))),
            pem::Label::Certificate => asn1::certificate(&block.der),
            pem::Label::PrivateKey(form) => PrivateKey::from_der(form, &block.der)?.public_key(),
        }
    }

    /// The public half of the first private key of a text, in one of the forms that [`PublicKey::from_pem`] reads.
    ///
    /// # Errors
    /// [`KeyError`]; a key that is not private is refused.
    pub fn of_private_pem(text: &str) -> Result<Self, KeyError> {
        PrivateKey::from_pem(text)?.public_key()
    }

    /// The public half of a private key in a JWK, whatever that is meant for.
    ///
    /// # Errors
    /// [`KeyError`]; a JWK of a public key is refused, and one whose halves do not belong together.
    pub fn of_private_jwk(jwk: &Value) -> Result<Self, KeyError> {
        PrivateKey::from_jwk(jwk)?.public_key()
    }

    /// Reads an asymmetric JWK (RFC 7517; RFC 7518 section 6; RFC 8037 section 2). Of a private one the public members
    /// are taken.
    ///
    /// # Errors
    /// [`KeyError`]; a JWK whose `use` is not `sig` or whose `key_ops` lack `verify` is refused.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        match Jwk::parse(jwk)? {
            Jwk::Public(key) => Ok(key),
            Jwk::Secret(_) => Err(KeyError::Unsupported("oct".to_owned())),
        }
    }

    /// The algorithm that one expects with such a key when nobody says: RS256 (or the PS* that the key itself names)
    /// for RSA, the algorithm of the curve, EdDSA.
    #[must_use]
    pub fn default_algorithm(&self) -> Algorithm {
        match &self.0 {
            Material::Rsa(key) => key.usage().default_algorithm(),
            Material::Ec { curve, .. } => curve.algorithm(),
            Material::Ed25519(_) | Material::Ed448(_) => Algorithm::EdDSA,
        }
    }

    /// The members of its JWK that it cannot do without, in the order in which its thumbprint has them (RFC 7638 section
    /// 3.2). `None` for a key on a curve that was given as a compressed point; those of private keys are not.
    #[must_use]
    pub fn to_jwk(&self) -> Option<Map<String, Value>> {
        jwk::required_members(&self.0)
    }

    /// What this is, with its article, for a sentence about it.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.0 {
            Material::Rsa(_) => "an RSA key",
            Material::Ec { curve: Curve::P256, .. } => "an EC key on P-256",
            Material::Ec { curve: Curve::P384, .. } => "an EC key on P-384",
            Material::Ec { curve: Curve::P521, .. } => "an EC key on P-521",
            Material::Ed25519(_) => "an Ed25519 key",
            Material::Ed448(_) => "an Ed448 key",
        }
    }

    /// The kind of key that it is, whatever its size or curve.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Material::Rsa(_) => KeyKind::Rsa,
            Material::Ec { .. } => KeyKind::Ec,
            Material::Ed25519(_) | Material::Ed448(_) => KeyKind::Edwards,
        }
    }

    /// The size of the modulus in bits, of an RSA key.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<u32> {
        match &self.0 {
            Material::Rsa(key) => Some(key.bits()),
            _ => None,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
