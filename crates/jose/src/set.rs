//! JWK Sets (RFC 7517 section 5): what an issuer publishes, and the keys that are made of it.
//!
//! A set is parsed once ([`JwkSet`]); whoever verifies with it says by a [`Policy`] which algorithms may be, and gets
//! verifiers that are each bound to one of them ([`KeySet`]). A key that names its algorithm is bound to that; for one
//! that does not, the policy decides, never a token.

mod bound;
mod published;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::{Algorithm, KeyError};
pub use bound::{BoundKey, KeySet, Policy};
pub use published::{PublishedKey, Validity};

/// Bounds on a set that is about to be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetLimits {
    /// The longest text, in bytes.
    pub max_bytes: usize,
    /// The keys that are taken; those behind them are left out.
    pub max_keys: usize,
}

impl Default for SetLimits {
    /// 256 KiB, 64 keys.
    fn default() -> Self {
        Self { max_bytes: 256 * 1024, max_keys: 64 }
    }
}

/// The text is no JWK Set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Longer than [`SetLimits::max_bytes`].
    #[error("the JWK Set has {bytes} bytes, and {most} are taken")]
    TooLong {
        /// The bytes that it has.
        bytes: usize,
        /// The bytes that it may have.
        most: usize,
    },
    /// Not JSON.
    #[error("the JWK Set is not JSON")]
    Syntax,
    /// No object with a member `keys` that is an array.
    #[error("there is no array `keys`")]
    NoKeys,
}

/// Why a key of a set is left out. The others are taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It cannot be read, or is for something else.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It holds what only its owner may know (RFC 7517 section 9.2).
    #[error("it holds private members, so that anybody who reads it can sign")]
    Private,
    /// It stands behind [`SetLimits::max_keys`] others.
    #[error("it stands behind {0} others, and no more are taken")]
    TooMany(usize),
    /// It is for an algorithm that the policy does not allow.
    #[error("it is for `{0}`, which is not allowed")]
    Algorithm(Algorithm),
    /// No algorithm that the policy allows works with it.
    #[error("no algorithm that is allowed works with it")]
    NoAlgorithm,
    /// Its thumbprint is none of those that are pinned.
    #[error("its thumbprint is not pinned")]
    NotPinned,
}

/// A key that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its `kid`, if it has one.
    pub kid: Option<Box<str>>,
    /// The reason.
    pub reason: Unusable,
}

/// The keys of a set, read and not bound to algorithms yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<PublishedKey>,
    left_out: Vec<LeftOut>,
}

impl JwkSet {
    /// Parses the JSON of a set. Keys that cannot be used are left out with a reason.
    ///
    /// # Errors
    /// [`SetError`] where the text is no set at all.
    pub fn parse(text: &[u8], limits: &SetLimits) -> Result<Self, SetError> {
        if text.len() > limits.max_bytes {
            return Err(SetError::TooLong { bytes: text.len(), most: limits.max_bytes });
        }
        let set: Value = serde_json::from_slice(text).map_err(|_| SetError::Syntax)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(SetError::NoKeys)?;
        let mut all = Self::default();
        for jwk in keys.iter().take(limits.max_keys) {
            all.add(jwk);
        }
        let kid = |jwk: &Value| published::kid(jwk);
        let beyond = keys.iter().skip(limits.max_keys).take(limits.max_keys);
        all.left_out.extend(beyond.map(|jwk| LeftOut { kid: kid(jwk), reason: Unusable::TooMany(limits.max_keys) }));
        Ok(all)
    }

    /// Adds a key, or what is wrong with it.
    fn add(&mut self, jwk: &Value) {
        match PublishedKey::from_jwk(jwk) {
            Ok(key) => self.keys.push(key),
            Err(reason) => self.left_out.push(LeftOut { kid: published::kid(jwk), reason }),
        }
    }

    /// The keys, in the order of the set.
    #[must_use]
    pub fn keys(&self) -> &[PublishedKey] {
        &self.keys
    }

    /// Those that were left out. Of keys beyond [`SetLimits::max_keys`] no more are named than were taken.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Verifiers for the keys that a policy allows, each bound to one algorithm.
    #[must_use]
    pub fn bind(&self, policy: &Policy) -> KeySet {
        KeySet::new(self, policy)
    }
}

impl FromIterator<PublishedKey> for JwkSet {
    fn from_iter<I: IntoIterator<Item = PublishedKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect(), left_out: Vec::new() }
    }
}
