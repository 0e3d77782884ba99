//! Keys that verify, each bound to one algorithm when it is made.

mod ed448;
mod edwards25519;
mod id;
mod short_rsa;

#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, EcdsaVerificationAlgorithm,
    ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters,
};
use serde_json::Value;

use crate::key::{Curve, Jwk, KeyError, Material, PublicKey, RsaKey, jwk_algorithm};
use crate::{Algorithm, base64url};
use ed448::Ed448Key;
pub use id::VerifierId;
use short_rsa::ShortRsa384;

/// The signature is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The token claims another algorithm than the key is bound to.
    #[error("the token says `{token}` and the key is for `{key}`")]
    Algorithm {
        /// What the token's header claims.
        token: Algorithm,
        /// What the key is bound to.
        key: Algorithm,
    },
    /// The signature does not belong to the text and the key; of the wrong length included.
    #[error("the signature does not match")]
    Mismatch,
}

/// Whether a worker may verify between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// A verification takes less than some 200 microseconds.
    Inline,
    /// It takes longer and belongs off the worker: ES384, ES512, Ed448, and RSA keys above 4096 bits.
    Slow,
}

/// What someone should be told about a key that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// An HMAC secret that is shorter than its hash (RFC 7518 section 3.2).
    #[error("the secret has {bytes} bytes, and {recommended} are the least that RFC 7518 allows for this algorithm")]
    ShortSecret {
        /// The bytes that it has.
        bytes: usize,
        /// The bytes that it should have.
        recommended: usize,
    },
    /// An RSA key under 2048 bits (RFC 7518 section 3.3).
    #[error("the RSA key has {bits} bits, and 2048 are the least that RFC 7518 allows")]
    ShortRsaKey {
        /// The bits of its modulus.
        bits: u32,
    },
}

/// A key, parsed once and bound to one algorithm.
pub struct Verifier {
    id: VerifierId,
    algorithm: Algorithm,
    cost: Cost,
    weakness: Option<Weakness>,
    key: Key,
}

enum Key {
    Hmac(Box<hmac::Key>),
    /// RSA, RSA-PSS, ECDSA and Ed25519; aws-lc keeps the parsed key together with its one algorithm.
    Library(ParsedPublicKey),
    /// RS384 with less than 2048 bits, which aws-lc-rs does not offer.
    ShortRsa(ShortRsa384),
    Ed448(Box<Ed448Key>),
}

