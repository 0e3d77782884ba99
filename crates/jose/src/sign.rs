//! Making tokens: for `gibbon jwt mint` and for tests. The gateway itself signs nothing.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
};
use serde_json::{Map, Value};

use crate::key::{Curve, PrivateKey, RsaUse, point};
use crate::{Algorithm, KeyError, base64url};

/// The text could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature could not be made")]
pub struct SignError;

/// A private key or secret, bound to one algorithm.
pub struct Signer {
    algorithm: Algorithm,
    key: Key,
}

enum Key {
    Hmac(Box<hmac::Key>),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
    Ed448(Box<ed448_goldilocks::SigningKey>),
}

impl Signer {
    /// A signer for HS256, HS384 or HS512.
    ///
    /// # Errors
    /// As [`crate::Verifier::from_secret`].
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let hash = match algorithm {
            Algorithm::HS256 => hmac::HMAC_SHA256,
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => return Err(KeyError::Unfit { algorithm, found: "a secret" }),
        };
        if secret.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        Ok(Signer { algorithm, key: Key::Hmac(Box::new(hmac::Key::new(hash, secret))) })
    }

    /// A signer for an asymmetric algorithm from a private key: PKCS#8, PKCS#1 or SEC 1, not encrypted. RSA keys have
    /// 2048 bits or more, and elliptic keys the curve of the algorithm.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyError> {
        Self::of(algorithm, PrivateKey::from_pem(pem)?)
    }

    /// The same from a private key in a JWK, whatever that says it is meant for.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_jwk(algorithm: Algorithm, jwk: &Value) -> Result<Self, KeyError> {
        Self::of(algorithm, PrivateKey::from_jwk(jwk)?)
    }

    fn of(algorithm: Algorithm, private: PrivateKey) -> Result<Self, KeyError> {
        let public = private.public_key()?;
        let unfit = KeyError::Unfit { algorithm, found: public.describe() };
        let key = match private {
            PrivateKey::Rsa { pkcs1, usage } => rsa(algorithm, &pkcs1, usage, public.rsa_bits()).ok_or(unfit)??,
            PrivateKey::Ec { curve, scalar } if curve.algorithm() == algorithm => ec(curve, &scalar)?,
            PrivateKey::Ed25519(seed) if algorithm == Algorithm::EdDSA => {
                Key::Ed25519(Box::new(Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| MALFORMED)?))
            }
            PrivateKey::Ed448(seed) if algorithm == Algorithm::EdDSA => {
                Key::Ed448(Box::new(ed448_goldilocks::SigningKey::try_from(&seed[..]).map_err(|_| MALFORMED)?))
            }
            _ => return Err(unfit),
        };
        Ok(Signer { algorithm, key })
    }

    /// The algorithm that a private key is usually signed with.
    ///
    /// # Errors
    /// [`KeyError`] where the PEM holds no private key that is supported.
    pub fn default_algorithm(pem: &str) -> Result<Algorithm, KeyError> {
        Ok(PrivateKey::from_pem(pem)?.public_key()?.default_algorithm())
    }

    /// A compact token over `claims`, which are taken as they are. The header is `alg`, then `typ` unless `header` has
    /// its own, then the rest of `header`; its `alg` is ignored, since the key has one already.
    ///
    /// # Errors
    /// [`SignError`] where the library refuses to sign.
    pub fn sign(&self, header: &Map<String, Value>, claims: &str) -> Result<String, SignError> {
        let mut whole = Map::new();
        whole.insert("alg".to_owned(), self.algorithm.as_str().into());
        whole.insert("typ".to_owned(), "JWT".into());
        whole.extend(
            header.iter().filter(|(name, _)| *name != "alg").map(|(name, value)| (name.clone(), value.clone())),
        );
        self.sign_raw(Value::Object(whole).to_string().as_bytes(), claims.as_bytes())
    }

    /// A compact JWS over a header and a payload that are taken byte by byte, right or wrong: for tests of what reads
    /// them.
    ///
    /// # Errors
    /// [`SignError`] where the library refuses to sign.
    pub fn sign_raw(&self, header: &[u8], payload: &[u8]) -> Result<String, SignError> {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = self.signature(input.as_bytes())?;
        Ok(format!("{input}.{}", base64url::encode(&signature)))
    }

    /// The algorithm that this signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn signature(&self, input: &[u8]) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Hmac(key) => Ok(hmac::sign(key, input).as_ref().to_vec()),
            Key::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, input, &mut signature).map_err(|_| SignError)?;
                Ok(signature)
            }
            Key::Ecdsa(key) => Ok(key.sign(&random, input).map_err(|_| SignError)?.as_ref().to_vec()),
            Key::Ed25519(key) => Ok(key.try_sign(input).map_err(|_| SignError)?.as_ref().to_vec()),
            Key::Ed448(key) => Ok(key.sign_raw(input).to_bytes().to_vec()),
        }
    }
}

const MALFORMED: KeyError = KeyError::Malformed("the private key");

/// `None` for an algorithm that this RSA key does not serve.
fn rsa(algorithm: Algorithm, pkcs1: &[u8], usage: RsaUse, bits: Option<u32>) -> Option<Result<Key, KeyError>> {
    let encoding: &'static dyn RsaEncoding = match algorithm {
        _ if !usage.allows(algorithm) => return None,
        Algorithm::RS256 => &RSA_PKCS1_SHA256,
        Algorithm::RS384 => &RSA_PKCS1_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_SHA512,
        Algorithm::PS256 => &RSA_PSS_SHA256,
        Algorithm::PS384 => &RSA_PSS_SHA384,
        Algorithm::PS512 => &RSA_PSS_SHA512,
        _ => return None,
    };
    let bits = bits.unwrap_or_default();
    if !(2048..=8192).contains(&bits) {
        return Some(Err(KeyError::RsaSize { algorithm, bits, min: 2048 }));
    }
    Some(RsaKeyPair::from_der(pkcs1).map(|pair| Key::Rsa(Box::new(pair), encoding)).map_err(|_| MALFORMED))
}

fn ec(curve: Curve, scalar: &[u8]) -> Result<Key, KeyError> {
    let algorithm: &'static EcdsaSigningAlgorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        Curve::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
    };
    let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &point(curve, scalar)?);
    pair.map(|pair| Key::Ecdsa(Box::new(pair))).map_err(|_| MALFORMED)
}
