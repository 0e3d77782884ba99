//! The keys that one configuration takes of a set, and when each of them was last of use.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use gibbon_jose::{Algorithm, BoundKey, JwkSet, KeySet, Policy, Verifier, VerifierId};

/// With how many keys a token is tried: those that share its `kid`, or all of its algorithm where it names none.
const TRIED: usize = 4;

/// See the module.
#[derive(Debug, Default)]
pub(in crate::jwt) struct Keys {
    set: KeySet,
    /// As many as there are keys; seconds since 1970, 0 for never.
    used: Vec<Arc<AtomicI64>>,
}

impl Keys {
    /// The keys of a set under a policy. Those that were among `before` keep when they were used.
    pub(super) fn new(set: &JwkSet, policy: &Policy, before: &Self) -> Self {
        let known: HashMap<VerifierId, &Arc<AtomicI64>> =
            before.set.keys().iter().map(|key| key.verifier().id()).zip(&before.used).collect();
        let set = set.bind(policy);
        let used =
            set.keys().iter().map(|key| known.get(&key.verifier().id()).map_or_else(Arc::default, |u| Arc::clone(u)));
        Self { used: used.collect(), set }
    }

    /// The keys that may have signed a token.
    pub(super) fn verifiers(&self, kid: Option<&str>, algorithm: Algorithm, now: i64) -> Vec<Arc<Verifier>> {
        self.set.candidates(kid, algorithm, now).take(TRIED).map(|key| Arc::clone(key.verifier())).collect()
    }

    /// Whether a key is among them that may be used now; it has just been of use.
    pub(super) fn confirm(&self, id: VerifierId, now: i64) -> bool {
        let keys = self.set.keys().iter().zip(&self.used);
        let found = keys.filter(|(key, _)| key.verifier().id() == id && key.validity().holds(now));
        found.fold(false, |_, (_, used)| {
            // Most requests of a second find it written, and leave the memory that all workers share alone.
            if used.load(Relaxed) != now {
                used.store(now, Relaxed);
            }
            true
        })
    }

    /// Each key, and when it was last of use.
    pub(super) fn report(&self) -> impl Iterator<Item = (&BoundKey, Option<i64>)> {
        let used = self.used.iter().map(|used| Some(used.load(Relaxed)).filter(|at| *at > 0));
        self.set.keys().iter().zip(used)
    }

    /// Whether one of them has this name.
    pub(super) fn has(&self, kid: &str) -> bool {
        self.set.keys().iter().any(|key| key.kid() == Some(kid))
    }

    /// The set that they are of.
    pub(super) fn set(&self) -> &KeySet {
        &self.set
    }
}
