//! The keys of a set under a policy: verifiers, each bound to one algorithm.

use std::fmt;
use std::sync::Arc;

use super::published::{Material, Validity};
use super::{JwkSet, LeftOut, PublishedKey, Unusable};
use crate::{Algorithm, KeyError, Verifier, VerifierId};

/// The verifiers that one set may become.
const MOST: usize = 64;

/// What a set may be used for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The algorithms that may be. Without it all but those with a secret, and an RSA key that names none is for RS256.
    pub algorithms: Option<Box<[Algorithm]>>,
    /// The thumbprints (RFC 7638, SHA-256, base64url) of the only keys that may be; of any if empty.
    pub thumbprints: Box<[Box<str>]>,
}

/// A key, bound to one algorithm.
pub struct BoundKey {
    kid: Option<Box<str>>,
    thumbprint: Option<Box<str>>,
    validity: Validity,
    verifier: Arc<Verifier>,
}

/// The keys that a policy allows.
#[derive(Default)]
pub struct KeySet {
    keys: Vec<BoundKey>,
    left_out: Vec<LeftOut>,
}

impl Policy {
    /// One algorithm.
    #[must_use]
    pub fn only(algorithm: Algorithm) -> Self {
        Self { algorithms: Some([algorithm].into()), thumbprints: Box::default() }
    }

    /// Whether keys may be for this algorithm at all.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        match &self.algorithms {
            Some(allowed) => allowed.contains(&algorithm),
            None => !algorithm.is_symmetric(),
        }
    }

    fn is_pinned(&self, key: &PublishedKey) -> bool {
        self.thumbprints.is_empty()
            || key.thumbprint().is_some_and(|print| self.thumbprints.iter().any(|p| **p == *print))
    }

    /// The verifiers of a key: one if the key says for which algorithm it is, else one for each that is allowed.
    fn verifiers(&self, key: &PublishedKey) -> Result<Vec<Verifier>, Unusable> {
        if !self.is_pinned(key) {
            return Err(Unusable::NotPinned);
        }
        if let Some(own) = key.algorithm {
            return if self.allows(own) { Ok(vec![verifier(key, own)?]) } else { Err(Unusable::Algorithm(own)) };
        }
        match (&self.algorithms, &key.material) {
            (Some(allowed), _) => fitting(key, allowed),
            (None, Material::Public(public)) => Ok(vec![verifier(key, public.default_algorithm())?]),
            (None, Material::Secret(_)) => Err(Unusable::NoAlgorithm),
        }
    }
}

/// One verifier for each algorithm that works with the key.
fn fitting(key: &PublishedKey, allowed: &[Algorithm]) -> Result<Vec<Verifier>, Unusable> {
    let (mut found, mut why) = (Vec::new(), Unusable::NoAlgorithm);
    for algorithm in allowed {
        match verifier(key, *algorithm) {
            Ok(verifier) => found.push(verifier),
            Err(KeyError::Unfit { .. }) => {}
            Err(other) => why = other.into(),
        }
    }
    if found.is_empty() { Err(why) } else { Ok(found) }
}

fn verifier(key: &PublishedKey, algorithm: Algorithm) -> Result<Verifier, KeyError> {
    match &key.material {
        Material::Public(public) => Verifier::from_public_key(algorithm, public),
        Material::Secret(secret) => Verifier::from_secret(algorithm, secret),
    }
}

impl KeySet {
    pub(super) fn new(set: &JwkSet, policy: &Policy) -> Self {
        let mut all = Self { keys: Vec::new(), left_out: set.left_out().to_vec() };
        for key in set.keys() {
            match policy.verifiers(key) {
                Ok(verifiers) => all.keys.extend(verifiers.into_iter().map(|verifier| BoundKey::new(key, verifier))),
                Err(reason) => all.left_out.push(LeftOut { kid: key.kid.clone(), reason }),
            }
        }
        all.keys.truncate(MOST);
        all
    }

    /// The keys that a token may be verified with at `now` (seconds since 1970): those of its algorithm, and of its
    /// `kid` if it has one. Several may share a `kid`; only one of them has signed.
    pub fn candidates<'k>(
        &'k self,
        kid: Option<&'k str>,
        algorithm: Algorithm,
        now: i64,
    ) -> impl Iterator<Item = &'k BoundKey> {
        self.keys.iter().filter(move |key| {
            key.verifier.algorithm() == algorithm
                && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
                && key.validity.holds(now)
        })
    }

    /// The key with this identity, if it may be used at `now`.
    #[must_use]
    pub fn find(&self, id: VerifierId, now: i64) -> Option<&BoundKey> {
        self.keys.iter().find(|key| key.verifier.id() == id && key.validity.holds(now))
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> &[BoundKey] {
        &self.keys
    }

    /// What is in the set and is not used, and why.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

impl BoundKey {
    fn new(key: &PublishedKey, verifier: Verifier) -> Self {
        let thumbprint = key.thumbprint().map(String::into_boxed_str);
        Self { kid: key.kid.clone(), thumbprint, validity: key.validity, verifier: Arc::new(verifier) }
    }

    /// What tokens name it by.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its thumbprint (RFC 7638); none of a secret.
    #[must_use]
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// From when until when it may be used.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// What verifies.
    #[must_use]
    pub fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| (&key.kid, key.verifier.algorithm()))).finish()
    }
}