impl Verifier {
    /// A verifier for HS256, HS384 or HS512.
    ///
    /// # Errors
    /// [`KeyError::EmptySecret`]; [`KeyError::Unfit`] for an algorithm that takes no secret.
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let (hash, recommended) = match algorithm {
            Algorithm::HS256 => (hmac::HMAC_SHA256, 32),
            Algorithm::HS384 => (hmac::HMAC_SHA384, 48),
            Algorithm::HS512 => (hmac::HMAC_SHA512, 64),
            _ => return Err(KeyError::Unfit { algorithm, found: "a secret" }),
        };
        if secret.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        let weakness = Weakness::ShortSecret { bytes: secret.len(), recommended };
        Ok(Verifier {
            id: VerifierId::of(algorithm, &[secret]),
            algorithm,
            cost: Cost::Inline,
            weakness: (secret.len() < recommended).then_some(weakness),
            key: Key::Hmac(Box::new(hmac::Key::new(hash, secret))),
        })
    }

    /// A verifier for HS256, HS384 or HS512 whose secret is written in base64url, as with `secret_is_base64`.
    ///
    /// # Errors
    /// [`KeyError::SecretEncoding`] where it is not, the alphabet of plain base64 included; else as
    /// [`Verifier::from_secret`].
    pub fn from_base64_secret(algorithm: Algorithm, secret: &str) -> Result<Self, KeyError> {
        let secret = base64url::decode_secret(secret).map_err(|_| KeyError::SecretEncoding)?;
        Self::from_secret(algorithm, &secret)
    }

    /// A verifier for an asymmetric algorithm from any PEM that [`PublicKey::from_pem`] reads.
    ///
    /// # Errors
    /// [`KeyError`], so also where the key does not fit the algorithm.
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyError> {
        Self::from_public_key(algorithm, &PublicKey::from_pem(pem)?)
    }

    /// A verifier from a JWK, bound to `algorithm`, which the JWK must not contradict; without one to the JWK's own.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_jwk(algorithm: Option<Algorithm>, jwk: &Value) -> Result<Self, KeyError> {
        let algorithm = jwk_algorithm(algorithm, jwk)?;
        match Jwk::parse(jwk)? {
            Jwk::Secret(secret) => Self::from_secret(algorithm, &secret),
            Jwk::Public(key) => Self::from_public_key(algorithm, &key),
        }
    }

    /// A verifier for a public key that was read before.
    ///
    /// # Errors
    /// [`KeyError::Unfit`] for another kind of key, [`KeyError::RsaSize`], or [`KeyError::Malformed`] for a point that
    /// is not on its curve.
    pub fn from_public_key(algorithm: Algorithm, key: &PublicKey) -> Result<Self, KeyError> {
        let (parsed, id) = match &key.0 {
            Material::Rsa(rsa) if rsa.usage().allows(algorithm) => {
                (rsa_key(algorithm, rsa)?, VerifierId::of(algorithm, &[rsa.modulus(), rsa.exponent()]))
            }
            Material::Ec { curve, point } if curve.algorithm() == algorithm => {
                (ec_key(*curve, point)?, VerifierId::of(algorithm, &[point]))
            }
            Material::Ed25519(key) if algorithm == Algorithm::EdDSA => {
                (ed25519_key(key)?, VerifierId::of(algorithm, &[key]))
            }
            Material::Ed448(key) if algorithm == Algorithm::EdDSA => {
                (Key::Ed448(Box::new(Ed448Key::new(key)?)), VerifierId::of(algorithm, &[key]))
            }
            _ => return Err(KeyError::Unfit { algorithm, found: key.describe() }),
        };
        let bits = key.rsa_bits();
        let slow = match &key.0 {
            Material::Rsa(rsa) => rsa.bits() > 4096,
            Material::Ec { curve, .. } => *curve != Curve::P256,
            Material::Ed25519(_) => false,
            Material::Ed448(_) => true,
        };
        Ok(Verifier {
            id,
            algorithm,
            cost: if slow { Cost::Slow } else { Cost::Inline },
            weakness: bits.filter(|&bits| bits < 2048).map(|bits| Weakness::ShortRsaKey { bits }),
            key: parsed,
        })
    }

    /// The one algorithm that this verifies.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Where verifying belongs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// What is weak about the key, if anything is.
    #[must_use]
    pub fn weakness(&self) -> Option<Weakness> {
        self.weakness
    }

    /// Which key this is: equal for equal keys under one algorithm, in this process.
    #[must_use]
    pub fn id(&self) -> VerifierId {
        self.id
    }

    /// Verifies a signature in its JOSE form: of ECDSA the two numbers side by side, not DER (RFC 7518 section 3.4).
    /// A MAC is compared in constant time.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`].
    pub fn verify(&self, signing_input: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let right = match &self.key {
            Key::Hmac(key) => hmac::verify(key, signing_input, signature).is_ok(),
            Key::Library(key) => key.verify_sig(signing_input, signature).is_ok(),
            Key::ShortRsa(key) => key.verify(signing_input, signature),
            Key::Ed448(key) => key.verify(signing_input, signature),
        };
        if right { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    /// [`Verifier::verify`] for a text that claims an algorithm: the claim is compared, never followed.
    pub(crate) fn verify_as(&self, claimed: Algorithm, input: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        if claimed != self.algorithm {
            return Err(SignatureError::Algorithm { token: claimed, key: self.algorithm });
        }
        self.verify(input, signature)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// RS* takes 1024 to 8192 bits, because Kong takes them and old partners have them; PS* is younger and starts at 2048.
fn rsa_key(algorithm: Algorithm, key: &RsaKey) -> Result<Key, KeyError> {
    let (min, parameters): (u32, &'static RsaParameters) = match algorithm {
        Algorithm::RS256 => (1024, &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        Algorithm::RS384 => (1024, &RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => (1024, &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        Algorithm::PS256 => (2048, &RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => (2048, &RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => (2048, &RSA_PSS_2048_8192_SHA512),
        _ => return Err(KeyError::Unfit { algorithm, found: "an RSA key" }),
    };
    let bits = key.bits();
    if !(min..=8192).contains(&bits) {
        return Err(KeyError::RsaSize { algorithm, bits, min });
    }
    if algorithm == Algorithm::RS384 && bits < 2048 {
        return ShortRsa384::new(key).map(Key::ShortRsa);
    }
    PublicKeyComponents { n: key.modulus(), e: key.exponent() }
        .to_parsed_public_key(parameters)
        .map(Key::Library)
        .map_err(|_| KeyError::Malformed("the RSA public key"))
}

fn ec_key(curve: Curve, point: &[u8]) -> Result<Key, KeyError> {
    let parameters: &'static EcdsaVerificationAlgorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &ECDSA_P521_SHA512_FIXED,
    };
    let uncompressed = 2 * curve.field_len() + 1;
    // aws-lc also reads whole structures here; a point is all that may come.
    if point.len() != uncompressed && point.len() != curve.field_len() + 1 {
        return Err(KeyError::Malformed("the EC point"));
    }
    ParsedPublicKey::new(parameters, point).map(Key::Library).map_err(|_| KeyError::Malformed("the EC point"))
}

fn ed25519_key(key: &[u8; 32]) -> Result<Key, KeyError> {
    // aws-lc looks at the point only when it verifies, and a key that can never verify is refused when it is given.
    if !edwards25519::is_point(key) {
        return Err(KeyError::Malformed("the Ed25519 key"));
    }
    ParsedPublicKey::new(&ED25519, key).map(Key::Library).map_err(|_| KeyError::Malformed("the Ed25519 key"))
}
