//! Sealing: what a client or a database holds can be read and made by the gateway alone.
//!
//! Each session has a key of its own, which HKDF (RFC 5869) derives from the secret of the configuration and the
//! session's id. AES-256-GCM seals with it, under a nonce of chance; a key seals a few messages in its life, so that no
//! nonce comes twice.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::rand;

/// The length of an id, in bytes.
pub(super) const ID_LENGTH: usize = 32;

/// What a session is found by. Nobody can guess one.
pub(super) type Id = [u8; ID_LENGTH];

/// The system gives no randomness, or does not seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing can be sealed")]
pub(super) struct SealError;

/// What is sealed, so that one thing cannot pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The cookie of a session.
    Session = 1,
    /// The cookie that begins a new one.
    Remember = 2,
    /// What is stored of either.
    Record = 3,
}

/// Seals with the secret of one configuration.
pub(super) struct Sealer(Prk);

impl Sealer {
    pub(super) fn new(secret: &str) -> Self {
        Self(Salt::new(HKDF_SHA256, b"gibbon session 1").extract(secret.as_bytes()))
    }

    /// A new id.
    pub(super) fn id() -> Result<Id, SealError> {
        let mut id = [0; ID_LENGTH];
        rand::fill(&mut id).map_err(|_| SealError)?;
        Ok(id)
    }

    /// A nonce, and `text` behind it, sealed.
    pub(super) fn seal(&self, purpose: Purpose, id: &Id, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError)?;
        let mut sealed = text.to_vec();
        let key = self.key(id)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from([purpose as u8]), &mut sealed)
            .map_err(|_| SealError)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What was sealed; `None` for everything else.
    pub(super) fn open(&self, purpose: Purpose, id: &Id, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = sealed.to_vec();
        let key = self.key(id).ok()?;
        let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from([purpose as u8]), &mut text);
        let length = opened.ok()?.len();
        text.truncate(length);
        Some(text)
    }

    fn key(&self, id: &Id) -> Result<LessSafeKey, SealError> {
        let info: [&[u8]; 1] = [id];
        let okm = self.0.expand(&info, &AES_256_GCM).map_err(|_| SealError)?;
        Ok(LessSafeKey::new(UnboundKey::from(okm)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else() {
        let (sealer, id) = (Sealer::new("secret"), Sealer::id().unwrap());
        let sealed = sealer.seal(Purpose::Session, &id, b"text").unwrap();
        assert_eq!(sealer.open(Purpose::Session, &id, &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(sealer.open(Purpose::Remember, &id, &sealed), None);
        assert_eq!(sealer.open(Purpose::Session, &Sealer::id().unwrap(), &sealed), None);
        assert_eq!(Sealer::new("other").open(Purpose::Session, &id, &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer.open(Purpose::Session, &id, &changed), None, "{place}");
            assert_eq!(sealer.open(Purpose::Session, &id, &sealed[..place]), None, "{place}");
        }
    }

    #[test]
    fn nothing_is_sealed_twice_in_the_same_way() {
        let (sealer, id) = (Sealer::new("secret"), Sealer::id().unwrap());
        let seal = || sealer.seal(Purpose::Session, &id, b"text").unwrap();
        assert_ne!(seal(), seal());
    }
}
