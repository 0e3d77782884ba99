//! A credential as requests are checked against it: small, because there may be a million of them. Keys are kept as
//! they were written and parsed when a worker first needs them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use gibbon_jose::{Algorithm, Policy, Verifier, VerifierId};
use uuid::Uuid;

use super::issuers::{Keyring, Location, Sources};
use super::several::SeveralKeys;

/// One stored credential.
#[derive(Debug)]
pub(super) struct JwtCredential {
    /// Another one for every credential that is loaded, so also for every change of one.
    serial: u64,
    pub(super) id: Uuid,
    pub(super) consumer: Uuid,
    pub(super) algorithm: Algorithm,
    material: Material,
}

/// What signatures are verified with.
enum Material {
    /// A shared secret, as it was written.
    Secret(Option<Box<str>>),
    /// The keys that an issuer publishes.
    Published(Box<PublishedKeys>),
    /// Several keys, or one for a time.
    Several(Box<SeveralKeys>),
    /// A public key. An ES* credential may be without one, and is then of no use.
    PublicKey(Option<Box<PublicKeyText>>),
}

struct PublicKeyText {
    pem: Box<str>,
    /// Which key it is, once it was parsed: a token that this key is known to have signed is accepted without parsing
    /// the key again.
    id: OnceLock<VerifierId>,
}

struct PublishedKeys {
    location: Location,
    /// Which of its keys are used: those for the credential's algorithm, and of these the pinned ones.
    policy: Policy,
    /// Opened when the first token comes.
    keyring: OnceLock<Keyring>,
}

/// How the secrets of credentials are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretEncoding {
    /// The text is the secret.
    Plain,
    /// The text is base64url of the secret.
    Base64Url,
}

impl JwtCredential {
    /// Of `secret` and `public_key` the one is kept that the algorithm works with.
    pub(super) fn new(
        id: Uuid,
        consumer: Uuid,
        algorithm: Algorithm,
        secret: Option<&str>,
        public_key: Option<&str>,
    ) -> Self {
        static LOADED: AtomicU64 = AtomicU64::new(0);
        let material = if algorithm.is_symmetric() {
            Material::Secret(secret.map(Box::from))
        } else {
            Material::PublicKey(public_key.map(|pem| Box::new(PublicKeyText { pem: pem.into(), id: OnceLock::new() })))
        };
        Self { serial: LOADED.fetch_add(1, Ordering::Relaxed), id, consumer, algorithm, material }
    }

    /// One whose keys are fetched from a place, and bound to its algorithm.
    pub(super) fn published(
        id: Uuid,
        consumer: Uuid,
        policy: Policy,
        (algorithm, location): (Algorithm, Location),
    ) -> Self {
        let material = Material::Published(Box::new(PublishedKeys { location, policy, keyring: OnceLock::new() }));
        Self { material, ..Self::new(id, consumer, algorithm, None, None) }
    }

    /// One with several keys.
    pub(super) fn several(id: Uuid, consumer: Uuid, algorithm: Algorithm, keys: SeveralKeys) -> Self {
        Self { material: Material::Several(Box::new(keys)), ..Self::new(id, consumer, algorithm, None, None) }
    }

    /// Its keys, if it has not just one.
    pub(super) fn keyring(&self, encoding: SecretEncoding, sources: &Sources) -> Option<&Keyring> {
        match &self.material {
            Material::Secret(_) | Material::PublicKey(_) => None,
            Material::Several(keys) => Some(keys.keyring(self.id, encoding, sources)),
            Material::Published(published) => {
                let open = || Keyring::open(sources, &published.location, published.policy.clone());
                Some(published.keyring.get_or_init(open))
            }
        }
    }

    /// Stands for this credential, as it is now, in this process.
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// Parses the key; `None` where there is none that can be used.
    pub(super) fn verifier(&self, encoding: SecretEncoding) -> Option<Verifier> {
        match &self.material {
            Material::Secret(secret) => {
                let secret = secret.as_deref()?;
                match encoding {
                    SecretEncoding::Plain => Verifier::from_secret(self.algorithm, secret.as_bytes()).ok(),
                    SecretEncoding::Base64Url => Verifier::from_base64_secret(self.algorithm, secret).ok(),
                }
            }
            Material::Published(_) | Material::Several(_) => None,
            Material::PublicKey(key) => {
                let key = key.as_ref()?;
                let verifier = Verifier::from_pem(self.algorithm, &key.pem).ok()?;
                key.id.get_or_init(|| verifier.id());
                Some(verifier)
            }
        }
    }

    /// The identity of the public key, if it was parsed before. That of a secret depends on how it is read.
    pub(super) fn known_key(&self) -> Option<VerifierId> {
        match &self.material {
            Material::Secret(_) | Material::Published(_) | Material::Several(_) => None,
            Material::PublicKey(key) => key.as_ref()?.id.get().copied(),
        }
    }
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A secret must not get into a log because someone prints a credential.
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Published(_) => "Published",
            Self::Several(_) => "Several",
            Self::PublicKey(_) => "PublicKey",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The look-up by key, the record of it and the shared pointer take about 150 bytes more, and a consumer 250; the
    /// aim is 600 bytes for all of them.
    #[test]
    fn a_credential_is_small() {
        assert!(size_of::<JwtCredential>() <= 72, "{}", size_of::<JwtCredential>());
    }

    #[test]
    fn a_credential_does_not_print_its_secret() {
        let credential = JwtCredential::new(Uuid::nil(), Uuid::nil(), Algorithm::HS256, Some("s3cret"), None);
        assert!(!format!("{credential:?}").contains("s3cret"));
    }
}
