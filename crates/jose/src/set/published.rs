//! One key of a set, as its owner describes it.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::Unusable;
use crate::key::Jwk;
use crate::{Algorithm, KeyError, PublicKey, base64url};

/// A key with what its owner says of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublishedKey {
    pub(super) kid: Option<Box<str>>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) validity: Validity,
    pub(super) material: Material,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Material {
    Public(PublicKey),
    Secret(Box<[u8]>),
}

/// From when until when a key may be used, in seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: Option<i64>,
    /// The first second after it.
    pub not_after: Option<i64>,
}

impl Validity {
    /// Whether `now` lies within.
    #[must_use]
    pub fn holds(self, now: i64) -> bool {
        self.not_before.is_none_or(|first| first <= now) && self.not_after.is_none_or(|end| now < end)
    }
}

impl PublishedKey {
    /// A public key under a name.
    #[must_use]
    pub fn public(kid: Option<&str>, key: PublicKey) -> Self {
        let material = Material::Public(key);
        Self { kid: kid.map(Box::from), algorithm: None, validity: Validity::default(), material }
    }

    /// A secret under a name.
    #[must_use]
    pub fn secret(kid: Option<&str>, secret: &[u8]) -> Self {
        let material = Material::Secret(secret.into());
        Self { kid: kid.map(Box::from), algorithm: None, validity: Validity::default(), material }
    }

    /// Reads a JWK. The members `nbf` and `exp` say from when until when it may be used, as in OpenID Federation.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn from_jwk(jwk: &Value) -> Result<Self, Unusable> {
        let algorithm = match jwk.get("alg") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => {
                let known = Algorithm::from_name(name);
                Some(known.ok_or_else(|| KeyError::Unsupported(name.chars().take(40).collect()))?)
            }
            Some(_) => return Err(KeyError::JwkMember("alg").into()),
        };
        let material = match Jwk::parse(jwk)? {
            Jwk::Secret(secret) if secret.is_empty() => return Err(KeyError::EmptySecret.into()),
            Jwk::Secret(secret) => Material::Secret(secret.into()),
            Jwk::Public(_) if jwk.get("d").is_some() => return Err(Unusable::Private),
            Jwk::Public(key) => Material::Public(key),
        };
        let validity = Validity { not_before: seconds(jwk, "nbf")?, not_after: seconds(jwk, "exp")? };
        Ok(Self { kid: kid(jwk), algorithm, validity, material })
    }

    /// The same key for one algorithm.
    #[must_use]
    pub fn for_algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm: Some(algorithm), ..self }
    }

    /// The same key for a time.
    #[must_use]
    pub fn within(self, validity: Validity) -> Self {
        Self { validity, ..self }
    }

    /// What tokens name it by.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// From when until when it may be used.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// What it is, with its article.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.material {
            Material::Public(key) => key.describe(),
            Material::Secret(_) => "a secret",
        }
    }

    /// Its thumbprint with SHA-256 (RFC 7638), in base64url. None of a secret, which it would help to guess.
    #[must_use]
    pub fn thumbprint(&self) -> Option<String> {
        let Material::Public(key) = &self.material else { return None };
        let members = serde_json::to_string(&key.to_jwk()?).ok()?;
        Some(base64url::encode(digest(&SHA256, members.as_bytes()).as_ref()))
    }
}

/// The `kid` of a JWK, if it is one that a token can name: at most 1,024 bytes, as no token's is longer in earnest.
pub(super) fn kid(jwk: &Value) -> Option<Box<str>> {
    jwk.get("kid").and_then(Value::as_str).filter(|kid| kid.len() <= 1024).map(Box::from)
}

#[expect(clippy::cast_possible_truncation, reason = "a cast saturates, which is what is meant")]
fn seconds(jwk: &Value, name: &'static str) -> Result<Option<i64>, KeyError> {
    match jwk.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(time) => time.as_f64().map(|time| Some(time.floor() as i64)).ok_or(KeyError::JwkMember(name)),
    }
}

impl fmt::Debug for PublishedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedKey").field("kid", &self.kid).field("is", &self.describe()).finish_non_exhaustive()
    }
}
