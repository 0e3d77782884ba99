//! The keys that a configuration or a credential verifies with, wherever they come from.

use std::pin::Pin;
use std::sync::Arc;

use gibbon_jose::{Algorithm, JwkSet, Policy, Verifier, VerifierId};

use super::keys::Keys;
use super::location::Location;
use super::source::Binding;
use super::sources::Sources;

/// See the module.
pub(in crate::jwt) enum Keyring {
    /// They stand in the configuration.
    Fixed(Arc<Keys>, Policy),
    /// They are fetched.
    Fetched(Arc<Binding>),
}

/// What was found for a token.
pub(in crate::jwt) enum Lookup {
    /// Keys that may have signed it.
    Found(Vec<Arc<Verifier>>),
    /// No key has its name, or none its algorithm where it has no name.
    Unknown,
    /// There is a key with its name, and not to be used now.
    OutOfTime,
    /// It names an algorithm that is not allowed, or that its key is not for.
    OtherAlgorithm,
    /// No keys were ever fetched, or too long ago.
    Away,
}

/// Waits until the place was asked again.
pub(in crate::jwt) type Fetching = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Keyring {
    /// The keys of a set that stands in a configuration.
    pub(super) fn fixed(set: &JwkSet, policy: Policy) -> Self {
        Self::Fixed(Arc::new(Keys::new(set, &policy, &Keys::default())), policy)
    }

    /// The keys of a place; none at all where it cannot be asked.
    pub(in crate::jwt) fn open(sources: &Sources, location: &Location, policy: Policy) -> Self {
        let binding = sources.open(location, policy.clone());
        binding.map_or_else(|| Self::fixed(&JwkSet::default(), policy), Self::Fetched)
    }

    /// The keys for a token.
    pub(in crate::jwt) fn look_up(&self, kid: Option<&str>, algorithm: Algorithm, now: i64) -> Lookup {
        if !self.policy().allows(algorithm) {
            return Lookup::OtherAlgorithm;
        }
        match self {
            Self::Fixed(keys, _) => found(keys, kid, algorithm, now),
            Self::Fetched(binding) => {
                binding.keys(now).map_or(Lookup::Away, |current| found(&current.keys, kid, algorithm, now))
            }
        }
    }

    /// Whether a token that this key has signed may be believed now; if so, the key was of use.
    pub(in crate::jwt) fn confirm(&self, id: VerifierId, now: i64) -> bool {
        match self {
            Self::Fixed(keys, _) => keys.confirm(id, now),
            Self::Fetched(binding) => binding.keys(now).is_some_and(|current| current.keys.confirm(id, now)),
        }
    }

    /// Has the place asked again, and waits; `None` where nothing would come of it.
    pub(in crate::jwt) fn ask(&self, kid: Option<&str>) -> Option<Fetching> {
        match self {
            Self::Fixed(..) => None,
            Self::Fetched(binding) => binding.source.ask(kid).map(|asking| Box::pin(asking) as Fetching),
        }
    }

    fn policy(&self) -> &Policy {
        match self {
            Self::Fixed(_, policy) => policy,
            Self::Fetched(binding) => binding.policy(),
        }
    }
}

fn found(keys: &Keys, kid: Option<&str>, algorithm: Algorithm, now: i64) -> Lookup {
    let found = keys.verifiers(kid, algorithm, now);
    if !found.is_empty() {
        return Lookup::Found(found);
    }
    let mut of_name = keys.set().keys().iter().filter(|key| kid.is_some() && key.kid() == kid).peekable();
    if of_name.peek().is_none() {
        return Lookup::Unknown;
    }
    let is_for_it = of_name.any(|key| key.verifier().algorithm() == algorithm);
    if is_for_it { Lookup::OutOfTime } else { Lookup::OtherAlgorithm }
}
