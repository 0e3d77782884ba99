//! The keys that a configuration or a credential verifies with, wherever they come from.

use std::pin::Pin;
use std::sync::Arc;

use gibbon_jose::{Algorithm, JwkSet, Policy, Verifier, VerifierId};
use gibbon_plugin_api::RequestCx;

use super::keys::Keys;
use super::location::Location;
use super::records::RecordKeys;
use super::source::Binding;
use super::sources::Sources;

/// See the module.
pub(in crate::jwt) enum Keyring {
    /// They stand in the configuration.
    Fixed(Arc<Fixed>),
    /// They are fetched.
    Fetched(Arc<Binding>),
    /// They are records of the gateway.
    Records(Arc<RecordKeys>),
}

/// Keys that stand in a configuration.
pub(in crate::jwt) struct Fixed {
    pub(super) keys: Arc<Keys>,
    policy: Policy,
    unnamed: Unnamed,
}

/// What a token means that names a key which is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jwt) enum Unnamed {
    /// It is not signed with any of them.
    IsRefused,
    /// Nothing: keys need not have names, and a signer may have names of its own.
    IsTried,
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
    pub(in crate::jwt) fn fixed(set: &JwkSet, policy: Policy, unnamed: Unnamed) -> Self {
        let keys = Arc::new(Keys::new(set, &policy, &Keys::default()));
        Self::Fixed(Arc::new(Fixed { keys, policy, unnamed }))
    }

    /// The keys of a place; none at all where it cannot be asked.
    pub(in crate::jwt) fn open(sources: &Sources, location: &Location, policy: Policy) -> Self {
        let binding = sources.open(location, policy.clone());
        binding.map_or_else(|| Self::fixed(&JwkSet::default(), policy, Unnamed::IsRefused), Self::Fetched)
    }

    /// The keys for a token.
    pub(in crate::jwt) fn look_up(&self, cx: &RequestCx<'_>, kid: Option<&str>, algorithm: Algorithm) -> Lookup {
        if !self.policy().allows(algorithm) {
            return Lookup::OtherAlgorithm;
        }
        match self {
            Self::Fixed(fixed) if fixed.unnamed == Unnamed::IsTried => {
                let kid = kid.filter(|kid| fixed.keys.has(kid));
                found(&fixed.keys, kid, algorithm, cx.now)
            }
            Self::Fixed(fixed) => found(&fixed.keys, kid, algorithm, cx.now),
            Self::Fetched(binding) => match binding.keys(cx.now) {
                Some(current) => found(&current.keys, kid, algorithm, cx.now),
                None => Lookup::Away,
            },
            Self::Records(records) => found(&records.keys(cx.directory), kid, algorithm, cx.now),
        }
    }

    /// Whether a token that this key has signed may be believed now; if so, the key was of use.
    pub(in crate::jwt) fn confirm(&self, cx: &RequestCx<'_>, id: VerifierId) -> bool {
        match self {
            Self::Fixed(fixed) => fixed.keys.confirm(id, cx.now),
            Self::Fetched(binding) => binding.keys(cx.now).is_some_and(|current| current.keys.confirm(id, cx.now)),
            Self::Records(records) => records.keys(cx.directory).confirm(id, cx.now),
        }
    }

    /// Has the place asked again, and waits; `None` where nothing would come of it.
    pub(in crate::jwt) fn ask(&self, kid: Option<&str>) -> Option<Fetching> {
        match self {
            Self::Fixed(_) | Self::Records(_) => None,
            Self::Fetched(binding) => binding.source.ask(kid).map(|asking| Box::pin(asking) as Fetching),
        }
    }

    fn policy(&self) -> &Policy {
        match self {
            Self::Fixed(fixed) => &fixed.policy,
            Self::Fetched(binding) => binding.policy(),
            Self::Records(records) => records.policy(),
        }
    }
}

fn found(keys: &Keys, kid: Option<&str>, algorithm: Algorithm, now: i64) -> Lookup {
    let found = keys.verifiers(kid, algorithm, now);
    if !found.is_empty() {
        return Lookup::Found(found);
    }
    let mut of_name = keys.set().keys().iter().filter(|key| kid.is_none() || key.kid() == kid).peekable();
    if of_name.peek().is_none() {
        return Lookup::Unknown;
    }
    match (of_name.any(|key| key.verifier().algorithm() == algorithm), kid) {
        (true, _) => Lookup::OutOfTime,
        (false, Some(_)) => Lookup::OtherAlgorithm,
        (false, None) => Lookup::Unknown,
    }
}
